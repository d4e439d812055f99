"""Rule documents: `rules/<id>.yaml` -> Rule, and the index of all of them that ships in the wheel."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from db_sage_lint.errors import UserError
from db_sage_lint.findings import Severity

INDEX = Path(__file__).with_name("_index.json")
SOURCES = Path(__file__).resolve().parent.parent / "rules"

Family = Literal[
    "tables", "columns", "types", "constraints", "indexes", "partitions", "views", "functions", "triggers", "data",
    "transactions", "timeouts", "privileges", "rls", "supabase", "secrets", "naming", "design", "ordering",
    "compatibility", "script",
]  # fmt: skip


Profile = Literal["supabase", "multi-tenant", "strict", "online"]


class SeenExample(Struct, frozen=True, forbid_unknown_fields=True):
    """What a shadow server is taken to have seen of statement number `statement` (from 1) of the file `path`: that it
    `failed` with that message, or its `effects` as "RELATION: LOCK" with ", scans" or ", rewrites" behind it, or what
    it did not put back as it was.
    """

    statement: int = 1
    path: str = "migration.sql"
    failed: str = ""
    hint: str = ""
    effects: tuple[str, ...] = ()
    not_restored: tuple[str, ...] = ()


class Example(Struct, frozen=True, forbid_unknown_fields=True):
    """One example of a rule document: SQL whose lines marked `-- error`, `-- warning` or `-- info` must be reported.

    A heading `-- NAME.sql` alone on a line starts a file: earlier files are history. `together` makes all of them one
    change set. `transaction` is the runner's; `pg`, `profile`, `options`, `complete` and `external` are configuration.
    `applied` are the files of the base revision, where git's view matters; then what it doesn't have is the change set.
    `seen` is what a shadow server saw of statements. `dump` is the file that is no migration, but a dump of the schema.
    `runner` names the runner that sends the files to the server.
    """

    sql: str
    title: str = ""
    pg: int | None = None
    transaction: bool | None = None
    together: bool = False
    profile: tuple[Profile, ...] = ()
    options: dict[str, object] = {}
    complete: bool = False
    external: tuple[str, ...] = ()
    applied: str = ""
    dump: str = ""
    seen: tuple[SeenExample, ...] = ()
    runner: str = ""


class Rule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One rule document.

    `message` is one line with `{…}` for the operation's fields and the verdict's facts; `earlier` is said of the
    earlier statement that a finding relates. `operation` and `when` declare the check where fields suffice (see
    `match`). `on` says who gets it: "default", "opt-in" or profiles. `pg` is the range of server versions it
    applies to, both ends included. `options` are its settings with their defaults; `choices` says of an option that is
    a table what its keys have to be names of.
    """

    id: str = ""
    family: Family
    title: str
    severity: Severity
    message: str
    why: str
    instead: str = ""
    earlier: str = ""
    bad: tuple[str | Example, ...] = ()
    good: tuple[str | Example, ...] = ()
    since: str = "0.1"
    pg: tuple[int, int] = (13, 99)
    needs: str = "S"
    on: tuple[str, ...] = ("default",)
    fix: Literal["auto", "plan", "none"] = "none"
    tags: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    options: dict[str, object] = {}
    choices: dict[str, Literal["statements"]] = {}
    operation: str | tuple[str, ...] = ()
    when: dict[str, object] = {}

    def examples(self, which: Literal["bad", "good"]) -> Iterator[Example]:
        """The bad or the good examples, as records."""
        for example in self.bad if which == "bad" else self.good:
            yield Example(sql=example) if isinstance(example, str) else example


Rules = dict[str, Rule]
_index: Rules = {}


def load() -> Rules:
    """Every built-in rule by its id, sorted: from the index in the wheel, or from the documents of a checkout."""
    if not _index:
        _index.update(decode_index(INDEX.read_bytes()) if INDEX.exists() else read_documents(SOURCES))
    return _index


def decode_index(data: bytes) -> Rules:
    return msgspec.json.decode(data, type=dict[str, Rule])


def encode_index(rules: Rules) -> bytes:
    return msgspec.json.encode(rules)


def read_documents(folder: Path) -> Rules:
    """The rules of every `*.yaml` in the folder, sorted by id. Raises UserError naming file and field."""
    return {path.stem: read_document(path) for path in sorted(folder.glob("*.yaml"))}


def read_document(path: Path) -> Rule:
    import yaml

    try:
        fields = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(fields, dict) and True in fields:  # YAML 1.1 takes the word `on` for a truth value
            fields["on"] = fields.pop(True)
        rule = msgspec.convert(fields, Rule)
    except yaml.YAMLError as error:
        raise UserError(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    except msgspec.ValidationError as error:
        raise UserError(f"{path}: {error}") from None
    return msgspec.structs.replace(rule, id=path.stem)
