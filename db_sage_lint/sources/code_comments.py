"""Comments of Python, JavaScript, TypeScript and YAML that speak to the linter, and the code that each is about."""

from collections.abc import Iterator

from db_sage_lint.regex import lazy

COMMENT = lazy(rb"(?m)(?P<before>^[^\n]*?)(?P<mark>#|//)[ \t]*(?P<text>(?:db-sage-lint|squawk-ignore)[^\n]*)$")
SLASHES = (".js", ".ts", ".mjs", ".cjs", ".mts", ".cts")
ONLY_COMMENT = lazy(rb"[ \t\r]*(?:(?:#|//)[^\n]*)?")
STRING = rb"\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`"
BRACKETS = lazy(STRING + rb"|[()\[\]{}]")


def code_comments(path: str, source: bytes) -> Iterator[tuple[int, str, tuple[int, int]]]:
    """Each comment: the byte where it begins, what it says, and the bytes of the code that it is about.

    That is the code before it on its line, or else what begins on the next line with code, to the end of its brackets.
    """
    mark = b"//" if path.lower().endswith(SLASHES) else b"#"
    for found in COMMENT.finditer(source):
        if found["mark"] != mark:
            continue
        start = found.start("mark")
        line = found.start() if found["before"].strip() else next_code(source, found.end() + 1)
        yield start, found["text"].decode("utf-8", "replace").strip(), (line, code_end(source, line))


def next_code(source: bytes, at: int) -> int:
    """The beginning of the first line from `at` on that is more than a comment; the source's length without one."""
    while at < len(source):
        end = source.find(b"\n", at)
        end = len(source) if end < 0 else end
        if ONLY_COMMENT.fullmatch(source, at, end) is None:
            return at
        at = end + 1
    return len(source)


def code_end(source: bytes, at: int) -> int:
    """Where the line that begins at `at` ends, or the brackets that are open at its end."""
    depth = 0
    line_end = source.find(b"\n", at)
    line_end = len(source) if line_end < 0 else line_end
    for found in BRACKETS.finditer(source, at):
        if not depth and found.start() >= line_end:
            break
        if found[0] in OPENING:
            depth += 1
        elif found[0] in CLOSING:
            depth = max(depth - 1, 0)
        line_end = max(line_end, found.end()) if not depth else line_end
    return line_end if not depth else len(source)


OPENING, CLOSING = frozenset((b"(", b"[", b"{")), frozenset((b")", b"]", b"}"))


def is_code(path: str) -> bool:
    return path.lower().endswith((".py", ".yaml", ".yml", *SLASHES))
