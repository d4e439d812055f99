"""Text that is put into SQL before PostgreSQL sees it: psql's variables, parameters, the actions of templates.

Every replacement is as long as what it replaces, so that positions stay true.
"""

from collections.abc import Callable, Iterator

from msgspec import Struct

from db_sage_lint.lexer import PAST, QUOTES, past, skip_blank
from db_sage_lint.regex import lazy

# psql's names may begin with a digit, but then a:1 in an array slice would be one.
VARIABLE = rb"[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*"
HOLE = lazy(
    rb"""(?xs)
    ::
    | (?P<string> :'%(name)s')
    | (?P<identifier> :"%(name)s")
    | (?P<truth> :\{\?%(name)s\})
    | (?P<value> :%(name)s)
    | (?P<quoted> "(?: \{\{[^{}]*\}\} | \$\{[^{}"\n\r]*\} )")
    | (?P<template> \$\{[^{}\n\r]*\} | \{\{[^{}]*\}\} | \#\{[^{}\n\r]*\} | @%(name)s@ | \$%%[A-Z_]+%%\$)
    | (?P<parameter> (?<![@?|&]) \? (?![?|&]))
    | """
    % {b"name": VARIABLE}
    + QUOTES
)
OUTSIDE_NAME = lazy(rb"[^A-Za-z0-9_\x80-\xff]")
NAME_ONLY = lazy(rb"[A-Za-z0-9_$\x80-\xff]*")
NOT_LINE_BREAK = lazy(rb"[^\n\r]")
MOST_TRIES = 24

# No braces inside: then a text full of open ones is still read in one pass.
ACTION = lazy(rb"\{\{(?P<go>[^{}]*)\}\}|\{%(?P<jinja>[^{}]*)%\}|\{#[^{}]*#\}")
ALONE = lazy(rb"\{\{[^{}]*\}\}[ \t]*(?:\r?\n|\Z)")
OPENS = lazy(rb"[#^]|(?:if|unless|with|range|each|for|define|block)\b")
LOOPS = lazy(rb"(?:range|for|each|define|block)\b")
CLOSES = lazy(rb"/(?!\*)|end(?:if|for|unless|each|block)?(?!\w)")
ELSE = lazy(rb"(?:else|elif)\b\s*(?:if\b)?\s*")
AROUND_ACTION = b" \t\r\n-~"
SILENT = lazy(rb"/\*|\$?\w+\s*:?=|set\b")
OTHER_DATABASE = lazy(rb"(?i)mysql|mariadb|sqlite|mssql|sqlserver|oracle")
NEGATED = lazy(rb"\bnot\b|\bne\b|!|\bunless\b")


class Hole(Struct, frozen=True):
    """Bytes `start` to `end` of a text, and what may stand there instead, the likeliest first. `hides` says that it may
    in truth be anything, not a value only.
    """

    start: int
    end: int
    forms: tuple[bytes, ...]
    hides: bool = True


def as_name(found: bytes) -> bytes:
    return OUTSIDE_NAME.sub(b"_", found)


def as_string(found: bytes) -> bytes:
    return b"'" + b"_" * (len(found) - 2) + b"'"


def as_number(found: bytes) -> bytes:
    return b"1".zfill(len(found))


def as_truth(found: bytes) -> bytes:
    return b"1 = " + as_number(found[4:])


# What a hole of each group of HOLE may become.
FORMS: dict[str, Callable[[bytes], tuple[bytes, ...]]] = {
    "string": lambda found: (b"'_" + found[2:],),
    "identifier": lambda found: (b'"_' + found[2:],),
    "quoted": lambda found: (b'"' + as_name(found[1:-1]).lower() + b'"',),  # as it reads without the quotes
    "truth": lambda found: (as_truth(found),),
    "value": lambda found: (as_name(found), as_string(found), as_number(found), found),
    "template": lambda found: (as_name(found), as_string(found), as_number(found), b" " * len(found)),
    "parameter": lambda found: (b"1", found),
}


def holes(text: bytes) -> list[Hole]:
    """The variables, parameters and placeholders in a text, except those inside quotes and comments."""
    return list(holes_in(text))


def holes_in(text: bytes) -> Iterator[Hole]:
    at = 0
    while found := HOLE.search(text, at):
        at = found.end()
        if found.lastgroup:
            yield Hole(found.start(), at, FORMS[found.lastgroup](found[0]), found.lastgroup != "parameter")
        elif text[found.start()] in PAST:
            at = past(text, found.start())


def names_in_holes(text: bytes) -> frozenset[str]:
    """What the holes in a text become where a name stands, as the parser folds it."""
    found = (hole.forms[0].strip(b"\"'").decode(errors="replace") for hole in holes_in(text) if hole.hides)
    return frozenset(form for name in found for form in (name, name.lower()))


