"""``archive`` beside the extractors that people use, on pages with gold text, as Markdown tables.

    python -m archive.training.compare FOLDER             every extractor that is installed, and archive as it is shipped
    python -m archive.training.compare FOLDER --crossed   archive's text by weights that have seen no page of the same site

FOLDER has ``html/NAME.warc.gz`` and ``html/NAME.gold.jsonl.gz``: captured pages, and for each record id what people found
in it (``body``, ``title``, ``authors``, ``date``, ``with`` and ``without``: snippets; any of them may be missing).
Peers come with the extra ``[compare]``; ``--crossed`` needs ``[train]`` too, and learns as many times as there are folds.

The shipped weights were learned from the sets named in ``pages.SETS``, so what they score there is no measurement: the
tables say so wherever it is shown.
"""

from __future__ import annotations

import gzip
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import packages_distributions, version
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click
from warcio.archiveiterator import ArchiveIterator

from archive.extraction import UNPACKED_LIMIT
from archive.extraction.charset import decode_text
from archive.extraction.content_coding import decode_content
from archive.rows import registered_domain
from archive.training.peers import ARCHIVE, PEERS, Peer, Run
from archive.training.scores import Answer, Gold, Scores, score, script_of

LEARNED_FROM: Final = (
    "fundus_dev", "wcxb_dev", "readability_pages", "newspaper4k_pages", "trafilatura_eval", "postlight_pages",
    "goose3_pages",
)  # fmt: skip
WARM: Final = 5  # pages of each set, and one of each script, are read before the clock counts: models, lazy imports
COLUMNS: Final = {
    "word": "word F1",
    "shingle": "4-gram F1",
    "snippets": "snippets",
    "title": "title",
    "authors": "authors F1",
    "date": "date",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One page with its gold."""

    name: str  # of the set
    gold: Gold
    payload: bytes
    decoded: str
    url: str | None

    @property
    def site(self) -> str:
        """What keeps pages of one publisher in one fold, as ``pages.Page.site`` does."""
        host = urlsplit(self.url or self.gold.get("url") or "").hostname or self.gold["id"]
        return str(self.gold.get("publisher") or registered_domain(host) or host)

    @property
    def script(self) -> str:
        """The script of the gold text, or of whatever the gold has instead."""
        return script_of(self.gold.get("body") or " ".join([*(self.gold.get("with") or []), self.gold.get("title") or ""]))


def read(folder: Path, name: str) -> Iterator[Sample]:
    """The pages of a set."""
    with gzip.open(folder / "html" / f"{name}.gold.jsonl.gz", "rt", encoding="utf-8") as lines:
        gold = {row["record"]: row for row in map(json.loads, lines)}
    with (folder / "html" / f"{name}.warc.gz").open("rb") as file:
        for record in ArchiveIterator(file):
            row = gold.get(record.rec_headers.get_header("WARC-Record-ID"))
            if record.rec_type == "response" and row is not None:
                url = record.rec_headers.get_header("WARC-Target-URI")
                payload = record.content_stream().read()
                data, _ = decode_content(payload, None, UNPACKED_LIMIT)
                yield Sample(
                    name=name,
                    gold=row,
                    payload=payload,
                    decoded=decode_text(data, header_charset=None, html=True).text,
                    url=None if urlsplit(url).hostname and urlsplit(url).hostname.endswith(".invalid") else url,
                )


def attempt(run: Run, sample: Sample) -> Answer:
    """The answer; an empty one with the error where the extractor raises."""
    try:
        return run(sample.payload, sample.decoded, sample.url)
    except Exception as why:  # noqa: BLE001 - whatever it is, it is that extractor's answer, and counted
        return Answer(failed=f"{type(why).__name__}: {why}"[:160])


def warming(samples: Sequence[Sample]) -> list[Sample]:
    """Pages to warm up with: libraries load a model for a language, or a parser of dates, when the first page needs it."""
    scripts = {sample.script: sample for sample in reversed(samples)}
    seen: Counter[str] = Counter()
    first = []
    for sample in samples:
        seen[sample.name] += 1
        if seen[sample.name] <= WARM:
            first.append(sample)
    return first + list(scripts.values())


def ask(samples: Sequence[Sample], peers: Sequence[Peer]) -> tuple[dict[str, list[Answer]], dict[str, list[float]]]:
    """Each extractor's answers and CPU seconds, page by page: all of them on one page before the next, in turns."""
    runs = {peer.name: peer.load() for peer in peers}
    for sample in warming(samples):
        for run in runs.values():
            attempt(run, sample)
    answers: dict[str, list[Answer]] = {name: [] for name in runs}
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    order = list(runs)
    for at, sample in enumerate(samples):
        turn = at % len(order)
        for name in order[turn:] + order[:turn]:
            start = time.process_time()
            answers[name].append(attempt(runs[name], sample))
            seconds[name].append(time.process_time() - start)
    return answers, seconds


def crossed_texts(folder: Path, samples: Sequence[Sample]) -> list[str]:
    """The text of each page by weights that were learned without the pages of its site."""
    from archive.extraction.blocks import walk
    from archive.extraction.metadata import read_page
    from archive.extraction.page import main_text
    from archive.extraction.tree import parse
    from archive.training.evaluate import FOLDS, without_doubtful
    from archive.training.fit import fold, model_of, train
    from archive.training.pages import SETS, SNIPPETS, read_sets

    sets = (*SETS, *SNIPPETS)
    if set(sets) != set(LEARNED_FROM):
        message = f"the weights are learned from {', '.join(sets)}, the tables speak of {', '.join(LEARNED_FROM)}"
        raise click.ClickException(message)
    pages = without_doubtful(read_sets(folder))
    texts = [""] * len(samples)
    for part in range(FOLDS):
        model = model_of(train([one for one in pages if one.weight and fold(one.site, FOLDS, "evaluation") != part]))
        for at, sample in enumerate(samples):
            if fold(sample.site, FOLDS, "evaluation") == part:
                tree = parse(sample.decoded)
                stated = read_page(tree, sample.url).stated
                texts[at] = main_text(sample.decoded, walk(tree), stated, sample.url, model)[0]
    return texts


# ---- tables ------------------------------------------------------------------------------------------------------


def table(rows: Mapping[str, Scores], costs: Mapping[str, float], offers: Mapping[str, frozenset[str]]) -> str:
    """One set: a row for each extractor. A dash where it offers nothing, no column where the gold has nothing."""
    shown = [name for name in COLUMNS if any(getattr(one, name) is not None for one in rows.values())]
    lines = [
        "| | " + " | ".join([*(COLUMNS[name] for name in shown), "ms CPU a page", "pages without text"]) + " |",
        "|---|" + "---:|" * (len(shown) + 2),
    ]
    for label, one in rows.items():
        cells = [
            "-" if name in ("title", "authors", "date") and name not in offers[label] else figure(getattr(one, name))
            for name in shown
        ]
        lines.append(f"| {label} | " + " | ".join([*cells, f"{costs[label]:.1f}", str(one.empty)]) + " |")
    return "\n".join(lines)


def by_script(samples: Sequence[Sample], answers: Mapping[str, Sequence[Answer]], field: str) -> str:
    """One measure over the pages of all sets: a row for each script, a column for each extractor."""
    groups: dict[str, list[int]] = defaultdict(list)
    gold_field = {"word": "body", "shingle": "body"}.get(field, field)
    for at, sample in enumerate(samples):
        if sample.gold.get(gold_field):
            groups[sample.script].append(at)
    lines = ["| script | pages | " + " | ".join(answers) + " |", "|---|---:|" + "---:|" * len(answers)]
    for script, places in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
        found = [score([(samples[at].gold, all_of[at]) for at in places]) for all_of in answers.values()]
        lines.append(f"| {script} | {len(places)} | " + " | ".join(figure(getattr(one, field)) for one in found) + " |")
    return "\n".join(lines)


def figure(value: float | None) -> str:
    """A share as it stands in a table."""
    return "" if value is None else f"{value:.3f}"


def report(
    samples: Sequence[Sample],
    answers: Mapping[str, Sequence[Answer]],
    seconds: Mapping[str, Sequence[float]],
    *,
    crossed: bool,
) -> Iterator[str]:
    """All tables, as Markdown."""
    offers = {peer.name: peer.offers for peer in PEERS}
    for name in dict.fromkeys(sample.name for sample in samples):
        places = [at for at, sample in enumerate(samples) if sample.name == name]
        rows = {who: score([(samples[at].gold, all_of[at]) for at in places]) for who, all_of in answers.items()}
        costs = {who: 1000 * sum(seconds[who][at] for at in places) / len(places) for who in answers}
        learned = name in LEARNED_FROM and not crossed
        note = ". The row of archive is too good: its weights were learned from these pages" if learned else ""
        yield f"**{name}**, {len(places)} pages{note}\n\n{table(rows, costs, offers)}\n"
    for field in ("word", "title"):
        able = {who: all_of for who, all_of in answers.items() if field == "word" or field in offers[who]}
        yield f"**{COLUMNS[field]} by script**, all sets\n\n{by_script(samples, able, field)}\n"
    yield provenance(answers, crossed=crossed)


def provenance(answers: Mapping[str, Sequence[Answer]], *, crossed: bool) -> str:
    """What the figures are of."""
    homes = {ARCHIVE.package: ["archive"], **packages_distributions()}  # some editable installs name no packages
    named = [f"{peer.name} {version(homes[peer.package][0])}" for peer in PEERS if peer.name in answers]
    text = "Text of archive: by weights that have seen no page of the same site." if crossed else (
        "Text of archive: by the shipped weights, which were learned from " + ", ".join(LEARNED_FROM) + "; only the other"
        " sets measure them."
    )  # fmt: skip
    raised = {who: sum(bool(one.failed) for one in all_of) for who, all_of in answers.items()}
    errors = ", ".join(f"{who} {count}" for who, count in raised.items() if count) or "none"
    return f"{', '.join(named)}. {text} Pages on which an extractor raised an error: {errors}."


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--set", "sets", multiple=True, help="only this set; may be given again")
@click.option("--limit", type=int, help="only so many pages of each set")
@click.option("--crossed", is_flag=True, help="text of archive by weights that have seen no page of the same site")
def main(folder: Path, sets: tuple[str, ...], limit: int | None, *, crossed: bool) -> None:
    """Scores of archive and of its peers on the pages of FOLDER, as Markdown."""
    known = sorted(path.name.removesuffix(".warc.gz") for path in (folder / "html").glob("*.warc.gz"))
    missing = sorted(set(sets) - set(known)) or ([] if known else ["*"])
    if missing:
        message = f"{folder}/html has no {missing[0]}.warc.gz"
        raise click.ClickException(message)
    for peer in PEERS:
        if not peer.installed:
            click.echo(f"{peer.name} is not installed and is left out: pip install '.[compare]'", err=True)
    samples = [sample for name in sets or known for sample in islice(read(folder, name), limit)]
    answers, seconds = ask(samples, [peer for peer in PEERS if peer.installed])
    if crossed:
        texts = crossed_texts(folder, samples)
        answers[ARCHIVE.name] = [
            replace(one, text=text) for one, text in zip(answers[ARCHIVE.name], texts, strict=True)
        ]
    for part in report(samples, answers, seconds, crossed=crossed):
        click.echo(part)


if __name__ == "__main__":
    main()
