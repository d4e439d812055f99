"""What the catalog holds: one immutable record for each object, replaced as a whole when it changes.

`made` is the statement that created the object, None where no file did (then only what later statements told is
known). Names are resolved: their schema is never empty.
"""

from typing import Literal

from msgspec import Struct

from db_sage_lint.operations import (
    Argument,
    Attribute,
    Bound,
    Expression,
    IndexKey,
    Name,
    PartitionBy,
    Persistence,
    Type,
)
from db_sage_lint.script import Origin

# The type of a column that is known by name only.
UNKNOWN_TYPE = Type("")


class Column(Struct, frozen=True, kw_only=True):
    """`type` is resolved as far as known: serial types are their integer type, with `sequence` set. One of the user's
    types has its schema, a built-in or unknown one has none; UNKNOWN_TYPE where nothing was told.

    `not_null_made` is the statement that made it NOT NULL, `not_null_name` the constraint's name from 18 on, where that
    isn't told by the table's and the column's (they were renamed); `changed` the last one that changed it, `copied` the
    last UPDATE that put its values into another column of the table. `inherited` says that a parent has it too, `local`
    that the table has it also by itself, so that it stays when the parent's goes.
    """

    name: str
    type: Type
    not_null: bool = False
    default: Expression | None = None
    generated: Literal["", "stored", "virtual"] = ""
    generation: Expression | None = None
    identity: Literal["", "always", "by default"] = ""
    collation: Name | None = None
    sequence: Name | None = None
    made: Origin | None = None
    changed: Origin | None = None
    not_null_made: Origin | None = None
    not_null_name: str = ""
    copied: Origin | None = None
    inherited: bool = False
    local: bool = True


ConstraintKind = Literal["check", "foreign key", "unique", "primary key", "exclude", "not null"]


class Constraint(Struct, frozen=True, kw_only=True):
    """A table's constraint. `columns` are those it is about (for CHECK: those that its expression reads).

    `index` is the index that enforces it. `validated` is the statement that made it valid, where a later one did.
    `to_key` says that a foreign key names no columns of the other table, and so means its primary key. `at` is the byte
    where `made` writes it, -1 for its start. `inherited` and `local` as for a column.
    """

    name: str
    kind: ConstraintKind
    columns: tuple[str, ...] = ()
    expression: Expression | None = None
    valid: bool = True
    enforced: bool = True
    deferrable: bool = False
    initially_deferred: bool = False
    no_inherit: bool = False
    referenced: Name | None = None
    referenced_columns: tuple[str, ...] = ()
    on_delete: str = "no action"
    on_update: str = "no action"
    match: Literal["simple", "full"] = "simple"
    to_key: bool = False
    index: Name | None = None
    made: Origin | None = None
    at: int = -1
    validated: Origin | None = None
    inherited: bool = False
    local: bool = True


class Trigger(Struct, frozen=True, kw_only=True):
    """`inherited` says that it was cloned from the partitioned table above."""

    name: str
    function: Name
    timing: Literal["before", "after", "instead of"] = "after"
    events: frozenset[str] = frozenset()
    columns: tuple[str, ...] = ()
    when: Expression | None = None
    for_each_row: bool = False
    constraint: bool = False
    initially_deferred: bool = False
    enabled: bool = True
    inherited: bool = False
    made: Origin | None = None


class Policy(Struct, frozen=True, kw_only=True):
    name: str
    permissive: bool = True
    command: Literal["all", "select", "insert", "update", "delete"] = "all"
    roles: tuple[str, ...] = ("public",)
    using: Expression | None = None
    check: Expression | None = None
    made: Origin | None = None
    changed: Origin | None = None


class RewriteRule(Struct, frozen=True, kw_only=True):
    """A rule of a table or view (CREATE RULE): `actions` and `condition` name the row by NEW and OLD."""

    name: str
    actions: tuple[Expression, ...] = ()
    condition: Expression | None = None
    made: Origin | None = None


