import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

Command = Callable[..., Any]

ORDERS = """-- the orders
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  customer_id bigint REFERENCES customers
);
"""
CUSTOMERS = "-- the customers\nCREATE TABLE customers (id bigint PRIMARY KEY);\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(root: Path, file: str, text: str) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text)


def test_text(project: Path, command: Command) -> None:
    write(project, "schema.sql", ORDERS + CUSTOMERS)
    done = command("verify-order", "schema.sql")
    assert done.code == 1
    assert done.out.splitlines() == [
        "schema.sql:4: table customers is used before it is made at schema.sql:7",
        "",
        "Statements to move:",
        "  schema.sql:7 before line 2: CREATE TABLE customers (id bigint PRIMARY KEY)",
        "",
        "1 problem in 2 statements in 1 file.",
    ]


def test_all_in_order(project: Path, command: Command) -> None:
    write(project, "schema.sql", CUSTOMERS + ORDERS)
    done = command("verify-order", "schema.sql")
    assert (done.code, done.out, done.err) == (0, "In order: 2 statements in 1 file.\n", "")


def test_fix_prints_a_diff_that_git_applies(project: Path, command: Command) -> None:
    write(project, "schema.sql", ORDERS + "\n" + CUSTOMERS)
    done = command("verify-order", "schema.sql", "--fix")
    assert done.code == 1
    assert done.out.startswith("--- a/schema.sql\n+++ b/schema.sql\n")
    subprocess.run(["git", "apply", "-"], input=done.out.encode(), check=True)
    assert (project / "schema.sql").read_text() == "\n" + CUSTOMERS + ORDERS
    assert command("verify-order", "schema.sql").code == 0
    assert command("verify-order", "schema.sql", "--fix").out == ""


def test_loose_files_in_the_order_given(project: Path, command: Command) -> None:
    write(project, "orders.sql", ORDERS)
    write(project, "customers.sql", CUSTOMERS)
    assert command("verify-order", "customers.sql", "orders.sql").code == 0
    done = command("verify-order", "orders.sql", "customers.sql")
    assert done.code == 1
    assert "orders.sql:4: table customers is used before it is made at customers.sql:2\n" in done.out
    assert "  customers.sql before orders.sql\n" in done.out


def test_fix_says_what_it_can_not_mend(project: Path, command: Command) -> None:
    write(project, "a.sql", ORDERS)
    write(project, "b.sql", "CREATE VIEW v AS SELECT FROM w;\nBEGIN;\n" + CUSTOMERS + "CREATE VIEW w AS SELECT 1;\n")
    done = command("verify-order", ".", "--fix")
    assert (done.code, done.out) == (1, "")
    assert "b.sql: no order of its statements works; it stays as it is\n" in done.err
    assert "1 problem from file to file: moving statements in a file mends none of these\n" in done.err
    assert "made at b.sql:5; neither can be moved across line 2\n" in command("verify-order", ".").out


def test_cycle(project: Path, command: Command) -> None:
    tables = "CREATE TABLE a (b int PRIMARY KEY REFERENCES c);\nCREATE TABLE c (b int PRIMARY KEY REFERENCES a);\n"
    write(project, "a.sql", tables)
    done = command("verify-order", "a.sql")
    assert "  a.sql:1 needs table c, made at a.sql:2\n  a.sql:2 needs table a, made at a.sql:1\n" in done.out
    assert done.out.endswith("1 problem in 2 statements in 1 file, 1 of which no order mends.\n")


def test_cycle_of_files(project: Path, command: Command) -> None:
    write(project, "a.sql", "CREATE TABLE a (id int PRIMARY KEY);\nCREATE VIEW v AS SELECT id FROM b;\n")
    write(project, "b.sql", "CREATE TABLE b (id int REFERENCES a);\n")
    done = command("verify-order", ".")
    assert "  a.sql:2 needs table b, made at b.sql:1\n  b.sql:1 needs table a, made at a.sql:1\n" in done.out


