"""The catalog's store: dictionaries of records, the journal that undoes writes to them, and names by search_path."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from msgspec import Struct, json

from db_sage_lint.catalog.records import (
    DataType,
    DefaultPrivilege,
    Extension,
    Function,
    Gone,
    Privilege,
    Publication,
    Relation,
    Role,
    Schema,
)
from db_sage_lint.operations import Expression, Name
from db_sage_lint.script import Origin

Key = TypeVar("Key")
Value = TypeVar("Value")

SYSTEM_SCHEMAS = frozenset({"pg_catalog", "information_schema", "pg_toast"})
TEMPORARY = "pg_temp"

_ABSENT: Any = object()
# Every identifier and string constant of a parse tree stands in one of these fields of libpg_query's JSON.
_IDENTIFIERS = re.compile(rb'"(?:sval|relname)":("(?:[^"\\]|\\.)*")')

GoneKey = tuple[str, Name, str]
# The dictionaries of what exists, by the attribute that holds each.
STORES = ("relations", "types", "functions", "schemas", "extensions", "roles", "publications")


class Written(Struct, frozen=True):
    """A record that was written: the store it is in, its name, and what was and is there, None for nothing."""

    store: str
    name: Name
    old: Any
    new: Any


class State:
    """What exists, by resolved name, and what was dropped or renamed away.

    Every write goes through `put` or `remove`, so that `rollback` can undo it. Records are immutable: a change
    replaces the record. `user` is the role that owns what is made, empty for the runner's own. `answers` keeps what
    was found out about the present state until the next write. `former` are the relations that were written since
    `begin_change_set`, as they were before; None for what did not exist.
    """

    def __init__(self, *, search_path: tuple[str, ...] = ("public",), complete: bool = False) -> None:
        self.relations: dict[Name, Relation] = {}
        self.types: dict[Name, DataType] = {}
        self.functions: dict[Name, tuple[Function, ...]] = {}
        self.schemas: dict[str, Schema] = {s: Schema(name=s) for s in (*SYSTEM_SCHEMAS, "public", TEMPORARY)}
        self.extensions: dict[str, Extension] = {"plpgsql": Extension(name="plpgsql", schema="pg_catalog")}
        self.roles: dict[str, Role] = {}
        self.publications: dict[str, Publication] = {}
        self.privileges: dict[tuple[str, Name], dict[Privilege, Origin]] = {}
        self.default_privileges: dict[DefaultPrivilege, Origin] = {}
        self.gone: dict[Name, Gone] = {}
        self.gone_parts: dict[GoneKey, Gone] = {}
        self.doubtful: dict[str, Origin | None] = {}
        self._turns: dict[Origin | None, int] = {}
        self._doubted: dict[str, int] = {}
        self._flags: dict[str, bool] = {"complete": complete}
        self._relations_named: dict[str, tuple[Name, ...]] = {}
        self._types_named: dict[str, tuple[Name, ...]] = {}
        self._functions_named: dict[str, tuple[Name, ...]] = {}
        self._noted: dict[str, dict[Name, None]] = {}
        self._mentioned: dict[str, dict[Name, None]] = {}
        self._unindexed: list[tuple[Name, Expression]] = []
        self._journal: list[tuple[dict[Any, Any], Any, Any]] = []
        self._journaling = False
        self._trial: int | None = None
        self._has_temporary = False
        self.answers: dict[object, object] = {}
        self.former: dict[Name, Relation | None] = {}
        self.search_path = search_path
        self.user = ""

    @property
    def complete(self) -> bool:
        """Whether the files read are the whole history, so that what they did not make does not exist."""
        return self._flags["complete"]

    @complete.setter
    def complete(self, complete: bool) -> None:
        self.put(self._flags, "complete", complete)

    def begin_change_set(self) -> None:
        """Says that what is written from now on is written by another change set."""
        self.former.clear()

    # --- journal -------------------------------------------------------------------------------------------------

    def mark(self) -> int:
        """The present state, to come back to by `rollback`. Journaling begins with the first mark."""
        self._journaling = True
        return len(self._journal)

    def trial(self) -> int:
        """As `mark`, and commits don't forget it before it is rolled back to."""
        mark = self._trial = self.mark()
        return mark

    def rollback(self, mark: int) -> None:
        """Undoes every write since `mark`; marks taken before it stay good."""
        self.answers.clear()
        while len(self._journal) > mark:
            store, key, old = self._journal.pop()
            if old is _ABSENT:
                del store[key]
            else:
                store[key] = old
        if mark == self._trial:
            self._trial = None

    def written(self, mark: int) -> Iterator[Written]:
        """The records written since `mark` and not undone, each once, in the order in which they first were."""
        stores = {id(getattr(self, name)): name for name in STORES}
        seen: set[tuple[int, object]] = set()
        for store, key, old in self._journal[mark:]:
            if id(store) in stores and (id(store), key) not in seen:
                seen.add((id(store), key))
                name = Name(key) if isinstance(key, str) else key
                yield Written(stores[id(store)], name, None if old is _ABSENT else old, store.get(key))

    def commit(self) -> None:
        """Makes every write final and forgets all marks, but in a `trial`."""
        if self._trial is None:
            self._journal.clear()
            self._journaling = False

    def put(self, store: dict[Key, Value], key: Key, value: Value) -> None:
        """Writes one record of one of this object's dictionaries."""
        self.answers.clear()
        if self._journaling:
            self._journal.append((store, key, store.get(key, _ABSENT)))
        store[key] = value

    def remove(self, store: dict[Key, Value], key: Key) -> None:
        """Deletes one record, if it is there."""
        if key in store:
            self.answers.clear()
            if self._journaling:
                self._journal.append((store, key, store[key]))
            del store[key]

    # --- relations, types and functions: their dictionaries and the indexes by bare name -----------------------------

    def put_relation(self, relation: Relation) -> None:
        name = relation.name
        if name not in self.relations:
            self._enter(self._relations_named, name)
            self._has_temporary |= name.schema == TEMPORARY
        if name not in self.former:
            self.former[name] = self.relations.get(name)
        self.put(self.relations, name, relation)

    def remove_relation(self, name: Name) -> None:
        if name in self.relations:
            self.former.setdefault(name, self.relations[name])
            self.remove(self.relations, name)
            self._leave(self._relations_named, name)

    def end_session(self) -> None:
        """Drops what goes with the session that made it: temporary relations, types and functions."""
        if self._has_temporary:
            for name in [name for name in self.relations if name.schema == TEMPORARY]:
                self.remove_relation(name)
            for name in [name for name in self.types if name.schema == TEMPORARY]:
                self.remove_type(name)
            for name in [name for name in self.functions if name.schema == TEMPORARY]:
                self.put_functions(name, ())
            self._has_temporary = False

    def put_type(self, data_type: DataType) -> None:
        name = data_type.name
        if name not in self.types:
            self._enter(self._types_named, name)
            self._has_temporary |= name.schema == TEMPORARY
        self.put(self.types, name, data_type)

    def remove_type(self, name: Name) -> None:
        if name in self.types:
            self.remove(self.types, name)
            self._leave(self._types_named, name)

    def put_functions(self, name: Name, overloads: tuple[Function, ...]) -> None:
        """Replaces the overloads of a function; none removes the name."""
        if not overloads:
            if name in self.functions:
                self.remove(self.functions, name)
                self._leave(self._functions_named, name)
                self.remove(self.privileges, ("function", name))
            return
        if name not in self.functions:
            self._enter(self._functions_named, name)
            self._has_temporary |= name.schema == TEMPORARY
        self.put(self.functions, name, overloads)

    def _enter(self, index: dict[str, tuple[Name, ...]], name: Name) -> None:
        self.put(index, name.name, (*index.get(name.name, ()), name))

    def _leave(self, index: dict[str, tuple[Name, ...]], name: Name) -> None:
        rest = tuple(n for n in index[name.name] if n != name)
        if rest:
            self.put(index, name.name, rest)
        else:
            self.remove(index, name.name)

    # --- names by search_path ----------------------------------------------------------------------------------------

    @property
    def search_path(self) -> tuple[str, ...]:
        """The schemas that unqualified names are looked for in, in order. "$user" is passed over."""
        return self._search_path

    @search_path.setter
    def search_path(self, schemas: tuple[str, ...]) -> None:
        self.answers.clear()
        self._search_path = schemas
        listed = tuple(s for s in schemas if s != "$user")
        self._lookup = listed if TEMPORARY in listed else (TEMPORARY, *listed)
        self._target = next((s for s in listed if s not in SYSTEM_SCHEMAS), "public")

    def resolve(self, name: Name) -> Name:
        """The relation that a name means: by search_path, or where a new one of this name would go.

        A name that exists only in one schema outside the path means that one as long as the history is not known
        to be complete: a role's or a runner's own setting of search_path is the likely reason.
        """
        return name if name.schema else self._find(self._relations_named, name)

    def resolve_type(self, name: Name) -> Name:
        """As `resolve`, for a type of the user's; a table's row type too. Built-in types are not known here."""
        if name.schema:
            return name
        found = self._find(self._types_named, name)
        return found if found in self.types else self.resolve(name)

    def resolve_function(self, name: Name) -> Name:
        """As `resolve`, for a function of the user's. Built-in functions are not known here."""
        return name if name.schema else self._find(self._functions_named, name)

    def relations_named(self, bare_name: str) -> tuple[Name, ...]:
        """The relations of this name, in whatever schema."""
        return self._relations_named.get(bare_name, ())

    def names_type(self, bare_name: str) -> bool:
        """Whether some schema has a type, or a relation with its row type, of this name."""
        return bare_name in self._types_named or bare_name in self._relations_named

    def _find(self, index: Mapping[str, tuple[Name, ...]], name: Name) -> Name:
        found = index.get(name.name)
        if found is None:
            return Name(name.name, "pg_catalog") if name.name.startswith("pg_") else self.place(name)
        if len(found) == 1 and found[0].schema in self._lookup:
            return found[0]
        for schema in self._lookup:
            for candidate in found:
                if candidate.schema == schema:
                    return candidate
        return found[0] if len(found) == 1 and not self.complete else self.place(name)

    def place(self, name: Name) -> Name:
        """Where an object created under this name goes: its schema, else the first of search_path that takes it."""
        return name if name.schema else Name(name.name, self._target)

    # --- doubt -------------------------------------------------------------------------------------------------------

    def turn(self, origin: Origin) -> None:
        """Says that the statement's turn has come: statements have an order, by which doubts are older or newer."""
        if origin not in self._turns:
            self._turns[origin] = len(self._turns)

    def turn_of(self, origin: Origin | None) -> int:
        """The number of the statement's turn, -1 before it has come."""
        return self._turns.get(origin, -1)

    @property
    def turns(self) -> int:
        """How many statements have had their turn."""
        return len(self._turns)

    def doubt(self, name: str, origin: Origin | None) -> None:
        """Says that something unread may have changed objects of this bare name; "" stands for all."""
        self.put(self.doubtful, name, origin)
        self.put(self._doubted, name, len(self._turns))

    def doubts(self, name: str, since: Origin | None) -> bool:
        """Whether something unread may have changed objects of this bare name after the statement `since`."""
        if not self._doubted:
            return False
        turn = self._turns.get(since, -1)
        return turn < max(self._doubted.get(name, -1), self._doubted.get("", -1))

    # --- who may use what --------------------------------------------------------------------------------------------

    def note(self, user: Name, used: str) -> None:
        """Says that the relation, type or function `user` names something called `used`, outside of expressions."""
        users = self._noted.get(used)
        if users is None:
            self._noted[used] = {user: None}
        else:
            users[user] = None

    def note_expression(self, user: Name, expression: Expression | None) -> None:
        """Says that `user` has this expression; its identifiers are read when somebody asks."""
        if expression is not None:
            self._unindexed.append((user, expression))

    def noted(self, used: str) -> list[Name]:
        """Those that `note` named for something of this bare name, in the order of the notes.

        A superset, for the asker to look through: it is never journaled, an entry too many does no harm.
        """
        return list(self._noted.get(used, ()))

    def mentioned(self, used: str) -> list[Name]:
        """Those that have the bare name in an expression, as an identifier or constant; a superset like `noted`."""
        if self._unindexed:
            self._read_expressions()
        return list(self._mentioned.get(used, ()))

    def users(self, used: str) -> list[Name]:
        """What may use an object of this bare name in whatever way: `noted` and `mentioned`."""
        return list(dict.fromkeys((*self.noted(used), *self.mentioned(used))))

    def rename_user(self, old: Name, new: Name) -> None:
        """Says that `new` names all that `old` does."""
        self._read_expressions()
        for index in (self._noted, self._mentioned):
            for users in index.values():
                if old in users:
                    users[new] = None

    def rename_used(self, old: str, new: str) -> None:
        """Says that what named something called `old` may name it as `new` now."""
        self._read_expressions()
        for index in (self._noted, self._mentioned):
            if old in index:
                index.setdefault(new, {}).update(index[old])

    def _read_expressions(self) -> None:
        for user, expression in self._unindexed:
            for token in _IDENTIFIERS.findall(expression):
                self._note_identifier(user, token)
        self._unindexed.clear()

    def _note_identifier(self, user: Name, token: bytes) -> None:
        text = json.decode(token, type=str) if b"\\" in token else token[1:-1].decode(errors="replace")
        self._mentioned.setdefault(text, {})[user] = None
        if "." in text:  # 'schema.sequence'::regclass
            self._mentioned.setdefault(text.rpartition(".")[2].strip('"'), {})[user] = None
