import json
import random

import pytest
from asking import Server
from parsed import expression, statement

from db_sage_lint.expressions import bound_implied
from db_sage_lint.operations import Bound, PartitionBy, Type

# The key's types, the bound, the CHECKs; and whether the columns are NOT NULL.
Case = tuple[str, str, list[str], bool]

IMPLIED: list[Case] = [
    ("int4", "FROM (1) TO (10)", ["a >= 1 AND a < 10"], True),
    ("int4", "FROM (1) TO (10)", ["a >= 1", "10 > a"], True),
    ("int4", "FROM (1) TO (10)", ["a >= 1 AND a < 10 AND a IS NOT NULL"], False),
    ("int4", "FROM (1) TO (10)", ["a BETWEEN 2 AND 9"], True),
    ("int4", "FROM (1) TO (10)", ["a IN (1, 5, 9)"], True),
    ("int4", "FROM (1) TO (10)", ["NOT (a < 1 OR a >= 10)"], True),
    ("int4", "FROM (1) TO (10)", ["(a > 0 + 1 AND a < 5) OR a = 7"], True),
    ("int8", "FROM (1) TO (MAXVALUE)", ["a >= 1::int"], True),
    ("int4", "FROM (MINVALUE) TO (10)", ["a < 10"], True),
    ("date", "FROM ('2024-01-01') TO ('2024-02-01')", ["a >= date '2024-01-01' AND a < date '2024-02-01'"], True),
    ("date", "FROM ('2024-01-01') TO ('2024-02-01')", ["a >= '2024-01-15' AND a < '2024-01-20'"], True),
    ("timestamp", "FROM ('2024-01-01') TO ('2024-02-01')", ["a >= '2024-01-01 00:00:00' AND a < '2024-02-01'"], True),
    ("timestamp", "FROM ('2024-01-01') TO ('2024-02-01')", ["a >= date '2024-01-01' AND a < date '2024-02-01'"], True),
    ("timestamptz", "FROM ('2024-01-01') TO ('2024-02-01')", ["a >= '2024-01-01' AND a < '2024-02-01'"], True),
    ("text", "IN ('x')", ["a = 'x'"], True),
    ("text", "IN ('x', 'y')", ["a IN ('y', 'x')"], True),
    ("text", "IN ('x', 'y')", ["a = ANY (ARRAY['x', 'y'])"], True),
    ("text", "IN ('x', NULL)", ["a = 'x'"], False),
    ("text", "IN (NULL)", ["a IS NULL"], False),
    ("varchar", "IN ('x')", ["a = 'x'::text"], True),
    ("numeric", "FROM (1.5) TO (2)", ["a >= 1.50 AND a < 2.0"], True),
    ("uuid", "FROM ('00000000-0000-0000-0000-000000000000') TO ('80000000-0000-0000-0000-000000000000')",
     ["a < '70000000-0000-0000-0000-000000000000' AND a >= '00000000-0000-0000-0000-000000000000'"], True),
    ("int4,int4", "FROM (1, 2) TO (1, 5)", ["a = 1 AND b >= 2 AND b < 5"], True),
    ("int4,int4", "FROM (1, 2) TO (3, 5)", ["a > 1 OR (a = 1 AND b >= 2)", "a < 3 OR (a = 3 AND b < 5)"], True),
    ("int4,int4", "FROM (1, MINVALUE) TO (3, MAXVALUE)", ["a BETWEEN 1 AND 3"], True),
]  # fmt: skip
NOT_IMPLIED: list[Case] = [
    ("int4", "FROM (1) TO (10)", ["a >= 1 AND a < 10"], False),
    ("int4", "FROM (1) TO (10)", ["a >= 1"], True),
    ("int4", "FROM (1) TO (10)", ["a >= 0 AND a < 10"], True),
    ("int4", "FROM (1) TO (10)", ["a >= 1 AND a <= 10"], True),
    ("int4", "FROM (1) TO (10)", ["a >= 1 OR a < 10"], True),
    ("int4", "FROM (1) TO (10)", ["a + 0 >= 1 AND a < 10"], True),
    ("int4", "FROM (1) TO (10)", ["a::int8 >= 1 AND a < 10"], True),
    ("int4", "FROM (1) TO (10)", [], True),
    ("timestamptz", "FROM ('2024-01-01') TO ('2024-02-01')",
     ["a >= date '2024-01-01' AND a < date '2024-02-01'"], True),
    ("timestamptz", "FROM ('2024-01-01') TO ('2024-02-01')",
     ["a >= timestamp '2024-01-01' AND a < timestamp '2024-02-01'"], True),
    ("text", "IN ('x', 'y')", ["a IN ('x', 'z')"], True),
    ("text", "IN ('x')", ["a = 'x'"], False),
    ("text", "IN ('x')", ["a LIKE 'x'"], True),
    ("int4,int4", "FROM (1, 2) TO (1, 5)", ["a = 1 AND b >= 2"], True),
    ("int4,int4", "FROM (1, 2) TO (3, 5)", ["a >= 1 AND b >= 2 AND a < 3"], True),
]  # fmt: skip


