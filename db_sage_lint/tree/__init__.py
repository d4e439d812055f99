"""The fields of the parse tree that are read, as records named like PostgreSQL's nodes.

`RECORDS` has every record by the name of its node; a statement is decoded by its record in one pass.
"""

from msgspec import Struct

from db_sage_lint.tree.nodes import *
from db_sage_lint.tree.objects import *
from db_sage_lint.tree.relations import *
from db_sage_lint.tree.rows import *

RECORDS: dict[str, type[Struct]] = {
    name: value for name, value in globals().items() if isinstance(value, type) and issubclass(value, Struct)
}
