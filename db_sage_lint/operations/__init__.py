"""The typed schema changes that everything else reads: one flat, immutable record a change.

A checker, an effect or a catalog change is filed under one of these types. `lower` alone makes them.
"""

from db_sage_lint.operations.base import *
from db_sage_lint.operations.constraints import *
from db_sage_lint.operations.objects import *
from db_sage_lint.operations.server import *
from db_sage_lint.operations.statements import *
from db_sage_lint.operations.tables import *