def parsed_bound(sql: str) -> Bound:
    spec = json.loads(statement(f"CREATE TABLE q PARTITION OF p FOR VALUES {sql}"))["CreateStmt"]["partbound"]
    ends = {
        key: tuple(json.dumps(value).encode() for value in spec.get(field, []))
        for key, field in (("values", "listdatums"), ("lower", "lowerdatums"), ("upper", "upperdatums"))
    }
    return Bound(strategy="list" if spec["strategy"] == "l" else "range", **ends)


def answered(case: Case, *, typed: bool = True) -> bool:
    types, bound_sql, checks, not_null = case
    columns = dict(zip("ab", map(Type, types.split(",")), strict=False))
    bound = parsed_bound(bound_sql)
    key = PartitionBy(bound.strategy or "range", tuple(columns))
    known = set(columns) if not_null else set()
    return bound_implied(map(expression, checks), key, bound, known, columns if typed else None)


@pytest.mark.parametrize("case", IMPLIED)
def test_implied(case: Case) -> None:
    assert answered(case)


@pytest.mark.parametrize("case", NOT_IMPLIED)
def test_not_implied(case: Case) -> None:
    assert not answered(case)


def test_without_types_casts_prove_nothing() -> None:
    assert not answered(IMPLIED[9], typed=False)
    assert answered(IMPLIED[10], typed=False)
    assert answered(IMPLIED[0], typed=False)


def test_other_bounds_are_not_judged() -> None:
    check = [expression("a = 1")]
    assert not bound_implied(check, PartitionBy("hash", ("a",)), Bound(strategy="hash", modulus=2), {"a"})
    assert not bound_implied(check, PartitionBy("list", ("a",)), Bound(is_default=True), {"a"})
    of_expression = PartitionBy("range", ("",), (expression("lower(a)"),))
    assert not bound_implied(check, of_expression, parsed_bound("FROM (1) TO (2)"), {"a"})
    assert not bound_implied(check, PartitionBy("list", ("a",)), parsed_bound("IN (f())"), {"a"})


def implied_for(server: Server, case: Case) -> bool | None:
    types, bound, checks, not_null = case
    columns = list(zip("ab", types.split(","), strict=False))
    key = ", ".join(name for name, _ in columns)
    strategy = "LIST" if bound.startswith("IN") else "RANGE"
    parent = ", ".join(f"{name} {kind}" for name, kind in columns)
    child = ", ".join(f"{name} {kind}{' NOT NULL' if not_null else ''}" for name, kind in columns)
    constraints = "".join(f", CHECK ({check})" for check in checks)
    attached = server.run(
        f"CREATE TABLE p ({parent}) PARTITION BY {strategy} ({key})",
        f"CREATE TABLE q ({child}{constraints})",
        f"ALTER TABLE p ATTACH PARTITION q FOR VALUES {bound}",
    )
    return None if attached is None else server.said("is implied by existing constraints")


def test_servers_agree(servers: list[Server]) -> None:
    for server in servers:
        for expected, cases in ((True, IMPLIED), (False, NOT_IMPLIED)):
            for case in cases:
                assert implied_for(server, case) is expected, (server.major, case)


def grown(chance: random.Random, depth: int) -> str:
    if depth and chance.random() < 0.6:
        word = chance.choice([" AND ", " OR "])
        return f"({grown(chance, depth - 1)}{word}{grown(chance, depth - 1)})"
    operator = chance.choice([">=", "<", "=", ">", "<=", "<>"])
    return f"{chance.choice(['', 'NOT '])}({chance.choice('ab')} {operator} {chance.randint(1, 3)})"


def test_nothing_is_claimed_that_a_server_does_not_prove(servers: list[Server]) -> None:
    chance = random.Random(18)
    ends = ["1, 1", "1, 2", "2, 1", "2, 3", "3, 3", "3, MAXVALUE", "2, MINVALUE"]
    cases: list[Case] = []
    for _ in range(120):
        bound = f"FROM ({chance.choice(ends)}) TO ({chance.choice(ends)})"
        cases.append(("int4,int4", bound, [grown(chance, 2), grown(chance, 2)], True))
    assert sum(map(answered, cases)) > 3
    for server in servers:
        for case in cases:
            assert implied_for(server, case) in (None, answered(case)), (server.major, case)
