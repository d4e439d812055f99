"""Questions of ours in the session of a migration, which leave it as it is and don't depend on what it has set up.

A migration may have set a search_path in which its own operators come before PostgreSQL's, or a statement_timeout: for
the questions they are put aside, in a subtransaction that is rolled back.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import TupleRow as Row

# Temporary tables would come first if their schema weren't named.
PATH = "pg_catalog, pg_temp"
# The planner knows little of how many rows there are; nested loops would take the square of the schema's size.
SETTINGS = f"""SET LOCAL search_path = {PATH}; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '10s';
SET LOCAL enable_nestloop = off"""
INSIDE = ("SAVEPOINT db_sage_lint", "ROLLBACK TO SAVEPOINT db_sage_lint; RELEASE SAVEPOINT db_sage_lint")
OUTSIDE = ("BEGIN READ ONLY", "ROLLBACK")


def ask(connection: "psycopg.Connection", *queries: str) -> "list[list[Row]]":
    """The rows of each query, all asked in one message. Raises psycopg.Error."""
    from psycopg.pq import TransactionStatus

    first, last = OUTSIDE if connection.info.transaction_status is TransactionStatus.IDLE else INSIDE
    cursor = connection.execute(";\n".join((first, SETTINGS, *queries, last)).encode())
    return [one.fetchall() for one in cursor.results() if one.description is not None]
