"""Every column of a query bound to its relation, by PostgreSQL's rules of scope.

Source: transformSelectStmt and its kin in parser/analyze.c, findTargetlistEntrySQL92 in parser/parse_clause.c.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from db_sage_lint.expressions.figure import name_of
from db_sage_lint.expressions.from_clause import from_item, table_item
from db_sage_lint.expressions.inference import UNKNOWN, type_of
from db_sage_lint.expressions.known import Known
from db_sage_lint.expressions.namespace import (
    SYSTEM_COLUMNS,
    Found,
    Item,
    Output,
    Outputs,
    Scope,
    Seen,
    Source,
    outputs_renamed,
)
from db_sage_lint.expressions.tree import Fields, Json, fields_of, items, location, node, strings, text
from db_sage_lint.operations import Name, Type

_DEEPEST = 60
# Fields of nodes that hold names and literals only: of types, functions, operators, constants; and constants.
_WITHOUT_COLUMNS = frozenset({"typeName", "funcname", "name", "sval", "ival", "fval", "boolval", "bsval", "A_Const"})


class TooDeepError(Exception):
    """A query nested too deeply to be followed; it doesn't leave this package."""


class Reference(Struct, frozen=True):
    """A place where a column stands: its words ("*" for the star), what it was found to be, the depth of its query."""

    words: tuple[str, ...]
    found: Found
    within: int
    location: int


