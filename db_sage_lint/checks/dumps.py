"""Family ordering: a schema dump against what the migrations lead to."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from db_sage_lint.catalog import Catalog
from db_sage_lint.catalog.records import Enum, Gone, Index
from db_sage_lint.checks.differences import described, without_parts
from db_sage_lint.checks.registry import check
from db_sage_lint.context import Context, Verdict
from db_sage_lint.operations import Name, SchemaDump
from db_sage_lint.placeholders import names_in_holes
from db_sage_lint.script import Origin

if TYPE_CHECKING:
    from db_sage_lint.catalog.difference import Difference
    from db_sage_lint.dumps import Dump

HOW = {"missing": "{what} is missing here", "left": "no migration makes {what}"}


@check
def schema_snapshot_differs(_: SchemaDump, now: Context) -> Iterator[Verdict]:
    from db_sage_lint.catalog.difference import differences
    from db_sage_lint.dumps import state_of

    dump = now.dump
    if dump is None:
        return
    found = [one for one in differences(state_of(now.db), dump.state) if one.how != "emptied"]
    of_templates = {one for one in found if has_hole(one)}
    for one in without_parts(one for one in found if not set_aside(one, now, dump)):
        gone = where_it_went(one, now)
        # What a template leaves open may be any of what the dump has.
        guessed = one in of_templates or (one.how == "left" and of_templates)
        if not guessed and is_certain(one, now, dump) and not (gone and gone.possible):
            where, at = dump.place(one)
            facts = {"what": in_words(one, now)}
            yield Verdict(where=where, at=at, facts=facts, related=tuple(by_migrations(one, gone)))


def has_hole(one: "Difference") -> bool:
    """Whether a variable or a placeholder of a template is part of the object's name."""
    holes = names_in_holes(one.before.script.source) if one.before else frozenset[str]()
    return any(hole in part for hole in holes for part in (one.name.name, one.name.schema, one.part))


def in_words(one: "Difference", now: Context) -> str:
    what = described(one, now)
    if not one.now:
        return HOW[one.how].format(what=what)
    return f"{what} {one.now} here" + (f", {one.was} after the migrations" if one.was else "")


def by_migrations(one: "Difference", gone: Gone | None) -> Iterator[tuple[Origin, str]]:
    """The statement of a migration that made the object as it is there, or took it away."""
    if one.before is not None:
        yield one.before, "made or changed here"
    elif gone is not None:
        yield gone.dropped, "renamed here" if gone.renamed_to else "dropped here"


def where_it_went(one: "Difference", now: Context) -> Gone | None:
    return now.db.find_gone(one.kind, one.name, one.part) if one.how == "left" else None


def set_aside(one: "Difference", now: Context, dump: "Dump") -> bool:
    """Whether it belongs to a runner's own records, or to objects that something else than the migrations makes."""
    owners = {one.name, owner(one.name, now.db), owner(one.name, dump.db)}
    return any(now.allows(str(name), "bookkeeping") or now.is_external(name) for name in owners)


def owner(name: Name, db: Catalog) -> Name:
    """The table of an index; any other relation itself."""
    relation = db.relations.get(name)
    return relation.table if isinstance(relation, Index) else name


def is_certain(one: "Difference", now: Context, dump: "Dump") -> bool:
    """Whether nothing that could not be read, or may not have run, has to do with the object."""
    if any(db.doubts(one.name.name, made) for db, made in ((now.db, one.before), (dump.db, one.after))):
        return False
    names = {one.name, owner(one.name, now.db), owner(one.name, dump.db)}
    relations = (db.relations.get(name) for db in (now.db, dump.db) for name in names)
    told = {one.before, one.after, *(relation.made for relation in relations if relation)}
    found = now.db.types.get(one.name)
    told |= {value.made for value in found.values} if isinstance(found, Enum) else set()
    return not told & (now.db.perhaps | dump.db.perhaps)
