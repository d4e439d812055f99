"""`check --render`: what the framework prints takes the place of what was read, at the lines of the file."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from db_sage_lint.config import Config
from db_sage_lint.report import Report, Request
from db_sage_lint.run import check
from db_sage_lint.script import Fragment
from db_sage_lint.sources import render
from db_sage_lint.sources.rendered import Group, aligned

ORDERS = """from alembic import op
import sqlalchemy as sa

revision = "a1"
down_revision = None


def upgrade():
    op.create_table("orders", sa.Column("id", sa.BigInteger, primary_key=True), sa.Column("n", sa.BigInteger))
"""
INDEX = """from alembic import op

from helpers import table

revision = "b2"
down_revision = "a1"


def upgrade():
    op.execute("SELECT 1")
    op.create_index("orders_n", table(), ["n"])
"""
HELPERS = 'def table():\n    return "orders"\n'
ENVIRONMENT = """from alembic import context

context.configure(url="postgresql://", literal_binds=True)
with context.begin_transaction():
    context.run_migrations()
"""
UPGRADED = """
BEGIN;

-- Running upgrade  -> a1

CREATE TABLE unrelated (id bigint);

-- Running upgrade a1 -> b2

SELECT 1;

CREATE INDEX orders_n ON orders (n);

UPDATE alembic_version SET version_num='b2' WHERE alembic_version.version_num = 'a1';

COMMIT;
"""

Program = Callable[[str, str], None]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two revisions, the second of which can't be read off its file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "db" / "versions").mkdir(parents=True)
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = db\nprepend_sys_path = .\n")
    (tmp_path / "db" / "env.py").write_text(ENVIRONMENT)
    (tmp_path / "db" / "versions" / "a1.py").write_text(ORDERS)
    (tmp_path / "db" / "versions" / "b2.py").write_text(INDEX)
    return tmp_path


@pytest.fixture
def program(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Puts a program on the PATH, in the place of the user's."""
    folder = tmp_path_factory.mktemp("bin")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def put(name: str, code: str) -> None:
        path = folder / name
        path.write_text(f"#!{sys.executable}\nimport sys\n{code}\n")
        path.chmod(0o755)

    return put


def judged(*paths: str, asked: bool = True) -> Report:
    return check(Request(paths=paths or (".",), all=True, render=asked), lambda _: Config(severity="info"))


def found(report: Report, rule: str) -> list[tuple[str, int]]:
    places = [(f.location.script, f.location.start) for f in report.findings if f.rule == rule]
    return [(script.path, script.source.count(b"\n", 0, at) + 1) for script, at in places]


def test_only_when_asked(project: Path, program: Program) -> None:
    program("alembic", f"open({str(project / 'ran')!r}, 'w').close()")
    report = judged(asked=False)
    assert not (project / "ran").exists()
    assert found(report, "statement-not-analysed") == [("db/versions/b2.py", 11)]
    assert found(report, "index-without-concurrently") == []


def test_upgrade_of_one_revision(project: Path, program: Program) -> None:
    program("alembic", f"print(sys.argv[1:], file=sys.stderr); print({UPGRADED!r} if 'a1:b2' in sys.argv else '')")
    report = judged("db/versions/b2.py")
    assert found(report, "index-without-concurrently") == [("db/versions/b2.py", 11)]
    assert found(report, "statement-not-analysed") == []
    assert report.statements == 2
    assert report.notes == []


def test_a_failure_is_told_and_the_file_is_read(project: Path, program: Program) -> None:
    program("alembic", "print('no database here.', file=sys.stderr); sys.exit(3)")
    report = judged()
    assert report.notes == [
        "db/versions/a1.py: `alembic upgrade --sql base:a1`: no database here; the file is read as it stands,"
        " and 1 more for the same reason"
    ]
    assert report.problems == []
    assert found(report, "statement-not-analysed") == [("db/versions/b2.py", 11)]


def test_what_fails_at_first_is_given_up(project: Path, program: Program) -> None:
    program("alembic", f"open({str(project / 'ran')!r}, 'a').write('x'); sys.exit('no module named shop')")
    for number in range(5):
        revision = INDEX.replace('"b2"', f'"c{number}"').replace('"a1"', f'"{f"c{number - 1}" if number else "b2"}"')
        (project / "db" / "versions" / f"c{number}.py").write_text(revision)
    (note,) = judged().notes
    assert note.endswith("and 2 more for the same reason; no other was tried")
    assert (project / "ran").read_text() == "xxx"


