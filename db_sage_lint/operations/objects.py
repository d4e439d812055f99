"""Operations on indexes, views, sequences, types, functions, schemas and extensions."""

from typing import Literal

from msgspec import Struct

from db_sage_lint.operations.base import Expression, Name, Operation, Type
from db_sage_lint.operations.tables import Persistence


class IndexKey(Struct, frozen=True):
    """One key of an index: a column, or an expression where `column` is empty."""

    column: str = ""
    expression: Expression | None = None
    opclass: str = ""
    collation: str = ""
    descending: bool = False
    nulls_first: bool | None = None


class CreateIndex(Operation, frozen=True, kw_only=True):
    """`name` is empty where the server makes one up. `only` is ON ONLY."""

    name: str
    table: Name
    keys: tuple[IndexKey, ...]
    method: str = "btree"
    unique: bool = False
    concurrently: bool = False
    if_not_exists: bool = False
    only: bool = False
    include: tuple[str, ...] = ()
    predicate: Expression | None = None
    nulls_not_distinct: bool = False
    tablespace: str = ""


class DropIndex(Operation, frozen=True, kw_only=True):
    """One operation a name."""

    index: Name
    concurrently: bool = False
    missing_ok: bool = False
    cascade: bool = False


class RenameIndex(Operation, frozen=True, kw_only=True):
    """ALTER INDEX … RENAME TO."""

    index: Name
    new_name: str
    if_exists: bool = False


class AlterIndex(Operation, frozen=True, kw_only=True):
    """SET TABLESPACE, SET (…), ALTER COLUMN … SET STATISTICS; `change` names it ("tablespace", "parameters", …)."""

    index: Name
    change: str
    if_exists: bool = False


class AttachIndex(Operation, frozen=True, kw_only=True):
    """ALTER INDEX … ATTACH PARTITION."""

    index: Name
    partition: Name


class Reindex(Operation, frozen=True, kw_only=True):
    """`name` is None where the whole database or system is meant; for kind "schema" `name.name` is the schema."""

    kind: Literal["index", "table", "schema", "database", "system"]
    name: Name | None = None
    concurrently: bool = False


class CreateView(Operation, frozen=True, kw_only=True):
    """`columns` are the aliases in parentheses; `options` those of WITH (…), lower-case names."""

    view: Name
    query: Expression
    columns: tuple[str, ...] = ()
    replace: bool = False
    persistence: Persistence = "permanent"
    options: tuple[tuple[str, str], ...] = ()
    check_option: Literal["", "local", "cascaded"] = ""


class SetViewOptions(Operation, frozen=True, kw_only=True):
    """ALTER VIEW … SET (…) or RESET (…), where `values` is empty."""

    view: Name
    names: tuple[str, ...]
    values: tuple[str, ...] = ()
    if_exists: bool = False


class CreateMaterializedView(Operation, frozen=True, kw_only=True):
    view: Name
    query: Expression
    columns: tuple[str, ...] = ()
    with_data: bool = True
    if_not_exists: bool = False


class RefreshMaterializedView(Operation, frozen=True, kw_only=True):
    view: Name
    concurrently: bool = False
    with_data: bool = True


class CreateSequence(Operation, frozen=True, kw_only=True):
    sequence: Name
    type: str = "int8"
    if_not_exists: bool = False
    persistence: Persistence = "permanent"
    owned_by: tuple[Name, str] | None = None


class AlterSequence(Operation, frozen=True, kw_only=True):
    """`type` is empty and `owned_by` None where the statement leaves them alone; `disowned` is OWNED BY NONE."""

    sequence: Name
    type: str = ""
    if_exists: bool = False
    owned_by: tuple[Name, str] | None = None
    disowned: bool = False


class CreateEnum(Operation, frozen=True, kw_only=True):
    type: Name
    values: tuple[str, ...]


class AddEnumValue(Operation, frozen=True, kw_only=True):
    type: Name
    value: str
    if_not_exists: bool = False
    neighbour: str = ""
    before: bool = False


class RenameEnumValue(Operation, frozen=True, kw_only=True):
    type: Name
    value: str
    new_value: str


class DomainCheck(Struct, frozen=True):
    name: str
    expression: Expression
    valid: bool = True


class CreateDomain(Operation, frozen=True, kw_only=True):
    domain: Name
    base: Type
    not_null: bool = False
    checks: tuple[DomainCheck, ...] = ()
    default: Expression | None = None
    collation: Name | None = None


class AlterDomain(Operation, frozen=True, kw_only=True):
    """`constraint` names the constraint that is added, dropped or validated; `check` is the one added.

    For "add constraint" without a check the constraint is NOT NULL.
    """

    domain: Name
    change: Literal[
        "add constraint", "drop constraint", "validate constraint",
        "set not null", "drop not null", "set default", "drop default",
    ]  # fmt: skip
    constraint: str = ""
    check: DomainCheck | None = None
    default: Expression | None = None
    missing_ok: bool = False
    cascade: bool = False


class Attribute(Struct, frozen=True):
    name: str
    type: Type


class CreateCompositeType(Operation, frozen=True, kw_only=True):
    type: Name
    attributes: tuple[Attribute, ...]


