"""The calls of Alembic's `op` -> the SQL statements that they send.

Source: sqlalchemy/alembic, alembic/operations/ops.py (the signatures), alembic/ddl/impl.py and ddl/postgresql.py (the
order in which alter_column changes things, each with a statement of its own).
"""

import ast
from collections.abc import Callable, Iterator

from msgspec import Struct

from db_sage_lint.sources.ddl import constant, names, qualified, quoted
from db_sage_lint.sources.python_code import UNKNOWN, Arguments, Names, UnclearError, evaluate, last_name
from db_sage_lint.sources.sqlalchemy_text import (
    CONSTRAINTS,
    SERIALS,
    Column,
    actions,
    column,
    columns_of,
    expression_sql,
    named,
    resolved,
    table_constraint,
    type_sql,
)

Sql = Iterator[str]


class Call(Struct):
    """A call of `op` as it is read: its arguments, the values of names, and the types that this run has made."""

    given: Arguments
    known: Names
    made: set[str]

    @property
    def table(self) -> str:
        return qualified(self.given.text("table_name"), self.given.option("schema"))

    def clause(self, option: str, words: str) -> str:
        """The words if the option is given as true."""
        return words if self.given.true(option) else ""


def add_column(call: Call) -> Sql:
    """Of a column's own constraints the key is left out unless asked for: alembic/operations/toimpl.py."""
    node = resolved(call.given.nodes["column"], call.known) if "column" in call.given else None
    if not isinstance(node, ast.Call):
        raise UnclearError("column")
    new = column(node, call.known)
    keyed = in_table(new, [new.name] if new.primary else [])
    keyed += " PRIMARY KEY" if new.primary and call.given.true("inline_primary_key") else ""
    yield f"ALTER TABLE {call.table} ADD COLUMN {call.clause('if_not_exists', 'IF NOT EXISTS ')}{keyed}"
    yield from (f"ALTER TABLE {call.table} ADD {constraint}" for constraint in new.references)
    yield from beside(call, [new])


def beside(call: Call, columns: list[Column]) -> Sql:
    """The unique constraints of columns that are added, and the indexes of all."""
    table = call.given.text("table_name")
    for new in columns:
        if new.indexed:
            unique = "UNIQUE " if new.unique else ""
            yield f"CREATE {unique}INDEX {quoted(f'ix_{table}_{new.name}')} ON {call.table} ({quoted(new.name)})"
        elif new.unique:
            yield f"ALTER TABLE {call.table} ADD UNIQUE ({quoted(new.name)})"


def create_table(call: Call) -> Sql:
    columns: list[Column] = []
    constraints: list[str] = []
    keys: list[str] = []
    indexes: list[ast.Call] = []
    for node in columns_of(call.given.rest, call.known):
        kind = last_name(node.func)
        if kind == "Column":
            columns.append(column(node, call.known))
        elif kind in CONSTRAINTS:
            constraints.append(table_constraint(node, call.known))
            if kind == "PrimaryKeyConstraint":
                keys = [str(evaluate(arg, call.known)) for arg in node.args]
        elif kind == "Index":
            indexes.append(node)
        else:
            raise UnclearError(f"{kind} in a table")
    inline = [new.name for new in columns if new.primary]
    parts = [in_table(new, inline or keys) for new in columns]
    parts += [f"PRIMARY KEY ({names(inline)})"] if inline and not keys else []
    parts += [constraint for new in columns for constraint in new.references]
    parts += [f"UNIQUE ({quoted(new.name)})" for new in columns if new.unique and not new.indexed]
    yield from new_types(call, columns)
    missing = call.clause("if_not_exists", "IF NOT EXISTS ")
    yield f"CREATE TABLE {missing}{call.table} ({', '.join([*parts, *constraints])})"
    yield from (f"CREATE {index_sql(Call(table_index(node, call), call.known, call.made))}" for node in indexes)
    for new in columns:
        if new.indexed:
            yield from beside(call, [new])


