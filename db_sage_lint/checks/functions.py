"""Functions and procedures: the rights they run with, and how they find names."""

from collections.abc import Iterator

from db_sage_lint.catalog.records import Function
from db_sage_lint.checks.registry import check
from db_sage_lint.context import Context, Verdict
from db_sage_lint.operations import ChangeSetEnd, Name

# Their names are bound to addresses when the server loads them.
COMPILED = frozenset({"c", "internal"})
# Roles that anybody who reaches the database, or an API in front of it, acts as.
UNTRUSTED = ("public", "anon", "authenticated")


@check
def security_definer_without_search_path(_: ChangeSetEnd, now: Context) -> Iterator[Verdict]:
    every = bool(now.option("all_functions")) or "supabase" in now.profiles
    for overloads in now.db.functions.values():
        for function in overloads:
            if (function.security_definer or every) and is_new(function, now) and finds_names_freely(function):
                yield without_search_path(function, now)


def is_new(function: Function, now: Context) -> bool:
    return now.in_change_set(function.made) or now.in_change_set(function.changed)


def finds_names_freely(function: Function) -> bool:
    """Whether the caller's search_path decides what the names in its body mean."""
    settled = function.sql_body is not None or function.aggregate or function.language in COMPILED
    return not settled and "search_path" not in function.settings


def without_search_path(function: Function, now: Context) -> Verdict:
    schema = open_schema(now) if function.security_definer else ""
    return Verdict(
        where=function.changed if now.in_change_set(function.changed) else function.made,
        severity=("error" if schema else None) if function.security_definer else "info",
        effects=(),
        facts={
            "kind": "the procedure" if function.procedure else "the function",
            "function": now.shown(function.name),
            "runs": "runs with its owner's rights" if function.security_definer else "has no search_path of its own",
            "open": f"; everybody may create objects in {schema}, which is on that path" if schema else "",
        },
    )


def open_schema(now: Context) -> str:
    """A schema of the search_path in force in which an untrusted role may create objects; empty where there is none."""
    return next((schema for schema in now.db.search_path if is_open(schema, now)), "")


def is_open(schema: str, now: Context) -> bool:
    granted = now.db.privileges_on("schema", Name(schema))
    return any(right.privilege == "create" and right.grantee in UNTRUSTED for right in granted)
