"""Runners that want every number."""

from collections.abc import Iterable

from db_sage_lint.operations import ChainBroken
from db_sage_lint.sources.history import Folder, Place


def tell(folder: Folder, places: Iterable[tuple[str, Place]], effect: str) -> None:
    """Notes each file that stands behind a missing number, from 1 on; `effect` is what the runner does then."""
    files = {int(place.number): file for file, place in places}
    for number in sorted(files):
        if number > 1 and number - 1 not in files:
            what = f"there is no migration with the number {number - 1}"
            folder.flaw(files[number], ChainBroken(what=what, effect=effect))
