"""Whether the catalog that was replayed from files holds what the server's own catalog holds."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from db_sage_lint.catalog import Catalog
from db_sage_lint.catalog.records import Column, Constraint, Index, Table, View
from db_sage_lint.operations import Name, Type
from db_sage_lint.shadow.asking import ask
from db_sage_lint.shadow.compare import NOT_EXTENSION, NOT_SYSTEM

if TYPE_CHECKING:
    import psycopg

Key = tuple[str, str]
Facts = dict[Key, str]
NO_FACTS: Facts = {}

# Objects as in `compare`, with the facts that both catalogs have, written in the same way.
COLUMNS = f"""
SELECT n.nspname, c.relname, a.attname,
  -- of an extension's types the replay knows the name alone
  CASE WHEN {NOT_EXTENSION.format("pg_type", "t.oid")} THEN tn.nspname ELSE 'pg_catalog' END, t.typname,
  CASE WHEN {NOT_EXTENSION.format("pg_type", "e.oid")} THEN en.nspname ELSE 'pg_catalog' END, e.typname,
  a.atttypmod, a.attnotnull, a.attidentity, a.attgenerated, d.adbin IS NOT NULL
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace tn ON tn.oid = t.typnamespace
LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A' AND t.typlen = -1 AND t.typinput = 'array_in'::regproc
LEFT JOIN pg_namespace en ON en.oid = e.typnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f') AND {NOT_SYSTEM}
  AND {NOT_EXTENSION.format("pg_class", "c.oid")}
"""
OTHERS = f"""
SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'view' ELSE 'table' END, n.nspname, c.relname, '',
  CASE WHEN c.relkind IN ('v', 'm') THEN '' ELSE concat_ws(' ', c.relrowsecurity, c.relforcerowsecurity) END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND {NOT_SYSTEM} AND {NOT_EXTENSION.format("pg_class", "c.oid")}
UNION ALL
SELECT 'constraint', n.nspname, c.relname, k.conname, concat_ws(' ', k.contype, k.convalidated)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {NOT_SYSTEM} AND k.contype IN ('c', 'f', 'p', 'u', 'x') AND {NOT_EXTENSION.format("pg_class", "c.oid")}
  AND NOT (k.contype = 'f' AND k.conparentid <> 0 AND NOT c.relispartition)
