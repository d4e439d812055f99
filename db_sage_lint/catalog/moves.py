"""An object under another name or in another schema: everything that names it follows.

Renamed are records by key, and expressions by `rewriting`. Bodies of functions in quotes are text and stay as they are,
as on the server.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from db_sage_lint.catalog.names import with_kept_names
from db_sage_lint.catalog.parts import bury, change_column
from db_sage_lint.catalog.records import CompositeType, Index, Policy, Relation, Sequence, Table, View
from db_sage_lint.catalog.removal import make_room
from db_sage_lint.operations import Expression, Name, Operation
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog

Rewrite = Callable[[Expression], Expression]


def move_relation(db: "Catalog", old: Name, new: Name, op: Operation, origin: Origin) -> None:
    """Gives a relation another name; one that has the name already makes room."""
    relation = db.relations.get(old)
    if relation is None or old == new:
        return
    make_room(db, new, op, origin)
    relation = db.relations.get(old)  # making room may have taken parts of it
    if relation is None:
        return
    bury(db, old, op, origin, record=relation, now=new)
    db.rename_user(old, new)
    changed = origin if isinstance(relation, Table | View) else None
    if isinstance(relation, Table) and new.name != old.name:
        relation = replace(relation, columns=with_kept_names(relation))
    db.put_relation(replace(relation, name=new, changed=changed) if changed else replace(relation, name=new))
    _follow(db, relation, new, origin)
    for kind in ("table", "sequence"):
        granted = db.privileges.get((kind, old))
        if granted is not None:
            db.put(db.privileges, (kind, new), {replace(p, name=new): o for p, o in granted.items()})
            db.remove(db.privileges, (kind, old))
    for key in [key for key in db.gone_parts if key[1] == old]:
        db.put(db.gone_parts, (key[0], new, key[2]), db.gone_parts[key])


def _follow(db: "Catalog", relation: Relation, new: Name, origin: Origin) -> None:
    old = relation.name
    if isinstance(relation, Table | View):
        for index in relation.indexes:
            own = db.relations.get(index)
            if isinstance(own, Index):
                db.put_relation(replace(own, table=new))
        _readers_follow(db, old, new)
    if isinstance(relation, Table):
        _tables_follow(db, relation, new)
    elif isinstance(relation, Index):
        _index_follows(db, relation, new)
    elif isinstance(relation, Sequence):
        _defaults_follow(db, relation, new, origin)
    elif isinstance(relation, CompositeType):
        composite = db.types.get(old)
        if isinstance(composite, CompositeType):
            db.remove_type(old)
            db.put_type(replace(composite, name=new))
    if isinstance(relation, Table | View | CompositeType):
        types_follow(db, old, new)


def swapped(names: tuple[Name, ...], old: Name, new: Name) -> tuple[Name, ...]:
    return tuple(new if name == old else name for name in names)


def _tables_follow(db: "Catalog", table: Table, new: Name) -> None:
    """Parents, children, foreign keys, owned sequences and publications."""
    old = table.name
    for name in (*table.parents, *table.children):
        other = db.relations.get(name)
        if isinstance(other, Table):
            parents, children = swapped(other.parents, old, new), swapped(other.children, old, new)
            db.put_relation(replace(other, parents=parents, children=children))
    for owner in db.users(old.name):
        other = db.relations.get(owner)
        if isinstance(other, Table) and any(c.referenced == old for c in other.constraints.values()):
            constraints = {
                name: replace(c, referenced=new) if c.referenced == old else c for name, c in other.constraints.items()
            }
            db.put_relation(replace(other, constraints=constraints))
        elif isinstance(other, Sequence) and other.owned_by and other.owned_by[0] == old:
            db.put_relation(replace(other, owned_by=(new, other.owned_by[1])))
    for publication in list(db.publications.values()):
        if old in publication.tables:
            tables = publication.tables - {old} | {new}
            db.put(db.publications, publication.name, replace(publication, tables=tables))


def _index_follows(db: "Catalog", index: Index, new: Name) -> None:
    """The table's list, the indexes attached to it, and the constraint, which shares the index's name."""
    owner = db.relations.get(index.table)
    if isinstance(owner, Table) and index.constraint:
        constraint = owner.constraints.get(index.constraint)
        if constraint:
            renamed = replace(constraint, name=new.name, index=new)
            constraints = {n: c for n, c in owner.constraints.items() if n != index.constraint}
            owner = replace(owner, constraints={**constraints, new.name: renamed})
            db.put_relation(replace(index, name=new, constraint=new.name))
            db.note(index.table, new.name)
    if isinstance(owner, Table | View):
        db.put_relation(replace(owner, indexes=swapped(owner.indexes, index.name, new)))
        for child in db.partitions(index.table, deep=False):
            for own in db.indexes_of(child):
                if own.parent == index.name:
                    db.put_relation(replace(own, parent=new))


def _defaults_follow(db: "Catalog", sequence: Sequence, new: Name, origin: Origin) -> None:
    from db_sage_lint.catalog.rewriting import with_sequence

    if sequence.owned_by:
        change_column(db, *sequence.owned_by, origin, sequence=new)
    for owner in db.users(sequence.name.name):
        table = db.relations.get(owner)
        if isinstance(table, Table):
            columns = {
                name: replace(c, default=with_sequence(c.default, sequence.name, new)) if c.default else c
                for name, c in table.columns.items()
            }
            db.put_relation(replace(table, columns=columns))


def _readers_follow(db: "Catalog", old: Name, new: Name) -> None:
    """Views, policies and BEGIN ATOMIC bodies that read the relation."""
    from db_sage_lint.catalog.rewriting import with_relation

    def rewrite(expression: Expression) -> Expression:
        return with_relation(db, expression, old, new)

    for owner in db.users(old.name):
        reader = db.relations.get(owner)
        if isinstance(reader, View):
            reads = frozenset((new if read == old else read, column) for read, column in reader.reads)
            query = rewrite(reader.query) if reader.query else None
            db.put_relation(replace(reader, reads=reads, query=query))
        elif isinstance(reader, Table):
            rewrite_policies(db, reader, lambda policy: rewritten_policy(policy, rewrite))
        bodies = db.functions.get(owner, ())
        if any(function.sql_body for function in bodies):
            followed = tuple(replace(f, sql_body=rewrite(f.sql_body)) if f.sql_body else f for f in bodies)
            db.put_functions(owner, followed)
    db.rename_used(old.name, new.name)


def rewrite_policies(db: "Catalog", table: Table, change: Callable[[Policy], Policy]) -> None:
    """Puts the table with each policy changed; they are still the policies that were made before."""
    if table.policies:
        policies = {name: change(policy) for name, policy in table.policies.items()}
        if any(policies[name] is not policy for name, policy in table.policies.items()):
            db.put_relation(replace(table, policies=policies))


def rewritten_policy(policy: Policy, rewrite: Rewrite) -> Policy:
    using = rewrite(policy.using) if policy.using else None
    check = rewrite(policy.check) if policy.check else None
    return policy if using is policy.using and check is policy.check else replace(policy, using=using, check=check)


def types_follow(db: "Catalog", old: Name, new: Name) -> None:
    """Columns, domains, composite types and functions that are made of a type."""
    from db_sage_lint.catalog.retyping import retype

    for owner in db.noted(old.name):
        retype(db, owner, old, new)
    db.rename_used(old.name, new.name)
