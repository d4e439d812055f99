"""Puts the index of the rule documents into the wheel, so that no YAML is read when the command starts."""

import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RuleIndex(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, object]) -> None:  # noqa: ARG002 - hatchling's signature
        root = Path(self.root)
        sys.path.insert(0, str(root))
        try:
            from db_sage_lint.rules import encode_index, read_documents
        finally:
            sys.path.remove(str(root))
        index = Path(self.directory) / "_index.json"
        index.parent.mkdir(parents=True, exist_ok=True)
        index.write_bytes(encode_index(read_documents(root / "rules")))
        build_data["force_include"] = {str(index): "db_sage_lint/_index.json"}
