"""The objects that a database holds, in short: enough to tell which of them a statement makes, changes or drops."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from psycopg.rows import TupleRow as Row

# Every part gives: kind, OID, number of the column or 0, OID of the relation that it belongs to or 0, name, and a text
# that is another one when the object is changed. A row's own version is xmin with cmin: a rewrite of the catalog by
# VACUUM FULL leaves them. Relations are changed by much that is no change of the schema (new file numbers, counts of
# rows), so that of them the facts are compared. Asked with the search_path of `asking`.
VERSION = "{0}.xmin || '.' || {0}.cmin"
PARTS = (
    """SELECT CASE r.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
      WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'type' WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' ELSE 'table' END,
      r.oid::int8, 0, 0::int8, r.name, concat_ws(' ', r.relname, r.relnamespace, r.relowner, r.relpersistence,
      r.relrowsecurity, r.relforcerowsecurity, r.relreplident, r.reloptions::text, r.relacl::text, r.relam,
      r.reltablespace, r.relispartition, i.indisvalid, i.indisclustered, i.indisreplident, q.xmin, q.cmin)
    FROM rels r LEFT JOIN pg_index i ON i.indexrelid = r.oid LEFT JOIN pg_sequence q ON q.seqrelid = r.oid""",
    f"""SELECT 'column', a.attrelid::int8, a.attnum, a.attrelid::int8, r.name || '.' || quote_ident(a.attname),
      concat_ws(' ', {VERSION.format("a")}, {VERSION.format("d")})
    FROM pg_attribute a JOIN rels r ON r.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped AND r.relkind IN ('r', 'p', 'f', 'c')""",
    f"""SELECT 'constraint', k.oid::int8, 0, k.conrelid::int8,
      quote_ident(k.conname) || ' on ' || coalesce(r.name, k.contypid::regtype::text), {VERSION.format("k")}
    FROM pg_constraint k JOIN spaces s ON s.oid = k.connamespace LEFT JOIN rels r ON r.oid = k.conrelid
    WHERE k.oid >= 16384 AND k.contype IN ('c', 'f', 'p', 'u', 'x')""",
    f"""SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, p.oid::int8, 0, 0::int8,
      s.name || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')',
      {VERSION.format("p")}
    FROM pg_proc p JOIN spaces s ON s.oid = p.pronamespace WHERE p.oid >= 16384""",
    f"""SELECT 'trigger', t.oid::int8, 0, t.tgrelid::int8, quote_ident(t.tgname) || ' on ' || r.name,
      {VERSION.format("t")}
    FROM pg_trigger t JOIN rels r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal""",
    f"""SELECT 'policy', p.oid::int8, 0, p.polrelid::int8, quote_ident(p.polname) || ' on ' || r.name,
      {VERSION.format("p")}
    FROM pg_policy p JOIN rels r ON r.oid = p.polrelid""",
    f"""SELECT CASE w.rulename WHEN '_RETURN' THEN 'query' ELSE 'rule' END, w.oid::int8, 0, w.ev_class::int8,
      quote_ident(w.rulename) || ' on ' || r.name, {VERSION.format("w")}
    FROM pg_rewrite w JOIN rels r ON r.oid = w.ev_class WHERE w.oid >= 16384""",
    f"""SELECT CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, t.oid::int8, 0, 0::int8,
      s.name || '.' || quote_ident(t.typname), concat_ws(' ', {VERSION.format("t")},
      (SELECT string_agg(e.enumlabel::text, ',' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))
    FROM pg_type t JOIN spaces s ON s.oid = t.typnamespace
    WHERE t.oid >= 16384 AND t.typtype IN ('e', 'd', 'r')""",
    f"""SELECT 'schema', s.oid::int8, 0, 0::int8, s.name, {VERSION.format("n")}
    FROM spaces s JOIN pg_namespace n USING (oid) WHERE s.name <> 'pg_temp'""",
    f"SELECT 'extension', e.oid::int8, 0, 0::int8, quote_ident(e.extname), {VERSION.format('e')} FROM pg_extension e",
    f"""SELECT 'publication', p.oid::int8, 0, 0::int8, quote_ident(p.pubname), {VERSION.format("p")}
    FROM pg_publication p""",
    f"""SELECT 'event trigger', e.oid::int8, 0, 0::int8, quote_ident(e.evtname), {VERSION.format("e")}
    FROM pg_event_trigger e""",
    f"""SELECT 'statistics', e.oid::int8, 0, e.stxrelid::int8, s.name || '.' || quote_ident(e.stxname),
      {VERSION.format("e")}
    FROM pg_statistic_ext e JOIN spaces s ON s.oid = e.stxnamespace""",
    """SELECT 'role', r.oid::int8, 0, 0::int8, quote_ident(r.rolname), concat_ws(' ', r.rolname, r.rolsuper,
      r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolreplication, r.rolbypassrls, r.rolconnlimit,
      r.rolconfig::text)
    FROM pg_roles r""",
)
UNION = " UNION ALL ".join(PARTS)
# What an extension brings is its own affair: the extension stands for all of it.
OBJECTS = f"""
WITH members AS (SELECT objid FROM pg_depend WHERE deptype = 'e'),
spaces AS (SELECT oid, quote_ident(CASE WHEN nspname ~ '^pg_temp_' THEN 'pg_temp' ELSE nspname END) AS name
  FROM pg_namespace WHERE (nspname !~ '^pg_' OR nspname ~ '^pg_temp_') AND nspname <> 'information_schema'),
rels AS (SELECT c.*, s.name || '.' || quote_ident(c.relname) AS name
  FROM pg_class c JOIN spaces s ON s.oid = c.relnamespace
  WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'i', 'I', 'c'))
