"""Alembic: the Python files of versions/, in the order of their revisions; upgrade() and downgrade().

All pending migrations run in one transaction, or each in one of its own if env.py asks for that; a block of
`with op.get_context().autocommit_block():` is outside of it. Nothing of the user's is run or imported to find this out.
Source: sqlalchemy/alembic, alembic/script/revision.py (the graph) and runtime/migration.py (begin_transaction,
autocommit_block); all revisions run on the one connection that env.py opens.
"""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from db_sage_lint.operations import ChainBroken, FileDuplicated
from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Direction, Script
from db_sage_lint.sources.graph import first_in_circle, in_order, leaves
from db_sage_lint.sources.history import Folder, Place

NAME = "alembic"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False, one_session=True)
ENDINGS = (".py",)
TREE_MARKS = frozenset({"env.py"})
ASSIGNED = r"(?m)^%s[ \t]*(?::[^=\n]+)?=[ \t]*(\([^)]*\)|\[[^\]]*\]|[^\n]*)"
REVISION = lazy(ASSIGNED % "revision")
DOWN_REVISION = lazy(ASSIGNED % "down_revision")
DEPENDS_ON = lazy(ASSIGNED % "depends_on")
LABELS = lazy(ASSIGNED % "branch_labels")
STRING = lazy(r"""["']([^"'\n]+)["']""")
PER_MIGRATION = lazy(rb"\btransaction_per_migration\s*=\s*True\b")
IS_MIGRATION = lazy(rb"(?m)^down_revision\b")
DIRECTIONS: tuple[tuple[str, Direction], ...] = (("upgrade", "up"), ("downgrade", "down"))


class Revision(Struct):
    """What a file says of its place in the graph: `before` are the revisions that it needs."""

    file: str
    id: str
    before: list[str]
    labelled: bool


def is_tree_mark(source: bytes) -> bool:
    return b"alembic" in source


def recognise(folder: Folder) -> str:
    """A file that names the revision before it."""
    for file in folder.files:
        if file.endswith(ENDINGS) and IS_MIGRATION.search(folder.read(file) or b""):
            return f"down_revision in {file}"
    return ""


def revision(file: str, source: bytes) -> Revision | None:
    """The place of a file in the graph, read off its assignments; None for a file that is no migration."""
    text = source.decode("utf-8", "replace")
    own, down = REVISION.search(text), DOWN_REVISION.search(text)
    name = STRING.search(own[1]) if own else None
    if name is None or down is None:
        return None
    depends, labels = DEPENDS_ON.search(text), LABELS.search(text)
    below = strings(down[1])
    return Revision(file, name[1], below + (strings(depends[1]) if depends else []), labelled(labels))


def below(source: bytes) -> str:
    """The revision from which a migration goes on, the first of those that it joins; "base" for the first of all."""
    found = DOWN_REVISION.search(source.decode("utf-8", "replace"))
    names = strings(found[1]) if found else []
    return names[0] if names else "base"


def strings(text: str) -> list[str]:
    return STRING.findall(text.partition("#")[0] if "\n" not in text else text)


def labelled(found: re.Match[str] | None) -> bool:
    return bool(found and STRING.search(found[1]))


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    """Every file with a revision, behind those that it needs."""
    known: dict[str, Revision] = {}
    for file in folder.files:
        source = folder.read(file) if file.endswith(ENDINGS) else None
        found = revision(file, source) if source else None
        if found and found.id in known:
            other = folder.shown(known[found.id].file)
            folder.flaw(file, FileDuplicated(path=folder.shown(file), version=found.id, other=other))
        elif found:
            known[found.id] = found
    tell(folder, known)
    for number, name in enumerate(in_order({name: found.before for name, found in known.items()})):
        yield known[name].file, Place(((0, number, ""),), name)


def tell(folder: Folder, known: Mapping[str, Revision]) -> None:
    """What is wrong with the graph: revisions that no file has, circles, several heads."""

    def flaw(found: Revision, pattern: re.Pattern[str], what: str, effect: str) -> None:
        at = place_of(pattern, folder.read(found.file) or b"")
        folder.flaw(found.file, ChainBroken(what=what, effect=effect, at=at))

    for found in known.values():
        for need in found.before:
            if need not in known and not any(name.startswith(need) for name in known):
                flaw(found, DOWN_REVISION, f"{need} is the revision of no file", "alembic stops with an error")
    needs = {name: found.before for name, found in known.items()}
    circle = first_in_circle(needs)
    if circle:
        what = f"revision {circle} needs itself, by way of others"
        flaw(known[circle], DOWN_REVISION, what, "alembic stops with an error")
    heads = [known[name] for name in leaves(needs)]
    if len(heads) > 1 and not any(found.labelled for found in known.values()):
        for head in heads:
            others = " and ".join(f"{other.id} ({other.file})" for other in heads if other is not head)
            what = f"revision {head.id} is a head beside {others}"
            flaw(head, REVISION, what, "`alembic upgrade head` refuses; `alembic merge heads` joins them")


def place_of(pattern: re.Pattern[str], source: bytes) -> int:
    """The byte at which the pattern first matches, -1 where it doesn't."""
    text = source.decode("utf-8", "replace")
    found = pattern.search(text)
    return len(text[: found.start()].encode()) if found else -1


def one_transaction(folder: Folder) -> bool:
    """Unless env.py asks for one for each."""
    return not PER_MIGRATION.search(folder.read("env.py") or b"")


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """What upgrade() sends, and downgrade() if it sends anything, in one transaction."""
    from db_sage_lint.sources.alembic_reader import read
    from db_sage_lint.sources.python_code import UNREADABLE, unreadable

    found: list[Script] = []
    for function, direction in DIRECTIONS:
        try:
            fragments = read(source, function)
        except UNREADABLE as error:
            fragments = (unreadable(source, error),) if direction == "up" else ()
        if fragments or direction == "up":
            found.append(Script(path, source, fragments, direction, transaction=True))
    return tuple(found)
