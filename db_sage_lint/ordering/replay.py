"""Statements played into a catalog one by one, in whatever order, with a note of what each needs and makes."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from msgspec import Struct, structs

from db_sage_lint.catalog import Catalog
from db_sage_lint.config import Config
from db_sage_lint.engine import one_transaction
from db_sage_lint.expand import called_bodies, do_body
from db_sage_lint.operations import (
    Begin,
    Commit,
    Copy,
    DoBlock,
    Name,
    Operation,
    PrepareTransaction,
    Query,
    ReleaseSavepoint,
    ResetVariable,
    Rollback,
    RollbackToSavepoint,
    Savepoint,
    SetVariable,
    Unread,
)
from db_sage_lint.ordering.things import Thing, lacking, made
from db_sage_lint.profiles import prime
from db_sage_lint.read import Read, read
from db_sage_lint.script import Origin, Script
from db_sage_lint.session import Session

# What says how the statements behind it run.
SESSION = (
    Begin, Commit, Rollback, Savepoint, ReleaseSavepoint, RollbackToSavepoint, PrepareTransaction, ResetVariable,
)  # fmt: skip
# Settings that change neither what names mean nor what statements do.
HARMLESS = frozenset(
    {"lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "client_min_messages"}
)
OFF = frozenset({"off", "false", "no", "0"})
IN_PATH = frozenset({"relation", "type", "function"})


class Unit(Struct, frozen=True, eq=False):
    """One statement of part number `part`, with its rows if it is COPY. `segment` counts what stands before it in the
    part that it must not be moved across.
    """

    part: int
    script: Script
    start: int
    end: int
    operations: tuple[Operation, ...]
    fixed: bool
    segment: int


class Part(Struct, frozen=True, eq=False):
    """One script of a sequence. `reported` says that its problems are told."""

    script: Script
    units: tuple[Unit, ...]
    transaction: bool
    reported: bool = True


class Lack(Struct, frozen=True, eq=False):
    """Something that a statement needs at byte `at` and that isn't there: one of `things`, as search_path has it.

    `soft` says that the statement may not run into it. `doubted` says that something unread may have made it, and
    `drops` that the statement only takes it away.
    """

    things: tuple[Thing, ...]
    at: int
    soft: bool
    doubted: bool
    drops: bool


class Made(Struct, frozen=True):
    """What a statement made, and the word for it."""

    thing: Thing
    word: str


def part_of(number: int, script: Script, *, reported: bool) -> Part:
    """The units of a script that is number `number` of its sequence."""
    statements = list(read(script))
    units: list[Unit] = []
    segment = 0
    for first, rest in with_rows(statements):
        fixed = is_fixed(first) or first.script is not None
        segment += fixed
        end = max(statement.end for statement in (first, *rest))
        units.append(Unit(number, first.script or script, first.start, end, first.operations, fixed, segment))
        segment += fixed
    return Part(script, tuple(units), one_transaction(script, statements), reported)


def with_rows(statements: Iterable[Read]) -> Iterator[tuple[Read, list[Read]]]:
    """Each statement with the rows that follow COPY … FROM STDIN."""
    current: tuple[Read, list[Read]] | None = None
    for statement in statements:
        if current and not statement.counts and not current[1] and is_copy(current[0]):
            current[1].append(statement)
            continue
        if current:
            yield current
        current = (statement, [])
    if current:
        yield current


def is_copy(statement: Read) -> bool:
    return any(isinstance(op, Copy) and op.is_from and not op.place for op in statement.operations)


def is_fixed(statement: Read) -> bool:
    """Whether other statements can't change places with it: it says how they run, or isn't known."""
    return not statement.counts or any(map(changes_session, statement.operations))


def changes_session(op: Operation) -> bool:
    match op:
        case SetVariable():
            return op.name.lower() not in HARMLESS
        case Unread():
            return True
    return isinstance(op, SESSION)


class Player:
    """A database that doesn't exist: it plays units, and tells what they lack before each of their operations."""

    def __init__(self, config: Config) -> None:
        self.db = Catalog(complete=True)
        prime(self.db, frozenset(config.profiles))
        self.settings = dict(config.runner_settings)
        self.session: Session | None = None
        self.lacks: list[Lack] = []
        self.called: set[object] = set()

    def open(self, part: Part) -> None:
        """Connects for the script of a part."""
        self.session = Session(part.script, in_transaction=part.transaction, settings=self.settings, db=self.db)

    def close(self) -> None:
        if self.session is not None:
            self.session.close(self.db)
            self.session = None

    def play(self, unit: Unit) -> list[Lack]:
        """Runs a unit; gives back what its operations lacked."""
        self.lacks = []
        self.called.clear()
        origin = Origin(unit.script, unit.start, unit.end, unit.part)
        for op in unit.operations:
            self.take(op, origin)
        return self.lacks

    def made_since(self, mark: int) -> list[Made]:
        """What was made since a mark of the catalog."""
        return [Made(*one) for written in self.db.written(mark) for one in made(self.db, written)]

    def take(self, op: Operation, origin: Origin) -> None:
        assert self.session is not None
        db = self.db
        if isinstance(op, Unread):
            db.open(op.names, origin)
        elif not db.skips(op):
            self.lacks += self.lacks_of(op, origin)
            db.apply(certain(op), origin)
        self.session.apply(op, (), origin, db)
        if isinstance(op, DoBlock | Query):
            inside = do_body(op, origin, db) if isinstance(op, DoBlock) else called_bodies(op, origin, db, self.called)
            for inner, place in inside:
                self.take(inner, place)

    def lacks_of(self, op: Operation, origin: Origin) -> Iterator[Lack]:
        drops = type(op).__name__.startswith("Drop")
        bodies = self.session is None or self.session.settings.get("check_function_bodies", "on").lower() not in OFF
        for thing, at in lacking(op, self.db, origin.script.source, bodies=bodies):
            place = next((one for one in (at, op.at) if one >= 0), origin.start)
            doubted = self.db.doubts(thing.name.name, None) or bool(thing.part and self.db.doubts(thing.part, None))
            yield Lack(self.meanings(thing), place, op.possible, doubted, drops)

    def meanings(self, thing: Thing) -> tuple[Thing, ...]:
        """What a name may mean that no schema was written to: one in each schema of search_path."""
        if thing.name.schema or thing.kind not in IN_PATH:
            return (thing,)
        schemas = [schema for schema in self.db.search_path if schema != "$user"] or ["public"]
        return tuple(Thing(thing.kind, Name(thing.name.name, schema), thing.part) for schema in schemas)


def certain(op: Operation) -> Operation:
    """The operation without IF NOT EXISTS, where nothing is there: what only was told of is none the less made here."""
    return structs.replace(op, if_not_exists=False) if getattr(op, "if_not_exists", False) else op


def all_units(parts: Sequence[Part]) -> list[Unit]:
    return list(chain.from_iterable(part.units for part in parts))
