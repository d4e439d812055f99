r"""What psql's \i and \ir put into a script: the statements of another file, at that place and in the same session.

\ir is relative to the file that it stands in, \i to the folder that psql runs in, which nothing here tells: the current
folder is tried, then the folders from the script's own up to the top of the repository.
Sources: src/bin/psql/command.c (exec_command_include, process_file), src/bin/psql/psqlscanslash.l (its argument).
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import structs

from db_sage_lint.lexer import skip_blank
from db_sage_lint.pieces import pieces
from db_sage_lint.regex import lazy
from db_sage_lint.script import Fragment, Script, whole
from db_sage_lint.sources.history import Folder
from db_sage_lint.sources.walk import clean

# Files that one script may put in, those of files put in among them: a few lines can ask for billions.
MOST = 1000
COMMAND = lazy(rb"\\(?P<name>include_relative|include|ir|i)[ \t]+(?P<argument>[^\n\r]*)")
# A word as psql reads it: in quotes as it stands, with a quote doubled; or bare up to a blank, without variables.
ARGUMENT = lazy(r"'(?P<quoted>(?:[^'\\]|'')*)'\s*;*\s*|(?P<bare>[^\s'\":`\\|]+)(?:\s.*)?")
RELATIVE = frozenset({b"ir", b"include_relative"})


class Includes:
    """Puts files into scripts. `read` gives a file's bytes by its path, None where it isn't there; `problems` takes
    what keeps one from being put in, one line each. `paths` are the files that were.
    """

    def __init__(self, read: Callable[[str], bytes | None], problems: list[str]) -> None:
        self.read = read
        self.problems = problems
        self.paths: set[str] = set()

    def put_into(self, script: Script) -> Script:
        r"""The script with what its \i and \ir run, where they stand; it runs as psql does, by statement.

        A command whose file can't be had stays as it is, so that its effect is unknown.
        """
        if b"\\i" not in script.source:
            return script
        fragments = tuple(Inclusion(self, script).fragments(script, (script.path,)))
        if all(fragment.script is None for fragment in fragments):
            return script
        self.paths.update(fragment.script.path for fragment in fragments if fragment.script)
        transaction = bool(script.transaction)
        return structs.replace(script, fragments=fragments, transaction=transaction)

    def refuse(self, script: Script, at: int, why: str) -> None:
        line = script.source.count(b"\n", 0, at) + 1
        end = script.source.find(b"\n", at)
        command = script.source[at : end if end >= 0 else len(script.source)].decode("utf-8", "replace").strip()
        message = f"{script.path}:{line}: {command}: {why}; what it runs is not known"
        if message not in self.problems:
            self.problems.append(message)


class Inclusion:
    """The files that are put into one script."""

    def __init__(self, includes: Includes, script: Script) -> None:
        self.includes = includes
        self.script = script
        self.count = 0

    def fragments(self, script: Script, chain: tuple[str, ...], possible: bool = False) -> Iterator[Fragment]:
        """What runs of a script, in order; `chain` are the paths of the files that lead to it, its own the last."""
        own = None if script is self.script else script
        for part in script.fragments:
            fragment = structs.replace(part, script=own, possible=part.possible or possible)
            if fragment.end >= 0 or b"\\i" not in fragment.text:
                yield fragment
            else:
                yield from self.cut(fragment, script, chain)

    def cut(self, fragment: Fragment, script: Script, chain: tuple[str, ...]) -> Iterator[Fragment]:
        """A fragment in pieces, with what is put in between them."""
        text, at = fragment.text, 0
        for piece in pieces(text):
            start = skip_blank(text, piece.start)
            if piece.kind != "include" or not (command := COMMAND.match(text, start, piece.end)):
                continue
            relative = command["name"] in RELATIVE
            found = self.found(command["argument"], script, fragment.start + start, relative=relative, chain=chain)
            if found is not None:
                yield structs.replace(fragment, start=fragment.start + at, text=text[at:start])
                yield from self.fragments(found, (*chain, found.path), fragment.possible)
                at = piece.end
        yield structs.replace(fragment, start=fragment.start + at, text=text[at:]) if at else fragment

    def found(
        self, written: bytes, script: Script, at: int, *, relative: bool, chain: tuple[str, ...]
    ) -> Script | None:
        """The script of the file that a command at byte `at` names, None where it can't be had, which is told."""
        name = argument(written)
        if not name:
            return None
        self.count += 1
        if self.count > MOST:
            self.includes.refuse(script, at, f"there are more than {MOST} files in this script already")
            return None
        path, why = self.resolved(name, script, relative=relative)
        if path in chain:
            circle = " -> ".join((*chain[chain.index(path) :], path))
            why = f"it goes in a circle, {circle}"
        source = None if why else self.includes.read(path)
        if source is None:
            self.includes.refuse(script, at, why or "there is no such file")
            return None
        return structs.replace(
            whole(path, source), direction=self.script.direction, transaction=False, client=self.script.client
        )

    def resolved(self, name: str, script: Script, *, relative: bool) -> tuple[str, str]:
        """The path of a file as messages print it, and why it can't be read, empty where it can."""
        here = Path(script.path).absolute().parent
        around = Folder(str(Path(self.script.path).absolute().parent), (), lambda _: None).parents()
        top = os.path.realpath(around[-1])
        folders = (here,) if relative else tuple(dict.fromkeys((Path.cwd(), *around)))
        tried = [os.path.normpath(folder / name) for folder in folders]
        inside = [path for path in tried if os.path.commonpath((top, os.path.realpath(path))) == top]
        for path in inside:
            if self.includes.read(shown := clean(os.path.relpath(path))) is not None:
                return shown, ""
        return "", "" if inside else "it leads out of the repository"


def argument(written: bytes) -> str:
    """The file's name, empty where a variable or a program gives it."""
    found = ARGUMENT.fullmatch(written.decode("utf-8", "replace").rstrip())
    if found is None:
        return ""
    name = found["quoted"].replace("''", "'") if found["quoted"] is not None else found["bare"].rstrip(";")
    return os.path.expanduser(name) if name != "-" else ""  # noqa: PTH111 - as psql: only to see that it leads out
