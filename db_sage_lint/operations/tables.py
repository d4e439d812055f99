"""Operations on tables and their columns."""

from typing import Literal

from msgspec import Struct

from db_sage_lint.operations.base import Expression, Name, Operation, RelationKind, Type

Persistence = Literal["permanent", "temporary", "unlogged"]

# The grammar's words for an integer column with a sequence of its own: manual, 8.1.4 Serial Types.
SERIAL = frozenset({"serial", "serial2", "serial4", "serial8", "smallserial", "bigserial"})


class ColumnSpec(Struct, frozen=True, kw_only=True):
    """A column as a statement defines it. `at` is its byte in the user's file.

    Constraints written beside it are operations of their own, except NOT NULL, which is a property of the column
    here (`not_null`; a primary key makes the catalog add it). `not_null_name` is that of CONSTRAINT … NOT NULL, which
    PostgreSQL keeps since 18.
    """

    name: str
    type: Type
    not_null: bool = False
    not_null_name: str = ""
    default: Expression | None = None
    generated: Literal["", "stored", "virtual"] = ""
    generation: Expression | None = None
    identity: Literal["", "always", "by default"] = ""
    collation: Name | None = None
    at: int = -1


class PartitionBy(Struct, frozen=True):
    """PARTITION BY: `keys` are column names, empty text for an expression."""

    strategy: Literal["range", "list", "hash"]
    keys: tuple[str, ...]
    expressions: tuple[Expression, ...] = ()


class Bound(Struct, frozen=True):
    """FOR VALUES … or DEFAULT of a partition. Each value is an expression; MINVALUE and MAXVALUE are such nodes too."""

    is_default: bool = False
    strategy: Literal["", "range", "list", "hash"] = ""
    values: tuple[Expression, ...] = ()
    lower: tuple[Expression, ...] = ()
    upper: tuple[Expression, ...] = ()
    modulus: int = 0
    remainder: int = 0


class Like(Struct, frozen=True):
    """LIKE table INCLUDING …: `options` holds what is included, in lower case (all, defaults, indexes, …)."""

    table: Name
    options: frozenset[str] = frozenset()


class CreateTable(Operation, frozen=True, kw_only=True):
    """CREATE TABLE, CREATE FOREIGN TABLE, CREATE TABLE AS and SELECT INTO.

    `query` is the SELECT of CREATE TABLE AS, `column_names` are the names in parentheses before it; `fills` says that
    it brings rows along.
    """

    table: Name
    columns: tuple[ColumnSpec, ...] = ()
    kind: RelationKind = "table"
    persistence: Persistence = "permanent"
    if_not_exists: bool = False
    partition_of: Name | None = None
    bound: Bound | None = None
    partition_by: PartitionBy | None = None
    inherits: tuple[Name, ...] = ()
    likes: tuple[Like, ...] = ()
    of_type: Name | None = None
    query: Expression | None = None
    column_names: tuple[str, ...] = ()
    fills: bool = False
    access_method: str = ""
    tablespace: str = ""
    options: tuple[tuple[str, str], ...] = ()


class OnTable(Operation, frozen=True, kw_only=True):
    """An operation on one relation that exists: mostly a subcommand of ALTER TABLE.

    `kind` is the kind the statement names (ALTER VIEW … is allowed to say TABLE); `only` is ONLY; `if_exists`
    is IF EXISTS of the relation.
    """

    table: Name
    kind: RelationKind = "table"
    only: bool = False
    if_exists: bool = False


class OnColumn(OnTable, frozen=True, kw_only=True):
    """An operation on one column of a table."""

    column: str


class AddColumn(OnTable, frozen=True, kw_only=True):
    column: ColumnSpec
    if_not_exists: bool = False


class DropColumn(OnColumn, frozen=True, kw_only=True):
    missing_ok: bool = False
    cascade: bool = False


class SetNotNull(OnColumn, frozen=True, kw_only=True):
    pass


class DropNotNull(OnColumn, frozen=True, kw_only=True):
    pass


class SetDefault(OnColumn, frozen=True, kw_only=True):
    default: Expression


class DropDefault(OnColumn, frozen=True, kw_only=True):
    pass


class SetType(OnColumn, frozen=True, kw_only=True):
    """ALTER COLUMN … TYPE. `using` is None where no USING stands."""

    type: Type
    using: Expression | None = None
    collation: Name | None = None


