"""Lines that stand on several different pages of a site: menus, notices and bios that no page betrays by itself.

With ``--repeated-lines`` a corpus counts the lines of all its articles, those of text dumps and of HTML, when its shards
are done. A line of ``SEVERAL`` pages of a site (of the corpus, where the site is unknown) is furniture, and is taken out
of each of them; of a dump its bytes become a removed span with the reason ``repeated-on-site``. Which lines these are
stands in ``repeated/``, a file that the manifest names, so that ``verify`` takes the same out again.

Captures of one URL count as one page, and so do pages whose longest lines are for a half the same: versions of an
article and copies of what an agency sent. A page keeps its text where all of it would go. What is counted depends on the
articles alone, not on their order, on workers or on shards; memory does not grow with the corpus, but for the table of
the lines that were found. The row says so with a flag:

    repeated-on-site  lines that several pages of the site have were taken out of the text
"""

from __future__ import annotations

import hashlib
import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from archive.corpus import Corpus
from archive.extraction import SHORT_TEXT
from archive.merge import Patch, Source, merged
from archive.model import Block, Extraction, Removed
from archive.repeats import with_cells

FOLDER: Final = "repeated"
REASON: Final = "repeated-on-site"
SEVERAL: Final = 3  # pages that have a line
SCORE: Final = 0.9
LONGEST: Final = 8  # lines of a page by which copies of it are known
PIECE: Final = 100_000  # lines that are sorted at once, some 40 MB
FAN_IN: Final = 64  # files that are merged at once
COLUMNS: Final = ("article_id", "url", "registered_domain", "text", "blocks")
CHANGED: Final = ("text", "text_sha256", "blocks", "removed", "flags", "boilerplate_share")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What is left of an article, and what was taken."""

    text: str
    blocks: tuple[Block, ...]
    removed: tuple[Removed, ...]
    flags: tuple[str, ...]
    boilerplate_share: float | None


# ---- counting --------------------------------------------------------------------------------------------------


def count(partitions: Mapping[str, Sequence[Source]], path: Path, stages: Path) -> Furniture:
    """The furniture of the articles in these runs, and its table written to ``path``; ``stages`` takes what comes between."""
    stages.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    runs = [_sorted_run(noted, stages / f"{at:07d}.txt") for at, noted in enumerate(_pieces(partitions))]
    with path.open("w", encoding="utf-8", newline="\n") as out, _lines_of(_staged(runs, stages)) as lines:
        for (site, digest), group in groupby(
            (line.rstrip("\n").split("\t") for line in lines), key=lambda one: one[:2]
        ):
            if _is_furniture(group):
                out.write(f"{site}\t{digest}\n")
    return Furniture(path)


def _pieces(partitions: Mapping[str, Sequence[Source]]) -> Iterator[list[str]]:
    """What is noted of all articles, as much at once as memory has room for."""
    noted: list[str] = []
    for name in sorted(partitions):
        for source in partitions[name]:
            for batch in merged([source], "articles"):
                for row in batch.select(COLUMNS).to_pylist():
                    noted += _noted(row)
                if len(noted) >= PIECE:
                    yield noted
                    noted = []
    yield noted


def _sorted_run(noted: list[str], path: Path) -> Path:
    path.write_text("".join(sorted(noted)), "utf-8", newline="\n")
    return path


def _noted(row: Mapping[str, Any]) -> Iterator[str]:
    """A text line for each line of an article: site, line, page, and the page's longest lines."""
    texts = [row["text"][block["start"] : block["end"]] for block in row["blocks"]]
    digests = {digest_of(text): len(text) for text in texts}
    longest = sorted(digests, key=lambda one: (-digests[one], one))[: LONGEST + 1]
    page = digest_of(row["url"] or row["article_id"])
    for digest in digests:
        others = [one for one in longest if one != digest][:LONGEST]  # a line is no proof that its pages are one
        yield f"{row['registered_domain'] or ''}\t{digest}\t{page}\t{','.join(others)}\n"


