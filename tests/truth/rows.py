"""Rows for tables that have none, so that a scan or a rewrite shows."""

import psycopg
from msgspec import Struct
from psycopg import sql

EMPTY = """
SELECT c.oid::bigint, c.oid::pg_catalog.regclass::text FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384 AND n.nspname !~ '^pg_' ORDER BY c.oid"""
COLUMNS = """
SELECT a.attname::text, coalesce(nullif(t.typbasetype, 0), t.oid)::pg_catalog.regtype::text, b.typcategory::text
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_type b ON b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity = ''
ORDER BY a.attnum"""
# By pg_type.typcategory, in terms of the row's number g; what isn't here stays null.
VALUES = {
    "N": "1000 + g",
    "S": "g::text",
    "B": "g = 1",
    "D": "DATE '2025-01-01' + g",
    "T": "INTERVAL '1 hour' * g",
    "A": "'{{}}'",
    "I": "('10.0.0.' || g)::inet",
    "E": "pg_catalog.enum_first(NULL::{type})",
    "R": "'empty'",
}
BY_TYPE = {
    "uuid": "('00000000-0000-0000-0000-00000000000' || g)::uuid",
    "json": "'{{}}'",
    "jsonb": "'{{}}'",
    "bytea": "'x'",
    "time without time zone": "TIME '10:00'",
}


class Filled(Struct, frozen=True):
    """The tables that have rows."""

    tables: frozenset[str]


def fill(connection: psycopg.Connection) -> Filled:
    """Puts two rows into every table that has none and takes them; which tables have rows now."""
    tables = connection.execute(EMPTY).fetchall()
    return Filled(frozenset(table for oid, table in tables if has_rows(connection, oid, table)))


def has_rows(connection: psycopg.Connection, oid: int, table: str) -> bool:
    query = f"SELECT FROM {table} LIMIT 1".encode()
    if connection.execute(query).rowcount:
        return True
    columns = connection.execute(COLUMNS, (oid,)).fetchall()
    given = [(name, value(kind, category)) for name, kind, category in columns]
    names = ", ".join(sql.Identifier(name).as_string() for name, value in given if value)
    values = ", ".join(value for _, value in given if value)
    insert = f"INSERT INTO {table} ({names}) SELECT {values} FROM generate_series(1, 2) g"
    try:
        connection.execute((insert if names else f"INSERT INTO {table} DEFAULT VALUES").encode())
    except psycopg.Error:
        return False
    return bool(connection.execute(query).rowcount)


def value(kind: str, category: str) -> str:
    """What goes into a column of the type, or nothing."""
    return (BY_TYPE.get(kind) or VALUES.get(category, "")).format(type=kind)
