"""From a history to the steps of a replay: what is history, what is the change set, and what happened to the files."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Protocol

from msgspec import Struct, structs

from db_sage_lint.engine import Step
from db_sage_lint.lexer import without_comments
from db_sage_lint.operations import (
    FileDuplicated,
    FileEdited,
    FileOutOfOrder,
    FileUnrecognised,
    FileWithoutDown,
    Operation,
    SchemaDump,
)
from db_sage_lint.regex import lazy
from db_sage_lint.script import UNKNOWN_CLIENT, Client, Script
from db_sage_lint.sources.history import Entry, Folder, History

# The change set of steps that are about files which are no migrations, and in which nothing runs.
OF_FILES = -1
Reader = Callable[[str], bytes | None]
Inclusion = Callable[[Script], Script]
# How names begin that are meant for migrations.
VERSIONED = lazy(r"[vVuUrR]?\d|[rR]_")


class Base(Protocol):
    """The state that counts as applied: files by path, with the id of their content."""

    @property
    def objects(self) -> Mapping[str, str]: ...
    def key(self, path: str) -> str: ...
    def shown(self, key: str) -> str: ...
    def __contains__(self, path: str) -> bool: ...
    def object_id(self, path: str) -> str: ...
    def id_of(self, content: bytes) -> str: ...
    def read(self, path: str) -> bytes: ...


def unchanged(script: Script) -> Script:
    return script


class Change(Struct, frozen=True, eq=False):
    """What is asked of a history: `named` are the files that the user named (None: all of them), `base` the revision
    that counts as applied, if any, `every` that each file is judged, `together` that the named ones ship as one.
    """

    named: Collection[str] | None = None
    base: Base | None = None
    every: bool = False
    together: bool = False


def steps(
    history: History, change: Change, read: Reader, transaction: bool | None = None, put_into: Inclusion = unchanged
) -> Iterator[Step]:
    """The history as steps, each with its change set. `read` gives a file's bytes, None where it can't be read (and
    has been told); `transaction` is the configured answer to whether the runner opens one; `put_into` puts the files
    that psql's scripts ask for into them.
    """
    found = list(all_steps(history, change, read, transaction, put_into))
    apart = {step.change_set for step in found if history.all_or_each and step.script.transaction is False}
    for step in found:
        yield structs.replace(step, joins=False) if step.change_set in apart else step


def all_steps(
    history: History, change: Change, read: Reader, transaction: bool | None, put_into: Inclusion
) -> Iterator[Step]:
    """As `steps`, where a file without a transaction doesn't keep others from sharing one."""
    client = sender(history)
    complete = put_into if by_psql(history) else unchanged
    fates = dict(file_fates(history, change, read))
    duplicates = dict(duplicated(history, change.base))
    flaws = flaws_by_file(history)
    yield from of_lists(history, change, read)
    entries = with_deleted(history, change)
    scripts_of = getattr(history.runner, "reading", lambda: history.runner.scripts)()
    down_place = place_of_down(history)
    undone, change_set = "", 0
    for number, entry in enumerate(entries):
        lost = entry.path in fates and fates[entry.path].how == "deleted"
        source = change.base.read(entry.path) if lost and change.base else read(entry.path)
        if source is None:
            continue
        new = change.base is not None and entry.path not in change.base
        about: list[Operation] = [op for op in (fates.get(entry.path), duplicates.get(entry.path)) if op]
        if new and entry.place.direction == "up":
            about += out_of_order(entry, entries[number + 1 :], change.base)
        reported = not lost and is_reported(entry, change, new or entry.path in fates)
        if reported:
            about += misplaced(history, source)
            about += flaws.get(entry.path, ())
        scripts = scripts_of(entry.path, source, entry.place)
        if reported and entry.place.direction == "up" and len(scripts) == 1:
            about += without_down(entry, entries[number + 1 : number + 2], down_place)
        if entry.place.direction == "up" or entry.place.number != undone:
            change_set = 0 if ships_together(entry, change, new) else number + 1
        if about and not scripts:
            yield Step(Script(entry.path, source, ()), change_set, reported, tuple(about))
        for script in scripts:
            undoes = script.direction == "down" and undone == entry.place.number
            sent = complete(in_transaction(sent_by(script, client), transaction))
            yield Step(sent, change_set, reported, tuple(about), undoes, history.one_transaction)
            undone = entry.place.number if script.direction == "up" else ""
            about = []


