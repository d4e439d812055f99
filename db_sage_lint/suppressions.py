"""Ignore comments: what they say, which statement they are about, and what is wrong with them."""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field

from db_sage_lint.errors import nearest
from db_sage_lint.lexer import DOLLAR_TAG, QUOTE, comments, past, skip_blank, split
from db_sage_lint.regex import lazy
from db_sage_lint.script import Script

MARKER = re.compile(rb"db-sage-lint|squawk-ignore")
OURS = lazy(r"(?s)db-sage-lint(\s*:)?\s*([\w-]*)(.*)")
SQUAWKS = lazy(r"(?s)squawk-ignore(-file)?(?![\w-]):?(.*)")
DIRECTIVES = ("ignore", "ignore-file")
HOW = "write `-- db-sage-lint: {} RULE[, RULE] [until=YYYY-MM-DD] [-- reason]`"
NOWHERE = (-1, -1)
SEMICOLON = ord(";")
NEWLINE = ord("\n")


class Ignore(Struct, eq=False):
    """One ignore comment, bytes `start` to `end` of its file.

    `rules` are those to ignore, every rule if empty, in statements that begin in the bytes `about`: one statement, or
    the file. `theirs` marks squawk's comments, of which only those parts count that have a counterpart here. `wrong`
    says why it can't do all that it says. `used` collects the rules that it was needed for.
    """

    start: int
    end: int
    about: tuple[int, int]
    rules: tuple[str, ...] = ()
    theirs: bool = False
    wrong: str = ""
    used: set[str] = field(default_factory=set)

    def concerns(self, statement: int) -> bool:
        """Whether it is about the statement that begins at that byte."""
        return self.about[0] <= statement < self.about[1]

    def covers(self, rule: str, statement: int) -> bool:
        """Whether it ignores the rule in the statement that begins at that byte."""
        return self.concerns(statement) and (not self.rules or rule in self.rules)


class Said(Struct, frozen=True):
    """What a comment says: the rules to ignore, and what is wrong with it. `void` comments ignore nothing."""

    rules: tuple[str, ...] = ()
    file: bool = False
    theirs: bool = False
    wrong: str = ""
    void: bool = False


class Terms(Struct, frozen=True):
    """What ignores are held to: the rules that there are, today's date (YYYY-MM-DD), whether a reason must be given."""

    known: frozenset[str]
    today: str
    require_reason: bool = False


def ignores(script: Script, terms: Terms) -> list[Ignore]:
    """Every ignore comment of the script's file, in order; those inside the bodies of DO and functions too."""
    if not MARKER.search(script.source):
        return []
    whole_file = (0, len(script.source) + 1)
    found = [ignore for offset, text in texts(script) for ignore in read(offset, text, whole_file, terms)]
    if not is_sql(script.path):
        found += read_code(script, whole_file, terms)
    return sorted(found, key=lambda ignore: ignore.start)


def texts(script: Script) -> Iterator[tuple[int, bytes]]:
    """The SQL of a script's file with where it begins there, then every body in dollar quotes that has a marker."""
    standing = [(part.start, part.text) for part in script.fragments if part.end < 0 and not part.script]
    todo = [(0, script.source)] if is_sql(script.path) else standing
    while todo:
        offset, text = todo.pop()
        yield offset, text
        todo += [(offset + start, text[start:end]) for start, end in bodies(text) if MARKER.search(text, start, end)]


def is_sql(path: str) -> bool:
    return path.lower().endswith(".sql")


def read_code(script: Script, whole_file: tuple[int, int], terms: Terms) -> Iterator[Ignore]:
    """The ignore comments of a file in another language, in that language."""
    from db_sage_lint.sources.code_comments import code_comments, is_code

    for start, text, about in code_comments(script.path, script.source) if is_code(script.path) else ():
        said = meaning(text, terms)
        if said is None or (said.void and not said.wrong):
            continue
        where = NOWHERE if said.void else whole_file if said.file else about
        yield Ignore(start, start + len(text.encode()), where, said.rules, said.theirs, said.wrong)


