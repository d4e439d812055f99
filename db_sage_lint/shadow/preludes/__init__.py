"""What a platform has before a project's first migration, as SQL."""

from pathlib import Path

PRELUDES = {
    "plain": (),
    "supabase": ("supabase.sql", "supabase_open.sql"),
    "supabase-closed": ("supabase.sql", "supabase_closed.sql"),
}
# The roles that run migrations look into these schemas, of each prelude that is more than plain.
SEARCH_PATH = '"$user", public, extensions'
RIGHTS = "supabase_role.sql"
STUBS = ("uuid-ossp", "pgcrypto", "pg_cron", "pg_net")


def texts(name: str, role: str = "") -> list[bytes]:
    """The SQL of one of PRELUDES, in order; that of Supabase brings the extensions that it has switched on. A `role`
    that is no superuser gets the rights that the platform gives to the one that runs migrations.
    """
    here = Path(__file__).parent
    files = [here / file for file in PRELUDES[name]]
    stubs = [here.with_name("stubs") / f"{stub}.sql" for stub in STUBS] if files else []
    rights = [here / RIGHTS] if files and role else []
    found = [file.read_bytes().replace(b"@extschema@", b"extensions") for file in (*files, *stubs, *rights)]
    return [text.replace(b"@role@", role.encode()) for text in found]
