"""Microsoft's validator, with the rules of GitHub's code scanning, finds nothing wrong in what is written."""

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from db_sage_lint.report import Report
from db_sage_lint.reporters import Look, render
from db_sage_lint.rules import Rules, load

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="the validator comes from npm"),
]


@pytest.fixture(scope="session")
def multitool(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The program in `@microsoft/sarif-multitool`; SARIF_MULTITOOL names a folder that has it installed already."""
    folder = Path(os.environ.get("SARIF_MULTITOOL") or tmp_path_factory.mktemp("multitool"))
    programs = "node_modules/@microsoft/sarif-multitool-*/Sarif.Multitool"
    if not list(folder.glob(programs)):
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "@microsoft/sarif-multitool"]
        subprocess.run(command, cwd=folder, check=True)
    (program,) = folder.glob(programs)
    program.chmod(0o755)
    return str(program)


def complaints(multitool: str, folder: Path, text: str) -> Counter[tuple[str, str]]:
    """Rule and level of everything that the validator says, notes aside. It exits with 0 whatever it finds."""
    (folder / "in.sarif").write_text(text)
    command = [multitool, "validate", "in.sarif", "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note"]
    command += ["-o", "out.sarif", "--log", "ForceOverwrite"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    log: Any = msgspec.json.decode((folder / "out.sarif").read_bytes().removeprefix(b"\xef\xbb\xbf"))
    (run,) = log["runs"]
    notifications = run["invocations"][0].get("toolExecutionNotifications", [])
    said = [(entry.get("ruleId", "notification"), entry.get("level", "warning")) for entry in run["results"]]
    said += [(entry["message"]["text"], entry.get("level", "warning")) for entry in notifications]
    return Counter((rule, level) for rule, level in said if level != "note")


def test_report_with_findings(multitool: str, report: Report, tmp_path: Path) -> None:
    assert not complaints(multitool, tmp_path, render("sarif", report, load(), Look()))


def test_report_without_findings(multitool: str, tmp_path: Path) -> None:
    assert not complaints(multitool, tmp_path, render("sarif", Report(files=1, statements=1), load(), Look()))


def test_validator_is_awake(multitool: str, report: Report, rules: Rules, tmp_path: Path) -> None:
    broken = render("sarif", report, rules, Look()).replace('"level": "error",', '"levl": "error",')
    assert complaints(multitool, tmp_path, broken)
