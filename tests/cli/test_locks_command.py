import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1_orders.sql").write_text("CREATE TABLE orders (id bigint, note text);\n")
    text = "\\set x 1\nSET lock_timeout = '1s';\n\nALTER TABLE orders\n  ALTER note SET NOT NULL,\n  ADD k int;\n"
    (tmp_path / "migrations" / "2_note.sql").write_text(text)


def test_json(command: Command) -> None:
    done = command("locks", "migrations/2_note.sql", "--format", "json")
    assert done.code == 0
    effect = {"relation": "public.orders", "lock": "ACCESS EXCLUSIVE", "scans": True, "rewrites": False}
    path = "migrations/2_note.sql"
    assert json.loads(done.out) == {
        "statements": [
            {"path": path, "line": 2, "sql": "SET lock_timeout = '1s'", "effects": []},
            {
                "path": path,
                "line": 4,
                "sql": "ALTER TABLE orders\n  ALTER note SET NOT NULL,\n  ADD k int",
                "effects": [effect],
            },
        ]
    }


def test_text(command: Command) -> None:
    done = command("locks", "migrations/2_note.sql")
    assert done.out.splitlines() == [
        "migrations/2_note.sql",
        "     2  SET lock_timeout = '1s'",
        "     4  ALTER TABLE orders ALTER note SET NOT NULL, ADD k int",
        "          ACCESS EXCLUSIVE on orders: reads and writes wait; reads every row",
    ]


def test_version(command: Command, tmp_path: Path) -> None:
    (tmp_path / "migrations" / "3_virtual.sql").write_text(
        "ALTER TABLE orders ADD v int GENERATED ALWAYS AS (1) STORED;\n"
    )
    out = command("locks", "migrations/3_virtual.sql", "--pg", "18").out
    assert "writes the relation anew" in out


def test_a_path_that_is_not_there(command: Command) -> None:
    done = command("locks", "nowhere.sql")
    assert done.code == 2
    assert "nowhere.sql: no such file or folder" in done.err


def test_to_a_file(command: Command, tmp_path: Path) -> None:
    assert command("locks", "-o", "out.json", "--format", "json").out == ""
    assert len(json.loads((tmp_path / "out.json").read_text())["statements"]) == 3
