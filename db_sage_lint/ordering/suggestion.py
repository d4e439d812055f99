"""The order that is suggested, replayed like the one that there is."""

from msgspec.structs import replace

from db_sage_lint.config import Config
from db_sage_lint.operations import SyntaxProblem
from db_sage_lint.ordering.problems import Check, Order, Problem
from db_sage_lint.ordering.replay import Part, all_units, part_of
from db_sage_lint.ordering.schedule import Scheduler
from db_sage_lint.script import Script


class Suggestion:
    """An order, what is wrong with it, and the `schedule` that is suggested instead. `is_better` says that this mends
    something and breaks nothing.
    """

    def __init__(self, order: Order, config: Config, found: Check) -> None:
        self.order = order
        self.config = config
        self.found = found
        self.schedule = Scheduler(order.parts, found, config).schedule()
        after = Check(replace(order, units=self.schedule.units), config)
        self.left = {(problem.user, problem.thing) for problem in after.problems}
        self.is_better = after.unmade <= found.unmade and len(self.left) < len(found.problems)

    def is_mended(self, problem: Problem) -> bool:
        return self.is_better and (problem.user, problem.thing) not in self.left

    def works_with(self, number: int, script: Script) -> bool:
        """Whether a part whose script is replaced by this one, its statements in another order, is in order by itself,
        in the place where it is.
        """
        old = self.order.parts[number]
        new = part_of(number, script, reported=old.reported)
        if faults(new) != faults(old) or len(new.units) != len(old.units):
            return False
        parts = [*self.order.parts[:number], new, *self.order.parts[number + 1 :]]
        check = Check(replace(self.order, parts=parts, units=all_units(parts)), self.config)
        lost = len(check.unmade) > len(self.found.unmade)
        return not lost and not any(p.user.part == number == p.maker.part for p in check.problems)


def faults(part: Part) -> int:
    """How many statements of the part don't parse."""
    return sum(isinstance(op, SyntaxProblem) for unit in part.units for op in unit.operations)
