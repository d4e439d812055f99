"""SQLAlchemy's columns, types and constraints in migrations of Alembic -> the SQL that Alembic makes of them.

Source: sqlalchemy/sqlalchemy, lib/sqlalchemy/dialects/postgresql/base.py (PGTypeCompiler, PGDDLCompiler).
"""

import ast
from collections.abc import Iterator

from msgspec import Struct

from db_sage_lint.sources.ddl import constant, names, qualified, quoted
from db_sage_lint.sources.python_code import UNKNOWN, Arguments, Names, Reference, UnclearError, evaluate, last_name

# By their names in lower case: those of SQLAlchemy, and those of SQL that have the same letters.
SAME = (
    *("bigint", "bit", "boolean", "bytea", "cidr", "citext", "date", "daterange", "float", "hstore", "inet"),
    *("int4range", "int8range", "integer", "interval", "json", "jsonb", "macaddr", "macaddr8", "money", "numrange"),
    *("oid", "real", "regclass", "smallint", "text", "tsquery", "tsrange", "tstzrange", "tsvector", "uuid", "vector"),
)
TYPES = {name: name for name in SAME} | {
    "biginteger": "bigint",
    "guid": "uuid",
    "double": "double precision",
    "double_precision": "double precision",
    "largebinary": "bytea",
    "pickletype": "bytea",
    "smallinteger": "smallint",
    "unicodetext": "text",
}
LENGTHS = {"String": "varchar", "VARCHAR": "varchar", "Unicode": "varchar", "NVARCHAR": "varchar", "CHAR": "char"}
NUMBERS = ("Numeric", "NUMERIC", "DECIMAL")
TIMES = {"DateTime": "timestamp", "TIMESTAMP": "timestamp", "DATETIME": "timestamp", "Time": "time", "TIME": "time"}
TIMES["TIMESTAMPAware"] = "timestamp"  # of fastapi_users_db_sqlalchemy
ENUMS = frozenset({"Enum", "ENUM"})
SERIALS = {"integer": "serial", "bigint": "bigserial", "smallint": "smallserial"}
SEQUENCES = {"CreateSequence": "CREATE SEQUENCE", "DropSequence": "DROP SEQUENCE"}
CONSTRAINTS = frozenset({"PrimaryKeyConstraint", "UniqueConstraint", "CheckConstraint", "ForeignKeyConstraint"})


def resolved(node: ast.AST, known: Names) -> ast.AST:
    """The call that a name stands for, or the expression itself."""
    value = known.get(node.id) if isinstance(node, ast.Name) else None
    return value.node if isinstance(value, Reference) else node


def type_sql(node: ast.AST, known: Names) -> str:
    """The SQL of a type. Raises UnclearError for one that isn't known."""
    node = resolved(node, known)
    call = node if isinstance(node, ast.Call) else ast.Call(name_of(node), [], [])
    name = last_name(resolved(call.func, known))
    found = TYPES.get(name.lower())
    if found is None and name in PARAMETERS:
        found = PARAMETERS[name](call, known)
    if found is None and name in ENUMS:
        found = enum_name(call, known) or "varchar"
    if found is None:
        raise UnclearError(f"type {name}")
    return found


def name_of(node: ast.AST) -> ast.expr:
    return node if isinstance(node, ast.expr) else ast.Constant(None)


def some_type(node: ast.AST, known: Names) -> str:
    """As `type_sql`; a type of the user's own stands under its name, as if the database had it."""
    try:
        return type_sql(node, known)
    except UnclearError:
        node = resolved(node, known)
        return quoted(last_name(node.func if isinstance(node, ast.Call) else node).lower() or "unknown")


def sized(call: ast.Call, known: Names) -> str:
    """A type with a length."""
    name = LENGTHS[last_name(call.func)]
    length = Arguments(call, ("length",), known).value("length")
    return f"{name}({length})" if isinstance(length, int) else name


def decimal(call: ast.Call, known: Names) -> str:
    given = Arguments(call, ("precision", "scale"), known)
    parts = [str(part) for part in (given.value("precision"), given.value("scale")) if isinstance(part, int)]
    return f"numeric({', '.join(parts)})" if parts else "numeric"


def clock(call: ast.Call, known: Names) -> str:
    name = TIMES[last_name(call.func)]
    return f"{name} with time zone" if Arguments(call, ("timezone",), known).true("timezone") else name


def array(call: ast.Call, known: Names) -> str:
    item = Arguments(call, ("item_type",), known).nodes.get("item_type")
    if item is None:
        raise UnclearError("type of an array")
    return f"{type_sql(item, known)}[]"


