"""Secrets in files that go to version control. No value is ever part of a verdict."""

from collections.abc import Callable, Iterable
from typing import Any

from db_sage_lint.checks.registry import check
from db_sage_lint.context import Context, Verdict
from db_sage_lint.expressions import literals
from db_sage_lint.filed import Filed
from db_sage_lint.findings import Severity
from db_sage_lint.operations import (
    AlterRole,
    AlterSetting,
    CreateFunction,
    CreateRole,
    CreateSubscription,
    DoBlock,
    Expression,
    Insert,
    Query,
    ServerOptions,
    Update,
)
from db_sage_lint.regex import lazy

# scheme://user:password@host
URL = lazy(r"(?i)\b[a-z][a-z0-9+.-]*://[^\s/:@'\"]+:([^\s/:@'\"]+)@")
# The key of a connection string, with a value in quotes or without.
PASSWORD = lazy(r"(?i)\bpassword\s*=\s*(?:\\?'([^']+)'|([^\s'\";]+))")
PLACEHOLDER = lazy(r"(?i)\$\{.*\}|\$\(.*\)|\$\w+|\{\{.*\}\}|\{\w*\}|%\(\w+\)s|%[sLI]|<.*>|:'?\w+'?|@\w+@|\*+|x+")
STRING = lazy(rb"(?:[eE]|[uU]&)?'|\$\w*\$")
VERIFIER = lazy(r"SCRAM-SHA-256\$\d+:[^$]+\$[^:]+:.+")
LOCAL_PASSWORDS = frozenset({"postgres", "password", "secret", "changeme", "test", "dev", "local", "admin", "root"})
LOCAL_FILE = lazy(r"(?i)(?:^|[/._-])(?:seeds?|fixtures?|local|dev|tests?)(?:[/._-]|$)")


Holder = (
    CreateSubscription | ServerOptions | Query | Insert | Update | AlterSetting | CreateFunction | DoBlock
)  # fmt: skip


@check
def password_in_sql(op: CreateRole | AlterRole | Holder, now: Context) -> Verdict | bool:
    if isinstance(op, CreateRole | AlterRole):
        return role_password(op, now)
    found = next((value for function in holds[type(op)] for value in function(op) if is_secret(value)), "")
    return bool(found) and Verdict(facts={"place": PLACES[type(op)]}, severity=severity(found, now))


PLACES: dict[type, str] = {
    CreateRole: "role definition",
    AlterRole: "role definition",
    CreateSubscription: "connection string",
    ServerOptions: "list of options",
    Query: "statement",
    Insert: "row",
    Update: "statement",
    AlterSetting: "setting",
    CreateFunction: "function body",
    DoBlock: "block",
}


def role_password(op: CreateRole | AlterRole, now: Context) -> Verdict | bool:
    if op.password is None or not is_secret(op.password) or not is_literal(op.password_at, now):
        return False
    return Verdict(facts={"place": PLACES[type(op)]}, severity=severity(op.password, now), at=op.password_at)


def is_literal(at: int, now: Context) -> bool:
    """Whether a string constant stands at that byte, and not a variable that the runner fills in; it does in text that
    was made from the file, which counts as behind it.
    """
    return not 0 <= at < len(now.script.source) or STRING.match(now.script.source, at) is not None


def is_secret(value: str) -> bool:
    return bool(value) and not PLACEHOLDER.fullmatch(value)


def severity(value: str, now: Context) -> Severity | None:
    """None for the rule's own; a verifier and the usual password of a local database matter less."""
    if VERIFIER.fullmatch(value):
        return "warning"
    return "info" if value in LOCAL_PASSWORDS and LOCAL_FILE.search(now.script.path) else None


# What passwords, placeholders included, stand in the texts of an operation.
holds: Filed[Callable[[Any], Iterable[str]]] = Filed()


@holds
def options(op: ServerOptions) -> Iterable[str]:
    yield from (value for name, value in op.options if name.lower() == "password")
    yield from in_texts(value for _, value in op.options)


@holds
def connection(op: CreateSubscription) -> Iterable[str]:
    return in_connections([op.connection])


@holds
def setting(op: AlterSetting) -> Iterable[str]:
    return in_texts([op.value or ""])


@holds
def body(op: CreateFunction | DoBlock) -> Iterable[str]:
    return in_connections([op.body]) if "://" in op.body or "dblink" in op.body else ()


@holds
def query(op: Query) -> Iterable[str]:
    return (in_connections if b"dblink" in op.query else in_texts)(texts([op.query]))


@holds
def inserted(op: Insert) -> Iterable[str]:
    return in_texts(texts([*(value for row in op.values for value in row), *([op.query] if op.query else [])]))


@holds
def assigned(op: Update) -> Iterable[str]:
    return in_texts(texts(assignment.value for assignment in op.assignments))


def texts(expressions: Iterable[Expression]) -> Iterable[str]:
    """The string literals that may hold a URL or a connection string."""
    telling = (e for e in expressions if b"://" in e or b"password" in e)
    return (literal.value for expression in telling for literal in literals(expression) if literal.kind == "string")


def in_texts(values: Iterable[str]) -> list[str]:
    """Passwords in URLs."""
    return [found for value in values for found in URL.findall(value)]


def in_connections(values: Iterable[str]) -> list[str]:
    """Passwords in URLs and in connection strings of libpq."""
    listed = list(values)
    return in_texts(listed) + [quoted or bare for value in listed for quoted, bare in PASSWORD.findall(value)]
