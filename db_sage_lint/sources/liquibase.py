"""Liquibase: formatted SQL files in the order in which the root changelog includes them, and the SQL of changelogs.

A file of formatted SQL holds changesets, each of which runs in its own transaction unless it says
`runInTransaction:false`; its lines `--rollback …` are its way back. Preconditions, contexts and labels are not looked
at: what may run is taken to run. Changes in XML, YAML and JSON other than `sql` and `sqlFile` are not read.
Sources: liquibase/liquibase, liquibase-standard, parser/AbstractFormattedChangeLogParser.java (the patterns) and
changelog/DatabaseChangeLog.java (include, includeAll); PostgresDatabase.java: all changesets run in one session, and
what of search_path is put back between them differs by version (pull requests 1235, 1864 and 7488). `runWith:psql` has
psql run a changeset.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from db_sage_lint.errors import UserError
from db_sage_lint.operations import ChainBroken
from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Fragment, Script, whole
from db_sage_lint.sources import changelogs
from db_sage_lint.sources.changelogs import Item, applies
from db_sage_lint.sources.history import Folder, Place, is_sql, natural
from db_sage_lint.sources.sections import Section, sections, several_statements

NAME = "liquibase"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True, restores=frozenset({"search_path"}))
ROOTS = ("changelog", "changelog-master", "db.changelog", "db.changelog-master", "db-changelog", "db-changelog-master")
TREE_MARKS = frozenset(root + ending for root in ROOTS for ending in changelogs.ENDINGS) | {"master.xml"}
is_tree_mark = changelogs.is_changelog
FORMATTED = lazy(rb"(?i)\A(?:\xef\xbb\xbf)?\s*--\s*liquibase\s*formatted")
CHANGESET = lazy(rb"(?im)^[ \t]*--[ \t]*changeset[ \t]+(?:\"[^\"\n]+\"|[^:\n]+):[ \t]*(?:\"[^\"\n]+\"|\S+)(.*)$")
ATTRIBUTE = lazy(rb"(?i)(?<![\w])(runInTransaction|splitStatements|endDelimiter|dbms|runWith):(\"[^\"]*\"|\S+)")
ROLLBACK = lazy(rb"(?im)^[ \t]*--[ \t]*rollback[ \t]+(.*)$")
ROLLBACK_BLOCK = lazy(rb"(?im)^[ \t]*/\*[ \t]*liquibase[ \t]*rollback[ \t]*$")
NO_ROLLBACK = lazy(rb"(?i)\s*(?:not required|empty|changesetid:.*)\s*\Z")


def recognise(folder: Folder) -> str:
    """A changelog, or the first line that says formatted SQL."""
    formatted = folder.matching(FORMATTED)
    if formatted:
        return f"{formatted} of {len(folder.samples())} files looked into begin with --liquibase formatted sql"
    found = [file for file, _ in roots(folder)]
    return f"it has the changelog {found[0]}" if found and folder.sql() else ""


def roots(folder: Folder) -> Iterator[tuple[str, bytes]]:
    """The changelogs by their usual names, those nearest to the top first."""
    named = (file for file in folder.files if file.rpartition("/")[2] in TREE_MARKS)
    for file in sorted(named, key=lambda file: (file.count("/"), file)):
        source = folder.read(file)
        if source is not None and changelogs.is_changelog(source):
            yield file, source


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    """What the changelogs include in their order; formatted SQL that none includes is a flaw, or without changelogs
    all that there is, by name.
    """
    walk = Walk(folder)
    for file, _ in roots(folder):
        walk.follow(file)
    for number, (file, transaction) in enumerate(walk.found.items()):
        yield file, Place(((0, number, ""),), file, transaction=transaction)
    for file in folder.sql():
        if file in walk.found or not FORMATTED.match(folder.read(file) or b""):
            continue
        if walk.found:
            yield folder.passed_over(file, NAME, "no changelog here includes it", natural(file))
        else:
            yield file, Place(((1, 0, ""), *natural(file)), file)


class Walk:
    """The way through the changelogs of a folder. `found` are the files met, in order; for those of plain SQL, with
    whether they run in a transaction.
    """

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.found: dict[str, bool | None] = {}
        self.entered: set[str] = set()

    def follow(self, root: str) -> None:
        """Goes through a changelog and all that it includes."""
        todo = [(Item("file", root), "")]
        while todo:
            item, changelog = todo.pop()
            if item.kind == "changeset":
                self.found.setdefault(changelog, None)
                continue
            if item.kind == "all":
                todo += [(Item("file", file), "") for file in reversed(self.all_below(item, changelog))]
                continue
            file = self.resolve(item, changelog)
            if file in self.entered:
                continue
            if file.lower().endswith(changelogs.ENDINGS):
                self.entered.add(file)
                inner = self.items(file, changelog if item.relative else "")
                todo += [(one, file) for one in reversed(inner)]
            elif item.kind == "sql file":
                if applies(item.dbms) and self.exists(file, changelog):
                    self.found.setdefault(file, item.transaction)
            elif self.exists(file, changelog):
                self.found.setdefault(file, None)

    def exists(self, file: str, changelog: str) -> bool:
        if file in self.folder.files:
            return True
        if is_sql(file):
            self.missing(file, changelog)
        return False

    def missing(self, file: str, changelog: str) -> None:
        """Tells of a file that a changelog includes and that isn't there."""
        at = (self.folder.read(changelog) or b"").find(file.rpartition("/")[2].encode())
        what = f"the changelog includes {file}, and there is no such file"
        self.folder.flaw(changelog, ChainBroken(what=what, effect="`update` stops with an error", at=at))

    def items(self, file: str, changelog: str) -> list[Item]:
        """What a changelog lists; nothing of one that isn't there. That is told where `changelog` includes it from its
        own folder: another may stand in another module's part of the class path.
        """
        source = self.folder.read(file)
        if source is None:
            if changelog:
                self.missing(file, changelog)
            return []
        try:
            return changelogs.items(file, source)
        except UserError as error:
            self.folder.problems.append(f"{self.folder.shown(file)}: {error}")
            return []

    def resolve(self, item: Item, changelog: str) -> str:
        """The file or folder that an item names, relative to the history's folder. Without relativeToChangelogFile it
        is relative to a search path, which isn't known: the end of the history's own path may stand in it, and it may
        be meant from the changelog's folder.
        """
        path = item.path.replace("\\", "/").removeprefix("classpath:").lstrip("/")
        beside = joined(changelog.rpartition("/")[0], path)
        if item.relative:
            return beside
        parts = path.split("/")
        for count in range(len(parts) - 1, 0, -1):
            if f"/{self.folder.path}".endswith("/" + "/".join(parts[:count])):
                return "/".join(parts[count:])
        path = joined("", path)
        return beside if path not in self.folder.files and beside in self.folder.files else path

    def all_below(self, item: Item, changelog: str) -> list[str]:
        """The files of a folder and those below it, in the order of their names."""
        folder = self.resolve(item, changelog).rstrip("/")
        return [file for file in self.folder.files if folder in {"", "."} or file.startswith(f"{folder}/")]


