import os
from collections.abc import Callable
from pathlib import Path

import jsonschema
import msgspec

from db_sage_lint.findings import Finding
from db_sage_lint.report import Report
from db_sage_lint.reporters import Look, render
from db_sage_lint.reporters.schema import schema
from db_sage_lint.rules import Rules

SCHEMA = Path(__file__).resolve().parents[2] / "db_sage_lint" / "report.schema.json"


def test_document_has_its_published_form(report: Report, rules: Rules) -> None:
    document = msgspec.json.decode(render("json", report, rules, Look()))
    fingerprint = document["findings"][0].pop("fingerprint")
    assert len(fingerprint) == 32
    assert document == {
        "version": 1,
        "summary": {
            "files": 2,
            "statements": 1234,
            "not_analysed": 1,
            "by_severity": {"error": 1, "warning": 0, "info": 0},
        },
        "findings": [
            {
                "rule": "column-dropped",
                "severity": "error",
                "message": "total is dropped",
                "path": "migrations/2 now.sql",
                "line": 2,
                "column": 20,
                "end_line": 2,
                "end_column": 37,
                "related": [{"path": "migrations/1.sql", "line": 3, "message": "made here"}],
                "effects": [
                    {"relation": "public.orders", "lock": "ACCESS EXCLUSIVE", "scans": False, "rewrites": True},
                    {"relation": 'shop."Items"', "lock": "SHARE ROW EXCLUSIVE", "scans": True, "rewrites": False},
                ],
                "seen": False,
            }
        ],
    }
    jsonschema.validate(document | {"findings": []}, msgspec.json.decode(schema()))


def test_published_schema_is_current() -> None:
    if os.environ.get("UPDATE_SCHEMA"):
        SCHEMA.write_bytes(schema())
    assert SCHEMA.read_bytes() == schema(), "UPDATE_SCHEMA=1 python -m pytest tests/reporters/test_json.py writes it"


def test_clean_run_is_a_document_too(rules: Rules) -> None:
    document = msgspec.json.decode(render("json", Report(files=1, statements=2), rules, Look()))
    assert document["findings"] == []
    assert document["summary"]["files"] == 1


def test_path_that_is_no_utf8_is_written(finding_in: Callable[..., Finding], rules: Rules) -> None:
    finding = finding_in(b"DROP TABLE a;", b"DROP", path=b"\xe4.sql".decode("utf-8", "surrogateescape"))
    document = msgspec.json.decode(render("json", Report(findings=[finding]), rules, Look()))
    assert document["findings"][0]["path"] == "\ufffd.sql"


def test_fingerprints_follow_the_statement(finding_in: Callable[..., Finding], rules: Rules) -> None:
    def prints(*sources: bytes) -> list[str]:
        findings = [finding_in(source, b"DROP TABLE  a" if b"  a" in source else b"DROP TABLE a") for source in sources]
        document = msgspec.json.decode(render("json", Report(findings=findings), rules, Look()))
        return [finding["fingerprint"] for finding in document["findings"]]

    (plain,) = prints(b"DROP TABLE a;")
    assert prints(b"-- moved down\n\nDROP TABLE a;") == [plain]
    assert prints(b"DROP TABLE  a;") == [plain]
    first, second = prints(b"DROP TABLE a;", b"DROP TABLE a;")
    assert first == plain
    assert second != plain