class Resolver:
    """Walks an expression or a statement once; what it has found stands in its attributes afterwards.

    `references` are keyed by the identity of the ColumnRef's fields. `touched` are the columns read of relations, ""
    for all or unknown ones; `relations` all that are read. `typed` asks for the types of what sub-selects return.
    """

    def __init__(self, db: Known, *, typed: bool = False) -> None:
        self.db = db
        self.typed = typed
        self.references: dict[int, Reference] = {}
        self.touched: set[tuple[Name, str]] = set()
        self.relations: set[Name] = set()
        self.returned: dict[int, Outputs] = {}
        self.sources = 0

    def source(self, alias: str, relation: Name | None = None) -> Source:
        self.sources += 1
        return Source(self.sources, alias, relation)

    # --- expressions ----------------------------------------------------------------------------------------------

    def expression(self, value: Json, scope: Scope) -> None:
        """Binds every column under `value`."""
        stack: list[Json] = [value]
        while stack:
            here = stack.pop()
            if type(here) is list:
                stack += here
            elif type(here) is dict:
                kind, fields = node(here)
                if kind == "ColumnRef":
                    self.column(fields, scope)
                elif kind in _STATEMENTS:
                    self.statement(kind, fields, scope)
                elif kind not in _WITHOUT_COLUMNS and not (kind == "A_Indirection" and self.field(fields, scope)):
                    for key, inner in (fields or here).items():
                        if (type(inner) is dict or type(inner) is list) and key not in _WITHOUT_COLUMNS:
                            stack.append(inner)

    def column(self, fields: Fields, scope: Scope) -> None:
        words = tuple(
            [
                text(fields_of(part["String"]).get("sval")) if "String" in part else "*"
                for part in map(fields_of, items(fields.get("fields")))
            ]
        )
        found = self.look_up(words[-3:], scope)
        self.references[id(fields)] = Reference(words, found, scope.depth, location(fields))
        self.see(found)

    def field(self, fields: Fields, scope: Scope) -> bool:
        """`(relation).column`, which is the column and no whole row."""
        kind, argument = node(fields.get("arg"))
        rows, names = strings(argument.get("fields")), strings(fields.get("indirection"))
        if kind != "ColumnRef" or len(rows) != 1 or not names or scope.column(rows[0]).whole is None:
            return False
        found = scope.qualified(rows[0], names[0])
        self.references[id(argument)] = Reference((rows[0], names[0]), found, scope.depth, location(argument))
        self.see(found)
        return True

    def look_up(self, words: tuple[str, ...], scope: Scope) -> Found:
        *qualifier, name = words
        if not qualifier:
            return scope.column(name)
        schema = qualifier[0] if len(qualifier) > 1 else ""
        return scope.rows(qualifier[-1], schema) if name == "*" else scope.qualified(qualifier[-1], name, schema)

    def see(self, found: Found) -> None:
        """Notes what is read. A whole row depends on the relation only: find_expr_references_walker in dependency.c."""
        for seen in found.columns:
            self.touch(seen)
        if not found.columns:
            self.touch_all(found.candidates)

    def see_all(self, item: Item) -> None:
        """Notes that every column is read, as by the star."""
        for seen in item.columns:
            self.touch(seen)
        self.touch_all(item.open)

    def touch(self, seen: Seen) -> None:
        if seen.source.relation is not None and seen.column not in SYSTEM_COLUMNS:
            self.touched.add((seen.source.relation, seen.column))

    def touch_all(self, sources: tuple[Source, ...]) -> None:
        self.touched.update((source.relation, "") for source in sources if source.relation is not None)

    def unbound(self, own: Name | None = None) -> frozenset[tuple[Name, str]]:
        """Columns that are named and that nothing has, each with relations that should: the one that is written, or all
        that are read, and `own`, where none is written and nothing in sight may have others than are known.
        """
        relations = {*self.relations, *([own] if own else [])}
        found = set[tuple[Name, str]]()
        for reference in self.references.values():
            if reference.found.columns or reference.found.whole or reference.words[-1] == "*":
                continue
            named = {source.relation for source in reference.found.candidates if source.relation}
            if len(reference.words) == 1 and not reference.found.candidates:
                named = relations
            found |= {(name, reference.words[-1]) for name in named}
        return frozenset(found)

    def type(self, value: Json) -> Type | None:
        """The type of an expression that has been resolved."""
        return type_of(value, self.db, self._told)

    def _told(self, kind: str, fields: Fields) -> Type | None:
        if kind == "ColumnRef":
            reference = self.references.get(id(fields))
            return reference.found.columns[0].type if reference and len(reference.found.columns) == 1 else None
        outputs = self.returned.get(id(fields)) if kind == "SelectStmt" else None
        return outputs[0].type if outputs else None

    # --- statements -----------------------------------------------------------------------------------------------

    def statement(self, kind: str, fields: Fields, parent: Scope, depth: int | None = None) -> Outputs:
        """Resolves a SELECT, INSERT, UPDATE, DELETE or MERGE inside `parent`; gives the columns that it returns, None
        where they can't all be told.
        """
        scope = Scope(parent, parent.depth + 1 if depth is None else depth)
        if scope.depth > _DEEPEST:
            raise TooDeepError
        self.with_queries(fields_of(fields.get("withClause")), scope)
        outputs = _STATEMENTS[kind](self, fields, scope)
        self.returned[id(fields)] = outputs
        return outputs

    def with_queries(self, clause: Fields, scope: Scope) -> None:
        for query in items(clause.get("ctes")):
            _, fields = node(query)
            name, names = text(fields.get("ctename")), strings(fields.get("aliascolnames"))
            kind, inner = node(fields.get("ctequery"))
            if kind not in _STATEMENTS:
                continue
            if clause.get("recursive") and kind == "SelectStmt":
                outputs = self.recursive(inner, scope, name, names)
            else:
                outputs = self.statement(kind, inner, scope)
            scope.queries[name] = outputs_renamed(outputs, names)

    def recursive(self, fields: Fields, scope: Scope, name: str, names: list[str]) -> Outputs:
        """A query of WITH RECURSIVE, which sees itself with the columns of its first part."""
        inner = Scope(scope, scope.depth)
        inner.queries[name] = None
        first: Fields = fields
        while isinstance(first.get("larg"), dict) and "withClause" not in first:
            first = fields_of(first["larg"])
        if first is not fields:
            inner.queries[name] = outputs_renamed(self.statement("SelectStmt", first, inner), names)
        return self.statement("SelectStmt", fields, inner, scope.depth + 1)

    def select(self, fields: Fields, scope: Scope) -> Outputs:
        if fields.get("op", "SETOP_NONE") != "SETOP_NONE":
            return self.set_operation(fields, scope)
        if "valuesLists" in fields:
            return self.values(fields, scope)
        self.from_clause(fields.get("fromClause"), scope)
        outputs = self.targets(fields.get("targetList"), scope)
        for key in ("whereClause", "havingClause", "windowClause", "limitCount", "limitOffset"):
            self.expression(fields.get(key), scope)
        names = {o.name for o in outputs or ()} | _aliases(fields.get("targetList"))
        self.by_output_or_column(fields, scope, names)
        return outputs

    def by_output_or_column(self, fields: Fields, scope: Scope, names: set[str]) -> None:
        """ORDER BY and DISTINCT ON mean a column of the result by a bare name, GROUP BY only where FROM has none."""
        for key in ("sortClause", "distinctClause"):
            for part in items(fields.get(key)):
                kind, sort = node(part)
                value = sort.get("node") if kind == "SortBy" else part
                if _bare_name(value) not in names:
                    self.expression(value, scope)
        for part in items(fields.get("groupClause")):
            name = _bare_name(part)
            if name not in names or _has_column(scope, name):
                self.expression(part, scope)

    def set_operation(self, fields: Fields, scope: Scope) -> Outputs:
        """UNION and its kin: the names of the first part; a type where all parts agree. Chains are long, not deep."""
        parts: list[Outputs] = []
        stack = [fields_of(fields.get("rarg")), fields_of(fields.get("larg"))]
        while stack:
            part = stack.pop()
            if part.get("op", "SETOP_NONE") != "SETOP_NONE" and "withClause" not in part:
                stack += [fields_of(part.get("rarg")), fields_of(part.get("larg"))]
            else:
                parts.append(self.statement("SelectStmt", part, scope, scope.depth))
        first = parts[0]
        return None if first is None else tuple(Output(o.name, _agreed(parts, i)) for i, o in enumerate(first))

    def values(self, fields: Fields, scope: Scope) -> tuple[Output, ...]:
        rows = [items(node(row)[1].get("items")) for row in items(fields.get("valuesLists"))]
        self.expression(fields.get("valuesLists"), scope)
        columns = range(min(map(len, rows), default=0))
        types = [{_settled(self.type(row[i])) for row in rows} if self.typed else {None} for i in columns]
        return tuple(Output(f"column{i + 1}", types[i].pop() if len(types[i]) == 1 else None) for i in columns)

    def from_clause(self, value: Json, scope: Scope) -> None:
        for part in items(value):
            found = from_item(self, part, scope)
            for item in found:
                item.lateral_only = True
            scope.items += found
        for item in scope.items:
            item.lateral_only = False

    def targets(self, value: Json, scope: Scope) -> Outputs:
        """The columns that a target list or RETURNING gives."""
        outputs: list[Output] = []
        told = True
        for target in items(value):
            _, fields = node(target)
            expression = fields.get("val")
            starred = self.star(expression, scope)
            if starred is not None:
                outputs += [Output(seen.name, seen.type) for item in starred for seen in item.columns]
                told = told and not any(item.open for item in starred)
                continue
            self.expression(expression, scope)
            name = text(fields.get("name")) or name_of(expression) or "?column?"
            outputs.append(Output(name, _settled(self.type(expression)) if self.typed else None))
        return tuple(outputs) if told else None

    def star(self, value: Json, scope: Scope) -> list[Item] | None:
        """The items that `*` or `t.*` stands for; None for another expression. An item that can't be found is open."""
        kind, fields = node(value)
        if (
            kind != "ColumnRef"
            or not items(fields.get("fields"))
            or "A_Star" not in fields_of(items(fields["fields"])[-1])
        ):
            return None
        if len(items(fields["fields"])) > 1:
            self.column(fields, scope)
            found = self.references[id(fields)].found.whole
            starred = [found or Item("", [], open=(self.source(""),))]
        else:
            starred = [item for item in scope.items if item.plain]
        for item in starred:
            self.see_all(item)
        return starred

    # --- statements that write ------------------------------------------------------------------------------------

    def insert(self, fields: Fields, scope: Scope) -> Outputs:
        kind, query = node(fields.get("selectStmt"))
        if kind:
            self.statement(kind, query, scope)
        scope.items = table_item(self, fields_of(fields.get("relation")), None, read=False)
        conflict = fields_of(fields.get("onConflictClause"))
        if conflict:
            target = scope.items[0]
            rows = self.source("excluded")
            excluded = [Seen(seen.name, rows, seen.column, seen.type) for seen in target.columns]
            scope.items.append(
                Item("excluded", excluded, open=(rows,) if target.open else (), source=rows, plain=False)
            )
            self.expression(conflict, scope)
            scope.items.pop()
        return self.returning(fields, scope)

    def update(self, fields: Fields, scope: Scope) -> Outputs:
        scope.items = table_item(self, fields_of(fields.get("relation")), None, read=False)
        self.from_clause(fields.get("fromClause") or fields.get("usingClause"), scope)
        self.expression([fields.get("targetList"), fields.get("whereClause")], scope)
        return self.returning(fields, scope)

    def merge(self, fields: Fields, scope: Scope) -> Outputs:
        self.from_clause([fields.get("sourceRelation")], scope)
        scope.items = table_item(self, fields_of(fields.get("relation")), None, read=False) + scope.items
        self.expression([fields.get("joinCondition"), fields.get("mergeWhenClauses")], scope)
        return self.returning(fields, scope)

    def returning(self, fields: Fields, scope: Scope) -> Outputs:
        clause = fields_of(fields.get("returningClause"))
        return self.targets(clause.get("exprs") or fields.get("returningList"), scope)


