"""Regular expressions that are compiled when they are first asked: many never are in a run."""

import re
from typing import AnyStr, cast


class Uncompiled:
    """Stands in for a compiled pattern, and becomes one at the first use of a method."""

    def __init__(self, pattern: str | bytes) -> None:
        self.source = pattern

    def __getattr__(self, name: str) -> object:
        method = getattr(re.compile(self.source), name)
        setattr(self, name, method)
        return method


def lazy(pattern: AnyStr) -> re.Pattern[AnyStr]:
    """The pattern, which is compiled when it is needed; flags stand in the pattern itself."""
    return cast("re.Pattern[AnyStr]", Uncompiled(pattern))
