"""What every operation has, and the small records that operations are made of."""

from typing import Literal

from msgspec import Struct

# An expression, query or bound as libpg_query prints it: JSON of one parse tree node, to be read by `expressions`.
# Bytes hash, compare and pickle; the tree is decoded when a question is asked of it.
Expression = bytes


class Name(Struct, frozen=True, order=True):
    """A name as written: `schema` is empty where the statement leaves it to search_path.

    Names that the catalog hands out are resolved: their schema is never empty, except for what has none.
    """

    name: str
    schema: str = ""

    def __str__(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}" if self.schema else quoted(self.name)


# Words that name nothing without quotes.
# Source: src/include/parser/kwlist.h, RESERVED_KEYWORD and TYPE_FUNC_NAME_KEYWORD.
RESERVED = frozenset(
    """all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
    column concurrently constraint create cross current_catalog current_date current_role current_schema
    current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch
    for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join
    lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order
    outer overlaps placing primary references returning right select session_user similar some symmetric
    system_user table tablesample then to trailing true union unique user using variadic verbose when where
    window with""".split()  # noqa: SIM905 - as the manual lists them
)


def quoted(identifier: str) -> str:
    """The identifier as SQL needs it: in double quotes where it is not plain lower case, or is a reserved word."""
    plain = identifier.isidentifier() and identifier.isascii() and identifier == identifier.lower()
    if plain and identifier not in RESERVED:
        return identifier
    return '"' + identifier.replace('"', '""') + '"'


# What SQL calls the types whose internal name is another word.
SQL_NAMES = {
    "bool": "boolean",
    "bpchar": "char",
    "float4": "real",
    "float8": "double precision",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
}


class Type(Struct, frozen=True):
    """A type as written. Built-in types have PostgreSQL's internal name (int8, varchar, bpchar, timestamptz) and no
    schema; `serial` and its kin keep their spelling. `modifiers` are the numbers in parentheses, `dimensions` the
    count of array brackets. `words` is what stands there in words: an interval's fields ("day to second"), PostGIS's
    geometry kind, the column of %TYPE (whose name is "%TYPE"). Without a name the statement leaves the type to others:
    a column of a partition or of a typed table.
    """

    name: str
    schema: str = ""
    modifiers: tuple[int, ...] = ()
    dimensions: int = 0
    set_of: bool = False
    words: str = ""

    def __str__(self) -> str:
        """The type as SQL writes it: integer, varchar(20), shop.state[]."""
        plain = SQL_NAMES.get(self.name) if self.schema in {"", "pg_catalog"} else None
        if self.name == "%TYPE":
            return f"{self.words}%TYPE"
        fields = f" {self.words}" if self.words and self.name == "interval" else ""
        words = [self.words] if self.words and not fields else []
        inside = ",".join([*words, *map(str, self.modifiers)])
        modifiers = f"({inside})" if inside else ""
        return f"{plain or Name(self.name, self.schema)}{fields}{modifiers}{'[]' * self.dimensions}"


class Operation(Struct, frozen=True, kw_only=True):
    """One change or request, flat: the unit that the catalog applies, effects are predicted for and checks judge.

    `at` is the byte of the user's file to point at, -1 for the start of the statement. `possible` says that the
    statement may not run, or not just once: it stands in a DO block, a function body or a literal EXECUTE.
    """

    at: int = -1
    possible: bool = False


RelationKind = Literal["table", "view", "materialized view", "foreign table", "index", "sequence", "composite type"]


class Nothing(Operation, frozen=True, kw_only=True):
    """A statement that changes nothing of what is modelled; `statement` is its node in the grammar."""

    statement: str


class Unread(Operation, frozen=True, kw_only=True):
    """Something whose effect could not be read: `why` says what, `names` are the identifiers that stand in it.

    With `names` empty it may have changed anything.
    """

    why: str
    names: frozenset[str] = frozenset()


class ScriptEnd(Operation, frozen=True, kw_only=True):
    """The end of a script: what a file leaves behind is judged here."""


class ChangeSetEnd(Operation, frozen=True, kw_only=True):
    """The end of a change set: its net effect is judged here, at the statements that caused it."""


class Skipped(Operation, frozen=True, kw_only=True):
    """A creation of which IF NOT EXISTS makes a no-op, since there is an object of that name."""

    skipped: Operation


class SyntaxProblem(Operation, frozen=True, kw_only=True):
    """A statement that does not parse; `message` is PostgreSQL's own, `at` where it says so."""

    message: str


class PsqlCommand(Operation, frozen=True, kw_only=True):
    """One of psql's own commands, by its name with the backslash before it."""

    command: str


class ShadowFailed(Operation, frozen=True, kw_only=True):
    """A shadow server refused the statement: `message` is PostgreSQL's own, `hint` empty or what it advises."""

    message: str
    hint: str = ""


class ShadowDiffered(Operation, frozen=True, kw_only=True):
    """A shadow server saw the statement do something else to `relation` than was `predicted`; both in words."""

    relation: Name
    predicted: str
    observed: str


class ShadowNotRestored(Operation, frozen=True, kw_only=True):
    """A shadow server ran a script and its way back, and the schema is not as it was: `what` names the differences."""

    what: str


class SchemaDump(Operation, frozen=True, kw_only=True):
    """The end of a history, where a schema dump of the user's says what it has led to."""


class FileEdited(Operation, frozen=True, kw_only=True):
    """A migration that the base revision has was changed, renamed (its old path in `before`) or deleted."""

    path: str
    how: Literal["changed", "renamed", "deleted"]
    before: str = ""


class FileOutOfOrder(Operation, frozen=True, kw_only=True):
    """A new migration sorts before `after`, the last one that the base revision has."""

    path: str
    after: str


class FileWithoutDown(Operation, frozen=True, kw_only=True):
    """A migration without the way back that its runner has a place for; `place` says where."""

    path: str
    place: str


class FileUnrecognised(Operation, frozen=True, kw_only=True):
    """A file beside migrations that the runner passes over; `why` says for what, and how it would take it."""

    path: str
    runner: str
    why: str


class ChainBroken(Operation, frozen=True, kw_only=True):
    """The runner can't follow its migrations from the first to the last: `what` is wrong at this place, `effect` is
    what it does then.
    """

    what: str
    effect: str


class FileDuplicated(Operation, frozen=True, kw_only=True):
    """Two migrations have the same version; `other` is the one that was there first."""

    path: str
    version: str
    other: str


class MarkMisplaced(Operation, frozen=True, kw_only=True):
    """A comment that tells the runner how to run the file (`mark`) stands where, or as, the runner doesn't read it;
    `right_place` says where and how it would.
    """

    mark: str
    right_place: str


class InvalidIgnore(Operation, frozen=True, kw_only=True):
    """An ignore comment that can't do what it says; `why` tells."""

    why: str


class UnusedIgnore(Operation, frozen=True, kw_only=True):
    """An ignore comment, or the part of it that names `rules`, that no finding needed."""

    rules: tuple[str, ...] = ()
