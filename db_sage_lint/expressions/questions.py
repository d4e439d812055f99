"""What an expression mentions: functions, columns, relations, literals; and whether two are the same."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal as OneOf

from msgspec import Struct, json

from db_sage_lint.expressions.tree import (
    Fields,
    Json,
    as_name,
    fields_of,
    items,
    location,
    node,
    qualified_name,
    strings,
    text,
    tree,
    walk,
)
from db_sage_lint.operations import Expression, Name
from db_sage_lint.regex import lazy

_WRITING = frozenset({"InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})
_NO_NAMES: frozenset[Name] = frozenset()
_ON_SEQUENCES = frozenset({"nextval", "currval", "setval"})
_SEQUENCE_WORDS = tuple(f'"{name}"'.encode() for name in ("regclass", *sorted(_ON_SEQUENCES)))
# The names in a tree's JSON, for which the tree need not be walked: inside of its strings every quote is escaped.
CALLED = lazy(rb'"(?:FuncCall|funccall)":\{"funcname":(\[(?:[^"\]]|"(?:[^"\\]|\\.)*")*\])')
NAMED = lazy(
    rb'"RangeVar":\{(?:"catalogname":"(?:[^"\\]|\\.)*",)?'
    rb'(?:"schemaname":("(?:[^"\\]|\\.)*"),)?"relname":("(?:[^"\\]|\\.)*")'
)


class QualifiedColumn(Struct, frozen=True):
    """A column as an expression writes it: `qualifier` is the alias or relation before it, empty where none is,
    `schema` that of a relation. `column` is "*" for all columns. `location` is its byte.
    """

    column: str
    qualifier: str = ""
    schema: str = ""
    location: int = -1


class Literal(Struct, frozen=True):
    """A literal: `value` is its text ("true" and "false" for booleans, empty for NULL), `location` its byte."""

    kind: OneOf["string", "integer", "float", "boolean", "bits", "null"]
    value: str
    location: int = -1


@lru_cache(maxsize=1024)
def functions_called(expr: Expression) -> frozenset[Name]:
    """The functions that are called by name, as written; operators and SQL's own forms (CURRENT_USER, COALESCE)
    are not among them, AT TIME ZONE and its like are, under the name PostgreSQL gives them.
    """
    if b'"FuncCall"' not in expr and b'"CallStmt"' not in expr:
        return _NO_NAMES
    return frozenset(qualified_name(json.decode(name)) for name in set(CALLED.findall(expr)))


def calls(expr: Expression) -> Iterator[Fields]:
    """The calls of functions and procedures in it, in the order of its text."""
    if b'"FuncCall"' in expr or b'"CallStmt"' in expr:
        for kind, fields in walk(tree(expr)):
            if kind == "FuncCall":
                yield fields
            elif kind == "CallStmt":
                yield fields_of(fields.get("funccall"))


def value_functions(expr: Expression) -> frozenset[str]:
    """SQL's functions without parentheses, in lower case: current_user, current_timestamp, …"""
    if b'"SQLValueFunction"' not in expr:
        return frozenset()
    ops = (text(f.get("op")) for kind, f in walk(tree(expr)) if kind == "SQLValueFunction")
    return frozenset(op.removeprefix("SVFOP_").removesuffix("_N").lower() for op in ops)


def columns_read(expr: Expression) -> frozenset[str]:
    """The names of the columns that stand in it, without qualifier; "*" for all of a relation."""
    return frozenset(column.column for column in qualified_columns_read(expr))


def qualified_columns_read(expr: Expression) -> tuple[QualifiedColumn, ...]:
    """Every place where a column stands in it, in the order of the tree."""
    if b'"ColumnRef"' not in expr:
        return ()
    return tuple(column_of(f) for kind, f in walk(tree(expr)) if kind == "ColumnRef")


def column_of(fields: Fields) -> QualifiedColumn:
    """The column that a ColumnRef writes."""
    words = [text(inner.get("sval")) if kind == "String" else "*" for kind, inner in map(node, items(fields["fields"]))]
    return QualifiedColumn(
        column=words[-1],
        qualifier=words[-2] if len(words) > 1 else "",
        schema=words[-3] if len(words) > 2 else "",
        location=location(fields),
    )


def columns_written(statement: Expression) -> Iterator[tuple[Name, str]]:
    """The relations, as written, that statements in it write, each with the columns that they name, "" first."""
    for kind, fields in walk(tree(statement)):
        if kind in _WRITING:
            relation = fields_of(fields.get("relation"))
            name = Name(text(relation.get("relname")), text(relation.get("schemaname")))
            yield name, ""
            for target in items(fields.get("cols") or fields.get("targetList")):
                yield name, text(node(target)[1].get("name"))