def digest_of(text: str) -> str:
    """The first 64 bits of its SHA-256: in a corpus of a million lines two that differ are alike once in 10 million."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _is_furniture(group: Iterable[Sequence[str]]) -> bool:
    """Whether a line stands on several pages of which no two are one; ``group`` is in order of pages."""
    different: list[frozenset[str]] = []
    last = ""
    for _, _, page, others in group:
        longest = frozenset(others.split(",")) if others else frozenset()
        if page == last or not longest:  # a page of that line alone says nothing
            continue
        last = page
        if all(2 * len(longest & known) < min(len(longest), len(known)) for known in different):
            different.append(longest)
            if len(different) == SEVERAL:
                return True
    return False


def _staged(runs: list[Path], stages: Path) -> list[Path]:
    """At most ``FAN_IN`` sorted files with the same lines."""
    number = len(runs)
    while len(runs) > FAN_IN:
        longer: list[Path] = []
        for start in range(0, len(runs), FAN_IN):
            group = runs[start : start + FAN_IN]
            longer.append(stages / f"{number:07d}.txt")
            number += 1
            with longer[-1].open("w", encoding="utf-8", newline="\n") as out, _lines_of(group) as lines:
                out.writelines(lines)
            for path in group:
                path.unlink()
        runs = longer
    return runs


@contextmanager
def _lines_of(paths: Sequence[Path]) -> Iterator[Iterator[str]]:
    """The lines of sorted files in order, while they are open."""
    with ExitStack() as stack:
        yield heapq.merge(*(stack.enter_context(path.open(encoding="utf-8", newline="\n")) for path in paths))


# ---- taking out ------------------------------------------------------------------------------------------------


class Furniture:
    """The lines that were found, by site."""

    def __init__(self, path: Path) -> None:
        """Reads a table that ``count`` wrote."""
        self._lines: dict[str, set[str]] = defaultdict(set)
        with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
            for line in file:
                site, _, digest = line.rstrip("\n").partition("\t")
                self._lines[site].add(digest)

    def without(self, seen: Extraction, site: str | None) -> Extraction:
        """What an extractor saw in a page of a site, without the furniture."""
        left = self._taken(
            Taken(**{name: getattr(seen, name) for name in Taken.__dataclass_fields__}), self._lines.get(site or "")
        )
        return replace(seen, **{name: getattr(left, name) for name in Taken.__dataclass_fields__}) if left else seen

    def patch(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Rows of ``articles`` without the furniture."""
        sites = [site or "" for site in batch["registered_domain"].to_pylist()]
        if not any(site in self._lines for site in sites):
            return batch
        cells = {name: batch[name].to_pylist() for name in CHANGED}
        for at, site in enumerate(sites):
            left = self._taken(_of_row({name: cells[name][at] for name in CHANGED}), self._lines.get(site))
            if left:
                found = asdict(left) | {"text_sha256": hashlib.sha256(left.text.encode()).digest()}
                for name in CHANGED:
                    cells[name][at] = list(found[name]) if isinstance(found[name], tuple) else found[name]
        return with_cells(batch, cells)

    def _taken(self, seen: Taken, lines: set[str] | None) -> Taken | None:
        """What is left; None where nothing is to be taken, or all would be."""
        gone = [bool(lines) and digest_of(seen.text[one.start : one.end]) in (lines or ()) for one in seen.blocks]
        return _take(seen, gone) if any(gone) and not all(gone) else None


def _of_row(row: Mapping[str, Any]) -> Taken:
    return Taken(
        text=row["text"],
        blocks=tuple(Block(**one) for one in row["blocks"]),
        removed=tuple(Removed(**one) for one in row["removed"] or ()),
        flags=tuple(row["flags"]),
        boilerplate_share=row["boilerplate_share"],
    )


def _take(seen: Taken, gone: Sequence[bool]) -> Taken:
    pieces: list[str] = []
    blocks: list[Block] = []
    spans: list[Removed] = list(seen.removed)
    at = before = 0
    for block, out in zip(seen.blocks, gone, strict=True):
        if not out:
            between = seen.text[before : block.start] if blocks else ""
            pieces += [between, seen.text[block.start : block.end]]
            at += len(between)
            blocks.append(replace(block, start=at, end=at + block.end - block.start))
            at += block.end - block.start
        elif block.source_start is not None and block.source_end is not None:
            spans.append(Removed(start=block.source_start, end=block.source_end, reason=REASON, score=SCORE))
        before = block.end
    text, removed = "".join(pieces), _joined(sorted(spans, key=lambda one: one.start))
    flags = (*seen.flags, REASON, *(("short-text",) if len(text) < SHORT_TEXT else ()))
    share = seen.boilerplate_share
    if removed:  # a text dump, which they tile together with its blocks
        whole = max([one.end for one in removed] + [one.source_end or 0 for one in blocks])
        share = round(sum(one.end - one.start for one in removed) / whole, 3)
    return Taken(
        text=text,
        blocks=tuple(blocks),
        removed=removed,
        flags=tuple(dict.fromkeys(flags)),
        boilerplate_share=share,
    )


def _joined(spans: Iterable[Removed]) -> tuple[Removed, ...]:
    """Spans of which neighbours have different reasons; what is blank goes with what stands before it."""
    found: list[Removed] = []
    for one in spans:
        last = found[-1] if found and found[-1].end == one.start else None
        if last and one.reason in (last.reason, "blank"):
            score = last.score if one.reason == "blank" else min(one.score, last.score)
            found[-1] = replace(last, end=one.end, score=score)
        else:
            found.append(one)
    return tuple(found)


def furniture_of(corpus: Corpus) -> Furniture | None:
    """That of a corpus; None where nobody asked for it."""
    path = next((file.path for file in corpus.manifest.files if file.path.startswith(f"{FOLDER}/")), None)
    there = path and (corpus.folder / path).is_file()  # one that is gone is named with the other files
    return Furniture(corpus.folder / path) if path and there else None


def both(first: Patch, second: Patch) -> Patch:
    """One after the other."""
    return lambda batch: second(first(batch))
