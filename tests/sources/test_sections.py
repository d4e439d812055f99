"""Files cut at marker lines."""

import re

from db_sage_lint.sources.sections import (
    both_ways,
    is_one_transaction,
    line_behind,
    script,
    sections,
    several_statements,
    statements,
)

MARK = re.compile(rb"(?m)^-- (up|down)$")
SOURCE = b"-- before\n-- up\nSELECT 1;\n-- down\nSELECT 2;"


def test_sections_stand_at_their_bytes() -> None:
    before, up, down = sections(SOURCE, MARK)
    assert (SOURCE[before.start : before.end], before.marker) == (b"-- before\n", None)
    assert SOURCE[up.start : up.end] == b"SELECT 1;\n"
    assert SOURCE[down.at : down.end] == b"-- down\nSELECT 2;"
    assert down.marker
    assert down.marker[1] == b"down"


def test_a_file_without_markers_is_one_section() -> None:
    (whole,) = sections(b"SELECT 1;", MARK)
    assert (whole.start, whole.end) == (0, 9)


def test_a_marker_on_the_last_line() -> None:
    _, last = sections(b"SELECT 1;\n-- down", MARK)
    assert last.start == last.end == 17


def test_line_behind() -> None:
    assert [line_behind(b"ab\ncd", at) for at in (0, 2, 3, 4, 5)] == [3, 3, 3, 5, 5]


def test_script_keeps_places_and_drops_blanks() -> None:
    parts = sections(SOURCE, MARK)
    made = script("a.sql", SOURCE, parts[1:], "down", transaction=False)
    assert [(part.start, part.text) for part in made.fragments] == [(16, b"SELECT 1;\n"), (34, b"SELECT 2;")]
    assert script("a.sql", b"  \n", sections(b"  \n", MARK)).fragments == ()


def test_a_way_back_of_comments_only_is_none() -> None:
    source = b"-- up\nSELECT 1;\n-- down\n-- nothing to do\n"
    _, up, down = sections(source, MARK)
    scripts = both_ways(script("a.sql", source, [up]), script("a.sql", source, [down], "down"))
    assert [one.direction for one in scripts] == ["up"]


def test_statements() -> None:
    assert list(statements(b"-- a\nSELECT ';';\nSELECT 2")) == [b"SELECT ';';", b"SELECT 2"]
    assert several_statements(b"SELECT 1; SELECT 2")
    assert not several_statements(b"SELECT 1; -- and no more")


def test_several_statements_of_one_message_are_one_transaction() -> None:
    assert is_one_transaction(b"SELECT 1; SELECT 2;")
    assert not is_one_transaction(b"SELECT 1;")
    assert not is_one_transaction(b"BEGIN; SELECT 1; COMMIT;")
