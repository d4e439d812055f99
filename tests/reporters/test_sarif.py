from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from db_sage_lint.findings import Finding
from db_sage_lint.report import Report
from db_sage_lint.reporters import Look, render, sarif
from db_sage_lint.reporters.line_hashes import line_hashes
from db_sage_lint.rules import Rules

# The OASIS standard's schema, as the npm package @microsoft/sarif-multitool ships it.
SCHEMA = msgspec.json.decode(Path(__file__).with_name("sarif-schema-2.1.0.json").read_bytes())


def written(report: Report, rules: Rules) -> Any:
    log = msgspec.json.decode(render("sarif", report, rules, Look()))
    jsonschema.validate(log, SCHEMA)
    return log


def test_result(report: Report, rules: Rules) -> None:
    (result,) = written(report, rules)["runs"][0]["results"]
    fingerprints = result.pop("partialFingerprints")
    assert result == {
        "ruleId": "column-dropped",
        "ruleIndex": 0,
        "kind": "fail",
        "level": "error",
        "message": {"text": "total is dropped. [made here](1)."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "migrations/2%20now.sql"},
                    "region": {"startLine": 2, "startColumn": 20, "endLine": 2, "endColumn": 37},
                }
            }
        ],
        "relatedLocations": [
            {
                "id": 1,
                "message": {"text": "made here"},
                "physicalLocation": {
                    "artifactLocation": {"uri": "migrations/1.sql"},
                    "region": {"startLine": 3, "startColumn": 3, "endLine": 3, "endColumn": 12},
                },
            }
        ],
        "properties": {
            "effects": [
                "ACCESS EXCLUSIVE on orders: reads and writes wait; writes the relation anew",
                'SHARE ROW EXCLUSIVE on shop."Items": writes wait; reads every row',
            ]
        },
    }
    assert set(fingerprints) == {"primaryLocationLineHash", "dbSageLint/v1"}


def test_rules_have_what_code_hosts_show(report: Report, rules: Rules) -> None:
    driver = written(report, rules)["runs"][0]["tool"]["driver"]
    (rule,) = driver["rules"]
    assert rule["id"] == "column-dropped"
    assert rule["name"] == "ColumnDropped"
    assert rule["shortDescription"] == {"text": "Column dropped."}
    assert rule["fullDescription"] == {"text": "Deployed code may still read it."}
    assert rule["defaultConfiguration"]["level"] == "warning"
    assert rule["properties"]["tags"] == ["postgresql", "columns", "deploy"]
    assert "```sql\nALTER TABLE orders DROP COLUMN total;" in rule["help"]["markdown"]
    assert "Deployed code may still read it." in rule["help"]["text"]


@pytest.mark.parametrize(("severity", "level"), [("error", "error"), ("warning", "warning"), ("info", "note")])
def test_every_level_is_written(finding_in: Callable[..., Finding], rules: Rules, severity: str, level: str) -> None:
    finding = finding_in(b"DROP TABLE a;", b"DROP", severity=severity)
    assert written(Report(findings=[finding]), rules)["runs"][0]["results"][0]["level"] == level


def test_clean_run_has_empty_results(rules: Rules) -> None:
    run = written(Report(files=1, statements=1), rules)["runs"][0]
    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_what_could_not_be_judged_is_notified(rules: Rules) -> None:
    report = Report(not_analysed=2, problems=["a.sql: permission denied"], bugs=["Traceback"])
    (invocation,) = written(report, rules)["runs"][0]["invocations"]
    assert not invocation["executionSuccessful"]
    assert [(n["level"], n["message"]["text"]) for n in invocation["toolExecutionNotifications"]] == [
        ("error", "a.sql: permission denied."),
        ("error", "A bug in db-sage-lint: Traceback."),
        ("warning", "2 statements not analysed."),
    ]


def test_brackets_in_messages_begin_no_link(finding_in: Callable[..., Finding], rules: Rules) -> None:
    finding = finding_in(b"DROP TABLE a;", b"DROP", message="type int[] is gone")
    text = written(Report(findings=[finding]), rules)["runs"][0]["results"][0]["message"]["text"]
    assert text == r"type int\[\] is gone."


def test_uris_begin_at_the_repository(
    finding_in: Callable[..., Finding], rules: Rules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "service").mkdir()
    monkeypatch.chdir(tmp_path / "service")
    paths = ["m/1.sql", "../other/ä.sql", str(tmp_path / "x.sql"), "/elsewhere/x.sql"]
    findings = [finding_in(b"DROP TABLE a;", b"DROP", path=path) for path in paths]
    results = written(Report(findings=findings), rules)["runs"][0]["results"]
    uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results]
    assert uris == ["service/m/1.sql", "other/%C3%A4.sql", "x.sql", "file:///elsewhere/x.sql"]


def test_more_results_than_hosts_take(
    finding_in: Callable[..., Finding], rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 2)
    findings = [finding_in(b"DROP TABLE a;", b"DROP", severity=s) for s in ("info", "warning", "error")]
    run = written(Report(findings=findings), rules)["runs"][0]
    assert [result["level"] for result in run["results"]] == ["warning", "error"]
    assert "1 result left out" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_hashes_are_those_of_the_upload_action() -> None:
    source = (
        "-- größe 😀 x\r\n\tALTER TABLE orders\n DROP COLUMN total;\n\n\nSELECT 1;\rSELECT 1;\nSELECT 1;\nSELECT 1;\n"
        f"{'x' * 250}\n{'x' * 250}\n😀😀\n"
    )
    hashes = line_hashes(source.encode())
    # From `sarif-multitool rewrite --insert RollingHashPartialFingerprints` on the same bytes.
    assert {line: hashes[line - 1] for line in (1, 2, 3, 6, 7, 8, 9, 10, 11)} == {
        1: "2061c77302ac9f45:1",
        2: "1cbbb45744697231:1",
        3: "a94b22f4e01f0d9c:1",
        6: "4fbdcaf735944158:1",
        7: "ea35360ed4cbd456:1",
        8: "938b5cf995cdbe4c:1",
        9: "d3125f2d3077071a:1",
        10: "52b56201ffb58620:1",
        11: "52b56201ffb58620:2",
    }
