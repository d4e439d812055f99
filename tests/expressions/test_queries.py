import pytest
from asking import Server
from parsed import Records, function, statement

from db_sage_lint.catalog.records import Column, Table, View
from db_sage_lint.expressions import NO_COLUMN, output_columns, output_types, reads
from db_sage_lint.operations import Argument, Name, Type


def made(name: str, /, *, closed: bool = True, **columns: Type) -> Table:
    return Table(
        name=Name(name, "public"),
        columns={c: Column(name=c, type=told) for c, told in columns.items()},
        closed=closed,
    )


INT, TEXT, BIG = Type("int4"), Type("text"), Type("int8")
ITEMS = made("items", id=BIG, name=TEXT, org=INT, at=Type("timestamptz"), data=Type("jsonb"),
             tags=Type("text", dimensions=1), price=Type("numeric", modifiers=(10, 2)), d=Type("date"))  # fmt: skip
LINES = made("lines", id=BIG, item=BIG, note=Type("varchar", modifiers=(20,)), qty=INT, ok=Type("bool"), u=Type("uuid"))
DB = Records(
    ITEMS,
    LINES,
    made("opened", closed=False, id=BIG),
    View(name=Name("named", "public"), columns=("id", "name")),
    View(name=Name("unnamed", "public")),
    function("shout", arguments=[Argument("", INT)], returns="text"),
    function("rows_of", arguments=[Argument("", INT), Argument("x", INT, "table"), Argument("y", TEXT, "table")]),
    function("pair", arguments=[Argument("p", INT, "out"), Argument("q", TEXT, "out")]),
)
CREATED = [
    "CREATE TABLE items (id int8, name text, org int, at timestamptz, data jsonb, tags text[])",
    "ALTER TABLE items ADD price numeric(10, 2), ADD d date",
    "CREATE TABLE lines (id int8, item int8, note varchar(20), qty int, ok boolean, u uuid)",
    "CREATE TABLE opened (id int8, hidden int)",
    "CREATE VIEW named AS SELECT id, name FROM items",
    "CREATE FUNCTION shout(int) RETURNS text STABLE LANGUAGE sql AS 'SELECT $1::text'",
    "CREATE FUNCTION rows_of(int) RETURNS TABLE (x int, y text) LANGUAGE sql AS 'SELECT 1, NULL::text'",
    "CREATE FUNCTION pair(OUT p int, OUT q text) LANGUAGE sql AS 'SELECT 1, NULL::text'",
]

