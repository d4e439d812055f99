"""Which statements reach programs, files or other servers: a migration is untrusted input, and these need a word first.

Told from the operations and, since SQL may be put together at run time, from the words that stand anywhere in the
statement. It is a guard against what a migration does openly, not a prison: that is the server's own isolation
(see `sandbox`), and a role that is no superuser.
"""

import re

from db_sage_lint.operations import Copy, CreateSubscription, Delete, Insert, Nothing, ServerWide, Update
from db_sage_lint.shadow.extensions import extension_of
from db_sage_lint.shadow.statements import Sent

# Functions, extensions and languages that read or write files, run programs, or connect to other servers.
# Sources: manual, 9.28 System Administration Functions, 35.4 Server-Side Functions, and appendix F.
WORDS = re.compile(
    rb"""(?<![\w$]) (?: pg_read_(?:binary_)?file | pg_ls_(?:dir|logdir|waldir|tmpdir|archive_statusdir) | pg_stat_file
    | pg_read_server_files | pg_write_server_files | pg_execute_server_program | pg_file_(?:write|rename|unlink|sync)
    | pg_logdir_ls | lo_(?:import|export) | dblink\w* | file_fdw | mysql_fdw | adminpack | pg_cron_job
    | plpython[23]?u | plperlu | pltclu | plr | plsh | plv8u | (?<!net\.)http_(?:get|post|put|delete) | load_file
    | database_to_xml_file | pg_rotate_logfile | pg_promote | pg_create_restore_point ) (?![\w$])""",
    re.IGNORECASE | re.VERBOSE,
)
# Statements whose strings are rows, and don't run.
ROWS = (Insert, Update, Delete)
LITERALS = re.compile(rb"'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$", re.DOTALL)
PROGRAM = re.compile(rb"\b(?:from|to)\s+program\b", re.IGNORECASE)
# Its stub stands in where a statement makes it openly; nothing else does.
HIDDEN_WRAPPER = re.compile(rb"\bextension\b[^;]*\bpostgres_fdw\b", re.IGNORECASE)
COPY_FILE = re.compile(rb"\bcopy\b[^;]*\b(?:from|to)\s+(?:E|U&)?'", re.IGNORECASE)
LANGUAGE_C = re.compile(rb"\blanguage\s+'?c\b'?", re.IGNORECASE)
INTERNAL = re.compile(rb"\blanguage\s+'?internal\b'?", re.IGNORECASE)
# A function of the server's own under another name, which works on values alone.
ON_VALUES = re.compile(
    rb"""\bas\s+(?:'|\$\w*\$)\s*(?:array|bool|bpchar|byteatext|char|date|float[48]|int[248]|interval|jsonb?|name|numeric
    |quote|range|regexp|text|time|timetz|timestamp|timestamptz|to_tsvector|uuid|varchar|lower|upper)\w*\s*(?:'|\$)""",
    re.IGNORECASE | re.VERBOSE,
)
HOST_WIDE = ("ALTER SYSTEM", "CREATE TABLESPACE")


def reaches(statement: Sent) -> str:
    """What of the host the statement reaches, in words for "it reaches …"; nothing where it stays in the database."""
    for op in statement.operations:
        if isinstance(op, Copy) and op.place:
            return f"a program of this machine, {op.place!r}" if op.program else f"a file of the server, {op.place!r}"
        if isinstance(op, ServerWide) and op.statement in HOST_WIDE:
            return f"the server's own files ({op.statement})"
        if isinstance(op, Nothing) and op.statement == "LoadStmt":
            return "code of the machine (LOAD)"
        if isinstance(op, CreateSubscription):
            return "another server (CREATE SUBSCRIPTION)"
    if HIDDEN_WRAPPER.search(statement.sql) and not any(map(extension_of, statement.operations)):
        return "other servers by `postgres_fdw`"
    only_rows = bool(statement.operations) and all(isinstance(op, ROWS) for op in statement.operations)
    return reaches_by_words(LITERALS.sub(b"''", statement.sql) if only_rows else statement.sql)


def reaches_by_words(sql: bytes) -> str:
    found = WORDS.search(sql)
    if found:
        return f"files, programs or other servers by `{found[0].decode().lower()}`"
    if PROGRAM.search(sql) and b"copy" in sql.lower():
        return "a program of this machine (COPY … PROGRAM)"
    if COPY_FILE.search(sql):
        return "a file of the server (COPY)"
    if LANGUAGE_C.search(sql):
        return "code of the machine (LANGUAGE C)"
    if INTERNAL.search(sql) and not ON_VALUES.search(sql):
        return "the server's own functions (LANGUAGE internal)"
    return ""
