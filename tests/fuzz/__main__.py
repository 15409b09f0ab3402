"""Fuzzes one target, some, or all of them; exit code 1 where a law is broken, with the command that shows it again.

python -m tests.fuzz warc dump --seconds 600
python -m tests.fuzz all --seconds 3600 --jobs 4
python -m tests.fuzz warc --input FILE
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fuzz import branches, names

if TYPE_CHECKING:
    from tests.fuzz.loop import Fault


def main() -> int:
    """Runs what the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "targets", nargs="+", choices=[*names(), "all"], metavar="TARGET", help=f"all, or some of: {', '.join(names())}"
    )
    parser.add_argument("--seconds", type=float, help="of each target; 60 unless --runs is given")
    parser.add_argument("--runs", type=int, help="inputs of each target, in place of a time")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--corpus", type=Path, default=Path(".fuzz"), help="folder that keeps the inputs found, for the next run"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="targets at a time")
    parser.add_argument("--input", type=Path, help="try this one only")
    asked = parser.parse_args()
    wanted = names() if "all" in asked.targets else asked.targets
    if asked.seconds is None and asked.runs is None:
        asked.seconds = 60.0
    if len(wanted) > 1:
        with ThreadPoolExecutor(max(1, asked.jobs)) as threads:
            codes = list(threads.map(lambda name: _apart(name, asked), wanted))
        return max(codes)
    return _try(wanted[0], asked.input) if asked.input else _fuzz(wanted[0], asked)


def _apart(name: str, asked: argparse.Namespace) -> int:
    """Fuzzes a target in a process of its own; what kills that is a fault too."""
    bound = ["--runs", str(asked.runs)] if asked.runs is not None else ["--seconds", str(asked.seconds)]
    rest = ["--seed", str(asked.seed), "--corpus", str(asked.corpus)]
    code = subprocess.run([sys.executable, "-m", "tests.fuzz", name, *bound, *rest], check=False).returncode
    if code < 0:
        running = asked.corpus / name / "running"
        path = _keep(running.read_bytes() if running.exists() else b"", name, asked.corpus)
        _say(name, f"killed by signal {-code}; see it again with\n    {_command(name, path)}")
    return 1 if code else 0


def _fuzz(name: str, asked: argparse.Namespace) -> int:
    branches.install()
    from tests.fuzz import load, loop  # behind the counters, which modules get when they are imported

    target = load(name)
    if target is None:
        _say(name, "left out: what it fuzzes is not there")
        return 0
    folder = asked.corpus / name
    folder.mkdir(parents=True, exist_ok=True)
    loop.bound_memory()
    started = time.process_time()
    fault = loop.fuzz(
        target, asked.seed, runs=asked.runs, seconds=asked.seconds, folder=folder, say=lambda what: _say(name, what)
    )
    _say(name, f"{len(branches.counters):,} branches in what was loaded; {time.process_time() - started:.0f} CPU s")
    if fault is None:
        return 0
    _report(fault, name, _keep(fault.data, name, asked.corpus))
    return 1


def _try(name: str, path: Path) -> int:
    from tests.fuzz import load, loop

    target = load(name)
    fault = loop.fault_of(target, path.read_bytes()) if target else None
    if fault is None:
        _say(name, f"{path}: no law is broken")
        return 0
    _report(fault, name, path)
    return 1


def _report(fault: Fault, name: str, path: Path) -> None:
    shown = repr(fault.data[:300]) + (" …" if len(fault.data) > 300 else "")
    _say(name, f"{fault.what}\n{len(fault.data)} bytes: {shown}\nsee it again with\n    {_command(name, path)}")


def _keep(data: bytes, name: str, corpus: Path) -> Path:
    path = corpus / name / f"fault-{hashlib.sha256(data).hexdigest()[:16]}"
    path.write_bytes(data)
    return path


def _command(name: str, path: Path) -> str:
    return f"python -m tests.fuzz {name} --input {path}"


def _say(name: str, what: str) -> None:
    print(f"{name:8} {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
