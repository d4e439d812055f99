"""Expected answers are what ADD COLUMN … DEFAULT does on PostgreSQL 13 to 18: a volatile default rewrites the table."""

import pytest
from asking import Server
from parsed import Records, expression, function

from db_sage_lint.expressions import volatility
from db_sage_lint.operations import Argument, Type

NUMBER = Argument("a", Type("int4"))
RANDOM = "(random() * 3)::int"

# Functions as (name, body, facts); those without a language are SQL and declared VOLATILE.
FUNCTIONS: list[tuple[str, str, dict[str, object]]] = [
    ("constant", "SELECT 42", {}),
    ("stable_body", "SELECT extract(epoch FROM now())::int", {}),
    ("volatile_body", f"SELECT {RANDOM}", {}),
    ("calls_constant", "SELECT constant()", {}),
    ("calls_volatile", "SELECT volatile_body()", {}),
    ("said_immutable", "SELECT extract(epoch FROM now())::int", {"volatility": "immutable"}),
    ("said_stable", "SELECT 42", {"volatility": "stable"}),
    ("once", "SELECT a + 1", {"arguments": [NUMBER]}),
    ("twice", "SELECT a + $1", {"arguments": [NUMBER]}),
    ("never", "SELECT 1", {"arguments": [NUMBER]}),
    ("strict_never", "SELECT 1", {"arguments": [NUMBER], "strict": True}),
    ("strict_once", "SELECT a + 1", {"arguments": [NUMBER], "strict": True}),
    ("strict_loose", "SELECT coalesce(a, 1)", {"arguments": [NUMBER], "strict": True}),
    ("strict_without", "SELECT 1", {"strict": True}),
    ("definer", "SELECT 1", {"security_definer": True}),
    ("with_setting", "SELECT 1", {"settings": {"search_path": "public"}}),
    ("from_table", "SELECT 1 FROM pg_class LIMIT 1", {}),
    ("limited", "SELECT 1 LIMIT 1", {}),
    ("filtered", "SELECT 1 WHERE true", {}),
    ("two_statements", "SELECT 1; SELECT 2", {}),
    ("commented", "SELECT 1 -- one\n;", {}),
    ("sub_selected", "SELECT (SELECT 1)", {}),
    ("aggregated", "SELECT count(*)::int", {}),
    ("ordered", "SELECT 1 ORDER BY 1", {}),
    ("values_body", "VALUES (1)", {}),
    ("united", "SELECT 1 UNION SELECT 2", {}),
    ("set_returning", "SELECT generate_series(1, 2)", {}),
    ("procedural", "BEGIN RETURN 1; END", {"language": "plpgsql"}),
    ("procedural_stable", "BEGIN RETURN 1; END", {"language": "plpgsql", "volatility": "stable"}),
]
DEFAULTED = function("defaulted", "SELECT a", [Argument("a", Type("int4"), default=expression(RANDOM))], language="sql")
OVERLOADS = (
    function("overloaded", "BEGIN RETURN 1; END", [Argument("", Type("int4"))], language="plpgsql"),
    function(
        "overloaded", "BEGIN RETURN 1; END", [Argument("", Type("text"))], language="plpgsql", volatility="immutable"
    ),
)
DB = Records(
    *(function(name, body, **{"language": "sql", **facts}) for name, body, facts in FUNCTIONS), DEFAULTED, *OVERLOADS
)

IMMUTABLE = [
    ("int", "constant()"),
    ("int", "calls_constant()"),
    ("int", "said_immutable()"),
    ("int", "said_stable()"),
    ("int", "once(1)"),
    ("int", "twice(1)"),
    ("int", f"never({RANDOM})"),
    ("int", "strict_once(1)"),
    ("int", "strict_without()"),
    ("int", "commented()"),
    ("int", "defaulted(1)"),
    ("int", "overloaded('a')"),
    ("int", f"coalesce(1, {RANDOM})"),
    ("int", "coalesce(NULL, 1, procedural())"),
    ("int", "CASE WHEN 1 = 2 THEN procedural() WHEN true THEN 3 ELSE procedural() END"),
    ("int", "CASE 1 WHEN 2 THEN procedural() ELSE 3 END"),
    ("int", "'1'::int + 1"),
    ("boolean", "true OR random() > 0.5"),
    ("boolean", "false AND random() > 0.5"),
    ("text", "md5('x')"),
    ("text", "upper('a') || 1"),
    ("jsonb", "'{}'"),
    ("int[]", "ARRAY[1, 2]"),
    ("text", "uuid_generate_v5(uuid_ns_dns(), 'x')::text"),
]
STABLE = [
    ("int", "stable_body()"),
    ("int", "procedural_stable()"),
    ("timestamptz", "now()"),
    ("timestamptz", "current_timestamp"),
    ("timestamptz", "statement_timestamp() + interval '1 day'"),
    ("timestamptz", "(now() AT TIME ZONE 'utc')"),
    ("timestamptz", "date_trunc('day', now())"),
    ("text", "current_user"),
    ("text", "current_setting('a.b', true)"),
    ("text", "to_char(now(), 'YYYY')"),
    ("text", "now()::text"),
    ("jsonb", "jsonb_build_object('a', 1)"),
]
VOLATILE = [
    ("int", "volatile_body()"),
    ("int", "calls_volatile()"),
    ("int", f"once({RANDOM})"),
    ("int", f"twice({RANDOM})"),
    ("int", f"twice(a => {RANDOM})"),
    ("int", "strict_never(1)"),
    ("int", "strict_loose(1)"),
    ("int", "definer()"),
    ("int", "with_setting()"),
    ("int", "from_table()"),
    ("int", "limited()"),
    ("int", "filtered()"),
    ("int", "two_statements()"),
    ("int", "sub_selected()"),
    ("int", "aggregated()"),
    ("int", "ordered()"),
    ("int", "values_body()"),
    ("int", "united()"),
    ("int", "set_returning()"),
    ("int", "defaulted()"),
    ("int", "procedural()"),
    ("int", "overloaded(1)"),
    ("int", f"coalesce(NULL, {RANDOM})"),
    ("int", "nullif(1, procedural())"),
    ("int", "nextval('s')::int"),
    ("boolean", "true AND random() > 0.5"),
    ("boolean", "NOT (random() > 2)"),
    ("boolean", "random() IS NULL"),
    ("timestamptz", "clock_timestamp()"),
    ("timestamptz", "date_trunc('day', clock_timestamp())"),
    ("uuid", "gen_random_uuid()"),
    ("text", "md5(random()::text)"),
    ("text", "set_config('a.b', 'c', false)"),
    ("int[]", "ARRAY[procedural()]"),
    ("uuid", "uuid_generate_v4()"),
    ("text", "encode(gen_random_bytes(8), 'hex')"),
]


