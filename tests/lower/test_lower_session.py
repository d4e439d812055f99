"""Transactions, settings, and what else changes the session only."""

import pytest
from lowered import lowered

from db_sage_lint.operations import (
    Begin,
    Commit,
    Name,
    Nothing,
    PrepareTransaction,
    ReleaseSavepoint,
    ResetVariable,
    Rollback,
    RollbackToSavepoint,
    Savepoint,
    ServerWide,
    SetConstraints,
    SetVariable,
)

EXAMPLES = [
    ("BEGIN", [Begin()]),
    ("START TRANSACTION READ ONLY", [Begin()]),
    ("COMMIT", [Commit()]),
    ("END", [Commit()]),
    ("COMMIT AND CHAIN", [Commit(chain=True)]),
    ("ROLLBACK", [Rollback()]),
    ("ABORT AND CHAIN", [Rollback(chain=True)]),
    ("SAVEPOINT a", [Savepoint(name="a")]),
    ("RELEASE SAVEPOINT a", [ReleaseSavepoint(name="a")]),
    ("ROLLBACK TO SAVEPOINT a", [RollbackToSavepoint(name="a")]),
    ("PREPARE TRANSACTION 'x'", [PrepareTransaction()]),
    ("COMMIT PREPARED 'x'", [ServerWide(statement="COMMIT PREPARED", transactional=False)]),
    ("ROLLBACK PREPARED 'x'", [ServerWide(statement="ROLLBACK PREPARED", transactional=False)]),
    ("SET lock_timeout = '5s'", [SetVariable(name="lock_timeout", value="5s")]),
    ("SET LOCAL Lock_Timeout TO 5000", [SetVariable(name="lock_timeout", value="5000", local=True)]),
    ("SET SESSION x.y = on", [SetVariable(name="x.y", value="on")]),
    ("SET seq_page_cost = -1.5", [SetVariable(name="seq_page_cost", value="-1.5")]),
    ("SET DateStyle = ISO, DMY", [SetVariable(name="datestyle", value="iso, dmy")]),
    ("SET work_mem TO DEFAULT", [SetVariable(name="work_mem", value=None)]),
    # The values as SHOW prints them on PostgreSQL 13 to 18, but for the empty list, which it prints as "".
    ('SET search_path TO a, "$user", "B c"', [SetVariable(name="search_path", value='a, "$user", "B c"')]),
    ("SET search_path = 'a, b'", [SetVariable(name="search_path", value='"a, b"')]),
    ("SET search_path = ''", [SetVariable(name="search_path", value="")]),
    ("SET SCHEMA 'a'", [SetVariable(name="search_path", value="a")]),
    ("SET TIME ZONE 'UTC'", [SetVariable(name="timezone", value="UTC")]),
    ("SET TIME ZONE -7", [SetVariable(name="timezone", value="-7")]),
    ("SET TIME ZONE LOCAL", [SetVariable(name="timezone", value=None)]),
    ("SET TIME ZONE INTERVAL '-08:00' HOUR TO MINUTE", [SetVariable(name="timezone", value="-08:00")]),
    ("SET NAMES 'utf8'", [SetVariable(name="client_encoding", value="utf8")]),
    ("SET ROLE bob", [SetVariable(name="role", value="bob")]),
    ("SET LOCAL ROLE NONE", [SetVariable(name="role", value="none", local=True)]),
    ("SET SESSION AUTHORIZATION bob", [SetVariable(name="session_authorization", value="bob")]),
    ("SET SESSION AUTHORIZATION DEFAULT", [SetVariable(name="session_authorization", value=None)]),
    ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE, DEFERRABLE", [
        SetVariable(name="transaction_isolation", value="repeatable read", local=True),
        SetVariable(name="transaction_read_only", value="off", local=True),
        SetVariable(name="transaction_deferrable", value="on", local=True),
    ]),
    ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
     [SetVariable(name="default_transaction_read_only", value="on")]),
    ("SET TRANSACTION SNAPSHOT 'x'", [Nothing(statement="VariableSetStmt")]),
    ("RESET lock_timeout", [ResetVariable(name="lock_timeout")]),
    ("RESET ALL", [ResetVariable(name="all")]),
    ("RESET ROLE", [ResetVariable(name="role")]),
    ("RESET TIME ZONE", [ResetVariable(name="timezone")]),
    ("RESET SESSION AUTHORIZATION", [ResetVariable(name="session_authorization")]),
    ("DISCARD ALL", [
        ServerWide(statement="DISCARD ALL", transactional=False),
        ResetVariable(name="session_authorization"), ResetVariable(name="role"), ResetVariable(name="all"),
    ]),
    ("DISCARD TEMP", [Nothing(statement="DiscardStmt")]),
    ("SET CONSTRAINTS ALL IMMEDIATE", [SetConstraints(deferred=False)]),
    ("SET CONSTRAINTS a, s.b DEFERRED", [SetConstraints(deferred=True, names=(Name("a"), Name("b", "s")))]),
    ("SHOW lock_timeout", [Nothing(statement="VariableShowStmt")]),
    ("LISTEN a", [Nothing(statement="ListenStmt")]),
    ("NOTIFY a, 'b'", [Nothing(statement="NotifyStmt")]),
    ("UNLISTEN *", [Nothing(statement="UnlistenStmt")]),
    ("DEALLOCATE ALL", [Nothing(statement="DeallocateStmt")]),
    ("CLOSE c", [Nothing(statement="ClosePortalStmt")]),
    ("FETCH ALL FROM c", [Nothing(statement="FetchStmt")]),
    ("LOAD 'x'", [Nothing(statement="LoadStmt")]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), EXAMPLES)
def test_session(sql, expected):
    assert lowered(sql) == expected