def test_history_of_a_runner(project: Path, command: Command) -> None:
    up = "-- +goose Up\n"
    write(project, "migrations/9_a.sql", up + CUSTOMERS + "-- +goose Down\nDROP TABLE customers;\n")
    write(project, "migrations/10_b.sql", up + ORDERS + "-- +goose Down\nDROP TABLE orders;\n")
    assert command("verify-order").out == "In order: 2 statements in 2 files.\n"
    write(
        project,
        "migrations/8_c.sql",
        up + "-- +goose StatementBegin\nCREATE VIEW v AS SELECT FROM w;\n"
        "-- +goose StatementEnd\nCREATE VIEW w AS SELECT id FROM customers;\n-- +goose Down\nDROP VIEW v, w;\n",
    )
    done = command("verify-order", "migrations")
    assert "migrations/8_c.sql:3: view w is used before it is made at migrations/8_c.sql:5\n" in done.out
    assert "migrations/8_c.sql:5: table customers is used before it is made at migrations/9_a.sql:3\n" in done.out
    fixed = command("verify-order", "migrations/8_c.sql", "--fix").out
    assert "+CREATE VIEW w AS SELECT id FROM customers;\n -- +goose StatementBegin\n" in fixed


def test_problems_of_named_files_only(project: Path, command: Command) -> None:
    write(project, "migrations/1_a.sql", ORDERS + CUSTOMERS)
    write(project, "migrations/2_b.sql", "CREATE VIEW v AS SELECT id FROM orders;\n")
    assert command("verify-order", "migrations/2_b.sql").out == "In order: 1 statement in 1 file.\n"
    assert command("verify-order", "migrations/1_a.sql").code == 1


def test_sql_in_code_can_not_be_moved(project: Path, command: Command) -> None:
    code = (
        "exports.up = (knex) => knex.raw('CREATE VIEW v AS SELECT 1 FROM w')\n"
        "  .then(() => knex.raw('CREATE VIEW w AS SELECT 1'));\nexports.down = () => {};\n"
    )
    write(project, "migrations/20200101000000-a.js", code)
    done = command("verify-order", "migrations", "--fix")
    assert done.code == 1
    assert "migrations/20200101000000-a.js: its SQL " in done.err


def test_json(project: Path, command: Command) -> None:
    write(project, "b.sql", ORDERS + CUSTOMERS)
    write(project, "a.sql", "CREATE VIEW v AS SELECT id FROM orders;\n")
    found = msgspec.json.decode(command("verify-order", ".", "--format", "json", "--fix").out)
    assert found["summary"] == {"files": 2, "statements": 3, "problems": 2, "cycles": 0}
    assert found["problems"][1] == {
        "at": {"path": "b.sql", "line": 4}, "kind": "table", "name": "customers",
        "made": {"path": "b.sql", "line": 7}, "mended": True, "across": None,
    }  # fmt: skip
    assert found["files"] == [["b.sql", "a.sql"]]
    assert found["file_moves"] == [{"path": "b.sql", "before": "a.sql"}]
    assert found["moves"][0]["before"] == {"path": "b.sql", "line": 2}
    assert found["diffs"][0].startswith("--- a/b.sql\n")


def test_output_to_a_file(project: Path, command: Command) -> None:
    write(project, "a.sql", CUSTOMERS)
    assert command("verify-order", "a.sql", "-o", "order.txt").out == ""
    assert (project / "order.txt").read_text() == "In order: 1 statement in 1 file.\n"


def test_no_such_file(project: Path, command: Command) -> None:
    done = command("verify-order", "gone.sql")
    assert done.code == 2
    assert done.err == "error: gone.sql: no such file or folder\n"


def test_what_is_no_sql_is_passed_over(project: Path, command: Command) -> None:
    write(project, "a.sql", "CREATE TABLE a (;\n" + CUSTOMERS + "\\echo done\n")
    assert command("verify-order", "a.sql").code == 0
