"""The SQL inside DO blocks and functions: which statements, where they stand, and what can't be told."""

import msgspec
import pytest

from db_sage_lint.bodies import Body, read_body
from db_sage_lint.parse import Statement

HEAD = "-- é\nDO $body$"


def read(body: str, language: str = "plpgsql") -> tuple[Body, bytes]:
    """The body as it stands in a file, and the file."""
    text = f"{HEAD}{body}$body$;\n".encode()
    return read_body(language, body, len(HEAD.encode()), text), text


def block(statements: str, declare: str = "") -> tuple[Body, bytes]:
    return read(f"\n{declare and 'DECLARE ' + declare}\nBEGIN\n  {statements}\nEND\n")


def shown(statements: str, declare: str = "") -> list[tuple[str, str]]:
    """Kind and text of each statement; all are to be readable."""
    body, text = block(statements, declare)
    assert body.unread == ()
    return [(s.kind, text[s.start : s.end].decode()) for s in body.statements]


def tables(statements: str, declare: str = "") -> list[str]:
    """The relation that each statement is about."""
    body, _ = block(statements, declare)
    assert body.unread == ()
    return [relation(statement) for statement in body.statements]


def relation(statement: Statement) -> str:
    node = msgspec.json.decode(statement.fields)
    if statement.kind == "DropStmt":
        return str(node["objects"][0]["List"]["items"][-1]["String"]["sval"])
    return str(node["relation"]["relname"])


# --- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "kind", "at"),
    [
        ("ALTER TABLE a ADD b int;", "AlterTableStmt", "ALTER TABLE a ADD b int"),
        ("PERFORM  f(1),\n  g(2);", "SelectStmt", "PERFORM  f(1),\n  g(2)"),
        ("SELECT count(*) INTO n FROM t;", "SelectStmt", "SELECT count(*) INTO n FROM t"),
        ("INSERT INTO t VALUES (1) RETURNING a INTO n;", "InsertStmt", "INSERT INTO t VALUES (1) RETURNING a"),
        ("CALL p(1);", "CallStmt", "CALL p(1)"),
        ("EXECUTE 'DROP TABLE t';", "DropStmt", "'DROP TABLE t'"),
        ("EXECUTE $q$DROP TABLE t$q$;", "DropStmt", "$q$DROP TABLE t$q$"),
        ("RETURN QUERY SELECT 1;", "SelectStmt", "SELECT 1"),
        ("RETURN QUERY EXECUTE 'SELECT 1';", "SelectStmt", "'SELECT 1'"),
        ("n := f(1);", "SelectStmt", "f(1)"),
        ("RETURN f(1);", "SelectStmt", "f(1)"),
        ("OPEN c FOR SELECT 1;", "SelectStmt", "SELECT 1"),
        ("COMMIT;", "TransactionStmt", "COMMIT"),
        ("rollback AND CHAIN;", "TransactionStmt", "rollback"),
        ("DO $x$ BEGIN NULL; END $x$;", "DoStmt", "DO $x$ BEGIN NULL; END $x$"),
    ],
)
def test_statement_and_its_place(source: str, kind: str, at: str) -> None:
    assert shown(source, "n int; c refcursor;") == [(kind, at)]


def test_declarations() -> None:
    found = shown("NULL;", "n int := f(1); c CURSOR FOR SELECT 2;")
    assert found == [("SelectStmt", "f(1)"), ("SelectStmt", "SELECT 2")]


@pytest.mark.parametrize(
    ("source", "column"),
    [
        ("SELECT 1, abc FROM t;", "abc FROM"),
        ("PERFORM 1, abc FROM t;", "abc FROM"),
        ("SELECT abc INTO n FROM t WHERE\n abc > 1;", "abc INTO"),
        ("EXECUTE 'SELECT 1, abc FROM t';", "abc FROM"),
        ("n := f(abc);", "abc);"),
    ],
)
def test_locations_in_the_tree(source: str, column: str) -> None:
    body, text = block(source, "n int;")
    (statement,) = body.statements
    (found, *_) = [item for item in columns(msgspec.json.decode(statement.fields)) if item]
    assert text[statement.base + found :].decode().startswith(column)


