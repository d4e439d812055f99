"""`@check`: a predicate over one operation, filed under the type of that operation."""

from collections.abc import Callable, Iterable
from typing import Any

from db_sage_lint.context import Verdict
from db_sage_lint.filed import Filed
from db_sage_lint.script import Origin

# What a check answers: no, yes, the earlier statement that makes it a problem, or yes with particulars, once or
# (for what is judged at the end of a script or change set) several times.
Answer = bool | Origin | Verdict | Iterable[Verdict]

check: Filed[Callable[[Any, Any], Answer]] = Filed()


def rule_of(function: Callable[..., object]) -> str:
    """The id of the rule that a check answers for: its own name."""
    return function.__name__.replace("_", "-")
