"""GitHub's fingerprint of a line of a file, `primaryLocationLineHash`.

The algorithm is that of `src/fingerprints.ts` in github/codeql-action: a polynomial of base 37 modulo 2^64 over the
next 100 UTF-16 units from the line's start, without spaces and tabs, every line end as LF, 65535 for the end of the
file and zeros behind it; then how often that value was met so far in the file.
"""

from array import array
from functools import lru_cache

UNITS = 100
BASE = 37
MODULUS = 2**64
POWERS: list[int] = [pow(BASE, UNITS - 1 - place, MODULUS) for place in range(UNITS)]
END_OF_FILE = "\uffff"


@lru_cache(maxsize=512)
def line_hashes(source: bytes) -> tuple[str, ...]:
    """The fingerprint of each line of a file, the first line's first."""
    text = source.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    text = utf16_units(text.replace(" ", "").replace("\t", "")) + END_OF_FILE
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    counts: dict[str, int] = {}
    hashes = []
    for start in starts:
        window = text[start : start + UNITS]
        counts[window] = counts.get(window, 0) + 1
        hashes.append(f"{polynomial(window):x}:{counts[window]}")
    return tuple(hashes)


@lru_cache(maxsize=4096)
def polynomial(window: str) -> int:
    return sum(map(int.__mul__, map(ord, window), POWERS)) % MODULUS


def utf16_units(text: str) -> str:
    """The text with characters beyond the basic plane as the two units that UTF-16 has for them."""
    if text.isascii():
        return text
    units = array("H", text.encode("utf-16-le" if little_endian() else "utf-16-be", "surrogatepass"))
    return "".join(map(chr, units))


def little_endian() -> bool:
    return array("H", [1]).tobytes()[0] == 1
