"""What holds of every catalog, whatever was applied to it."""

from db_sage_lint.catalog import Catalog
from db_sage_lint.catalog.records import CompositeType, Index, Sequence, Table, View


def check(db: Catalog) -> None:
    for name, relation in db.relations.items():
        assert relation.name == name
        assert name.schema
        assert name in db.relations_named(name.name)
        if isinstance(relation, Table):
            check_table(db, relation)
        if isinstance(relation, Table | View):
            for index in relation.indexes:
                own = db.relations.get(index)
                assert isinstance(own, Index)
                assert own.table == name
        if isinstance(relation, Index):
            check_index(db, relation)
        if isinstance(relation, CompositeType):
            assert db.types.get(name) == relation
        if isinstance(relation, Sequence) and relation.owned_by:
            owner = db.relations.get(relation.owned_by[0])
            assert owner is None or isinstance(owner, Table | View | Index | CompositeType | Sequence)
    for name, data_type in db.types.items():
        assert data_type.name == name
    for name, overloads in db.functions.items():
        assert overloads
        assert all(function.name == name for function in overloads)


def check_table(db: Catalog, table: Table) -> None:
    assert all(column.name == name for name, column in table.columns.items())
    assert all(trigger.name == name for name, trigger in table.triggers.items())
    assert all(policy.name == name for name, policy in table.policies.items())
    for name, constraint in table.constraints.items():
        assert constraint.name == name
        if constraint.index:
            index = db.relations.get(constraint.index)
            assert isinstance(index, Index)
            assert index.table == table.name
            assert index.constraint == name
    for child in table.children:
        heir = db.relations.get(child)
        assert isinstance(heir, Table)
        assert table.name in heir.parents
    for parent in table.parents:
        above = db.relations.get(parent)
        assert above is None or (isinstance(above, Table) and table.name in above.children)
    assert table.name not in db.ancestors(table.name)
    assert len(set(table.indexes)) == len(table.indexes)


def check_index(db: Catalog, index: Index) -> None:
    owner = db.relations.get(index.table)
    assert isinstance(owner, Table | View)
    assert index.name in owner.indexes
    assert index.name.schema == index.table.schema
    if index.constraint:
        assert isinstance(owner, Table)
        assert owner.constraints[index.constraint].index == index.name
    if index.parent is not None:
        above = db.relations.get(index.parent)
        assert isinstance(above, Index)
        assert above.table in db.partition_parents(index.table)