PARAMETERS = {
    **dict.fromkeys(LENGTHS, sized),
    **dict.fromkeys(NUMBERS, decimal),
    **dict.fromkeys(TIMES, clock),
    "ARRAY": array,
}


class EnumType(Struct):
    """A type made by sa.Enum or postgresql.ENUM: its name as SQL writes it, its labels, and whether a table that uses
    it makes it.
    """

    name: str
    labels: list[str]
    is_made: bool = True

    def sql(self) -> str:
        return f"CREATE TYPE {self.name} AS ENUM ({', '.join(map(constant, self.labels))})"


def enum_name(call: ast.Call, known: Names) -> str | None:
    """The name of an enumerated type as SQL writes it; None for one that is kept as text."""
    given = Arguments(call, (), known)
    if given.value("native_enum") is False or "name" not in given:
        return None
    return qualified(given.text("name"), given.option("schema"))


def enum_of(node: ast.AST, known: Names) -> EnumType | None:
    """The enumerated type that a type expression holds, if it does and its labels are known."""
    node = resolved(node, known)
    if isinstance(node, ast.Call) and last_name(node.func) == "ARRAY" and node.args:
        return enum_of(node.args[0], known)
    if not isinstance(node, ast.Call) or last_name(node.func) not in ENUMS:
        return None
    name = enum_name(node, known)
    labels = [evaluate(label, known) for label in node.args]
    texts = [label for label in labels if isinstance(label, str)]
    if name is None or not texts or len(texts) < len(labels):
        return None
    made = Arguments(node, (), known).value("create_type") is not False
    return EnumType(name, texts, made)


class Column(Struct):
    """A column as CREATE TABLE and ADD COLUMN write it, and what stands beside it. `counts` says that an integer would
    be a serial if it were the key.
    """

    name: str
    type: str
    rest: str
    primary: bool = False
    unique: bool = False
    indexed: bool = False
    references: list[str] = []
    enum: EnumType | None = None
    counts: bool = True

    def sql(self) -> str:
        return " ".join(part for part in (quoted(self.name), self.type, self.rest) if part)


def column(call: ast.Call, known: Names) -> Column:
    """What sa.Column says. Raises UnclearError where the file doesn't tell."""
    name = evaluate(call.args[0], known) if call.args else Arguments(call, (), known).value("name")
    if not isinstance(name, str):
        raise UnclearError("column's name")
    given = Arguments(call, ("name",), known)
    kind: ast.AST | None = given.nodes.get("type_")
    extra: list[str] = []
    references: list[str] = []
    for argument in given.rest:
        node = resolved(argument, known)
        what = last_name(node.func) if isinstance(node, ast.Call) else last_name(node)
        if what == "ForeignKey" and isinstance(node, ast.Call):
            references.append(foreign_key_to(name, node, known))
        elif what == "Identity" and isinstance(node, ast.Call):
            always = Arguments(node, ("always",), known).true("always")
            extra.append(f"GENERATED {'ALWAYS' if always else 'BY DEFAULT'} AS IDENTITY")
        elif what == "Computed" and isinstance(node, ast.Call):
            extra.append(f"GENERATED ALWAYS AS ({Arguments(node, ('sqltext',), known).text('sqltext')}) STORED")
        elif kind is None and what not in {"Sequence", *CONSTRAINTS}:
            kind = argument
    if "server_default" in given:
        extra += default_sql(given.nodes["server_default"], known)
    primary = given.true("primary_key")
    counts = given.value("autoincrement") is not False and not references and not extra
    if given.value("nullable", not primary) is False:
        extra.append("NOT NULL")
    return Column(
        name=name,
        type=some_type(kind, known) if kind else inherited(references),
        rest=" ".join(extra),
        primary=primary,
        unique=given.true("unique"),
        indexed=given.true("index"),
        references=references,
        enum=enum_of(kind, known) if kind else None,
        counts=counts,
    )


def inherited(references: list[str]) -> str:
    """The type of a column without one, which is that of the column it references; most keys are numbers."""
    if not references:
        raise UnclearError("column's type")
    return "integer"


def default_sql(node: ast.AST, known: Names) -> list[str]:
    """The clause of a server default: a plain string is a constant, text() and functions are expressions."""
    node = resolved(node, known)
    if isinstance(node, ast.Constant) and node.value is None:
        return []
    return [f"DEFAULT {expression_sql(node, known)}"]


def sequence_name(node: ast.AST, known: Names) -> str | None:
    """The name of a sa.Sequence("…")."""
    node = resolved(node, known)
    if not isinstance(node, ast.Call) or last_name(node.func) != "Sequence":
        return None
    given = Arguments(node, ("name",), known)
    name, schema = given.value("name"), given.value("schema", None)
    return qualified(name, schema if isinstance(schema, str) else "") if isinstance(name, str) else None


