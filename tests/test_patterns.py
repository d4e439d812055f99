from pathlib import Path

import pytest

from db_sage_lint.patterns import matcher


@pytest.mark.parametrize(
    ("pattern", "path", "meant"),
    [
        ("0001_a.sql", "db/0001_a.sql", True),
        ("0001_*.sql", "db/deep/0001_a.sql", True),
        ("legacy", "db/legacy/x/1.sql", True),
        ("legacy/", "db/legacy/x/1.sql", True),
        ("db/*.sql", "db/1.sql", True),
        ("db/*.sql", "db/deep/1.sql", False),
        ("db/**", "db/deep/1.sql", True),
        ("db/**/1.sql", "db/1.sql", True),
        ("db/**/1.sql", "db/a/b/1.sql", True),
        ("./db/1.sql", "db/1.sql", True),
        ("db", "database/1.sql", False),
        ("db/?.sql", "db/1.sql", True),
        ("db/?.sql", "db/12.sql", False),
        ("a+b.sql", "a+b.sql", True),
        ("a.sql", "axsql", False),
        ("1.sql", "./1.sql", True),
    ],
)
def test_pattern(pattern: str, path: str, meant: bool) -> None:
    assert matcher([pattern])(path) is meant


def test_no_pattern_means_nothing() -> None:
    assert not matcher([])("a.sql")


def test_patterns_are_relative_to_their_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "service").mkdir()
    monkeypatch.chdir(tmp_path / "service")
    meant = matcher(["service/db/*.sql"], str(tmp_path))
    assert meant("db/1.sql")
    assert meant(str(tmp_path / "service" / "db" / "1.sql"))
    assert not meant("other/1.sql")