def columns(node: object) -> list[int]:
    """Where the column references of a tree are."""
    if isinstance(node, dict):
        own = [node["ColumnRef"]["location"]] if "ColumnRef" in node else []
        return own + [at for value in node.values() for at in columns(value)]
    return [at for item in node for at in columns(item)] if isinstance(node, list) else []


def test_equal_statements_on_a_line_have_their_own_places() -> None:
    body, _ = block("TRUNCATE t; TRUNCATE t; SELECT 1; TRUNCATE t;")
    starts = [statement.start for statement in body.statements]
    assert len(set(starts)) == 4
    assert starts == sorted(starts)


@pytest.mark.parametrize("literal", ["'{}'", "E'{}'", "U&'{}'"])
def test_lines_are_true_in_quoted_bodies(literal: str) -> None:
    body = "BEGIN\n  EXECUTE 'DROP TABLE t';\n  INSERT INTO u VALUES ('it''s', ''); SELECT 1;\n\n  TRUNCATE v;\nEND"
    text = f"DO {literal.format(body.replace(chr(39), chr(39) * 2))};\nSELECT 2;".encode()
    at = text.index(b"BEGIN")
    found = read_body("plpgsql", body, at, text)
    assert [text.count(b"\n", 0, s.start) for s in found.statements] == [1, 2, 2, 4]
    assert all(s.start <= s.end <= len(text) for s in found.statements)


def test_without_the_file_positions_count_from_the_body() -> None:
    body = "BEGIN TRUNCATE a; END"
    (statement,) = read_body("plpgsql", body, 100).statements
    assert (statement.start, statement.end) == (100 + len("BEGIN "), 100 + len("BEGIN TRUNCATE a"))


# --- what may run, or not --------------------------------------------------------------------------------------------


def test_conditional_statements() -> None:
    body, text = block(
        "TRUNCATE a;\n IF x THEN TRUNCATE b; ELSIF y THEN TRUNCATE b; ELSE TRUNCATE b; END IF;\n"
        "CASE n WHEN 1 THEN TRUNCATE b; ELSE TRUNCATE b; END CASE;\n"
        "LOOP TRUNCATE b; END LOOP; WHILE x LOOP TRUNCATE b; END LOOP; FOR i IN 1..2 LOOP TRUNCATE b; END LOOP;\n"
        "FOR r IN SELECT 1 LOOP TRUNCATE b; END LOOP; FOR r IN EXECUTE 'SELECT 2' LOOP TRUNCATE b; END LOOP;\n"
        "BEGIN TRUNCATE b; EXCEPTION WHEN unique_violation OR SQLSTATE '42P07' THEN TRUNCATE b; END;\n"
        "BEGIN TRUNCATE a; END; TRUNCATE a;",
        "r record; n int;",
    )
    truncated = [s for s in body.statements if s.kind == "TruncateStmt"]
    names = [text[s.start : s.end].decode()[-1] for s in truncated]
    assert [s.conditional for s in truncated] == [name == "b" for name in names]
    assert names == ["a"] + ["b"] * 12 + ["a", "a"]
    assert body.caught == {"unique_violation", "42P07"}


