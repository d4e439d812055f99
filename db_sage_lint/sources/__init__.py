"""Where migrations come from: which files are a runner's, in which order they run, and in which transaction.

Every runner is a module with the attributes of `history.Runner`; `RUNNERS` lists them, the most particular first.
"""

from db_sage_lint.sources import numbered, supabase
from db_sage_lint.sources.history import Runner

RUNNERS: tuple[Runner, ...] = (supabase, numbered)
