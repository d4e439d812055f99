"""Regular expressions of runners, which are compiled when they are first asked: those of most never are in a run."""

from db_sage_lint.regex import lazy

__all__ = ["lazy"]
