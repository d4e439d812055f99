"""`operation:` and `when:` of a rule document -> a check, so that simple rules need no Python.

Each key of `when` is a condition, and all of them must hold: a question to the context (`contended`, `existed`,
`known`, `in_transaction`, `effect`), or a field of the operation with the value, or list of values, it must have.
"""

from collections.abc import Callable
from typing import Any

from db_sage_lint import operations
from db_sage_lint.context import Context
from db_sage_lint.effects import Effect
from db_sage_lint.errors import UserError, nearest
from db_sage_lint.operations import Operation

Condition = Callable[[Operation, Context], bool]

EFFECTS: dict[str, Callable[[Effect], bool]] = {
    "grows": lambda effect: effect.grows,
    "scans": lambda effect: effect.scans,
    "rewrites": lambda effect: effect.rewrites,
    "blocks reads": lambda effect: effect.lock.blocks_reads,
    "blocks writes": lambda effect: effect.lock.blocks_writes,
}


def field(op: Operation, path: str) -> Any:
    """The value at a dotted path of the operation's fields."""
    value: Any = op
    for name in path.split("."):
        value = getattr(value, name)
    return value


def contended(path: str) -> Condition:
    return lambda op, now: now.contended(field(op, path))


def existed(path: str) -> Condition:
    return lambda op, now: now.relation_existed(field(op, path))


def known(path: str) -> Condition:
    return lambda op, now: now.db.relation(field(op, path)) is not None


def in_transaction(wanted: bool) -> Condition:
    return lambda _, now: now.in_transaction is wanted


def effect(kind: str) -> Condition:
    holds = EFFECTS[kind]
    return lambda _, now: any(holds(effect) for effect in now.contended_effects)


QUESTIONS: dict[str, Callable[[Any], Condition]] = {
    "contended": contended,
    "existed": existed,
    "known": known,
    "in_transaction": in_transaction,
    "effect": effect,
}


def equals(path: str, wanted: object) -> Condition:
    if isinstance(wanted, list):
        allowed = tuple(wanted)
        return lambda op, _: field(op, path) in allowed
    return lambda op, _: bool(field(op, path) == wanted)


def operation_types(names: str | tuple[str, ...], rule: str) -> tuple[type[Operation], ...]:
    """The operation types that a document names. Raises UserError naming the rule and the nearest right name."""
    types = []
    for name in (names,) if isinstance(names, str) else names:
        kind = getattr(operations, name, None)
        if not (isinstance(kind, type) and issubclass(kind, Operation)):
            raise UserError(f"rule {rule}: no operation is called {name!r}{nearest(name, vars(operations))}")
        types.append(kind)
    return tuple(types)


def condition(key: str, wanted: object, kinds: tuple[type[Operation], ...], rule: str) -> Condition:
    """One condition of `when`. Raises UserError where the operation has no such field."""
    if key in QUESTIONS:
        if key == "effect" and wanted not in EFFECTS:
            raise UserError(f"rule {rule}: no effect is called {wanted!r}{nearest(str(wanted), EFFECTS)}")
        return QUESTIONS[key](wanted)
    for kind in kinds:
        fields = kind.__struct_fields__
        if key.split(".", maxsplit=1)[0] not in fields:
            raise UserError(f"rule {rule}: {kind.__name__} has no field {key!r}{nearest(key, [*fields, *QUESTIONS])}")
    return equals(key, wanted)


def declared(
    rule: str, names: str | tuple[str, ...], when: dict[str, object]
) -> tuple[tuple[type[Operation], ...], Condition]:
    """The operation types and the check that a document declares. Raises UserError where it names what isn't there."""
    kinds = operation_types(names, rule)
    conditions = tuple(condition(key, wanted, kinds, rule) for key, wanted in when.items())

    def holds(op: Operation, now: Context) -> bool:
        return all(is_met(op, now) for is_met in conditions)

    return kinds, holds
