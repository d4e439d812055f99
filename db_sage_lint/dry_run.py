"""`dry-run`: the migrations run on a shadow server, and the rules judge what it saw."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from msgspec import Struct, structs

from db_sage_lint.config import Config
from db_sage_lint.engine import Step
from db_sage_lint.report import Report, Request
from db_sage_lint.run import ConfigFor, Run
from db_sage_lint.script import Script
from db_sage_lint.seen import Seen, SeenStatements
from db_sage_lint.shadow import agreement, external, servers
from db_sage_lint.shadow.agreement import Agreement, Facts
from db_sage_lint.shadow.beforehand import Beforehand, Provision
from db_sage_lint.shadow.observe import Failure
from db_sage_lint.shadow.replay import Replay
from db_sage_lint.shadow.runs import Options, Ran, ScriptRun
from db_sage_lint.shadow.servers import Server
from db_sage_lint.sources.changes import OF_FILES

NOT_RESTORED = "dry-run-not-restored"
MISJUDGED = "effect-misjudged"


class Wanted(Struct, frozen=True, kw_only=True):
    """The server to run on: of major version `pg` (None: the newest that is there), or the one that `url` names, which
    `force` takes even if it isn't empty. Without `superuser` the migrations run as a role that owns the database.
    `prelude` is one of `preludes.PRELUDES`, empty for what the project's profiles tell.
    """

    pg: int | None = None
    url: str = ""
    force: bool = False
    superuser: bool = True
    prelude: str = ""


class DryRun(Struct, kw_only=True):
    """What a dry run gives: the findings, the runs of all scripts in order, and the server's title.

    `agreements` compare the replayed catalog with the server's, of each history that ran to its end.
    """

    report: Report
    runs: list[ScriptRun] = []
    server: str = ""
    agreements: list[Agreement] = []

    @property
    def applied(self) -> int:
        """How many scripts ran to their end."""
        return sum(run.applied for run in self.runs)


def dry_run(
    request: Request,
    config_for: ConfigFor | None = None,
    wanted: Wanted | None = None,
    options: Options | None = None,
    told: Callable[[ScriptRun], None] = lambda _: None,
) -> DryRun:
    """Runs what the request names on a shadow server, after the history before it, and lints it by what was seen.

    Each history gets a server of its own; `told` hears of every script that ran. Raises UserError as `check` does, and
    where no server can be had.
    """
    with ExitStack() as ends:
        run = ShadowRun(request, config_for, wanted or Wanted(), options or Options(), told, ends)
        run.outcome.report = run.report()
    return run.outcome


class Done(Struct, kw_only=True):
    """One history's run: with the settings that hold on its server, the facts `real` that it ended with (None where not
    all of it applied), and those `known` before the first migration.
    """

    runs: list[ScriptRun]
    config: Config
    real: Facts | None
    known: Facts


class ShadowRun(Run):
    """A run of `check` that runs the scripts before it judges them."""

    def __init__(
        self,
        request: Request,
        config_for: ConfigFor | None,
        wanted: Wanted,
        options: Options,
        told: Callable[[ScriptRun], None],
        ends: ExitStack,
    ) -> None:
        super().__init__(request, config_for)
        self.wanted = wanted
        self.options = options
        self.told = told
        self.ends = ends
        self.outcome = DryRun(report=self.out)

    def judge(self, steps: list[Step], config: Config, seen: SeenStatements | None = None) -> None:
        if not any(step.reported for step in steps):
            return
        done = self.on_server([step for step in steps if step.change_set != OF_FILES], config)
        self.outcome.runs += done.runs
        self.note_history(done.runs)
        super().judge(steps, done.config, dict(statements_seen(done.runs)) if seen is None else seen)
        self.once(NOT_RESTORED, told_by="down-does-not-restore")
        self.leave_out(MISJUDGED, after_failure(done.runs))
        if done.real is not None:
            self.outcome.agreements.append(agreement.compare(self.db, done.real, done.known))

    def on_server(self, steps: list[Step], config: Config) -> Done:
        """Runs one history, and begins again where it wants something that can be provided."""
        provisions: list[Provision] = []
        done = None
        while done is None:
            with self.place() as (server, database, user):
                self.outcome.server = server.title
                options = structs.replace(self.options, settings=config.runner_settings)
                with Replay(server, database, options, user) as replay:
                    replay.prepare(self.prelude(config), provisions)
                    done = self.replayed(replay, steps, config, provisions)
        self.out.notes += [one.notice for one in provisions]
        return done

    def replayed(self, replay: Replay, steps: list[Step], config: Config, provisions: list[Provision]) -> Done | None:
        """What the history's run gives; None where it stopped for want of what now stands in `provisions` too."""
        beforehand = Beforehand([step.script for step in steps], replay.available)
        missing: list[Provision] = []

        def goes_on(run: ScriptRun) -> bool:
            self.told(run)
            wanted = beforehand.wanted(run) if run.script.direction == "up" else None
            missing.extend([wanted] if wanted and wanted not in provisions else [])
            return not missing

        settings = {"timezone": replay.timezone(), **config.runner_settings}
        runs = replay.run(steps, goes_on)
        if missing:
            provisions += missing
            return None
        self.out.notes += replay.seeds.notes
        self.out.problems += replay.seeds.left_over()
        whole = all(run.whole for run in runs if run.script.direction == "up")
        title, major = replay.server.title, replay.server.major
        given = config.given(f"the shadow server, {title}", pg=major, runner_settings=settings)
        return Done(runs=runs, config=given, real=replay.facts() if whole else None, known=replay.known)

    def once(self, rule: str, told_by: str) -> None:
        """Leaves out findings of a rule in scripts of which another one has said the same without a server."""
        self.leave_out(rule, {finding.location.script for finding in self.out.findings if finding.rule == told_by})

    def leave_out(self, rule: str, scripts: set[Script]) -> None:
        self.out.findings[:] = [f for f in self.out.findings if f.rule != rule or f.location.script not in scripts]

    @contextmanager
    def place(self) -> Iterator[tuple[Server, str, str]]:
        """A server, a database in it for one history, and the role to run it as, empty for the connection's own."""
        if self.wanted.url:
            with external.database(self.wanted.url, self.wanted.pg, force=self.wanted.force) as (server, name):
                yield server, name, ""
            return
        confined = not self.options.allow_programs
        with servers.started(servers.choose(self.wanted.pg), confined=confined, ends=self.ends) as server:
            yield server, servers.OWNER, "" if self.wanted.superuser else servers.plain_owner(server)

    def prelude(self, config: Config) -> str:
        """The platform's name: as asked, else told by the project's profiles. A server that is the user's own is given
        a platform's roles only if that is asked for.
        """
        if self.wanted.prelude or self.wanted.url:
            return self.wanted.prelude or "plain"
        return "supabase" if "supabase" in config.profiles else "plain"

    def note_history(self, runs: list[ScriptRun]) -> None:
        """Says what of the history didn't run: what is judged may fail for want of it."""
        failed = [run for run in runs if not run.reported and run.failure]
        for run in failed[:3]:
            assert run.failure is not None
            failure = run.failure.observed.failure
            assert failure is not None
            script = run.failure.sent.script or run.script
            line = script.source.count(b"\n", 0, run.failure.sent.start) + 1
            self.out.notes.append(f"{script.path}:{line}: this earlier migration failed: {failure.message}")
        if len(failed) > 3:
            self.out.notes.append(f"and {len(failed) - 3} more of the earlier migrations failed")


