from hypothesis import given
from hypothesis import strategies as st

from db_sage_lint.reporters.places import Lines, Region


def test_lines_and_columns_are_counted_from_one_in_characters() -> None:
    source = "a;\n  größe x;\n".encode()
    at = source.index(b"x")
    assert Lines(source).region(at, at + 1) == Region(2, 9, 2, 10)


def test_byte_order_mark_is_no_column() -> None:
    assert Lines(b"\xef\xbb\xbfSELECT").region(3, 9) == Region(1, 1, 1, 7)


def test_carriage_return_is_no_column() -> None:
    lines = Lines(b"SELECT\r\n1;\r\n")
    assert lines.text(1) == "SELECT"
    assert lines.region(0, 9) == Region(1, 1, 2, 2)


def test_end_of_line_belongs_to_its_line() -> None:
    assert Lines(b"ab\ncd\n").region(0, 3) == Region(1, 1, 1, 3)


def test_end_of_file_is_its_last_character() -> None:
    assert Lines(b"ab\ncd\n\n\n").region(8, 8) == Region(2, 2, 2, 3)


def test_empty_file_has_one_place() -> None:
    assert Lines(b"").region(0, 0) == Region(1, 1, 1, 1)


def test_bytes_that_are_no_utf8_are_one_character_each() -> None:
    source = b"\xe4\xf6\xfc x"
    assert Lines(source).region(4, 5) == Region(1, 5, 1, 6)


@given(st.lists(st.sampled_from([b"a", b" ", b"\n", b"\r\n", b"\t", b"\xc3\xa4", b"\xff", b"\xef\xbb\xbf"])), st.data())
def test_regions_stay_inside_the_file(parts: list[bytes], data: st.DataObject) -> None:
    source = b"".join(parts)
    lines = Lines(source)
    start = data.draw(st.integers(0, len(source) + 2))
    end = data.draw(st.integers(0, len(source) + 2))
    region = lines.region(start, end)
    assert 1 <= region.line <= region.end_line <= max(source.count(b"\n") + 1, 1)
    assert 1 <= region.column <= len(lines.text(region.line)) + 1
    assert 1 <= region.end_column <= len(lines.text(region.end_line)) + 1
    assert (region.line, region.column) <= (region.end_line, region.end_column)
