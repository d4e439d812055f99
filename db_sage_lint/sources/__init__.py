"""Where migrations come from: which files are a runner's, in which order they run, and in which transaction.

Every runner is a module with the attributes of `history.Runner`. Those in MARKED have files or comments that no other
runner has, those in NAMED are known by the layout of their folders; each list has the most particular first.
"""

from db_sage_lint.sources import drizzle, hasura, liquibase, numbered, prisma, sqitch, supabase
from db_sage_lint.sources.history import Runner

MARKED: tuple[Runner, ...] = (sqitch, prisma, drizzle, liquibase)
NAMED: tuple[Runner, ...] = (supabase, hasura, numbered)
RUNNERS: tuple[Runner, ...] = MARKED + NAMED
