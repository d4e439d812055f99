import pytest

from db_sage_lint.script import Fragment, Script, whole
from db_sage_lint.suppressions import NOWHERE, Ignore, Terms, ignores

TERMS = Terms(frozenset({"table-dropped", "column-dropped", "unused-ignore"}), today="2025-06-15")


def found(text: str, terms: Terms = TERMS, path: str = "a.sql") -> list[Ignore]:
    return ignores(whole(path, text.encode()), terms)


def one(text: str, terms: Terms = TERMS) -> Ignore:
    (ignore,) = found(text, terms)
    return ignore


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("-- {}\nDROP TABLE a;\nDROP TABLE b;", "DROP TABLE a"),
        ("-- {}\n\n-- why\nDROP TABLE a;\nDROP TABLE b;", "DROP TABLE a"),
        ("DROP TABLE a; -- {}\nDROP TABLE b;", "DROP TABLE a"),
        ("DROP TABLE a -- {}\n;\nDROP TABLE b;", "DROP TABLE a"),
        ("DROP TABLE a /* x */ ; /* y */ -- {}\nDROP TABLE b;", "DROP TABLE a"),
        ("DROP TABLE\n  -- {}\n  a;\nDROP TABLE b;", "DROP TABLE\n"),
        ("DROP TABLE a\n-- {}\n;DROP TABLE b;", "DROP TABLE a"),
        ("DROP TABLE a\n; -- {}\nDROP TABLE b;", "DROP TABLE a"),
        ("DROP TABLE a; /* {} */ DROP TABLE b;", "DROP TABLE b"),
        ("DROP TABLE a;\n/* {} */\nDROP TABLE b;", "DROP TABLE b"),
        ("SELECT '-- x'; -- {}\nDROP TABLE b;", "SELECT"),
        ("\ufeff-- {}\r\nDROP TABLE a;\r\nDROP TABLE b;", "DROP TABLE a"),
        ("\\set x 1\n-- {}\nDROP TABLE a;\n", "DROP TABLE a"),
        ("-- {}\nDO $$ BEGIN DROP TABLE a; END $$;", "DO $$"),
        ("DO $x$ BEGIN\n  -- {}\n  DROP TABLE a;\n  DROP TABLE b;\nEND $x$;", "DROP TABLE a"),
        ("DO $$ BEGIN\n  DROP TABLE a; -- {}\n  DROP TABLE b;\nEND $$;", "DROP TABLE a"),
        ("DO $a$ BEGIN EXECUTE $b$ DROP TABLE a; -- {}\n DROP TABLE b $b$; END $a$;", "DROP TABLE a"),
    ],
)
def test_statement_that_a_comment_is_about(text: str, about: str) -> None:
    text = text.replace("{}", "db-sage-lint: ignore table-dropped")
    ignore = one(text)
    assert not ignore.wrong
    source = text.encode()
    meant = source.index(about.encode())
    for statement in (b"DROP TABLE a", b"DROP TABLE b", b"SELECT", b"DO $"):
        if statement in source:
            place = source.index(statement)
            inside = about == "DO $$" and place > meant
            assert ignore.covers("table-dropped", place) is (place == meant or inside), statement


def test_comment_with_nothing_behind_it_is_about_nothing() -> None:
    assert one("DROP TABLE a;\n-- db-sage-lint: ignore table-dropped\n").about == NOWHERE


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("-- db-sage-lint: ignore table-dropped", ("table-dropped",)),
        ("--db-sage-lint:ignore table-dropped,column-dropped", ("table-dropped", "column-dropped")),
        ("-- db-sage-lint : ignore table-dropped column-dropped", ("table-dropped", "column-dropped")),
        ("/* db-sage-lint: ignore table-dropped */", ("table-dropped",)),
        ("-- db-sage-lint: ignore table-dropped -- nobody's any more", ("table-dropped",)),
        ("-- db-sage-lint: ignore table-dropped until=2025-06-15 -- today still", ("table-dropped",)),
        ("-- db-sage-lint: ignore until = 2999-01-01 table-dropped", ("table-dropped",)),
        ("-- squawk-ignore ban-drop-table", ("table-dropped",)),
        ("-- squawk-ignore: ban-drop-table", ("table-dropped",)),
        ("/* squawk-ignore ban-drop-table, prefer-text-field */", ("table-dropped", "unwanted-type")),
        ("-- squawk-ignore", ()),
        ("-- squawk-ignore -- all of it", ()),
    ],
)
def test_well_formed(comment: str, rules: tuple[str, ...]) -> None:
    ignore = one(f"{comment}\nDROP TABLE a;")
    assert ignore.rules == rules
    assert not ignore.wrong
    assert ignore.covers("table-dropped", len(comment) + 1)
    assert ignore.covers("column-dropped", len(comment) + 1) is (not rules or "column-dropped" in rules)
    assert ignore.theirs is ("squawk" in comment)


