"""Migrations in JavaScript and TypeScript of TypeORM, Knex, Sequelize, node-pg-migrate, MikroORM and Kysely: the SQL in
their calls of query(), raw(), sql(), addSql() and execute(), and in sql`…`, each at its own line.

Only what stands as text in the call is read. What the libraries make of other calls (createTable, addColumn, …) is
unread, to the things that the call names. In which transaction the library runs them stands in javascript_libraries.
"""

from bisect import bisect
from collections.abc import Iterator

from msgspec.structs import replace

from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Direction, Fragment, Script
from db_sage_lint.sources.history import Folder, Place, by_name, natural
from db_sage_lint.sources.javascript_libraries import LIBRARIES, Library, Mode, mode, own_transaction

NAME = "javascript"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False)
ENDINGS = (".js", ".ts", ".mjs", ".cjs", ".mts", ".cts")
NO_MIGRATION = lazy(r"(?:^|[./])(?:index|test|spec|d)\.[cm]?[jt]s$")
FILE = lazy(r"^(?:.*/)?(\d+)[^/]*\.[cm]?[jt]s$")


DIRECTION = lazy(
    rb"(?m)^[ \t]*(?:(?:public|export|default|async|static|override)[ \t]+)*"
    rb"(?:(?:module\.)?exports\.(up|down)\s*=|(?:function|const|let|var)[ \t]+(up|down)\b|(up|down)[ \t]*(?:\(|:|=))"
)
SQL_CALL = lazy(
    rb"\b(?:query|raw|sql|addSql|execute|unsafe)\s*(?:<[^<>()]*>)?\(\s*(?=[\"'`])|\bsql(?:<[^<>()]*>)?(?=`)"
)
OTHER_CALL = lazy(
    rb"\b(?:queryRunner|queryInterface|pgm|(?:knex|trx|db)\.schema)(?:\.withSchema\([^()]*\))?\s*\.\s*(\w+)\s*\("
)
HARMLESS = frozenset(
    b"query sql raw rawSelect select func hasTable hasColumn getTable getTables describeTable showAllTables"
    b" bulkInsert bulkUpdate bulkDelete connect release noTransaction"
    b" startTransaction commitTransaction rollbackTransaction".split()
)
TOKEN = lazy(rb"//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)|[\"'`()]")
STRINGS = {
    b'"': lazy(rb'"((?:[^"\\\n]|\\[\s\S])*)"'),
    b"'": lazy(rb"'((?:[^'\\\n]|\\[\s\S])*)'"),
    b"`": lazy(rb"`((?:[^`\\]|\\[\s\S])*)`"),
}
INTERPOLATION = lazy(rb"\$\{(?!\s*[\w.]+\s*\})")


def recognise(folder: Folder) -> str:
    """A file whose name begins with a number, and that uses one of the libraries."""
    return next((f"{library.name} in {file}" for file, library in known(folder)), "")


def known(folder: Folder) -> Iterator[tuple[str, Library]]:
    """The migrations of the folder with their libraries, as far as they are known."""
    for file in folder.files:
        if place(file) and (library := library_of(folder.read(file) or b"")):
            yield file, library


def library_of(source: bytes) -> Library | None:
    if not DIRECTION.search(source):
        return None
    return next((library for library in LIBRARIES if library.mark.search(source)), None)


def place(file: str) -> Place | None:
    """By the number that the name begins with, then by the rest of the name."""
    found = None if NO_MIGRATION.search(file) else FILE.match(file)
    return Place(natural(file), file) if found else None


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    transaction = mode_of(folder).transaction
    for file, found in by_name(folder.files, place):
        yield file, found if transaction is None else replace(found, transaction=transaction)


def mode_of(folder: Folder) -> Mode:
    """How pending files run, by the library of the first migration and its settings."""
    library = next((library for _, library in known(folder)), None)
    return mode(library, folder) if library else Mode()


def one_transaction(folder: Folder) -> bool:
    """Files with a transaction of their own, where they may have none beside others, show that each has its own."""
    return mode_of(folder).together and not any(
        library.alike and library.own.search(folder.read(file) or b"") for file, library in known(folder)
    )


def all_or_each(folder: Folder) -> bool:
    return mode_of(folder).all_or_each


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """What up() sends, and down() if it sends anything."""
    library = library_of(source)
    transaction = None if library is None else own_transaction(library, source, place.transaction)
    ways: dict[Direction, list[Fragment]] = {"up": [], "down": []}
    begins = [(found.start(), found[1] or found[2] or found[3]) for found in DIRECTION.finditer(source)]
    for fragment in fragments(source):
        last = bisect(begins, (fragment.start, b"~")) - 1
        ways["down" if last >= 0 and begins[last][1] == b"down" else "up"].append(fragment)
    up = Script(path, source, tuple(ways["up"]), place.direction, transaction)
    down = Script(path, source, tuple(ways["down"]), "down", transaction)
    return (up, down) if ways["down"] else (up,)


def fragments(source: bytes) -> Iterator[Fragment]:
    """The SQL of the file's calls and the calls that can't be read, in order."""
    hidden = comments(source)
    starts = [start for start, _ in hidden]
    found = [(match.start(), match) for pattern in (SQL_CALL, OTHER_CALL) for match in pattern.finditer(source)]
    for at, match in sorted(found, key=lambda pair: pair[0]):
        comment = bisect(starts, at) - 1
        if comment >= 0 and at < hidden[comment][1]:
            continue
        if match.lastindex is None:
            yield from literal(source, match.end())
        elif match[1] not in HARMLESS:
            end = call_end(source, match.end())
            why = f"{match[1].decode(errors='replace')}() is not read"
            yield Fragment(at, source[at:end], end, why)


def comments(source: bytes) -> list[tuple[int, int]]:
    """Start and end of the comments of a file, those that only look like one inside strings left out."""
    spans: list[tuple[int, int]] = []
    at = 0
    while found := TOKEN.search(source, at):
        at = found.end()
        if found[0][:1] == b"/":
            spans.append(found.span())
        elif found[0] in STRINGS:
            string = STRINGS[found[0]].match(source, found.start())
            at = string.end() if string else at
    return spans


def literal(source: bytes, at: int) -> Iterator[Fragment]:
    """The SQL of the string that begins at `at`: as it stands, or, with escapes, what they stand for."""
    found = STRINGS[source[at : at + 1]].match(source, at)
    if found is None:
        return
    text = found[1]
    behind = source[found.end() : found.end() + 64].lstrip()
    if (INTERPOLATION.search(text) and source[at : at + 1] == b"`") or behind.startswith(b"+"):
        end = call_end(source, found.end())
        yield Fragment(at, source[at:end], end, "SQL that is put together at run time")
    elif b"\\" in text:
        yield Fragment(at, unescaped(text), found.end())
    else:
        yield Fragment(found.start(1), text)


ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"\n": b"", b"0": b""}
ESCAPE = lazy(rb"\\([\s\S])")


def unescaped(text: bytes) -> bytes:
    return ESCAPE.sub(lambda found: ESCAPES.get(found[1], found[1]), text)


def call_end(source: bytes, at: int) -> int:
    """The byte behind the parenthesis that closes the one before `at`."""
    depth = 1
    while depth and (found := TOKEN.search(source, at)):
        at = found.end()
        if found[0] in STRINGS:
            string = STRINGS[found[0]].match(source, found.start())
            at = string.end() if string else at
        elif found[0] in {b"(", b")"}:
            depth += 1 if found[0] == b"(" else -1
    return at if not depth else len(source)
