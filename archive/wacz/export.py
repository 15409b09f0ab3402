"""``archive.export_wacz``: a corpus in, a WACZ out, whole and valid, or nothing.

The same corpus gives the same bytes: there is no clock in it. So ``created`` and ``modified``, which the specification
wishes for, are not there; the times of the captures are.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from archive import __version__, storage
from archive.corpus import Corpus
from archive.errors import CorpusError, RunInterrupted, Unproven, UsageError
from archive.manifest import check_columns
from archive.model import Exported
from archive.wacz.index import Index
from archive.wacz.package import Package
from archive.wacz.pages import Paged, write_pages
from archive.wacz.records import Tally, Told, write_records
from archive.wacz.rules import validate_wacz

NAMED = 3  # breaches that an error names


def export_wacz(
    corpus: str | os.PathLike[str],
    file: str | os.PathLike[str],
    *,
    title: str | None = None,
    text: bool = False,
    source_roots: Iterable[str | os.PathLike[str]] = (),
    told: Told | None = None,
) -> Exported:
    """What was written to ``file``: WACZ 1.1.1 with every record that the corpus names, an index, and its articles.

    ``text`` puts the articles' texts into the list of pages, for viewers to search. ``source_roots`` say where WARC
    inputs that the corpus refers to have moved to. ``told`` hears how many records are written. A file that is there is
    replaced. Raises ``Unproven`` where a record or file is not what the corpus says, ``CorpusError`` where one is
    missing, and ``UsageError`` for a name that does not end in ``.wacz`` or lies in the corpus.
    """
    opened, target = Corpus(corpus, source_roots=source_roots), Path(file)
    _check_target(opened, target)
    check_columns(opened.folder, opened.manifest)
    try:
        with tempfile.TemporaryDirectory(prefix=".archive-export-", dir=target.parent) as work:
            made = Path(work) / "made.wacz"
            exported = _write(opened, made, Path(work), title, told or (lambda _: None), text=text)
            _check(made)
            exported = replace(exported, path=str(target))
            made.rename(target)
            storage.sync(target.parent)
    except OSError as why:
        if why.errno not in storage.NO_ROOM:
            raise
        message = f"{target.parent}: no space left; make room and run the same command again"
        raise RunInterrupted(message) from why
    return exported


def _check_target(corpus: Corpus, target: Path) -> None:
    if target.suffix != ".wacz":
        message = f"{target}: a WACZ must have a name that ends in .wacz"
        raise UsageError(message)
    if target.is_dir() or not target.parent.is_dir():
        message = f"{target}: no file can be written there"
        raise UsageError(message)
    if corpus.folder.resolve() in target.resolve().parents:
        message = f"{target}: lies in the corpus, which holds no other files than its own; name another folder"
        raise UsageError(message)


def _check_tables(corpus: Corpus) -> None:
    """Raises where a table that is read is not the one that the manifest names."""
    for file in corpus.manifest.files:
        if file.path.startswith(("captures/", "articles/")):
            with (corpus.folder / file.path).open("rb") as opened:
                if storage.sha256_of(opened).hex() != file.sha256:
                    message = f"{corpus.folder / file.path}: not the file that the manifest names (SHA-256)"
                    raise Unproven(message)


def _write(corpus: Corpus, made: Path, work: Path, title: str | None, told: Told, *, text: bool) -> Exported:
    """What was written; ``path`` is that of the file that has no name of its own yet."""
    _check_tables(corpus)
    with Package(made) as package:
        index = Index(work)
        tally = write_records(corpus, package, index, work, told)
        index.write(package)
        paged = write_pages(corpus, package, work, text=text)
        digest = package.describe(_stated(corpus, tally, paged, title))
    return Exported(
        path=str(made),
        size=made.stat().st_size,
        digest=digest,
        warc_files=tally.files,
        records=tally.records,
        indexed=index.entries,
        pages=paged.pages,
        unindexed=tally.unindexed,
        articles_without_page=paged.left_out,
        damaged=tally.damaged,
    )


def _stated(corpus: Corpus, tally: Tally, paged: Paged, title: str | None) -> dict[str, Any]:
    """What ``datapackage.json`` says besides the list of members."""
    days = [f"{moment:%Y-%m-%d}" for moment in (paged.first, paged.last) if moment]
    captured = f", captured {' to '.join(dict.fromkeys(days))}" if days else ""
    manifest = hashlib.sha256((corpus.folder / "manifest.json").read_bytes()).hexdigest()
    found = corpus.manifest.counts
    return {
        "title": title or f"{paged.pages:,} articles{captured}",
        "description": f"{tally.records:,} records of a corpus with {found.articles:,} articles, {found.rejections:,} records "
        f"that yielded none, and {found.damaged:,} damaged ranges, which are not in here.",
        "software": f"archive {__version__}",
        "corpus": {"manifest": f"sha256:{manifest}", "records": found.records, "articles": found.articles},
    }


def _check(made: Path) -> None:
    """Raises ``CorpusError`` where the file is not what the specification demands."""
    wrong = [found for found in validate_wacz(made) if found.severity == "error"]
    if wrong:
        named = "; ".join(f"{found.member or 'the zip'}: {found.message}" for found in wrong[:NAMED])
        message = f"{len(wrong):,} things in the WACZ would not be as the specification wants them, and it is not written: {named}"
        raise CorpusError(message)
