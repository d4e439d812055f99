"""A rule's document for people: on a terminal, and in markdown for SARIF viewers and web pages."""

from collections.abc import Callable, Iterator

import msgspec

from db_sage_lint.rules import Example, Rule

Said = Callable[[Example], list[str]]


def text(rule: Rule, said: Said | None = None) -> str:
    """All that the document says, as plain text, with what the linter says of each bad example."""
    parts = [f"{rule.id}: {rule.title}", "\n".join(facts(rule)), rule.why.strip()]
    parts += ["Reported:", *(shown(example, said) for example in rule.examples("bad"))]
    if rule.instead.strip():
        parts += ["Instead:", indented(rule.instead)]
    parts += ["Not reported:", *(shown(example) for example in rule.examples("good"))]
    if rule.options:
        parts += ["Options:", indented("\n".join(options(rule)))]
    if rule.references:
        parts += ["See also:", indented("\n".join(rule.references))]
    return "\n\n".join(parts) + "\n"


def markdown(rule: Rule) -> str:
    """All that the document says, as markdown; its heading is left to where it is shown."""
    parts = ["  \n".join(facts(rule)), rule.why.strip()]
    parts += ["**Reported**", *(block(example) for example in rule.examples("bad"))]
    if rule.instead.strip():
        parts += ["**Instead**", fenced(rule.instead)]
    parts += ["**Not reported**", *(block(example) for example in rule.examples("good"))]
    if rule.options:
        parts += ["**Options**", "\n".join(f"- `{option}`" for option in options(rule))]
    if rule.references:
        parts += ["**See also**", "\n".join(f"- <{reference}>" for reference in rule.references)]
    return "\n\n".join(parts) + "\n"


def facts(rule: Rule) -> Iterator[str]:
    """Who gets the rule, from when, and for which servers."""
    yield f"Severity: {rule.severity}"
    yield f"On: {on(rule)}"
    yield f"Family: {rule.family}"
    if rule.pg != (13, 99):
        first, last = rule.pg
        yield f"PostgreSQL: {first} and later" if last == 99 else f"PostgreSQL: {first} to {last}"
    yield f"Since: {rule.since}"


def on(rule: Rule) -> str:
    """`default`, `opt-in`, or the profiles that switch it on."""
    return ", ".join(name.replace("profile:", "profile ") for name in rule.on)


def options(rule: Rule) -> list[str]:
    """The rule's options with their defaults, as settings files write them."""
    return [f"{name} = {msgspec.json.encode(default).decode()}" for name, default in rule.options.items()]


def shown(example: Example, said: Said | None = None) -> str:
    """An example as plain text: its title, its SQL, and what is said of it."""
    title = f"  {example.title}:\n\n" if example.title else ""
    answers = "".join(f"\n    => {answer}" for answer in said(example)) if said else ""
    return f"{title}{indented(example.sql)}{answers}"


def indented(lines: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in lines.strip("\n").split("\n"))


def block(example: Example) -> str:
    """An example as markdown."""
    return f"{example.title}:\n\n{fenced(example.sql)}" if example.title else fenced(example.sql)


def fenced(sql: str) -> str:
    stripped = sql.strip("\n")
    return f"```sql\n{stripped}\n```"