def in_table(new: Column, keys: list[str]) -> str:
    """A column as it is written in a table with that key: an integer that is the key alone is a serial."""
    kind = SERIALS.get(new.type, new.type) if new.counts and keys == [new.name] else new.type
    return Column(new.name, kind, new.rest).sql()


def table_index(node: ast.Call, call: Call) -> Arguments:
    """sa.Index("name", "column", …) among a table's parts as the arguments of create_index."""
    given = Arguments(node, ("index_name",), call.known)
    given.nodes["columns"] = ast.List(given.rest, ast.Load())
    given.nodes |= {name: call.given.nodes[name] for name in ("table_name", "schema") if name in call.given}
    return given


def new_types(call: Call, columns: list[Column]) -> Sql:
    """The enumerated types that come with a table, each once."""
    for new in columns:
        if new.enum and new.enum.is_made and new.enum.name not in call.made:
            call.made.add(new.enum.name)
            yield new.enum.sql()


def drop_column(call: Call) -> Sql:
    name = quoted(call.given.text("column_name"))
    yield f"ALTER TABLE {call.table} DROP COLUMN {call.clause('if_exists', 'IF EXISTS ')}{name}"


def drop_table(call: Call) -> Sql:
    yield f"DROP TABLE {call.clause('if_exists', 'IF EXISTS ')}{call.table}"


def rename_table(call: Call) -> Sql:
    old = qualified(call.given.text("old_table_name"), call.given.option("schema"))
    yield f"ALTER TABLE {old} RENAME TO {quoted(call.given.text('new_table_name'))}"


def alter_column(call: Call) -> Sql:
    """The type first, then NOT NULL, the default and the name."""
    name = quoted(call.given.text("column_name"))
    change = f"ALTER TABLE {call.table} ALTER COLUMN {name}"
    if "type_" in call.given:
        using = call.given.option("postgresql_using")
        kind = type_sql(call.given.nodes["type_"], call.known)
        yield f"{change} TYPE {kind}{f' USING {using}' if using else ''}"
    nullable = call.given.value("nullable")
    if nullable is UNKNOWN:
        raise UnclearError("nullable")
    if nullable is not None:
        yield f"{change} {'DROP' if nullable else 'SET'} NOT NULL"
    if "server_default" in call.given and call.given.value("server_default") is not False:
        node = call.given.nodes["server_default"]
        dropped = isinstance(node, ast.Constant) and node.value is None
        yield f"{change} {'DROP DEFAULT' if dropped else f'SET DEFAULT {expression_sql(node, call.known)}'}"
    new_name = call.given.option("new_column_name")
    if new_name:
        yield f"ALTER TABLE {call.table} RENAME COLUMN {name} TO {quoted(new_name)}"


def create_index(call: Call) -> Sql:
    yield f"CREATE {index_sql(call)}"


def index_sql(call: Call) -> str:
    """CREATE INDEX without its first word."""
    given = call.given
    columns = given.nodes.get("columns")
    if isinstance(columns, ast.List | ast.Tuple) and not any(isinstance(node, ast.Starred) for node in columns.elts):
        keys = [index_key(node, call) for node in columns.elts]
    else:
        keys = [quoted(name) for name in given.texts("columns")]
    unique = call.clause("unique", "UNIQUE ")
    words = call.clause("postgresql_concurrently", "CONCURRENTLY ") + call.clause("if_not_exists", "IF NOT EXISTS ")
    name = given.option("index_name")
    method = given.option("postgresql_using")
    include = given.texts("postgresql_include") if "postgresql_include" in given else []
    where = given.nodes.get("postgresql_where")
    return (
        f"{unique}INDEX {words}{quoted(name) + ' ' if name else ''}ON {call.table}"
        f"{f' USING {method}' if method else ''} ({', '.join(keys)})"
        f"{f' INCLUDE ({names(include)})' if include else ''}"
        f"{f' WHERE {expression_sql(where, call.known)}' if where is not None else ''}"
    )


