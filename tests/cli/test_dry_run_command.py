import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n"
NOTE = "SET lock_timeout = '1s';\nALTER TABLE orders ADD k int;\nCREATE INDEX k ON orders (k);\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DB_SAGE_SHADOW_URL", raising=False)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1_orders.sql").write_text(ORDERS)
    (tmp_path / "migrations" / "2_note.sql").write_text(NOTE)


def test_text(command: Command) -> None:
    done = command("dry-run", "migrations/2_note.sql", "--pg", "18")
    assert done.code == 1
    lines = [line.split("  (")[0].rstrip() for line in done.out.splitlines()]
    assert lines[0].startswith("migrations/2_note.sql: in one transaction, 3 statements, ")
    assert lines[1:5] == [
        "      1  SET lock_timeout = '1s'",
        "      2  ALTER TABLE orders ADD k int",
        "          ACCESS EXCLUSIVE on orders: reads and writes wait",
        "      3  CREATE INDEX k ON orders (k)",
    ]
    assert "          meanwhile ACCESS EXCLUSIVE on orders: reads and writes wait, since line 2" in lines
    assert any(line.startswith("          reads and writes of orders waited up to ") for line in lines)
    assert "\n  = lock seen: SHARE on orders: writes wait; reads every row" in done.out
    assert "2 of 2 migrations ran to the end" in done.err


def test_several_formats(command: Command, tmp_path: Path) -> None:
    done = command("dry-run", "migrations/2_note.sql", "--format", "json", "--format", "sarif:out.sarif", "--pg", "18")
    found = json.loads(done.out)["findings"]
    results = json.loads((tmp_path / "out.sarif").read_text())["runs"][0]["results"]
    assert [one["rule"] for one in found] == [one["ruleId"] for one in results]
    assert found


def test_what_reaches_the_host_names_the_flag(command: Command, tmp_path: Path) -> None:
    (tmp_path / "migrations" / "2_note.sql").write_text("COPY orders TO PROGRAM 'cat';\n")
    done = command("dry-run", "migrations/2_note.sql", "--format", "concise", "--pg", "18")
    assert done.code == 1
    assert "--allow-programs" in done.out


def test_without_superuser(command: Command, tmp_path: Path) -> None:
    (tmp_path / "migrations" / "2_note.sql").write_text("SELECT 1;\nCREATE ROLE boss SUPERUSER;\n")
    done = command("dry-run", "migrations/2_note.sql", "--no-superuser", "--format", "concise", "--pg", "18")
    assert done.code == 1
    assert "permission denied" in done.out


def test_a_version_that_is_not_there(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db_sage_lint.shadow.servers.found", list)
    done = command("dry-run", "migrations/2_note.sql")
    assert done.code == 2
    assert "pip install 'db-sage-lint[shadow]'" in done.err


def test_a_url_that_leads_nowhere_shows_no_password(command: Command) -> None:
    done = command("dry-run", "--shadow-url", "postgresql://me:secret@127.0.0.1:1/db")
    assert done.code == 2
    assert "127.0.0.1:1" in done.err
    assert "secret" not in done.err


def test_without_psycopg_one_line_says_what_to_install(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for where in ((), ("--shadow-url", "host=nowhere")):
        done = command("dry-run", "migrations/2_note.sql", "--pg", "18", *where)
        assert done.code == 2
        assert len(done.err.splitlines()) == 1
        assert "a shadow server needs psycopg" in done.err
        assert "pip install 'db-sage-lint[shadow]'" in done.err