class Table(Struct, frozen=True, kw_only=True):
    """An ordinary, partitioned or foreign table.

    `closed` says that every column, constraint and index of it is known: its CREATE was read and nothing unread can
    have changed it. `parents` are the partitioned table or the inheritance parents, `children` the partitions or
    heirs. `filled` is the first statement since `made` that may have put rows into it. `emptied` is the last one that
    deleted all rows, `truncated` the last that left no trace of them either, as long as nothing has put rows in since.
    `row_security_changed` is the last statement that switched row security. A table of the same name that was dropped
    before stands in the catalog's `gone`.
    """

    name: Name
    kind: Literal["table", "foreign table"] = "table"
    columns: dict[str, Column] = {}
    constraints: dict[str, Constraint] = {}
    indexes: tuple[Name, ...] = ()
    triggers: dict[str, Trigger] = {}
    policies: dict[str, Policy] = {}
    rules: dict[str, RewriteRule] = {}
    row_security: bool = False
    forced: bool = False
    row_security_changed: Origin | None = None
    persistence: Persistence = "permanent"
    partition_by: PartitionBy | None = None
    bound: Bound | None = None
    parents: tuple[Name, ...] = ()
    children: tuple[Name, ...] = ()
    access_method: str = "heap"
    tablespace: str = ""
    replica_identity: Literal["default", "full", "nothing", "index"] = "default"
    owner: str = ""
    comment: str = ""
    of_type: Name | None = None
    closed: bool = False
    made: Origin | None = None
    changed: Origin | None = None
    filled: Origin | None = None
    emptied: Origin | None = None
    truncated: Origin | None = None


class Index(Struct, frozen=True, kw_only=True):
    """`constraint` names the table's constraint that owns it. `valid` is false for ON ONLY indexes of a partitioned
    table that are not complete. `parent` is the partitioned index it is attached to.
    """

    name: Name
    table: Name
    keys: tuple[IndexKey, ...] = ()
    method: str = "btree"
    unique: bool = False
    include: tuple[str, ...] = ()
    predicate: Expression | None = None
    nulls_not_distinct: bool = False
    valid: bool = True
    constraint: str = ""
    concurrently: bool = False
    parent: Name | None = None
    made: Origin | None = None


class View(Struct, frozen=True, kw_only=True):
    """A view or materialized view. `columns` are its output names, empty where they could not be told.

    `reads` are the relations it reads, with the columns read where they could be told ("" for all or unknown, "-"
    where only rows matter).
    `populated` is false for a materialized view created WITH NO DATA and not refreshed since.
    """

    name: Name
    materialized: bool = False
    query: Expression | None = None
    columns: tuple[str, ...] = ()
    reads: frozenset[tuple[Name, str]] = frozenset()
    functions: frozenset[Name] = frozenset()
    options: dict[str, str] = {}
    indexes: tuple[Name, ...] = ()
    triggers: dict[str, Trigger] = {}
    rules: dict[str, RewriteRule] = {}
    populated: bool = True
    persistence: Persistence = "permanent"
    owner: str = ""
    comment: str = ""
    made: Origin | None = None
    changed: Origin | None = None


class Sequence(Struct, frozen=True, kw_only=True):
    name: Name
    type: str = "int8"
    owned_by: tuple[Name, str] | None = None
    identity: bool = False
    persistence: Persistence = "permanent"
    made: Origin | None = None


class CompositeType(Struct, frozen=True, kw_only=True):
    name: Name
    attributes: tuple[Attribute, ...] = ()
    made: Origin | None = None


Relation = Table | Index | View | Sequence | CompositeType


class EnumValue(Struct, frozen=True):
    """`made` is the ALTER TYPE that added it, or the CREATE TYPE."""

    value: str
    made: Origin | None = None


class Enum(Struct, frozen=True, kw_only=True):
    name: Name
    values: tuple[EnumValue, ...] = ()
    made: Origin | None = None


