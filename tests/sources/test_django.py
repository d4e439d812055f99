"""Django: the order of the dependencies, and the SQL of the operations, at their own lines."""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from db_sage_lint.sources.django_fields import hashed
from db_sage_lint.sources.django import as_planned
from db_sage_lint.sources.django_models import Models
from db_sage_lint.sources.django_operations import KINDS, sql_of

if TYPE_CHECKING:
    from tests.sources.conftest import Sample

BROKEN = ("syntax-error", "unknown-object", "object-already-exists", "used-before-created")


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("django")
    assert tree.history.runner.NAME == "django"
    assert tree.history.folder == "shop"
    assert tree.loose == ()


def test_order_and_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("django").runs() == [
        ("people/migrations/0001_initial.py", "up", True),
        ("orders/migrations/0001_initial.py", "up", True),
        ("orders/migrations/0002_fields.py", "up", True),
        ("orders/migrations/0003_inside.py", "up", True),
        ("orders/migrations/0004_outside.py", "up", False),
        ("orders/migrations/0005_apart.py", "up", True),
        ("people/migrations/0002_late.py", "up", True),
        ("people/migrations/0002_other.py", "up", True),
    ]


def test_the_order_of_migrate() -> None:
    """As MigrationGraph of Django 5.2 plans it: the ends of applications by name, of what one needs the last first."""
    needs = {
        "pages.1": [], "pages.2": ["pages.1"], "shop.1": [], "shop.2": ["shop.1", "pages.1", "zoo.1"],
        "zoo.1": [], "zoo.2": ["zoo.1", "shop.2"], "auth.1": ["shop.1"],
    }  # fmt: skip
    assert list(as_planned(needs)) == ["shop.1", "auth.1", "pages.1", "pages.2", "zoo.1", "shop.2", "zoo.2"]
    circle = {"a.1": ["b.1"], "b.1": ["a.1"], "c.1": []}
    assert sorted(as_planned(circle)) == sorted(circle)


def test_broken_graph(sample: "Callable[[str], Sample]") -> None:
    tree = sample("django")
    assert tree.problems == ()
    assert tree.found("migration-chain-broken") == [("0002_late.py", 5), ("0002_late.py", 5), ("0002_other.py", 5)]
    ends, missing, _ = tree.messages("migration-chain-broken")
    assert missing == (
        "people.0002_late depends on people.0000_gone, which is not there: `migrate` stops with an error"
    )
    assert ends.startswith("people.0002_late and people.0002_other both come last in people: `migrate` refuses")


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("django")
    assert tree.found("concurrently-in-transaction") == [("0003_inside.py", 9), ("0004_outside.py", 15)]
    assert tree.found("column-type-rewrite") == [("0002_fields.py", 10)]
    assert tree.found("column-renamed") == [("0002_fields.py", 11)]
    assert tree.found("required-column-without-default") == [("0002_fields.py", 13)]
    assert tree.found("column-dropped") == [("0005_apart.py", 9), ("0002_late.py", 8)]
    assert tree.found("table-renamed") == [("0005_apart.py", 13)]
    assert tree.found("statement-not-analysed") == [("0005_apart.py", 14)]
    assert tree.found("transaction-left-open", *BROKEN) == []


MODEL = """CreateModel("A", fields=[
    ("id", models.BigAutoField(primary_key=True)),
    ("b", models.CharField(max_length=9, unique=True)),
    ("c", models.IntegerField(null=True)),
])"""


def sent(*operations: str) -> list[str]:
    """What the last of the operations sends, after a model with three fields."""
    state = Models()
    statements: list[str] | None = []
    for operation in (MODEL, *operations):
        call = ast.parse(operation).body[0]
        assert isinstance(call, ast.Expr)
        assert isinstance(call.value, ast.Call)
        statements = sql_of(call.value, "app", state, {})
    assert statements is not None
    return statements


