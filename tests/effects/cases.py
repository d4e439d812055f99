"""What PostgreSQL 13 to 18 were observed to do: the records of cases/*.yaml, and how they compare with a prediction.

Each case was run on `fixture.sql` and its own `setup`, in a transaction that was rolled back, or (`outside`) without
one, when the locks were told by other sessions that held each mode on the relations listed and made it wait. A
relation's locks are its strongest new one in pg_locks; `rewrites` is a new file or tablespace of it; `scans` is rows
read, a table verified, or an index built. Of indexes only those stand here that are locked more than their table.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from msgspec import Struct, convert

from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.operations import Name

HERE = Path(__file__).parent
FIXTURE = (HERE / "fixture.sql").read_bytes()
VERSIONS = range(13, 19)
Effects = dict[Name, Effect]


class Case(Struct, frozen=True):
    """`expect` has, by range of versions, the effects or "error SQLSTATE". `outside` lists the relations that were
    observed of a statement that runs outside a transaction. `session` are settings other than TimeZone = UTC. `needs`
    is "tablespace" where one named ts_case has to exist. `differs` says why the prediction is another.
    """

    id: str
    sql: str
    expect: Mapping[str, list[str] | str]
    setup: str = ""
    session: Mapping[str, str] = {}
    outside: tuple[str, ...] = ()
    needs: str = ""
    differs: str = ""

    def observed(self) -> Iterator[tuple[int, Effects]]:
        """The effects on each version that accepts the statement."""
        for span, lines in self.expect.items():
            if not isinstance(lines, str):
                effects = {effect.relation: effect for effect in map(read_effect, lines)}
                yield from ((version, effects) for version in versions(span))

    def recorded(self, pg: int) -> Iterator[list[str] | str]:
        """What stands here for that version: once, or not at all."""
        yield from (lines for span, lines in self.expect.items() if pg in versions(span))


def versions(spans: str) -> Iterator[int]:
    for span in spans.split(","):
        first, _, last = span.partition("-")
        yield from range(int(first), int(last or first) + 1)


def read_effect(line: str) -> Effect:
    """`users: ACCESS EXCLUSIVE, rewrites`; a relation without a schema is in public."""
    relation, _, rest = line.partition(": ")
    lock, _, work = rest.partition(", ")
    schema, _, name = relation.rpartition(".")
    return Effect(
        Name(name, schema or "public"), Lock[lock.replace(" ", "_")], scans=work == "scans", rewrites=work == "rewrites"
    )


def line_of(effect: Effect) -> str:
    """The effect as `read_effect` reads it."""
    schema = "" if effect.relation.schema == "public" else f"{effect.relation.schema}."
    work = ", rewrites" if effect.rewrites else ", scans" if effect.scans else ""
    return f"{schema}{effect.relation.name}: {effect.lock.sql}{work}"


def load(file: Path) -> list[Case]:
    return convert(yaml.load(file.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)), list[Case])


FAMILIES = {file.stem: load(file) for file in sorted((HERE / "cases").glob("*.yaml"))}
CASES = [case for cases in FAMILIES.values() for case in cases]
