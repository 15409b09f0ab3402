"""Progress is for eyes: on a terminal, and now and then a line elsewhere."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from rich.console import Console

from archive import progress
from archive.model import Counts, InputFile, Receipt, Settings, Shard, SoFar
from tests import making

FOUND = Counts(records=3, articles=2, rejections=1)


def shard(name: str, size: int) -> Shard:
    file = InputFile(path=name, location="", size=size, modified_ns=0)
    return Shard(shard_id=name, files=(file,), folder="", settings=Settings())


def receipt(name: str, counts: Counts, **reasons: int) -> Receipt:
    return Receipt(
        shard_id=name,
        counts=counts,
        runs=(),
        warc_files=(),
        earliest=None,
        reasons=tuple((f"payload: {reason}", count) for reason, count in reasons.items()),
        cpu_seconds=(("extraction", 0.5), ("rows", 0.25)),
    )


PARTS = [shard("a", 1_000_000), shard("b", 3_000_000)]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Where there is no terminal, a line at every occasion."""
    text = io.StringIO()
    monkeypatch.setattr(progress, "err", Console(file=text, width=80, highlight=False))
    monkeypatch.setattr(progress, "EVERY", -1.0)
    return text


def test_a_line_now_and_then(lines: io.StringIO) -> None:
    with progress.Converting(quiet=False) as told:
        told.planned(2, PARTS, [])
        told.working(2, {})
        at_work = SoFar(size=2_000_000, counts=Counts(records=2, rejections=2), reasons=(("payload: empty", 2),))
        told.working(2, {"b": at_work})
        told.converted(receipt("a", FOUND, empty=1))
        told.working(1, {"b": at_work})
        told.converted(receipt("b", Counts(records=4, articles=1, rejections=3), empty=3))
        told.merging(0.0)
    shown = lines.getvalue().splitlines()
    assert shown[0] == "2 input files, 4.0 MB"
    assert re.fullmatch(r"0%  0 articles  0 rejected  2 workers  -:--:-- left", shown[1])
    figures = r"[\d,]+ pages/s  [\d,.]+ .?B/s"
    left = r"\d:\d\d:\d\d left"
    why = r"rejected: 2 payload: empty"
    assert re.fullmatch(rf"\d+%  0 articles  2 rejected  {figures}  2 workers  {why}  {left}", shown[2])
    assert re.fullmatch(rf"\d+%  2 articles  3 rejected  {figures}  2 workers  rejected: 3 payload: empty  {left}", shown[3])
    assert re.fullmatch(rf"\d+%  2 articles  3 rejected  {figures}  1 worker  rejected: 3 payload: empty  {left}", shown[4])
    assert re.fullmatch(rf"\d+%  writing tables  3 articles  4 rejected  rejected: 4 payload: empty  {left}", shown[-1])
    assert told.counts == Counts(records=7, articles=3, rejections=4)
    assert told.cpu_seconds == 1.5


