"""A PL/pgSQL block read from its tree, statement by statement."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from typing import TypeAlias

import msgspec
from msgspec import Raw

from db_sage_lint.bodies.dynamic import HOLE, MOST_TEXTS, elements_of, outline_of, rows_of, system_rows, texts_of
from db_sage_lint.bodies.plpgsql import Fields, fields
from db_sage_lint.bodies.records import Body, Inputs, Json, Texts, UnreadText
from db_sage_lint.bodies.text import BlockText, Span, placed
from db_sage_lint.lexer import words
from db_sage_lint.parse import Statement, Tree, tree_of
from db_sage_lint.recovery import filled_tree

ASSIGNMENT = re.compile(r"^.*?:?=", re.DOTALL)
HOLE_IN_RELATION = re.compile(rb'"(?:relname|schemaname)":"[^"]*' + HOLE.encode())
HOLE_IN_NAME = re.compile(HOLE_IN_RELATION.pattern + rb'|"funcname":\[[^\]]*' + HOLE.encode())
# Rounds of loops over known values that are read one by one; beyond that, all values are taken together.
MOST_ROUNDS = 256
# Statements that read or change rows, and definitions only through the functions they call.
ON_ROWS = frozenset({"DeleteStmt", "InsertStmt", "SelectStmt", "UpdateStmt"})
# Statements that change a relation, whose name says all about what they may change.
ON_RELATIONS = frozenset({
    "AlterTableStmt", "CreatePolicyStmt", "CreateTrigStmt", "IndexStmt", "RuleStmt", "TruncateStmt",
})  # fmt: skip
# Statements that change no definition of anything that exists: what they name otherwise is all that they may be about.
ADDITIVE = frozenset({
    "AlterDefaultPrivilegesStmt", "AlterOwnerStmt", "AlterRoleSetStmt", "AlterRoleStmt", "AnalyzeStmt", "CommentStmt",
    "CreateForeignServerStmt", "CreateRoleStmt", "CreateSchemaStmt", "CreateSeqStmt", "CreateStmt",
    "CreateUserMappingStmt", "DeleteStmt", "ExplainStmt", "GrantRoleStmt", "GrantStmt", "InsertStmt", "NotifyStmt",
    "RefreshMatViewStmt", "SelectStmt", "UpdateStmt", "VacuumStmt", "VariableSetStmt",
})  # fmt: skip


Known: TypeAlias = "dict[str, Texts | None]"
Statements: TypeAlias = Iterable[tuple[str, Fields]]


def expression(node: Fields, key: str) -> str:
    """The text of an expression in PL/pgSQL's tree, empty if there is none."""
    query = fields(node.get(key), "PLpgSQL_expr").get("query")
    return query if isinstance(query, str) else ""


def line_of(node: Fields) -> int:
    line = node.get("lineno")
    return line if isinstance(line, int) else 1


def nodes(node: Fields, key: str) -> Iterator[tuple[str, Fields]]:
    """The nodes of a list, each with its type."""
    children = node.get(key)
    for child in children if isinstance(children, list) else ():
        for kind, inner in child.items() if isinstance(child, dict) else ():
            if isinstance(inner, dict):
                yield kind, inner


