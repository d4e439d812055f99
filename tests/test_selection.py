from pathlib import Path

import pytest
from msgspec import structs

from db_sage_lint.config import Config, load
from db_sage_lint.errors import UserError
from db_sage_lint.rules import Rule
from db_sage_lint.selection import enabled


def rule(name: str, family: str, on: tuple[str, ...] = ("default",), **options: object) -> Rule:
    return Rule(
        id=name,
        family=family,
        title="",
        severity="error",
        message="",
        why="",
        on=on,
        options=options,  # type: ignore[arg-type]
    )


RULES = {
    r.id: r
    for r in (
        rule("table-dropped", "tables", allow=["_old$"], rows=10, strict=False),
        rule("table-truncated", "tables"),
        rule("rls-not-enabled", "rls", ("profile:supabase", "profile:multi-tenant")),
        rule("name-off-pattern", "naming", ("opt-in",)),
        structs.replace(
            rule("denied-statement", "script", ("opt-in",), statements={}, functions={}),
            choices={"statements": "statements"},
        ),
    )
}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (Config(), {"table-dropped", "table-truncated"}),
        (Config(profiles=("supabase",)), {"table-dropped", "table-truncated", "rls-not-enabled"}),
        (Config(select=("table-dropped",)), {"table-dropped"}),
        (Config(select=("naming", "rls")), {"name-off-pattern", "rls-not-enabled"}),
        (Config(select=("ALL",), ignore=("tables", "script")), {"rls-not-enabled", "name-off-pattern"}),
        (Config(extend_select=("name-off-pattern",)), {"table-dropped", "table-truncated", "name-off-pattern"}),
        (Config(ignore=("tables",), extend_select=("table-dropped",)), {"table-dropped"}),
        (Config(select=("table-dropped",), ignore=("table-dropped",)), set()),
        (Config(ignore=("ALL",)), set()),
    ],
)
def test_enabled(config: Config, expected: set[str]) -> None:
    assert enabled(config, RULES) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "select: [tabel-dropped]",
            "c.yaml:1: `select`: there is no rule `tabel-dropped`; did you mean `table-dropped`?",
        ),
        ("pg: 14\nignore: [nonsense]", "c.yaml:2: `ignore`: there is no rule `nonsense`"),
        (
            "per-file-ignores:\n  'a.sql': [tablse]",
            "c.yaml:2: `per-file-ignores.a.sql`: there is no rule `tablse`; did you mean `tables`?",
        ),
        (
            "severities:\n  rls-not-enable: info",
            "c.yaml:2: `severities.rls-not-enable`: there is no rule `rls-not-enable`; did you mean `rls-not-enabled`?",
        ),
        (
            "rules:\n  table-dropt: {}",
            "c.yaml:2: `rules.table-dropt`: there is no rule `table-dropt`; did you mean `table-dropped`?",
        ),
        (
            "rules:\n  table-dropped: {alow: []}",
            "c.yaml:2: `rules.table-dropped`: rule table-dropped has no option `alow`; did you mean `allow`?",
        ),
        (
            "rules:\n  table-dropped: {size: 1}",
            "c.yaml:2: `rules.table-dropped`: rule table-dropped has no option `size`; it has allow, rows, strict",
        ),
        (
            "rules:\n  table-truncated: {size: 1}",
            "c.yaml:2: `rules.table-truncated`: rule table-truncated has no option `size`; it has none",
        ),
        (
            "rules:\n  table-dropped: {allow: _old}",
            (
                "c.yaml:2: `rules.table-dropped`: option `allow` of table-dropped must be of the kind of its default,"
                ' ["_old$"]'
            ),
        ),
        (
            "rules:\n  table-dropped: {rows: true}",
            "c.yaml:2: `rules.table-dropped`: option `rows` of table-dropped must be of the kind of its default, 10",
        ),
        (
            "rules:\n  denied-statement: {statements: {drop colum: ''}}",
            (
                "c.yaml:2: `rules.denied-statement`: option `statements` of denied-statement: there is no kind of"
                " statement `drop colum`; did you mean `drop column`?"
            ),
        ),
        (
            "rules:\n  denied-statement: {functions: {pg_sleep: }}",
            (
                "c.yaml:2: `rules.denied-statement`: option `functions` of denied-statement: `pg_sleep` needs a message"
                " in quotes, which may be empty"
            ),
        ),
        (
            "rules:\n  denied-statement: {functions: [pg_sleep]}",
            (
                "c.yaml:2: `rules.denied-statement`: option `functions` of denied-statement must be of the kind of its"
                " default, {}"
            ),
        ),
    ],
)
def test_names_that_do_not_exist(text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.yaml").write_text(text)
    with pytest.raises(UserError) as raised:
        enabled(load(Path("c.yaml")), RULES)
    assert str(raised.value) == message


def test_options_of_the_right_kind() -> None:
    options: dict[str, object] = {"allow": ["a", "b"], "rows": 1.5, "strict": True}
    assert enabled(Config(rules={"table-dropped": options}), RULES)