class DomainConstraint(Struct, frozen=True, kw_only=True):
    name: str
    expression: Expression | None = None
    valid: bool = True
    made: Origin | None = None


class Domain(Struct, frozen=True, kw_only=True):
    name: Name
    base: Type
    not_null: bool = False
    checks: tuple[DomainConstraint, ...] = ()
    default: Expression | None = None
    made: Origin | None = None


class OtherType(Struct, frozen=True, kw_only=True):
    name: Name
    kind: Literal["range", "base", "shell"]
    made: Origin | None = None


DataType = Enum | Domain | OtherType | CompositeType


class Function(Struct, frozen=True, kw_only=True):
    name: Name
    arguments: tuple[Argument, ...] = ()
    returns: Type | None = None
    procedure: bool = False
    aggregate: bool = False
    language: str = "sql"
    volatility: Literal["volatile", "stable", "immutable"] = "volatile"
    strict: bool = False
    security_definer: bool = False
    leakproof: bool = False
    settings: dict[str, str] = {}
    body: str = ""
    body_at: int = -1
    sql_body: Expression | None = None
    made: Origin | None = None
    changed: Origin | None = None


class Schema(Struct, frozen=True, kw_only=True):
    name: str
    made: Origin | None = None


class Extension(Struct, frozen=True, kw_only=True):
    name: str
    schema: str = ""
    made: Origin | None = None


class Role(Struct, frozen=True, kw_only=True):
    """`member_of` are the roles it was granted. `options` as in CREATE ROLE, lower case."""

    name: str
    options: dict[str, str] = {}
    member_of: frozenset[str] = frozenset()
    made: Origin | None = None


class Publication(Struct, frozen=True, kw_only=True):
    name: str
    tables: frozenset[Name] = frozenset()
    schemas: frozenset[str] = frozenset()
    all_tables: bool = False
    made: Origin | None = None


class Privilege(Struct, frozen=True):
    """One right of one role on one object: kind "table", "sequence", "schema", "function", "type", …"""

    kind: str
    name: Name
    privilege: str
    grantee: str
    column: str = ""


class DefaultPrivilege(Struct, frozen=True):
    """What ALTER DEFAULT PRIVILEGES grants on every object of a kind made later. `schema` is empty for all schemas,
    `role` for the role that runs the statement. `grant` is false where a built-in default was revoked.
    """

    kind: str
    privilege: str
    grantee: str
    schema: str = ""
    role: str = ""
    grant: bool = True


Part = Column | Constraint | Trigger | Policy | EnumValue | DomainConstraint
Record = Relation | DataType | Function | Schema | Extension | Role | Publication | Part


class Gone(Struct, frozen=True):
    """What is known of an object that a file dropped or renamed away: by which statement, and its last record.

    `relation` is the relation, `record` the same or whatever else it was; both None where no file made it.
    `possible` says that the statement may not have run (a DO block).
    """

    dropped: Origin
    relation: Relation | None = None
    renamed_to: Name | None = None
    record: Record | None = None
    possible: bool = False


class Missing(Struct, frozen=True):
    """An object that a statement needs and that does not exist: `kind` in SQL's words ("table", "column", …).

    For what is part of a relation, `name` is the relation and `part` its own name. `gone` tells where it went, if a
    file dropped or renamed it; `other` is the relation of another kind that has the name.
    """

    kind: str
    name: Name
    part: str = ""
    gone: Gone | None = None
    other: Relation | None = None


class Dependent(Struct, frozen=True):
    """Something that hangs on an object: RESTRICT is refused for its sake, or it is dropped along.

    `name` is its own name, for what is part of a relation (column, default, constraint, trigger, policy, rule) in the
    schema of that relation, which is `table`. `origin` made it. `automatic` says that it goes without a word, also
    under RESTRICT: an index with its table, a CHECK with its column.
    """

    kind: str
    name: Name
    table: Name | None = None
    origin: Origin | None = None
    automatic: bool = False
