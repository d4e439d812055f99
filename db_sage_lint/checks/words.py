"""Lists, numbers and objects in messages."""

from collections.abc import Callable, Iterable, Sequence

from db_sage_lint.catalog.records import Dependent
from db_sage_lint.operations import Name

MOST = 5


def listed(items: Iterable[str], most: int = MOST) -> str:
    """`a`, `a and b`, `a, b and c`; beyond `most` of them the rest is counted: `a, b, c, d, e and 7 more`."""
    every: Sequence[str] = list(items)
    if len(every) > most + 1:
        every = [*every[:most], f"{len(every) - most} more"]
    return " and ".join(filter(None, (", ".join(every[:-1]), *every[-1:])))


def counted(number: int, one: str, many: str = "") -> str:
    """`1 row`, `1,200 rows`; `many` where the plural is not just one `s` longer."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def described(user: Dependent, shown: Callable[[Name], str]) -> str:
    """A dependent object: `the view open_orders`, `the policy own_orders of orders`, `the default of id in orders`."""
    name = Name(user.name.name)
    if user.kind == "privilege":
        return f"the privileges on {shown(user.name)}"
    if user.kind == "default" and user.table is not None:
        return f"the default of {name} in {shown(user.table)}"
    return f"the {user.kind} {shown(user.name) if user.table is None else f'{name} of {shown(user.table)}'}"
