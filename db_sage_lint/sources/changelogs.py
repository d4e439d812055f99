"""Liquibase's changelogs in XML, YAML and JSON: which files they include, and the SQL that stands in them.

They are untrusted: a document type, with which XML brings its entities, is refused, and YAML is read as plain data.
"""

from collections.abc import Iterator

from msgspec import Struct, field

from db_sage_lint.errors import UserError
from db_sage_lint.script import Fragment

ENDINGS = (".xml", ".yaml", ".yml", ".json")
MOST_VALUES = 1000
# What stands in a changeset and is no change of its own.
BESIDE = frozenset({"preConditions", "comment", "validCheckSum", "rollback", "modifySql", "property", "tagDatabase"})


class Item(Struct):
    """What a changelog lists: a file, a folder of files ("all"), a file of plain SQL ("sql file"), or a changeset.

    `path` is relative to the changelog if `relative`, to the search path otherwise. `changes` are the SQL of a
    changeset, and `dbms` the databases that it is for.
    """

    kind: str
    path: str = ""
    relative: bool = False
    transaction: bool = True
    dbms: str = ""
    changes: list[Fragment] = field(default_factory=list)


def applies(dbms: str) -> bool:
    """Whether a changeset for these databases runs on PostgreSQL: names with commas, `!` before those it isn't for."""
    names = [name.strip().lower() for name in dbms.split(",") if name.strip()]
    wanted = [name for name in names if not name.startswith("!")]
    return "!postgresql" not in names and (not wanted or "postgresql" in wanted or "all" in wanted)


def is_changelog(source: bytes) -> bool:
    return b"databaseChangeLog" in source[:4096]


def items(path: str, source: bytes) -> list[Item]:
    """What a changelog lists, in order. Raises UserError where it can't be read."""
    try:
        if path.lower().endswith(".xml"):
            return XmlReader(source).items
        return list(listed(document(path, source), source))
    except RecursionError:
        raise UserError("nested too deeply to be read") from None


def document(path: str, source: bytes) -> object:
    """What a changelog in YAML or JSON holds. Raises UserError where it can't be read."""
    if path.lower().endswith(".json"):
        import msgspec

        try:
            return msgspec.json.decode(source)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UserError(f"not JSON: {error}") from None
    import yaml

    try:
        return yaml.safe_load(source.decode("utf-8-sig", "replace"))
    except (yaml.YAMLError, ValueError) as error:
        raise UserError(f"not YAML: {' '.join(str(error).split())}") from None


def listed(root: object, source: bytes) -> Iterator[Item]:
    """The items of a changelog that was read as plain data."""
    entries = root.get("databaseChangeLog") if isinstance(root, dict) else None
    at = 0
    for entry in entries if isinstance(entries, list) else ():
        for kind, values in entry.items() if isinstance(entry, dict) else ():
            if not isinstance(values, dict):
                continue
            relative = text(values, "relativeToChangelogFile") == "true"
            if kind == "include":
                yield Item("file", text(values, "file"), relative)
            elif kind == "includeAll":
                yield Item("all", text(values, "path"), relative)
            elif kind == "changeSet":
                at = max(source.find(text(values, "id").encode(), at), at)
                yield from of_changeset(values, source, at)


def of_changeset(values: dict[str, object], source: bytes, at: int) -> Iterator[Item]:
    """The files of plain SQL that a changeset runs, and the changeset itself with what else it does. It stands behind
    byte `at`.
    """
    transaction, dbms = text(values, "runInTransaction") != "false", text(values, "dbms")
    changes = values.get("changes")
    rest: list[Fragment] = []
    for change in changes if isinstance(changes, list) else ():
        for kind, given in change.items() if isinstance(change, dict) else ():
            if kind == "sqlFile" and isinstance(given, dict):
                relative = text(given, "relativeToChangelogFile") == "true"
                yield Item("sql file", text(given, "path"), relative, transaction, text(given, "dbms") or dbms)
            elif kind == "sql":
                rest.append(standing(text(given, "sql") if isinstance(given, dict) else plain(given), source, at))
            elif kind not in BESIDE:
                rest.append(Fragment(at, words_in(given).encode(), at, f"{kind} of a changeset is not read"))
    if rest:
        yield Item("changeset", "", False, transaction, dbms, rest)


