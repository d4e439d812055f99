"""Who claims a folder: marks, settings, files above, and a repository with many runners."""

from pathlib import Path

import pytest

from db_sage_lint.errors import UserError
from db_sage_lint.sources import RUNNERS, flyway
from db_sage_lint.sources.discover import Chosen, Found, How, discover, find_migrations
from db_sage_lint.sources.history import Folder
from db_sage_lint.sources.walk import is_wanted, wanted_files

SAMPLES = Path(__file__).resolve().parent


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_sql", ".sql")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def runners(found: Found) -> dict[str, str]:
    return {history.folder: history.runner.NAME for history in found.histories}


def test_every_sample_is_found_from_above(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SAMPLES)
    found = discover(wanted_files("."))
    modules = {runner.NAME: runner.__name__.rpartition(".")[2] for runner in RUNNERS}  # type: ignore[attr-defined]
    mine = {
        "dbmate", "diesel", "flyway", "golang_migrate", "goose", "graphile_migrate", "node_pg_migrate", "pop",
        "postgres_migrations", "psql", "refinery", "sql_migrate", "sqlx", "synapse", "temporal", "tern",
    }  # fmt: skip
    told = {history.folder.partition("/")[0]: modules[history.runner.NAME] for history in found.histories}
    assert {folder: module for folder, module in told.items() if folder in mine} == {name: name for name in mine}


def test_a_chosen_runner_counts_for_more_than_marks(project: Path) -> None:
    write(project, m__1_a_sql="-- +goose Up\nSELECT 1;\n")
    how = How(chosen=lambda _: Chosen("sqlx", "settings:1"))
    assert runners(discover(wanted_files("."), how)) == {"m": "sqlx"}


def test_a_chosen_runner_must_exist(project: Path) -> None:
    write(project, m__1_a_sql="SELECT 1;\n")
    how = How(chosen=lambda _: Chosen("sqlxx", "settings:1"))
    with pytest.raises(UserError, match=r"settings:1: `runner`: there is no runner `sqlxx`; did you mean `sqlx`\?"):
        discover(wanted_files("."), how)


def test_a_folder_that_the_settings_name_is_one_history(project: Path) -> None:
    for file in ("db/a/V1__x.sql", "db/b/V2__y.sql"):
        (project / file).parent.mkdir(parents=True)
        (project / file).write_text("SELECT 1;\n")
    how = How(chosen=lambda folder: Chosen("flyway", "settings:1") if folder == "db" else None, trees=("db",))
    (history,) = discover(wanted_files("db"), how).histories
    assert [entry.path for entry in history.entries] == ["db/a/V1__x.sql", "db/b/V2__y.sql"]


def test_locations_with_the_same_versions_stay_apart(project: Path) -> None:
    for folder in ("db/ehr", "db/ext"):
        (project / folder).mkdir(parents=True)
        (project / folder / "V1__x.sql").write_text("SELECT 1;\n")
    assert runners(discover(wanted_files("."))) == {"db/ehr": "flyway", "db/ext": "flyway"}


@pytest.mark.parametrize(
    ("root", "place"),
    [
        ("src/db/migration", "src/db"),
        ("src/db/migration_data", "src/db"),
        ("src/db/migration/common", "src/db"),
        ("migrations/common", "migrations"),
        ("migrations", "migrations"),
        ("database/sql", "database/sql"),
    ],
)
def test_locations_of_flyway(root: str, place: str) -> None:
    assert flyway.location(root) == place


def test_above_stays_in_the_repository(project: Path) -> None:
    (project.parent / "outside.toml").write_text("no")
    (project / "a.toml").write_text("top")
    (project / "x/y").mkdir(parents=True)
    (project / "x/a.toml").write_text("nearer")
    folder = Folder(str(project / "x/y"), (), lambda _: None)
    assert folder.above("a.toml") == b"nearer"
    assert folder.says_above("a.toml", b"top")
    assert folder.above("outside.toml") is None


def test_samples_are_read_once(project: Path) -> None:
    asked: list[str] = []

    def read(name: str) -> bytes:
        asked.append(name)
        return b""

    files = tuple(f"{number:02}.sql" for number in range(20))
    folder = Folder(str(project), files, read)
    folder.samples()
    folder.samples()
    assert asked == ["00.sql", "01.sql", "10.sql", "19.sql"]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("a/x.sql", True),
        ("a/x.SQL", True),
        ("a/tern.conf", True),
        ("a/V1__x.sql.conf", True),
        ("a/x.sql.postgres", True),
        ("a/x.sql.sqlite", False),
        ("a/README.md", False),
        ("src/x.py", False),
    ],
)
def test_wanted(path: str, wanted: bool) -> None:
    assert is_wanted(path) is wanted


def test_other_databases_files_are_not_judged(project: Path) -> None:
    for name in ("1_a.postgres.up.sql", "1_a.mysql.up.sql", "1_a.sqlite3.up.sql"):
        (project / "migrations").mkdir(exist_ok=True)
        (project / "migrations" / name).write_text("SELECT 1;\n")
    found = discover(wanted_files("."))
    assert runners(found) == {"migrations": "pop"}
    assert found.loose == ()


def test_flyway_placeholder_without_value(project: Path) -> None:
    (project / "V1__a.sql").write_text("CREATE TABLE ${schema}.a (id bigint);\nGRANT SELECT ON a TO ${role};\n")
    (project / "flyway.conf").write_text("flyway.placeholders.schema=shop\n")
    assert find_migrations().problems == (
        "V1__a.sql: no value for ${role}; flyway.conf needs flyway.placeholders.role=…",
    )


def test_tern_with_a_gap(project: Path) -> None:
    for number in (1, 3):
        (project / f"{number}_a.sql").write_text("SELECT 1;\n---- create above / drop below ----\n")
    found = find_migrations()
    assert found.problems == ()
    assert [flaw.file for flaw in found.histories[0].flaws] == ["3_a.sql"]


def test_pairs_with_other_names_are_pairs(project: Path) -> None:
    for name in ("1_inputs.up.sql", "1_input.down.sql", "2_b.up.sql", "2_b.down.sql"):
        (project / name).write_text("SELECT 1;\n")
    (history,) = discover(wanted_files(".")).histories
    assert [entry.path for entry in history.entries][:2] == ["1_inputs.up.sql", "1_input.down.sql"]
