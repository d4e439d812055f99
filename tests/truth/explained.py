"""Examples whose prediction is another than what servers do, and why it can't know better."""

from collections.abc import Mapping

EXPLAINED: Mapping[str, str] = {}