class Walk:
    """A block being read, in the order of its text, and what is known of its variables on the way.

    `variables` are those whose value comes from literals: all that it may be. None, or not there: unknown. At first
    they are the arguments.
    """

    def __init__(self, where: BlockText, inputs: Inputs) -> None:
        self.where = where
        self.statements: list[Statement] = []
        self.unread: list[UnreadText] = []
        self.caught: set[str] = set()
        self.variables: Known = {**inputs.arguments}
        self.rows = inputs.rows
        self.names: list[str] = []
        self.conditions = 0
        self.rounds = MOST_ROUNDS
        self.found: set[tuple[int, bytes]] = set()

    def function(self, function: Fields) -> Body:
        """All that the block runs, given the tree of the function made up around it."""
        self.declared(list(nodes(function, "datums")))
        self.statement_list([("PLpgSQL_stmt_block", fields(function.get("action"), "PLpgSQL_stmt_block"))])
        return Body(tuple(self.statements), tuple(self.unread), frozenset(self.caught))

    def declared(self, datums: list[tuple[str, Fields]]) -> None:
        """Variables with their defaults, and cursors with their queries."""
        self.names = [str(datum.get("refname", "")) if kind == "PLpgSQL_var" else "" for kind, datum in datums]
        for name, (_, datum) in zip(self.names, datums, strict=True):
            default, cursor = expression(datum, "default_val"), expression(datum, "cursor_explicit_expr")
            if default:
                self.value(default, line_of(datum))
            if cursor:
                self.query(cursor, line_of(datum))
            if default and name:
                self.learn(name, default)

    def statement_list(self, statements: Statements) -> None:
        for kind, node in statements:
            handler = HANDLERS.get(kind)
            if handler is not None:
                handler(self, node)

    # --- SQL -----------------------------------------------------------------------------------------------------

    def query(self, text: str, line: int, *, perform: bool = False) -> None:
        """A statement as it stands in the block."""
        span = self.where.find(text.encode(), line, perform=perform)
        tree = tree_of(text)
        if not isinstance(tree, Tree):
            self.give_up(UnreadText(tree.message, words_of(text), span.start))
            return
        self.emit(tree, span)

    def emit(self, tree: Tree, span: Span) -> None:
        """The statements of a tree, unless an earlier round of a loop had the same ones at the same place."""
        for raw in tree.stmts:
            for kind, node in raw.stmt.items():
                key = (span.start, bytes(node))
                if key not in self.found:
                    self.found.add(key)
                    self.statements.append(placed(kind, node, span, conditional=self.conditions > 0))

    def give_up(self, unread: UnreadText) -> None:
        if unread not in self.unread:
            self.unread.append(unread)

    def value(self, text: str, line: int) -> None:
        """An expression, which counts as a query if it calls functions."""
        if "(" not in text:
            return
        tree = tree_of(f"SELECT {text}")
        if isinstance(tree, Tree) and any(b'"FuncCall"' in bytes(node) for node in statement_nodes(tree)):
            span = self.where.find(text.encode(), line)
            self.emit(tree, msgspec.structs.replace(span, base=span.base - len("SELECT ")) if span.exact else span)

    def execute(self, text: str, line: int) -> None:
        """SQL whose text an expression puts together."""
        span = self.where.find(text.encode(), line)
        texts = texts_of(text, self.variables)
        if texts is None:
            self.outlined(text, span)
            return
        for sql in texts:
            tree = filled_tree(sql)
            if not isinstance(tree, Tree):
                self.give_up(UnreadText(f"EXECUTE of what is no SQL: {tree.message}", words_of(sql), span.start))
                continue
            self.emit(tree, self.inside(sql, span))

    def inside(self, sql: str, span: Span) -> Span:
        """The place of SQL that EXECUTE runs: of the literal, where it stands there as it is."""
        literal = self.where.text_at(span).find(sql.encode()) if span.exact else -1
        if literal < 0:
            return msgspec.structs.replace(span, base=span.start, exact=False)
        return msgspec.structs.replace(span, base=span.start + literal)

    def outlined(self, text: str, span: Span) -> None:
        """EXECUTE of text that is known in part only: about named relations, if the part that names them is known.

        Of a statement on rows in which only values are unknown, all that matters is known.
        """
        why = "EXECUTE runs SQL that is put together at run time"
        outline = outline_of(text, self.variables)
        tree = tree_of(outline)
        if not isinstance(tree, Tree) or len(tree.stmts) != 1:
            self.give_up(UnreadText(why, frozenset(), span.start))
            return
        ((kind, node),) = tree.stmts[0].stmt.items()
        if kind in ON_ROWS and not HOLE_IN_NAME.search(bytes(node)):
            self.emit(tree, msgspec.structs.replace(span, base=span.start, exact=False))
            return
        known = kind in ADDITIVE or (kind in ON_RELATIONS and not HOLE_IN_RELATION.search(bytes(node)))
        names = words_of(outline) - {HOLE} if known else frozenset[str]()
        self.give_up(UnreadText(why, names, span.start, kind))

    # --- what may run, or not, or again ----------------------------------------------------------------------------

    def alternatives(self, ways: Iterable[tuple[Known, Statements]], *, one_runs: bool = False) -> None:
        """Lists of statements of which at most one runs, each with what is known of variables there."""
        before = self.variables
        after = [] if one_runs else [before]
        self.conditions += 1
        for known, statements in ways:
            self.variables = before | known
            self.statement_list(statements)
            after.append(self.variables)
        self.conditions -= 1
        self.variables = reduce(either, after)

    def branches(self, branches: Iterable[Statements], *, one_runs: bool = False) -> None:
        self.alternatives((({}, branch) for branch in branches), one_runs=one_runs)

    def loop(self, node: Fields, name: str = "", values: Texts | None = None) -> None:
        """Statements that run any number of times: what they assign is unknown from the second time on. The loop's own
        variable may have `values`.
        """
        self.forget(node)
        rounds: list[Known] = [{name: values}]
        if values is not None and len(values) <= self.rounds:
            rounds = [{name: (value,)} for value in values]
            self.rounds -= len(values)
        cursor = self.where.cursor
        self.alternatives((known, self.again(node, cursor)) for known in rounds)

    def again(self, node: Fields, cursor: int) -> Iterator[tuple[str, Fields]]:
        """A loop's statements, to be found in the text from `cursor` on in every round."""
        self.where.cursor = cursor
        yield from nodes(node, "body")

    def assigned(self, node: Json) -> Iterator[str]:
        """The variables that anything below the node may assign."""
        pending = [node]
        while pending:
            current = pending.pop()
            if isinstance(current, list):
                pending += current
            elif isinstance(current, dict):
                yield from self.targets(current)
                pending += current.values()

    def targets(self, node: Fields) -> Iterator[str]:
        """The variables that the node itself assigns."""
        for key in ("varno", "target"):
            number = node.get(key)
            if isinstance(number, int) and 0 <= number < len(self.names):
                yield self.names[number]
        name = node.get("name", node.get("refname"))
        if isinstance(name, str):
            yield name

    def learn(self, name: str, expression: str) -> None:
        """The variable has the expression's value from here on. Variables of the same name can't be told apart."""
        literals = "'" in expression or "$" in expression or any(self.variables.values())
        if literals and self.names.count(name) == 1:
            self.variables[name] = texts_of(expression, self.variables)
            self.variables[f"{name}[]"] = elements_of(expression, self.variables)

    def forget(self, node: Json) -> None:
        """What the node assigns is unknown from here on."""
        for name in self.assigned(node):
            self.variables[name] = self.variables[f"{name}[]"] = None

    def name_of(self, node: Fields) -> str:
        """The variable that the node assigns, empty if it is none that has a single value."""
        number = node.get("varno", 0)
        return self.names[number] if isinstance(number, int) and 0 <= number < len(self.names) else ""


