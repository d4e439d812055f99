"""Changes to the catalog, one small function for each operation, by family."""

from db_sage_lint.catalog.changes import (
    columns,
    constraints,
    datatypes,
    functions,
    indexes,
    inherit,
    keys,
    objects,
    privileges,
    renames,
    rows,
    sequences,
    tables,
    triggers,
    views,
)
from db_sage_lint.catalog.changes.registry import changes

__all__ = [
    "changes",
    "columns",
    "constraints",
    "datatypes",
    "functions",
    "indexes",
    "inherit",
    "keys",
    "objects",
    "privileges",
    "renames",
    "rows",
    "sequences",
    "tables",
    "triggers",
    "views",
]
