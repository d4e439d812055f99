import json
import sys
from pathlib import Path

import jsonschema
import msgspec
import pytest

from db_sage_lint.reporters.schema import schema
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
        "          makes column orders.k",
    ]
    assert "          still ACCESS EXCLUSIVE on orders since line 2: reads and writes wait" in lines
    assert any(line.startswith("          reads and writes of orders waited up to ") for line in lines)
    assert "\n  = lock seen: SHARE on orders: writes wait; reads every row" in done.out
    assert "2 of 2 migrations ran to the end" in done.err


def test_several_formats(command: Command, tmp_path: Path) -> None:
    done = command("dry-run", "migrations/2_note.sql", "--format", "json", "--format", "sarif:out.sarif", "--pg", "18")
    found = json.loads(done.out)["findings"]
    results = json.loads((tmp_path / "out.sarif").read_text())["runs"][0]["results"]
    assert [one["rule"] for one in found] == [one["ruleId"] for one in results]
    assert found


def test_json_tells_the_time_line(command: Command) -> None:
    document = json.loads(command("dry-run", "migrations/2_note.sql", "--format", "json", "--pg", "18").out)
    jsonschema.validate(document, msgspec.json.decode(schema()))
    assert [finding["seen"] for finding in document["findings"] if finding["rule"] == "index-without-concurrently"]
    told = document["dry_run"]
    assert (told["migrations"], told["applied"]) == (2, 2)
    assert told["server"].startswith("PostgreSQL 18")
    (script,) = told["scripts"]
    assert (script["path"], script["direction"], script["applied"]) == ("migrations/2_note.sql", "up", True)
    *_, build = script["statements"]
    assert build.pop("milliseconds") > 0
    assert build == {
        "path": "migrations/2_note.sql",
        "line": 3,
        "sql": "CREATE INDEX k ON orders (k)",
        "how": "in the transaction",
        "complete": True,
        "effects": [{"relation": "public.orders", "lock": "SHARE", "scans": True, "rewrites": False}],
        "held": [
            {
                "relation": "public.orders",
                "lock": "ACCESS EXCLUSIVE",
                "since": {"path": "migrations/2_note.sql", "line": 2},
            }
        ],
        "created": ["index public.k"],
        "changed": [],
        "dropped": [],
        "invalid": [],
        "notices": [],
        "failure": None,
    }


def test_json_and_sarif_tell_what_was_seen(command: Command, tmp_path: Path) -> None:
    (tmp_path / "migrations" / "2_note.sql").write_text("SELECT 1;\nALTER TABLE orders\n  ALTER nope DROP NOT NULL;\n")
    done = command("dry-run", "migrations/2_note.sql", "--format", "json", "--format", "sarif:out.sarif", "--pg", "18")
    document = json.loads(done.out)
    failure = document["dry_run"]["scripts"][0]["statements"][1]["failure"]
    assert (failure["code"], failure["line"], failure["column"]) == ("42703", 2, 1)
    (seen,) = [finding["seen"] for finding in document["findings"] if finding["rule"] == "dry-run-failed"]
    results = json.loads((tmp_path / "out.sarif").read_text())["runs"][0]["results"]
    (properties,) = [result["properties"] for result in results if result["ruleId"] == "dry-run-failed"]
    assert seen is properties["seen"] is True


def test_lines_fit_the_terminal(command: Command, tmp_path: Path) -> None:
    columns = ", ".join(f"column_{number} bigint" for number in range(20))
    (tmp_path / "migrations" / "2_note.sql").write_text(f"CREATE TABLE notes ({columns});\nDROP TABLE orders;\n")
    done = command("dry-run", "migrations/2_note.sql", "--exit-zero", "--select", "dry-run-failed", "--pg", "18")
    assert max(map(len, done.out.splitlines())) <= 80


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
