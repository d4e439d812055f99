"""Rows for a shadow database: the user's own, from SQL or CSV files, and made-up ones for tables that stay empty."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from db_sage_lint.errors import UserError, unreadable
from db_sage_lint.operations.base import quoted
from db_sage_lint.shadow.compare import NOT_EXTENSION, NOT_SYSTEM
from db_sage_lint.shadow.observe import attempt, failure
from db_sage_lint.shadow.reaches import reaches_by_words

if TYPE_CHECKING:
    import psycopg

Oid = int
COLUMNS = f"""
SELECT a.attrelid::int8, c.oid::regclass::text, quote_ident(a.attname), a.attnum, bt.typname, bt.typcategory,
  bt.typtype, format_type(a.atttypid, a.atttypmod), a.atttypmod, a.attnotnull,
  d.adbin IS NOT NULL OR a.attidentity <> '' OR a.attgenerated <> ''
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type bt ON bt.oid = CASE WHEN t.typbasetype = 0 THEN t.oid ELSE t.typbasetype END
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'r' AND NOT c.relispartition AND c.relpersistence <> 't'
  AND {NOT_SYSTEM} AND {NOT_EXTENSION.format("pg_class", "c.oid")}
ORDER BY a.attrelid, a.attnum
"""
CONSTRAINTS = """
SELECT k.conrelid::int8, k.contype, pg_get_constraintdef(k.oid), k.conkey,
  k.confrelid::int8, k.confrelid::regclass::text,
  ARRAY(SELECT quote_ident(a.attname) FROM unnest(k.confkey) WITH ORDINALITY f(attnum, place)
    JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = f.attnum ORDER BY f.place)
FROM pg_constraint k WHERE k.conrelid <> 0 AND k.contype IN ('c', 'f') AND k.conrelid >= 16384
"""
ONE_OF = re.compile(r"\(*\"?(\w+)\"?\)?(?:::[\w ]+)* = ANY \(+ARRAY\[(.*?)\]")
AT_LEAST = re.compile(r"\(\"?(\w+)\"? >=? \(?'?(-?\d+)")
LITERAL = re.compile(r"'(?:[^']|'')*'|-?\b\d+\b")

# An expression for the row numbered i, from 1, by type; all of them differ from row to row where the type has room.
VALUES: Mapping[str, str] = {
    **dict.fromkeys(("int2", "int4", "int8", "numeric", "float4", "float8"), "i"),
    "money": "i::numeric",
    "bool": "i % 2 = 0",
    "date": "date '2025-01-01' + i::int",
    "timestamp": "timestamp '2025-01-01' + i * interval '1 h'",
    "timestamptz": "timestamptz '2025-01-01 00:00+00' + i * interval '1 h'",
    "time": "time '00:00' + i * interval '1 s'",
    "timetz": "timetz '00:00+00' + i * interval '1 s'",
    "interval": "i * interval '1 h'",
    "uuid": "md5(i::text)::uuid",
    "json": "'{}'",
    "jsonb": "jsonb_build_object('n', i)",
    "bytea": "decode(md5(i::text), 'hex')",
    "inet": "inet '10.0.0.0' + i",
    "cidr": "cidr '10.0.0.0/8'",
    "xml": "xml '<x/>'",
    "tsvector": "to_tsvector('x' || i)",
    "point": "point(i, i)",
    "bit": "B'0'",
    "varbit": "B'0'",
    "macaddr": "macaddr '08:00:2b:01:02:03'",
    "char": "'x'",
}


class Column(Struct, frozen=True):
    name: str
    number: int
    type: str
    category: str
    kind: str
    shown: str
    typmod: int
    not_null: bool
    has_default: bool


class Reference(Struct, frozen=True):
    """A foreign key: the numbers of the columns, the table referenced and the columns there."""

    columns: tuple[int, ...]
    target: Oid
    table: str
    referenced: tuple[str, ...]


class Table(Struct):
    name: str
    columns: list[Column] = []
    checks: list[str] = []
    references: list[Reference] = []


class Seeds:
    """What is still to be put into one database: `files` of the user's, and `rows` for every table that is empty."""

    def __init__(self, files: Sequence[str] = (), rows: int = 0) -> None:
        self.pending = dict.fromkeys(files, "")
        self.rows = rows
        self.tried: set[Oid] = set()
        self.notes: list[str] = []

    def sow(self, connection: "psycopg.Connection") -> None:
        """Puts in what can be by now. A file that fails, for want of its tables, is tried again the next time."""
        for file in list(self.pending):
            why = load(connection, file)
            if why:
                self.pending[file] = why
            else:
                del self.pending[file]
        if self.rows:
            self.notes += fill(connection, self.rows, self.tried)

    def left_over(self) -> Iterator[str]:
        """What never went in, and why."""
        for file, why in self.pending.items():
            yield f"{file}: the seed was not loaded: {why or 'there was nothing to run'}"