def test_what_takes_too_long_is_not_tried_again(
    project: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "SECONDS", 0.01)
    program("alembic", "import time; time.sleep(60)")
    (note,) = judged().notes
    assert note == (
        "db/versions/a1.py: `alembic upgrade --sql base:a1`: it didn't end in 0.01 s; the file is read as it stands;"
        " no other was tried"
    )


def test_without_the_program(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project))
    monkeypatch.setattr(sys, "executable", str(project / "python"))
    assert judged().notes == [
        "db/versions/a1.py: `alembic` is not on the PATH; the file is read as it stands; no other was tried"
    ]


def test_without_a_configuration(project: Path) -> None:
    (project / "alembic.ini").unlink()
    (note,) = judged().notes
    assert "there is no alembic.ini at or above the migrations" in note


def test_a_revision_is_no_option(project: Path, program: Program) -> None:
    program("alembic", f"open({str(project / 'ran')!r}, 'w').close()")
    (project / "db" / "versions" / "a1.py").write_text(ORDERS.replace('"a1"', '"--config=x"'))
    (note,) = judged("db/versions/a1.py").notes
    assert "can't be given to alembic" in note
    assert not (project / "ran").exists()


def test_alembic_itself(project: Path) -> None:
    (project / "helpers.py").write_text(HELPERS)
    report = judged("db")
    assert report.notes == []
    assert found(report, "index-without-concurrently") == [("db/versions/b2.py", 11)]
    assert found(report, "statement-not-analysed") == []
    assert found(report, "unknown-object") == []


DOWNGRADED = """
BEGIN;

-- Running downgrade c3 -> b2

DROP TABLE other;

-- Running downgrade b2 -> a1

DROP INDEX CONCURRENTLY orders_n;

UPDATE alembic_version SET version_num='a1' WHERE alembic_version.version_num = 'b2';

COMMIT;
"""
DOWNGRADE = """

def downgrade():
    op.drop_index(*table())
"""


def test_downgrade_of_one_revision(project: Path, program: Program) -> None:
    printed = f"print({DOWNGRADED!r} if 'b2:a1' in sys.argv else {UPGRADED!r} if 'a1:b2' in sys.argv else '')"
    program("alembic", printed)
    (project / "db" / "versions" / "b2.py").write_text(INDEX + DOWNGRADE)
    report = judged("db/versions/b2.py")
    assert report.notes == []
    (finding,) = [f for f in report.findings if f.rule == "concurrently-in-transaction"]
    assert found(report, "concurrently-in-transaction") == [("db/versions/b2.py", 15)]
    assert finding.severity == "warning"
    assert found(report, "statement-not-analysed") == []
    assert found(report, "down-does-not-restore") == []


def test_downgrades_of_alembic_itself(project: Path) -> None:
    (project / "helpers.py").write_text('def table():\n    return "orders"\n')
    (project / "db" / "versions" / "a1.py").write_text(ORDERS + '\n\ndef downgrade():\n    op.drop_table("orders")\n')
    body = '\n\ndef downgrade():\n    op.add_column(table(), __import__("sqlalchemy").Column("x"))\n'
    (project / "db" / "versions" / "b2.py").write_text(INDEX + body)
    report = judged("db")
    assert report.notes == ["db/versions/b2.py: `alembic downgrade --sql b2:a1`: " + report.notes[0].partition("`: ")[2]]
    (project / "db" / "versions" / "b2.py").write_text(INDEX + '\n\ndef downgrade():\n    op.drop_table(table())\n')
    report = judged("db")
    assert report.notes == []
    assert found(report, "down-does-not-restore") == [("db/versions/b2.py", 15)]
    assert found(report, "statement-not-analysed") == []


def test_a_block_of_autocommit_ends() -> None:
    section = b"COMMIT;\n\nCREATE INDEX CONCURRENTLY i ON t (a);\n\nBEGIN;\n\nDROP TABLE u;\n\n"
    own = b"UPDATE alembic_version SET version_num='b' WHERE alembic_version.version_num = 'a';\n\nCOMMIT;\n"
    kept = [statement.split()[0].rstrip(b";") for statement in render.without_control(section + own)]
    assert kept == [b"COMMIT", b"CREATE", b"BEGIN", b"DROP", b"COMMIT"]


