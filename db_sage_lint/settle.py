"""What happens to findings after they are found: a tuple of functions, in this order."""

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from db_sage_lint.config import Config
from db_sage_lint.findings import Finding
from db_sage_lint.rules import Rule
from db_sage_lint.script import Script


class Settled(Struct, kw_only=True):
    """Findings in the order in which they are shown, and counts of those taken away.

    `suppressed` were ignored by a comment or for their file, `hidden` are below the severity asked for.
    """

    findings: list[Finding]
    suppressed: int = 0
    hidden: int = 0


def settle(
    findings: Iterable[Finding],
    scripts: Collection[Script],
    config: Config,
    rules: Mapping[str, Rule],
    *,
    today: str = "",
) -> Settled:
    """What is reported of the findings in `scripts`, those that were judged, ignores that are wrong or unused included.

    `today` is the date, YYYY-MM-DD, up to which an ignore's `until` counts; without it, the current one.
    """
    raise NotImplementedError