# --- the user's files ------------------------------------------------------------------------------------------------


def load(connection: "psycopg.Connection", file: str) -> str:
    """Runs a file of SQL, or copies one of CSV into the table that it is named after; why that failed, if it did.

    The first line of a CSV file names its columns; `shop.orders.csv` is for orders in the schema shop. Raises UserError
    for a file that can't be read or is of another kind.
    """
    import psycopg

    try:
        text = Path(file).read_bytes()
    except OSError as error:
        raise UserError(unreadable(error)) from None
    if file.endswith(".csv"):
        table = ".".join(map(quoted, Path(file).stem.split(".")))
        header = text.decode("utf-8-sig", "replace").splitlines()[:1]
        columns = ", ".join(quoted(name.strip().strip('"')) for name in (header[0] if header else "").split(","))
        sql = f"COPY {table} ({columns}) FROM stdin WITH (FORMAT csv, HEADER)".encode()
        try:
            with connection.transaction(), connection.cursor() as cursor, cursor.copy(sql) as rows:
                rows.write(text.removeprefix(b"\xef\xbb\xbf"))
        except psycopg.Error as error:
            return failure(error, sql).message
        return ""
    if not file.endswith(".sql"):
        raise UserError(f"{file}: a seed is a file of SQL (.sql) or of rows (.csv)")
    reached = reaches_by_words(text)
    if reached:
        raise UserError(f"{file}: it reaches {reached}, which seeds may not")
    failed, _ = attempt(connection, b"BEGIN;\n" + text + b"\n;COMMIT")
    if failed:
        connection.execute("ROLLBACK")
    return failed.message if failed else ""


# --- made-up rows -----------------------------------------------------------------------------------------------------


def fill(connection: "psycopg.Connection", rows: int, tried: set[Oid]) -> list[str]:
    """Makes rows for the empty tables that weren't tried before, referenced ones first; what could not be filled."""
    tables = read_tables(connection)
    notes = []
    for oid in in_order(tables):
        if oid in tried:
            continue
        tried.add(oid)
        table = tables[oid]
        if is_filled(connection, table.name):
            continue
        why = fill_one(connection, oid, table, rows)
        if why:
            notes.append(f"no rows were made for {table.name.removeprefix('public.')}: {why}")
    return notes


def fill_one(connection: "psycopg.Connection", oid: Oid, table: Table, rows: int) -> str:
    """Fills one table, first with a value in every column, else in those that need one; why neither works."""
    why = ""
    for sparing in (False, True):
        sql = insert(oid, table, rows, sparing=sparing)
        text = f"BEGIN; SET LOCAL session_replication_role = replica; {sql}; COMMIT".encode()
        failed, _ = attempt(connection, text)
        if failed is None:
            return ""
        connection.execute("ROLLBACK")
        why = why or failed.message
    return why


