"""What is said to be refused for the sake of dependents is what servers refuse, and nothing else is."""

import re
from collections.abc import Callable

import psycopg

from db_sage_lint.rules import Example, load
from tests.effects.refused import REFUSALS, Refusal, refused_for
from tests.truth.server import Server
from tests.truth.stock import ROLES
from tests.truth.test_examples import run, steps

RULE = load()["change-blocked-by-dependents"]
ABORTED = "25P02"
# The embedded server has fewer than the others.
EXTENSION = re.compile(r'CREATE EXTENSION "?([\w-]+)')


def test_refusals(server: Server, figure: Callable[[str, int], None]) -> None:
    there = server.extensions()
    cases = [
        case for case in REFUSALS if case.since <= server.major and there.issuperset(EXTENSION.findall(case.setup))
    ]
    with server.exclusive(ROLES), server.temporary(b"") as name, server.connect(name) as connection:
        connection.autocommit = False
        differing = [line for case in cases for line in difference(case, connection, server.major)]
    figure("refusals", len(cases))
    assert not differing, "\n".join(differing)


def difference(case: Refusal, connection: "psycopg.Connection[tuple[object, ...]]", pg: int) -> list[str]:
    """How the server differs from the prediction for its version."""
    predicted = refused_for(case, pg)
    connection.execute(case.setup.encode())
    try:
        connection.execute(case.change.encode())
        failure = ""
    except psycopg.Error as error:
        failure = str(error).splitlines()[0]
    connection.rollback()
    if bool(failure) == bool(predicted):
        return []
    return [f"{case.setup}; {case.change}: predicted {predicted or 'nothing'}, the server says {failure or 'nothing'}"]


def test_examples_are_refused_where_they_are_marked(server: Server) -> None:
    differing = []
    for which in ("bad", "good"):
        for number, example in enumerate(RULE.examples(which), 1):  # type: ignore[arg-type]
            if example.pg is None or example.pg <= server.major:
                wrong = differs(example, server)
                differing += [f"{which} {number}, line {line}: {what}" for line, what in wrong.items()]
    assert not differing, "\n".join(differing)


def differs(example: Example, server: Server) -> dict[int, str]:
    """The lines whose statement was refused without a mark, or went through with one; what is less than an error leaves
    either open.
    """
    replayed = steps(example)
    with server.exclusive(ROLES):
        runs = run(replayed, server, [])
    found = {}
    for one in runs:
        source = replayed[one.step].script.source
        line = source.count(b"\n", 0, one.ran.sent.start) + 1
        written = source.splitlines()[line - 1].rstrip()
        failure = one.ran.observed.failure
        refused = failure is not None and failure.code != ABORTED
        if refused != written.endswith(b"-- error") and not written.endswith((b"-- warning", b"-- info")):
            found[line] = failure.message if failure else "it went through"
    return found
