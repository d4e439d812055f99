"""Operations on roles, privileges, replication, foreign servers, and the whole server."""

from typing import Literal

from db_sage_lint.operations.base import Name, Operation, Type


class CreatePublication(Operation, frozen=True, kw_only=True):
    """`tables` empty and `all_tables` false: created empty or for schemas (`schemas`)."""

    publication: str
    tables: tuple[Name, ...] = ()
    schemas: tuple[str, ...] = ()
    all_tables: bool = False


class AlterPublication(Operation, frozen=True, kw_only=True):
    publication: str
    change: Literal["add", "drop", "set", "options"]
    tables: tuple[Name, ...] = ()
    schemas: tuple[str, ...] = ()


class CreateSubscription(Operation, frozen=True, kw_only=True):
    """`creates_slot` is false with create_slot = false or connect = false. The connection string's literal stands at
    byte `connection_at` of the file.
    """

    subscription: str
    connection: str
    connection_at: int = -1
    creates_slot: bool = True


class AlterSubscription(Operation, frozen=True, kw_only=True):
    """`connection` is the new one, whose literal stands at byte `connection_at` of the file. `refreshes` says that the
    statement asks the publisher for its tables, which the server refuses in a transaction block (14+).
    """

    subscription: str
    change: Literal[
        "options", "connection", "set publication", "add publication", "drop publication", "refresh", "enabled", "skip"
    ]
    connection: str = ""
    connection_at: int = -1
    refreshes: bool = False


class Grant(Operation, frozen=True, kw_only=True):
    """GRANT and REVOKE (`grant` false) of rights on objects. `privileges` in lower case, empty for ALL.

    `kind` is the object kind: "table", "sequence", "function", "schema", …; with `all_in_schema` the names are
    schemas. `columns` are those of column privileges. `arguments` has the argument types for each name of a function,
    None where no list is given.
    """

    grant: bool
    kind: str
    names: tuple[Name, ...]
    privileges: tuple[str, ...]
    grantees: tuple[str, ...]
    all_in_schema: bool = False
    columns: tuple[str, ...] = ()
    grant_option: bool = False
    arguments: tuple[tuple[Type, ...] | None, ...] = ()


class GrantRole(Operation, frozen=True, kw_only=True):
    grant: bool
    roles: tuple[str, ...]
    grantees: tuple[str, ...]
    admin_option: bool = False


class AlterDefaultPrivileges(Operation, frozen=True, kw_only=True):
    grant: bool
    kind: str
    privileges: tuple[str, ...]
    grantees: tuple[str, ...]
    schemas: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


class CreateRole(Operation, frozen=True, kw_only=True):
    """CREATE ROLE | USER | GROUP. `options` in lower case with their value as text; `password` is the literal."""

    role: str
    options: tuple[tuple[str, str], ...] = ()
    password: str | None = None
    password_at: int = -1


class AlterRole(Operation, frozen=True, kw_only=True):
    role: str
    options: tuple[tuple[str, str], ...] = ()
    password: str | None = None
    password_at: int = -1


class AlterSetting(Operation, frozen=True, kw_only=True):
    """ALTER ROLE | DATABASE … SET | RESET. `value` is None for RESET; `name` "all" for RESET ALL. `role` is empty for
    ALL, `database` where none is named.
    """

    name: str
    value: str | None
    role: str = ""
    database: str = ""


class ServerOptions(Operation, frozen=True, kw_only=True):
    """OPTIONS (…) of a foreign server, wrapper or user mapping: where passwords stand."""

    kind: Literal["server", "wrapper", "user mapping"]
    name: str
    options: tuple[tuple[str, str], ...] = ()


class ServerWide(Operation, frozen=True, kw_only=True):
    """A statement on the whole server or database: CREATE DATABASE, ALTER SYSTEM, CREATE TABLESPACE, …

    `statement` is its name in SQL. `transactional` is false where the server refuses it in a transaction block.
    """

    statement: str
    name: str = ""
    transactional: bool = True
