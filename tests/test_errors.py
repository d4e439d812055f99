import pytest

from db_sage_lint.errors import UserError, handled, nearest


def outcome(error: BaseException) -> tuple[int, list[str]]:
    said: list[str] = []

    def run() -> int:
        raise error

    return handled(run, said.append), said


def test_own_code_goes_through() -> None:
    assert handled(lambda: 1, print) == 1


def test_user_error_is_one_line() -> None:
    assert outcome(UserError("a.sql: no such file")) == (2, ["error: a.sql: no such file"])


def test_operating_system_error_names_the_file() -> None:
    assert outcome(PermissionError(13, "Permission denied", "a.sql")) == (2, ["error: a.sql: permission denied"])
    assert outcome(OSError("odd")) == (2, ["error: odd"])


def test_interrupt_says_nothing() -> None:
    assert outcome(KeyboardInterrupt()) == (130, [])


def test_closed_pipe_says_nothing() -> None:
    assert outcome(BrokenPipeError())[1] == []


def test_bug_says_all_that_helps() -> None:
    code, (said,) = outcome(ZeroDivisionError("ours"))
    assert code == 3
    assert "ZeroDivisionError: ours" in said
    assert "This is a bug in db-sage-lint" in said
    assert "pglast " in said


@pytest.mark.parametrize(("name", "hint"), [("ignroe", "; did you mean `ignore`?"), ("xyz", "")])
def test_nearest(name: str, hint: str) -> None:
    assert nearest(name, ["select", "ignore"]) == hint
