"""What examples of rules take for granted: made when a server misses it, as the project would have made it before."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from msgspec import Struct

# Schemas that platforms make, and what the examples call in them.
PLATFORM = b"""
CREATE SCHEMA auth;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT NULL::uuid';
CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE AS 'SELECT NULL::text';
CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS 'SELECT NULL::jsonb';
CREATE TABLE auth.users (id uuid PRIMARY KEY, email text, raw_user_meta_data jsonb, raw_app_meta_data jsonb);
"""
# "app" is the one of the recorded cases, which run beside the examples.
ROLES = ("anon", "authenticated", "service_role", "app")

RELATION = re.compile(r'(?:relation|table) "(?:public\.)?(\w+)" does not exist')
COLUMN_OF = re.compile(r'column "(\w+)" of relation "(\w+)" does not exist')
COLUMN = re.compile(
    r'column "?(?:\w+\.)?(\w+)"?(?: named in key| referenced in foreign key constraint)? does not exist'
)
ROLE = re.compile(r'role "(\w+)" does not exist')
OTHER = re.compile(
    r'(?:index|type|schema|server|foreign-data wrapper|constraint|function) "?([\w.]+)"?.* does not exist'
)
FROM = re.compile(r"\bFROM (\w+)", re.IGNORECASE)

SPECIAL: Mapping[str, str] = {
    "orders_customer": "CREATE INDEX orders_customer ON orders (customer_id)",
    "orders_note": "CREATE INDEX orders_note ON orders (note)",
    "orders_old": "CREATE INDEX orders_old ON orders (note)",
    "order_state": "CREATE TYPE order_state AS ENUM ('new', 'paid')",
    "orders_price_positive": "ALTER TABLE orders ADD CONSTRAINT orders_price_positive CHECK (id > 0) NOT VALID",
    "private": "CREATE SCHEMA private",
    "audit": "CREATE SCHEMA audit",
    "dbi": "CREATE FOREIGN DATA WRAPPER dbi",
    "bank": "CREATE SERVER bank FOREIGN DATA WRAPPER dbi",
    "order_code": "CREATE FUNCTION order_code() RETURNS text LANGUAGE sql AS 'SELECT md5(random()::text)'",
    "touch": "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "private.tenant": "CREATE FUNCTION private.tenant() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 1::bigint'",
    "private.is_member": "CREATE FUNCTION private.is_member(bigint) RETURNS bool LANGUAGE sql STABLE AS 'SELECT true'",
}
TYPES = (
    (re.compile(r"^user_id$"), "uuid"),
    (re.compile(r"(^|_)id$|^(customer|qty|quantity)$"), "bigint"),
    (re.compile(r"total|amount|price|balance|sum|rate"), "numeric"),
    (re.compile(r"_at$|^(placed|paid|created|at|seen|day)$"), "timestamptz"),
    (re.compile(r"^open$"), "boolean"),
)


class Refused(Struct, frozen=True):
    """A statement that the server refused, why, and the tables that it names by itself."""

    message: str
    sql: str
    tables: frozenset[str] = frozenset()


def remedy(refused: Refused, own: AbstractSet[str]) -> str:
    """The statement that makes what PostgreSQL says is missing; nothing where that can't be told.

    `own` are the tables that the example makes by itself: they are as it wants them.
    """
    message = refused.message
    if found := COLUMN_OF.search(message):
        return add_column(found[2], found[1], own)
    if found := RELATION.search(message):
        return "" if found[1] in own else SPECIAL.get(found[1]) or f"CREATE TABLE {found[1]} (id bigint PRIMARY KEY)"
    if found := ROLE.search(message):
        return f"CREATE ROLE {found[1]}"
    if found := COLUMN.search(message):
        tables = [*refused.tables, *FROM.findall(refused.sql)]
        return add_column(tables[0], found[1], own) if tables else ""
    found = OTHER.search(message)
    return SPECIAL.get(found[1], "") if found else ""


def add_column(table: str, column: str, own: AbstractSet[str]) -> str:
    if table in own:
        return ""
    kind = next((kind for pattern, kind in TYPES if pattern.search(column)), "text")
    return f"ALTER TABLE {table} ADD COLUMN {column} {kind}"
