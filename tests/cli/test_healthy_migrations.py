"""The command as it comes, without settings, says nothing of a new migration in which nothing is wrong."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]

ORDERS = "CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text NOT NULL);\n"
COLUMN = """SET lock_timeout = '5s';
ALTER TABLE orders ADD COLUMN state text;
CREATE TABLE items (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text NOT NULL);
CREATE OR REPLACE VIEW open_orders AS SELECT id, note FROM orders WHERE state = 'open';
"""
COLUMN_BACK = """SET lock_timeout = '5s';
DROP VIEW open_orders;
DROP TABLE items;
ALTER TABLE orders DROP COLUMN state;
"""
INDEX = """SET lock_timeout = 0;
SET statement_timeout = 0;
DROP INDEX CONCURRENTLY IF EXISTS orders_state;
CREATE INDEX CONCURRENTLY orders_state ON orders (state);
"""
ONE_INDEX = "CREATE INDEX CONCURRENTLY orders_state ON orders (state);\n"
INDEX_BACK = "SET lock_timeout = 0;\nDROP INDEX CONCURRENTLY IF EXISTS orders_state;\n"


def goose(sql: str, back: str, head: str = "") -> str:
    return f"{head}-- +goose Up\n{sql}-- +goose Down\n{back}"


def dbmate(sql: str, back: str, option: str = "") -> str:
    return f"-- migrate:up{option}\n{sql}-- migrate:down{option}\n{back}"


# The files of each runner's project, the first of which is in the repository already.
PROJECTS = {
    "goose": {
        "migrations/20240101000000_orders.sql": goose(ORDERS, "DROP TABLE orders;\n"),
        "migrations/20240102000000_state.sql": goose(COLUMN, COLUMN_BACK),
        "migrations/20240103000000_index.sql": goose(INDEX, INDEX_BACK, "-- +goose NO TRANSACTION\n"),
    },
    "dbmate": {
        "db/migrations/20240101000000_orders.sql": dbmate(ORDERS, "DROP TABLE orders;\n"),
        "db/migrations/20240102000000_state.sql": dbmate(COLUMN, COLUMN_BACK),
        "db/migrations/20240103000000_index.sql": dbmate(
            ONE_INDEX, "DROP INDEX CONCURRENTLY orders_state;\n", " transaction:false"
        ),
    },
    "golang-migrate": {
        "migrations/000001_orders.up.sql": ORDERS,
        "migrations/000001_orders.down.sql": "DROP TABLE orders;\n",
        "migrations/000002_state.up.sql": f"BEGIN;\n{COLUMN.replace('SET', 'SET LOCAL', 1)}COMMIT;\n",
        "migrations/000002_state.down.sql": f"BEGIN;\n{COLUMN_BACK.replace('SET', 'SET LOCAL', 1)}COMMIT;\n",
        "migrations/000003_index.up.sql": ONE_INDEX,
        "migrations/000003_index.down.sql": "DROP INDEX CONCURRENTLY orders_state;\n",
    },
    "supabase": {
        "supabase/migrations/20240101000000_orders.sql": f"{ORDERS}ALTER TABLE orders ENABLE ROW LEVEL SECURITY;\n",
        "supabase/migrations/20240102000000_state.sql": (
            "SET lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN state text;\n"
            "CREATE POLICY read ON orders FOR SELECT TO authenticated USING (state = 'open');\n"
        ),
    },
    "flyway": {
        "sql/V1__orders.sql": ORDERS,
        "sql/V2__state.sql": COLUMN,
        "sql/V3__index.sql": ONE_INDEX,
    },
}


def git(*arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments], check=True, capture_output=True)


@pytest.mark.parametrize("runner", PROJECTS)
def test_nothing_is_said(runner: str, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    git("init", "-q")
    for number, (name, text) in enumerate(PROJECTS[runner].items()):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if number == 0 or (number == 1 and ".down." in name):
            git("add", ".")
            git("commit", "-qm", name)
    done = command("check")
    assert (done.code, done.out) == (0, "")
