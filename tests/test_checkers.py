"""What we write passes the checkers of others: warcio, FastWARC, warcvalid and gzip, each in a process of its own."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import archive
from tests import making

TESTS = Path(__file__).parent
TOOLS = Path(sys.executable).parent


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "revisits"])
def warcs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The WARC files of corpora made of the samples, of every case, and of some more of every kind."""
    folder = tmp_path_factory.mktemp("corpora")
    making.mixed(folder / "mixed")
    making.put(folder / "mixed" / "again.jsonl", making.json_lines(range(50, 54)))
    settings = archive.Settings(dedupe_payloads=request.param)
    for inputs in (TESTS / "samples", TESTS / "cases", folder / "mixed"):
        making.converted(folder / f"corpus-{inputs.name}", inputs, settings=settings)
    found = sorted(folder.glob("corpus-*/warc/*.warc.gz"))
    assert len(found) == 3
    kinds = {
        line for path in found for line in re.findall(rb"\r\nWARC-Type: (\w+)", gzip.decompress(path.read_bytes()))
    }
    assert kinds == {b"warcinfo", b"response", b"resource", b"request", b"metadata", *([b"revisit"] if request.param else [])}
    return found


def check(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_warcio(warcs: list[Path]) -> None:
    for path in warcs:
        check(TOOLS / "warcio", "check", path)
        shown = check(TOOLS / "warcio", "check", "-v", path)
        assert "digest pass" in shown
        assert "fail" not in shown


def test_fastwarc(warcs: list[Path]) -> None:
    """Not with ``--verify-payloads``: FastWARC 2.0.1 fails every ``resource`` then, those that warcio writes too."""
    for path in warcs:
        shown = check(TOOLS / "fastwarc", "check", path)
        assert re.search(r"[1-9]\d* records were verified successfully", shown)


def test_warcvalid(warcs: list[Path], tmp_path: Path) -> None:
    """It knows WARC/1.0 only (5.0.1), and stops at any other version: all else is checked under that one."""
    for path in warcs:
        records = gzip.decompress(path.read_bytes()).replace(b"WARC/1.1\r\nWARC-Type: ", b"WARC/1.0\r\nWARC-Type: ")
        check(TOOLS / "warcvalid", making.put(tmp_path / "older.warc", records))
        packed = [gzip.compress(one) for one in re.split(rb"(?<=\r\n\r\n)(?=WARC/1\.0\r\nWARC-Type: )", records)]
        check(TOOLS / "warcvalid", making.put(tmp_path / "older.warc.gz", b"".join(packed)))
        broken = records.replace(b"\r\nWARC-Date:", b"\nWARC-Date:", 1)
        done = subprocess.run(
            [TOOLS / "warcvalid", making.put(tmp_path / "b.warc", broken)], capture_output=True, check=False
        )
        assert done.returncode != 0


def test_gzip(warcs: list[Path]) -> None:
    if not shutil.which("gzip"):
        pytest.skip("gzip is not installed")
    for path in warcs:
        check("gzip", "-t", path)
