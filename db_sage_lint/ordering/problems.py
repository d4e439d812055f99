"""What is used before it is made: one replay of the statements in the order given."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec import Struct

from db_sage_lint.checks.ordering import allows_older, taken_away
from db_sage_lint.config import Config
from db_sage_lint.operations import Operation
from db_sage_lint.ordering.replay import Lack, Part, Player, Unit
from db_sage_lint.ordering.things import Thing

FORGIVING = ("if_exists", "missing_ok")


class Problem(Struct, frozen=True, eq=False):
    """`user` needs a thing at byte `at` that `maker` makes only later; `word` says what the thing is."""

    thing: Thing
    word: str
    user: Unit
    at: int
    maker: Unit


class Maker(Struct, frozen=True, eq=False):
    """A statement that makes something, in its place in the order. `lenient`: the thing may be there before."""

    place: int
    unit: Unit
    word: str
    lenient: bool


class Order(Struct, frozen=True, eq=False):
    """Statements in an order, and the parts that they belong to. `loose` says that no runner and no version gives the
    order, so that all there is should be in the files.
    """

    parts: Sequence[Part]
    units: Sequence[Unit]
    loose: bool
    complete: bool


class Check:
    """A replay in the order given: `problems` are what is used before it is made, `makers` the statements that make
    something, and `unmade` what statements lack that none makes later.
    """

    def __init__(self, order: Order, config: Config) -> None:
        self.order = order
        self.problems: list[Problem] = []
        self.unmade: set[tuple[Unit, Thing]] = set()
        self.places = {unit: place for place, unit in enumerate(order.units)}
        self.lacks: list[list[Lack]] = []
        self.makers: dict[Thing, list[Maker]] = {}
        self.removals: dict[str, list[int]] = {}
        player = Player(config)
        for number, units in groupby(order.units, key=lambda unit: unit.part):
            player.open(order.parts[number])
            for unit in units:
                self.play(unit, player)
            player.close()
        self.builds_on_others = not (order.loose or order.complete) and self.is_partial()
        for unit, lacks in zip(order.units, self.lacks, strict=True):
            self.judge(unit, lacks)

    def play(self, unit: Unit, player: Player) -> None:
        mark = player.db.mark()
        self.lacks.append(player.play(unit))
        place = self.places[unit]
        lenient = any(allows_older(op) or op.possible for op in unit.operations)
        for one in player.made_since(mark):
            self.makers.setdefault(one.thing, []).append(Maker(place, unit, one.word, lenient))
        for op in unit.operations:
            for name in taken_away(op) if is_strict(op) else ():
                self.removals.setdefault(name, []).append(place)

    def is_partial(self) -> bool:
        """Whether the files use relations that none makes, in schemas in which they make others."""
        own = {thing.name.schema for thing in self.makers if thing.kind == "relation"}
        needs = (lack.things for lacks in self.lacks for lack in lacks if not lack.soft and not lack.drops)
        return any(
            things[0].kind == "relation" and things[0].name.schema in own and not any(map(self.makers.get, things))
            for things in needs
        )

    def judge(self, unit: Unit, lacks: list[Lack]) -> None:
        told = set[Thing]()
        for lack in lacks:
            if lack.soft:
                continue
            found = self.problem(unit, lack)
            if found is None:
                self.unmade.add((unit, lack.things[0]))
            elif found.thing not in told:
                told.add(found.thing)
                self.problems.append(found)

    def problem(self, unit: Unit, lack: Lack) -> Problem | None:
        place = self.places[unit]
        for thing in lack.things:
            for maker in later(self.makers.get(thing, ()), place):
                if lack.drops or self.may_be_older(unit, lack, maker):
                    return None
                return Problem(thing, maker.word, unit, lack.at, maker.unit)
        return None

    def may_be_older(self, unit: Unit, lack: Lack, maker: Maker) -> bool:
        """Whether an older thing of that name may be meant, which no file made."""
        name = lack.things[0].name.name
        if any(self.places[unit] <= place <= maker.place for place in self.removals.get(name, ())):
            return True
        if self.builds_on_others and (maker.lenient or maker.unit.part != unit.part):
            return True
        return maker.lenient and lack.doubted and not self.order.loose


def later(makers: Sequence[Maker], place: int) -> Iterator[Maker]:
    return (maker for maker in makers if maker.place > place)


def is_strict(op: Operation) -> bool:
    """Whether an operation that takes something away fails where there is no such thing."""
    return not any(getattr(op, flag, False) for flag in FORGIVING)
