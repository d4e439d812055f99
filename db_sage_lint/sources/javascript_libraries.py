"""The JavaScript libraries that run migrations: what shows each, and in which transaction it runs pending files.

Sources: typeorm/typeorm, src/migration/MigrationExecutor.ts (`migrationsTransactionMode`: all pending files in one
transaction; a migration with a `transaction` of its own is refused then) and src/migration/MigrationInterface.ts;
knex/knex, lib/migrations/migrate/Migrator.js (`latest`: one transaction for all, unless one of the pending files has
`transaction: false`, then one each; none with `disableTransactions`); salsita/node-pg-migrate, src/runner.ts and
src/migration.ts (`singleTransaction`; a file with `noTransaction()` commits first and begins again behind it);
mikro-orm/mikro-orm, packages/core/src/utils/AbstractMigrator.ts (`allOrNothing`, `transactional`) and
packages/migrations/src/MigrationRunner.ts (`isTransactional`); kysely-org/kysely, src/migration/migrator.ts (one for
all, as PostgreSQL's adapter says supportsTransactionalDdl); sequelize/umzug opens none.
"""

import re

from msgspec import Struct

from db_sage_lint.regex import lazy
from db_sage_lint.sources.history import Folder

NEVER = lazy(rb"(?!)")


class Library(Struct, frozen=True):
    """A library: what of a file shows it, and whether it runs a migration in a transaction. `own` is what a file says
    of its own transaction: the opposite of the default, or what its only group says. With `together`, all pending files
    run in one; with `all_or_each` in one each as soon as one of them wants none, with `alike` that is refused.

    `settings` are the names of files that may set it up, in the migrations' folder or above; there `each` says that
    every file has its own transaction, `none` that there are none.
    """

    name: str
    mark: re.Pattern[bytes]
    transaction: bool
    own: re.Pattern[bytes]
    together: bool = False
    all_or_each: bool = False
    alike: bool = False
    settings: tuple[str, ...] = ()
    each: re.Pattern[bytes] = NEVER
    none: re.Pattern[bytes] = NEVER


def in_languages(*stems: str) -> tuple[str, ...]:
    return tuple(f"{stem}.{ending}" for stem in stems for ending in ("ts", "js", "mjs", "cjs"))


LIBRARIES = (
    Library(
        "TypeORM",
        lazy(rb"\bMigrationInterface\b"),
        True,
        lazy(rb"\btransaction\s*=\s*(true|false)\b"),
        together=True,
        alike=True,
        settings=(
            *in_languages("data-source", "src/data-source", "ormconfig", "typeorm.config", "src/ormconfig"),
            "ormconfig.json",
        ),
        each=lazy(rb"migrationsTransactionMode[\"']?\s*:\s*[\"'`]each"),
        none=lazy(rb"migrationsTransactionMode[\"']?\s*:\s*[\"'`]none"),
    ),
    Library(
        "MikroORM",
        lazy(rb"\bthis\.addSql\("),
        True,
        lazy(rb"isTransactional\(\)[^{]*\{\s*return (true|false)"),
        together=True,
        settings=in_languages("mikro-orm.config", "src/mikro-orm.config"),
        each=lazy(rb"\ballOrNothing\s*:\s*false"),
        none=lazy(rb"\btransactional\s*:\s*false"),
    ),
    Library(
        "node-pg-migrate",
        lazy(rb"\bpgm\.\w+\("),
        True,
        lazy(rb"\bpgm\.noTransaction\("),
        together=True,
        settings=("package.json",),
        each=lazy(rb"--no-single-transaction|[\"']single-transaction[\"']\s*:\s*false"),
    ),
    Library("Sequelize", lazy(rb"\bqueryInterface\b"), False, lazy(rb"\bsequelize\.transaction\(")),
    Library(
        "Knex",
        lazy(rb"\bknex\b"),
        True,
        lazy(rb"\btransaction\s*:\s*false\b"),
        together=True,
        all_or_each=True,
        settings=in_languages("knexfile"),
        none=lazy(rb"\bdisableTransactions\s*:\s*true"),
    ),
    Library("Kysely", lazy(rb"\bKysely\b"), True, NEVER, together=True),
)
BY_NAME = {library.name: library for library in LIBRARIES}


class Mode(Struct, frozen=True):
    """How the pending files of a folder run: `transaction` is what the settings say of each file, None where they say
    nothing of it; `together` and `all_or_each` as in `Library`.
    """

    transaction: bool | None = None
    together: bool = False
    all_or_each: bool = False


def mode(library: Library, folder: Folder) -> Mode:
    """What the default and the settings above the folder come to."""
    said = next((found for name in library.settings if (found := folder.above(name)) is not None), b"")
    if library.none.search(said):
        return Mode(transaction=False)
    if library.each.search(said):
        return Mode()
    return Mode(None, library.together, library.all_or_each)


def own_transaction(library: Library, source: bytes, set_up: bool | None) -> bool:
    """Whether a file runs in a transaction: as it says itself, as the settings say, or by default."""
    found = library.own.search(source)
    if found is None:
        return library.transaction if set_up is None else set_up
    return found[1] == b"true" if found.re.groups else not library.transaction
