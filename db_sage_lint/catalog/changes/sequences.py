"""Sequences on their own; those of serial and identity columns are made with the column."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from db_sage_lint.catalog.changes.privileges import grant_defaults
from db_sage_lint.catalog.changes.registry import changes, new_name
from db_sage_lint.catalog.parts import change_column, put_sequence
from db_sage_lint.catalog.records import Sequence
from db_sage_lint.catalog.removal import make_room
from db_sage_lint.operations import AlterSequence, CreateSequence, Name
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.catalog import Catalog

Owner = tuple[Name, str]


@changes
def create_sequence(op: CreateSequence, db: "Catalog", origin: Origin) -> None:
    name = new_name(db, op.sequence, op.persistence)
    make_room(db, name, op, origin)
    sequence = Sequence(name=name, type=op.type, persistence=op.persistence, made=origin)
    db.put_relation(sequence)
    grant_defaults(db, "sequence", name, origin)
    if op.owned_by:
        own(db, sequence, op.owned_by, origin)


@changes
def alter_sequence(op: AlterSequence, db: "Catalog", origin: Origin) -> None:
    name = db.resolve(op.sequence)
    sequence = db.relations.get(name)
    if not isinstance(sequence, Sequence):
        return
    if op.type:
        sequence = replace(sequence, type=op.type)
        db.put_relation(sequence)
    if op.owned_by:
        own(db, sequence, op.owned_by, origin)
    elif op.disowned and sequence.owned_by:
        change_column(db, *sequence.owned_by, origin, sequence=None)
        db.put_relation(replace(sequence, owned_by=None))


def own(db: "Catalog", sequence: Sequence, owner: Owner, origin: Origin) -> None:
    """OWNED BY: the column and the sequence name each other; the column it had before lets go of it."""
    table, column = db.resolve(owner[0]), owner[1]
    if sequence.owned_by:
        change_column(db, *sequence.owned_by, origin, sequence=None)
    put_sequence(db, replace(sequence, owned_by=(table, column)))
    change_column(db, table, column, origin, sequence=sequence.name)
