"""Every rule document is its own test: its bad examples fire exactly on the marked lines, its good ones are quiet."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from db_sage_lint.checks import check, rule_of
from db_sage_lint.examples import Marked, findings_of, marks
from db_sage_lint.rules import SOURCES, Example, Rule, Rules, load, read_documents

RULES: Rules = read_documents(SOURCES)


def examples() -> Iterator[object]:
    for rule in RULES.values():
        for which in ("bad", "good"):
            for number, example in enumerate(rule.examples(which), 1):  # type: ignore[arg-type]
                yield pytest.param(rule, which, example, id=f"{rule.id}-{which}-{number}")


@pytest.mark.parametrize(("rule", "which", "example"), list(examples()))
def test_example(rule: Rule, which: str, example: Example) -> None:
    expected = marks(example)
    assert bool(expected) is (which == "bad"), "bad examples are marked, good ones are not"
    assert findings_of(rule, example) == expected


def test_documents_and_checks_are_the_same_set() -> None:
    written = {rule_of(function) for functions in check.functions.values() for function in functions}
    declared = {rule.id for rule in RULES.values() if rule.operation}
    assert written | declared == set(RULES)
    assert not written & declared, "a rule is declared in its document or written in Python, not both"


@pytest.mark.parametrize("rule", list(RULES.values()), ids=list(RULES))
def test_document_is_whole(rule: Rule) -> None:
    assert rule.bad
    assert rule.good
    assert rule.why.strip()
    assert len(rule.title) < 80
    assert not rule.title.endswith(".")
    assert not rule.message.endswith(".")
    assert "\n" not in rule.message


HISTORY = re.compile(r"(?m)^-- \S+\.sql$")


OF_HISTORIES = [rule for rule in RULES.values() if "C" in rule.needs or "H" in rule.needs]


@pytest.mark.parametrize("rule", OF_HISTORIES, ids=lambda rule: rule.id)
def test_what_needs_the_catalog_shows_a_history(rule: Rule) -> None:
    every = [*rule.examples("bad"), *rule.examples("good")]
    assert any(len(HISTORY.findall(example.sql)) > 1 for example in every)


def test_marks_are_read() -> None:
    example = Example(sql="-- a/1.sql\nSELECT 1;\n-- a/2.sql\nSELECT 2; -- error\n\nSELECT 3;  -- info\n")
    assert marks(example) == {Marked("a/2.sql", 1, "error"), Marked("a/2.sql", 3, "info")}


def test_built_in_rules_load() -> None:
    assert load() == RULES
    assert {path.stem for path in Path(SOURCES).glob("*")} == set(RULES)
