"""Temporal's schema tool: versioned/v<version>/manifest.json lists the files of each version.

Source: temporalio/temporal, tools/common/schema/updatetask.go: versions in order, the files of `SchemaUpdateCqlFiles`
as listed, their statements one by one and without a transaction. With `AllowNoCqlFiles` none are meant to run.
"""

from collections.abc import Container, Iterator

import msgspec
from msgspec import Struct

from db_sage_lint.operations import ChainBroken
from db_sage_lint.regex import lazy
from db_sage_lint.script import Client, Script, whole
from db_sage_lint.sources.history import Folder, Place, natural

NAME = "temporal"
PROFILES: frozenset[str] = frozenset()
CLIENT = Client(NAME, psql=False)
MARKS = frozenset({"manifest.json"})
MANIFEST = lazy(r"^(v\d[^/]*)/manifest\.json$")


class Manifest(Struct, rename="pascal"):
    """What is read of a manifest.json."""

    schema_update_cql_files: list[str] = []
    allow_no_cql_files: bool = False


def recognise(folder: Folder) -> str:
    """A manifest that lists SQL files in a folder named for a version."""
    found = next((file for file in folder.files if MANIFEST.match(file)), None)
    return "SchemaUpdateCqlFiles in its manifests" if found and listed(folder, found) else ""


def listed(folder: Folder, manifest: str) -> list[str]:
    """The files that a manifest lists; none where it isn't one of these."""
    return decoded(folder, manifest).schema_update_cql_files


def decoded(folder: Folder, manifest: str) -> Manifest:
    try:
        return msgspec.json.decode(folder.read(manifest) or b"", type=Manifest)
    except msgspec.DecodeError:
        return Manifest()


def places(folder: Folder) -> Iterator[tuple[str, Place]]:
    """The listed files by version, then as listed; one that isn't there, or that isn't listed, is a flaw."""
    present = set(folder.files)
    taken: set[str] = set()
    for manifest in folder.files:
        found = MANIFEST.match(manifest)
        for number, name in enumerate(listed(folder, manifest) if found else ()):
            file = f"{found[1] if found else ''}/{name}"
            if file not in present:
                at = (folder.read(manifest) or b"").find(b'"%s"' % name.encode())
                what = f"the manifest lists {name}, and there is no such file"
                folder.flaw(manifest, ChainBroken(what=what, effect="the schema tool stops at it", at=at))
                continue
            version = manifest.partition("/")[0]
            taken.add(file)
            yield file, Place((*natural(version), (2, number, "")), f"{version} {name}")
    yield from unlisted(folder, taken)


def unlisted(folder: Folder, taken: Container[str]) -> Iterator[tuple[str, Place]]:
    """The files beside a manifest that it doesn't list."""
    manifests = {file.partition("/")[0]: file for file in folder.files if MANIFEST.match(file)}
    for file in folder.sql():
        beside = manifests.get(file.partition("/")[0])
        if beside and file not in taken:
            why = "" if decoded(folder, beside).allow_no_cql_files else "the manifest.json beside it doesn't list it"
            yield folder.passed_over(file, NAME, why)


def scripts(path: str, source: bytes, place: Place) -> tuple[Script, ...]:
    """The whole file, without a transaction around it; nothing of one that never runs."""
    if not place.runs:
        return ()
    return (whole(path, source, transaction=False),)