class AddIdentity(OnColumn, frozen=True, kw_only=True):
    identity: Literal["always", "by default"]


class SetIdentity(OnColumn, frozen=True, kw_only=True):
    """ALTER COLUMN … SET GENERATED …; empty where only sequence options change."""

    identity: Literal["", "always", "by default"] = ""


class DropIdentity(OnColumn, frozen=True, kw_only=True):
    missing_ok: bool = False


class SetExpression(OnColumn, frozen=True, kw_only=True):
    generation: Expression


class DropExpression(OnColumn, frozen=True, kw_only=True):
    missing_ok: bool = False


class SetColumnOption(OnColumn, frozen=True, kw_only=True):
    """SET STATISTICS, SET STORAGE, SET COMPRESSION, SET (n_distinct = …), OPTIONS (…)."""

    option: Literal["statistics", "storage", "compression", "attribute options", "fdw options"]


class SetStorageParameters(OnTable, frozen=True, kw_only=True):
    """SET (…) and RESET (…): `names` in lower case; `values` empty for RESET."""

    names: tuple[str, ...]
    values: tuple[str, ...] = ()


class SetLogged(OnTable, frozen=True, kw_only=True):
    logged: bool


class SetAccessMethod(OnTable, frozen=True, kw_only=True):
    """`method` is empty for DEFAULT."""

    method: str


class SetTablespace(OnTable, frozen=True, kw_only=True):
    tablespace: str


class MoveAllToTablespace(Operation, frozen=True, kw_only=True):
    """ALTER TABLE | INDEX | MATERIALIZED VIEW ALL IN TABLESPACE … SET TABLESPACE …"""

    kind: RelationKind
    old: str
    new: str


class ClusterOn(OnTable, frozen=True, kw_only=True):
    """CLUSTER ON index, or SET WITHOUT CLUSTER where `index` is empty: marks only."""

    index: str


class SetInherit(OnTable, frozen=True, kw_only=True):
    """INHERIT parent, or NO INHERIT where `attached` is false."""

    parent: Name
    attached: bool


class AttachPartition(OnTable, frozen=True, kw_only=True):
    """ATTACH PARTITION: `table` is the parent (also of an index: `kind` says so)."""

    partition: Name
    bound: Bound | None = None


class DetachPartition(OnTable, frozen=True, kw_only=True):
    partition: Name
    concurrently: bool = False
    finalize: bool = False


class SetRowSecurity(OnTable, frozen=True, kw_only=True):
    change: Literal["enable", "disable", "force", "no force"]


class SetReplicaIdentity(OnTable, frozen=True, kw_only=True):
    identity: Literal["default", "full", "nothing", "index"]
    index: str = ""


class SetOwner(OnTable, frozen=True, kw_only=True):
    owner: str


class SetOfType(OnTable, frozen=True, kw_only=True):
    """OF type, or NOT OF where `type` is None."""

    type: Name | None = None


class SetTableOption(OnTable, frozen=True, kw_only=True):
    """The remaining subcommands, which need a lock and change nothing that is modelled; `subcommand` is the node's."""

    subcommand: str


class DropTable(OnTable, frozen=True, kw_only=True):
    """DROP TABLE and DROP FOREIGN TABLE, one operation a name; `together` holds every name of the statement."""

    cascade: bool = False
    together: tuple[Name, ...] = ()


class Truncate(OnTable, frozen=True, kw_only=True):
    """TRUNCATE, one operation a table; `together` holds every table of the statement."""

    cascade: bool = False
    restart_identity: bool = False
    together: tuple[Name, ...] = ()


class LockTable(OnTable, frozen=True, kw_only=True):
    """LOCK TABLE; `mode` is the lock's name as in pg_locks without "Lock" and in words: "ACCESS EXCLUSIVE"."""

    mode: str
    nowait: bool = False


class RenameTable(OnTable, frozen=True, kw_only=True):
    new_name: str


class RenameColumn(OnColumn, frozen=True, kw_only=True):
    new_name: str


class Cluster(Operation, frozen=True, kw_only=True):
    """CLUSTER of a table, or of everything marked where `table` is None."""

    table: Name | None = None
    index: str = ""


class Vacuum(Operation, frozen=True, kw_only=True):
    """VACUUM of one table, or of the whole database where `table` is None."""

    table: Name | None = None
    full: bool = False
    analyze: bool = False


class Analyze(Operation, frozen=True, kw_only=True):
    table: Name | None = None
