"""What PostgreSQL refuses inside a transaction block, told from the operation alone.

Source: PreventInTransactionBlock's callers in src/backend (indexcmds.c, tablecmds.c, vacuum.c, cluster.c, dbcommands.c,
tablespace.c, subscriptioncmds.c, utility.c).
"""

from collections.abc import Callable
from typing import Any

from db_sage_lint.filed import Filed
from db_sage_lint.operations import (
    Cluster,
    CreateIndex,
    CreateSubscription,
    DetachPartition,
    DropIndex,
    DropObject,
    Operation,
    Reindex,
    ServerWide,
    Vacuum,
)

refuses: Filed[Callable[[Any], bool]] = Filed()


def refused_in_block(op: Operation) -> bool:
    """Whether the server refuses the operation while a transaction block is open, whatever it is applied to."""
    filed = refuses[type(op)]
    return bool(filed) and any(function(op) for function in filed)


def is_concurrent(op: Operation) -> bool:
    """Whether it is one of the CONCURRENTLY forms that commit on their own."""
    return isinstance(op, CreateIndex | DropIndex | Reindex | DetachPartition) and op.concurrently


@refuses
def concurrent(op: CreateIndex | DropIndex | DetachPartition) -> bool:
    return op.concurrently


@refuses
def reindex(op: Reindex) -> bool:
    return op.concurrently or op.kind in {"schema", "database", "system"}


@refuses
def vacuum(_: Vacuum) -> bool:
    return True


@refuses
def cluster_everything(op: Cluster) -> bool:
    return op.table is None


@refuses
def server_wide(op: ServerWide) -> bool:
    return not op.transactional


@refuses
def subscription(op: CreateSubscription) -> bool:
    return op.creates_slot


@refuses
def drop_cluster_object(op: DropObject) -> bool:
    return op.kind in {"database", "tablespace"}
