"""Fixtures that several tests share."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from tests.truth.plugin import (
    pytest_addoption,
    pytest_configure,
    pytest_runtest_call,
    pytest_runtest_protocol,
    pytest_terminal_summary,
    pytest_unconfigure,
)

__all__ = [
    "pytest_addoption",
    "pytest_configure",
    "pytest_runtest_call",
    "pytest_runtest_protocol",
    "pytest_terminal_summary",
    "pytest_unconfigure",
]

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def wheel_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of a virtual environment into which the built wheel is installed, built once a run."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "wheel"
    python = shared / "venv" / "bin" / "python"
    with FileLock(f"{shared}.lock"):
        if not (shared / "done").exists():
            build_and_install(shared, python)
            (shared / "done").touch()
    return str(python)


def build_and_install(shared: Path, python: Path) -> None:
    """Builds sdist and wheel from the sources, and installs the wheel beside the packages that the tests run with."""
    run = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(shared), str(ROOT)]
    subprocess.run(run, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(shared / "venv")], check=True)
    target = next((shared / "venv" / "lib").glob("python*/site-packages"))
    wheel = next(shared.glob("*.whl"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--target", str(target), str(wheel)], check=True)
    installed = Path(pytest.__file__).resolve().parent.parent
    (target / "dependencies.pth").write_text(f"{installed}\n")