def words_of(text: str) -> frozenset[str]:
    encoded = text.encode()
    return words(encoded, 0, len(encoded))


def statement_nodes(tree: Tree) -> Iterator[Raw]:
    for raw in tree.stmts:
        yield from raw.stmt.values()


def either(one: Known, other: Known) -> Known:
    """What is known of variables that are as in one case or the other."""
    merged: Known = {}
    for name in one.keys() | other.keys():
        first, second = one.get(name), other.get(name)
        both = None if first is None or second is None else tuple(dict.fromkeys(first + second))
        merged[name] = both if both is None or len(both) <= MOST_TEXTS else None
    return merged


# --- PL/pgSQL's statements ------------------------------------------------------------------------------------------


def block(walk: Walk, node: Fields) -> None:
    handlers = list(nodes(fields(node.get("exceptions"), "PLpgSQL_exception_block"), "exc_list"))
    if not handlers:
        walk.statement_list(nodes(node, "body"))
        return
    walk.branches([nodes(node, "body")])
    for _, handler in handlers:
        walk.caught.update(str(condition.get("condname", "")) for _, condition in nodes(handler, "conditions"))
    walk.branches(nodes(handler, "action") for _, handler in handlers)


def sql(walk: Walk, node: Fields) -> None:
    walk.query(expression(node, "sqlstmt"), line_of(node))
    walk.forget(node.get("target"))


def perform(walk: Walk, node: Fields) -> None:
    walk.query(expression(node, "expr"), line_of(node), perform=True)


def call(walk: Walk, node: Fields) -> None:
    walk.query(expression(node, "expr"), line_of(node))
    walk.forget(node.get("target"))


