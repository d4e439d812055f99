"""An order that works: what a statement needs is brought before it, and all else stays where it is."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from db_sage_lint.config import Config
from db_sage_lint.ordering.problems import Check
from db_sage_lint.ordering.replay import Lack, Part, Player, Unit
from db_sage_lint.ordering.things import Thing

Node = TypeVar("Node", bound=Hashable)


class Need(Struct, frozen=True, eq=False):
    """`user` needs the thing, which `maker` makes."""

    user: Unit
    at: int
    thing: Thing
    word: str
    maker: Unit


class Move(Struct, frozen=True, eq=False):
    """A statement that has to stand before another one of its script."""

    unit: Unit
    before: Unit


class Schedule(Struct, frozen=True, eq=False):
    """Parts and units in an order that works as far as one does. Each cycle is a ring of needs, in which every maker is
    the next one's user. `part_moves` are parts, each with the one that it has to stand before.
    """

    parts: tuple[int, ...]
    part_moves: tuple[tuple[int, int], ...]
    units: tuple[Unit, ...]
    moves: tuple[Move, ...]
    cycles: tuple[tuple[Need, ...], ...]


class Walk(Generic[Node]):
    """Goes through nodes in order, and places what a node needs before it. `attempt` places a node and says None, or
    says what the node needs that isn't placed yet, leaving out what `ignored` has. `pulling` says that the node is
    brought forward.
    """

    def __init__(self, attempt: "Callable[[Node, Walk[Node]], tuple[Node, Need] | None]") -> None:
        self.attempt = attempt
        self.pulling = False
        self.placed: dict[Node, None] = {}
        self.ignored: set[tuple[Node, Node]] = set()
        self.cycles: list[tuple[Need, ...]] = []
        self.pulled: list[tuple[Node, Node]] = []

    def place(self, first: Node) -> None:
        """Places a node, and before it all that it needs."""
        stack, needs = [first], list[Need]()
        while stack and first not in self.placed:
            self.pulling = len(stack) > 1
            answer = self.attempt(stack[-1], self)
            if answer is None:
                done = stack.pop()
                self.placed[done] = None
                if stack:
                    needs.pop()
                    self.pulled.append((done, first))
            elif answer[0] in stack:
                self.ignored.add((stack[-1], answer[0]))
                self.cycles.append((*needs[stack.index(answer[0]) :], answer[1]))
            else:
                stack.append(answer[0])
                needs.append(answer[1])


class Scheduler:
    """Finds the order for the parts of a sequence, and of the units in each, from what a replay found."""

    def __init__(self, parts: Sequence[Part], checked: Check, config: Config) -> None:
        self.parts = parts
        self.checked = checked
        self.config = config
        self.player = Player(config)
        own = [p for p in checked.problems if p.user.part == p.maker.part]
        self.disordered = {p.user.part for p in own}
        self.crossing = len(own) < len(checked.problems)

    def schedule(self) -> Schedule:
        across: Walk[int] = Walk(self.attempt_part)
        if self.crossing:
            for number in range(len(self.parts)):
                across.place(number)
        order = tuple(across.placed) if self.crossing else tuple(range(len(self.parts)))
        self.player = Player(self.config)
        units: list[Unit] = []
        moves: list[Move] = []
        cycles = list(across.cycles)
        for number in order:
            inside = self.inside(self.parts[number])
            units += inside.placed
            moves += [Move(*pair) for pair in inside.pulled]
            cycles += inside.cycles
        return Schedule(order, tuple(across.pulled), tuple(units), tuple(moves), tuple(cycles))

    def inside(self, part: Part) -> Walk[Unit]:
        """The units of a part in an order that works."""
        walk: Walk[Unit] = Walk(self.attempt_unit)
        self.player.open(part)
        for unit in part.units:
            walk.place(unit)
        self.player.close()
        return walk

    def attempt_part(self, number: int, walk: Walk[int]) -> tuple[int, Need] | None:
        db, part = self.player.db, self.parts[number]
        mark, path = db.mark(), db.search_path
        self.player.open(part)
        found = None
        for unit in part.units:
            lacks = self.player.play(unit)
            found = found or next(self.needs_elsewhere(unit, lacks, walk), None)
        self.player.close()
        if found:
            db.rollback(mark)
            db.search_path = path
        return found

    def needs_elsewhere(self, unit: Unit, lacks: list[Lack], walk: Walk[int]) -> Iterator[tuple[int, Need]]:
        """What the unit lacks and only other parts make."""
        for lack in lacks:
            if lack.soft or lack.drops:
                continue
            for thing in lack.things:
                makers = self.checked.makers.get(thing, ())
                if any(maker.unit.part == unit.part for maker in makers):
                    continue
                for maker in makers:
                    other = maker.unit.part
                    known = other in walk.placed or (unit.part, other) in walk.ignored
                    if not known and not self.checked.may_be_older(unit, lack, maker):
                        yield other, Need(unit, lack.at, thing, maker.word, maker.unit)

    def attempt_unit(self, unit: Unit, walk: Walk[Unit]) -> tuple[Unit, Need] | None:
        mark = self.player.db.mark()
        lacks = self.player.play(unit)
        if unit.fixed or unit.part not in self.disordered:
            return None
        found = next(self.needs_inside(unit, lacks, walk), None)
        if found:
            self.player.db.rollback(mark)
        return found

    def needs_inside(self, unit: Unit, lacks: list[Lack], walk: Walk[Unit]) -> Iterator[tuple[Unit, Need]]:
        """What the unit lacks and others make that may be brought before it."""
        for lack in lacks:
            if lack.drops or (lack.soft and not walk.pulling):
                continue
            for thing in lack.things:
                for maker in self.checked.makers.get(thing, ()):
                    other = maker.unit
                    if (
                        other is not unit
                        and (other.part, other.segment) == (unit.part, unit.segment)
                        and other not in walk.placed
                        and (unit, other) not in walk.ignored
                        and not self.checked.may_be_older(unit, lack, maker)
                    ):
                        yield other, Need(unit, lack.at, thing, maker.word, other)
