"""Rows that are loaded, and rows that are made up."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from db_sage_lint.errors import UserError
from db_sage_lint.shadow.seed import Seeds
from db_sage_lint.shadow.servers import Server

SCHEMA = """
CREATE TYPE state AS ENUM ('open', 'paid');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE lines (id bigserial PRIMARY KEY, "Order" bigint NOT NULL, sku varchar(3) NOT NULL UNIQUE,
  n positive NOT NULL);
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, state state NOT NULL, code uuid UNIQUE,
  kind text NOT NULL CHECK (kind IN ('a', 'b''c')), price numeric(10,2) NOT NULL CHECK (price >= 100),
  tags text[] NOT NULL,
  meta jsonb NOT NULL, up bigint REFERENCES orders, twice int GENERATED ALWAYS AS (1 + 1) STORED, flag boolean NOT NULL,
  span int4range NOT NULL, short char(2), note text CHECK (length(note) > 100));
ALTER TABLE lines ADD FOREIGN KEY ("Order") REFERENCES orders;
CREATE TABLE empty ();
CREATE TABLE stubborn (id int NOT NULL CHECK (id % 2 = 3));
"""


@pytest.fixture
def empty(server: Server) -> Iterator[psycopg.Connection]:
    with server.database() as name, server.connect(name) as connection:
        connection.execute(SCHEMA)
        yield connection


def count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    assert row
    return int(row[0])


def test_made_up_rows_keep_every_rule(empty: psycopg.Connection) -> None:
    seeds = Seeds(rows=20)
    seeds.sow(empty)
    assert {table: count(empty, table) for table in ("orders", "lines")} == {"orders": 20, "lines": 20}
    assert seeds.notes == [
        'no rows were made for stubborn: new row for relation "stubborn" violates check constraint "stubborn_id_check"'
    ]
    assert count(empty, 'lines l JOIN orders o ON o.id = l."Order"') == 20
    seeds.sow(empty)
    assert count(empty, "orders") == 20


def test_what_has_rows_is_left_alone(empty: psycopg.Connection) -> None:
    empty.execute("CREATE TABLE one (id int); INSERT INTO one VALUES (7)")
    Seeds(rows=5).sow(empty)
    assert count(empty, "one") == 1


def test_files(empty: psycopg.Connection, tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text('id,"Order",sku,n\n1,7,abc,3\n2,7,"d,e",4\n')
    (tmp_path / "rows.sql").write_text("INSERT INTO empty DEFAULT VALUES;")
    (tmp_path / "later.sql").write_text("INSERT INTO later DEFAULT VALUES;")
    empty.execute('ALTER TABLE lines DROP CONSTRAINT "lines_Order_fkey"')
    seeds = Seeds([str(tmp_path / name) for name in ("lines.csv", "rows.sql", "later.sql")])
    seeds.sow(empty)
    assert (count(empty, "lines"), count(empty, "empty")) == (2, 1)
    (left,) = seeds.left_over()
    assert left.endswith('later.sql: the seed was not loaded: relation "later" does not exist')
    empty.execute("CREATE TABLE later ()")
    seeds.sow(empty)
    assert count(empty, "later") == 1
    assert list(seeds.left_over()) == []


def test_files_that_can_not_be_seeds(empty: psycopg.Connection, tmp_path: Path) -> None:
    (tmp_path / "rows.txt").write_text("x")
    (tmp_path / "rows.sql").write_text("COPY lines FROM '/etc/passwd'")
    for name, why in (("rows.txt", "a seed is a file"), ("rows.sql", "it reaches"), ("no.sql", "no such file")):
        with pytest.raises(UserError, match=why):
            Seeds([str(tmp_path / name)]).sow(empty)