class Filling:
    """A text with something in each of its holes; `blame` puts the next thing in where the parser stumbled."""

    def __init__(self, text: bytes, found: list[Hole]) -> None:
        self.original = text
        self.holes = found
        self.chosen = [0] * len(found)
        self.tries = MOST_TRIES

    @property
    def text(self) -> bytes:
        parts, at = [], 0
        for hole, choice in zip(self.holes, self.chosen, strict=True):
            parts += [self.original[at : hole.start], hole.forms[choice]]
            at = hole.end
        return b"".join([*parts, self.original[at:]])

    def blame(self, at: int) -> bool:
        """Whether there is another filling to try after an error at byte `at`, negative for the end of the text."""
        self.tries -= 1
        number = self.hole_at(at)
        if number is None or self.tries < 0 or self.chosen[number] + 1 == len(self.holes[number].forms):
            return False
        self.chosen[number] += 1
        return True

    def hole_at(self, at: int) -> int | None:
        """The number of the hole in the token at byte `at`, or else in the one before it; of the last if negative."""
        before = None
        for number, hole in enumerate(self.holes):
            if hole.start <= at < hole.end or (at < hole.start and NAME_ONLY.fullmatch(self.original, at, hole.start)):
                return number
            if hole.end <= at and not self.original[hole.end : at].strip():
                before = number
        return len(self.holes) - 1 if at < 0 and self.holes else before


def actions_alone(text: bytes, at: int) -> list[tuple[int, int]]:
    """The template actions on lines of their own that stand at `at`, before anything else but blank space: they put in
    whole statements.
    """
    spans = []
    at = skip_blank(text, at)
    while found := ALONE.match(text, at):
        spans.append((at, found.end()))
        at = skip_blank(text, found.end())
    return spans


class Branch(Struct):
    """A branch of a conditional action that begins at byte `start`: is it `taken`, and was one before or is it.

    `known` says that a condition so far names a database, so that it is known which branches are for PostgreSQL, or
    that it is no condition but a loop.
    """

    start: int
    taken: bool
    settled: bool
    known: bool

    def turn(self, start: int, condition: bytes) -> "Branch":
        """The next branch of the same action."""
        taken = not self.settled and for_postgres(condition)
        return Branch(start, taken, taken or self.settled, self.known or names_database(condition))


class Controlled(Struct, frozen=True):
    """A text without its templates' control actions, blank in their place. `blanked` are the spans that are now blank,
    `left_out` those of them that are branches which may be for PostgreSQL, but weren't taken. `perhaps` are branches
    that were taken and may not be: on what they hang is not known.
    """

    text: bytes
    blanked: list[tuple[int, int]]
    left_out: list[tuple[int, int]]
    perhaps: list[tuple[int, int]]


def without_controls(text: bytes) -> Controlled:
    """The text as a template for PostgreSQL would bring it out, as far as its conditions tell: what is for another
    database is left out, of other branches the first is taken, and a loop's body stands once.
    """
    spans: list[tuple[int, int]] = []
    left_out: list[tuple[int, int]] = []
    perhaps: list[tuple[int, int]] = []
    branches: list[Branch] = []
    for action in ACTION.finditer(text):
        says = (action["go"] or action["jinja"] or b"").strip(AROUND_ACTION)
        if CLOSES.match(says) or ELSE.match(says):
            branch = branches.pop() if branches else Branch(0, taken=True, settled=True, known=True)
            span = (branch.start, action.start())
            if branch.taken and not branch.known:
                perhaps.append(span)
            if not branch.taken:
                spans.append(span)
                if not branch.known and all(outer.taken for outer in branches):
                    left_out.append(span)
            if turn := ELSE.match(says):
                branches.append(branch.turn(action.end(), says[turn.end() :]))
        elif OPENS.match(says):
            loops = LOOPS.match(says) is not None
            branches.append(Branch(0, taken=False, settled=False, known=loops).turn(action.end(), says))
        elif action["go"] is not None and not SILENT.match(says):
            continue
        spans.append(action.span())
    return Controlled(blank(text, spans), joined(spans), left_out, joined(perhaps))


def for_postgres(condition: bytes) -> bool:
    """Whether a branch under this condition is one that runs on PostgreSQL, as far as its words tell."""
    negated = NEGATED.search(condition) is not None
    if b"postgres" in condition.lower():
        return not negated
    return negated or OTHER_DATABASE.search(condition) is None


def names_database(condition: bytes) -> bool:
    return b"postgres" in condition.lower() or OTHER_DATABASE.search(condition) is not None


def joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same bytes in as few spans as possible, in order."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def blank(text: bytes, spans: list[tuple[int, int]]) -> bytes:
    """The text with spaces in these spans, line breaks kept."""
    kept = bytearray(text)
    for start, end in spans:
        kept[start:end] = NOT_LINE_BREAK.sub(b" ", text[start:end])
    return bytes(kept)
