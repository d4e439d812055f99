from db_sage_lint.report import Report
from db_sage_lint.reporters import Look, render
from db_sage_lint.rules import Rules


def test_one_line_a_finding_and_one_to_close(report: Report, rules: Rules) -> None:
    first, last = render("concise", report, rules, Look()).splitlines()
    assert first == "migrations/2 now.sql:2:20: error column-dropped total is dropped"
    assert last.startswith("Found 1 error in 2 files, 1,234 statements (1 statement not analysed;")


def test_nothing_is_said_of_a_clean_run(rules: Rules) -> None:
    assert render("concise", Report(files=3, statements=9), rules, Look()) == ""
