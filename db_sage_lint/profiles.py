"""What is known of roles, schemas and column names beyond what a project's files say."""

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from msgspec import Struct

from db_sage_lint.operations import AlterDefaultPrivileges, CreateRole
from db_sage_lint.regex import lazy
from db_sage_lint.script import Origin, Script

if TYPE_CHECKING:
    from db_sage_lint.catalog import Catalog

PUBLIC = "public"

# Columns that say whose row it is, and those that others should not read.
TENANT_COLUMNS = frozenset(
    {
        "tenant_id", "org_id", "organization_id", "organisation_id", "team_id", "workspace_id", "company_id",
        "account_id", "customer_id",
    }
)  # fmt: skip
OWNER_COLUMNS = frozenset({"user_id", "owner_id", "owner", "created_by", "author_id", "profile_id"})
SENSITIVE_COLUMN = lazy(
    r"password|passwd|secret|token|api_?key|private_key|ssn|social_security|tax_id|passport|credit_card|card_number"
    r"|iban|birth|phone|email|address"
)


class Profile(Struct, frozen=True, kw_only=True):
    """`low_trust` are roles that anybody on the internet may act as. Relations in the `exposed` schemas are open to
    them through an API. `bypassing` roles are not subject to row security. `granted` are the default privileges that a
    project starts with: object kinds in those schemas that all these roles have every right on. `platform` are the
    schemas that others than the migrations fill.
    """

    low_trust: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    bypassing: tuple[str, ...] = ()
    granted: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()


# Supabase: "Row Level Security" and "Securing your API" in its guides; docker/volumes/db and the initial schema of
# supabase/postgres. New tables of public stop being granted to these roles by default on 30 October 2026; until a
# project says so, what its files revoke is what is not granted.
PROFILES: dict[str, Profile] = {
    "supabase": Profile(
        low_trust=("anon", "authenticated"),
        exposed=("public", "graphql_public"),
        bypassing=("postgres", "service_role", "supabase_admin"),
        granted=("table", "sequence", "function"),
        platform=(
            "auth", "storage", "realtime", "_realtime", "_analytics", "vault", "extensions", "graphql",
            "graphql_public", "net", "cron", "pgbouncer", "pgmq", "pgsodium", "pgtle", "supabase_functions",
            "supabase_migrations",
        ),
    ),
    # Hasura's metadata catalogue: server/src-rsrc/init_pg_source.sql in hasura/graphql-engine.
    "hasura": Profile(platform=("hdb_catalog", "hdb_views")),
}  # fmt: skip
NONE = Profile()


def low_trust(profiles: AbstractSet[str]) -> frozenset[str]:
    """The roles that anybody may act as: PUBLIC, and those that the profiles name."""
    return frozenset({PUBLIC, *(role for name in profiles for role in PROFILES.get(name, NONE).low_trust)})


def platform_schemas(profiles: AbstractSet[str]) -> frozenset[str]:
    """The schemas that others than the migrations fill."""
    return frozenset(schema for name in profiles for schema in PROFILES.get(name, NONE).platform)


def exposed_schemas(profiles: AbstractSet[str]) -> frozenset[str]:
    """The schemas that an API opens to the low-trust roles."""
    return frozenset(schema for name in profiles for schema in PROFILES.get(name, NONE).exposed)


def prime(db: "Catalog", profiles: AbstractSet[str]) -> None:
    """Puts into the catalog what a project of these profiles has before its first migration."""
    for name in sorted(profiles & PROFILES.keys()):
        profile = PROFILES[name]
        origin = Origin(Script(path=name, source=b"", fragments=()), 0, 0, -1)
        for role in (*profile.low_trust, *profile.bypassing):
            options = (("bypassrls", "true"),) if role in profile.bypassing else ()
            db.apply(CreateRole(role=role, options=options), origin)
        for kind in profile.granted:
            db.apply(
                AlterDefaultPrivileges(
                    grant=True, kind=kind, privileges=(), grantees=profile.low_trust, schemas=profile.exposed[:1]
                ),
                origin,
            )
