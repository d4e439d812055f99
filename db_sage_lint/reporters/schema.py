"""The JSON Schema of `--format json`, as it is published in report.schema.json."""

import msgspec

from db_sage_lint.reporters.dry_run_json import DryRunDocument


def schema() -> bytes:
    """What both `check` and `dry-run` print: `dry_run` stands there for a dry run alone."""
    _, components = msgspec.json.schema_components([DryRunDocument])
    whole = components.pop("DryRunDocument")
    published = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "title": "Report of db-sage-lint, version 1",
        "description": "What `check` and `dry-run` print with --format json; `dry_run` is there after a dry run alone.",
        "required": [name for name in whole["required"] if name != "dry_run"],
        "$defs": {name: one_line(component) for name, component in components.items()},
    }
    return msgspec.json.format(msgspec.json.encode(published), indent=2) + b"\n"


def one_line(component: dict[str, object]) -> dict[str, object]:
    """The component, its description without the line ends of the source."""
    told = component.get("description")
    return {**component, "description": " ".join(told.split())} if isinstance(told, str) else component
