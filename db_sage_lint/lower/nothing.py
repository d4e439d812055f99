"""Statements that change nothing of what is modelled, and why: they are lowered to Nothing."""

NOTHING = {
    "AlterCollationStmt": "REFRESH VERSION records the version of the collation's library",
    "AlterEventTrigStmt": "event triggers are not modelled",
    "AlterExtensionContentsStmt": "which objects belong to an extension is not modelled",
    "AlterExtensionStmt": "UPDATE changes the extension's own objects, which are not modelled",
    "AlterObjectDependsStmt": "DEPENDS ON EXTENSION only adds a dependency on an extension",
    "AlterOpFamilyStmt": "operator families are not modelled",
    "AlterOperatorStmt": "operators are not modelled",
    "AlterStatsStmt": "the target of extended statistics only matters to ANALYZE",
    "AlterTSConfigurationStmt": "text search is not modelled",
    "AlterTSDictionaryStmt": "text search is not modelled",
    "AlterTypeStmt": "SET changes the support functions of a base type, which are not modelled",
    "ClosePortalStmt": "cursors are not modelled; a cursor's query is judged at DECLARE",
    "CreateAmStmt": "access methods are not modelled",
    "CreateCastStmt": "casts are not modelled",
    "CreateConversionStmt": "encoding conversions are not modelled",
    "CreateEventTrigStmt": "event triggers are not modelled",
    "CreateOpClassStmt": "operator classes are not modelled",
    "CreateOpFamilyStmt": "operator families are not modelled",
    "CreatePLangStmt": "languages are not modelled",
    "CreateTransformStmt": "transforms are not modelled",
    "DeallocateStmt": "prepared statements are not modelled; they are judged at PREPARE",
    "FetchStmt": "FETCH and MOVE only move a cursor; its query is judged at DECLARE",
    "ListenStmt": "notifications are not modelled",
    "LoadStmt": "loads a library into the session",
    "NotifyStmt": "notifications are not modelled",
    "SecLabelStmt": "security labels are not modelled",
    "UnlistenStmt": "notifications are not modelled",
    "VariableShowStmt": "SHOW only reads",
}

# Nodes of the grammar that are no statement of a file: they stand inside of others, or belong to the server.
NO_STATEMENT = {
    "PLAssignStmt": "an assignment inside of a PL/pgSQL body",
    "RawStmt": "libpg_query's wrapper around every statement",
    "ReplicaIdentityStmt": "a part of ALTER TABLE",
    "ReturnStmt": "the body of an SQL function",
    "SetOperationStmt": "made by the analysis of a query, after parsing",
}
