"""Migrations in JavaScript and TypeScript: their SQL, at its own lines."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from db_sage_lint.config import Config
from db_sage_lint.report import Request
from db_sage_lint.run import check
from db_sage_lint.sources import javascript
from db_sage_lint.sources.discover import discover
from db_sage_lint.sources.history import Place
from db_sage_lint.sources.trees import is_code
from db_sage_lint.sources.walk import wanted_files

if TYPE_CHECKING:
    from tests.sources.conftest import Sample

BROKEN = ("syntax-error", "unknown-object", "object-already-exists", "used-before-created")


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("javascript")
    assert [(history.folder, history.mark.partition(" ")[0]) for history in tree.histories] == [
        ("knex/migrations", "Knex"),
        ("sequelize/migrations", "Sequelize"),
        ("typeorm/migrations", "TypeORM"),
    ]
    assert (tree.loose, tree.problems) == ((), ())


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("javascript")
    assert tree.found("concurrently-in-transaction") == [("1700000000002-ByCustomer.ts", 6)]
    assert tree.found("statement-not-analysed") == [("20240101-pieces.js", 6), ("1700000000002-ByCustomer.ts", 9)]
    assert tree.found(*BROKEN) == []


def read(text: str) -> list[tuple[str, str, bool]]:
    """Direction and text of every fragment, and whether it stands in the file as it is."""
    found = javascript.scripts("1_a.ts", text.encode(), Place((), "1"))
    return [(s.direction, part.text.decode(), part.end < 0) for s in found for part in s.fragments]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("await q.query('SELECT 1')", ("up", "SELECT 1", True)),
        ("await q.query(`\nSELECT 1\n`)", ("up", "\nSELECT 1\n", True)),
        ('await q.query("SELECT \\"a\\"")', ("up", 'SELECT "a"', False)),
        ("await sql`SELECT 1`.execute(db)", ("up", "SELECT 1", True)),
        ("await q.query(`SELECT ${a}`)", ("up", "SELECT ${a}", True)),
        ("knex.raw(/* why */ 1); this.addSql('SELECT 1');", ("up", "SELECT 1", True)),
    ],
)
def test_literals(code: str, expected: tuple[str, str, bool]) -> None:
    assert read(f"class A implements MigrationInterface {{\n  async up(q) {{\n    {code}\n  }}\n}}\n") == [expected]


TYPEORM = "export class A implements MigrationInterface {\n  async up(q: QueryRunner) {\n    await q.query('SELECT 1')\n  }\n}\n"
KNEX = "exports.up = (knex) => knex.raw('SELECT 1')\n"
WITHOUT = KNEX + "exports.config = { transaction: false }\n"
MIKRO = "class A extends Migration {\n  async up() {\n    this.addSql('SELECT 1')\n  }\n}\n"
PGM = "exports.up = (pgm) => {\n  pgm.sql('SELECT 1')\n}\n"
KYSELY = "export async function up(db: Kysely<any>) {\n  await sql`SELECT 1`.execute(db)\n}\n"
SEQUELIZE = "module.exports = {\n  up: async (queryInterface) => {\n    await queryInterface.sequelize.query('SELECT 1')\n  }\n}\n"


@pytest.mark.parametrize(
    ("files", "transaction", "together"),
    [
        ({"migrations/1_a.ts": TYPEORM}, True, True),
        ({"migrations/1_a.ts": TYPEORM.replace("{", "{\n  transaction = false", 1)}, False, False),
        ({"migrations/1_a.ts": TYPEORM, "src/data-source.ts": "migrationsTransactionMode: 'each',"}, True, False),
        ({"migrations/1_a.ts": TYPEORM, "ormconfig.json": '"migrationsTransactionMode": "none"'}, False, False),
        ({"migrations/1_a.js": KNEX}, True, True),
        ({"migrations/1_a.js": KNEX, "knexfile.js": "disableTransactions: true"}, False, False),
        ({"migrations/1_a.ts": MIKRO}, True, True),
        ({"migrations/1_a.ts": MIKRO, "mikro-orm.config.ts": "allOrNothing: false"}, True, False),
        ({"migrations/1_a.ts": MIKRO, "mikro-orm.config.ts": "transactional: false"}, False, False),
        ({"migrations/1_a.js": PGM}, True, True),
        ({"migrations/1_a.js": PGM, "package.json": '"up": "node-pg-migrate up --no-single-transaction"'}, True, False),
        ({"migrations/1_a.ts": KYSELY}, True, True),
        ({"migrations/1_a.js": SEQUELIZE}, False, False),
    ],
)
def test_which_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], transaction: bool, together: bool
) -> None:
    write(tmp_path, monkeypatch, files)
    (history,) = discover(wanted_files("migrations")).histories
    (entry,) = history.entries
    (script,) = history.runner.scripts(entry.path, Path(entry.path).read_bytes(), entry.place)
    assert (script.transaction, history.one_transaction) == (transaction, together)


def write(root: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    (root / ".git").mkdir()
    monkeypatch.chdir(root)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


LOCKING = KNEX.replace("SELECT 1", "ALTER TABLE orders ADD COLUMN note text")
WORKING = KNEX.replace("SELECT 1", "UPDATE orders SET total = 0")


@pytest.mark.parametrize(
    ("last", "found"),
    [
        (KNEX, [("migrations/2_b.js", "work-under-exclusive-lock")]),
        (WITHOUT, []),  # then each has its own
    ],
)
def test_locks_are_held_over_the_files_of_one_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str, found: list[tuple[str, str]]
) -> None:
    write(tmp_path, monkeypatch, {"migrations/1_a.js": LOCKING, "migrations/2_b.js": WORKING, "migrations/3_c.js": last})
    report = check(Request(paths=("migrations",), together=True), lambda _: Config(select=("work-under-exclusive-lock",)))
    assert [(f.location.script.path, f.rule) for f in report.findings] == found


def test_comments_and_strings_that_look_like_calls() -> None:
    assert read("exports.up = (knex) => {\n// knex.raw('SELECT 1')\n/* knex.raw('SELECT 2') */\n}\n") == []
    assert read("exports.up = (knex) => knex.raw('SELECT // 3')\n") == [("up", "SELECT // 3", True)]


def test_put_together_is_unread() -> None:
    (script,) = javascript.scripts("1_a.js", b"exports.up = (knex) => knex.raw('DROP TABLE ' + name)\n", Place((), "1"))
    assert [part.unread for part in script.fragments] == ["SQL that is put together at run time"]


def test_directions() -> None:
    code = "exports.down = (knex) => knex.raw('SELECT 2')\nexports.up = (knex) => knex.raw('SELECT 1')\n"
    assert read(code) == [("up", "SELECT 1", True), ("down", "SELECT 2", True)]


def test_what_is_no_migration() -> None:
    assert javascript.place("index.ts") is None
    assert javascript.place("1_a.test.ts") is None
    assert javascript.place("types.d.ts") is None
    assert javascript.place("20240101-a.mjs")
    assert is_code("migrations/1_a.ts")
    assert not is_code("migrations/1_a.sql")
