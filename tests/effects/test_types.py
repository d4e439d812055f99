"""`type_change` where rules ask it directly: what is unknown, which indexes are rebuilt, and why."""

import pytest

from db_sage_lint.catalog import Catalog
from db_sage_lint.effects import TypeChange, type_change
from db_sage_lint.effects.coercion import is_zero_zone, keeps_values
from db_sage_lint.operations import Name, SetType, Type
from tests.effects.test_predict import operation, replayed

TABLE = (
    "CREATE TABLE t (a int, v varchar(10), ts timestamp, g geometry, s status, c text CHECK (c <> ''));"
    "CREATE INDEX t_a ON t (a); CREATE INDEX t_v ON t (v); CREATE INDEX t_low ON t (lower(v));"
    "CREATE INDEX t_ts ON t (ts);"
)


def change(sql: str, db: Catalog | None = None, **settings: str) -> TypeChange:
    op = operation(f"ALTER TABLE t {sql}")
    assert isinstance(op, SetType)
    return type_change(op, replayed(TABLE) if db is None else db, settings)


def names(found: TypeChange) -> list[str]:
    return [name.name for name in found.rebuilds]


@pytest.mark.parametrize(
    ("sql", "settings", "rewrites"),
    [
        ("ALTER a TYPE bigint", {}, True),
        ("ALTER v TYPE varchar(20)", {}, False),
        ("ALTER ts TYPE timestamptz", {}, None),
        ("ALTER ts TYPE timestamptz", {"timezone": "UTC"}, False),
        ("ALTER ts TYPE timestamptz", {"timezone": "Europe/Paris"}, True),
        ("ALTER g TYPE geometry", {}, False),
        ("ALTER g TYPE geography", {}, None),
        ("ALTER s TYPE text", {}, None),
        ("ALTER s TYPE text USING s || 'x'", {}, True),
        ("ALTER nobody TYPE text", {}, None),
    ],
)
def test_rewrites(sql: str, settings: dict[str, str], rewrites: bool | None) -> None:
    found = change(sql, **settings)
    assert found.rewrites is rewrites
    assert found.reason


def test_unknown_table() -> None:
    assert change("ALTER a TYPE bigint", Catalog()) == TypeChange(
        None, True, (), "the column's type so far is not known", None
    )


def test_a_rewrite_rebuilds_every_index() -> None:
    assert names(change("ALTER a TYPE bigint")) == ["t_a", "t_v", "t_low", "t_ts"]


def test_an_index_on_an_expression_is_rebuilt_though_rows_stay() -> None:
    found = change("ALTER v TYPE text")
    assert (names(found), found.rewrites, found.scans) == (["t_low"], False, True)


def test_timestamps_of_utc_rebuild_their_index() -> None:
    assert names(change("ALTER ts TYPE timestamptz", timezone="UTC")) == ["t_ts"]


def test_a_check_is_tried_again() -> None:
    found = change("ALTER c TYPE varchar")
    assert (found.rewrites, found.scans, found.rebuilds) == (False, True, ())


def test_an_enum_that_a_file_made_is_no_text() -> None:
    db = replayed("CREATE TYPE status AS ENUM ('a');" + TABLE)
    found = change("ALTER s TYPE text", db)
    assert (found.rewrites, found.old) == (True, Type("status", "public"))


def test_deep_casts_are_followed() -> None:
    assert change("ALTER v TYPE text USING v" + "::text" * 400).rewrites is False


@pytest.mark.parametrize(("zone", "zero"), [("UTC", True), ("etc/gmt", True), ("Africa/Abidjan", False), (None, None)])
def test_zero_zones(zone: str | None, zero: bool | None) -> None:
    assert is_zero_zone(zone) is zero


@pytest.mark.parametrize("name", ["text", "int4", "numeric", "status"])
def test_the_same_type_keeps_its_values(name: str) -> None:
    assert keeps_values(Type(name), Type(name))


def test_rebuilt_indexes_are_named_in_full() -> None:
    assert change("ALTER a TYPE bigint").rebuilds[0] == Name("t_a", "public")
