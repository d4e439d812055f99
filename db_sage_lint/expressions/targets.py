"""The types that an expression names."""

from db_sage_lint.expressions.tree import fields_of, qualified_name, tree, walk
from db_sage_lint.operations import Expression, Name

_NONE: frozenset[Name] = frozenset()


def cast_targets(expr: Expression) -> frozenset[Name]:
    """The types that it casts to, as written: built-in ones come with the schema pg_catalog where SQL has a word for
    them. The element type where the cast is to an array.
    """
    if b'"TypeCast"' not in expr:
        return _NONE
    casts = (fields_of(fields.get("typeName")) for kind, fields in walk(tree(expr)) if kind == "TypeCast")
    return frozenset(qualified_name(type_name.get("names")) for type_name in casts)
