"""What calls a function, when the function gets another name."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from db_sage_lint.catalog.moves import rewritten_policy
from db_sage_lint.catalog.records import Column, Constraint, Index, Table, Trigger, View
from db_sage_lint.catalog.rewriting import with_function
from db_sage_lint.operations import Expression, IndexKey, Name

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog


class _Renaming:
    """One function's old and new name, applied to the records that may call it."""

    def __init__(self, old: Name, new: Name) -> None:
        self.old = old
        self.new = new

    def expression(self, expression: Expression) -> Expression:
        return with_function(expression, self.old, self.new)

    def optional(self, expression: Expression | None) -> Expression | None:
        return self.expression(expression) if expression else expression

    def trigger(self, trigger: Trigger) -> Trigger:
        return replace(trigger, function=self.new) if trigger.function == self.old else trigger

    def column(self, column: Column) -> Column:
        return replace(column, default=self.optional(column.default), generation=self.optional(column.generation))

    def constraint(self, constraint: Constraint) -> Constraint:
        return replace(constraint, expression=self.optional(constraint.expression))

    def key(self, key: IndexKey) -> IndexKey:
        return replace(key, expression=self.optional(key.expression)) if key.expression else key

    def index(self, index: Index) -> Index:
        return replace(index, keys=tuple(map(self.key, index.keys)), predicate=self.optional(index.predicate))

    def table(self, table: Table) -> Table:
        return replace(
            table,
            columns={name: self.column(column) for name, column in table.columns.items()},
            constraints={name: self.constraint(constraint) for name, constraint in table.constraints.items()},
            triggers={name: self.trigger(trigger) for name, trigger in table.triggers.items()},
            policies={name: rewritten_policy(policy, self.expression) for name, policy in table.policies.items()},
        )

    def view(self, view: View) -> View:
        return replace(
            view,
            functions=frozenset(self.new if name == self.old else name for name in view.functions),
            query=self.optional(view.query),
            triggers={name: self.trigger(trigger) for name, trigger in view.triggers.items()},
        )


def calls_follow(db: "Catalog", old: Name, new: Name) -> None:
    """Renames a function in triggers, defaults, checks, indexes, policies, views, domains and BEGIN ATOMIC bodies."""
    renaming = _Renaming(old, new)
    for owner in db.users(old.name):
        relation = db.relations.get(owner)
        if isinstance(relation, Table):
            db.put_relation(renaming.table(relation))
            for index in db.indexes_of(owner):
                db.put_relation(renaming.index(index))
        elif isinstance(relation, View):
            db.put_relation(renaming.view(relation))
        bodies = db.functions.get(owner, ())
        if any(function.sql_body for function in bodies):
            db.put_functions(owner, tuple(replace(f, sql_body=renaming.optional(f.sql_body)) for f in bodies))
    db.rename_used(old.name, new.name)