def bodies(text: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of what stands in each dollar quote."""
    at = 0
    while stop := QUOTE.search(text, at):
        at = past(text, stop.start())
        tag = DOLLAR_TAG.match(text, stop.start())
        if tag and at > tag.end():
            closed = text.startswith(tag[0], at - len(tag[0])) and at >= tag.end() + len(tag[0])
            yield tag.end(), at - len(tag[0]) if closed else at


def read(offset: int, text: bytes, whole_file: tuple[int, int], terms: Terms) -> Iterator[Ignore]:
    """The ignore comments of a text that begins at byte `offset` of its file."""
    spans = comments(text)
    ends = {end: start for start, end in spans}
    statements: list[tuple[int, int]] = []
    for start, end in spans:
        if not MARKER.search(text, start, end):
            continue
        said = meaning(text[start:end].decode("utf-8", "replace"), terms)
        if said is None or (said.void and not said.wrong):
            continue
        about = whole_file
        if said.void:
            about = NOWHERE
        elif not said.file:
            statements = statements or [(piece.start, piece.end) for piece in split(text)]
            about = statement_of(target(text, start, end, ends), statements, offset)
        yield Ignore(start + offset, end + offset, about, said.rules, said.theirs, said.wrong)


def statement_of(at: int, statements: Sequence[tuple[int, int]], offset: int) -> tuple[int, int]:
    """The bytes of the file of the statement that holds byte `at` of the text."""
    return next(((start + offset, end + offset) for start, end in statements if start <= at < end), NOWHERE)


def meaning(comment: str, terms: Terms) -> Said | None:
    """What a comment says, None for one that only speaks of the tool."""
    body = comment[2:-2] if comment.startswith("/*") and comment.endswith("*/") else comment.lstrip("-")
    found = OURS.match(body.strip())
    if found:
        return ours(found, terms)
    found = SQUAWKS.match(body.strip())
    return squawks(found) if found else None


def ours(found: re.Match[str], terms: Terms) -> Said | None:
    colon, directive, rest = found.groups()
    if not colon:
        wrong = f"the colon is missing: {HOW.format(directive)}"
        return Said(wrong=wrong, void=True) if directive in DIRECTIVES else None
    if directive not in DIRECTIVES:
        return Said(wrong=f"`{directive}` says nothing here{nearest(directive, DIRECTIVES)}", void=True)
    head, _, reason = rest.partition("--")
    named, until = [], ""
    for word in re.sub(r"until\s*=\s*", "until=", head).replace(",", " ").split():
        if word.startswith("until="):
            until = word.removeprefix("until=")
        else:
            named.append(word)
    rules = tuple(word for word in named if word in terms.known)
    wrong, void = fault(directive, named, until, terms)
    if not wrong and terms.require_reason and not reason.strip():
        wrong, void = f"the reason is missing, which the settings require: {HOW.format(directive)}", True
    return Said(rules, file=directive == "ignore-file", wrong=wrong, void=void or not rules)


def fault(directive: str, named: Sequence[str], until: str, terms: Terms) -> tuple[str, bool]:
    """What is wrong with an ignore, and whether it is void for that."""
    if not named:
        return f"no rule is named: {HOW.format(directive)}", True
    if until and not is_date(until):
        return f"`{until}` is no date; write until=YYYY-MM-DD", True
    if until and until < terms.today:
        return f"it ended on {until}; mend the statement, or decide anew until when it may stand", True
    for word in named:
        if word not in terms.known:
            hint = nearest(word, terms.known) or "; a reason is written after `--`"
            return f"there is no rule `{word}`{hint}", False
    return "", False


def is_date(text: str) -> bool:
    from datetime import date

    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def squawks(found: re.Match[str]) -> Said:
    """A comment of squawk's, with the rules here that cover what its rules cover; a bare one ignores everything."""
    from db_sage_lint.squawk import COUNTERPARTS

    file, rest = found.groups()
    named = rest.partition("--")[0].replace(",", " ").split()
    rules = tuple(dict.fromkeys(rule for word in named for rule in COUNTERPARTS.get(word, ())))
    return Said(rules, file=bool(file), theirs=True, void=bool(named) and not rules)


def target(text: bytes, start: int, end: int, ends: Mapping[int, int]) -> int:
    """A byte of the statement that a comment is about, -1 where there is none.

    That is the statement which goes on after the comment on its line, else the one before it on its line, else the
    next one: a comment behind a statement, or on lines above it. `ends` gives each comment's start by its end.
    """
    after = skip_blank(text, end)
    line_end = text.find(b"\n", end)
    if after < (line_end if line_end >= 0 else len(text)) and text[after] != SEMICOLON:
        return after
    before = code_before(text, start, ends)
    if before >= 0:
        return before
    if after < len(text) and text[after] == SEMICOLON:
        return code_before(text, start, ends, same_line=False)
    return after if after < len(text) else -1


def code_before(text: bytes, at: int, ends: Mapping[int, int], *, same_line: bool = True) -> int:
    """The last byte of code before `at`, on the same line unless told otherwise; -1 where there is none.

    The statement before a semicolon counts as on the semicolon's line.
    """
    while at > 0:
        if at in ends:
            at = ends[at]
        elif text[at - 1] == SEMICOLON:
            same_line = False
            at -= 1
        elif text[at - 1] in b" \t\r\f\v" or (text[at - 1] == NEWLINE and not same_line):
            at -= 1
        else:
            return -1 if text[at - 1] == NEWLINE else at - 1
    return -1
