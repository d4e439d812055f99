"""Strategies for every operation there is, on a handful of names, so that sequences of them meet."""

from collections.abc import Callable
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from msgspec import Struct
from replay import operation

from db_sage_lint.operations import AddCheck, CreateIndex, CreateTable, CreateView, Name, Operation, Type

WORDS = ("a", "b", "c", "t", "u", "a_b")
SCHEMAS = ("", "", "", "public", "s")


def expressions() -> list[bytes]:
    """What may stand as an expression or a query: it names what the names above may be."""
    checks = ("a > 0", "b IS NOT NULL AND a <> c", "t(a) = 1", "EXISTS (SELECT 1 FROM u WHERE u.a = t.b)", "NULL")
    added = [operation(f"ALTER TABLE x ADD CHECK ({text})") for text in checks]
    found = [op.expression for op in added if isinstance(op, AddCheck)]
    for query in ("SELECT a, b FROM t", "SELECT * FROM u", "SELECT count(*) FROM s.t JOIN u USING (a)", "SELECT t(1)"):
        view = operation(f"CREATE VIEW x AS {query}")
        assert isinstance(view, CreateView)
        found.append(view.query)
    index = operation("CREATE INDEX ON x (lower(b)) WHERE a > 0")
    assert isinstance(index, CreateIndex)
    table = operation("CREATE TABLE x (a int DEFAULT nextval('t'))")
    assert isinstance(table, CreateTable)
    return [*found, *(key.expression for key in index.keys if key.expression), table.columns[0].default or b"{}"]


words = st.sampled_from(WORDS)
names = st.builds(Name, words, st.sampled_from(SCHEMAS))
BY_FIELD: dict[str, st.SearchStrategy[Any]] = {
    "schema": st.sampled_from(SCHEMAS),
    "new_schema": st.sampled_from(("public", "s")),
    "label": words,
}
BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    str: st.one_of(words, st.just("")),
    bool: st.booleans(),
    int: st.integers(-1, 3),
    bytes: st.sampled_from(expressions()),
    NoneType: st.none(),
    Name: names,
    Type: st.builds(Type, st.sampled_from(("int4", "text", "serial", *WORDS)), st.sampled_from(SCHEMAS)),
}


def strategy(kind: Any) -> st.SearchStrategy[Any]:
    """Values of an annotated type."""
    if kind in BY_TYPE:
        return BY_TYPE[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, UnionType):
        return st.one_of(*map(strategy, arguments))
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return st.lists(strategy(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(strategy, arguments))
    if origin is frozenset:
        return st.frozensets(strategy(arguments[0]), max_size=2)
    assert issubclass(kind, Struct), kind
    return built(kind)


def built(kind: Callable[..., Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    fields = {name: BY_FIELD[name] if name in BY_FIELD else strategy(hint) for name, hint in hints.items()}
    return st.builds(kind, **fields)


def leaves(kind: type[Operation]) -> list[type[Operation]]:
    """The operations that are made: those of no further kind."""
    below = kind.__subclasses__()
    return [kind] if not below else [leaf for each in below for leaf in leaves(each)]


OPERATIONS = leaves(Operation)
any_operation = st.one_of(*map(built, OPERATIONS))