# --- EXECUTE ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "declare", "found"),
    [
        ("EXECUTE 'DROP TABLE ' || 'a';", "", ["a"]),
        ("EXECUTE format('DROP TABLE %I', 'A b');", "", ["A b"]),
        ("EXECUTE format('DROP TABLE %2$I.%1$s', 'a', 's');", "", ["a"]),
        ("EXECUTE 'DROP TABLE ' || quote_ident('a');", "", ["a"]),
        ("EXECUTE concat('DROP', ' TABLE ', 'a');", "", ["a"]),
        ("EXECUTE format('UPDATE a SET b = %L', 'it''s \\');", "", ["a"]),
        ("EXECUTE 'TRUNCATE ' || 'a; DROP TABLE b';", "", ["", "b"]),
        ("EXECUTE q;", "q text := 'DROP TABLE a';", ["a"]),
        ("q := 'DROP TABLE a'; EXECUTE q; q := 'DROP TABLE b'; EXECUTE q;", "q text;", ["a", "b"]),
        ("IF x THEN q := 'DROP TABLE a'; ELSE q := 'DROP TABLE b'; END IF; EXECUTE q;", "q text;", "ab"),
        ("IF x THEN q := 'DROP TABLE a'; END IF; EXECUTE q;", "q text := 'DROP TABLE b';", "ab"),
        ("FOREACH t IN ARRAY ARRAY['a', 'b'] LOOP EXECUTE 'DROP TABLE ' || t; END LOOP;", "t text;", "ab"),
        ("FOREACH t IN ARRAY ts LOOP EXECUTE 'DROP TABLE ' || t; END LOOP;", "t text; ts text[] := '{a, b}';", "ab"),
        ("FOR t IN VALUES ('a'), ('b') LOOP EXECUTE 'DROP TABLE ' || t; END LOOP;", "t text;", "ab"),
    ],
)
def test_known_text(source: str, declare: str, found: list[str]) -> None:
    body, text = block(source, declare)
    assert body.unread == ()
    ran = [s for s in body.statements if s.kind != "SelectStmt"]
    assert sorted(relation(s) if s.kind != "TruncateStmt" else "" for s in ran) == sorted(found)
    assert all(text.index(b"BEGIN") < s.start for s in ran)


def test_rows_of_a_query_over_literals() -> None:
    loop = "FOR r IN SELECT x FROM unnest(ARRAY['a', 'b']) AS x LOOP EXECUTE format('DROP TABLE %I', r.x); END LOOP;"
    body, _ = block(loop, "r record;")
    assert [relation(s) for s in body.statements if s.kind == "DropStmt"] == ["a", "b"]


def test_variables_of_one_round_belong_together() -> None:
    inside = "u := t || '2'; TRUNCATE z; EXECUTE format('SELECT %L, %L', t, u);"
    body, _ = block(f"FOREACH t IN ARRAY ARRAY['a', 'b'] LOOP {inside} END LOOP;", "t text; u text;")
    assert [s.kind for s in body.statements] == ["TruncateStmt", "SelectStmt", "SelectStmt"]
    assert [(b'"a2"' in bytes(s.fields), b'"b2"' in bytes(s.fields)) for s in body.statements[1:]] == [
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize(
    ("source", "kind", "names"),
    [
        pytest.param("EXECUTE q;", "", set(), id="anything"),
        pytest.param("EXECUTE 'DROP TABLE ' || q;", "DropStmt", set(), id="any table"),
        pytest.param("EXECUTE format('ALTER TABLE %I ADD a int', q);", "AlterTableStmt", set(), id="any table altered"),
        pytest.param("EXECUTE format('ALTER TABLE t ADD %I int', q);", "AlterTableStmt", {"t"}, id="a table"),
        pytest.param("EXECUTE 'GRANT SELECT ON t TO ' || q;", "GrantStmt", {"t"}, id="grant"),
        pytest.param("EXECUTE f('DROP TABLE t');", "", set(), id="a function's text"),
        pytest.param("SELECT 'DROP TABLE a' INTO q; EXECUTE q;", "", set(), id="a query's text"),
        pytest.param("LOOP EXECUTE q; q := 'SELECT 1'; END LOOP;", "", set(), id="from the second round on"),
        pytest.param("EXECUTE 'TRUNCATE ' || s.t;", "TruncateStmt", set(), id="a record's field"),
    ],
)
def test_unknown_text(source: str, kind: str, names: set[str]) -> None:
    body, text = block(source, "q text; s record;")
    (unread,) = body.unread
    assert (unread.kind, bool(unread.names)) == (kind, bool(names))
    assert unread.names >= names
    assert "run time" in unread.why
    assert text[unread.at :].startswith(source.partition("EXECUTE ")[2].partition(";")[0].encode())


def test_text_that_is_no_sql() -> None:
    body, _ = block("EXECUTE 'DROP TABEL t';")
    assert "syntax error" in body.unread[0].why


def test_placeholders_in_text() -> None:
    assert tables("EXECUTE 'DROP TABLE {{ x }}';") == ["___x___"]


# --- what the block doesn't say about its function -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statements", "declare"),
    [
        pytest.param("argument := 1; SELECT 1, 2 INTO one, two; TRUNCATE t; RETURN argument;", "", id="parameters"),
        pytest.param("NEW.a := lower(NEW.b); TRUNCATE t; RETURN NEW;", "", id="trigger"),
        pytest.param("RETURN NEXT; RETURN NEXT; TRUNCATE t;", "", id="output parameters"),
        pytest.param("FOR r IN SELECT 1 LOOP NULL; END LOOP; TRUNCATE t;", "", id="loop variable"),
        pytest.param("a.b := 1; TRUNCATE t;", "a app.kind; c app.kind[] := '{}'; d app.t%ROWTYPE;", id="types"),
        pytest.param("$1 := 2; TRUNCATE t;", "", id="numbered parameter"),
        pytest.param("query := 'x'; TRUNCATE t;", "", id="keyword"),
        pytest.param("a := 1; TRUNCATE t;", "a ALIAS FOR f.b;", id="alias"),
        pytest.param("IF ${x} THEN TRUNCATE t; END IF;", "", id="placeholder"),
    ],
)
def test_made_up_function_suits(statements: str, declare: str) -> None:
    body, _ = block(statements, declare)
    assert body.unread == ()
    assert "TruncateStmt" in {s.kind for s in body.statements}


