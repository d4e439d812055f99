"""Alembic: the order of the revisions, and the SQL read off the Python source, at its own lines."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from db_sage_lint.sources.alembic import one_transaction
from db_sage_lint.sources.alembic_reader import read
from db_sage_lint.sources.history import Folder

if TYPE_CHECKING:
    from tests.sources.conftest import Sample

BROKEN = ("syntax-error", "unknown-object", "object-already-exists", "used-before-created")


def test_recognised(sample: "Callable[[str], Sample]") -> None:
    tree = sample("alembic")
    assert tree.history.runner.NAME == "alembic"
    assert tree.history.folder == "app/alembic"
    assert (tree.loose, tree.problems) == ((), ())


def test_order_direction_transaction(sample: "Callable[[str], Sample]") -> None:
    assert sample("alembic").runs() == [
        (f"versions/{name}.py", direction, True)
        for name in ("zz_orders", "aa_by_customer", "bb_outside", "cc_followed")
        for direction in ("up", "down")
    ]


def test_findings(sample: "Callable[[str], Sample]") -> None:
    tree = sample("alembic")
    assert tree.found("concurrently-in-transaction") == [("aa_by_customer.py", 13)]
    assert tree.found("required-column-without-default") == [("cc_followed.py", 21)]
    assert tree.found("column-type-rewrite") == [("cc_followed.py", 24)]
    assert tree.found("constraint-builds-index") == [("cc_followed.py", 25)]
    assert tree.found("statement-not-analysed") == [("cc_followed.py", 29)]
    assert tree.found("transaction-left-open", *BROKEN) == []


def test_broken_graph(sample: "Callable[[str], Sample]") -> None:
    tree = sample("alembic_broken")
    assert tree.problems == ()
    assert tree.found("migration-chain-broken") == [("2_b.py", 6), ("3_c.py", 6), ("4_d.py", 7), ("5_e.py", 1)]
    first, _, missing, _ = tree.messages("migration-chain-broken")
    assert first.startswith("revision b is a head beside c (3_c.py) and e (5_e.py): `alembic upgrade head` refuses")
    assert missing == "nowhere is the revision of no file: alembic stops with an error"
    assert len(tree.history.entries) == 5
    assert tree.found("statement-not-analysed") == [("5_e.py", 5)]


def test_a_transaction_for_each_if_asked() -> None:
    source = b"context.configure(connection=c, transaction_per_migration=True)"
    assert not one_transaction(Folder("/x", ("env.py",), lambda _: source))
    assert one_transaction(Folder("/x", (), lambda _: None))


def sent(body: str, before: str = "") -> list[str]:
    """What an upgrade() with that body sends; of what is unread, the reason."""
    indented = body.replace("\n", "\n    ")
    source = f"{before}\ndef upgrade():\n    {indented}\n".encode()
    return [part.unread or part.text.decode().strip() for part in read(source, "upgrade")]


@pytest.mark.parametrize(
    ("call", "sql"),
    [
        ('op.drop_table("t", schema="s")', 'DROP TABLE "s"."t"'),
        ('op.drop_column("t", "c")', 'ALTER TABLE "t" DROP COLUMN "c"'),
        ('op.rename_table("a", "b")', 'ALTER TABLE "a" RENAME TO "b"'),
        ('op.drop_constraint("k", "t", type_="unique")', 'ALTER TABLE "t" DROP CONSTRAINT "k"'),
        ('op.create_primary_key("k", "t", ["a"])', 'ALTER TABLE "t" ADD CONSTRAINT "k" PRIMARY KEY ("a")'),
        ('op.create_check_constraint("k", "t", "a > 0")', 'ALTER TABLE "t" ADD CONSTRAINT "k" CHECK (a > 0)'),
        (
            'op.create_foreign_key(None, "t", "u", ["a"], ["b"], ondelete="CASCADE", postgresql_not_valid=True)',
            'ALTER TABLE "t" ADD FOREIGN KEY ("a") REFERENCES "u" ("b") ON DELETE CASCADE NOT VALID',
        ),
        (
            'op.create_index(op.f("i"), "t", ["a", sa.text("b()")], unique=True, postgresql_where=sa.text("a > 0"))',
            'CREATE UNIQUE INDEX "i" ON "t" ("a", b()) WHERE a > 0',
        ),
        ('op.drop_index("i", table_name="t", if_exists=True)', 'DROP INDEX IF EXISTS "i"'),
        ('op.alter_column("t", "c", server_default=None)', 'ALTER TABLE "t" ALTER COLUMN "c" DROP DEFAULT'),
        (
            'op.alter_column("t", "c", type_=sa.Integer(), postgresql_using="c::int")',
            'ALTER TABLE "t" ALTER COLUMN "c" TYPE integer USING c::int',
        ),
        ('op.alter_column("t", "c", new_column_name="d")', 'ALTER TABLE "t" RENAME COLUMN "c" TO "d"'),
        (
            'op.add_column("t", sa.Column("c", sa.String(9), server_default="x"))',
            """ALTER TABLE "t" ADD COLUMN "c" varchar(9) DEFAULT 'x'""",
        ),
        (
            'op.add_column("t", sa.Column("id", sa.Integer(), primary_key=True))',
            'ALTER TABLE "t" ADD COLUMN "id" serial NOT NULL',
        ),
        (
            'op.add_column("t", sa.Column("c", postgresql.ARRAY(sa.Numeric(3, 1)), nullable=False))',
            'ALTER TABLE "t" ADD COLUMN "c" numeric(3, 1)[] NOT NULL',
        ),
        ('op.execute(CreateSequence(Sequence("s", schema="x")))', 'CREATE SEQUENCE "x"."s"'),
        ('op.execute(sa.schema.DropSequence(sa.Sequence("s")))', 'DROP SEQUENCE "s"'),
        (
            'op.add_column("t", sa.Column("c", sa.Integer(), server_default=sa.Sequence("s").next_value()))',
            """ALTER TABLE "t" ADD COLUMN "c" integer DEFAULT nextval('"s"')""",
        ),
        (
            'op.add_column("t", sa.Column("c", fastapi_users_db_sqlalchemy.generics.TIMESTAMPAware(timezone=True)))',
            'ALTER TABLE "t" ADD COLUMN "c" timestamp with time zone',
        ),
        ('op.execute("SELECT 1")', "SELECT 1"),
        ('op.execute(sa.text("SELECT " + "1"))', "SELECT 1"),
        ('op.execute("SELECT {}".format(1))', "SELECT 1"),
        ('op.execute("SELECT %s" % 1)', "SELECT 1"),
        ('op.execute(f"SELECT {unknown}")', "SELECT ${unknown}"),
        ('op.execute(unknown)', "SQL that is put together at run time"),
        ('op.drop_table(unknown)', "op.drop_table: table_name is not told by the file"),
        ('op.create_exclude_constraint("a", "b")', "op.create_exclude_constraint is not read"),
    ],
)
def test_calls(call: str, sql: str) -> None:
    assert sent(call) == [sql]


def test_ways_through() -> None:
    assert sent('for t in ("a", "b"):\n    op.drop_table(t)') == ['DROP TABLE "a"', 'DROP TABLE "b"']
    assert sent('if not context.is_offline_mode():\n    op.drop_table("a")\nelse:\n    op.drop_table("b")') == [
        'DROP TABLE "a"'
    ]
    assert sent("again()", before='def again():\n    again()\n    op.execute("SELECT 1")\n').count("SELECT 1") == 12
    assert sent('op.drop_table("a")\nreturn\nop.drop_table("b")') == ['DROP TABLE "a"']


def test_conditions_make_possible() -> None:
    source = b'def upgrade():\n    if a:\n        return\n    op.drop_table("t")\n'
    (part,) = read(source, "upgrade")
    assert part.possible


def test_literals_stand_where_they_are() -> None:
    source = b'def upgrade():\n    op.execute("""\n    SELECT 1\n    """)\n    op.execute("SELECT \\\\d")\n'
    exact, made = read(source, "upgrade")
    assert (exact.end, source[exact.start : exact.start + len(exact.text)]) == (-1, exact.text)
    assert source[made.start : made.end] == b'"SELECT \\\\d"'


def test_deep_nesting_and_endless_loops_end() -> None:
    deep = "(" * 90 + "1" + ")" * 90
    assert sent(f"op.execute({deep})") == ["SQL that is put together at run time"]
    loops = "\n".join("    " * n + f"for x{n} in range_of_all:" for n in range(9)) + "\n" + "    " * 9 + "pass"
    everything = f"range_of_all = {list(range(400))}\n"
    assert sent(loops, before=everything) == []
