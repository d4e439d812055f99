"""A column under another name: its table's parts, and what reads it elsewhere, follow."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from db_sage_lint.catalog.moves import rewrite_policies, rewritten_policy
from db_sage_lint.catalog.names import with_kept_names
from db_sage_lint.catalog.parts import note_gone
from db_sage_lint.catalog.reading import mentions
from db_sage_lint.catalog.records import Column, Constraint, Index, Policy, Sequence, Table, Trigger, View
from db_sage_lint.catalog.rewriting import with_column
from db_sage_lint.operations import Expression, IndexKey, Name, Operation, PartitionBy
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


class _Renaming:
    """One column's old and new name, applied to the parts of its table."""

    def __init__(self, old: str, new: str) -> None:
        self.old = old
        self.new = new

    def name(self, name: str) -> str:
        return self.new if name == self.old else name

    def names(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(self.name, names)) if self.old in names else names

    def expression(self, expression: Expression | None) -> Expression | None:
        return with_column(expression, self.old, self.new) if expression else expression

    def column(self, column: Column) -> Column:
        if column.generation is not None:
            column = replace(column, generation=self.expression(column.generation))
        return replace(column, name=self.new) if column.name == self.old else column

    def constraint(self, constraint: Constraint) -> Constraint:
        if self.old not in constraint.columns:
            return constraint
        return replace(
            constraint,
            columns=self.names(constraint.columns),
            expression=self.expression(constraint.expression),
        )

    def key(self, key: IndexKey) -> IndexKey:
        if key.expression is not None:
            return replace(key, expression=self.expression(key.expression))
        return replace(key, column=self.name(key.column))

    def index(self, index: Index) -> Index:
        return replace(
            index,
            keys=tuple(map(self.key, index.keys)),
            include=self.names(index.include),
            predicate=self.expression(index.predicate),
        )

    def trigger(self, trigger: Trigger) -> Trigger:
        return replace(trigger, columns=self.names(trigger.columns), when=self.expression(trigger.when))

    def partition_by(self, by: PartitionBy | None) -> PartitionBy | None:
        if by is None:
            return None
        expressions = tuple(with_column(e, self.old, self.new) for e in by.expressions)
        return PartitionBy(by.strategy, self.names(by.keys), expressions)

    def table(self, table: Table, origin: Origin) -> Table:
        kept = with_kept_names(table, self.old)
        columns = {self.name(name): self.column(column) for name, column in kept.items()}
        if self.new in columns:
            columns[self.new] = replace(columns[self.new], changed=origin)
        return replace(
            table,
            columns=columns,
            constraints={name: self.constraint(c) for name, c in table.constraints.items()},
            triggers={name: self.trigger(t) for name, t in table.triggers.items()},
            partition_by=self.partition_by(table.partition_by),
            changed=origin,
        )


def rename_column(db: "Catalog", table: Table, old: str, new: str, op: Operation, origin: Origin) -> None:
    """Renames one column of one table; heirs are for the caller."""
    if old == new or (table.closed and old not in table.columns):
        return
    renaming = _Renaming(old, new)
    note_gone(
        db, ("column", table.name, old), op, origin, record=table.columns.get(old), now=Name(new, table.name.schema)
    )
    _policies_follow(db, table, old, new)  # first: they are read with the old name in scope
    current = db.relations.get(table.name)
    if isinstance(current, Table):
        db.put_relation(renaming.table(current, origin))
    for index in db.indexes_of(table.name):
        db.put_relation(renaming.index(index))
    for owner in db.users(table.name.name):
        reader = db.relations.get(owner)
        if isinstance(reader, View):
            _view_follows(db, reader, table.name, old, new)
        elif isinstance(reader, Sequence) and reader.owned_by == (table.name, old):
            db.put_relation(replace(reader, owned_by=(table.name, new)))
        elif isinstance(reader, Table):
            _foreign_keys_follow(db, reader, table.name, renaming)
    db.rename_used(old, new)


def _foreign_keys_follow(db: "Catalog", reader: Table, referenced: Name, renaming: _Renaming) -> None:
    constraints = {
        name: replace(c, referenced_columns=renaming.names(c.referenced_columns)) if c.referenced == referenced else c
        for name, c in reader.constraints.items()
    }
    if any(constraints[name] is not c for name, c in reader.constraints.items()):
        db.put_relation(replace(reader, constraints=constraints))


def _view_follows(db: "Catalog", view: View, table: Name, old: str, new: str) -> None:
    if (table, old) in view.reads:
        db.put_relation(replace(view, reads=view.reads - {(table, old)} | {(table, new)}))


def _policies_follow(db: "Catalog", table: Table, old: str, new: str) -> None:
    """Policies of this table and, through sub-selects, of others."""
    for owner in {table.name, *db.users(table.name.name)}:
        reader = db.relations.get(owner)
        if isinstance(reader, Table) and any(
            mentions(e, old) for p in reader.policies.values() for e in (p.using, p.check)
        ):
            rewrite_policies(db, reader, _renamer(db, reader, table.name, old, new))


def _renamer(db: "Catalog", reader: Table, table: Name, old: str, new: str) -> Callable[[Policy], Policy]:
    from db_sage_lint.expressions import bindings

    def rewrite(expression: Expression) -> Expression:
        if not mentions(expression, old):
            return expression
        bound = bindings(expression, reader, db)
        places = {b.location for b in bound if b.relation == table and b.column == old}
        return with_column(expression, old, new, places)

    return lambda policy: rewritten_policy(policy, rewrite)
