"""From an operation to findings: which checks are asked, and how their answers become messages with places."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from db_sage_lint import match
from db_sage_lint.checks import Answer, check, rule_of
from db_sage_lint.context import Context, Verdict
from db_sage_lint.effects import Effect
from db_sage_lint.findings import Finding, Location, Related
from db_sage_lint.operations import Name, Operation, ShadowDiffered, ShadowFailed, ShadowNotRestored
from db_sage_lint.rules import Rule, Rules
from db_sage_lint.script import Origin

PLAIN_YES = Verdict()
TOLD_BY_SHADOW = (ShadowDiffered, ShadowFailed, ShadowNotRestored)
BRACES = re.compile(r"\{([a-z_][a-z_.]*)(?:\|([^{}]*))?\}")


class Judge:
    """The rules that run, filed under the operation types that they look at."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._declared: dict[type, list[tuple[Rule, Callable[..., Answer]]]] = {}
        self._asked: dict[type, tuple[tuple[Rule, Callable[..., Answer]], ...]] = {}
        for rule in self.rules.values():
            if rule.operation:
                kinds, holds = match.declared(rule.id, rule.operation, rule.when)
                for kind in kinds:
                    self._declared.setdefault(kind, []).append((rule, holds))

    def asked(self, kind: type) -> tuple[tuple[Rule, Callable[..., Answer]], ...]:
        """The checks for operations of that type, with their rules."""
        found = self._asked.get(kind)
        if found is None:
            written = [(self.rules.get(rule_of(f)), f) for f in check[kind]]
            declared = [pair for base in kind.__mro__ for pair in self._declared.get(base, ())]
            found = tuple((rule, f) for rule, f in [*written, *declared] if rule is not None)
            self._asked[kind] = found
        return found

    def ask(self, op: Operation, now: Context, on_bug: Callable[[str, Operation, Exception], None]) -> list[Finding]:
        """What the rules find wrong with the operation. A check that fails is told to `on_bug`; the others go on."""
        findings: list[Finding] = []
        for rule, function in self.asked(type(op)):
            now.rule = rule.id
            try:
                answer = function(op, now)
                if answer is False or answer is None:
                    continue
                findings += [finding(rule, verdict, op, now) for verdict in verdicts(answer, rule)]
            except Exception as error:  # noqa: BLE001 - a bug in one check must not cost the other findings
                on_bug(rule.id, op, error)
        return findings


def verdicts(answer: Answer, rule: Rule) -> Iterable[Verdict]:
    """An answer in any of its forms, as verdicts."""
    if isinstance(answer, bool):
        return (PLAIN_YES,) if answer else ()
    if isinstance(answer, Verdict):
        return (answer,)
    if isinstance(answer, Origin):
        return (Verdict(related=((answer, rule.earlier),)),)
    return answer


def finding(rule: Rule, verdict: Verdict, op: Operation, now: Context) -> Finding:
    where = verdict.where or now.origin
    at = verdict.at if verdict.at >= 0 else op.at if verdict.where is None else -1
    effects = now.contended_effects if verdict.effects is None else verdict.effects
    return Finding(
        rule=rule.id,
        severity=verdict.severity or rule.severity,
        message=message(rule.message, op, verdict.facts, effects, now.shown),
        location=location(where, at),
        related=tuple(Related(location(origin, -1), text) for origin, text in verdict.related),
        effects=effects,
        seen=now.seen is not None and (isinstance(op, TOLD_BY_SHADOW) or (now.seen.complete and bool(effects))),
    )


def location(origin: Origin, at: int) -> Location:
    """The place to show: from byte `at` (-1: the start of the statement) to the end of that line or statement."""
    source = origin.script.source
    start = at if origin.start <= at < len(source) else origin.start
    line_end = source.find(b"\n", start)
    end = min(max(origin.end, start), len(source), line_end if line_end >= 0 else len(source))
    while end > start + 1 and source[end - 1] in b" \t\r,;":
        end -= 1
    return Location(origin.script, start, max(end, start), origin.start, origin.end)


def message(
    template: str,
    op: Operation,
    facts: Mapping[str, str],
    effects: tuple[Effect, ...],
    shown: Callable[[Name], str] = str,
) -> str:
    """The template with its braces filled: `{op.field}`, `{lock}`, `{blocks}`, `{relation}`, facts; `{x|word}` says
    what stands where x is empty. `shown` writes the relation's name.
    """
    plain, *braces = pieces(template)
    said = [plain]
    for path, otherwise, after in zip(braces[::3], braces[1::3], braces[2::3], strict=True):
        value = value_at(path, op, facts, effects)
        said += (shown(value) if isinstance(value, Name) else text(value)) or otherwise or "", after
    return "".join(said)


@cache
def pieces(template: str) -> tuple[str, ...]:
    """The text before the first braces of a template, then of each braces what they name, what stands where that is
    empty, and the text behind them.
    """
    return tuple(BRACES.split(template))


OF_EFFECT: dict[str, Callable[[Effect], object]] = {
    "lock": lambda effect: effect.lock.sql,
    "blocks": lambda effect: effect.lock.blocks,
    "relation": lambda effect: effect.relation,
}


def value_at(path: str, op: Operation, facts: Mapping[str, str], effects: tuple[Effect, ...]) -> object:
    if path in facts:
        return facts[path]
    if path.startswith("op."):
        return match.field(op, path[3:])
    return OF_EFFECT[path](max(effects, key=lambda e: e.lock)) if effects and path in OF_EFFECT else ""


def text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, tuple | list | frozenset):
        return ", ".join(text(item) for item in value)
    return str(value)