def assign(walk: Walk, node: Fields) -> None:
    text = ASSIGNMENT.sub("", expression(node, "expr"), count=1).strip()
    walk.value(text, line_of(node))
    walk.learn(walk.name_of(node), text)


def returned(walk: Walk, node: Fields) -> None:
    walk.value(expression(node, "expr"), line_of(node))


def query_or_dynamic(walk: Walk, node: Fields) -> None:
    """RETURN QUERY and OPEN."""
    if query := expression(node, "query"):
        walk.query(query, line_of(node))
    if dynamic := expression(node, "dynquery"):
        walk.execute(dynamic, line_of(node))


def execute(walk: Walk, node: Fields) -> None:
    walk.execute(expression(node, "query"), line_of(node))
    walk.forget(node.get("target"))


def query_loop(walk: Walk, node: Fields) -> None:
    query = expression(node, "query")
    walk.query(query, line_of(node))
    rows = rows_of(query, walk.variables) or system_rows(query, walk.variables, walk.rows)
    if rows is None:
        walk.loop(node)
    else:
        walk.loop(node, loop_variable(node, rows[0]), rows[1])


def loop_variable(node: Fields, column: str) -> str:
    """What a loop over the rows of a query with one column calls its value."""
    record = fields(node.get("var"), "PLpgSQL_rec").get("refname")
    if isinstance(record, str):
        return f"{record}.{column}"
    row = fields(node.get("var"), "PLpgSQL_row").get("fields")
    first = row[0] if isinstance(row, list) and row else None
    return str(first.get("name", "")) if isinstance(first, dict) else ""


def dynamic_loop(walk: Walk, node: Fields) -> None:
    walk.execute(expression(node, "query"), line_of(node))
    walk.loop(node)


def plain_loop(walk: Walk, node: Fields) -> None:
    walk.loop(node)


def array_loop(walk: Walk, node: Fields) -> None:
    walk.loop(node, walk.name_of(node), elements_of(expression(node, "expr"), walk.variables))


def if_(walk: Walk, node: Fields) -> None:
    otherwise = (nodes(elsif, "stmts") for _, elsif in nodes(node, "elsif_list"))
    walk.branches([nodes(node, "then_body"), *otherwise, nodes(node, "else_body")], one_runs=True)


def case(walk: Walk, node: Fields) -> None:
    cases = (nodes(when, "stmts") for _, when in nodes(node, "case_when_list"))
    walk.branches([*cases, nodes(node, "else_stmts")], one_runs=True)


def end_transaction(command: str) -> Callable[[Walk, Fields], None]:
    def handler(walk: Walk, node: Fields) -> None:
        tree = tree_of(f"{command} AND CHAIN" if node.get("chain") else command)
        assert isinstance(tree, Tree)
        walk.emit(tree, walk.where.find_word(command, line_of(node)))

    return handler


HANDLERS: dict[str, Callable[[Walk, Fields], None]] = {
    "PLpgSQL_stmt_block": block,
    "PLpgSQL_stmt_execsql": sql,
    "PLpgSQL_stmt_perform": perform,
    "PLpgSQL_stmt_call": call,
    "PLpgSQL_stmt_assign": assign,
    "PLpgSQL_stmt_return": returned,
    "PLpgSQL_stmt_return_next": returned,
    "PLpgSQL_stmt_return_query": query_or_dynamic,
    "PLpgSQL_stmt_open": query_or_dynamic,
    "PLpgSQL_stmt_dynexecute": execute,
    "PLpgSQL_stmt_fors": query_loop,
    "PLpgSQL_stmt_dynfors": dynamic_loop,
    "PLpgSQL_stmt_foreach_a": array_loop,
    "PLpgSQL_stmt_loop": plain_loop,
    "PLpgSQL_stmt_while": plain_loop,
    "PLpgSQL_stmt_fori": plain_loop,
    "PLpgSQL_stmt_forc": plain_loop,
    "PLpgSQL_stmt_if": if_,
    "PLpgSQL_stmt_case": case,
    "PLpgSQL_stmt_commit": end_transaction("COMMIT"),
    "PLpgSQL_stmt_rollback": end_transaction("ROLLBACK"),
}
