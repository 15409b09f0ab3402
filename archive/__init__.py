"""Raw captures of news pages in, a research corpus that proves itself out.

    import archive

    archive.convert(["captures/"], "corpus")
    corpus = archive.open_corpus("corpus")
    corpus.articles(columns=["title", "published_on"]).to_pandas()
    corpus.verify().ok

The way of one capture, step by step, is in ``archive/shard.py``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.api import extract, reextract
    from archive.check import check_warc
    from archive.compaction import compact
    from archive.corpus import Corpus, open_corpus
    from archive.errors import ArchiveError, CorpusError, Rejected, RunInterrupted, UnknownId, UsageError
    from archive.model import Extraction, Finding, JsonFields, Limits, Manifest, ReadOptions, Settings
    from archive.run import convert

__version__ = "0.1.0"
__all__ = [
    "ArchiveError", "Corpus", "CorpusError", "Extraction", "Finding", "JsonFields", "Limits", "Manifest", "ReadOptions",
    "Rejected", "RunInterrupted", "Settings", "UnknownId", "UsageError", "__version__", "check_warc", "compact",
    "convert", "extract", "open_corpus", "reextract",
]  # fmt: skip

# loaded when first asked for, so that `import archive` and `archive --help` answer at once
HOMES = {
    "check_warc": "archive.check",
    "compact": "archive.compaction",
    "convert": "archive.run",
    "extract": "archive.api",
    "reextract": "archive.api",
    "open_corpus": "archive.corpus",
    "Corpus": "archive.corpus",
    **dict.fromkeys(
        ("Extraction", "Finding", "JsonFields", "Limits", "Manifest", "ReadOptions", "Settings"), "archive.model"
    ),
    **dict.fromkeys(
        ("ArchiveError", "CorpusError", "Rejected", "RunInterrupted", "UnknownId", "UsageError"), "archive.errors"
    ),
}


def __getattr__(name: str) -> object:
    if name not in HOMES:
        message = f"module 'archive' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
