import pytest
from hypothesis import given
from hypothesis import strategies as st

from db_sage_lint.reporters.excerpt import Excerpt, excerpt, harmless, spread, width_of


def marked(shown: Excerpt) -> str:
    """What stands above the marks, for text whose characters are one column wide."""
    return shown.text[shown.offset : shown.offset + shown.length]


def test_short_line_is_shown_whole() -> None:
    assert excerpt("DROP TABLE a;", 6, 11, 80) == Excerpt("DROP TABLE a;", 5, 5)


def test_marks_end_with_the_line() -> None:
    assert excerpt("DROP TABLE a;   ", 6, 99, 80) == Excerpt("DROP TABLE a;", 5, 8)


def test_something_is_always_marked() -> None:
    assert excerpt("abc", 9, 9, 80) == Excerpt("abc", 2, 1)
    assert excerpt("", 1, 1, 80) == Excerpt("", 0, 1)


def test_tabs_become_spaces() -> None:
    assert excerpt("\ta\tb", 4, 5, 80) == Excerpt("    a   b", 8, 1)


def test_wide_characters_take_two_columns_and_combining_ones_none() -> None:
    assert excerpt("表a", 2, 3, 80) == Excerpt("表a", 2, 1)
    assert excerpt("e\u0301a", 3, 4, 80).offset == 1


def test_long_line_is_cut_behind() -> None:
    shown = excerpt("ALTER TABLE a ADD COLUMN b int, ADD COLUMN c int", 15, 31, 40)
    assert shown.text == "ALTER TABLE a ADD COLUMN b int, ADD COL…"
    assert marked(shown) == "ADD COLUMN b int"


def test_long_line_is_cut_on_both_sides() -> None:
    line = "x" * 500 + "HERE" + "y" * 500
    shown = excerpt(line, 501, 505, 40)
    assert len(shown.text) == 40
    assert shown.text.startswith("…x")
    assert shown.text.endswith("y…")
    assert marked(shown) == "HERE"


def test_marks_are_cut_with_the_line() -> None:
    shown = excerpt("y" * 10 + "x" * 500, 11, 511, 40)
    assert set(marked(shown)) == {"x"}
    assert shown.offset + shown.length <= 39


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\u202eb", "bell\x07", "\x9b31m", "\u2066a", "zero\u200bwidth"])
def test_what_could_steer_a_terminal_is_replaced(text: str) -> None:
    for shown in (harmless(text), excerpt(text, 1, 2, 80).text):
        assert not set(shown) & set("\x1b\u202e\x07\x9b\u2066\u200b")
        assert len(shown) == len(text)


@given(st.text(), st.integers(1, 400), st.integers(1, 400), st.integers(20, 120))
def test_excerpts_fit_and_marks_are_inside(line: str, column: int, end: int, width: int) -> None:
    shown = excerpt(line.replace("\n", ""), column, end, width)
    columns = sum(width_of(cell) for cell in spread(shown.text))
    assert columns <= width + 1
    assert shown.length >= 1
    assert shown.offset + shown.length <= max(columns, 1)
