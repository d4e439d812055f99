"""Whatever the bytes: nothing crashes, nothing is lost, and positions stay inside of the file."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from db_sage_lint.bodies import read_body
from db_sage_lint.lexer import comments, skip_blank, split, top_level_commas, trim, without_comments, words
from db_sage_lint.parse import Problem, Statement, parse
from db_sage_lint.placeholders import Filling, blank, holes, without_controls
from db_sage_lint.recovery import Recovery
from db_sage_lint.script import Fragment

STATEMENTS = (
    "SELECT 'it''s', E'\\'', \"a;b\", $$;$$, $a$ $$ $a$ -- ;'\n",
    "CREATE TABLE é (a int DEFAULT 1, b text CHECK (b <> ';')) /* ; /* ; */ */",
    "ALTER TABLE t ADD COLUMN a numeric(1, 2), DROP COLUMN b",
    "CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b)",
    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END",
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$",
    "DO $$ BEGIN EXECUTE format('DROP TABLE %I', 'a'); END $$",
    "UPDATE t SET a = b WHERE c IN (SELECT 1)",
    "GRANT SELECT ON t TO u",
    "SELECT 1",
    "BEGIN",
    "",
)
PARTS = (
    *(f"{statement};\n" for statement in STATEMENTS),
    "\\set x 1\n", "\\i other.sql\n", "\\gexec\n", "COPY t FROM stdin;\n1\tdon't\n\\.\n", "-- comment\n", "/* open ",
    "SELEC 1;\n", "SELECT :x, :'y', ${z}, {{ w }}, ?;\n", "{{ if .mysql }}", "{{ else }}", "{{ end }}", "\ufeff",
    "\r\n", "'", '"', "$$", "$a$", "(", ")", ";", "\\", ":", "E'", "begin atomic ", "create rule ", "case ", "end ",
)  # fmt: skip
BLOCK_PARTS = (
    "DECLARE ", "a text := 'x';", "b app.kind[];", "BEGIN ", "END;", "IF a THEN ", "ELSE ", "END IF;", "LOOP ",
    "END LOOP;", "FOR r IN SELECT 1 LOOP ", "FOREACH a IN ARRAY ARRAY['x', 'y'] LOOP ", "EXECUTE 'DROP TABLE ' || a;",
    "EXECUTE format('SELECT %I', a);", "SELECT 1 INTO a;", "a := 'é';", "EXCEPTION WHEN others THEN ", "COMMIT;",
    "ALTER TABLE t ADD b int;", "RETURN QUERY SELECT 1;", "RETURN a;", "NEW.x := 1;", "NULL;", "PERFORM f(1);",
    "\n", "'", "$1", "%", "${x}",
)  # fmt: skip

good = st.lists(st.sampled_from(STATEMENTS), max_size=6).map(lambda parts: ";\n".join(parts).encode())
mixed = st.lists(st.sampled_from(PARTS), max_size=12).map(lambda parts: "".join(parts).encode())
# Where something is cut out, how much, and what stands there instead.
instead = st.one_of(st.binary(max_size=8), st.sampled_from(PARTS).map(str.encode))
cuts = st.tuples(st.integers(0, 200), st.integers(0, 30), instead)
blocks = st.lists(st.sampled_from(BLOCK_PARTS), max_size=14).map(" ".join)


def mangled(text: bytes, cut: tuple[int, int, bytes]) -> bytes:
    at, size, instead = cut
    return text[:at] + instead + text[at + size :]


anything = st.one_of(mixed, st.builds(mangled, mixed, cuts), st.binary(max_size=200))
often = settings(max_examples=200, deadline=None, database=None)


@often
@given(anything)
def test_pieces_are_the_whole_text(text: bytes) -> None:
    found = split(text)
    assert b"".join(text[piece.start : piece.end] for piece in found) == text
    assert all(piece.start < piece.end for piece in found)
    assert [piece.start for piece in found[1:]] == [piece.end for piece in found[:-1]]


@often
@given(anything)
def test_comments_follow_each_other(text: bytes) -> None:
    edges = [at for span in comments(text) for at in span]
    assert edges == sorted(edges)
    assert all(text[start : start + 2] in {b"--", b"/*"} for start in edges[::2])
    assert len(without_comments(text)) <= len(text)


@often
@given(anything, st.integers(0, 50), st.integers(0, 200))
def test_helpers_stay_inside(text: bytes, start: int, end: int) -> None:
    start, end = min(start, len(text)), min(max(start, end), len(text))
    assert start <= skip_blank(text, start) <= len(text)
    assert start <= trim(text, start, end) <= end
    assert all(start <= at < end and text[at : at + 1] == b"," for at in top_level_commas(text, start, end))
    assert all(words(text, start, end))


@often
@given(anything, st.integers(0, 1000))
def test_positions_stay_inside_the_fragment(text: bytes, start: int) -> None:
    for item in parse(Fragment(start, text)):
        assert start <= item.start <= item.end <= start + len(text)
        if isinstance(item, Problem):
            assert item.start <= item.at <= item.end
            assert item.message
        else:
            assert item.start < item.end
            assert bytes(item.fields).startswith(b"{")


@often
@given(st.one_of(mixed, st.builds(mangled, mixed, cuts)))
def test_nothing_is_dropped_silently(text: bytes) -> None:
    """Every piece that is more than blank space and a semicolon gives a statement, or a problem that says why not."""
    try:
        assume("\0" not in text.decode() and not text.startswith(b"\xef\xbb\xbf"))
    except UnicodeDecodeError:
        assume(False)
    assume(b"{{" not in text and b"{%" not in text)
    found = parse(Fragment(0, text))
    for piece in split(text):
        first = skip_blank(text, piece.start)
        if piece.kind != "blank" and text[first : first + 1] != b";":
            assert any(item.start < piece.end and item.end > piece.start for item in found), text[first : piece.end]


def spans(items: list[Statement | Problem]) -> list[tuple[int, int, str, bool]]:
    return [(item.start, item.end, item.kind, isinstance(item, Statement)) for item in items]


@often
@given(good)
def test_both_ways_of_parsing_agree(text: bytes) -> None:
    whole = parse(Fragment(0, text))
    assert all(isinstance(item, Statement) for item in whole)
    assert spans(list(Recovery(text, 0).everything())) == spans(whole)
    one_by_one = [item for piece in split(text) for item in parse(Fragment(piece.start, text[piece.start : piece.end]))]
    assert spans(one_by_one) == spans(whole)


@often
@given(good, good, st.sampled_from(["SELEC 1", "CREATE TABLE t (", "x y z", "SELECT FROM WHERE"]))
def test_a_bad_statement_changes_nothing_around_it(before: bytes, after: bytes, bad: str) -> None:
    head, middle = before + b";\n", bad.encode() + b";\n"
    around = spans(parse(Fragment(0, head))) + spans(parse(Fragment(len(head) + len(middle), after)))
    found = parse(Fragment(0, head + middle + after))
    assert [item.kind for item in found if isinstance(item, Problem)] == ["syntax"]
    assert [span for span in spans(found) if span[3]] == around


@often
@given(anything)
def test_replacements_keep_the_length(text: bytes) -> None:
    filling = Filling(text, holes(text))
    lengths = {len(filling.text)}
    while filling.blame(-1):
        lengths.add(len(filling.text))
    assert lengths == {len(text)}
    controlled = without_controls(text)
    assert len(controlled.text) == len(text)
    assert blank(text, controlled.blanked) == controlled.text


@often
@given(st.one_of(blocks, st.text(max_size=60)), st.sampled_from(["plpgsql", "sql", "plv8"]), st.booleans())
def test_bodies_are_read_or_said_to_be_unread(body: str, language: str, quoted: bool) -> None:
    written = body.replace("'", "''") if quoted else body
    text = f"-- é\nDO '{written}';".encode("utf-8", "replace")
    at = text.index(b"'") + 1
    found = read_body(language, body, at, text)
    for statement in found.statements:
        assert at <= statement.start <= statement.end <= len(text)
    for unread in found.unread:
        assert at <= unread.at <= len(text)
        assert unread.why


@pytest.mark.parametrize("language", ["plpgsql", "sql"])
@pytest.mark.parametrize("opener", ["(", "{{", "/*", "$a$ ", "E'\\' ", "'", '"', "declare ", "create rule r (; "])
def test_long_runs_of_what_opens_something(language: str, opener: str) -> None:
    """They would take for ever if each were looked for its end anew."""
    text = opener * 10_000
    found = parse(Fragment(0, text.encode()))
    assert any(isinstance(item, Problem) for item in found)
    assert read_body(language, text, 0).unread