@pytest.mark.parametrize(
    "comment",
    ["-- db-sage-lint: ignore-file table-dropped", "-- squawk-ignore-file ban-drop-table", "-- squawk-ignore-file"],
)
def test_whole_file(comment: str) -> None:
    text = f"DROP TABLE a;\n{comment}\nDROP TABLE b;"
    ignore = one(text)
    assert all(ignore.covers("table-dropped", at) for at in (0, text.index("DROP TABLE b"), len(text)))


@pytest.mark.parametrize(
    ("comment", "wrong"),
    [
        (
            "-- db-sage-lint: ignore",
            "no rule is named: write `-- db-sage-lint: ignore RULE[, RULE] [until=YYYY-MM-DD] [-- reason]`",
        ),
        (
            "-- db-sage-lint ignore table-dropped",
            "the colon is missing: write `-- db-sage-lint: ignore RULE[, RULE] [until=YYYY-MM-DD] [-- reason]`",
        ),
        ("-- db-sage-lint: ignroe table-dropped", "`ignroe` says nothing here; did you mean `ignore`?"),
        ("-- db-sage-lint: ignore tabel-dropped", "there is no rule `tabel-dropped`; did you mean `table-dropped`?"),
        (
            "-- db-sage-lint: ignore table-dropped because so",
            "there is no rule `because`; a reason is written after `--`",
        ),
        (
            "-- db-sage-lint: ignore table-dropped until=2025-06-14",
            "it ended on 2025-06-14; mend the statement, or decide anew until when it may stand",
        ),
        ("-- db-sage-lint: ignore table-dropped until=2025-13-40", "`2025-13-40` is no date; write until=YYYY-MM-DD"),
        ("-- db-sage-lint: ignore table-dropped until=20250615", "`20250615` is no date; write until=YYYY-MM-DD"),
        ("-- db-sage-lint: ignore table-dropped until=soon", "`soon` is no date; write until=YYYY-MM-DD"),
    ],
)
def test_malformed(comment: str, wrong: str) -> None:
    ignore = one(f"{comment}\nDROP TABLE a;")
    assert ignore.wrong == wrong
    assert ignore.covers("table-dropped", len(comment) + 1) is ("because" in comment)
    assert not ignore.covers("column-dropped", len(comment) + 1)


@pytest.mark.parametrize(
    "comment",
    [
        "-- db-sage-lint is run on this file",
        "-- see db-sage-lint: ignore column-dropped",
        "-- squawk-ignored here",
        "-- squawk-ignore some-rule-without-counterpart",
        "SELECT '-- db-sage-lint: ignore table-dropped';",
    ],
)
def test_no_ignore(comment: str) -> None:
    assert found(f"{comment}\nDROP TABLE a;") == []


def test_reason_can_be_required() -> None:
    terms = Terms(TERMS.known, TERMS.today, require_reason=True)
    assert one("-- db-sage-lint: ignore table-dropped --  \nDROP TABLE a;", terms).wrong.startswith(
        "the reason is missing"
    )
    assert not one("-- db-sage-lint: ignore table-dropped -- old\nDROP TABLE a;", terms).wrong
    assert not one("-- squawk-ignore ban-drop-table\nDROP TABLE a;", terms).wrong


def test_sql_inside_another_language() -> None:
    sql = b"-- db-sage-lint: ignore table-dropped\nDROP TABLE a"
    source = b'# -- db-sage-lint: ignore nothing\nop.execute("""' + sql + b'""")'
    at = source.index(sql)
    (ignore,) = ignores(Script(path="0001.py", source=source, fragments=(Fragment(at, sql),)), TERMS)
    assert ignore.start == at
    assert ignore.covers("table-dropped", source.index(b"DROP"))