UNION ALL
SELECT 'index', n.nspname, c.relname, '', concat_ws(' ', tn.nspname || '.' || t.relname, i.indisunique, i.indisvalid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
WHERE {NOT_SYSTEM} AND {NOT_EXTENSION.format("pg_class", "i.indrelid")}
UNION ALL
SELECT 'policy', n.nspname, c.relname, p.polname, concat_ws(' ', p.polcmd, p.polpermissive)
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {NOT_SYSTEM}
"""
KINDS = {"check": "c", "foreign key": "f", "primary key": "p", "unique": "u", "exclude": "x"}
COMMANDS = {"all": "*", "select": "r", "insert": "a", "update": "w", "delete": "d"}
IDENTITIES = {"": "", "always": "a", "by default": "d"}
GENERATED = {"": "", "stored": "s", "virtual": "v"}
VARLENA_HEADER = 4  # VARHDRSZ in src/include/c.h: typmods of varchar, char and numeric count it
# The types whose modifiers are compared: an interval's are bits, and those of an extension's types are its own.
WITH_MODIFIERS = frozenset(
    {"varchar", "bpchar", "numeric", "bit", "varbit", "time", "timetz", "timestamp", "timestamptz"}
)
TRUTH = {True: "t", False: "f"}


class Agreement(Struct):
    """How many objects are the same in both catalogs, and what of the others differs, one line each."""

    same: int
    differing: list[str]

    @property
    def all(self) -> int:
        return self.same + len(self.differing)


def compare(replayed: Catalog, real: Facts, known: Facts = NO_FACTS) -> Agreement:
    """The replayed catalog against the facts of a server; what was `known` of it before the first file is left out."""
    ours = dict(of_catalog(replayed))
    agreement = Agreement(0, [])
    for key in sorted((ours.keys() | real.keys()) - known.keys()):
        expected, found = real.get(key), ours.get(key)
        if expected == found:
            agreement.same += 1
        else:
            agreement.differing.append(told(key, expected, found))
    return agreement


def told(key: Key, expected: str | None, found: str | None) -> str:
    kind, name = key
    if found is None:
        return f"{kind} {name}: the server has it, the replay does not"
    if expected is None:
        return f"{kind} {name}: the replay has it, the server does not"
    return f"{kind} {name}: the server has {expected or 'nothing'}, the replay {found or 'nothing'}"


# --- the server's side -----------------------------------------------------------------------------------------------


def of_server(connection: "psycopg.Connection") -> Facts:
    """The tables, columns, constraints, indexes, views and policies of the database."""
    others, columns = ask(connection, OTHERS, COLUMNS)
    facts: Facts = {(kind, path(schema, name, part)): fact for kind, schema, name, part, fact in others}
    for schema, table, column, *rest in columns:
        facts["column", path(schema, table, column)] = server_column(*rest)
    return facts


def server_column(
    schema: str, name: str, item_schema: str | None, item: str | None, typmod: int, not_null: bool, *more: str | bool
) -> str:
    identity, generated, has_default = more
    base_schema, base = (item_schema or "", item) if item else (schema, name)
    modifiers = of_typmod(base, typmod)
    shown = type_in_words(base_schema, base, modifiers, array=bool(item))
    return column_in_words(shown, not_null, str(identity), str(generated), bool(has_default))


def of_typmod(name: str, typmod: int) -> tuple[int, ...]:
    """The modifiers that a typmod stands for. Sources: numerictypmodin, anychar_typmodin, anytime_typmodin."""
    if typmod < 0:
        return ()
    if name in {"varchar", "bpchar"}:
        return (typmod - VARLENA_HEADER,)
    if name == "numeric":
        bits = typmod - VARLENA_HEADER
        scale = bits & 0x7FF
        return bits >> 16 & 0xFFFF, (scale ^ 1024) - 1024
    return (typmod,) if name in WITH_MODIFIERS else ()


# --- the replay's side ----------------------------------------------------------------------------------------------


def of_catalog(db: Catalog) -> Iterator[tuple[Key, str]]:
    """The same facts as the replayed catalog has them."""
    for name, relation in db.relations.items():
        if name.schema in {"pg_catalog", "information_schema", "pg_temp"}:
            continue
        if isinstance(relation, Table):
            yield from of_table(name, relation)
        elif isinstance(relation, View):
            yield ("view", path(name.schema, name.name)), ""
        elif isinstance(relation, Index):
            table = f"{relation.table.schema}.{relation.table.name}"
            yield ("index", path(name.schema, name.name)), f"{table} {TRUTH[relation.unique]} {TRUTH[relation.valid]}"


def of_table(name: Name, table: Table) -> Iterator[tuple[Key, str]]:
    yield ("table", path(name.schema, name.name)), f"{TRUTH[table.row_security]} {TRUTH[table.forced]}"
    for column in table.columns.values():
        yield ("column", path(name.schema, name.name, column.name)), of_column(column)
    for constraint in table.constraints.values():
        if constraint.kind in KINDS:
            yield ("constraint", path(name.schema, name.name, constraint.name)), of_constraint(constraint)
    for policy in table.policies.values():
        fact = f"{COMMANDS[policy.command]} {TRUTH[policy.permissive]}"
        yield ("policy", path(name.schema, name.name, policy.name)), fact


def of_constraint(constraint: Constraint) -> str:
    return f"{KINDS[constraint.kind]} {TRUTH[constraint.valid]}"


def of_column(column: Column) -> str:
    kind = column.type
    shown = type_in_words(kind.schema or "pg_catalog", kind.name, modifiers_of(kind), array=kind.dimensions > 0)
    has_default = column.default is not None or column.generation is not None
    has_default = has_default and not column.identity
    generated = GENERATED[column.generated]
    return column_in_words(shown, column.not_null, IDENTITIES[column.identity], generated, has_default)


def modifiers_of(kind: Type) -> tuple[int, ...]:
    """The modifiers with those that PostgreSQL adds by itself."""
    if kind.name == "numeric" and len(kind.modifiers) == 1:
        return (*kind.modifiers, 0)
    return kind.modifiers if kind.name in WITH_MODIFIERS and not kind.schema else ()


# --- words ------------------------------------------------------------------------------------------------------------


def path(*names: str) -> str:
    return ".".join(name for name in names if name)


def type_in_words(schema: str, name: str, modifiers: tuple[int, ...], *, array: bool) -> str:
    where = "" if schema == "pg_catalog" else f"{schema}."
    return f"{where}{name}{str(modifiers).replace(',)', ')') if modifiers else ''}{'[]' if array else ''}"


def column_in_words(kind: str, not_null: bool, identity: str, generated: str, has_default: bool) -> str:
    parts = (kind, "not null" if not_null else "", identity and f"identity {identity}", generated and "generated")
    return " ".join([part for part in parts if part] + (["default"] if has_default else []))