def by_psql(history: History) -> bool:
    """Whether psql runs the files, as far as that is known."""
    return sender(history).psql is not False


def sender(history: History) -> Client:
    """What sends the files to the server."""
    found: Client = getattr(history.runner, "CLIENT", UNKNOWN_CLIENT)
    return found


def flaws_by_file(history: History) -> dict[str, list[Operation]]:
    """What the runner finds wrong, by the file in which it stands."""
    flaws: dict[str, list[Operation]] = {}
    for flaw in history.flaws:
        flaws.setdefault(flaw.file, []).append(flaw.operation)
    return flaws


def of_lists(history: History, change: Change, read: Reader) -> Iterator[Step]:
    """What is wrong with files that list the migrations and are none: steps in which nothing runs."""
    own = {entry.path for entry in history.entries}
    for path, operations in flaws_by_file(history).items():
        source = None if path in own else read(path)
        if source is not None and list_is_reported(path, source, change):
            yield Step(Script(path, source, ()), OF_FILES, reported=False, about_file=tuple(operations))


def list_is_reported(path: str, source: bytes, change: Change) -> bool:
    """Whether a list is asked for: it is named, or of folders, it is not as the base has it."""
    if change.named is not None:
        return path in change.named
    base = change.base
    return change.every or base is None or path not in base or base.object_id(path) != base.id_of(source)


def of_dump(path: str, source: bytes, judged: list[Step], change: Change) -> Iterator[Step]:
    """That the history has come to where a schema dump should be: if any of it is asked for, or the dump is."""
    if any(step.reported for step in judged) or list_is_reported(path, source, change):
        yield Step(Script(path, source, ()), OF_FILES, reported=False, about_file=(SchemaDump(),))


def is_of_dump(step: Step) -> bool:
    return any(isinstance(op, SchemaDump) for op in step.about_file)


def place_of_down(history: History) -> str:
    """Where the way back of a migration belongs: as its runner has it, or the other migrations do; empty: nowhere."""
    habit = any(entry.place.direction == "down" for entry in history.entries)
    return getattr(history.runner, "DOWN", "") or ("a file that undoes it" if habit else "")


def without_down(entry: Entry, following: tuple[Entry, ...], place: str) -> Iterator[Operation]:
    """That a migration has no way back, where there is a place for one."""
    paired = any(e.place.number == entry.place.number and e.place.direction == "down" for e in following)
    if place and not paired:
        yield FileWithoutDown(path=entry.path, place=place)


def misplaced(history: History, source: bytes) -> Iterator[Operation]:
    """The runner's marks in a file that stand where it doesn't read them."""
    find = getattr(history.runner, "misplaced", None)
    if find is not None:
        yield from find(source)


def loose_step(script: Script, number: int, about: tuple[Operation, ...] = ()) -> Step:
    """The script of a file that stands in no history, judged alone."""
    return Step(script, number, about_file=about)


def passed_over(path: str, histories: Iterable[History]) -> tuple[Operation, ...]:
    """That the runner of the migrations beside a file doesn't take it for one, where its name begins as theirs do."""
    folder, _, name = path.rpartition("/")
    if not VERSIONED.match(name):
        return ()
    for history in histories:
        pattern: str = getattr(history.runner, "NAMES", "")
        if pattern and any(entry.path.rpartition("/")[0] == folder for entry in history.entries):
            why = f"the names that it takes are {pattern}"
            return (FileUnrecognised(path=path, runner=history.runner.NAME, why=why),)
    return ()


def in_transaction(script: Script, configured: bool | None) -> Script:
    """The script as the settings say that it runs; a file's own mark that it runs without a transaction stands."""
    if configured is None or script.transaction is False:
        return script
    return structs.replace(script, transaction=configured, one_message=False)