MIGRATION = """from django.db import migrations, models

from shop import more


class Migration(migrations.Migration):
    dependencies = []

    operations = [
        migrations.CreateModel("Order", fields=[("id", models.BigAutoField(primary_key=True))]),
        more.AddIndex("order"),
        migrations.RunPython(more.fill),
    ]
"""
SQLMIGRATE = """BEGIN;
--
-- Create model Order
--
CREATE TABLE "shop_order" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY);
--
-- Add index
--
CREATE INDEX CONCURRENTLY "shop_order_i" ON "shop_order" ("id");
--
-- Raw Python operation
--
-- THIS OPERATION CANNOT BE WRITTEN AS SQL
COMMIT;
"""


SQLMIGRATE_BACKWARDS = """BEGIN;
--
-- Raw Python operation
--
-- THIS OPERATION CANNOT BE WRITTEN AS SQL
--
-- Add index
--
DROP INDEX CONCURRENTLY "shop_order_i";
--
-- Create model Order
--
-- (no-op)
COMMIT;
"""


def test_sqlmigrate_backwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop" / "migrations").mkdir(parents=True)
    (tmp_path / "shop" / "migrations" / "0001_initial.py").write_text(MIGRATION)
    program = f"import sys  # django\nprint({SQLMIGRATE_BACKWARDS!r} if '--backwards' in sys.argv else {SQLMIGRATE!r})\n"
    (tmp_path / "manage.py").write_text(program)
    report = judged()
    assert report.notes == []
    told = [(finding.rule, finding.severity, finding.message) for finding in report.findings]
    assert ("concurrently-in-transaction", "warning") in [one[:2] for one in told]
    assert found(report, "down-does-not-restore") == [("shop/migrations/0001_initial.py", 11)]
    assert "table shop_order stays" in next(one[2] for one in told if one[0] == "down-does-not-restore")

    refused = "sys.exit('IrreversibleError: Operation <RunPython> in shop.0001_initial is not reversible')"
    (tmp_path / "manage.py").write_text(f"import sys  # django\nif '--backwards' in sys.argv: {refused}\nprint({SQLMIGRATE!r})\n")
    report = judged()
    assert report.notes == []
    assert found(report, "down-does-not-restore") == []


def test_sqlmigrate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop" / "migrations").mkdir(parents=True)
    (tmp_path / "shop" / "migrations" / "0001_initial.py").write_text(MIGRATION)
    program = "import sys  # django\nif '--backwards' in sys.argv: sys.exit('x is not reversible')\n"
    program += "assert sys.argv[1:] == ['sqlmigrate', '--no-color', 'shop', '0001_initial']\n"
    (tmp_path / "manage.py").write_text(f"{program}print({SQLMIGRATE!r})\n")
    report = judged()
    assert report.notes == []
    assert found(report, "concurrently-in-transaction") == [("shop/migrations/0001_initial.py", 11)]
    assert found(report, "statement-not-analysed") == []

    (tmp_path / "manage.py").write_text("# django\nraise SystemExit('no settings')\n")
    report = judged()
    (note,) = report.notes
    assert "manage.py sqlmigrate --no-color shop 0001_initial`: no settings; the file is read as it stands" in note
    assert found(report, "statement-not-analysed") == [("shop/migrations/0001_initial.py", 11)]


def test_places() -> None:
    source = b"x = 'DROP TABLE a; DROP TABLE b'; add(c); call(); add(d)"
    fragments = (
        Fragment(5, b"DROP TABLE a; DROP TABLE b"),
        Fragment(33, b"ALTER TABLE t ADD c int", 39),
        Fragment(41, b"call()", 47, "call is not read"),
        Fragment(49, b"ALTER TABLE t ADD d int", 55),
    )
    printed = [
        b"drop table a",
        b"DROP TABLE b;",
        b'ALTER TABLE "t" ADD c integer',
        b"VACUUM",
        b"ALTER TABLE t ADD d int",
        b"ANALYZE",
    ]
    shown = list(aligned(fragments, [Group(printed, (0, 1))]))
    assert [part.text for part in shown] == [b"DROP TABLE a;", b"DROP TABLE b", *printed[2:]]
    assert [(part.start, part.end) for part in shown] == [(5, -1), (19, -1), (33, 39), (41, 47), (49, 55), (0, 1)]
    assert source[19:31] == b"DROP TABLE b"