_STATEMENTS: dict[str, Callable[[Resolver, Fields, Scope], Outputs]] = {
    "SelectStmt": Resolver.select,
    "InsertStmt": Resolver.insert,
    "UpdateStmt": Resolver.update,
    "DeleteStmt": Resolver.update,
    "MergeStmt": Resolver.merge,
}


def _aliases(target_list: Json) -> set[str]:
    """The names that a target list gives by AS."""
    return {text(node(target)[1].get("name")) for target in items(target_list)} - {""}


def _bare_name(value: Json) -> str:
    kind, fields = node(value)
    words = strings(fields.get("fields")) if kind == "ColumnRef" else []
    return words[0] if len(words) == 1 else ""


def _has_column(scope: Scope, name: str) -> bool:
    return any(item.find(name) or item.open for item in scope.items if item.plain)


def _settled(told: Type | None) -> Type | None:
    """The type of a result: a literal without one is text."""
    return Type("text") if told == UNKNOWN else told


def _agreed(parts: list[Outputs], place: int) -> Type | None:
    types = {part[place].type if part and place < len(part) else None for part in parts}
    texts = {Type("text"), *(t for t in types if t is not None and t.name == "varchar" and not t.dimensions)}
    return Type("text") if Type("text") in types and types <= texts else types.pop() if len(types) == 1 else None
