"""What was observed on PostgreSQL 13 to 18."""

import pytest

from db_sage_lint.catalog.records import Table
from db_sage_lint.effects.versions import (
    commits_by_partition,
    knows_security_invoker,
    new_enum_value_usable,
    not_valid_key_refused,
)
from db_sage_lint.operations import Cluster, Name, PartitionBy, Reindex, Truncate

PLAIN = Table(name=Name("orders", "public"))
PARTITIONED = Table(name=Name("events", "public"), partition_by=PartitionBy("range", ("at",)))


@pytest.mark.parametrize("pg", range(13, 19))
def test_new_enum_value(pg: int) -> None:
    """ALTER TYPE e ADD VALUE 'b'; SELECT 'b'::e: refused (55P04), but on 17 and 18 with CREATE TYPE e before it."""
    assert not new_enum_value_usable(pg, type_is_new=False)
    assert new_enum_value_usable(pg, type_is_new=True) is (pg in {17, 18})


@pytest.mark.parametrize("pg", range(13, 19))
def test_not_valid_key(pg: int) -> None:
    """ALTER TABLE events ADD FOREIGN KEY (c) REFERENCES r NOT VALID: refused (42809) on 13 to 17 where events is
    partitioned."""
    assert not_valid_key_refused(pg, PARTITIONED) is (pg < 18)
    assert not not_valid_key_refused(pg, PLAIN)
    assert not not_valid_key_refused(pg, None)


@pytest.mark.parametrize("pg", range(13, 19))
def test_commits_by_partition(pg: int) -> None:
    """BEGIN; REINDEX TABLE events; and BEGIN; CLUSTER events USING i: refused (25001) from 14 and from 15 on."""
    assert commits_by_partition(pg, Reindex(kind="table", name=Name("events"))) is (pg >= 14)
    assert commits_by_partition(pg, Cluster(table=Name("events"))) is (pg >= 15)
    assert not commits_by_partition(pg, Truncate(table=Name("events")))


@pytest.mark.parametrize("pg", range(13, 19))
def test_security_invoker(pg: int) -> None:
    """CREATE VIEW v WITH (security_invoker = true) AS SELECT 1: refused (22023) on 13 and 14."""
    assert knows_security_invoker(pg) is (pg not in {13, 14})