@pytest.mark.parametrize(
    ("operation", "sql"),
    [
        ('AddField("A", "d", models.TextField(null=True))', ['ALTER TABLE "app_a" ADD COLUMN "d" text']),
        (
            'AddField("A", "d", models.JSONField(default=dict))',
            [
                """ALTER TABLE "app_a" ADD COLUMN "d" jsonb DEFAULT '{}' NOT NULL""",
                'ALTER TABLE "app_a" ALTER COLUMN "d" DROP DEFAULT',
            ],
        ),
        (
            'AlterField("A", "c", models.IntegerField(null=False))',
            ['ALTER TABLE "app_a" ALTER COLUMN "c" SET NOT NULL'],
        ),
        ('AlterField("A", "c", models.IntegerField(null=True, verbose_name="x"))', []),
        (
            'AlterField("A", "c", models.BigIntegerField(null=True))',
            ['ALTER TABLE "app_a" ALTER COLUMN "c" TYPE bigint USING "c"::bigint'],
        ),
        (
            'AlterField("A", "b", models.CharField(max_length=99, unique=True))',
            ['ALTER TABLE "app_a" ALTER COLUMN "b" TYPE varchar(99)'],
        ),
        ('RemoveField("A", "c")', ['ALTER TABLE "app_a" DROP COLUMN "c" CASCADE']),
        ('RenameField("A", "c", "d")', ['ALTER TABLE "app_a" RENAME COLUMN "c" TO "d"']),
        ('DeleteModel("A")', ['DROP TABLE "app_a" CASCADE']),
        ('AlterModelTable("A", "z")', ['ALTER TABLE "app_a" RENAME TO "z"']),
        ('RemoveIndexConcurrently("A", "i")', ['DROP INDEX CONCURRENTLY IF EXISTS "i"']),
        (
            'AddConstraint("A", models.CheckConstraint(check=models.Q(c__gte=0), name="k"))',
            ['ALTER TABLE "app_a" ADD CONSTRAINT "k" CHECK ("c" >= 0)'],
        ),
        (
            'AddConstraintNotValid("A", models.CheckConstraint(check=models.Q(c__gte=0), name="k"))',
            ['ALTER TABLE "app_a" ADD CONSTRAINT "k" CHECK ("c" >= 0) NOT VALID'],
        ),
        (
            'AddConstraint("A", models.UniqueConstraint(fields=["b"], name="k", condition=models.Q(c__isnull=True)))',
            ['CREATE UNIQUE INDEX "k" ON "app_a" ("b") WHERE "c" IS NULL'],
        ),
        (
            'AddField("A", "d", django_measurement.models.MeasurementField(null=True))',
            ['ALTER TABLE "app_a" ADD COLUMN "d" double precision'],
        ),
        ('RunPython(print)', []),
        ('TrigramExtension()', ['CREATE EXTENSION IF NOT EXISTS "pg_trgm"']),
    ],
)
def test_operations(operation: str, sql: list[str]) -> None:
    assert sent(operation) == sql


def test_names_follow_what_is_renamed() -> None:
    made, renamed = 'AlterUniqueTogether("A", {("b", "c")})', 'RenameField("A", "c", "d")'
    (added,) = sent(made)
    name = added.split()[5]
    assert sent(made, renamed, 'AlterUniqueTogether("A", set())') == [
        f'ALTER TABLE "app_a" DROP CONSTRAINT IF EXISTS {name}'
    ]


def test_many_to_many() -> None:
    statements = sent('AddField("A", "others", models.ManyToManyField("other.B"))')
    assert statements[0].startswith('CREATE TABLE "app_a_others" (')
    assert statements[1].endswith('UNIQUE ("a_id", "b_id")')
    assert sum("FOREIGN KEY" in sql for sql in statements) == 2


def test_foreign_key_to_another_field_is_another_foreign_key() -> None:
    to_key, to_b = 'models.ForeignKey("app.A", null=True)', 'models.ForeignKey("app.A", null=True, to_field="b")'
    added, dropped, retyped, again = (
        *sent(f'AddField("A", "d", {to_key})')[:1],
        *sent(f'AddField("A", "d", {to_key})', f'AlterField("A", "d", {to_b})'),
    )
    assert added.split("CONSTRAINT ")[1].split()[0] in dropped
    assert 'ALTER COLUMN "d_id" TYPE varchar(9)' in retyped
    assert 'REFERENCES "app_a" ("b")' in again


def test_every_kind_is_named_as_django_names_it() -> None:
    assert all(kind[0].isupper() for kind in KINDS)


def test_hashed_names() -> None:
    assert hashed("auth_permission", ["content_type_id", "codename"], "_uniq") == (
        "auth_permission_content_type_id_codename_01ab375a_uniq"
    )
    assert hashed("auth_user_user_permissions", ["permission_id"], "_fk_auth_permission_id") == (
        "auth_user_user_permi_permission_id_1fbb5f2c_fk_auth_perm"
    )
