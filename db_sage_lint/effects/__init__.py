"""Operation + catalog + version -> Effect(relation, lock, scans, rewrites): the one place that states locks."""

from db_sage_lint.effects import columns as columns
from db_sage_lint.effects import constraints as constraints
from db_sage_lint.effects import indexes as indexes
from db_sage_lint.effects import objects as objects
from db_sage_lint.effects import partitions as partitions
from db_sage_lint.effects import rows as rows
from db_sage_lint.effects import tables as tables
from db_sage_lint.effects import triggers as triggers
from db_sage_lint.effects import types as types
from db_sage_lint.effects.columns import default_volatility
from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.effects.predict import predict
from db_sage_lint.effects.types import TypeChange, type_change

__all__ = ["Effect", "Lock", "TypeChange", "default_volatility", "predict", "type_change"]
