"""The operations of Django's migrations, read without running them, one file after the other -> the SQL they send."""

import ast
from collections.abc import Iterator

from db_sage_lint.script import Fragment, Script
from db_sage_lint.sources.django import SQUASHED
from db_sage_lint.sources.django_models import Models
from db_sage_lint.sources.django_operations import sql_of
from db_sage_lint.sources.history import Place
from db_sage_lint.sources.python_code import (
    UNKNOWN,
    UNREADABLE,
    Arguments,
    Code,
    Reference,
    UnclearError,
    Value,
    evaluate,
    last_name,
    template,
    unreadable,
)
from db_sage_lint.sources.sections import several_statements

RUN_SQL = ("sql", "reverse_sql", "state_operations")


class Project:
    """The models of all applications as the files read so far have made them."""

    def __init__(self) -> None:
        self.state = Models()

    def scripts(self, path: str, source: bytes, place: Place) -> tuple[Script, ...]:
        """What a file sends; nothing of a squashed one beside those that it replaces."""
        if place.number == SQUASHED:
            return ()
        try:
            return (self.script(path, source, place.number.partition(".")[0]),)
        except UNREADABLE as error:
            return (Script(path, source, (unreadable(source, error),), transaction=True),)

    def script(self, path: str, source: bytes, app: str) -> Script:
        code = Code(source)
        names = module_names(code)
        classes = (node for node in code.tree.body if isinstance(node, ast.ClassDef) and node.name == "Migration")
        body: list[ast.stmt] = next((node.body for node in classes), [])
        said = {name.id: value for node in body for name, value in assigned(node)}
        atomic = evaluate(said.get("atomic"), names) is not False
        nodes = {name.id: value for node in (*code.tree.body, *body) for name, value in assigned(node)}
        reader = File(code, app, self.state, names, nodes, atomic=atomic)
        fragments = tuple(reader.operations(said.get("operations")))
        return Script(path, source, fragments, transaction=atomic)


def assigned(node: ast.stmt) -> Iterator[tuple[ast.Name, ast.expr]]:
    """The names that a statement gives a value, with it."""
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                yield target, node.value


def module_names(code: Code) -> dict[str, Value]:
    """What the names of a module stand for, as far as they are constants or calls."""
    names: dict[str, Value] = {}
    for node in code.tree.body:
        for target, value in assigned(node):
            known = evaluate(value, names)
            names[target.id] = Reference(value) if known is UNKNOWN else known
    return names


class File:
    """The operations of one file. `nodes` are the expressions that its names, and those of its class, stand for."""

    def __init__(
        self,
        code: Code,
        app: str,
        state: Models,
        names: dict[str, Value],
        nodes: dict[str, ast.expr],
        *,
        atomic: bool,
    ) -> None:
        self.code = code
        self.app = app
        self.state = state
        self.names = names
        self.nodes = nodes
        self.atomic = atomic

    def operations(self, node: ast.expr | None) -> Iterator[Fragment]:
        """What a list of operations sends."""
        if isinstance(node, ast.Name) and self.nodes.get(node.id) is not node:
            node = self.nodes.get(node.id, node)
        if isinstance(node, ast.BinOp):
            yield from self.operations(node.left)
            yield from self.operations(node.right)
        elif isinstance(node, ast.List | ast.Tuple):
            for item in node.elts:
                yield from self.operation(item)
        elif node is not None:
            yield self.code.unread(node, "operations that are put together at run time", self.names)

    def operation(self, node: ast.expr) -> Iterator[Fragment]:
        if not isinstance(node, ast.Call):
            yield self.code.unread(node, "operations that are put together at run time", self.names)
            return
        kind = last_name(node.func)
        if kind == "RunSQL":
            yield from self.run_sql(node)
        elif kind == "SeparateDatabaseAndState":
            yield from self.separate(node)
        else:
            yield from self.schema_change(node, kind)

    def schema_change(self, node: ast.Call, kind: str) -> Iterator[Fragment]:
        try:
            statements = sql_of(node, self.app, self.state, self.names)
        except UnclearError as error:
            yield self.code.unread(node, f"{kind}: {error} is not told by the file", self.names)
            return
        if statements is None:
            yield self.code.unread(node, f"{kind} is not read", self.names)
            return
        for sql in statements:
            yield self.code.made(node, sql)

    def run_sql(self, node: ast.Call) -> Iterator[Fragment]:
        """RunSQL with a text, or with a list of texts and of pairs of a text and its parameters."""
        given = Arguments(node, RUN_SQL, self.names)
        sql = given.nodes.get("sql")
        parts = sql.elts if isinstance(sql, ast.List | ast.Tuple) else [sql] if sql is not None else []
        for part in parts:
            text = part.elts[0] if isinstance(part, ast.Tuple | ast.List) and part.elts else part
            value = template(text, self.names)
            if value is not None:
                yield from self.message(self.code.sql(text, value))
            elif last_name(text) != "noop":
                yield self.code.unread(text, "SQL that is put together at run time", self.names)
        self.only_state(given.nodes.get("state_operations"))

    def message(self, fragment: Fragment) -> Iterator[Fragment]:
        """A text of SQL, which is sent at once: its statements are one transaction even where there is none around it
        (django/db/backends/postgresql/operations.py, prepare_sql_script).
        """
        if self.atomic or not several_statements(fragment.text):
            yield fragment
            return
        end = fragment.end if fragment.end >= 0 else fragment.start + len(fragment.text)
        yield Fragment(fragment.start, b"BEGIN", fragment.start)
        yield fragment
        yield Fragment(end, b"COMMIT", end)

    def separate(self, node: ast.Call) -> Iterator[Fragment]:
        """What is done to the database, without changing the models, and then the other way round."""
        given = Arguments(node, ("database_operations", "state_operations"), self.names)
        apart = File(self.code, self.app, self.state.copy(), self.names, self.nodes, atomic=self.atomic)
        yield from apart.operations(given.nodes.get("database_operations"))
        self.only_state(given.nodes.get("state_operations"))

    def only_state(self, node: ast.expr | None) -> None:
        """Lets the models follow operations whose SQL isn't sent."""
        for _ in self.operations(node):
            pass
