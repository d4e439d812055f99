import random

import pytest
from asking import Server
from parsed import expression

from db_sage_lint.expressions import implies_not_null

PROVEN = [
    "a IS NOT NULL",
    "a NOTNULL",
    "r.a IS NOT NULL",
    "NOT (a IS NULL)",
    "NOT (NOT (a IS NOT NULL))",
    "a IS NOT NULL AND b > 0",
    "b > 0 AND (c OR NOT c) AND a IS NOT NULL",
    "(a IS NOT NULL AND b > 0) OR (a IS NOT NULL AND c)",
    "NOT (a IS NULL OR b IS NULL)",
    "a IS NOT NULL OR false",
    "a IS DISTINCT FROM NULL",
    "NULL IS DISTINCT FROM a",
    "NOT (a IS NOT DISTINCT FROM NULL)",
    "(a IS NULL) = false",
    "true = (a IS NOT NULL)",
    "(a IS NULL) <> true",
    "ROW(a, b) IS NOT NULL",
    "(a IS NOT NULL)::boolean",
    "CASE WHEN true THEN a IS NOT NULL END",
]
UNPROVEN = [
    "a > 0",
    "a = a",
    "b IS NOT NULL",
    "a IS NULL",
    "a IS NOT NULL OR b > 0",
    "NOT (a IS NOT NULL)",
    "(a IS NOT NULL) IS TRUE",
    "(a IS NOT NULL) IS NOT FALSE",
    "coalesce(a IS NOT NULL, false)",
    "coalesce(a, b) IS NOT NULL",
    "a::text IS NOT NULL",
    "(a + 1) IS NOT NULL",
    "a IS DISTINCT FROM NULL::int",
    "NOT (ROW(a, b) IS NULL)",
    "ROW(a, NULL) IS NOT NULL",
    "CASE WHEN a IS NOT NULL THEN true ELSE false END",
    "num_nulls(a) = 0",
    "a IN (1, 2)",
    "true",
    "false",
    "NOT (a IS NULL AND b IS NULL)",
]
NEVER_CLAIMED = ["a::int IS NOT NULL"]  # proof enough for a server, which knows that the cast does nothing


@pytest.mark.parametrize("sql", PROVEN)
def test_proven(sql: str) -> None:
    assert implies_not_null(expression(sql), "a")


@pytest.mark.parametrize("sql", UNPROVEN + NEVER_CLAIMED)
def test_unproven(sql: str) -> None:
    assert not implies_not_null(expression(sql), "a")


def test_deep_nesting_proves_nothing() -> None:
    deep = b'{"BoolExpr":{"boolop":"NOT_EXPR","args":[' * 3000 + expression("a IS NOT NULL") + b"]}}" * 3000
    assert not implies_not_null(deep, "a")


def proven(server: Server, sql: str) -> bool | None:
    """Whether the server takes the CHECK as proof; None where it isn't one."""
    created = f"CREATE TABLE r (a int, b int, c boolean, CHECK ({sql}))"
    if server.run(created, "ALTER TABLE r ALTER a SET NOT NULL") is None:
        return None
    return server.said("are sufficient to prove that it does not contain nulls")


def test_servers_agree(servers: list[Server]) -> None:
    for server in servers:
        for expected, conditions in ((True, PROVEN + NEVER_CLAIMED), (False, UNPROVEN)):
            for sql in conditions:
                assert proven(server, sql) is expected, (server.major, sql)


ATOMS = [
    "a IS NOT NULL", "a IS NULL", "b IS NULL", "a > 0", "c", "true", "false", "NULL", "(a, b) IS NOT NULL",
    "ROW(a, NULL) IS NOT NULL", "a IS DISTINCT FROM NULL", "a BETWEEN 1 AND 2", "a = ANY (ARRAY[1, 2])",
]  # fmt: skip
AROUND = [
    "(%s) IS TRUE", "(%s) = true", "(%s) = false", "(%s) <> false", "coalesce(%s, false)", "NOT (%s)",
    "CASE WHEN true THEN %s ELSE false END", "CASE WHEN %s THEN true ELSE false END", "(%s)::boolean",
]  # fmt: skip


def grown(chance: random.Random, depth: int) -> str:
    if depth == 0 or chance.random() < 0.25:
        return f"({chance.choice(ATOMS)})"
    if chance.random() < 0.35:
        return f"({chance.choice(AROUND) % grown(chance, depth - 1)})"
    word = chance.choice([" AND ", " OR "])
    return f"({word.join(grown(chance, depth - 1) for _ in range(chance.choice([2, 3])))})"


def test_nothing_is_claimed_that_a_server_does_not_prove(servers: list[Server]) -> None:
    chance = random.Random(18)
    conditions = [grown(chance, 3) for _ in range(60)]
    claimed = [sql for sql in conditions if implies_not_null(expression(sql), "a")]
    assert len(claimed) > 5
    for server in servers:
        for sql in conditions:
            assert proven(server, sql) in (None, sql in claimed), (server.major, sql)
