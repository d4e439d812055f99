from collections.abc import Callable
from typing import Any

import msgspec

from db_sage_lint.rules import load

Command = Callable[..., Any]


def test_list_is_aligned_and_sorted(command: Command) -> None:
    lines = command("rule").out.splitlines()
    rules = load()
    assert [line.split()[0] for line in lines] == sorted(rules)
    titles = {line.index(rules[line.split()[0]].title) for line in lines}
    assert len(titles) == 1


def test_every_rule_is_explained(command: Command) -> None:
    for rule in load().values():
        text = command("rule", rule.id).out
        assert text.startswith(f"{rule.id}: {rule.title}\n")
        assert rule.why.strip() in text
        assert "\nReported:\n" in text
        assert text.count("    => ") >= len(rule.bad)
        markdown = command("rule", rule.id, "--format", "markdown").out
        assert markdown.startswith(f"# {rule.id}: {rule.title}\n")
        assert markdown.count("```") % 2 == 0


def test_json_is_the_document(command: Command) -> None:
    document = msgspec.json.decode(command("rule", "table-dropped", "--format", "json").out)
    assert document["id"] == "table-dropped"
    assert {rule["id"] for rule in msgspec.json.decode(command("rule", "--format", "json").out)} == set(load())


def test_markdown_list_is_a_table(command: Command) -> None:
    lines = command("rule", "--format", "markdown").out.splitlines()
    assert len(lines) == len(load()) + 2
    assert all(line.startswith("|") for line in lines)