# Queries, each with what it reads and what it returns: "name:type", "name" where the type isn't told.
QUERIES = """
SELECT * FROM lines
> lines(id item note ok qty u)
= id:int8 item:int8 note:varchar qty:int4 ok:bool u:uuid
SELECT count(*) FROM items
> items(-)
= count:int8
SELECT 1 AS one WHERE EXISTS (SELECT FROM lines)
> lines(-)
= one:int4
SELECT i.name, l.qty FROM items i JOIN lines l ON l.item = i.id
> items(id name) lines(item qty)
= name:text qty:int4
SELECT id, qty FROM items JOIN lines USING (id)
> items(id) lines(id qty)
= id:int8 qty:int4
SELECT id FROM items RIGHT JOIN lines USING (id)
> items(id) lines(id)
= id:int8
SELECT id, item FROM lines NATURAL JOIN items
> items(id) lines(id item)
= id:int8 item:int8
SELECT x.id FROM items x WHERE EXISTS (SELECT 1 FROM lines WHERE item = x.id AND ok)
> items(id) lines(item ok)
= id:int8
WITH q AS (SELECT id, name FROM items) SELECT * FROM q
> items(id name)
= id:int8 name:text
WITH q(i, n) AS (SELECT id, name FROM items), r AS (SELECT i FROM q) SELECT r.i, q.n FROM r JOIN q ON true
> items(id name)
= i:int8 n:text
WITH RECURSIVE t(n) AS (SELECT id FROM items UNION ALL SELECT l.id FROM lines l JOIN t ON t.n = l.item) SELECT *
  FROM t
> items(id) lines(id item)
= n:int8
WITH items AS (SELECT id AS k FROM lines) SELECT k FROM items
> lines(id)
= k:int8
SELECT id FROM items UNION SELECT item FROM lines ORDER BY id
> items(id) lines(item)
= id:int8
SELECT name FROM items UNION ALL SELECT note FROM lines
> items(name) lines(note)
= name:text
VALUES (1, 'a'), (2, 'b')
>
= column1:int4 column2:text
SELECT v.x, v.y FROM (VALUES (1, 'a')) v(x, y)
>
= x:int4 y:text
SELECT s.* FROM items CROSS JOIN LATERAL (SELECT qty FROM lines WHERE item = items.id) s
> items(id) lines(item qty)
= qty:int4
SELECT g, g + 1 AS h FROM generate_series(1, 3) g
>
= g:int4 h:int4
SELECT t.tag, t.n FROM items, unnest(tags) WITH ORDINALITY AS t(tag, n)
> items(tags)
= tag:text n:int8
SELECT key, value FROM items, jsonb_each(data)
> items(data)
= key:text value:jsonb
SELECT shout(1), x.y FROM rows_of(1) x
>
= shout:text y:text
SELECT p FROM pair()
>
= p:int4
SELECT r.a, r.c FROM ROWS FROM (rows_of(1), generate_series(1, 2)) AS r(a, b, c)
>
= a:int4 c:int4
SELECT name AS n, count(*) c FROM items GROUP BY n ORDER BY c
> items(name)
= n:text c:int8
SELECT id AS name FROM items ORDER BY name
> items(id)
= name:int8
SELECT DISTINCT ON (org) id FROM items ORDER BY org, at DESC
> items(at id org)
= id:int8
SELECT row_number() OVER (PARTITION BY org ORDER BY at), sum(price) OVER w AS s FROM items WINDOW w AS (ORDER BY
  d)
> items(at d org price)
= row_number:int8 s:numeric
SELECT sum(qty), max(note) m, avg(qty), array_agg(u), bool_or(ok), string_agg(note, ',') FROM lines
> lines(note ok qty u)
= sum:int8 m:text avg:numeric array_agg:uuid[] bool_or:bool string_agg:text
SELECT coalesce(name, 'x'), nullif(id, 0), greatest(id, org), CASE WHEN id > 1 THEN 'a' ELSE 'b' END FROM items
> items(id name org)
= coalesce:text nullif:int8 greatest:int8 case:text
SELECT (SELECT max(qty) FROM lines WHERE item = items.id), EXISTS (SELECT 1), ARRAY(SELECT id FROM lines) FROM
  items
> items(id) lines(id item qty)
= max:int4 exists:bool array:int8[]
SELECT items FROM items
> items(-)
= items
SELECT count(lines.*) FROM lines
> lines(-)
= count:int8
SELECT (items).id FROM items
> items(id)
= id
SELECT data->'x' a, data->>'y' b, tags[1] c, at::date, at + interval '1 day' e, at - at f, d + 1 g, d - d h,
  price * 2 i, id / 2 j, org + id k FROM items
> items(at d data id org price tags)
= a:jsonb b:text c:text at:date e:timestamptz f:interval g:date h:int4 i:numeric j:int8 k:int8
SELECT date_trunc('day', at), at AT TIME ZONE 'utc', now(), current_date, localtimestamp, current_user FROM
  items
> items(at)
= date_trunc:timestamptz timezone:timestamp now:timestamptz current_date:date localtimestamp:timestamp
= current_user:name
SELECT 'lit' a, NULL b, true c, 1.5 d, 3000000000 e, name || 1 AS f, ARRAY[1, 2] g, '{}'::jsonb, NOT ok AS h
  FROM items, lines
> items(name) lines(ok)
= a:text b:text c:bool d:numeric e:int8 f:text g:int4[] jsonb:jsonb h:bool
SELECT n.name FROM named n
> named(name)
= name
SELECT j.note FROM (items JOIN lines ON items.id = item) AS j(id, name, org, at, data, tags, price, d, line)
> items(id) lines(item note)
= note:varchar
SELECT nm FROM items AS x(id, nm)
> items(name)
= nm:text
SELECT id FROM items TABLESAMPLE system (1)
> items(id)
= id:int8
SELECT ctid FROM items
> items(-)
= ctid
SELECT name FROM items WHERE (id, name) IN (SELECT id, note FROM lines)
> items(id name) lines(id note)
= name:text
SELECT id FROM (SELECT id FROM items LIMIT 1) z UNION (SELECT item FROM lines ORDER BY qty LIMIT 1)
> items(id) lines(item qty)
= id:int8
"""


def cases() -> list[tuple[str, str, str]]:
    found: list[list[str]] = []
    for line in QUERIES.strip().splitlines():
        if line[0] not in " >=":
            found.append(["", "", ""])
        part = {">": 1, "=": 2}.get(line[0], 0)
        found[-1][part] = f"{found[-1][part]} {line.lstrip(' >=')}".strip()
    return [(sql, read, returned) for sql, read, returned in found]


CASES = cases()


def shown_reads(sql: str, db: Records = DB) -> str:
    """The relations with their columns: items(id name)."""
    found: dict[str, list[str]] = {}
    for name, column in sorted(reads(statement(sql), db)):
        found.setdefault(name.name, []).append(column)
    return " ".join(f"{name}({' '.join(columns)})" for name, columns in sorted(found.items()))


def shown_outputs(sql: str) -> str | None:
    outputs = output_types(statement(sql), DB)
    assert output_columns(statement(sql), DB) == (None if outputs is None else tuple(o.name for o in outputs))
    if outputs is None:
        return None
    return " ".join(f"{o.name}:{o.type.name}{'[]' * o.type.dimensions}" if o.type else o.name for o in outputs)


@pytest.mark.parametrize(("sql", "read", "returned"), CASES)
def test_queries(sql: str, read: str, returned: str) -> None:
    assert shown_reads(sql) == read
    assert shown_outputs(sql) == returned


