"""Expressions as the server shows them after a rename: it keeps them by object, the catalog by name."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from msgspec import DecodeError, json

from db_sage_lint.catalog.reading import mentions
from db_sage_lint.expressions.tree import Fields, Json, as_name, fields_of, node, qualified_name, text
from db_sage_lint.operations import Expression, Name, Type

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog

# Changes the fields of a node of a fresh tree in place; says whether it did.
Visit = Callable[[Fields], bool]


def rewritten(expression: Expression, kind: str, visit: Visit) -> Expression:
    """The expression with `visit` applied to every node of a kind; the same bytes where nothing changed."""
    try:
        tree: Json = json.decode(expression)
        if not _visit_all(tree, kind, visit):
            return expression
        return json.encode(tree)
    except (RecursionError, DecodeError):  # deeper than can be written back: it keeps the old names
        return expression


def _visit_all(tree: Json, kind: str, visit: Visit) -> bool:
    changed = False
    waiting: list[Json] = [tree]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            waiting += here
        elif isinstance(here, dict):
            fields = here.get(kind)
            if isinstance(fields, dict):
                changed |= visit(fields)
            waiting += here.values()
    return changed


def with_literal(expression: Expression, old: str, new: str) -> Expression:
    """Every string literal `old` replaced by `new`."""

    def visit(fields: Fields) -> bool:
        literal = fields.get("sval")
        if not isinstance(literal, dict) or literal.get("sval") != old:
            return False
        literal["sval"] = new
        return True

    return rewritten(expression, "A_Const", visit)


def with_column(expression: Expression, old: str, new: str, places: Collection[int] | None = None) -> Expression:
    """Every reference to the column `old` renamed; with `places` only those at these locations."""

    def visit(fields: Fields) -> bool:
        parts = fields.get("fields")
        if not isinstance(parts, list) or not parts or (places is not None and fields.get("location", 0) not in places):
            return False
        kind, last = node(parts[-1])
        if kind != "String" or last.get("sval") != old:
            return False
        last["sval"] = new
        return True

    return rewritten(expression, "ColumnRef", visit) if mentions(expression, old) else expression


def with_relation(db: "Catalog", expression: Expression, old: Name, new: Name) -> Expression:
    """The relation `old` renamed in FROM; what it goes by there stays, as the alias that the server makes of it."""

    def visit(fields: Fields) -> bool:
        schema = text(fields.get("schemaname"))
        if fields.get("relname") != old.name or db.resolve(Name(old.name, schema)) not in (old, new):
            return False
        fields["relname"] = new.name
        if schema or new.schema != old.schema:
            fields["schemaname"] = new.schema
        if new.name != old.name and "alias" not in fields:
            fields["alias"] = {"aliasname": old.name}
        return True

    return rewritten(expression, "RangeVar", visit) if mentions(expression, old.name) else expression


def with_sequence(expression: Expression, old: Name, new: Name) -> Expression:
    """The sequence `old` renamed in regclass constants."""

    def visit(fields: Fields) -> bool:
        constant = fields_of(fields.get("sval"))
        written = as_name(text(constant.get("sval")))
        if written.name != old.name or (written.schema or old.schema) != old.schema:
            return False
        constant["sval"] = str(new)
        return True

    return rewritten(expression, "A_Const", visit) if mentions(expression, old.name) else expression


def with_cast(expression: Expression, kind: Type) -> Expression:
    """The expression with a cast to the type around it."""
    names = [{"String": {"sval": word}} for word in (kind.schema, kind.name) if word]
    bounds = [{"Integer": {"ival": -1}}] * kind.dimensions
    type_name = {"names": names, "typemod": -1, **({"arrayBounds": bounds} if bounds else {})}
    return b'{"TypeCast":{"arg":%s,"typeName":%s}}' % (expression, json.encode(type_name))


def with_function(expression: Expression, old: Name, new: Name) -> Expression:
    """Calls of the function `old` renamed."""

    def visit(fields: Fields) -> bool:
        written = qualified_name(fields.get("funcname"))
        if written.name != old.name or (written.schema or old.schema) != old.schema:
            return False
        schema: list[Json] = [{"String": {"sval": new.schema}}] if written.schema or new.schema != old.schema else []
        fields["funcname"] = [*schema, {"String": {"sval": new.name}}]
        return True

    return rewritten(expression, "FuncCall", visit) if mentions(expression, old.name) else expression
