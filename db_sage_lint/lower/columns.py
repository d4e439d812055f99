"""A column as a statement defines it, and the constraints written beside it."""

from typing import Literal

from msgspec.structs import replace

from db_sage_lint.lower.base import Source, optional
from db_sage_lint.lower.constraints import Within, add_constraint, apply_attributes
from db_sage_lint.lower.names import OnRelation, collation
from db_sage_lint.lower.values import type_of
from db_sage_lint.operations import SERIAL, AddForeignKey, ColumnSpec, Expression, Operation
from db_sage_lint.tree import ColumnDef, Constraint

# Source: ATTRIBUTE_IDENTITY_* and ATTRIBUTE_GENERATED_* in src/include/catalog/pg_attribute.h.
IDENTITY: dict[str, Literal["always", "by default"]] = {"a": "always", "d": "by default"}


def column(node: ColumnDef, on: OnRelation, within: Within, source: Source) -> tuple[ColumnSpec, list[Operation]]:
    """The column, and an operation for each constraint beside it but NOT NULL."""
    not_null = False
    not_null_name = ""
    default: Expression | None = None
    generated: Literal["", "stored", "virtual"] = ""
    generation: Expression | None = None
    identity: Literal["", "always", "by default"] = ""
    constraints: list[Operation] = []
    for constraint in own_constraints(node):
        match constraint.contype:
            case "CONSTR_NOTNULL":
                not_null, not_null_name = True, constraint.conname
            case "CONSTR_DEFAULT":
                default = optional(constraint.raw_expr)
            case "CONSTR_GENERATED":
                generated = "stored" if constraint.generated_kind == "s" else "virtual"
                generation = optional(constraint.raw_expr)
            case "CONSTR_IDENTITY":
                identity = IDENTITY[constraint.generated_when]
            case _:
                added = add_constraint(constraint, on, within, source.at(constraint.location), node.colname)
                if added is not None:
                    constraints.append(added)
    column_type = type_of(node.typeName)
    if within == "column" and (default is not None or generated or column_type.name in SERIAL):
        constraints = [replace(c, beside_default=True) if isinstance(c, AddForeignKey) else c for c in constraints]
    spec = ColumnSpec(
        name=node.colname,
        type=column_type,
        not_null=not_null,
        not_null_name=not_null_name,
        default=default,
        generated=generated,
        generation=generation,
        identity=identity,
        collation=collation(node.collClause),
        at=source.at(node.location),
    )
    return spec, constraints


def own_constraints(node: ColumnDef) -> list[Constraint]:
    if not node.constraints:
        return []
    return apply_attributes([c.constraint for c in node.constraints if c.constraint is not None])
