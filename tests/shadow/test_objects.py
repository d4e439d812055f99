"""Which objects statements make, change and drop."""

import psycopg
import pytest

from db_sage_lint.shadow.objects import Changes
from db_sage_lint.shadow.observe import Observer

BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text CHECK (note <> ''), total int);
CREATE INDEX orders_note ON orders (note);
CREATE VIEW totals AS SELECT total FROM orders;
CREATE TYPE state AS ENUM ('new');
CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE parts (id int) PARTITION BY RANGE (id);
CREATE SEQUENCE numbers;
"""


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "CREATE TABLE \"New\" (id serial PRIMARY KEY, order_id bigint REFERENCES orders)",
            Changes(created=(
                'index public."New_pkey"', 'sequence public."New_id_seq"', 'table public."New"',
            )),
        ),
        ("DROP TABLE orders CASCADE", Changes(dropped=(
            "index public.orders_note", "index public.orders_pkey", "table public.orders", "view public.totals",
        ))),
        ("ALTER TABLE orders ADD x int DEFAULT 1", Changes(created=("column public.orders.x",))),
        ("ALTER TABLE orders DROP note", Changes(dropped=(
            "column public.orders.note", "constraint orders_note_check on public.orders", "index public.orders_note",
        ))),
        ("ALTER TABLE orders ALTER note SET NOT NULL", Changes(changed=("column public.orders.note",))),
        ("ALTER TABLE orders ALTER note TYPE varchar(10)", Changes(changed=("column public.orders.note",))),
        ("ALTER TABLE orders RENAME TO sales", Changes(changed=("table public.sales (was public.orders)",))),
        ("ALTER TABLE orders ENABLE ROW LEVEL SECURITY", Changes(changed=("table public.orders",))),
        ("CREATE POLICY p ON orders USING (true)", Changes(created=("policy p on public.orders",))),
        (
            "CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION touch()",
            Changes(created=("trigger t on public.orders",)),
        ),
        ("ALTER TYPE state ADD VALUE 'old'", Changes(changed=("type public.state",))),
        ("CREATE OR REPLACE VIEW totals AS SELECT total FROM orders LIMIT 1", Changes(changed=("view public.totals",))),
        (
            "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 2'",
            Changes(changed=("function public.f(a integer)",)),
        ),
        (
            "DO 'BEGIN DROP FUNCTION f; CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS ''SELECT 2''; END'",
            Changes(changed=("function public.f(a integer)",)),
        ),
        ("CREATE TABLE part PARTITION OF parts FOR VALUES FROM (1) TO (2)", Changes(created=("table public.part",))),
        ("CREATE EXTENSION citext", Changes(created=("extension citext",))),
        ("CREATE TEMP TABLE t (id int)", Changes(created=("table pg_temp.t",))),
        ("ALTER SCHEMA public RENAME TO old", Changes(changed=("schema old",))),
        ("ALTER SEQUENCE numbers INCREMENT 5", Changes(changed=("sequence public.numbers",))),
        ("INSERT INTO orders VALUES (1, 'x', 2)", Changes()),
        ("REINDEX TABLE orders", Changes()),
        ("TRUNCATE orders", Changes()),
        ("ANALYZE orders", Changes()),
    ],
)  # fmt: skip
def test_changes(connection: psycopg.Connection, sql: str, expected: Changes) -> None:
    connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connection.execute(BEFORE)
    connection.execute("BEGIN")
    observed = Observer(connection).run(sql.encode())
    assert observed.failure is None
    assert observed.changes == expected
