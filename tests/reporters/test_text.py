import re
from collections.abc import Callable

import msgspec

from db_sage_lint.findings import Finding
from db_sage_lint.report import Report
from db_sage_lint.reporters import Look, render
from db_sage_lint.rules import Rules


def test_finding_with_all_details(report: Report, rules: Rules) -> None:
    assert (
        render("text", report, rules, Look())
        == """\
error[column-dropped]: total is dropped
 --> migrations/2 now.sql:2:20
  |
2 | ALTER TABLE orders DROP COLUMN total;
  |                    ^^^^^^^^^^^^^^^^^
 ::: migrations/1.sql:3:3
  |
3 |   total int
  |   --------- made here
  |
  = lock: ACCESS EXCLUSIVE on orders: reads and writes wait; writes the relation anew
  = lock: SHARE ROW EXCLUSIVE on shop."Items": writes wait; reads every row
  = instead: -- first stop reading it
             ALTER TABLE orders DROP COLUMN total;

Found 1 error in 2 files, 1,234 statements (1 statement not analysed; 3 suppressed; 2 below the severity shown, \
see --severity info).
"""
    )


def test_nothing_is_said_of_a_clean_run(rules: Rules) -> None:
    assert render("text", Report(files=3, statements=9, hidden=4), rules, Look()) == ""


def test_what_was_not_analysed_is_said_of_a_clean_run(rules: Rules) -> None:
    said = render("text", Report(files=1, statements=9, not_analysed=2), rules, Look())
    assert said == "Found no problems in 1 file, 9 statements (2 statements not analysed).\n"


def test_colour_changes_no_text(report: Report, rules: Rules) -> None:
    plain, colored = (render("text", report, rules, Look(color=color)) for color in (False, True))
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == plain
    assert "\x1b[1;31merror[column-dropped]\x1b[0m" in colored


def test_lines_fit_the_width(finding_in: Callable[..., Finding], rules: Rules) -> None:
    source = b"ALTER TABLE orders " + b", ".join(b"DROP COLUMN c%d" % i for i in range(300)) + b";"
    finding = finding_in(source, source, b"DROP COLUMN c150")
    lines = render("text", Report(findings=[finding]), rules, Look(width=60)).splitlines()
    assert len(lines[3]) <= 60
    at, length = lines[4].index("^"), lines[4].count("^")
    assert lines[3][at : at + length] == "DROP COLUMN c150"


def test_several_severities_are_counted(finding_in: Callable[..., Finding], rules: Rules) -> None:
    source = b"DROP TABLE a;"
    findings = [finding_in(source, source, severity=s) for s in ("error", "warning", "warning", "info")]
    said = render("text", Report(findings=findings, files=1, statements=1), rules, Look())
    assert said.endswith("Found 1 error, 2 warnings and 1 info in 1 file, 1 statement.\n")


def test_many_locks_are_cut_short(report: Report, rules: Rules) -> None:
    finding = report.findings[0]
    finding = msgspec.structs.replace(finding, effects=finding.effects * 4)
    said = render("text", Report(findings=[finding]), rules, Look())
    assert said.count("= lock: ") == 5
    assert "= lock: and on 4 more relations" in said


def test_safe_way_of_several_lines_is_shown_once(finding_in: Callable[..., Finding], rules: Rules) -> None:
    findings = [finding_in(b"DROP TABLE a;", b"DROP") for _ in range(3)]
    said = render("text", Report(findings=findings), rules, Look())
    assert said.count("= instead: -- first stop reading it\n") == 1
    assert said.count("= instead: as for the first column-dropped above\n") == 2
    short = {"column-dropped": msgspec.structs.replace(rules["column-dropped"], instead="SELECT 1;\n")}
    assert render("text", Report(findings=findings), short, Look()).count("= instead: SELECT 1;\n") == 3


def test_statistics_replace_the_findings(finding_in: Callable[..., Finding], rules: Rules) -> None:
    findings = [finding_in(b"DROP TABLE a;", b"DROP") for _ in range(12)]
    said = render("text", Report(findings=findings, files=1, statements=1), rules, Look(statistics=True))
    assert said.splitlines()[0] == "12  error  column-dropped  Column dropped"
    assert "-->" not in said


def test_a_path_or_message_cannot_steer_the_terminal(finding_in: Callable[..., Finding], rules: Rules) -> None:
    finding = finding_in(b"SELECT '\x1b[2J';", b"SELECT", path="a\x1b[1m.sql", message="\x1b]0;x\x07 is bad")
    report = Report(findings=[finding], files=1, statements=1)
    for name in ("text", "concise", "json", "sarif"):
        assert "\x1b" not in render(name, report, rules, Look())
    assert render("github", report, rules, Look()).count("\x1b") == 1, "the file's name, which GitHub needs as it is"
