"""What was observed on PostgreSQL 13 to 18."""

import pytest

from db_sage_lint.catalog.records import Table
from db_sage_lint.effects.versions import new_enum_value_usable, not_valid_key_refused
from db_sage_lint.operations import Name, PartitionBy

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
