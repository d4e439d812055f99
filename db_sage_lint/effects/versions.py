"""What the server knows or refuses in some versions.

Measured on PostgreSQL 13 to 18.
"""

from db_sage_lint.catalog.records import Table
from db_sage_lint.operations import Cluster, Operation, Reindex


def new_enum_value_usable(pg: int, *, type_is_new: bool) -> bool:
    """Whether a value may be used in the transaction that adds it; `type_is_new` says that it made the type as well.

    Source: check_safe_enum_use in enum.c, EnumTypeUncommitted in pg_enum.c (17).
    """
    return type_is_new and pg >= 17


def not_valid_key_refused(pg: int, referencing: Table | None) -> bool:
    """Whether ADD FOREIGN KEY … NOT VALID is refused for the referencing table.

    Source: ATAddForeignKeyConstraint in tablecmds.c.
    """
    return pg < 18 and referencing is not None and referencing.partition_by is not None


def commits_by_partition(pg: int, op: Operation) -> bool:
    """Whether the operation, on a partitioned table, commits after each partition: REINDEX from 14 on, CLUSTER from 15.

    Source: ReindexPartitions in indexcmds.c, cluster in cluster.c.
    """
    return (isinstance(op, Reindex) and pg >= 14) or (isinstance(op, Cluster) and pg >= 15)


def key_triggers_follow(pg: int) -> bool:
    """Whether DISABLE TRIGGER ALL reaches the triggers of foreign keys in partitions.

    Source: EnableDisableTrigger in trigger.c, which goes by tgparentid (15).
    """
    return pg >= 15


def knows_security_invoker(pg: int) -> bool:
    """Whether views have the option security_invoker. Source: manual, CREATE VIEW (15)."""
    return pg >= 15
