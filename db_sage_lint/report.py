"""What `check` is asked and what it answers."""

from msgspec import Struct

from db_sage_lint.findings import Finding


class Request(Struct, frozen=True, kw_only=True):
    """What to check: `paths` as the user gave them, none for the project's own migrations.

    The change set is what is new since `since` (a git revision), or what is `staged`; with `all` every file is judged
    as a change set of its own, with `together` the given files are one. `stdin` are the bytes that stand for the path
    `-`, judged under the name `stdin_filename`, whose folder also gives them their history. With `render`, migrations
    of Alembic and Django are judged by the SQL that the framework itself prints, which runs the user's code.
    """

    paths: tuple[str, ...] = ()
    since: str | None = None
    staged: bool = False
    all: bool = False
    together: bool = False
    stdin: bytes | None = None
    stdin_filename: str = ""
    render: bool = False


class Report(Struct, kw_only=True):
    """The outcome of one run.

    `findings` are settled and sorted by path, place and rule. `suppressed` counts what ignores of every kind took away,
    `hidden` what is below the severity asked for. `files` and `statements` count what was judged, `not_analysed` those
    statements whose effect could not be read. `proofs` say which earlier statement keeps a rule quiet. `notes` say what
    was decided for the user (a folder found), `problems` which inputs could not be read, `bugs` are tracebacks of
    checks that failed: each is told and the rest still stands.
    """

    findings: list[Finding] = []
    suppressed: int = 0
    hidden: int = 0
    files: int = 0
    statements: int = 0
    not_analysed: int = 0
    proofs: list[str] = []
    notes: list[str] = []
    problems: list[str] = []
    bugs: list[str] = []

    def add(self, other: "Report") -> None:
        """Takes in the outcome of another run, judged with other settings."""
        self.findings += other.findings
        self.suppressed += other.suppressed
        self.hidden += other.hidden
        self.files += other.files
        self.statements += other.statements
        self.not_analysed += other.not_analysed
        self.proofs += other.proofs
        self.notes += other.notes
        self.problems += other.problems
        self.bugs += other.bugs