def sent_by(script: Script, client: Client) -> Script:
    """The script with what sends it, unless it says that itself."""
    return script if script.client is not UNKNOWN_CLIENT else structs.replace(script, client=client)


def is_reported(entry: Entry, change: Change, touched: bool) -> bool:
    """Named files are; with a base, of folders only what is new or was touched."""
    if change.every:
        return change.named is None or entry.path in change.named
    if change.base is None:
        return change.named is None or entry.path in change.named
    return touched if change.named is None else entry.path in change.named


def ships_together(entry: Entry, change: Change, new: bool) -> bool:
    """Whether the file is part of the one change set: it is new since the base, or the user says so."""
    if change.every:
        return False
    if change.together:
        return change.named is None or entry.path in change.named
    return new


def with_deleted(history: History, change: Change) -> tuple[Entry, ...]:
    """The history's entries, and in their place those that the base has and the working tree no longer."""
    if change.base is None or change.named is not None:
        return history.entries
    return tuple(sorted([*history.entries, *deleted(history, change.base)], key=lambda e: e.place.version))


def deleted(history: History, base: Base) -> Iterator[Entry]:
    """The migrations that the base has in the history's folder and the working tree no longer."""
    present = {base.key(entry.path) for entry in history.entries}
    prefix = base.key(history.folder)
    prefix = "" if prefix == "." else f"{prefix}/"
    before = tuple(sorted(key[len(prefix) :] for key in base.objects if key.startswith(prefix)))
    if all(prefix + name in present for name in before):
        return
    folder = Folder(history.folder, before, lambda name: base.read(base.shown(prefix + name)))
    for name, place in history.runner.places(folder):
        if prefix + name in base.objects and prefix + name not in present:
            yield Entry(base.shown(prefix + name), place)


def file_fates(history: History, change: Change, read: Reader) -> Iterator[tuple[str, FileEdited]]:
    """Files that the base has and that are not there as they were: changed, renamed or deleted."""
    base = change.base
    if base is None:
        return
    gone = {base.object_id(entry.path): entry.path for entry in deleted(history, base)}
    for entry in history.entries:
        source = read(entry.path)
        if source is None:
            continue
        own_id = base.id_of(source)
        if entry.path in base:
            if base.object_id(entry.path) != own_id and not says_the_same(base.read(entry.path), source):
                yield entry.path, FileEdited(path=entry.path, how="changed")
        elif own_id in gone:
            yield entry.path, FileEdited(path=entry.path, how="renamed", before=gone.pop(own_id))
    for path in gone.values():
        yield path, FileEdited(path=path, how="deleted")


def says_the_same(before: bytes, after: bytes) -> bool:
    """Whether two versions of a file differ in comments and white space only."""
    return without_comments(before).split() == without_comments(after).split()


def out_of_order(entry: Entry, later: tuple[Entry, ...], base: Base | None) -> list[Operation]:
    """What is wrong with a new file if an applied one comes after it."""
    ups = (other for other in later if other.place.direction == "up")
    applied = [other.path for other in ups if base is not None and other.path in base]
    return [FileOutOfOrder(path=entry.path, after=applied[-1])] if applied else []


def duplicated(history: History, base: Base | None) -> Iterator[tuple[str, FileDuplicated]]:
    """Files whose version another file has, the newer one of each pair. Where many do, the number is no version."""
    first: dict[str, Entry] = {}
    twice: list[tuple[Entry, Entry]] = []
    ups = [entry for entry in history.entries if entry.place.direction == "up"]
    for entry in ups:
        other = first.setdefault(entry.place.number, entry)
        if other is not entry:
            newer = other if base is not None and other.path not in base and entry.path in base else entry
            twice.append((newer, other if newer is entry else entry))
    if 10 * len(twice) <= len(ups) or len(twice) == 1:
        for newer, older in twice:
            yield newer.path, FileDuplicated(path=newer.path, version=newer.place.number, other=older.path)
