"""One run: what it is told, what it refuses, and what it leaves behind."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import archive
from archive import plan, sofar, sources, storage
from archive.model import Counts, Manifest, Receipt, Shard, SoFar
from archive.sofar import shard_bytes
from tests import making


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    return making.mixed(tmp_path / "in", each=1)


class Hearing:
    """Notes what a run tells."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.counts = Counts()
        self.sizes: dict[str, int] = {}
        self.before: list[str] = []
        self.done: list[str] = []
        self.alive: list[int] = []
        self.seen: dict[str, list[SoFar]] = {}
        self.shares: list[float] = []

    def planned(self, files: int, shards: Sequence[Shard], before: Sequence[Receipt]) -> None:
        """The inputs are known."""
        self.told.append(f"planned {files}")
        self.sizes = {shard.shard_id: shard_bytes(shard) for shard in shards}
        for receipt in before:
            self.before.append(receipt.shard_id)
            self._add(receipt.counts)

    def known(self, files: int) -> None:
        """Some inputs are there."""
        self.told.append(f"known {files}")

    def unchanged(self, manifest: Manifest) -> None:
        """Nothing was done."""
        self.told.append(f"unchanged {manifest.inputs}")

    def converted(self, receipt: Receipt) -> None:
        """A shard is done."""
        self.done.append(receipt.shard_id)
        self._add(receipt.counts)

    def mended(self, gone: Sequence[Receipt], new: Sequence[Shard]) -> None:
        """Shards were done in vain."""
        self.told.append("mended")
        for receipt in gone:
            self._add(receipt.counts, -1)
            self.done.remove(receipt.shard_id)
            del self.sizes[receipt.shard_id]
        self.sizes |= {shard.shard_id: shard_bytes(shard) for shard in new}

    def working(self, alive: int, running: Mapping[str, SoFar]) -> None:
        """Shards are at work."""
        self.alive.append(alive)
        for name, part in running.items():
            self.seen.setdefault(name, []).append(part)

    def merging(self, share: float) -> None:
        """Tables are being written."""
        if not self.shares:
            self.told.append("merging")
        self.shares.append(share)

    def _add(self, counts: Counts, sign: int = 1) -> None:
        names = Counts.__dataclass_fields__
        self.counts = Counts(**{name: getattr(self.counts, name) + sign * getattr(counts, name) for name in names})


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_tells_how_it_goes(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", 3000)
    heard = Hearing()
    manifest = archive.convert([inputs], tmp_path / "c", workers=workers, progress=heard)
    assert heard.told == [f"planned {manifest.inputs}", "merging"]
    assert heard.counts == manifest.counts
    assert sorted(heard.done) == sorted(heard.sizes)
    assert sum(heard.sizes.values()) == sum(path.stat().st_size for path in inputs.rglob("*") if path.is_file())
    assert max(heard.alive) == workers
    assert (heard.shares[0], heard.shares[-1]) == (0, 1)
    assert heard.shares == sorted(heard.shares)
    again = Hearing()
    assert archive.convert([inputs], tmp_path / "c", progress=again) == manifest
    assert again.told == [f"known {manifest.inputs}", f"unchanged {manifest.inputs}"]
    making.put(inputs / "new.html", making.page(77))
    more = Hearing()
    archive.convert([inputs], tmp_path / "c", progress=more)
    assert more.told == [f"known {manifest.inputs}", "planned 1", "merging"]


def test_parts_that_began_inside_others_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", 300)
    inner = making.record(making.responses([1])[0] * 3, kind="resource", fields={"Content-Type": "text/plain"})
    path = making.put(tmp_path / "w.warc", inner + making.responses([2])[0])
    heard = Hearing()
    manifest = archive.convert(path, tmp_path / "c", progress=heard)
    assert "mended" in heard.told
    assert heard.counts == manifest.counts
    assert sorted(heard.done) == sorted(heard.sizes)
    assert sum(heard.sizes.values()) <= path.stat().st_size


def test_a_part_at_work_is_seen(inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All inputs are one part here; it waits at its end until it was seen to be there."""
    real, marker = sofar.Saying.close, tmp_path / "seen"

    def closing(self: sofar.Saying) -> None:
        while not marker.exists():
            time.sleep(0.01)
        real(self)

    class Seeing(Hearing):
        def working(self, alive: int, running: Mapping[str, SoFar]) -> None:
            super().working(alive, running)
            if any(part.counts.articles > 3 for part in running.values()):
                marker.touch()

    monkeypatch.setattr(sofar, "SAID_EVERY", 0.0)
    monkeypatch.setattr(sofar.Saying, "close", closing)
    heard = Seeing()
    archive.convert([inputs], tmp_path / "c", progress=heard)
    ((name, seen),) = heard.seen.items()
    assert heard.done == [name]
    assert 0 < seen[-1].size <= heard.sizes[name]
    assert seen[-1].counts.records <= heard.counts.records
    assert set(heard.alive) == {1}


def test_what_was_done_before_is_told(inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", 3000)

    class Stopping(Hearing):
        def converted(self, receipt: Receipt) -> None:
            super().converted(receipt)
            if len(self.done) == 2:
                raise KeyboardInterrupt

    first = Stopping()
    with pytest.raises(archive.RunInterrupted):
        archive.convert([inputs], tmp_path / "c", progress=first)
    heard = Hearing()
    manifest = archive.convert([inputs], tmp_path / "c", progress=heard)
    assert set(first.done) <= set(heard.before)
    assert sorted(heard.before + heard.done) == sorted(heard.sizes)
    assert heard.counts == manifest.counts
    (log,) = (tmp_path / "c" / "runs").iterdir()
    assert json.loads(log.read_bytes())["parts"] == {"all": len(heard.sizes), "done_before": len(heard.before)}


def test_any_executor_will_do(inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", 3000)
    making.converted(tmp_path / "c", inputs)
    with ThreadPoolExecutor(2) as pool:
        archive.convert([inputs], tmp_path / "d", executor=pool)
        assert pool.submit(int).result() == 0  # it was not ours to shut down
    assert making.files_of(tmp_path / "c") == making.files_of(tmp_path / "d")


def test_only_a_shard_goes_out_and_only_a_receipt_comes_back(inputs: Path, tmp_path: Path) -> None:
    seen: list[tuple[str, ...]] = []

    class Here(Executor):
        def submit(self, work: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_result(work(*args, **kwargs))
            seen.append((*(type(value).__name__ for value in args), *kwargs, type(future.result()).__name__))
            return future

    archive.convert([inputs], tmp_path / "c", executor=Here())
    assert seen == [("Shard", "Receipt")]


def test_the_log_says_who_ran_what_and_where(inputs: Path, tmp_path: Path) -> None:
    manifest = making.converted(tmp_path / "c", inputs)
    (path,) = (tmp_path / "c" / "runs").iterdir()
    log = json.loads(path.read_bytes())
    assert log["source_roots"] == [str(inputs)]
    assert log["counts"]["records"] == manifest.counts.records
    assert not (tmp_path / "c" / "work").exists()


# ---- done before -----------------------------------------------------------------------------------------------------


def test_a_second_run_changes_nothing(inputs: Path, tmp_path: Path) -> None:
    done = making.run("convert", inputs, "-o", tmp_path / "c", "--workers", "1")
    before = making.state_of(tmp_path / "c")
    again = making.run("convert", inputs, "-o", tmp_path / "c", "--workers", "2")
    assert (done.returncode, again.returncode) == (1, 1)  # the damaged ranges are named again
    assert "nothing to do" not in done.stdout
    assert "made from these inputs before; nothing to do" in again.stdout
    assert making.state_of(tmp_path / "c") == before


@pytest.mark.parametrize("change", ["longer", "other", "gone"])
def test_changed_inputs_are_refused(inputs: Path, tmp_path: Path, change: str) -> None:
    making.converted(tmp_path / "c", inputs)
    before = making.state_of(tmp_path / "c")
    page = inputs / "pages" / "0.html"
    if change == "longer":
        making.put(page, page.read_bytes() + b" ")
    elif change == "other":
        making.put(page, page.read_bytes().replace(b"Lindqvist", b"Lindqvast"))
    else:
        page.unlink()
        page.symlink_to("nowhere")
    with pytest.raises(archive.CorpusError, match=r"pages/0\.html has changed since it was read"):
        making.converted(tmp_path / "c", inputs)
    assert making.state_of(tmp_path / "c") == before


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (archive.Settings(copy_records=True), "copy_records was False, now True"),
        (archive.Settings(partition_by=("capture_year",)), r"partition_by was \('capture_month',\), now \('capture_year',\)"),
        (
            archive.Settings(reading=replace(archive.Settings().reading, captured_at=storage.EPOCH)),
            "reading.captured_at was None, now datetime",
        ),
    ],
    ids=["copied", "partitioned", "dated"],
)
def test_other_settings_are_refused_and_named(inputs: Path, tmp_path: Path, settings: archive.Settings, said: str) -> None:
    making.converted(tmp_path / "c", inputs)
    with pytest.raises(archive.CorpusError, match=said):
        making.converted(tmp_path / "c", inputs, settings=settings)


def test_a_file_that_may_not_be_read_stays_named(inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.open

    def refusing(self: Path, *args: Any, **kwargs: Any) -> Any:
        if self.name == "0.html":
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refusing)
    manifest = making.converted(tmp_path / "c", inputs)
    assert dict(manifest.reasons)["skipped: unreadable"] == 1
    row = next(r for r in archive.open_corpus(tmp_path / "c").table("inputs").to_pylist() if r["path"] == "pages/0.html")
    assert (row["kind"], row["skipped"]) == ("unreadable", "cannot be read: Permission denied")
    assert making.converted(tmp_path / "c", inputs) == manifest
    monkeypatch.undo()
    assert making.converted(tmp_path / "c", inputs).inputs == manifest.inputs + 1  # now that it may be read, it is new
    assert archive.open_corpus(tmp_path / "c").verify().ok


def test_an_input_that_changes_while_it_is_read_stops_the_run(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, page = sources.captures, inputs / "pages" / "0.html"

    def changing(door: sources.Opened, options: Any) -> Any:
        yield from real(door, options)
        if door.origin.path == "pages/0.html":
            page.write_bytes(page.read_bytes() + b"<p>More.")

    monkeypatch.setattr(sources, "captures", changing)
    with pytest.raises(archive.RunInterrupted, match=r"pages/0\.html changed while it was read"):
        making.converted(tmp_path / "c", inputs)
    monkeypatch.undo()
    making.converted(tmp_path / "c", inputs)
    assert archive.open_corpus(tmp_path / "c").verify().ok


def test_a_file_that_breaks_off_keeps_what_was_found(inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sources.captures

    def failing(door: sources.Opened, options: Any) -> Any:
        found = real(door, options)
        if door.origin.path == "crawl/plain.warc":
            yield next(iter(found))
            raise OSError(5, os.strerror(5))
        yield from found

    monkeypatch.setattr(sources, "captures", failing)
    making.converted(tmp_path / "c", inputs)
    monkeypatch.undo()
    corpus = archive.open_corpus(tmp_path / "c")
    row = next(r for r in corpus.table("inputs").to_pylist() if r["path"] == "crawl/plain.warc")
    assert (row["records"], row["articles"], row["kind"]) == (1, 1, "unreadable")
    assert row["skipped"] == "cannot be read: Input/output error"
    counts = corpus.manifest.counts
    assert counts.records == counts.articles + counts.rejections
    assert corpus.captures().num_rows == counts.records + counts.damaged


# ---- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mine.txt", "articles/mine.parquet", "work/mine.txt", ".hidden"])
def test_a_folder_with_other_files_is_refused_and_left_alone(inputs: Path, tmp_path: Path, name: str) -> None:
    making.put(tmp_path / "c" / name, b"mine")
    before = making.state_of(tmp_path / "c")
    with pytest.raises(archive.CorpusError, match="name a new folder"):
        making.converted(tmp_path / "c", inputs)
    assert making.state_of(tmp_path / "c") == before


def test_other_files_beside_an_unfinished_run_are_left_alone(inputs: Path, tmp_path: Path) -> None:
    making.put(tmp_path / "c" / "work" / "unfinished", b"")
    making.put(tmp_path / "c" / "mine.txt", b"mine")
    with pytest.raises(archive.CorpusError, match=r"not ours \(mine\.txt\)"):
        making.converted(tmp_path / "c", inputs)
    assert (tmp_path / "c" / "mine.txt").read_bytes() == b"mine"


def test_an_empty_folder_is_taken(inputs: Path, tmp_path: Path) -> None:
    (tmp_path / "c" / "work").mkdir(parents=True)
    assert making.converted(tmp_path / "c", inputs).counts.articles


def test_no_corpus_inside_another(inputs: Path, tmp_path: Path) -> None:
    making.converted(tmp_path / "c", inputs)
    with pytest.raises(archive.CorpusError, match="lies in the corpus"):
        making.converted(tmp_path / "c" / "deep" / "er", inputs)
    assert archive.open_corpus(tmp_path / "c").verify().ok


def test_one_input_needs_no_list(inputs: Path, tmp_path: Path) -> None:
    one = archive.convert(str(inputs), tmp_path / "one")
    assert one.files == archive.convert([inputs], tmp_path / "two").files


def test_what_cannot_be_asked(inputs: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for keys in (("weather",), ()):
        with pytest.raises(archive.UsageError, match=r"cannot partition by (weather|nothing); choose among"):
            making.converted(tmp_path / "c", inputs, settings=archive.Settings(partition_by=keys))
    with pytest.raises(archive.UsageError, match="the inputs name no file"):
        making.converted(tmp_path / "c", tmp_path / "empty")
    with pytest.raises(archive.UsageError, match="0 workers: at least one is needed"):
        archive.convert([inputs], tmp_path / "c", workers=0)
    with pytest.raises(archive.UsageError, match='no extractor is named "other"'):
        making.converted(tmp_path / "d", inputs, settings=archive.Settings(extractor="other"))
    assert not (tmp_path / "c").exists()