def sequence_sql(node: ast.AST, known: Names) -> str | None:
    """The statement of CreateSequence(…) and DropSequence(…) with a sequence."""
    node = resolved(node, known)
    what = SEQUENCES.get(last_name(node.func)) if isinstance(node, ast.Call) and node.args else None
    if what is None or not isinstance(node, ast.Call):
        return None
    name = sequence_name(node.args[0], known)
    return f"{what} {name}" if name else None


def next_value(call: ast.Call, known: Names) -> str | None:
    """What stands for sequence.next_value()."""
    of = call.func.value if isinstance(call.func, ast.Attribute) and call.func.attr == "next_value" else None
    name = sequence_name(of, known) if of is not None else None
    return f"nextval({constant(name)})" if name else None


def expression_sql(node: ast.AST, known: Names) -> str:
    """An expression for SQL: text("…"), func.now(), true(), or a plain string, which is a constant."""
    node = resolved(node, known)
    value = evaluate(node, known)
    if isinstance(node, ast.Call):
        name = last_name(node.func)
        if name in {"true", "false", "null"} and not node.args:
            return name
        value = next_value(node, known) or value
        if isinstance(value, str):
            return value
        if ".func." in f".{ast.unparse(node.func)}":
            return f"{name}({', '.join(expression_sql(arg, known) for arg in node.args)})"
        if name in {"literal", "literal_column", "cast"} and node.args:
            return expression_sql(node.args[0], known)
    if isinstance(node, ast.Attribute) and node.attr in {"value", "name"}:
        return constant(node.attr)  # of an enumeration of the user's: some string
    if value is UNKNOWN or isinstance(value, list | dict):
        raise UnclearError("expression")
    return constant(value)


def foreign_key_to(name: str, call: ast.Call, known: Names) -> str:
    """The constraint that sa.ForeignKey("table.column") in a column stands for."""
    given = Arguments(call, ("column",), known)
    return foreign_key([name], [given.text("column")], given)


def foreign_key(columns: list[str], targets: list[str], given: Arguments) -> str:
    """FOREIGN KEY … REFERENCES …; targets are "table.column" or "schema.table.column"."""
    parts = [target.rsplit(".", 1) for target in targets]
    if not parts or any(len(part) != 2 for part in parts):
        raise UnclearError("referenced column")
    schema, _, table = parts[0][0].rpartition(".")
    return (
        f"FOREIGN KEY ({names(columns)}) REFERENCES {qualified(table, schema)} ({names(part[1] for part in parts)})"
        + actions(given)
    )


def actions(given: Arguments) -> str:
    """What stands behind a foreign key."""
    said = ""
    for option, words in (("ondelete", "ON DELETE"), ("onupdate", "ON UPDATE")):
        action = given.option(option)
        said += f" {words} {action}" if action else ""
    said += " DEFERRABLE" if given.true("deferrable") else ""
    initially = given.option("initially")
    said += f" INITIALLY {initially}" if initially else ""
    return said + (" NOT VALID" if given.true("postgresql_not_valid") else "")


def table_constraint(call: ast.Call, known: Names) -> str:
    """A constraint of a table: sa.PrimaryKeyConstraint and its like."""
    kind = last_name(call.func)
    if kind in {"PrimaryKeyConstraint", "UniqueConstraint"}:
        given = Arguments(call, (), known)
        columns = [evaluate(arg, known) for arg in call.args]
        texts = [column for column in columns if isinstance(column, str)]
        if len(texts) < len(columns) or not texts:
            raise UnclearError("columns")
        body = f"{'PRIMARY KEY' if kind.startswith('Primary') else 'UNIQUE'} ({names(texts)})"
    elif kind == "CheckConstraint":
        given = Arguments(call, ("sqltext",), known)
        body = f"CHECK ({given.text('sqltext')})"
    else:
        given = Arguments(call, ("columns", "refcolumns"), known)
        body = foreign_key(given.texts("columns"), given.texts("refcolumns"), given)
    return named(given.option("name"), body)


def named(name: str | None, body: str) -> str:
    return f"CONSTRAINT {quoted(name)} {body}" if name else body


def columns_of(nodes: list[ast.expr], known: Names) -> Iterator[ast.Call]:
    """The calls among a table's parts."""
    for node in nodes:
        inner = resolved(node.value if isinstance(node, ast.Starred) else node, known)
        if not isinstance(inner, ast.Call) or isinstance(node, ast.Starred):
            raise UnclearError("a part of the table")
        yield inner
