"""What messages say of what a check has found."""

import pytest

from db_sage_lint.config import Config
from db_sage_lint.engine import Engine, Step
from db_sage_lint.judge import Judge
from db_sage_lint.rules import load
from db_sage_lint.script import whole


def messages(rule: str, *files: str, profiles: tuple[str, ...] = ()) -> list[str]:
    """What the rule says of the last of the files, each of which is a change set of its own."""
    engine = Engine(Judge({rule: load()[rule]}), Config(profiles=profiles))
    steps = [
        Step(whole(f"{number}.sql", sql.encode()), number, reported=number == len(files))
        for number, sql in enumerate(files, 1)
    ]
    return [finding.message for finding in engine.run(steps).findings]


@pytest.mark.parametrize(
    ("created", "written", "shown"),
    [
        ("orders", "orders", "orders"),
        ("orders", "public.orders", "orders"),
        ("shop.orders", "shop.orders", "shop.orders"),
    ],
)
def test_schemas_are_shown_where_search_path_does_not_lead_there(created: str, written: str, shown: str) -> None:
    (found,) = messages("update-without-where", f"CREATE TABLE {created} (id int);", f"UPDATE {written} SET id = 1;")
    assert f"every row of {shown} " in found


def test_who_waits_for_an_index_waits_for_its_table() -> None:
    (found,) = messages(
        "missing-lock-timeout",
        "CREATE TABLE orders (id int); CREATE INDEX orders_id ON orders (id);",
        "DROP INDEX orders_id;",
    )
    assert "is asked for on orders:" in found


def test_a_rewrite_that_depends_on_the_time_zone_is_not_claimed() -> None:
    (found,) = messages(
        "work-under-exclusive-lock",
        "CREATE TABLE orders (at timestamp); CREATE TABLE customers (id int);",
        "BEGIN; ALTER TABLE customers ADD a int; ALTER TABLE orders ALTER at TYPE timestamptz; COMMIT;",
    )
    assert found.startswith("orders may be rewritten while")


@pytest.mark.parametrize(
    ("emptied", "claimed"),
    [
        ("", True),
        ("DELETE FROM orders;", False),
        ("TRUNCATE orders;", False),
        ("DELETE FROM orders WHERE id = 1;", True),
    ],
)
def test_a_required_column_fails_only_where_there_may_be_a_row(emptied: str, claimed: bool) -> None:
    (found,) = messages(
        "required-column-without-default",
        "CREATE TABLE orders (id int);",
        f"BEGIN; {emptied} ALTER TABLE orders ADD COLUMN state text NOT NULL; COMMIT;",
    )
    assert ("the statement fails" in found) is claimed


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ("ALTER VIEW notes_all SET (security_invoker = false);", "with (security_invoker = true) it would"),
        ("CREATE OR REPLACE VIEW notes_all AS SELECT id FROM notes;", "take the grant back"),
    ],
)
def test_a_view_is_told_the_remedy_that_the_server_knows(change: str, remedy: str) -> None:
    (found,) = messages(
        "view-bypasses-rls",
        "CREATE TABLE notes (id int); ALTER TABLE notes ENABLE ROW LEVEL SECURITY;",
        f"CREATE VIEW notes_all AS SELECT id FROM notes; {change}",
        profiles=("supabase",),
    )
    assert remedy in found
