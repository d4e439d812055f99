"""What a database holds, object by object, as PostgreSQL itself writes it, and how two states of it differ."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from db_sage_lint.shadow.asking import ask

if TYPE_CHECKING:
    import psycopg

# Each part gives rows of kind, name and definition. Objects of extensions and of the system are left out; what belongs
# to another object, such as the index of a constraint, is part of that.
NOT_SYSTEM = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
NOT_EXTENSION = (
    "NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '{0}'::regclass AND d.objid = {1} AND d.deptype = 'e')"
)
PARTS = (
    f"""SELECT 'schema', quote_ident(n.nspname), concat_ws(' ', n.nspacl::text)
    FROM pg_namespace n WHERE {NOT_SYSTEM} AND {NOT_EXTENSION.format("pg_namespace", "n.oid")}""",
    f"""SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
      WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'type' ELSE 'table' END, c.oid::regclass::text,
      concat_ws(' ', c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.reloptions::text,
      c.relacl::text, pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid),
      CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
      (SELECT string_agg(inhparent::regclass::text, ',' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c') AND {NOT_SYSTEM}
      AND {NOT_EXTENSION.format("pg_class", "c.oid")}
      AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i'))""",
    f"""SELECT 'column', c.oid::regclass || '.' || quote_ident(a.attname), concat_ws(' ',
      format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END, a.attidentity, a.attgenerated,
      pg_get_expr(d.adbin, d.adrelid), CASE WHEN a.attcollation <> t.typcollation
      THEN a.attcollation::regcollation::text END, a.attacl::text)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'c') AND {NOT_SYSTEM}
      AND {NOT_EXTENSION.format("pg_class", "c.oid")}""",
    f"""SELECT 'constraint', quote_ident(k.conname) || ' on ' ||
      coalesce(nullif(k.conrelid, 0)::regclass::text, k.contypid::regtype::text),
      concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated)
    FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
    WHERE {NOT_SYSTEM} AND k.contype IN ('c', 'f', 'p', 'u', 'x') AND k.conparentid = 0
      AND {NOT_EXTENSION.format("pg_class", "k.conrelid")}""",
    f"""SELECT 'index', c.oid::regclass::text, concat_ws(' ', pg_get_indexdef(c.oid), i.indisvalid, i.indisreplident)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {NOT_SYSTEM}
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x'))
      AND {NOT_EXTENSION.format("pg_class", "i.indrelid")}""",
    f"""SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, p.oid::regprocedure::text, concat_ws(' ',
      CASE WHEN p.prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid) ELSE p.prokind::text END, p.proacl::text)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE {NOT_SYSTEM} AND {NOT_EXTENSION.format("pg_proc", "p.oid")}""",
    f"""SELECT 'trigger', quote_ident(t.tgname) || ' on ' || t.tgrelid::regclass,
      concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND {NOT_SYSTEM}""",
    f"""SELECT 'policy', quote_ident(p.polname) || ' on ' || p.polrelid::regclass,
      concat_ws(' ', p.polpermissive, p.polcmd,
      (SELECT string_agg(r::regrole::text, ',' ORDER BY r) FROM unnest(p.polroles) r),
      pg_get_expr(p.polqual, p.polrelid),
      'check', pg_get_expr(p.polwithcheck, p.polrelid))
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {NOT_SYSTEM}""",
    f"""SELECT 'rule', quote_ident(r.rulename) || ' on ' || r.ev_class::regclass, pg_get_ruledef(r.oid)
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.rulename <> '_RETURN' AND {NOT_SYSTEM}""",
    f"""SELECT CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, t.oid::regtype::text, concat_ws(' ',
      CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
      CASE WHEN t.typnotnull THEN 'not null' END, t.typdefault, (SELECT string_agg(quote_literal(e.enumlabel), ', '
      ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd', 'r') AND {NOT_SYSTEM} AND {NOT_EXTENSION.format("pg_type", "t.oid")}""",
    "SELECT 'extension', quote_ident(e.extname), e.extversion FROM pg_extension e WHERE e.extname <> 'plpgsql'",
    """SELECT 'publication', quote_ident(p.pubname),
      concat_ws(' ', p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete,
      (SELECT string_agg(r.prrelid::regclass::text, ',' ORDER BY r.prrelid::regclass::text) FROM pg_publication_rel r
      WHERE r.prpubid = p.oid)) FROM pg_publication p""",
    """SELECT 'role', quote_ident(r.rolname), concat_ws(' ', r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin,
      r.rolbypassrls, (SELECT string_agg(m.roleid::regrole::text, ',' ORDER BY m.roleid::regrole::text)
      FROM pg_auth_members m WHERE m.member = r.oid)) FROM pg_roles r WHERE r.oid >= 16384""",
    """SELECT 'default privileges', concat_ws(' ', d.defaclrole::regrole, nullif(d.defaclnamespace, 0)::regnamespace,
      d.defaclobjtype), d.defaclacl::text FROM pg_default_acl d""",
    """SELECT 'statistics', quote_ident(s.stxname), pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s""",
    """SELECT 'comment', pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description FROM pg_description d
    WHERE d.objoid >= 16384 AND d.classoid <> 'pg_extension'::regclass AND NOT EXISTS (SELECT FROM pg_depend e
    WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e')""",
)
QUERY = " UNION ALL ".join(f"({part})" for part in PARTS)

# Their definitions are too long to be shown.
LONG = frozenset({"comment", "function", "procedure", "view", "materialized view"})

Object = tuple[str, str]
State = dict[Object, str]


class Difference(Struct, frozen=True):
    """One object that is not as it was: "missing" now, "left" though it was not there, or "changed"."""

    kind: str
    name: str
    how: Literal["missing", "left", "changed"]
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        name = self.name.removeprefix("public.")
        if self.how == "missing":
            return f"{self.kind} {name} is missing"
        if self.how == "left":
            return f"{self.kind} {name} is left"
        before, after = short(self.before), short(self.after)
        if before == after or self.kind in LONG:
            return f"{self.kind} {name} is another"
        return f"{self.kind} {name} is {after}, was {before}"


def state(connection: "psycopg.Connection") -> State:
    """Every object of the user's that there is, by kind and name, with its definition."""
    (rows,) = ask(connection, QUERY)
    return {(kind, name): definition or "" for kind, name, definition in rows}


def differences(before: State, after: State) -> Iterator[Difference]:
    """What differs, in order of kinds and names. Of what is gone or new as a whole, the parts are not told as well."""
    for key in sorted(before.keys() | after.keys()):
        kind, name = key
        old, new = before.get(key), after.get(key)
        if old == new or belongs_to_told(key, before, after):
            continue
        how: Literal["missing", "left", "changed"] = "missing" if new is None else "left" if old is None else "changed"
        yield Difference(kind, name, how, old or "", new or "")


def belongs_to_told(key: Object, before: State, after: State) -> bool:
    """Whether it is part of a relation that is there in one of the states only."""
    kind, name = key
    if kind == "column":
        owner = name.rpartition(".")[0]
    elif kind in {"constraint", "trigger", "policy", "rule"}:
        owner = name.partition(" on ")[2]
    elif kind == "index":
        definition = before.get(key) or after.get(key) or ""
        owner = definition.partition(" ON ")[2].removeprefix("ONLY ").partition(" USING")[0]
    else:
        return False
    kinds = ("table", "foreign table", "type", "view", "materialized view", "domain")
    there = [any((each, owner) in objects for each in kinds) for objects in (before, after)]
    return there[0] is not there[1]


def short(definition: str) -> str:
    text = " ".join(definition.split())
    return text if len(text) <= 80 else text[:79] + "…"
