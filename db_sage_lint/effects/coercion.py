"""Which changes of type leave the stored values as they are.

Sources: ATColumnChangeRequiresRewrite in tablecmds.c; pg_cast's binary-coercible casts; the support functions that
remove a length coercion: varchar_support, numeric_support, varbit_support, timestamp_support, interval_support.
"""

from collections.abc import Callable

from db_sage_lint.operations import Type

_TEXTS = frozenset({"text", "varchar", "citext"})
_REG = frozenset(
    {
        "regclass", "regcollation", "regconfig", "regdictionary", "regnamespace", "regoper", "regoperator", "regproc",
        "regprocedure", "regrole", "regtype",
    }
)  # fmt: skip
# pg_cast where castmethod is b, the same from 13 to 18; reg* types, int4 and oid see below.
_BINARY = frozenset(
    {
        ("text", "varchar"), ("varchar", "text"), ("text", "citext"), ("citext", "text"), ("varchar", "citext"),
        ("citext", "varchar"), ("text", "bpchar"), ("varchar", "bpchar"), ("xml", "text"), ("xml", "varchar"),
        ("xml", "bpchar"), ("cidr", "inet"), ("bit", "varbit"), ("varbit", "bit"), ("regoper", "regoperator"),
        ("regoperator", "regoper"), ("regproc", "regprocedure"), ("regprocedure", "regproc"), ("int4", "oid"),
        ("oid", "int4"),
    }
)  # fmt: skip
_TIMESTAMPS = frozenset({"timestamp", "timestamptz"})
_FINEST = 6  # MAX_TIMESTAMP_PRECISION and its kin, src/include/datatype/timestamp.h
# Interval fields from the finest: what a value may have below the new type's last field would be cut off.
_FIELDS = ("second", "minute", "hour", "day", "month", "year")
# Zones whose only offset ever is zero: TimestampTimestampTzRequiresRewrite in timestamp.c asks for that.
_ZERO_ZONES = frozenset(
    {
        "utc", "uct", "gmt", "zulu", "universal", "greenwich", "gmt0", "gmt+0", "gmt-0", "etc/utc", "etc/uct",
        "etc/gmt", "etc/zulu", "etc/universal", "etc/greenwich", "etc/gmt0", "etc/gmt+0", "etc/gmt-0", "utc0", "0",
    }
)  # fmt: skip


def is_zero_zone(zone: str | None) -> bool | None:
    """Whether timestamp and timestamptz are stored alike under a TimeZone setting; None where it isn't known."""
    return None if zone is None else zone.strip().lower() in _ZERO_ZONES


def keeps_values(old: Type, new: Type, zone: str | None = None) -> bool | None:
    """Whether the cast from one type to another leaves stored values alone. Domains have been seen through.

    `zone` is the session's TimeZone, None where it isn't known. None where it decides.
    """
    if old.dimensions != new.dimensions:
        return False
    if old.dimensions:
        return _arrays_alike(old, new)
    if old.name == new.name and old.schema == new.schema:
        return _modifiers_kept(old, new)
    if {old.name, new.name} == _TIMESTAMPS:
        return is_zero_zone(zone) if _precision(new) >= _FINEST else False
    return _is_binary(old.name, new.name) and not new.modifiers


def _arrays_alike(old: Type, new: Type) -> bool:
    """Arrays are built anew, element by element, wherever an element needs any cast at all."""
    if (old.name, old.schema) != (new.name, new.schema):
        return False
    return not new.modifiers or old.modifiers == new.modifiers


def _is_binary(old: str, new: str) -> bool:
    if old in _REG or new in _REG:
        return (old, new) in _BINARY or old in {"int4", "oid"} or new in {"int4", "oid"}
    return (old, new) in _BINARY


def _modifiers_kept(old: Type, new: Type) -> bool:
    if old.modifiers == new.modifiers and old.words == new.words:
        return True
    widens = _WIDENING.get(new.name)
    return widens is not None and widens(old, new)


def _longer(old: Type, new: Type) -> bool:
    return not new.modifiers or (bool(old.modifiers) and new.modifiers[0] >= old.modifiers[0])


def _unbounded(_old: Type, new: Type) -> bool:
    return not new.modifiers


def _numeric(old: Type, new: Type) -> bool:
    if not new.modifiers:
        return True
    if not old.modifiers:
        return False
    old_scale, new_scale = (t.modifiers[1] if len(t.modifiers) > 1 else 0 for t in (old, new))
    return new_scale == old_scale and new.modifiers[0] >= old.modifiers[0]


def _precision(written: Type) -> int:
    return min(written.modifiers[0], _FINEST) if written.modifiers else _FINEST


def _finer(old: Type, new: Type) -> bool:
    return _precision(new) >= _precision(old)


def _interval(old: Type, new: Type) -> bool:
    return _finer(old, new) and _last_field(new) <= _last_field(old)


def _last_field(written: Type) -> int:
    last = written.words.rpartition(" ")[2]
    return _FIELDS.index(last) if last in _FIELDS else 0


_WIDENING: dict[str, Callable[[Type, Type], bool]] = {
    "varchar": _longer,
    "varbit": _longer,
    "bpchar": _unbounded,
    "numeric": _numeric,
    "timestamp": _finer,
    "timestamptz": _finer,
    "time": _finer,
    "timetz": _finer,
    "interval": _interval,
}

_OPERATOR_CLASSES = {"varchar": "text", "cidr": "inet"} | dict.fromkeys(_REG, "oid")
_COLLATABLE = frozenset({"text", "varchar", "bpchar", "citext"})


def operator_class(written: Type) -> str:
    """What tells the default operator classes of two base types apart: pg_opclass has none of its own for some."""
    name = f"{written.schema}.{written.name}" if written.schema else _OPERATOR_CLASSES.get(written.name, written.name)
    return name + "[]" * written.dimensions


def is_collatable(written: Type) -> bool:
    return written.name in _COLLATABLE
