import os
from collections.abc import Callable
from pathlib import Path

import jsonschema
import msgspec
import pytest

from db_sage_lint.config import Config, SettingsFile, find, load, nearest_config, schema
from db_sage_lint.errors import UserError

SCHEMA = Path(__file__).resolve().parent.parent / "db_sage_lint" / "config.schema.json"

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a file below the temporary folder, which is the current one."""
    monkeypatch.chdir(tmp_path)

    def writing(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return writing


def problem(path: Path) -> str:
    with pytest.raises(UserError) as raised:
        load(path)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_toml_and_yaml_say_the_same(write: Write) -> None:
    toml = load(
        write(
            "pyproject.toml",
            """
[project]
name = "shop"

[tool.db-sage-lint]
select = ["rls", "table-dropped"]
pg = 15
transaction = true

[tool.db-sage-lint.per-file-ignores]
"old/**" = ["ALL"]

[tool.db-sage-lint.rules.table-dropped]
allow = ["_old$"]
""",
        )
    )
    yaml = load(
        write(
            ".db-sage-lint.yaml",
            """
select: [rls, table-dropped]
pg: 15
transaction: true
per-file-ignores:
  "old/**": [ALL]
rules:
  table-dropped:
    allow: ["_old$"]
""",
        )
    )
    assert toml.select == ("rls", "table-dropped")
    assert toml.pg == 15
    assert toml.transaction is True
    assert toml.per_file_ignores == {"old/**": ("ALL",)}
    assert toml.rules == {"table-dropped": {"allow": ["_old$"]}}
    assert msgspec.structs.replace(toml, origins={}) == msgspec.structs.replace(yaml, origins={})


def test_each_value_knows_its_line(write: Write) -> None:
    config = load(
        write(
            "pyproject.toml",
            "[tool.black]\npg = 1\n[tool.db-sage-lint]\npg = 15\n"
            '[tool.db-sage-lint.severities]\ntable-dropped = "error"\n',
        )
    )
    assert config.origin("pg") == "pyproject.toml:4"
    assert config.origin("severities.table-dropped") == "pyproject.toml:6"
    assert config.origin("select") == "default"


def test_command_line_is_an_origin() -> None:
    config = Config().given("command line", fail_on="never")
    assert config.fail_on == "never"
    assert config.origin("fail-on") == "command line"


def test_nearest_file_counts(write: Write, tmp_path: Path) -> None:
    write("pyproject.toml", "[tool.db-sage-lint]\npg = 14\n")
    inner = write("service/.db-sage-lint.yaml", "pg: 16\n")
    write("service/deep/down/pyproject.toml", "[tool.other]\nx = 1\n")
    assert find(tmp_path / "service" / "deep" / "down") == inner
    assert nearest_config(tmp_path).pg == 14
    assert nearest_config(inner.parent).pg == 16


def test_search_ends_at_the_repository(write: Write, tmp_path: Path) -> None:
    write(".db-sage-lint.yaml", "pg: 16\n")
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    (tmp_path / "repository" / "deep").mkdir()
    assert find(tmp_path / "repository" / "deep") is None


def test_yaml_comes_before_pyproject(write: Write, tmp_path: Path) -> None:
    write("pyproject.toml", "[tool.db-sage-lint]\npg = 14\n")
    yaml = write(".db-sage-lint.yml", "pg: 16\n")
    assert find(tmp_path) == yaml


def test_empty_yaml_is_no_settings(write: Write) -> None:
    assert msgspec.structs.replace(load(write(".db-sage-lint.yaml", "# nothing\n")), base="") == Config()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ignroe: [a]", ".db-sage-lint.yaml:1: unknown setting `ignroe`; did you mean `ignore`?"),
        ("pg: fifteen", ".db-sage-lint.yaml:1: `pg`: expected a whole number, got text"),
        ("pg: 12", ".db-sage-lint.yaml:1: `pg`: expected a whole number >= 13"),
        ("pg: 15\nselect: rls", ".db-sage-lint.yaml:2: `select`: expected a list, got text"),
        (
            "transaction: 3",
            ".db-sage-lint.yaml:1: `transaction`: expected true or false or nothing, got a whole number",
        ),
        (
            "severity: fatal",
            ".db-sage-lint.yaml:1: `severity`: there is no value `fatal` (one of error, warning, info)",
        ),
        (
            "severities:\n  table-dropped: eror",
            (
                ".db-sage-lint.yaml:2: `severities.table-dropped`: there is no value `eror`; did you mean `error`?"
                " (one of error, warning, info)"
            ),
        ),
        ("severities: error", ".db-sage-lint.yaml:1: `severities`: expected a table, got text"),
        ("- pg: 15", ".db-sage-lint.yaml: expected a table of settings like `pg: 15`, found a list"),
        ("just words", ".db-sage-lint.yaml: expected a table of settings like `pg: 15`, found text"),
        ("1: 2", ".db-sage-lint.yaml: expected a table of settings like `pg: 15`, found a key that is no text"),
        ("base: /tmp", ".db-sage-lint.yaml:1: unknown setting `base`"),
    ],
)
def test_wrong_yaml(write: Write, text: str, message: str) -> None:
    assert problem(write(".db-sage-lint.yaml", text)) == message


def test_text_that_is_no_yaml(write: Write) -> None:
    assert problem(write(".db-sage-lint.yaml", "a: [1\nb: 2")).startswith(".db-sage-lint.yaml:2: not valid YAML: ")
    assert "nested too deeply" in problem(write("deep.yaml", "[" * 5000))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.db-sage-lint]\npg = ", "pyproject.toml: not valid TOML: "),
        ("[tool]\ndb-sage-lint = 3", "pyproject.toml: [tool.db-sage-lint]: expected a table of settings like "),
        ("tool = 3", "pyproject.toml: there is no table [tool.db-sage-lint] in it; add one, or name another file"),
        ("[tool.black]", "pyproject.toml: there is no table [tool.db-sage-lint] in it; add one, or name another file"),
        ("[tool.db-sage-lint]\n\npgg = 15", "pyproject.toml:3: unknown setting `pgg`; did you mean `pg`?"),
    ],
)
def test_wrong_toml(write: Write, text: str, message: str) -> None:
    assert problem(write("pyproject.toml", text)).startswith(message)


def test_bytes_that_are_no_text(tmp_path: Path, write: Write) -> None:
    path = write(".db-sage-lint.yaml", "")
    path.write_bytes(b"pg: \xff15")
    assert problem(path) == ".db-sage-lint.yaml: not UTF-8 text; settings are read from TOML or YAML"


def test_extends(write: Write) -> None:
    write("shared/base.yaml", "pg: 14\nseverity: info\nseverities: {a: info, b: error}\n")
    config = load(write(".db-sage-lint.yaml", "extends: shared/base.yaml\npg: 16\nseverities: {a: error}\n"))
    assert config.pg == 16
    assert config.severity == "info"
    assert config.severities == {"a": "error", "b": "error"}
    assert config.origin("severity") == "shared/base.yaml:2".replace("/", os.sep)
    assert config.origin("severities.a") == ".db-sage-lint.yaml:3"


def test_last_of_several_bases_counts(write: Write) -> None:
    write("one.yaml", "pg: 14\nfail-on: error\n")
    write("pyproject.toml", "[tool.db-sage-lint]\npg = 15\n")
    config = load(write(".db-sage-lint.yaml", "extends: [one.yaml, pyproject.toml]\n"))
    assert (config.pg, config.fail_on) == (15, "error")


def test_cyclic_extends(write: Write) -> None:
    write("a.yaml", "extends: b.yaml\n")
    path = write("b.yaml", "extends: a.yaml\n")
    assert problem(path) == "b.yaml: `extends` goes in a circle: b.yaml -> a.yaml -> b.yaml; remove one of these"
    assert "in a circle" in problem(write("c.yaml", "extends: c.yaml\n"))


def test_base_that_does_not_exist(write: Write, tmp_path: Path) -> None:
    path = write(".db-sage-lint.yaml", "pg: 14\nextends: gone.yaml\n")
    assert problem(path) == f".db-sage-lint.yaml:2: `extends`: there is no file gone.yaml in {tmp_path}"


def test_published_schema_is_current() -> None:
    if os.environ.get("UPDATE_SCHEMA"):
        SCHEMA.write_bytes(schema())
    assert SCHEMA.read_bytes() == schema(), "UPDATE_SCHEMA=1 python -m pytest tests/test_config.py writes it"


def test_schema_accepts_what_is_read() -> None:
    published = msgspec.json.decode(schema())
    settings = {"pg": 15, "profiles": ["supabase"], "per-file-ignores": {"a": ["ALL"]}, "rules": {"r": {"allow": [1]}}}
    jsonschema.validate(settings, published)
    msgspec.convert(settings, SettingsFile)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"ignroe": []}, published)