def index_key(node: ast.expr, call: Call) -> str:
    """A key of an index: a column's name, or an expression in text()."""
    value = evaluate(node, call.known)
    if not isinstance(value, str):
        return f"({expression_sql(node, call.known)})"
    if isinstance(resolved(node, call.known), ast.Call):
        return value if value.rstrip().endswith((")", "DESC", "ASC", "desc", "asc")) else f"({value})"
    classes = call.given.value("postgresql_ops", {})
    operators = classes.get(value) if isinstance(classes, dict) else None
    return f"{quoted(value)} {operators}" if isinstance(operators, str) else quoted(value)


def drop_index(call: Call) -> Sql:
    words = call.clause("postgresql_concurrently", "CONCURRENTLY ") + call.clause("if_exists", "IF EXISTS ")
    yield f"DROP INDEX {words}{qualified(call.given.text('index_name'), call.given.option('schema'))}"


def create_foreign_key(call: Call) -> Sql:
    given = call.given
    table = qualified(given.text("source_table"), given.option("source_schema") or given.option("schema"))
    target = qualified(given.text("referent_table"), given.option("referent_schema"))
    body = (
        f"FOREIGN KEY ({names(given.texts('local_cols'))}) REFERENCES {target} ({names(given.texts('remote_cols'))})"
        + actions(given)
    )
    yield f"ALTER TABLE {table} ADD {named(given.option('constraint_name'), body)}"


def add_key(words: str) -> Callable[[Call], Sql]:
    def add(call: Call) -> Sql:
        body = f"{words} ({names(call.given.texts('columns'))})"
        yield f"ALTER TABLE {call.table} ADD {named(call.given.option('constraint_name'), body)}"

    return add


def create_check_constraint(call: Call) -> Sql:
    body = f"CHECK ({call.given.text('condition')}){call.clause('postgresql_not_valid', ' NOT VALID')}"
    yield f"ALTER TABLE {call.table} ADD {named(call.given.option('constraint_name'), body)}"


def drop_constraint(call: Call) -> Sql:
    name = quoted(call.given.text("constraint_name"))
    yield f"ALTER TABLE {call.table} DROP CONSTRAINT {call.clause('if_exists', 'IF EXISTS ')}{name}"


def create_table_comment(call: Call) -> Sql:
    yield f"COMMENT ON TABLE {call.table} IS {constant(call.given.option('comment'))}"


def nothing(_: Call) -> Sql:
    """Calls that change no schema."""
    return iter(())


class Kind(Struct):
    """A kind of call: its parameters in order, and what it sends."""

    parameters: tuple[str, ...]
    sql: Callable[[Call], Sql]


KEY = ("constraint_name", "table_name", "columns")
KINDS: dict[str, Kind] = {
    "add_column": Kind(("table_name", "column"), add_column),
    "alter_column": Kind(("table_name", "column_name"), alter_column),
    "bulk_insert": Kind((), nothing),
    "create_check_constraint": Kind(("constraint_name", "table_name", "condition"), create_check_constraint),
    "create_foreign_key": Kind(
        ("constraint_name", "source_table", "referent_table", "local_cols", "remote_cols"), create_foreign_key
    ),
    "create_index": Kind(("index_name", "table_name", "columns"), create_index),
    "create_primary_key": Kind(KEY, add_key("PRIMARY KEY")),
    "create_table": Kind(("table_name",), create_table),
    "create_table_comment": Kind(("table_name", "comment"), create_table_comment),
    "create_unique_constraint": Kind(KEY, add_key("UNIQUE")),
    "drop_column": Kind(("table_name", "column_name"), drop_column),
    "drop_constraint": Kind(("constraint_name", "table_name"), drop_constraint),
    "drop_index": Kind(("index_name", "table_name"), drop_index),
    "drop_table": Kind(("table_name",), drop_table),
    "drop_table_comment": Kind(("table_name",), nothing),
    "f": Kind((), nothing),
    "get_bind": Kind((), nothing),
    "get_context": Kind((), nothing),
    "inline_literal": Kind((), nothing),
    "rename_table": Kind(("old_table_name", "new_table_name"), rename_table),
}
# The parameters that a batch (`with op.batch_alter_table("t") as batch_op`) gives by itself.
OF_BATCH = frozenset({"table_name", "source_table"})