class AlterCompositeType(Operation, frozen=True, kw_only=True):
    """`attribute.type` is meaningless for "drop"."""

    type: Name
    change: Literal["add", "drop", "type"]
    attribute: Attribute
    cascade: bool = False


class RenameAttribute(Operation, frozen=True, kw_only=True):
    type: Name
    attribute: str
    new_name: str


class CreateType(Operation, frozen=True, kw_only=True):
    """CREATE TYPE of another kind."""

    type: Name
    kind: Literal["range", "base", "shell"]


class Argument(Struct, frozen=True):
    name: str
    type: Type
    mode: Literal["in", "out", "inout", "variadic", "table"] = "in"
    default: Expression | None = None


class CreateFunction(Operation, frozen=True, kw_only=True):
    """CREATE FUNCTION and CREATE PROCEDURE. `body` is the text of AS (bytes of it start at `body_at` in the file),
    `sql_body` the tree of BEGIN ATOMIC or RETURN. `settings` are SET clauses: name and value, FROM CURRENT as
    "from current".
    """

    function: Name
    arguments: tuple[Argument, ...] = ()
    returns: Type | None = None
    procedure: bool = False
    replace: bool = False
    language: str = "sql"
    volatility: Literal["volatile", "stable", "immutable"] = "volatile"
    strict: bool = False
    security_definer: bool = False
    leakproof: bool = False
    parallel: str = "unsafe"
    settings: tuple[tuple[str, str], ...] = ()
    body: str = ""
    body_at: int = -1
    sql_body: Expression | None = None


class AlterFunction(Operation, frozen=True, kw_only=True):
    """None where the statement leaves it alone; `arguments` None where no list is given. `reset` are names of RESET,
    "all" for RESET ALL.
    """

    function: Name
    arguments: tuple[Type, ...] | None = None
    kind: Literal["function", "procedure", "routine"] = "function"
    volatility: Literal["volatile", "stable", "immutable"] | None = None
    strict: bool | None = None
    security_definer: bool | None = None
    leakproof: bool | None = None
    settings: tuple[tuple[str, str], ...] = ()
    reset: tuple[str, ...] = ()


class DropFunction(Operation, frozen=True, kw_only=True):
    """One operation a function; `together` holds every name of the statement where it has several."""

    function: Name
    arguments: tuple[Type, ...] | None = None
    kind: Literal["function", "procedure", "routine", "aggregate"] = "function"
    missing_ok: bool = False
    cascade: bool = False
    together: tuple[Name, ...] = ()


class CreateAggregate(Operation, frozen=True, kw_only=True):
    function: Name
    replace: bool = False


class DoBlock(Operation, frozen=True, kw_only=True):
    """DO: `body` is the block's text, whose bytes start at `body_at` in the file."""

    language: str
    body: str
    body_at: int = -1


class CreateSchema(Operation, frozen=True, kw_only=True):
    schema: str
    if_not_exists: bool = False
    owner: str = ""


class CreateExtension(Operation, frozen=True, kw_only=True):
    extension: str
    schema: str = ""
    if_not_exists: bool = False
    cascade: bool = False


DroppedKind = Literal[
    "view", "materialized view", "sequence", "type", "domain", "schema", "extension", "database", "tablespace",
    "role", "publication", "subscription", "collation", "conversion", "text search", "statistics", "operator",
    "cast", "language", "foreign server", "foreign data wrapper", "event trigger", "access method", "transform",
    "user mapping", "owned", "large object",
]  # fmt: skip


class DropObject(Operation, frozen=True, kw_only=True):
    """DROP of what has no operation of its own, one operation a name; `together` holds every name of the statement
    where it has several: what hangs on one of them may be another.
    """

    kind: DroppedKind
    name: Name
    missing_ok: bool = False
    cascade: bool = False
    together: tuple[Name, ...] = ()


class RenameObject(Operation, frozen=True, kw_only=True):
    """RENAME TO of what has no operation of its own; `arguments` for functions."""

    kind: Literal[
        "view", "materialized view", "sequence", "type", "domain", "schema", "function", "role", "database",
        "domain constraint", "other",
    ]  # fmt: skip
    name: Name
    new_name: str
    if_exists: bool = False
    constraint: str = ""
    arguments: tuple[Type, ...] | None = None


class SetSchema(Operation, frozen=True, kw_only=True):
    """ALTER … SET SCHEMA."""

    kind: Literal[
        "table", "foreign table", "view", "materialized view", "sequence", "type", "domain", "function", "extension",
        "other",
    ]  # fmt: skip
    name: Name
    new_schema: str
    if_exists: bool = False
    arguments: tuple[Type, ...] | None = None


class SetObjectOwner(Operation, frozen=True, kw_only=True):
    """OWNER TO of what is no table."""

    kind: str
    name: Name
    owner: str


class Comment(Operation, frozen=True, kw_only=True):
    """COMMENT ON; `target` is the relation (of the column, constraint, trigger, policy or itself) where there is one,
    `part` the column, constraint, trigger or policy.
    """

    kind: str
    target: Name | None = None
    part: str = ""
    text: str = ""


class CreateStatistics(Operation, frozen=True, kw_only=True):
    name: Name
    table: Name
    columns: tuple[str, ...] = ()
    if_not_exists: bool = False
