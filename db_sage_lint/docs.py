"""The generated parts of the README: the table of rules and the command's help."""

import re

from db_sage_lint.rules import Rules


def rule_table(rules: Rules) -> str:
    """A table of every rule, by family."""
    lines = ["| rule | severity | on | what it finds |", "|---|---|---|---|"]
    for rule in sorted(rules.values(), key=lambda rule: (rule.family, rule.id)):
        lines.append(f"| `{rule.id}` | {rule.severity} | {', '.join(rule.on)} | {rule.title} |")
    return "\n".join(lines)


def replaced(text: str, part: str, content: str) -> str:
    """The text with what stands between the markers of a part replaced."""
    pattern = re.compile(rf"(<!-- {part}:[^\n]*-->\n).*?(<!-- /{part} -->)", re.DOTALL)
    return pattern.sub(lambda found: f"{found[1]}{content}\n{found[2]}", text)


def readme(text: str, rules: Rules, usage: str) -> str:
    """The README with its generated parts as they have to be."""
    return replaced(replaced(text, "rules", rule_table(rules)), "help", f"```text\n{usage.rstrip()}\n```")
