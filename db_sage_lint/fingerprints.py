"""Names for findings that stay the same when lines above them come and go."""

from collections.abc import Iterable

from db_sage_lint.findings import Finding


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """A fingerprint for each finding, 32 hexadecimal digits.

    It is made from the rule, the file, the words of the statement and what is pointed at in it. Findings alike in all
    of that are told apart by their order in the file.
    """
    from hashlib import blake2b

    seen: dict[bytes, int] = {}
    prints = []
    for finding in findings:
        key = identity(finding)
        seen[key] = seen.get(key, 0) + 1
        prints.append(blake2b(b"%s\0%d" % (key, seen[key]), digest_size=16).hexdigest())
    return prints


def identity(finding: Finding) -> bytes:
    """What a finding is about, without where that stands."""
    place = finding.location
    source = place.script.source
    statement = source[place.statement_start : place.statement_end]
    parts = (
        finding.rule.encode(),
        place.script.path.encode("utf-8", "surrogateescape"),
        b" ".join(statement.split()),
        b" ".join(source[place.start : place.end].split()),
    )
    return b"\0".join(parts)