def standing(sql: str, source: bytes, after: int) -> Fragment:
    """SQL of a YAML or JSON changelog where it stands in the file, or where its first line does."""
    whole = sql.strip().encode()
    exact = source.find(whole, after)
    if exact >= 0:
        return Fragment(exact, whole)
    first = whole.partition(b"\n")[0].strip()
    at = max(source.find(first, after), after)
    return Fragment(at, whole, at + len(first))


def text(values: dict[str, object], key: str) -> str:
    """A value as XML would write it; empty for one that is no plain value."""
    return plain(values.get(key, ""))


def plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""


def words_in(value: object) -> str:
    """The plain values inside a value, the first of many: YAML's aliases can make few bytes stand for a great many."""
    found: list[str] = []
    todo = [value]
    for _ in range(MOST_VALUES):
        if not todo:
            break
        inner = todo.pop()
        if isinstance(inner, dict):
            todo += inner.values()
        elif isinstance(inner, list):
            todo += inner
        else:
            found.append(plain(inner))
    return " ".join(found)


class XmlReader:
    """Reads a changelog in XML; `items` is what it lists. Raises UserError where it's no XML or has a document type."""

    def __init__(self, source: bytes) -> None:
        from xml.parsers import expat

        self.source = source
        self.items: list[Item] = []
        self.path: list[str] = []
        self.changeset: Item | None = None
        self.text: list[str] = []
        self.begins = -1
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text.append
        self.parser.StartDoctypeDeclHandler = self.refuse
        try:
            self.parser.Parse(source, True)
        except expat.ExpatError as error:
            raise UserError(f"not XML: {error}") from None

    @staticmethod
    def refuse(*_: object) -> None:
        raise UserError("it has a document type (<!DOCTYPE …>), which could name other files; it was not read")

    def start(self, name: str, values: dict[str, str]) -> None:
        bare = name.rpartition(":")[2]
        self.path.append(bare)
        relative = values.get("relativeToChangelogFile", "").lower() == "true"
        if self.changeset is None:
            self.outside(bare, values, relative)
        elif len(self.path) == 3 and bare not in BESIDE:
            self.change(bare, values, relative)

    def outside(self, name: str, values: dict[str, str], relative: bool) -> None:
        """What stands in the changelog itself."""
        if len(self.path) != 2:
            return
        if name == "include":
            self.items.append(Item("file", values.get("file", ""), relative))
        elif name == "includeAll":
            self.items.append(Item("all", values.get("path", ""), relative))
        elif name == "changeSet":
            transaction = values.get("runInTransaction", "").lower() != "false"
            self.changeset = Item("changeset", transaction=transaction, dbms=values.get("dbms", ""))

    def change(self, name: str, values: dict[str, str], relative: bool) -> None:
        """What stands in a changeset."""
        assert self.changeset is not None
        at = self.parser.CurrentByteIndex
        if name == "sqlFile":
            dbms = values.get("dbms", "") or self.changeset.dbms
            self.items.append(Item("sql file", values.get("path", ""), relative, self.changeset.transaction, dbms))
        elif name == "sql":
            self.begins = self.source.find(b">", at) + 1 if applies(values.get("dbms", "")) else -1
            self.text.clear()
        else:
            names = " ".join(values.values()).encode()
            self.changeset.changes.append(Fragment(at, names, self.tag_end(at), f"{name} of a changeset is not read"))

    def end(self, _: str) -> None:
        if self.changeset is not None and len(self.path) == 3 and self.path[2] == "sql" and self.begins >= 0:
            self.changeset.changes.append(self.sql(self.parser.CurrentByteIndex))
            self.begins = -1
        if self.changeset is not None and len(self.path) == 2:
            if self.changeset.changes:
                self.items.append(self.changeset)
            self.changeset = None
        self.path.pop()

    def sql(self, end: int) -> Fragment:
        """The text of an element that ends at byte `end`: as it stands in the file, unless entities had to be read."""
        text = "".join(self.text).encode()
        at = self.source.find(text, self.begins, end) if text else -1
        return Fragment(at, text) if at >= 0 else Fragment(self.begins, text, end)

    def tag_end(self, at: int) -> int:
        return self.source.find(b">", at) + 1 or len(self.source)
