"""``archive.extract``: one payload in, its text and metadata out. ``archive.reextract``: a corpus in, a corpus out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import UsageError
from archive.extraction import NEWS, charset_of, find_extractor
from archive.model import Extraction, Manifest

if TYPE_CHECKING:
    from archive.run import Progress


def extract(
    payload: bytes,
    *,
    url: str | None = None,
    media_type: str | None = None,
    headers: Mapping[str, str] | None = None,
    captured_at: datetime | None = None,
    repair_mojibake: bool = False,
) -> Extraction:
    """Text and metadata of one capture: an HTML page or a text dump.

    ``media_type`` decides between the two where the bytes leave it open; ``headers`` are HTTP headers, of which
    Content-Type and Content-Encoding are looked at; ``captured_at`` bounds the dates that are believed;
    ``repair_mojibake`` gives the text that was meant where UTF-8 was read as windows-1252 before the capture.
    Raises ``Rejected`` with stage, reason and detail where the payload holds no article.
    """
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    content_type = media_type or lower.get("content-type")
    return (NEWS.repairing() if repair_mojibake else NEWS).extract_payload(
        payload,
        url=url,
        media_type=content_type.partition(";")[0].strip().lower() if content_type else None,
        header_charset=charset_of(lower.get("content-type") or media_type),
        content_coding=lower.get("content-encoding"),
        captured_at=captured_at,
    )


def reextract(
    corpus: str | os.PathLike[str],
    new: str | os.PathLike[str],
    *,
    extractor: str | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    source_roots: Iterable[str | os.PathLike[str]] = (),
    progress: Progress | None = None,
) -> Manifest:
    """The manifest of a new corpus in ``new``, made from the records of the one in ``corpus``, not from its inputs.

    Ids, places and damaged ranges stay; text, metadata and outcomes are what ``extractor`` (that of the old corpus
    unless said otherwise) makes of the records today. ``source_roots`` say where WARC inputs that the old corpus refers
    to have moved to. Raises ``CorpusError`` where records are missing or changed, and what ``convert`` raises.
    """
    from archive import again
    from archive.corpus import Corpus
    from archive.run import Silence, make_corpus

    roots = tuple(source_roots)
    old = Corpus(corpus, source_roots=roots)
    folder = Path(new)
    if folder.resolve() == old.folder.resolve() or old.folder.resolve() in folder.resolve().parents:
        message = f"{folder}: the new corpus needs a folder of its own, outside the old one"
        raise UsageError(message)
    settings = replace(old.manifest.settings, extractor=extractor or old.manifest.settings.extractor)
    find_extractor(settings.extractor)
    again.check(old)
    files = again.slices_of(old, roots)
    named, progress = [old.folder / "manifest.json"], progress or Silence()
    return make_corpus(folder, named, files, settings, old=old, workers=workers, executor=executor, progress=progress)