def after_failure(runs: list[ScriptRun]) -> set[Script]:
    """The scripts that ran after one that didn't do what it was to do: they met another schema than the replay has."""
    ups = [run for run in runs if run.script.direction == "up"]
    first = next((number for number, run in enumerate(ups) if not run.whole), len(ups))
    return {run.script for run in runs[runs.index(ups[first]) + 1 :]} if first < len(ups) else set()


def statements_seen(runs: list[ScriptRun]) -> Iterator[tuple[tuple[Script, int], Seen]]:
    """What the rules get to know of each statement of the reported scripts."""
    for run in runs:
        if not run.reported:
            continue
        undone = [each.script.path for each in runs if each.undone_by == run.script.path and each.statements]
        for ran in run.statements:
            found = seen(ran, run.not_restored if ran is run.statements[-1] else ())
            if found.failed and undone:
                found = structs.replace(found, hint="; ".join(filter(None, (found.hint, undoes(undone)))))
            yield (run.script, ran.number), found


def undoes(paths: list[str]) -> str:
    """That a failure undoes other files as well."""
    return f"it undoes {' and '.join(paths)} too, which the runner sends in the same transaction"


def seen(ran: Ran, not_restored: tuple[str, ...] = ()) -> Seen:
    observed = ran.observed
    if observed.failure is None:
        return Seen(
            effects=observed.effects,
            held=observed.held,
            with_tables=observed.with_tables,
            sequences=observed.sequences,
            watched=observed.watched,
            complete=observed.complete,
            skipped=any(notice.endswith(", skipping") for notice in observed.notices),
            not_restored=not_restored,
        )
    return Seen(
        complete=False,
        failed=observed.failure.message,
        hint=advice(observed.failure),
        at=ran.sent.place(observed.failure.at),
    )


def advice(failure: Failure) -> str:
    """What PostgreSQL adds to its message, on one line."""
    return " ".join(" ".join(part.split()) for part in (failure.detail, failure.hint) if part)
