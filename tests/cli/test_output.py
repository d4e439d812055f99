import os
from pathlib import Path

import pytest

from db_sage_lint.cli.output import Target, colored, targets, width, write
from db_sage_lint.errors import UserError


def test_text_is_the_default() -> None:
    assert targets((), None) == [Target("text")]
    assert targets((), "out.txt") == [Target("text", "out.txt")]


def test_file_goes_to_the_format_without_one() -> None:
    formats = (Target("sarif", "a.sarif"), Target("json"))
    assert targets(formats, "b.json") == [Target("sarif", "a.sarif"), Target("json", "b.json")]


@pytest.mark.parametrize(
    ("formats", "output"),
    [
        ((Target("text"), Target("json")), None),
        ((Target("json", "a"), Target("sarif", "./a")), None),
        ((Target("json", "a"),), "b"),
        ((Target("json"), Target("sarif")), "b"),
        ((Target("json", "a"), Target("sarif")), "a"),
    ],
)
def test_reports_need_places_of_their_own(formats: tuple[Target, ...], output: str | None) -> None:
    with pytest.raises(UserError, match="--format FORMAT:FILE"):
        targets(formats, output)


@pytest.mark.parametrize(
    ("choice", "environment", "terminal", "expected"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour(choice: str, environment: dict[str, str], terminal: bool, expected: bool) -> None:
    assert colored(choice, environment, terminal=terminal) is expected


def test_width_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert width() == 80


@pytest.mark.parametrize(("columns", "expected"), [(100, 100), (10, 40), (400, 160), (0, 80)])
def test_width_of_a_terminal(columns: int, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((columns, 24)))
    monkeypatch.setattr("sys.stdout.fileno", lambda: 1)
    assert width() == expected


def test_reports_are_utf8_and_names_of_files_stay_as_they_are(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    for file in ("", str(tmp_path / "out")):
        write("größe \udce4\n", file)
    assert capsysbinary.readouterr().out == (tmp_path / "out").read_bytes() == "größe ".encode() + b"\xe4\n"
