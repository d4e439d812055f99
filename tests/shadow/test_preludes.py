"""What platforms bring, and what stands in for extensions."""

from collections.abc import Iterator

import pytest

from db_sage_lint.engine import Step
from db_sage_lint.operations import Comment, CreateExtension, DropObject, Name
from db_sage_lint.script import whole
from db_sage_lint.shadow import servers
from db_sage_lint.shadow.extensions import stub_for
from db_sage_lint.shadow.replay import Replay
from db_sage_lint.shadow.runs import Options
from db_sage_lint.shadow.servers import Server

MIGRATION = b"""
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA extensions;
CREATE TABLE public.notes (
  id uuid PRIMARY KEY DEFAULT extensions.uuid_generate_v4(),
  owner uuid NOT NULL DEFAULT auth.uid() REFERENCES auth.users,
  hash bytea GENERATED ALWAYS AS (extensions.digest('x'::text, 'sha256')) STORED);
ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.notes FOR ALL TO authenticated USING ((SELECT auth.uid()) = owner);
CREATE POLICY files ON storage.objects FOR SELECT TO anon
  USING (bucket_id = 'x' AND (storage.foldername(name))[1] = 'a');
INSERT INTO storage.buckets (id, name, public) VALUES ('x', 'x', true);
ALTER PUBLICATION supabase_realtime ADD TABLE public.notes;
CREATE FUNCTION public.handle() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS
  $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER made AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.handle();
SELECT cron.schedule('nightly', '0 0 * * *', 'SELECT 1');
SELECT net.http_post(url := 'https://example.org', body := '{}'::jsonb);
SELECT vault.create_secret('s', 'name');
GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;
"""


@pytest.fixture(scope="module")
def own() -> Iterator[Server]:
    """A server of this module's: preludes make roles."""
    with servers.started(servers.choose(18)) as running:
        yield running


@pytest.mark.parametrize(("prelude", "readable"), [("supabase", True), ("supabase-closed", False)])
def test_a_supabase_migration_runs(prelude: str, readable: bool) -> None:
    with servers.started(servers.choose(18)) as server, Replay(server, servers.OWNER, Options()) as replay:
        replay.prepare(prelude)
        (run,) = replay.run([Step(whole("1.sql", MIGRATION, transaction=True), 1)])
        assert run.failure is None, run.failure
        assert run.statements[0].observed.notices[0].startswith("extension uuid-ossp is not on this server; a stub")
        row = replay.connection.execute("SELECT has_table_privilege('anon', 'public.notes', 'SELECT')").fetchone()
        assert row == (readable,)


def test_a_role_that_is_no_superuser_has_the_rights_that_it_has_there() -> None:
    sql = MIGRATION + b"GRANT SELECT ON auth.users TO authenticated; CREATE EXTENSION citext SCHEMA extensions;"
    with servers.started(servers.choose(18)) as server:
        role = servers.plain_owner(server)
        with Replay(server, servers.OWNER, Options(), role) as replay:
            replay.prepare("supabase")
            (run,) = replay.run([Step(whole("1.sql", sql, transaction=True), 1)])
    assert run.failure is None, run.failure


def test_an_extension_without_a_stub_is_told_and_left_out(own: Server) -> None:
    sql = b"CREATE EXTENSION postgis; COMMENT ON EXTENSION postgis IS 'x'; DROP EXTENSION postgis;"
    with Replay(own, servers.OWNER, Options()) as replay:
        (run,) = replay.run([Step(whole("1.sql", sql, transaction=True), 1)])
    assert run.applied
    assert run.statements[0].observed.notices == (
        "extension postgis is not on this server and was left out; what calls it will fail",
    )


def test_extensions_that_are_there_are_made(own: Server) -> None:
    with Replay(own, servers.OWNER, Options()) as replay:
        (run,) = replay.run(
            [Step(whole("1.sql", b"CREATE EXTENSION citext; DROP EXTENSION citext;", transaction=True), 1)]
        )
    assert run.applied
    assert run.statements[0].observed.notices == ()


def test_stubs() -> None:
    there = frozenset({"citext"})
    assert stub_for([CreateExtension(extension="citext")], there, "public") is None
    made = stub_for([CreateExtension(extension="pgcrypto", schema="Odd")], there, "public")
    assert made is not None
    assert b'"Odd".digest' in made.sql
    assert stub_for([CreateExtension(extension="../stubs/pgcrypto")], there, "public") is not None
    dropped = stub_for([DropObject(kind="extension", name=Name("postgis"))], there, "public")
    assert dropped is not None
    assert dropped.sql == b"SELECT"
    assert stub_for([Comment(kind="extension", target=Name("citext"))], there, "public") is None


def test_what_a_stub_makes_is_told_from_the_migrations_own() -> None:
    cron = stub_for([CreateExtension(extension="pg_cron")], frozenset(), "public")
    crypto = stub_for([CreateExtension(extension="pgcrypto", schema="extensions")], frozenset(), "public")
    assert cron
    assert crypto
    assert [cron.makes(name) for name in ("cron", "cron.job", "cron.job_jobid_seq", "public.jobs")] == [True] * 3 + [
        False
    ]
    assert crypto.makes("extensions.digest(text,text)")
    assert not crypto.makes("public.orders")
