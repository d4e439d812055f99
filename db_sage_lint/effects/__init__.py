"""Operation + catalog + version -> Effect(relation, lock, scans, rewrites): the one place that states locks."""

from db_sage_lint.effects.locks import Effect, Lock
from db_sage_lint.effects.predict import predict

__all__ = ["Effect", "Lock", "predict"]
