"""Examples whose prediction is another than what servers do, and why it can't know better."""

from collections.abc import Mapping

# By the rule's id, which of its examples, and the number of it; the cases' own rows are their `differs`.
EXPLAINED: Mapping[str, str] = {
    "volatile-default-bad-6": "no file defines the function, so nothing is said of whether its values need a rewrite",
}
