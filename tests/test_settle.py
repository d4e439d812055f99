from collections.abc import Iterable

import pytest

from db_sage_lint.config import Config
from db_sage_lint.errors import UserError
from db_sage_lint.findings import Finding, Location, Severity
from db_sage_lint.rules import Rule
from db_sage_lint.script import Direction, Script, whole
from db_sage_lint.settle import Settled, settle


def rule(name: str, family: str = "tables", message: str = "", severity: Severity = "warning") -> Rule:
    return Rule(id=name, family=family, title="", severity=severity, message=message, why="")  # type: ignore[arg-type]


RULES = {
    r.id: r
    for r in (
        rule("table-dropped"),
        rule("column-dropped", "columns"),
        rule("syntax-error", "script"),
        rule("invalid-ignore", "script", "{op.why}"),
        rule("unused-ignore", "script", "nothing is reported here for {op.rules}"),
    )
}


def script(text: str, path: str = "m/1.sql", direction: Direction = "up") -> Script:
    return whole(path, text.encode(), direction=direction)


def found(script: Script, text: str, rule: str = "table-dropped", severity: Severity = "warning") -> Finding:
    start = script.source.index(text.encode())
    end = start + len(text.encode())
    return Finding(rule=rule, severity=severity, message="", location=Location(script, start, end, start, end))


def settled(script: Script, findings: Iterable[Finding], config: Config | None = None) -> Settled:
    return settle(findings, [script], config or Config(), RULES, today="2025-06-15")


def said(result: Settled) -> list[tuple[str, str]]:
    return [(finding.rule, finding.message) for finding in result.findings]


def test_ignored_findings_are_counted() -> None:
    file = script("-- db-sage-lint: ignore table-dropped\nDROP TABLE a;\nDROP TABLE b;")
    result = settled(file, [found(file, "DROP TABLE a"), found(file, "DROP TABLE b")])
    assert [finding.location.start for finding in result.findings] == [file.source.index(b"DROP TABLE b")]
    assert result.suppressed == 1


def test_ignore_that_nothing_needed() -> None:
    file = script("-- db-sage-lint: ignore table-dropped, column-dropped\nDROP TABLE a;")
    result = settled(file, [found(file, "DROP TABLE a")])
    assert said(result) == [("unused-ignore", "nothing is reported here for column-dropped")]
    place = result.findings[0].location
    assert file.source[place.start : place.end] == b"-- db-sage-lint: ignore table-dropped, column-dropped"


def test_ignore_that_is_wrong() -> None:
    file = script("-- db-sage-lint: ignore tabel-dropped\nDROP TABLE a;")
    result = settled(file, [found(file, "DROP TABLE a")])
    assert said(result) == [
        ("invalid-ignore", "there is no rule `tabel-dropped`; did you mean `table-dropped`?"),
        ("table-dropped", ""),
    ]


def test_ignore_past_its_date_is_wrong_and_not_unused() -> None:
    file = script("-- db-sage-lint: ignore table-dropped until=2025-06-14\nSELECT 1;")
    assert [name for name, _ in said(settled(file, []))] == ["invalid-ignore"]


def test_rules_that_do_not_run_are_not_called_unused() -> None:
    file = script("-- db-sage-lint: ignore column-dropped\nSELECT 1;")
    assert said(settled(file, [], Config(ignore=("column-dropped",)))) == []
    assert said(settled(file, [], Config(select=("table-dropped",)))) == []


def test_statement_that_does_not_parse_says_nothing_of_its_ignores() -> None:
    file = script("-- db-sage-lint: ignore column-dropped\nALTER TABEL a;\n")
    result = settled(file, [found(file, "ALTER TABEL a", "syntax-error")])
    assert said(result) == [("syntax-error", "")]


def test_squawks_comments_are_never_called_unused() -> None:
    file = script("-- squawk-ignore ban-drop-table\nSELECT 1;\n-- squawk-ignore\nDROP TABLE a;")
    result = settled(file, [found(file, "DROP TABLE a")])
    assert (result.findings, result.suppressed) == ([], 1)


def test_findings_about_ignores_can_be_ignored() -> None:
    file = script("-- db-sage-lint: ignore-file unused-ignore\n-- db-sage-lint: ignore table-dropped\nSELECT 1;")
    result = settled(file, [])
    assert (result.findings, result.suppressed) == ([], 1)


def test_ignore_for_a_file_by_its_path() -> None:
    file = script("DROP TABLE a;")
    both = [found(file, "DROP TABLE a"), found(file, "DROP TABLE a", "column-dropped")]
    for names, left in [
        (("ALL",), []),
        (("tables",), ["column-dropped"]),
        (("column-dropped",), ["table-dropped"]),
    ]:
        result = settled(file, both, Config(per_file_ignores={"m/*.sql": names}))
        assert [finding.rule for finding in result.findings] == left
        assert result.suppressed == 2 - len(left)
    assert len(settled(file, both, Config(per_file_ignores={"other/*": ("ALL",)})).findings) == 2


def test_severity_from_the_settings() -> None:
    file = script("DROP TABLE a;")
    result = settled(file, [found(file, "DROP TABLE a")], Config(severities={"table-dropped": "error"}))
    assert [finding.severity for finding in result.findings] == ["error"]


def test_down_migrations_are_info_at_most() -> None:
    file = script("DROP TABLE a;", direction="down")
    finding = found(file, "DROP TABLE a", severity="error")
    config = Config(severities={"table-dropped": "error"})
    result = settled(file, [finding], config)
    assert (result.findings, result.hidden) == ([], 1)
    shown = settled(file, [finding], config.given("test", severity="info"))
    assert [finding.severity for finding in shown.findings] == ["info"]


def test_what_fails_going_down_is_a_warning() -> None:
    file = script("DROP TABEL a;", direction="down")
    finding = found(file, "DROP TABEL a", "syntax-error", severity="error")
    assert [finding.severity for finding in settled(file, [finding]).findings] == ["warning"]


@pytest.mark.parametrize(("severity", "shown"), [("error", 1), ("warning", 2), ("info", 3)])
def test_what_is_below_the_severity_is_counted(severity: Severity, shown: int) -> None:
    file = script("DROP TABLE a;")
    findings = [
        found(file, "DROP TABLE a", name, severity)
        for name, severity in [("table-dropped", "error"), ("column-dropped", "warning"), ("syntax-error", "info")]
    ]  # type: list[Finding]
    result = settled(file, findings, Config(severity=severity))
    assert (len(result.findings), result.hidden) == (shown, 3 - shown)


def test_order_and_repeats() -> None:
    first, second = script("DROP TABLE a;\nDROP TABLE b;", "m/1.sql"), script("DROP TABLE a;", "m/2.sql")
    findings = [
        found(second, "DROP TABLE a"),
        found(first, "DROP TABLE b"),
        found(first, "DROP TABLE a"),
        found(first, "DROP TABLE a", "column-dropped"),
        found(first, "DROP TABLE b"),
    ]
    for order in (findings, findings[::-1]):
        result = settle(order, [first, second], Config(), RULES)
        assert [(f.location.script.path, f.location.start, f.rule) for f in result.findings] == [
            ("m/1.sql", 0, "column-dropped"),
            ("m/1.sql", 0, "table-dropped"),
            ("m/1.sql", 14, "table-dropped"),
            ("m/2.sql", 0, "table-dropped"),
        ]


def test_settings_that_name_no_rule() -> None:
    with pytest.raises(UserError, match="there is no rule `tables-dropped`"):
        settled(script(""), [], Config(ignore=("tables-dropped",)))
