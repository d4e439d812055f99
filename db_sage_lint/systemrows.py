"""Rows of the system catalogs, as far as the replayed catalog knows them: for loops that run SQL on each of them."""

from collections.abc import Callable
from functools import partial

from db_sage_lint.bodies import Rows, Texts
from db_sage_lint.catalog import Catalog
from db_sage_lint.expressions.tree import Fields, Json, items, node, strings, text
from db_sage_lint.operations import Name
from db_sage_lint.regex import lazy

# The relations that list policies: the column with a policy's name, and those by which its table is named.
POLICIES = {"pg_policies": ("policyname", {"schemaname", "tablename"}), "pg_policy": ("polname", {"polrelid"})}
UNDERSTOOD = frozenset({"targetList", "fromClause", "whereClause", "sortClause", "limitOption", "op"})
IDENTIFIER = r'"(?:[^"]|"")+"|\w+'
NAME = lazy(rf"(?:({IDENTIFIER})\.)?({IDENTIFIER})")

Value = Callable[[Json], str | None]


def rows_in(db: Catalog) -> Rows:
    return partial(policies, db)


def policies(db: Catalog, select: Fields, value: Value) -> tuple[str, Texts] | None:
    """The column and the rows of a query for the names of a table's policies; `value` tells what expressions come to.

    None for any other query. Policies that no file made are not among them: what is not known isn't told apart either.
    """
    sources, targets = items(select.get("fromClause")), items(select.get("targetList"))
    if not select.keys() <= UNDERSTOOD or len(sources) != 1 or len(targets) != 1:
        return None
    source = node(sources[0])[1]
    if text(source.get("schemaname")) not in ("", "pg_catalog"):
        return None
    column, keys = POLICIES.get(text(source.get("relname")), ("", frozenset()))
    target = node(targets[0])[1]
    conditions = equalities(select.get("whereClause"), value)
    if not column or column_of(target.get("val")) != column or conditions is None or not conditions.keys() <= keys:
        return None
    name = table_named(conditions)
    if name is None:
        return None
    table = db.table(name)
    return text(target.get("name")) or column, tuple(table.policies) if table else ()


def equalities(where: Json, value: Value) -> dict[str, str] | None:
    """What the columns have to equal; None where the condition is anything else, or a value is not known."""
    found: dict[str, str] = {}
    pending = [where]
    while pending:
        kind, fields = node(pending.pop())
        if kind == "BoolExpr" and fields.get("boolop") == "AND_EXPR":
            pending += items(fields.get("args"))
            continue
        column, wanted = column_of(fields.get("lexpr")), value(fields.get("rexpr"))
        if kind != "A_Expr" or strings(fields.get("name")) != ["="] or not column or wanted is None:
            return None
        found[column] = wanted
    return found


def column_of(value: Json) -> str:
    """The column that the expression is, cast or not; empty for any other."""
    kind, fields = node(value)
    while kind == "TypeCast":
        kind, fields = node(fields.get("arg"))
    names = strings(fields.get("fields")) if kind == "ColumnRef" else []
    return names[-1] if names else ""


def table_named(conditions: dict[str, str]) -> Name | None:
    if "tablename" in conditions:
        return Name(conditions["tablename"], conditions.get("schemaname", ""))
    written = NAME.fullmatch(conditions.get("polrelid", ""))
    return Name(identifier(written[2]), identifier(written[1] or "")) if written else None


def identifier(written: str) -> str:
    return written[1:-1].replace('""', '"') if written.startswith('"') else written.lower()