@lru_cache(maxsize=1024)
def relations_named(expr: Expression) -> frozenset[Name]:
    """The relations that stand in FROM of its sub-selects, as written. Names of WITH queries are among them."""
    if b'"RangeVar"' not in expr:
        return _NO_NAMES
    named = set(NAMED.findall(expr))
    return frozenset(Name(json.decode(name), json.decode(schema or b'""')) for schema, name in named)


def sequences_named(expr: Expression) -> frozenset[Name]:
    """The relations, mostly sequences, that constants of it name: 'numbers'::regclass, nextval('numbers')."""
    if not any(word in expr for word in _SEQUENCE_WORDS):
        return _NO_NAMES
    return frozenset(as_name(written) for kind, f in walk(tree(expr)) if (written := _relation_constant(kind, f)))


def _relation_constant(kind: str, fields: Fields) -> str:
    if kind == "TypeCast" and qualified_name(fields_of(fields.get("typeName")).get("names")).name == "regclass":
        return _string(fields.get("arg"))
    if kind == "FuncCall" and qualified_name(fields.get("funcname")).name in _ON_SEQUENCES:
        return _string(next(iter(items(fields.get("args"))), None))
    return ""


def _string(value: Json) -> str:
    """The text of a string constant, empty for anything else."""
    kind, fields = node(value)
    return text(fields_of(fields.get("sval")).get("sval")) if kind == "A_Const" else ""


def literals(expr: Expression) -> tuple[Literal, ...]:
    """Every literal in it, in the order of the tree."""
    return tuple(literal_of(f) for kind, f in walk(tree(expr)) if kind == "A_Const")


_LITERAL_KINDS: tuple[tuple[str, OneOf["string", "integer", "float", "bits"], str], ...] = (
    ("sval", "string", "sval"),
    ("ival", "integer", "ival"),
    ("fval", "float", "fval"),
    ("bsval", "bits", "bsval"),
)


def literal_of(fields: Fields) -> Literal:
    """The literal that an A_Const writes."""
    at = location(fields)
    for key, kind, inner in _LITERAL_KINDS:
        if key in fields:
            value = fields[key]
            raw = value.get(inner) if isinstance(value, dict) else None
            return Literal(kind, str(raw if raw is not None else 0 if kind == "integer" else ""), at)
    if "boolval" in fields:
        value = fields["boolval"]
        return Literal("boolean", "true" if isinstance(value, dict) and value.get("boolval") else "false", at)
    return Literal("null", "", at)


def bare(value: Json) -> tuple[str, Fields]:
    """The node inside casts and COLLATE."""
    kind, inner = node(value)
    while kind in ("TypeCast", "CollateClause"):
        kind, inner = node(inner.get("arg"))
    return kind, inner


def is_null_constant(expr: Expression) -> bool:
    """Whether it is NULL, cast or not."""
    if b'"isnull"' not in expr:
        return False
    kind, fields = bare(tree(expr))
    return kind == "A_Const" and literal_of(fields).kind == "null"


_CONSTANT_PARTS = frozenset({"A_Const", "TypeCast", "CollateClause", "A_ArrayExpr", "RowExpr", "String", "TypeName"})


def is_constant(expr: Expression) -> bool:
    """Whether it is made of literals only: signed, cast, or gathered in ARRAY[…] and ROW(…)."""
    return all(kind in _CONSTANT_PARTS or (kind == "Integer") or _is_sign(kind, f) for kind, f in walk(tree(expr)))


def _is_sign(kind: str, fields: Fields) -> bool:
    return kind == "A_Expr" and "lexpr" not in fields and qualified_name(fields.get("name")).name in ("-", "+")


_COSMETIC = frozenset(
    {
        "location", "list_start", "list_end", "rexpr_list_start", "rexpr_list_end", "name_location", "funcformat",
        "row_format", "stmt_location", "stmt_len",
    }
)  # fmt: skip


def equal(a: Expression, b: Expression) -> bool:
    """Whether two expressions are written the same, but for blanks, comments, parentheses and letter case."""
    return a == b or same(tree(a), tree(b))


def same(a: Json, b: Json) -> bool:
    """`equal` of two trees."""
    pairs = [(a, b)]
    while pairs:
        left, right = pairs.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            keys = left.keys() - _COSMETIC
            if keys != right.keys() - _COSMETIC:
                return False
            pairs.extend((_plain(key, left[key]), _plain(key, right[key])) for key in keys)
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            pairs.extend(zip(left, right, strict=True))
        elif left != right:
            return False
    return True


def _plain(key: str, value: Json) -> Json:
    """The value of a field; a type's name without pg_catalog, which stands there where SQL has a word for the type."""
    return value[1:] if key == "names" and isinstance(value, list) and strings(value)[:-1] == ["pg_catalog"] else value
