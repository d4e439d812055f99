"""The generated parts of the README: what the demo prints, the tables of runners and rules, the command's help."""

import re
from collections.abc import Sequence

from db_sage_lint.rules import Rules
from db_sage_lint.sources.history import Runner


def rule_table(rules: Rules) -> str:
    """A table of every rule, by family."""
    lines = ["| rule | severity | on | what it finds |", "|---|---|---|---|"]
    lines += (
        f"| `{rule.id}` | {rule.severity} | {', '.join(rule.on)} | {rule.title} |"
        for rule in sorted(rules.values(), key=lambda rule: (rule.family, rule.id))
    )
    return "\n".join(lines)


def runner_table(runners: Sequence[Runner]) -> str:
    """A table of every runner: its name, and the first sentence of what its module says of it."""
    lines = ["| runner | what it runs |", "|---|---|"]
    for runner in sorted(runners, key=lambda runner: runner.NAME):
        about = " ".join((runner.__doc__ or "").split("\n\n")[0].split())
        lines.append(f"| {runner.NAME} | {about.removeprefix(f'{runner.NAME}: ').rstrip('.')} |")
    return "\n".join(lines)


def replaced(text: str, part: str, content: str) -> str:
    """The text with what stands between the markers of a part replaced."""
    pattern = re.compile(rf"(<!-- {part}:[^\n]*-->\n).*?(<!-- /{part} -->)", re.DOTALL)
    return pattern.sub(lambda found: f"{found[1]}{content}\n{found[2]}", text)


def readme(text: str, *, demo: str, runners: Sequence[Runner], rules: Rules, usage: str) -> str:
    """The README with its generated parts as they have to be. `demo` and `usage` are what the command prints."""
    parts = {
        "demo": f"```text\n{demo.rstrip()}\n```",
        "runners": runner_table(runners),
        "rules": rule_table(rules),
        "help": f"```text\n{usage.rstrip()}\n```",
    }
    for part, content in parts.items():
        text = replaced(text, part, content)
    return text
