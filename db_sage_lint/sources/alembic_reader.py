"""The upgrade() and downgrade() of an Alembic migration, read without running them -> the SQL that they send.

Followed are: constants and names, loops over lists that stand in the file, the module's own functions, `with` blocks of
batches and of autocommit, and conditions on the dialect. What hangs on any other condition is possible; what is put
together from things that the file doesn't tell is unread.
"""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from db_sage_lint.script import Fragment
from db_sage_lint.sources.alembic_calls import KINDS, OF_BATCH, Call
from db_sage_lint.sources.python_code import (
    UNKNOWN,
    Arguments,
    Code,
    Reference,
    UnclearError,
    Value,
    dotted,
    evaluate,
    last_name,
    template,
)
from db_sage_lint.sources.sqlalchemy_text import ENUMS, enum_name, enum_of, resolved, sequence_sql

MOST_STEPS = 20_000
MOST_ROUNDS = 500
DEEPEST = 12
EXECUTES = frozenset({"execute", "exec_driver_sql", "scalar", "scalars"})
# What builds a statement that changes rows and no schema.
QUERIES = frozenset({"select", "insert", "update", "delete", "values", "where", "exists", "from_select"})
FILLING = frozenset({"append", "extend", "insert", "add", "update", "setdefault"})
UNREAD_SQL = "SQL that is put together at run time"

GOES_ON, MAY_END, ENDS = 0, 1, 2


def read(source: bytes, function: str, handles: frozenset[str] = frozenset({"op"})) -> tuple[Fragment, ...]:
    """What the function of that name sends, by one of the `handles` of those names. Raises SyntaxError or ValueError
    where the file is no Python.
    """
    code = Code(source)
    try:
        return Reader(code, handles).run(function)
    except RecursionError:
        return (code.unread(code.tree.body[0], "the file is nested too deeply to be read", {}),)