# --- other bodies, and what can't be read ----------------------------------------------------------------------------


def test_sql_body() -> None:
    body, text = read("\nSELECT $1; -- a\n  UPDATE t SET a = 1; SELEC;\n", "sql")
    assert [text[s.start : s.end] for s in body.statements] == [b"SELECT $1", b"UPDATE t SET a = 1"]
    assert [unread.why for unread in body.unread] == ['syntax error at or near "SELEC"']


@pytest.mark.parametrize(("language", "unread"), [("c", 0), ("internal", 0), ("plv8", 1), ("plpython3u", 1)])
def test_other_languages(language: str, unread: int) -> None:
    body, _ = read("execute of t", language)
    assert (len(body.unread), body.statements) == (unread, ())


@pytest.mark.parametrize(
    ("body", "named"),
    [
        pytest.param("BEGIN SELEC a FROM t; END", True, id="syntax"),
        pytest.param("BEGIN SELEC a; EXECUTE b; END", False, id="and dynamic"),
        pytest.param("", True, id="empty"),
        pytest.param("BEGIN " + "IF a THEN " * 3000 + "END IF; " * 3000 + "END", True, id="deep"),
        pytest.param("BEGIN " + "BEGIN " * 2000 + "TRUNCATE t; " + "END; " * 2000 + "END", True, id="deep blocks"),
    ],
)
def test_what_cannot_be_read_is_said(body: str, named: bool) -> None:
    found, _ = read(body)
    (unread,) = found.unread
    assert unread.why
    assert bool(unread.names) == (named and bool(body))


def test_statement_that_postgresql_would_refuse_later() -> None:
    body, _ = block("ALTER TABLE t ADD CHECK (a > 1), DROP COLUMN b; COPY t FROM stdin; LISTEN x;")
    assert [s.kind for s in body.statements] == ["AlterTableStmt", "CopyStmt", "ListenStmt"]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("EXECUTE format('SELECT setval(%L, %s)', seq, n);", "SelectStmt"),
        ("EXECUTE format('UPDATE t SET %I = 1 WHERE a = %L', x, y);", "UpdateStmt"),
        ("EXECUTE 'DELETE FROM t WHERE ' || x;", "DeleteStmt"),
        ("EXECUTE format('INSERT INTO t VALUES (%s)', x);", "InsertStmt"),
    ],
)
def test_statement_on_rows_with_unknown_values(source: str, kind: str) -> None:
    body, _ = block(source)
    assert ([s.kind for s in body.statements], body.unread) == ([kind], ())


@pytest.mark.parametrize(
    "source",
    [
        "EXECUTE format('UPDATE %I SET a = 1', x);",
        "EXECUTE format('INSERT INTO t SELECT * FROM %I', x);",
        "EXECUTE 'SELECT ' || f || '(1)';",
        "EXECUTE 'SELECT 1; ' || x;",
    ],
)
def test_statement_on_rows_of_what_is_unknown(source: str) -> None:
    body, _ = block(source)
    assert not body.statements
    assert len(body.unread) == 1
