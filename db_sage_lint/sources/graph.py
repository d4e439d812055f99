"""Migrations that name those before them: an order in which each stands behind all that it needs."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping


def in_order(needs: Mapping[str, Collection[str]]) -> Iterator[str]:
    """The names, each behind those that it needs; needs that are no name of the mapping don't count.

    A branch is followed as far as it goes before the next begins, and of branches the first by name comes first. Those
    in a circle come last.
    """
    left = {name: {need for need in before if need in needs} for name, before in needs.items()}
    after: dict[str, list[str]] = {}
    for name, before in left.items():
        for need in before:
            after.setdefault(need, []).append(name)
    ready = sorted((name for name, before in left.items() if not before), reverse=True)
    while ready:
        name = ready.pop()
        del left[name]
        yield name
        for follower in sorted(after.get(name, ()), reverse=True):
            left[follower].discard(name)
            if not left[follower]:
                ready.append(follower)
    yield from sorted(left)


def depth_first(
    needs: Mapping[str, Collection[str]], ends: Iterable[str], key: Callable[[str], object] = str
) -> Iterator[str]:
    """The names, each behind those that it needs: all that the first of the ends needs, then what the second one does
    besides, and so on; of what one name needs the last comes first. Those that no end leads to come last.
    """
    seen: set[str] = set()
    entered: set[str] = set()
    for end in (*ends, *sorted(needs)):
        stack = [(end, False)]
        while stack:
            name, ready = stack.pop()
            if ready:
                seen.add(name)
                yield name
            elif name not in seen and name not in entered:
                entered.add(name)
                stack.append((name, True))
                stack += [(need, False) for need in sorted((n for n in needs[name] if n in needs), key=key)]  # type: ignore[arg-type]


def first_in_circle(needs: Mapping[str, Collection[str]]) -> str | None:
    """A name that needs itself, by way of others; None if there is none."""
    placed: set[str] = set()
    for name in in_order(needs):
        if any(need in needs and need not in placed for need in needs[name]):
            return name
        placed.add(name)
    return None


def leaves(needs: Mapping[str, Collection[str]]) -> list[str]:
    """The names that no other needs, in order."""
    needed = {need for before in needs.values() for need in before}
    return [name for name in in_order(needs) if name not in needed]
