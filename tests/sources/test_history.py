"""Names to order and direction."""

import pytest

from db_sage_lint.sources import numbered, supabase
from db_sage_lint.sources.history import Folder, natural, split_direction


def folder(path: str, *files: str) -> Folder:
    return Folder(path, files, lambda _: None)


@pytest.mark.parametrize(
    ("file", "name", "direction"),
    [
        ("1_a.sql", "1_a", "up"),
        ("1_a.up.sql", "1_a", "up"),
        ("1_a.down.sql", "1_a", "down"),
        ("1_a_down.sql", "1_a", "down"),
        ("1_a.undo.sql", "1_a", "down"),
        ("2020-01-01-000000_a/up.sql", "2020-01-01-000000_a", "up"),
        ("2020-01-01-000000_a/down.sql", "2020-01-01-000000_a", "down"),
        ("20200101_a/migration.sql", "20200101_a", "up"),
        ("up/1_a.sql", "1_a", "up"),
        ("down/1_a.sql", "1_a", "down"),
        ("1_count_down_up.sql", "1_count_down", "up"),
    ],
)
def test_split_direction(file: str, name: str, direction: str) -> None:
    assert split_direction(file) == (name, direction)


@pytest.mark.parametrize(
    "ordered",
    [
        ["1_b", "2_a", "10_a"],
        ["9_z", "0010_a"],
        ["20200101120000_a", "20200101120001_a"],
        ["v1.9/1_a", "v1.10/1_a"],
        ["1_a", "1_b"],
    ],
)
def test_natural(ordered: list[str]) -> None:
    keys = [natural(text) for text in ordered]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("files", "recognised"),
    [
        (("1_a.sql", "2_b.sql"), True),
        (("V1__a.sql", "V2__b.sql", "afterMigrate.sql"), True),
        (("2020-01-01-000000_a/up.sql", "2020-01-01-000000_a/down.sql"), True),
        (("schema.sql", "seed.sql", "1_a.sql"), False),
        (("schema.sql",), False),
    ],
)
def test_numbered_recognise(files: tuple[str, ...], *, recognised: bool) -> None:
    assert bool(numbered.recognise(folder("x/migrations", *files))) is recognised


def test_supabase() -> None:
    assert supabase.recognise(folder("x/supabase/migrations", "20200101_a.sql"))
    assert not supabase.recognise(folder("x/migrations", "20200101_a.sql"))
    assert supabase.place("20200101000000_a.sql")
    assert supabase.place("a.sql") is None
    place = supabase.place("20200101000000_a.sql")
    assert place
    (script,) = supabase.scripts("p", b"SELECT 1;", place)
    assert script.transaction is True
