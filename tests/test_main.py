"""``python -m archive`` is the command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import archive


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "archive", *words], capture_output=True, text=True, check=False)


def test_the_package_is_a_command() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"archive, version {archive.__version__}\n")


def test_it_has_the_exit_codes_of_the_command(tmp_path: Path) -> None:
    done = run("verify", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("archive: ")