@pytest.mark.parametrize("sql", [sql for _, sql in IMMUTABLE])
def test_immutable_defaults(sql: str) -> None:
    found = volatility(expression(sql), DB)
    assert found in (("immutable", "stable") if "said_stable" in sql else ("immutable",))


@pytest.mark.parametrize("sql", [sql for _, sql in STABLE])
def test_stable_defaults(sql: str) -> None:
    assert volatility(expression(sql), DB) == "stable"


@pytest.mark.parametrize("sql", [sql for _, sql in VOLATILE])
def test_volatile_defaults(sql: str) -> None:
    assert volatility(expression(sql), DB) == "volatile"


def test_a_function_that_no_file_made_is_unknown() -> None:
    assert volatility(expression("made_elsewhere()"), DB) == "unknown"
    assert volatility(expression("made_elsewhere() || now()"), DB) == "unknown"
    assert volatility(expression("made_elsewhere() || random()"), DB) == "volatile"
    assert volatility(expression("public.now()"), DB) == "unknown"


def test_a_function_that_calls_itself_is_not_inlined() -> None:
    db = Records(function("again", "SELECT again()", language="sql"))
    assert volatility(expression("again()"), db) == "volatile"


def test_bodies_that_are_trees() -> None:
    returned = b'{"ReturnStmt":{"returnval":%b}}' % expression("1 + 1")
    atomic = b'{"List":{"items":[{"List":{"items":[{"SelectStmt":{"targetList":[{"ResTarget":{"val":%b}}]}}]}}]}}'
    db = Records(
        function("returned", sql_body=returned),
        function("atomic", sql_body=atomic % expression("now()")),
    )
    assert volatility(expression("returned()"), db) == "immutable"
    assert volatility(expression("atomic()"), db) == "stable"


def test_a_sub_select_is_at_least_stable() -> None:
    assert volatility(expression("(SELECT 1)"), DB) == "stable"
    assert volatility(expression("(SELECT random())"), DB) == "volatile"


def created(name: str, body: str, facts: dict[str, object]) -> str:
    arguments = ", ".join(f"{a.name} int" for a in facts.get("arguments", []))
    words = [
        f"LANGUAGE {facts.get('language', 'sql')}",
        str(facts.get("volatility", "")),
        "STRICT" if facts.get("strict") else "",
        "SECURITY DEFINER" if facts.get("security_definer") else "",
        "SET search_path = public" if facts.get("settings") else "",
    ]
    return f"CREATE FUNCTION {name}({arguments}) RETURNS int {' '.join(words)} AS $$ {body} $$"


def setup() -> list[str]:
    return [
        "SET LOCAL check_function_bodies = off",
        'CREATE EXTENSION IF NOT EXISTS "uuid-ossp"; CREATE EXTENSION IF NOT EXISTS pgcrypto',
        "CREATE SEQUENCE s; CREATE TABLE r (id int); INSERT INTO r VALUES (1)",
        *(created(*made) for made in FUNCTIONS),
        f"CREATE FUNCTION defaulted(a int DEFAULT {RANDOM}) RETURNS int LANGUAGE sql AS 'SELECT a'",
        "CREATE FUNCTION overloaded(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'",
        "CREATE FUNCTION overloaded(text) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'",
    ]


def test_servers_rewrite_for_volatile_defaults_and_no_others(servers_with_extensions: list[Server]) -> None:
    for server in servers_with_extensions:
        for cases, rewrites in ((IMMUTABLE + STABLE, False), (VOLATILE, True)):
            for kind, sql in cases:
                file = "SELECT pg_relation_filenode('r')"
                before = f"CREATE TABLE before AS {file}"
                added = f"ALTER TABLE r ADD COLUMN c {kind} DEFAULT ({sql})"
                compared = f"SELECT pg_relation_filenode <> ({file}) FROM before"
                assert server.run(*setup(), before, added, compared) == [(rewrites,)], (server.major, sql)
