"""A rule's document for people: on a terminal, and in markdown for SARIF viewers and web pages."""

from collections.abc import Iterator
from typing import Literal

from db_sage_lint.rules import Rule


def text(rule: Rule) -> str:
    """All that the document says, as plain text."""
    parts = [f"{rule.id}: {rule.title}", "\n".join(facts(rule)), rule.why.strip()]
    for heading, sql in examples(rule):
        parts.append(f"{heading}:\n\n{indented(sql)}")
    if rule.options:
        parts.append(
            "Options:\n\n" + "\n".join(f"    {name} = {value(default)}" for name, default in rule.options.items())
        )
    if rule.references:
        parts.append("See also:\n\n" + "\n".join(f"    {reference}" for reference in rule.references))
    return "\n\n".join(parts) + "\n"


def markdown(rule: Rule) -> str:
    """All that the document says, as markdown; its heading is left to where it is shown."""
    parts = ["  \n".join(facts(rule)), rule.why.strip()]
    for heading, sql in examples(rule):
        parts.append(f"**{heading}**\n\n```sql\n{sql}\n```")
    if rule.options:
        parts.append(
            "**Options**\n\n" + "\n".join(f"- `{name}` = `{value(default)}`" for name, default in rule.options.items())
        )
    if rule.references:
        parts.append("**See also**\n\n" + "\n".join(f"- <{reference}>" for reference in rule.references))
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


def examples(rule: Rule) -> Iterator[tuple[str, str]]:
    """The examples and the safe way, each under its heading; a rule without `instead` shows what is not reported."""
    which: tuple[Literal["bad", "good"], ...] = ("bad",) if rule.instead.strip() else ("bad", "good")
    for kind in which:
        for example in rule.examples(kind):
            heading = "Reported" if kind == "bad" else "Not reported"
            yield f"{heading}{', ' + example.title if example.title else ''}", example.sql.strip("\n")
    if rule.instead.strip():
        yield "Instead", rule.instead.strip("\n")
        for example in rule.examples("good"):
            yield f"Not reported{', ' + example.title if example.title else ''}", example.sql.strip("\n")


def indented(sql: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in sql.split("\n"))


def value(default: object) -> str:
    """An option's default as settings files write it."""
    import msgspec

    return msgspec.json.encode(default).decode()
