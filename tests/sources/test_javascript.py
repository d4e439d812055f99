"""Migrations in JavaScript and TypeScript: their SQL, at its own lines."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from db_sage_lint.sources import javascript
from db_sage_lint.sources.history import Place
from db_sage_lint.sources.trees import is_code

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
    assert is_code("m/1_a.ts")
    assert not is_code("m/1_a.sql")