class Reader:
    """One run of a function. Every way through it that can't be ruled out is taken."""

    def __init__(self, code: Code, handles: frozenset[str]) -> None:
        self.code = code
        self.handles = handles
        self.fragments: list[Fragment] = []
        self.functions = {node.name: node for node in code.tree.body if isinstance(node, ast.FunctionDef)}
        self.module: dict[str, Value] = {}
        self.batches: dict[str, dict[str, ast.expr]] = {}
        self.made: set[str] = set()
        self.possible = 0
        self.depth = 0
        self.steps = 0
        self.began = False

    def run(self, function: str) -> tuple[Fragment, ...]:
        for node in self.code.tree.body:
            if isinstance(node, ast.Assign | ast.AnnAssign):
                self.bind(node, self.module)
            elif isinstance(node, ast.ImportFrom):
                others = {alias.asname: ast.Name(alias.name) for alias in node.names if alias.asname}
                self.module |= {name: Reference(other) for name, other in others.items()}
        found = self.functions.get(function)
        if found is not None:
            self.body(found.body, dict(self.module))
            if self.began:
                end = self.code.end(found)
                self.fragments.append(Fragment(end, b"COMMIT", end))
        return tuple(self.fragments)

    # --- statements ----------------------------------------------------------------------------------------------

    def body(self, statements: Sequence[ast.stmt], names: dict[str, Value]) -> int:
        """Takes statements in order; gives back whether they end the function."""
        ended = GOES_ON
        for node in statements:
            self.steps += 1
            if self.steps > MOST_STEPS:
                return ENDS
            take = STATEMENTS.get(type(node))
            how = take(self, node, names) if take else GOES_ON
            if how == MAY_END and ended == GOES_ON:
                ended = MAY_END
                self.possible += 1
            if how == ENDS:
                self.possible -= ended == MAY_END
                return ENDS
        self.possible -= ended == MAY_END
        return ended

    def perhaps(self, statements: Sequence[ast.stmt], names: dict[str, Value]) -> int:
        """Takes statements that may not run."""
        self.possible += 1
        how = self.body(statements, names)
        self.possible -= 1
        return how

    def assign(self, node: ast.Assign | ast.AnnAssign, names: dict[str, Value]) -> int:
        if node.value is not None:
            self.calls(node.value, names)
        self.bind(node, names)
        return GOES_ON

    def bind(self, node: ast.Assign | ast.AnnAssign, names: dict[str, Value]) -> None:
        """Remembers what a name stands for."""
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if isinstance(target, ast.Name) and node.value is not None:
                value = evaluate(node.value, names) or UNKNOWN  # what begins empty is filled later
                is_call = value is UNKNOWN and isinstance(node.value, ast.Call)
                names[target.id] = Reference(node.value) if is_call else value

    def add(self, node: ast.AugAssign, names: dict[str, Value]) -> int:
        self.calls(node.value, names)
        if isinstance(node.target, ast.Name):
            names[node.target.id] = evaluate(ast.BinOp(node.target, node.op, node.value), names)
        return GOES_ON

    def expression(self, node: ast.Expr, names: dict[str, Value]) -> int:
        self.calls(node.value, names)
        return GOES_ON

    def branch(self, node: ast.If, names: dict[str, Value]) -> int:
        self.calls(node.test, names)
        holds = truth(node.test, names)
        if holds is not None:
            return self.body(node.body if holds else node.orelse, names)
        ways = {self.perhaps(node.body, dict(names)), self.perhaps(node.orelse, dict(names))}
        return ways.pop() if len(ways) == 1 else MAY_END

    def loop(self, node: ast.For, names: dict[str, Value]) -> int:
        self.calls(node.iter, names)
        items = evaluate(node.iter, names)
        if not isinstance(items, list) or len(items) > MOST_ROUNDS:
            how = self.perhaps(node.body, names | dict.fromkeys(target_names(node.target), UNKNOWN))
            return min(how, MAY_END)
        for item in items:
            parts = item if isinstance(node.target, ast.Tuple) and isinstance(item, list) else [item]
            targets = target_names(node.target)
            if self.body(node.body, names | dict(zip(targets, parts, strict=False))) == ENDS:
                return ENDS
        return GOES_ON

    def repeat(self, node: ast.While, names: dict[str, Value]) -> int:
        self.calls(node.test, names)
        return min(self.perhaps(node.body, names), MAY_END)

    def attempt(self, node: ast.Try, names: dict[str, Value]) -> int:
        how = self.body(node.body, names)
        for handler in node.handlers:
            self.perhaps(handler.body, dict(names))
        self.body(node.orelse, names)
        self.body(node.finalbody, names)
        return min(how, MAY_END)

    def block(self, node: ast.With, names: dict[str, Value]) -> int:
        """A batch, a block of autocommit, or something of the user's."""
        own = [item for item in node.items if is_autocommit(item.context_expr)]
        for item in node.items:
            self.enter(item, names)
        for item in own:
            self.fragments.append(self.code.made(item.context_expr, "COMMIT"))
        how = self.body(node.body, names)
        if own:
            self.begin(self.code.end(node))
        return how

    def begin(self, at: int) -> None:
        self.fragments.append(Fragment(at, b"BEGIN", at))
        self.began = True

    def outside(self, call: ast.Call) -> None:
        """A commit() of the connection, behind which the next statement begins a transaction again."""
        self.fragments.append(self.code.made(call, "COMMIT"))
        self.begin(self.code.end(call))

    def enter(self, item: ast.withitem, names: dict[str, Value]) -> None:
        call, name = item.context_expr, item.optional_vars
        if called(call) == "batch_alter_table" and isinstance(call, ast.Call) and isinstance(name, ast.Name):
            given = Arguments(call, ("table_name", "schema"), names).nodes
            self.batches[name.id] = {key: fixed(value, names) for key, value in given.items() if key in BATCH}
        elif called(call) not in {"autocommit_block", "batch_alter_table"}:
            self.calls(call, names)

    def define(self, node: ast.FunctionDef, _: dict[str, Value]) -> int:
        self.functions[node.name] = node
        return GOES_ON

    def leave(self, node: ast.Return | ast.Raise, names: dict[str, Value]) -> int:
        if isinstance(node, ast.Return) and node.value is not None:
            self.calls(node.value, names)
        return ENDS

    # --- calls ---------------------------------------------------------------------------------------------------

    def calls(self, expression: ast.expr, names: dict[str, Value]) -> None:
        """Takes the calls in an expression in the order in which they stand."""
        found = [node for node in ast.walk(expression) if isinstance(node, ast.Call)]
        for call in sorted(found, key=lambda call: (call.lineno, call.col_offset)):
            self.call(call, names)

    def call(self, call: ast.Call, names: dict[str, Value]) -> None:
        name = last_name(call.func)
        owner = dotted(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        if owner == "op" or owner in self.batches:
            self.operation(call, name, names, self.batches.get(owner))
        elif name in EXECUTES:
            self.execute(call, names, certain=False)
        elif isinstance(call.func, ast.Name) and name in self.functions:
            self.own_function(self.functions[name], call, names)
        elif name in {"create", "drop"} and isinstance(call.func, ast.Attribute):
            self.enum(call, call.func.value, names)
        elif name == "commit" and not call.args:
            self.outside(call)
        elif name in FILLING and owner in names:
            names[owner] = UNKNOWN
        elif isinstance(call.func, ast.Name) and any(self.is_handle(value) for value in given(call)):
            self.unread(call, f"{name}() is not read", names)

    def is_handle(self, value: ast.expr) -> bool:
        """Whether a value is what sends statements: a function that isn't in the file can do anything with it."""
        return isinstance(value, ast.Name) and value.id in self.handles

    def operation(self, call: ast.Call, name: str, names: dict[str, Value], batch: dict[str, ast.expr] | None) -> None:
        if name == "execute":
            self.execute(call, names, certain=True)
            return
        if name == "batch_alter_table":
            return
        kind = KINDS.get(name)
        if kind is None:
            self.unread(call, f"op.{name} is not read", names)
            return
        parameters = kind.parameters if batch is None else tuple(p for p in kind.parameters if p not in OF_BATCH)
        given = Arguments(call, parameters, names)
        if batch is not None:
            given.nodes |= {"source_table": batch["table_name"], **batch} if "table_name" in batch else batch
        try:
            statements = list(kind.sql(Call(given, names, self.made)))
        except UnclearError as error:
            self.unread(call, f"op.{name}: {error} is not told by the file", names)
            return
        for sql in statements:
            self.fragments.append(self.code.made(call, sql, possible=self.possible > 0))

    def execute(self, call: ast.Call, names: dict[str, Value], *, certain: bool) -> None:
        """SQL given as text, to `op` if `certain`, and else to something that has a method of that name."""
        given = Arguments(call, ("sqltext",), names)
        node = given.nodes.get("sqltext") or given.nodes.get("statement")
        if node is None:
            return
        sql = evaluate(node, names)
        if isinstance(sql, str):
            shown = literal(node)
            self.fragments.append(self.code.sql(shown or call, sql, possible=self.possible > 0))
        elif text := sequence_sql(node, names) or template(node, names):
            self.fragments.append(self.code.made(call, text, possible=self.possible > 0))
        elif certain and not is_query(node, names):
            self.unread(call, UNREAD_SQL, names)

    def own_function(self, function: ast.FunctionDef, call: ast.Call, names: dict[str, Value]) -> None:
        """A function of the file, run with the arguments of the call."""
        if self.depth >= DEEPEST:
            return
        parameters = tuple(arg.arg for arg in (*function.args.posonlyargs, *function.args.args))
        given = Arguments(call, parameters, names)
        inner = dict(self.module)
        defaults = function.args.defaults
        for name, default in zip(parameters[len(parameters) - len(defaults) :], defaults, strict=True):
            inner[name] = evaluate(default, self.module)
        for name in {*parameters, *(arg.arg for arg in function.args.kwonlyargs)}:
            inner[name] = given.value(name, inner.get(name, UNKNOWN))
        self.depth += 1
        self.body(function.body, inner)
        self.depth -= 1

    def enum(self, call: ast.Call, owner: ast.expr, names: dict[str, Value]) -> None:
        """sa.Enum(…, name=…).create(bind) and .drop(bind)."""
        node = resolved(owner, names)
        checked = evaluate(next((k.value for k in call.keywords if k.arg == "checkfirst"), None), names) is True
        try:
            kind = enum_of(node, names)
            name = enum_name(node, names) if isinstance(node, ast.Call) and last_name(node.func) in ENUMS else None
        except UnclearError:
            return
        if last_name(call.func) == "create" and kind is not None:
            self.made.add(kind.name)
            self.fragments.append(self.code.made(call, kind.sql(), possible=self.possible > 0 or checked))
        elif last_name(call.func) == "drop" and name is not None:
            sql = f"DROP TYPE {'IF EXISTS ' if checked else ''}{name}"
            self.fragments.append(self.code.made(call, sql, possible=self.possible > 0))

    def unread(self, call: ast.Call, why: str, names: dict[str, Value]) -> None:
        self.fragments.append(self.code.unread(call, why, names))


STATEMENTS: dict[type, Callable[[Reader, Any, dict[str, Value]], int]] = {
    ast.AnnAssign: Reader.assign,
    ast.Assign: Reader.assign,
    ast.AugAssign: Reader.add,
    ast.Expr: Reader.expression,
    ast.For: Reader.loop,
    ast.FunctionDef: Reader.define,
    ast.If: Reader.branch,
    ast.Raise: Reader.leave,
    ast.Return: Reader.leave,
    ast.Try: Reader.attempt,
    ast.While: Reader.repeat,
    ast.With: Reader.block,
}
BATCH = frozenset({"table_name", "schema"})


def fixed(node: ast.expr, names: dict[str, Value]) -> ast.expr:
    """The constant that an expression stands for here, or the expression itself."""
    value = evaluate(node, names)
    return ast.Constant(value) if isinstance(value, str) else node


def is_autocommit(node: ast.expr) -> bool:
    """Whether what a `with` enters runs each statement by itself."""
    return called(node) == "autocommit_block" or "'AUTOCOMMIT'" in ast.unparse(node)


def called(node: ast.expr) -> str:
    return last_name(node.func) if isinstance(node, ast.Call) else ""


def given(call: ast.Call) -> list[ast.expr]:
    """The arguments of a call."""
    return [*call.args, *(word.value for word in call.keywords)]


def target_names(node: ast.expr) -> list[str]:
    """The names that a loop binds."""
    parts = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
    return [part.id if isinstance(part, ast.Name) else "_" for part in parts]


def literal(node: ast.expr) -> ast.expr | None:
    """The string that an expression is, or that text() is given; None for a name, whose string stands elsewhere."""
    while isinstance(node, ast.Call) and node.args:
        node = node.args[0]
    return None if isinstance(node, ast.Name) else node


def is_query(node: ast.expr, names: dict[str, Value]) -> bool:
    """Whether an expression builds a query with SQLAlchemy, which changes rows and no schema."""
    if isinstance(node, ast.Name):
        value = names.get(node.id)
        node = value.node if isinstance(value, Reference) and isinstance(value.node, ast.expr) else node
    return any(called(inner) in QUERIES for inner in ast.walk(node) if isinstance(inner, ast.expr))


def truth(test: ast.expr, names: dict[str, Value]) -> bool | None:
    """Whether a condition holds on PostgreSQL, online; None where the file doesn't tell."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = truth(test.operand, names)
        return None if inner is None else not inner
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if called(test) == "is_offline_mode":
        return False
    if called(test) == "isinstance" and isinstance(test, ast.Call) and len(test.args) == 2:
        return is_ours(last_name(test.args[1]).lower())
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        sides = (test.left, test.comparators[0])
        if any(ast.unparse(side).endswith("dialect.name") for side in sides):
            named = [evaluate(side, names) for side in sides]
            ours = any("postgresql" in name if isinstance(name, list) else name == "postgresql" for name in named)
            return ours if isinstance(test.ops[0], ast.Eq | ast.In) else not ours
    return None


def is_ours(name: str) -> bool | None:
    """Whether a class named for a database is PostgreSQL's; None where its name doesn't say."""
    if "postgres" in name:
        return True
    return False if any(other in name for other in ("sqlite", "mysql", "mariadb", "oracle", "mssql")) else None
