"""What is put into SQL before PostgreSQL sees it, and the branches of templates."""

import pytest

from db_sage_lint.parse import Statement, parse
from db_sage_lint.placeholders import Filling, blank, for_postgres, holes, without_controls
from db_sage_lint.script import Fragment


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"a :x :'y' :\"z\" :{?w}", [b":x", b":'y'", b':"z"', b":{?w}"]),
        (b"a::text, b := 1, '12:30', c[1:2], \":x\", $$ :x $$ -- :x\n/* ${x} */", []),
        (b"${a}.b, #{c}, @d@, {{ e }}, $%F_G%$", [b"${a}", b"#{c}", b"@d@", b"{{ e }}", b"$%F_G%$"]),
        (b'"${a}"."b", "{{ c }}".d, "e ${f}"', [b'"${a}"', b'"{{ c }}"']),
        (b"a = ? AND b ?| c AND d ?& e AND f @? g", [b"?"]),
        (b"${open, {{ open, @open", []),
    ],
)
def test_holes(text: bytes, found: list[bytes]) -> None:
    assert [text[hole.start : hole.end] for hole in holes(text)] == found


def test_fillings_keep_positions() -> None:
    text = b':a :\'b\' :"c" :{?d} ${e} {{ f }} #{g} @h@ $%I%$ "{{ j }}" ?'
    for hole in holes(text):
        assert {len(form) for form in hole.forms} == {hole.end - hole.start}


def test_filling_changes_what_is_blamed() -> None:
    text = b"x :a y :b z"
    filling = Filling(text, holes(text))
    assert filling.text == b"x _a y _b z"
    assert filling.blame(2)
    assert filling.text == b"x '' y _b z"
    assert filling.blame(10), "the token behind a hole blames the hole"
    assert filling.text == b"x '' y '' z"
    assert not filling.blame(0), "nothing to change there"
    assert filling.blame(-1), "the end of the text blames the last one"
    assert filling.text == b"x '' y 01 z"


def test_filling_gives_up() -> None:
    filling = Filling(b"?", holes(b"?"))
    assert filling.blame(0)
    assert not filling.blame(0)


@pytest.mark.parametrize(
    ("condition", "taken"),
    [
        (b"if .postgres", True),
        (b"if or .mysql .postgres", True),
        (b"if .mysql", False),
        (b"if not .mysql", True),
        (b"unless .sqlite", True),
        (b"if not .postgres", False),
        (b"if .plugin", True),
        (b"", True),
    ],
)
def test_for_postgres(condition: bytes, taken: bool) -> None:
    assert for_postgres(condition) == taken


@pytest.mark.parametrize(
    ("text", "kept", "left_out"),
    [
        (b"a{{if .mysql}}b{{else}}c{{end}}d", b"acd", []),
        (b"a{{if .mysql}}b{{else if .postgres}}c{{else}}d{{end}}e", b"ace", []),
        (b"a{{if .x}}b{{if .mysql}}c{{end}}{{else}}d{{end}}e", b"abe", [b"d"]),
        (b"a{{if .mysql}}{{if .x}}b{{else}}c{{end}}{{end}}d", b"ad", []),
        (b"{% if x %}a{% elif y %}b{% endif %}{# c #}d", b"ad", [b"b"]),
        (b"{{range .x}}a{{end}}{{- /* b */ -}}{{ $c := 1 }}{{ .d }}", b"a{{ .d }}", []),
        (b"{{#if postgres}}a{{/if}}{{^x}}b{{/x}}", b"ab", []),
        (b"{{end}}a{{else}}b{{if", b"ab{{if", []),
        (b"{{ if .mysql }}\n\n{{ end }}a", b"\n\na", []),
    ],
)
def test_without_controls(text: bytes, kept: bytes, left_out: list[bytes]) -> None:
    controlled = without_controls(text)
    assert len(controlled.text) == len(text)
    assert controlled.text.replace(b" ", b"") == kept.replace(b" ", b"")
    assert [text[start:end] for start, end in controlled.left_out] == left_out
    assert blank(text, controlled.blanked) == controlled.text


@pytest.mark.parametrize(
    ("text", "conditional"),
    [
        (b"{{if .plugin}}\nDROP TABLE a;\n{{end}}\nDROP TABLE b;", [True, False]),
        (b"{{if .postgres}}\nDROP TABLE a;\n{{end}}\nDROP TABLE b;", [False, False]),
        (b"{{if .plugin}}{{if .postgres}}\nDROP TABLE a;\n{{end}}{{end}}\nDROP TABLE b;", [True, False]),
        (b"{{range .x}}\nDROP TABLE a;\n{{end}}\nDROP TABLE b;", [False, False]),
        (b"{% if x %}\nDROP TABLE a;\n{% endif %}\nDROP TABLE b;", [True, False]),
    ],
)
def test_what_hangs_on_an_unknown_condition(text: bytes, conditional: list[bool]) -> None:
    found = [piece for piece in parse(Fragment(0, text)) if isinstance(piece, Statement)]
    assert [statement.conditional for statement in found] == conditional
