"""Settings: `[tool.db-sage-lint]` in pyproject.toml or `.db-sage-lint.yaml` -> Config; each value knows its origin."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from db_sage_lint.config_files import Found, has_table, parse
from db_sage_lint.errors import UserError, nearest
from db_sage_lint.findings import Severity
from db_sage_lint.rules import Profile

FailOn = Literal["error", "warning", "info", "never"]
NAMES = (".db-sage-lint.yaml", ".db-sage-lint.yml", "pyproject.toml")

Names = tuple[str, ...]


class SettingsFile(Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """The settings of db-sage-lint. Paths and patterns are relative to the folder of the file that is found."""

    extends: Annotated[
        str | Names, Meta(description="Settings files to start from; what this file says replaces what they say.")
    ] = ()
    select: Annotated[
        Names,
        Meta(description="Rules to run instead of those on by default: ids, families, or ALL."),
    ] = ()
    extend_select: Annotated[Names, Meta(description="Rules, families or ALL to run as well.")] = ()
    ignore: Annotated[
        Names, Meta(description="Rules or families not to run. A rule's own id counts for more than its family's name.")
    ] = ()
    profiles: Annotated[
        tuple[Profile, ...], Meta(description="Kinds of project whose rules are on: these rules are off elsewhere.")
    ] = ()
    severity: Annotated[
        Severity, Meta(description="The least severity that is shown; what is below is counted in one line.")
    ] = "warning"
    fail_on: Annotated[
        FailOn, Meta(description="The least severity of a shown finding that makes the exit code 1.")
    ] = "warning"
    severities: Annotated[dict[str, Severity], Meta(description="Severity by rule id, instead of the rule's own.")] = {}
    per_file_ignores: Annotated[
        dict[str, Names],
        Meta(
            description="Rules, families or ALL to ignore by file pattern: * stays within a folder, ** crosses folders,"
            " a pattern without a slash is a file name in any folder."
        ),
    ] = {}
    rules: Annotated[
        dict[str, dict[str, object]], Meta(description="Options by rule id, as the rule's document names them.")
    ] = {}
    pg: Annotated[
        int, Meta(ge=13, le=18, description="The oldest PostgreSQL major version that the migrations run on.")
    ] = 13
    migrations: Annotated[
        Names, Meta(description="Folders of migrations. Without it they are found by their layout.")
    ] = ()
    runner: Annotated[
        str | dict[str, str],
        Meta(
            description="The runner of the migrations, or of each folder of migrations, instead of the one recognised:"
            " `db-sage-lint sources` shows that."
        ),
    ] = ""
    transaction: Annotated[
        bool | None,
        Meta(description="Whether the runner wraps each file in a transaction; without it, as the runner found does."),
    ] = None
    runner_settings: Annotated[
        dict[str, str],
        Meta(description="Run-time parameters that the runner or its role sets before a file: lock_timeout = 2s."),
    ] = {}
    schema_snapshot: Annotated[
        str | dict[str, str],
        Meta(
            description="The schema dump that the migrations have to lead to, or that of each folder of migrations:"
            " pg_dump's text, Rails' structure.sql, a squashed file."
        ),
    ] = ""
    complete_history: Annotated[
        bool,
        Meta(description="Whether the files make every object there is, so that what none of them makes is missing."),
    ] = False
    external_objects: Annotated[
        Names,
        Meta(description="Patterns of objects that something other than the migrations makes: auth.*, public.users."),
    ] = ()
    private_schemas: Annotated[
        Names, Meta(description="Schemas that only migrations use, so that nobody waits for locks in them.")
    ] = ()
    require_reason: Annotated[bool, Meta(description="Whether an ignore comment must give its reason after --.")] = (
        False
    )


class Config(SettingsFile, frozen=True, kw_only=True, rename="kebab"):
    """Settings in force. `base` is the folder that their paths are relative to, the current one if empty.

    `origins` says of each setting that was given where that was, by kebab-case key; tables by key and entry, as in
    `severities.table-dropped`. A setting without origin has its default.
    """

    base: str = ""
    origins: Mapping[str, str] = {}

    def given(self, origin: str, **values: object) -> "Config":
        """The same with some settings replaced, by their Python names; `origin` is where they come from."""
        origins = {**self.origins, **dict.fromkeys(map(kebab, values), origin)}
        return msgspec.structs.replace(self, origins=origins, **values)

    def origin(self, key: str) -> str:
        """Where the setting was given, or "default"."""
        return self.origins.get(key) or self.origins.get(key.partition(".")[0]) or "default"


FIELDS: dict[str, str] = dict(zip(SettingsFile.__struct_encode_fields__, SettingsFile.__struct_fields__, strict=True))
TABLES = ("severities", "per-file-ignores", "rules", "runner-settings")


def kebab(name: str) -> str:
    return name.replace("_", "-")


def find(folder: Path) -> Path | None:
    """The settings file nearest to `folder`, upwards to the repository's root.

    A pyproject.toml without our table is passed over.
    """
    folder = folder.absolute()
    for parent in (folder, *folder.parents):
        for name in NAMES:
            path = parent / name
            if path.is_file() and (path.suffix != ".toml" or has_table(path)):
                return path
        if (parent / ".git").exists():
            return None
    return None


def load(path: Path) -> Config:
    """The settings of a file and of those it extends.

    Raises UserError naming file, line and key, with the nearest right name for one that does not exist, and OSError
    where the file can't be read.
    """
    values: dict[str, object] = {}
    origins: dict[str, str] = {}
    for found in chain(path):
        for key, value in found.values.items():
            if key in TABLES:
                merged = values.setdefault(key, {})
                assert isinstance(merged, dict)
                assert isinstance(value, Mapping)
                merged.update(value)
                origins.update({f"{key}.{entry}": found.origin(entry, within=key) for entry in value})
            else:
                values[key] = value
                origins[key] = found.origin(key)
    values.pop("extends", None)
    origins.pop("extends", None)
    return msgspec.structs.replace(msgspec.convert(values, Config), base=str(path.absolute().parent), origins=origins)


def chain(path: Path, above: tuple[Path, ...] = ()) -> list[Found]:
    """The files that `path` extends, then itself: in the order in which later ones replace earlier ones."""
    path = path.absolute()
    if any(path.samefile(other) for other in above):
        circle = " -> ".join(os.path.relpath(p) for p in (*above, path))
        raise UserError(f"{os.path.relpath(path)}: `extends` goes in a circle: {circle}; remove one of these")
    found = parse(path)
    validate(found)
    bases = msgspec.convert(found.values, SettingsFile).extends
    files: list[Found] = []
    for base in (bases,) if isinstance(bases, str) else bases:
        below = path.parent / base
        if not below.is_file():
            raise UserError(f"{found.origin('extends')}: `extends`: there is no file {base} in {path.parent}")
        files += chain(below, (*above, path))
    return [*files, found]


def validate(found: Found) -> None:
    """Raises UserError for a key that does not exist or a value of the wrong type."""
    for key, value in found.values.items():
        if key not in FIELDS:
            raise UserError(f"{found.origin(key)}: unknown setting `{key}`{nearest(key, FIELDS)}")
        if key in TABLES and isinstance(value, Mapping):
            for entry, part in value.items():
                try_value(found.origin(str(entry), within=key), f"{key}.{entry}", {key: {entry: part}})
        else:
            try_value(found.origin(key), key, {key: value})


def try_value(origin: str, name: str, value: Mapping[str, object]) -> None:
    try:
        msgspec.convert(value, SettingsFile)
    except msgspec.ValidationError as error:
        raise UserError(f"{origin}: `{name}`: {plainly(str(error), name.partition('.')[0])}") from None


WORDS = {"int": "a whole number", "str": "text", "bool": "true or false", "array": "a list", "object": "a table",
         "float": "a number", "null": "nothing"}  # fmt: skip


def plainly(message: str, key: str) -> str:
    """The message of msgspec in the words of a settings file, with the values that would do."""
    what = message.partition(" - at ")[0]
    if what.startswith("Invalid enum value"):
        choices = allowed(key)
        wrong = what.removeprefix("Invalid enum value ").strip("'\"")
        return f"there is no value `{wrong}`{nearest(wrong, choices)} (one of {', '.join(choices)})"
    what = re.sub(r"`([a-z |]+)`", lambda found: " or ".join(WORDS.get(w, w) for w in found[1].split(" | ")), what)
    return what[0].lower() + what[1:]


def allowed(key: str) -> tuple[str, ...]:
    """The values that a setting's schema lists."""
    choices = {"severity": Severity, "severities": Severity, "fail-on": FailOn, "profiles": Profile}
    return get_args(choices[key])


def nearest_config(folder: Path) -> Config:
    """The settings that hold for what is in `folder`."""
    path = find(folder)
    return load(path) if path else Config()


ANY_VALUE = {"description": "A value of the kind of the default of the option."}


def schema() -> bytes:
    """The JSON Schema of a settings file, as it is published beside this module."""
    _, components = msgspec.json.schema_components([SettingsFile], schema_hook=lambda _: ANY_VALUE)
    published = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **components["SettingsFile"],
        "title": "Settings of db-sage-lint",
    }
    return msgspec.json.format(msgspec.json.encode(published), indent=2) + b"\n"