def test_lines_do_not_come_more_often(lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY", 30.0)
    with progress.Converting(quiet=False) as told:
        told.planned(2, PARTS, [])
        for _ in range(10):
            told.working(2, {})
    assert lines.getvalue() == "2 input files, 4.0 MB\n"


def test_quiet_is_quiet(lines: io.StringIO) -> None:
    with progress.Converting(quiet=True) as told:
        told.planned(2, PARTS, [receipt("a", FOUND)])
        told.working(2, {})
        told.converted(receipt("b", FOUND))
        told.merging(0.5)
    assert lines.getvalue() == ""
    assert told.counts.articles == 4


def test_what_was_done_before_counts_and_says_nothing_of_the_speed(lines: io.StringIO) -> None:
    with progress.Converting(quiet=False) as told:
        told.planned(2, PARTS, [receipt("a", FOUND, empty=1)])
        assert told.speed() is None
        told.working(1, {})
        told.converted(receipt("b", Counts(records=1, articles=1)))
        speed = told.speed()
    shown = lines.getvalue().splitlines()
    assert shown[:2] == ["2 input files, 4.0 MB", "goes on: 1 of 2 parts were done before"]
    assert shown[2].startswith("25%  2 articles  1 rejected  1 worker  rejected: 1 payload: empty")
    assert speed is not None
    assert speed[1] == pytest.approx(3_000_000 * speed[0])  # one record in three million bytes


def test_workers_of_an_executor_are_not_known(lines: io.StringIO) -> None:
    with progress.Converting(quiet=False) as told:
        told.planned(2, PARTS, [])
        told.converted(receipt("a", FOUND))
    assert "worker" not in lines.getvalue()
    assert re.search(r"2 articles  1 rejected  [\d,]+ pages/s .* \d:\d\d:\d\d left", lines.getvalue())


@pytest.mark.parametrize("length", [5, 30, 200])
def test_reasons_fit_a_line_of_80(lines: io.StringIO, length: int) -> None:
    reasons = {f"{letter * length}\x1b": number for number, letter in enumerate("abcdefg", 1000)}
    with progress.Converting(quiet=False) as told:
        told.planned(1, PARTS[:1], [])
        told.converted(receipt("a", Counts(records=8000, rejections=sum(reasons.values())), **reasons))
        (why,) = told._why(told.counts.rejections)
    assert why.startswith(f"rejected: 1,006 payload: {'g' * length}")
    assert "\x1b" not in why
    assert len(why) < 80 or why.count("payload") == 1  # one that is too long is cut by the terminal's own width
    named = [int(count) for count in re.findall(r"(\d+) (?:payload|other)", why.replace(",", ""))]
    assert sum(named) == told.counts.rejections
    lines.getvalue()


def test_damage_and_skips_are_no_rejections() -> None:
    reasons = [("damaged: gzip", 1), ("record: revisit", 2), ("skipped: unreadable", 3)]
    assert progress.rejections_of(reasons) == [("record: revisit", 2)]


# ---- on a terminal -----------------------------------------------------------------------------------------------------


def on_a_terminal(*words: str | Path, code: str = "") -> tuple[int, list[str]]:
    """The exit code of the command, and every line that it drew on a terminal of 80 columns."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    start = f"import os\nos.fsync = int\n{code}\nfrom archive.cli import main\nmain(prog_name='archive')"
    env = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "LINES")}
    run = [sys.executable, "-c", start, *map(str, words)]
    with subprocess.Popen(run, stdin=child, stdout=child, stderr=child, env=env | {"TERM": "xterm"}) as process:
        os.close(child)
        drawn = b""
        while True:
            try:
                part = os.read(parent, 65536)
            except OSError as why:  # how a pseudo-terminal ends
                assert why.errno == errno.EIO  # noqa: PT017
                break
            if not part:
                break
            drawn += part
    os.close(parent)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn.decode())
    return process.returncode, re.split(r"[\r\n]+", text)


def test_a_bar_of_80_columns(tmp_path: Path) -> None:
    inputs = making.mixed(tmp_path / "in", each=3)
    code = "from archive import pool, progress, sofar\nsofar.SAID_EVERY = sofar.READ_EVERY = 0.0"
    code += "\npool.LOOK, progress.REFRESH = 0.02, 50.0"
    status, shown = on_a_terminal("convert", inputs, "-o", tmp_path / "c", "--workers", "2", code=code)
    assert status == 1  # some of it is damaged
    bars = [line for line in shown if "━" in line]
    assert bars
    assert {len(line) for line in bars} == {80}
    assert all(re.fullmatch(r" {0,2}\d+% \S+ [-\d]:[-\d]{2}:[-\d]{2} left", line) for line in bars)
    assert any(re.search(r"articles  \d+ rejected  .*\d worker", line) for line in shown)
    assert any(line.startswith("writing tables  ") for line in shown)
    assert any(line.startswith("rejected: ") for line in shown)


def test_a_verification_on_a_terminal(tmp_path: Path) -> None:
    making.converted(tmp_path / "c", making.mixed(tmp_path / "in", each=1))
    status, shown = on_a_terminal("verify", tmp_path / "c")
    assert status == 0
    assert any(re.search(r"100% ━+ 0:00:00 left", line) for line in shown)
    assert any(re.fullmatch(r"\d+ rows  [\d,]+/s  0 wrong", line) for line in shown)


@pytest.mark.parametrize("quiet", [True, False])
def test_a_verification_says_nothing_elsewhere(monkeypatch: pytest.MonkeyPatch, *, quiet: bool) -> None:
    text = io.StringIO()
    monkeypatch.setattr(progress, "err", Console(file=text, width=80, force_terminal=quiet))
    with progress.Verifying(quiet=quiet, rows=2) as told:
        told.checked(0, 0)
        told.checked(2, 3)
    assert text.getvalue() == ""


def test_a_check_shows_bytes_and_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    for terminal in (True, False):
        text = io.StringIO()
        monkeypatch.setattr(progress, "err", Console(file=text, width=80, force_terminal=terminal, color_system=None))
        with progress.Checking(quiet=False, size=4_000_000) as told:
            told.reached(1_000_000)
        assert ("1.0 MB of 4.0 MB" in text.getvalue()) is terminal
        assert (" 25%" in text.getvalue()) is terminal


def test_a_run_that_stops_leaves_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    for failed in (True, False):
        text = io.StringIO()
        monkeypatch.setattr(progress, "err", Console(file=text, width=80, force_terminal=True, color_system=None))
        told = progress.Converting(quiet=False)
        with told:
            told.planned(2, PARTS, [receipt("a", FOUND)])
            told.working(1, {})
            told.__exit__(KeyboardInterrupt if failed else None)
        last = text.getvalue().rpartition("left")[2]
        assert ("\x1b[2K" in last) is not failed  # the lines are taken away, or not


@pytest.mark.parametrize(("size", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (2.5e9, "2.5 GB"), (3e12, "3.0 TB")])
def test_sizes(size: float, text: str) -> None:
    assert progress.bytes_of(size) == text


@pytest.mark.parametrize(("seconds", "text"), [(None, "-:--:--"), (-3, "0:00:00"), (65.4, "0:01:05"), (100_000, "1 day, 3:46:40")])
def test_times(seconds: float | None, text: str) -> None:
    assert progress.time_of(seconds) == text


def test_parts_that_were_done_in_vain_do_not_count(lines: io.StringIO) -> None:
    with progress.Converting(quiet=False) as told:
        told.planned(1, PARTS, [])
        told.working(1, {})
        told.converted(receipt("a", FOUND, empty=1))
        told.converted(receipt("b", FOUND, empty=1))
        told.mended([receipt("b", FOUND, empty=1)], [shard("c", 1_000_000)])
        assert told.counts == FOUND
        told.working(1, {})
        told.converted(receipt("c", Counts(records=1, articles=1)))
    assert told.counts == Counts(records=4, articles=3, rejections=1)
    *_, waiting, last = lines.getvalue().splitlines()
    assert re.fullmatch(r"\d+%  2 articles  1 rejected .*  rejected: 1 payload: empty  \d:\d\d:\d\d left", waiting)
    assert int(waiting.partition("%")[0]) < 100
    assert "3 articles  1 rejected" in last
