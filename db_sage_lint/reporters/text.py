"""For people: every finding with its source, what it locks, and the safe way."""

from collections.abc import Iterator

from db_sage_lint.findings import Finding, Location
from db_sage_lint.report import Report
from db_sage_lint.reporters import Look, words
from db_sage_lint.reporters.excerpt import excerpt, harmless
from db_sage_lint.reporters.places import lines, region
from db_sage_lint.rules import Rules

COLORS = {"error": "1;31", "warning": "1;33", "info": "1;36"}
FRAME = "1;34"
STRONG = "1"
EFFECTS_SHOWN = 4


def render(report: Report, rules: Rules, look: Look) -> str:
    """Every finding and a closing line; nothing where there is nothing to say."""
    if look.statistics:
        blocks = [words.statistics(report, {rule.id: rule.title for rule in rules.values()})]
    else:
        explained: set[str] = set()
        blocks = ["\n".join(block(finding, rules, explained, look)) + "\n\n" for finding in report.findings]
    if look.summary and (report.findings or report.not_analysed):
        blocks.append(words.summary(report) + "\n")
    return "".join(blocks)


def block(finding: Finding, rules: Rules, explained: set[str], look: Look) -> Iterator[str]:
    """The lines of one finding. A safe way of several lines is shown once; `explained` collects the rules of those."""
    places = [finding.location, *(related.location for related in finding.related)]
    gutter = max(len(str(region(place).line)) for place in places)
    color = COLORS[finding.severity]
    head = paint(f"{finding.severity}[{finding.rule}]", color, look)
    yield f"{head}{paint(': ' + harmless(finding.message), STRONG, look)}"
    yield from source(finding.location, "-->", "^", color, gutter, look)
    for related in finding.related:
        yield from source(related.location, ":::", "-", FRAME, gutter, look, harmless(related.message))
    yield frame(gutter, look)
    for label, text in notes(finding, rules, explained):
        yield from note(label, text, gutter, look)


def source(
    place: Location, arrow: str, mark: str, color: str, gutter: int, look: Look, label: str = ""
) -> Iterator[str]:
    """A place in a file: its path, its line, and marks below what is meant."""
    where = region(place)
    line = lines(place.script.source).text(where.line)
    end_column = where.end_column if where.end_line == where.line else len(line) + 1
    shown = excerpt(line, where.column, end_column, look.width - gutter - 3)
    marks = " " * shown.offset + paint(f"{mark * shown.length}{' ' + label if label else ''}", color, look)
    yield f"{' ' * gutter}{paint(arrow, FRAME, look)} {harmless(place.script.path)}:{where.line}:{where.column}"
    yield frame(gutter, look)
    yield f"{paint(f'{where.line:>{gutter}} |', FRAME, look)} {shown.text}".rstrip()
    yield f"{frame(gutter, look)} {marks}"


def notes(finding: Finding, rules: Rules, explained: set[str]) -> Iterator[tuple[str, str]]:
    """What is said below the source, by label."""
    label = "lock seen" if finding.seen else "lock"
    for effect in finding.effects[:EFFECTS_SHOWN]:
        yield label, words.effect(effect)
    if len(finding.effects) > EFFECTS_SHOWN:
        yield label, f"and on {words.count(len(finding.effects) - EFFECTS_SHOWN, 'more relation')}"
    rule = rules.get(finding.rule)
    instead = rule.instead.strip("\n") if rule else ""
    if instead:
        yield "instead", f"as for the first {finding.rule} above" if finding.rule in explained else instead
    if "\n" in instead:
        explained.add(finding.rule)


def note(label: str, text: str, gutter: int, look: Look) -> Iterator[str]:
    """A labelled note; its further lines stand under the first one's text."""
    first, *more = text.rstrip().split("\n")
    margin = " " * (gutter + len(label) + 5)
    yield f"{' ' * gutter} {paint('=', FRAME, look)} {paint(f'{label}:', STRONG, look)} {first}".rstrip()
    for line in more:
        yield f"{margin}{line}".rstrip()


def frame(gutter: int, look: Look) -> str:
    return f"{' ' * gutter} {paint('|', FRAME, look)}"


def paint(text: str, color: str, look: Look) -> str:
    return f"\x1b[{color}m{text}\x1b[0m" if look.color else text
