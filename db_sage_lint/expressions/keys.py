"""Which rows a condition names."""

import msgspec

from db_sage_lint.expressions.questions import column_of, is_constant
from db_sage_lint.expressions.tree import Fields, Json, fields_of, items, node, qualified_name, text, tree
from db_sage_lint.operations import Expression

_PARAMETER = "ParamRef"


def fixed_columns(condition: Expression) -> frozenset[str]:
    """The columns that a condition binds to literals, by = or IN, whatever else it says: `id = 1 AND …`.

    Parameters count as literals.
    """
    found = set()
    stack = [tree(condition)]
    while stack:
        kind, fields = node(stack.pop())
        if kind == "BoolExpr" and text(fields.get("boolop")) == "AND_EXPR":
            stack.extend(items(fields.get("args")))
        elif kind == "A_Expr" and qualified_name(fields.get("name")).name == "=":
            found.add(_fixed_by(fields))
    return frozenset(found - {""})


def _fixed_by(comparison: Fields) -> str:
    left, right = comparison.get("lexpr"), comparison.get("rexpr")
    kind = text(comparison.get("kind"))
    if kind not in {"AEXPR_OP", "AEXPR_IN", "AEXPR_OP_ANY"}:
        return ""
    if _is_literal(right):
        return _column(left)
    return _column(right) if kind == "AEXPR_OP" and _is_literal(left) else ""


def _column(value: Json) -> str:
    kind, fields = node(value)
    return column_of(fields).column if kind == "ColumnRef" else ""


def _is_literal(value: Json) -> bool:
    kind, fields = node(value)
    if kind == "List":
        return all(map(_is_literal, items(fields.get("items"))))
    if kind == "TypeCast":
        return _is_literal(fields.get("arg"))
    return kind == _PARAMETER or (bool(kind) and is_constant(msgspec.json.encode(fields_of(value))))
