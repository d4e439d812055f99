"""Synapse"s deltas: order, directions and transactions of its sample tree."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from db_sage_lint.config import Config
from db_sage_lint.recognised import sources
from db_sage_lint.report import Request
from db_sage_lint.run import check

if TYPE_CHECKING:
    from tests.sources.conftest import Sample


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("synapse")
    assert tree.history.runner.NAME == "synapse"
    assert tree.history.folder == "schema"
    assert tree.loose == ()
    assert tree.problems == ()


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("synapse").runs() == [
        ("main/delta/9/01orders.sql", "up", True),
        ("common/delta/10/01first.sql", "up", True),
        ("main/delta/10/02by_customer.sql.postgres", "up", True),
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("synapse")
    assert tree.found("concurrently-in-transaction") == [("02by_customer.sql.postgres", 1)]
    assert tree.found("syntax-error", "unknown-object", "object-already-exists") == []


CODE = '''
from synapse.storage.engines import PostgresEngine, Sqlite3Engine


def run_create(cur, database_engine):
    if isinstance(database_engine, PostgresEngine):
        for table in ("a", "b"):
            cur.execute(f"ALTER TABLE {table} ADD COLUMN note text")
        return
    cur.execute("CREATE VIRTUAL TABLE a USING fts4 (a)")


def run_upgrade(cur, database_engine, config):
    if not isinstance(database_engine, Sqlite3Engine):
        cur.execute("UPDATE a SET note = ?", (config.name,))
        helper(cur, table="b")
'''
FILES = {
    "main/full_schemas/9/full.sql.postgres": "CREATE TABLE old (id int PRIMARY KEY);\n",
    "main/full_schemas/10/full.sql.postgres": "CREATE TABLE a (id int PRIMARY KEY);\n",
    "state/full_schemas/10/full.sql.postgres": "CREATE TABLE b (id int PRIMARY KEY);\n",
    "main/delta/10/01old.sql": "ALTER TABLE gone ADD COLUMN x int;\n",
    "state/delta/7/01old.sql": "ALTER TABLE gone ADD COLUMN x int;\n",
    "main/delta/11/02more.py": CODE,
    "main/delta/11/03none.py": "X = 1\n",
    "common/delta/11/01first.sql": "ALTER TABLE b ADD COLUMN c int;\n",
}


def test_a_new_database_begins_with_the_full_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    for name, text in FILES.items():
        path = tmp_path / "schema" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    (history,) = sources(Request(paths=(".",))).histories
    assert history.runner == "synapse"
    assert history.faults == []
    assert [part.path.removeprefix("schema/") for part in history.scripts] == [
        "main/full_schemas/10/full.sql.postgres",
        "state/full_schemas/10/full.sql.postgres",
        "common/delta/11/01first.sql",
        "main/delta/11/02more.py",
    ]

    report = check(Request(paths=(".",), all=True), lambda _: Config(severity="info", complete_history=True))
    found = [(f.rule, f.location.script.path, f.location.script.source.count(b"\n", 0, f.location.start) + 1)
             for f in report.findings if f.rule in {"unknown-object", "statement-not-analysed", "update-without-where"}]  # fmt: skip
    assert found == [
        ("update-without-where", "schema/main/delta/11/02more.py", 15),
        ("statement-not-analysed", "schema/main/delta/11/02more.py", 16),
    ]
    assert report.statements == 7
