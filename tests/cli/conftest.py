"""The command, called as the shell calls it."""

from collections.abc import Callable

import pytest
from msgspec import Struct

from db_sage_lint.cli import main


class Done(Struct):
    """How a call ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Done]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "PRE_COMMIT", "PRE_COMMIT_FROM_REF"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str) -> Done:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, said.out, said.err)

    return call
