from collections.abc import Callable

from db_sage_lint.findings import Finding
from db_sage_lint.report import Report
from db_sage_lint.reporters import Look, render
from db_sage_lint.rules import Rules


def test_annotation_and_notice(report: Report, rules: Rules) -> None:
    where = "file=migrations/2 now.sql,line=2,col=20,endColumn=37,endLine=2,title=column-dropped"
    assert render("github", report, rules, Look()).splitlines() == [
        f"::error {where}::total is dropped%0Amigrations/1.sql:3: made here",
        "::notice title=db-sage-lint::1 statement not analysed",
    ]


def test_what_ends_a_part_is_escaped(finding_in: Callable[..., Finding], rules: Rules) -> None:
    finding = finding_in(b"DROP TABLE a;", b"DROP", path="a,b:c%.sql", message="50 %, more", severity="info")
    said = render("github", Report(findings=[finding]), rules, Look())
    assert said.startswith("::notice file=a%2Cb%3Ac%25.sql,line=1,")
    assert said.endswith("::50 %25, more\n")


def test_columns_are_left_out_over_several_lines(finding_in: Callable[..., Finding], rules: Rules) -> None:
    finding = finding_in(b"DROP\n  TABLE a;", b"DROP\n  TABLE a")
    said = render("github", Report(findings=[finding]), rules, Look())
    assert "line=1,endLine=2" in said
    assert "col=" not in said
