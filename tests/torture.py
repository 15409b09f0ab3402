"""Runs that are killed at random moments, again and again, and end with the bytes of runs that nobody disturbed.

    python -m tests.torture --runs 200        also: make torture

A case makes a corpus in three steps (convert, convert more into it, compact). At random moments SIGKILL hits the process
of the run or one of its workers, several times a case; the same command then goes on. A moment is drawn from the run's
whole time, or from the milliseconds after one of its stages has begun, as the disk shows it. Whenever the run is dead,
every file under a final name must be whole, and where there is a manifest, what it names must have the digests that it
states. In the end every file must have the SHA-256 that it has in the corpus of an undisturbed run.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq

from tests import making

SMALL = "import sys, archive.plan; archive.plan.SHARD_BYTES = 20000; from archive.cli import main; main()"
STAGES = {  # what the disk shows when one begins
    "anywhere": None,
    "converting": "work/*/so_far",
    "a part done": "work/*/receipt.json",
    "merging": "work/final",
    "tables": "work/final/captures/*/*.parquet",
    "hashing": "work/final/inputs/*.parquet",
    "committed": "manifest.json",
}
MOST_KILLS = 4  # of a case


@dataclass(slots=True)
class Case:
    """What became of one."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def inputs(folder: Path) -> tuple[Path, Path]:
    """Captures of many kinds, and more of them."""
    for name, first in (("first", 0), ("more", 500)):
        records = making.responses(range(first, first + 60))
        making.put(folder / name / f"{name}.warc.gz", making.packed(*records))
        making.put(folder / name / f"{name}.warc", b"".join(making.responses(range(first + 60, first + 80))))
        making.put(folder / name / f"{name}.jsonl", making.json_lines(range(first + 80, first + 120)) + b"{broken\n")
        for number in range(first + 120, first + 140):
            making.put(folder / name / "pages" / f"{number}.html", making.page(number))
        making.put(folder / name / "again" / f"{first}.html", making.page(120))  # stands in both
    return folder / "first", folder / "more"


def steps(first: Path, more: Path, corpus: Path) -> list[list[str]]:
    """The commands of a case."""
    convert = [sys.executable, "-c", SMALL, "convert"]
    options = ["-o", str(corpus), "--quiet", "--workers", "2", "--partition-by", "host_bucket"]
    return [
        [*convert, str(first), *options],
        [*convert, str(more), *options],
        [sys.executable, "-c", SMALL, "compact", str(corpus), "--quiet"],
    ]


def undisturbed(command: list[str]) -> float:
    """The seconds that a command takes."""
    started = time.monotonic()
    done = subprocess.run(command, check=False, capture_output=True)
    if done.returncode not in (0, 1):  # 1: damage is named
        raise RuntimeError(done.stderr.decode())
    return time.monotonic() - started


def torture(seed: int, first: Path, more: Path, expected: list[dict[str, str]], seconds: list[float]) -> Case:
    """One case: each step killed and gone on with until nobody kills it any more."""
    case, chance = Case(seed=seed), random.Random(seed)  # noqa: S311 - nothing secret
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        corpus = Path(folder) / "c"
        for number, command in enumerate(steps(first, more, corpus)):
            for _ in range(chance.randint(1, MOST_KILLS)):
                if disturbed(command, corpus, seconds[number], chance, case):
                    break
                case.wrong += broken(corpus)
            last = subprocess.run(command, check=False, capture_output=True)
            if last.returncode not in (0, 1):
                case.wrong.append(f"step {number}: exit {last.returncode}: {last.stderr.decode()[-300:]}")
            elif making.files_of(corpus) != expected[number]:
                case.wrong.append(f"step {number}: other bytes")
    return case


def disturbed(command: list[str], corpus: Path, seconds: float, chance: random.Random, case: Case) -> bool:
    """Runs a command and kills it, or workers of it; True where it came to its end all the same."""
    of_worker = chance.random() < 0.4
    stage = chance.choice(list(STAGES)[: 3 if of_worker else None])  # workers live until all is converted
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    seen = present(corpus, STAGES[stage])
    deadline = time.monotonic() + 10 * seconds + 60
    while STAGES[stage] and run.poll() is None and present(corpus, STAGES[stage]) <= seen and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(chance.uniform(0, seconds if stage == "anywhere" else 0.05))
    if run.poll() is None:
        victims = children(run.pid) if of_worker else [run.pid]
        if victims:
            with suppress(ProcessLookupError):  # it ended meanwhile
                os.kill(chance.choice(victims), signal.SIGKILL)
                case.kills[f"{'worker' if of_worker else 'run'}, {stage}"] += 1
    status = run.wait(timeout=10 * seconds + 60)
    if status not in (0, 1, 3, -signal.SIGKILL):
        case.wrong.append(f"exit {status} of {' '.join(command[3:])}")
    return status in (0, 1)


def present(corpus: Path, pattern: str | None) -> set[tuple[str, int]]:
    """The files that show that a stage has begun, each as it is now."""
    found = set()
    with suppress(OSError):  # some of them are on their way out
        for path in corpus.glob(pattern or "manifest.json"):
            found.add((path.as_posix(), path.stat().st_mtime_ns))
    return found


def children(pid: int) -> list[int]:
    """The processes that a process has started and that live."""
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def broken(corpus: Path) -> Iterator[str]:
    """Files under final names that are not whole, or not what the manifest says."""
    for path in sorted(corpus.rglob("*")):
        name = path.relative_to(corpus).as_posix()
        if name.startswith("work/") or not path.is_file():
            continue
        try:
            if path.suffix == ".parquet":
                pq.read_table(path, partitioning=None)
            elif path.suffix == ".gz":
                gzip.decompress(path.read_bytes())
            elif path.suffix == ".json":
                json.loads(path.read_bytes())
        except (OSError, ValueError, EOFError) as why:
            yield f"{name}: {why}"
    with suppress(FileNotFoundError):
        for file in json.loads((corpus / "manifest.json").read_bytes())["files"]:
            path = corpus / file["path"]
            if not path.is_file() or sha256(path.read_bytes()).hexdigest() != file["sha256"]:
                yield f"{file['path']}: not what the manifest says"


def all_cases(seeds: Iterable[int], jobs: int) -> Iterator[Case]:
    """Each case, as they get done."""
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        folder = Path(name)
        first, more = inputs(folder)
        seconds, expected = [], []
        for command in steps(first, more, folder / "undisturbed"):
            seconds.append(undisturbed(command))
            expected.append(making.files_of(folder / "undisturbed"))
        with ThreadPoolExecutor(jobs) as threads:
            yield from threads.map(lambda seed: torture(seed, first, more, expected, seconds), seeds)
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Runs cases; 1 where one went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the first; each has its own")
    parser.add_argument("--jobs", type=int, default=max((os.cpu_count() or 2) // 2, 1), help="at a time")
    asked = parser.parse_args()
    kills: Counter[str] = Counter()
    wrong = done = 0
    for case in all_cases(range(asked.seed, asked.seed + asked.runs), asked.jobs):
        kills.update(case.kills)
        done, wrong = done + 1, wrong + bool(case.wrong)
        for what in case.wrong:
            print(f"case {case.seed}: {what}", flush=True)
        if done % 10 == 0:
            print(f"{done} of {asked.runs} cases, {kills.total()} kills, {wrong} wrong", flush=True)
    for what, count in sorted(kills.items()):
        print(f"{count:6}  {what}")
    print(f"{done} cases, {kills.total()} kills: {f'{wrong} went wrong' if wrong else 'all ended with the bytes of an undisturbed run'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