DEPENDENCIES = """
SELECT DISTINCT c.relname::text, coalesce(a.attname::text, '')
  FROM pg_depend JOIN pg_rewrite r ON r.oid = objid AND classid = 'pg_rewrite'::regclass
  JOIN pg_class c ON c.oid = refobjid AND refclassid = 'pg_class'::regclass
  LEFT JOIN pg_attribute a ON a.attrelid = refobjid AND a.attnum = refobjsubid AND a.attnum > 0
 WHERE r.ev_class = 'v'::regclass  AND refobjid <> 'v'::regclass"""
COLUMNS = """
SELECT attname::text, CASE WHEN typelem <> 0 AND typlen = -1 THEN substr(typname, 2) || '[]' ELSE typname::text END
  FROM pg_attribute JOIN pg_type t ON t.oid = atttypid WHERE attrelid = 'v'::regclass AND attnum > 0 ORDER BY attnum"""


def test_servers_agree(servers: list[Server]) -> None:
    for server in servers:
        for sql, read, returned in CASES:
            view = f"CREATE VIEW v AS {sql}"
            rows = server.run(*CREATED, view, DEPENDENCIES)
            assert rows is not None, (server.major, sql)
            found: dict[str, set[str]] = {}
            for relation, column in rows:
                found.setdefault(str(relation), set()).add(str(column))
            shown = (f"{name}({' '.join(sorted(c - {''})) or NO_COLUMN})" for name, c in sorted(found.items()))
            assert " ".join(shown) == read, (server.major, sql)
            columns = server.run(*CREATED, view, COLUMNS) or []
            told = [
                word if ":" in word else f"{word}:{kind}"
                for word, (_, kind) in zip(returned.split(), columns, strict=True)
            ]
            assert [f"{name}:{kind}" for name, kind in columns] == told, (server.major, sql)


def test_columns_that_are_not_known() -> None:
    assert shown_reads("SELECT * FROM opened") == "opened( id)"
    assert shown_reads("SELECT hidden FROM opened") == "opened(hidden)"
    assert shown_reads("SELECT o.hidden, name FROM opened o, items") == "items(name) opened(hidden)"
    assert shown_reads("SELECT hidden FROM opened, nowhere") == "nowhere() opened()"
    assert shown_reads("SELECT s.nowhere.a FROM s.nowhere") == "nowhere(a)"
    assert output_columns(statement("SELECT * FROM opened"), DB) is None
    assert output_columns(statement("SELECT a.*, 1 AS x FROM unnamed a"), DB) is None
    assert output_columns(statement("SELECT id, count(*) FROM opened GROUP BY 1"), DB) == ("id", "count")
    assert output_columns(statement("SELECT 1, f(2)::int FROM opened"), DB) == ("?column?", "f")


def test_statements_that_write() -> None:
    assert shown_reads("INSERT INTO items (id) SELECT id FROM lines WHERE qty > 1") == "lines(id qty)"
    assert (
        shown_reads("UPDATE items SET name = l.note FROM lines l WHERE l.item = items.id")
        == "items(id) lines(item note)"
    )
    assert shown_reads("DELETE FROM items USING lines l WHERE l.item = items.id") == "items(id) lines(item)"
    assert shown_reads(
        "INSERT INTO items (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = excluded.name || org"
    ) == ("items(org)")
    merge = "MERGE INTO items i USING lines l ON l.item = i.id WHEN MATCHED THEN UPDATE SET name = l.note"
    assert shown_reads(merge) == "items(id) lines(item note)"
    assert output_columns(statement("INSERT INTO items (id) VALUES (1) RETURNING id, name AS n"), DB) == ("id", "n")
    moved = "WITH gone AS (DELETE FROM items RETURNING *) SELECT name FROM gone"
    assert shown_reads(moved) == "items(at d data id name org price tags)"
    assert shown_outputs(moved) == "name:text"


def test_any_expression_and_any_statement_may_be_asked() -> None:
    assert shown_reads("CALL f((SELECT max(id) FROM lines))") == "lines(id)"
    assert reads(b'{"A_Const":{}}', DB) == frozenset()
    assert output_columns(b'{"A_Const":{}}', DB) is None


def test_a_query_nested_too_deeply_reads_what_it_names() -> None:
    deep = "SELECT 1 FROM (" * 70 + "SELECT id FROM items" + ") s" * 70
    assert reads(statement(deep), DB) == {(Name("items", "public"), "")}
    assert output_columns(statement(deep), DB) is None


def test_a_join_of_hundreds_of_tables_is_no_trouble() -> None:
    joined = " ".join(f"JOIN lines l{i} ON l{i}.item = i.id" for i in range(150))
    assert shown_reads(f"SELECT i.name FROM items i {joined}") == "items(id name) lines(item)"
    longer = " ".join(f"JOIN lines l{i} ON l{i}.item = i.id" for i in range(400))
    assert {name.name for name, _ in reads(statement(f"SELECT i.name FROM items i {longer}"), DB)} == {"items", "lines"}