def read_tables(connection: "psycopg.Connection") -> dict[Oid, Table]:
    tables: dict[Oid, Table] = {}
    with connection.transaction():
        connection.execute("SET LOCAL search_path = pg_catalog")
        for oid, name, *column in connection.execute(COLUMNS):
            tables.setdefault(oid, Table(name)).columns.append(Column(*column))
        for oid, kind, definition, numbers, target, target_name, referenced in connection.execute(CONSTRAINTS):
            if oid in tables and kind == "c":
                tables[oid].checks.append(definition)
            elif oid in tables:
                tables[oid].references.append(Reference(tuple(numbers), target, target_name, tuple(referenced)))
    return tables


def in_order(tables: Mapping[Oid, Table]) -> Iterable[Oid]:
    """The tables, those that others refer to before them; circles are cut."""
    graph = {
        oid: {
            reference.target for reference in table.references if reference.target in tables and reference.target != oid
        }
        for oid, table in tables.items()
    }
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError:
        return sorted(tables, key=lambda oid: len(graph[oid]))


def is_filled(connection: "psycopg.Connection", table: str) -> bool:
    return connection.execute(f"SELECT 1 FROM {table} LIMIT 1".encode()).fetchone() is not None


def insert(oid: Oid, table: Table, rows: int, *, sparing: bool) -> str:
    """The INSERT for one table. With `sparing`, columns that may be NULL or have a default get no value."""
    chosen: dict[str, str] = {}
    by_number = {column.number: column for column in table.columns}
    for reference in table.references:
        for number, referenced in zip(reference.columns, reference.referenced, strict=True):
            column = by_number[number]
            if reference.target != oid and (column.not_null or not sparing):
                chosen[column.name] = (
                    f"(SELECT {referenced} FROM {reference.table} ORDER BY 1"
                    f" OFFSET (i - 1) % greatest((SELECT count(*) FROM {reference.table}), 1) LIMIT 1)"
                )
            elif reference.target == oid:
                chosen[column.name] = "NULL" if not column.not_null else value(column, table.checks)
    for column in table.columns:
        wanted = not column.has_default and (column.not_null or not sparing)
        if wanted and column.name not in chosen:
            chosen[column.name] = value(column, table.checks)
    if not chosen:
        return "; ".join([f"INSERT INTO {table.name} DEFAULT VALUES"] * rows)
    names, expressions = ", ".join(chosen), ", ".join(chosen.values())
    return f"INSERT INTO {table.name} ({names}) SELECT {expressions} FROM generate_series(1, {rows}) AS i"


def value(column: Column, checks: Sequence[str]) -> str:
    """An expression over the row's number i that the column takes, as far as its type and simple checks tell."""
    plain = column.name.strip('"')
    for check in checks:
        for name, items in ONE_OF.findall(check):
            literals = LITERAL.findall(items)
            if name == plain and literals:
                return f"((ARRAY[{', '.join(literals)}])[1 + (i - 1) % {len(literals)}])::{column.shown}"
    least = [int(bound) for check in checks for name, bound in AT_LEAST.findall(check) if name == plain]
    if column.kind == "e":
        labels = f"enum_range(NULL::{column.shown})"
        return f"({labels})[1 + (i - 1) % greatest(array_length({labels}, 1), 1)]"
    if column.category == "A":
        return f"'{{}}'::{column.shown}"
    if column.kind in {"r", "m"}:
        return f"'empty'::{column.shown}" if column.kind == "r" else f"'{{}}'::{column.shown}"
    if column.category == "S" or column.type == "citext":
        return text_value(column)
    expression = VALUES.get(column.type, "NULL")
    if least and expression == "i":
        expression = f"{max(least)} + i"
    return f"({expression})::{column.shown}" if expression != "NULL" else "NULL"


def text_value(column: Column) -> str:
    """A text that differs from row to row, no longer than the column's type takes."""
    room = column.typmod - 4 if column.typmod > 4 else 0
    return f"right('x' || i, {room})" if room else "'x' || i"