def joined(folder: str, path: str) -> str:
    """A path below a folder with its `.` and `..` carried out."""
    parts: list[str] = []
    for part in f"{folder}/{path}".split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """A script for each changeset, and one for its way back; nothing of a file that never runs."""
    if not place.runs:
        return ()
    if not is_sql(path):
        return tuple(of_changelog(path, source))
    if not FORMATTED.match(source):
        return (whole(path, source, transaction=place.transaction is not False),)
    return tuple(of_changesets(path, source))


def of_changelog(path: str, source: bytes) -> Iterator[Script]:
    """The changesets of a changelog that stand in it."""
    try:
        found = changelogs.items(path, source)
    except UserError:
        return
    for item in found:
        if item.kind == "changeset" and applies(item.dbms):
            yield Script(path, source, tuple(item.changes), transaction=item.transaction)


class Attributes(Struct):
    """What is read of a changeset's line."""

    transaction: bool = True
    split: bool = True
    delimiter: bytes = b";"
    dbms: str = ""
    client: Client = CLIENT


def attributes(text: bytes) -> Attributes:
    given = {name.lower(): value.strip(b'"') for name, value in ATTRIBUTE.findall(text)}
    return Attributes(
        given.get(b"runintransaction", b"").lower() != b"false",
        given.get(b"splitstatements", b"").lower() != b"false",
        given.get(b"enddelimiter", b";"),
        given.get(b"dbms", b"").decode("utf-8", "replace"),
        Client(NAME, psql=True) if given.get(b"runwith", b"").lower() == b"psql" else CLIENT,
    )


def of_changesets(path: str, source: bytes) -> Iterator[Script]:
    """The changesets of a file of formatted SQL that are for PostgreSQL, each followed by its way back."""
    for part in sections(source, CHANGESET):
        if part.marker is None:
            continue
        said = attributes(part.marker[1])
        if not applies(said.dbms):
            continue
        up, down = ways(source, part)
        together = not said.split and several_statements(up)
        transaction = said.transaction or together
        yield Script(path, source, statements(part.start, up, said), transaction=transaction, client=said.client)
        if down.strip():
            fragments = (Fragment(part.start, down),)
            yield Script(path, source, fragments, "down", said.transaction, client=said.client)


def ways(source: bytes, part: Section) -> tuple[bytes, bytes]:
    """What a changeset runs, and its way back, each as long as the changeset, with blanks for the other."""
    text = source[part.start : part.end]
    up, down = bytearray(text), bytearray(re.sub(rb"[^\r\n]", b" ", text))
    for start, end, inner_start, inner_end in rollbacks(text):
        if not NO_ROLLBACK.match(text[inner_start:inner_end]):
            down[inner_start:inner_end] = text[inner_start:inner_end]
        up[start:end] = re.sub(rb"[^\r\n]", b" ", text[start:end])
    return bytes(up), bytes(down)


def rollbacks(text: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Start and end of each rollback comment of a changeset, and of what it says."""
    for line in ROLLBACK.finditer(text):
        yield *line.span(), *line.span(1)
    at = 0
    while block := ROLLBACK_BLOCK.search(text, at):
        end = text.find(b"*/", block.end())
        if end < 0:
            return
        at = end + 2
        yield block.start(), at, block.end(), end


def statements(start: int, text: bytes, said: Attributes) -> tuple[Fragment, ...]:
    """The text cut where the changeset's own delimiter stands at the end of a line."""
    if said.delimiter == b";":
        return (Fragment(start, text),)
    cut: list[Fragment] = []
    at = 0
    for found in re.finditer(rb"(?im)" + re.escape(said.delimiter.replace(b"\\n", b"")) + rb"[ \t]*\r?$", text):
        cut.append(Fragment(start + at, text[at : found.start()]))
        at = found.end()
    return (*cut, Fragment(start + at, text[at:]))
