"""Where migrations come from: which files are a runner's, in which order they run, and in which transaction.

Every runner is a module with the attributes of `history.Runner`. Those in MARKED have files or comments that no other
runner has, those in NAMED are known by the layout of their folders; each list has the most particular first.
"""

from db_sage_lint.sources import (
    alembic,
    atlas,
    dbmate,
    diesel,
    django,
    drizzle,
    flyway,
    golang_migrate,
    goose,
    graphile_migrate,
    hasura,
    javascript,
    liquibase,
    node_pg_migrate,
    numbered,
    pop,
    postgres_migrations,
    prisma,
    psql,
    refinery,
    sqitch,
    sql_migrate,
    sqlx,
    supabase,
    synapse,
    temporal,
    tern,
)
from db_sage_lint.sources.history import Runner

MARKED: tuple[Runner, ...] = (
    sqitch, prisma, drizzle, liquibase, atlas, alembic, django, javascript,
    goose, dbmate, sql_migrate, tern, graphile_migrate, node_pg_migrate, temporal,
)  # fmt: skip
NAMED: tuple[Runner, ...] = (
    supabase, synapse, diesel, refinery, flyway, pop, sqlx, hasura, golang_migrate, postgres_migrations, psql, numbered,
)  # fmt: skip
RUNNERS: tuple[Runner, ...] = MARKED + NAMED
