"""A script's text -> its statements with their operations: parse and lower, in one place."""

from collections.abc import Iterator

from msgspec import Struct, structs

from db_sage_lint.lexer import words
from db_sage_lint.lower import lower
from db_sage_lint.operations import Operation, PsqlCommand, SyntaxProblem, Unread
from db_sage_lint.parse import Problem, Statement, parse
from db_sage_lint.script import Fragment, Script


class Read(Struct, frozen=True, eq=False):
    """One statement, bytes `start` to `end` of the file, and what it does. `counts` is 1 for what the server would be
    sent, 0 for what psql keeps to itself. `script` is that of another file in which it stands, put in from there.
    """

    start: int
    end: int
    operations: tuple[Operation, ...]
    counts: int = 1
    script: Script | None = None


def read(script: Script) -> Iterator[Read]:
    """Every statement of the script in order; what can't be parsed comes as an operation that says so."""
    for fragment in script.fragments:
        source = (fragment.script or script).source
        found = standing(fragment, source) if fragment.end < 0 else made(fragment, source)
        yield from map(perhaps, found) if fragment.possible else found


def standing(fragment: Fragment, source: bytes) -> Iterator[Read]:
    """The statements of text that stands in the file."""
    for piece in parse(fragment):
        if isinstance(piece, Statement):
            found = Read(piece.start, piece.end, tuple(lower(piece, source)), script=fragment.script)
            yield perhaps(found) if piece.conditional else found
        else:
            yield unparsed(piece, source, fragment.script)


def perhaps(statement: Read) -> Read:
    """The statement where it hangs on a condition whether it runs.

    What can't run in a transaction stays as it is: of a possible operation, that would be said as of one in a function.
    """
    operations = tuple(
        op if getattr(op, "concurrently", False) else structs.replace(op, possible=True) for op in statement.operations
    )
    return Read(statement.start, statement.end, operations, statement.counts, statement.script)


def made(fragment: Fragment, source: bytes) -> Iterator[Read]:
    """The statements of text that does not stand in the file, each shown where the fragment says.

    The text is read as if it stood behind the file, so that no position in it can be taken for one of the file's.
    """
    if fragment.unread:
        names = words(fragment.text, 0, len(fragment.text))
        yield Read(fragment.start, fragment.end, (Unread(why=fragment.unread, names=names),))
        return
    behind = source + b"\n"
    whole = behind + fragment.text
    for piece in parse(Fragment(len(behind), fragment.text)):
        if isinstance(piece, Statement):
            yield Read(fragment.start, fragment.end, tuple(lower(piece, whole)))
        else:
            found = unparsed(piece, whole)
            yield Read(fragment.start, fragment.end, found.operations, found.counts)


def unparsed(problem: Problem, source: bytes, script: Script | None = None) -> Read:
    """What stands in for a piece that is no statement: nothing for psql's own commands, the unknown for the rest."""
    names = words(source, problem.start, problem.end)
    operations: tuple[Operation, ...]
    if problem.kind == "syntax":
        operations = (
            SyntaxProblem(message=problem.message, at=problem.at),
            Unread(why=problem.message, names=names, at=problem.at),
        )
    elif problem.kind == "include":
        operations = (command_of(problem, source), Unread(why=problem.message, at=problem.at))
    elif problem.kind in {"template", "unread"}:
        operations = (Unread(why=problem.message, names=names, at=problem.at),)
    elif problem.kind == "psql":
        return Read(problem.start, problem.end, (command_of(problem, source),), 0, script)
    else:
        return Read(problem.start, problem.end, (), 0, script)
    return Read(problem.start, problem.end, operations, script=script)


def command_of(problem: Problem, source: bytes) -> PsqlCommand:
    """The command of psql that stands there."""
    words = source[problem.at : problem.end].split(maxsplit=1)
    return PsqlCommand(command=words[0].decode("utf-8", "replace") if words else "", at=problem.at)