SELECT * FROM ({UNION}) AS found (kind, oid, part, owner, name, version)
WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM members WHERE objid = found.oid)
  AND NOT EXISTS (SELECT FROM members WHERE objid = found.owner)
"""


class Object(Struct, frozen=True, gc=False):
    """One object. `owner` is the OID of the relation that it is a part of, 0 for none; `version` another text once it
    was changed.
    """

    owner: int
    name: str
    version: str


# By kind, OID and number of the column.
Key = tuple[str, int, int]
Objects = Mapping[Key, Object]
RELATIONS = frozenset({"table", "foreign table", "view", "materialized view", "sequence", "index", "type"})
# What PostgreSQL drops and makes anew when it changes something else.
MADE_ANEW = frozenset({"index", "constraint", "query"})


class Changes(Struct, frozen=True):
    """What a statement made, changed and dropped, each as kind and name: `table public.orders`."""

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    def relations(self) -> set[str]:
        """The names of the relations that it made."""
        found = (one.removeprefix(f"{kind} ") for one in self.created for kind in RELATIONS if one.startswith(kind))
        return set(found)


NO_CHANGES = Changes()


def read(rows: "Iterable[Row]") -> Objects:
    """The rows that OBJECTS gives."""
    return {(kind, oid, part): Object(owner, name, version) for kind, oid, part, owner, name, version in rows}


def changes(before: Objects, after: Objects) -> Changes:
    """How two moments differ. Of a relation that is made or dropped as a whole, its parts are not told; of a view with
    another query, the view is.
    """
    new, gone = after.keys() - before.keys(), before.keys() - after.keys()
    names = {(kind, after[kind, oid, part].name) for kind, oid, part in new}
    names &= {(kind, before[kind, oid, part].name) for kind, oid, part in gone}
    changed = {f"{kind} {name}" for kind, name in names if kind not in MADE_ANEW}
    owners = {oid: f"{kind} {one.name}" for (kind, oid, _), one in after.items() if kind in RELATIONS}
    for key in before.keys() & after.keys():
        old, now = before[key], after[key]
        if old.version != now.version:
            was = f" (was {old.name})" if key[0] in RELATIONS and old.name != now.name else ""
            changed.add(owners[now.owner] if key[0] == "query" else f"{key[0]} {now.name}{was}")
    return Changes(told(new, after, names), tuple(sorted(changed)), told(gone, before, names))


def told(keys: Iterable[Key], objects: Objects, names: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Those objects in words, without parts of relations that are among them, and without those of the names."""
    keys = set(keys)
    relations = {oid for kind, oid, _ in keys if kind in RELATIONS}
    found = ((kind, objects[kind, oid, part]) for kind, oid, part in keys)
    apart = set(names)
    return tuple(
        sorted(
            f"{kind} {one.name}"
            for kind, one in found
            if one.owner not in relations and (kind, one.name) not in apart and kind != "query"
        )
    )
