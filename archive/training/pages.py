"""Pages with gold text, as blocks with labels: which of them the gold holds."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np
from rapidfuzz.distance import LCSseq
from warcio.archiveiterator import ArchiveIterator

from archive.extraction import UNPACKED_LIMIT
from archive.extraction.blocks import Blocks, walk
from archive.extraction.charset import decode_text
from archive.extraction.content_coding import decode_content
from archive.extraction.likeness import Stated
from archive.extraction.metadata import read_page
from archive.extraction.tree import parse
from archive.rows import registered_domain

SETS: Final = ("fundus_dev", "wcxb_dev", "readability_pages", "newspaper4k_pages")
NEWS: Final = ("fundus_dev",)
# words, or single letters of scripts that write none apart
TOKEN: Final = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]|[^\W\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]+")
HALF: Final = 0.5

Ints = np.ndarray[Any, Any]


@dataclass(slots=True, kw_only=True)
class Page:
    """One page of a set."""

    name: str  # of the set
    ident: str
    site: str  # registered domain, or the publisher
    blocks: Blocks
    stated: Stated
    references: list[str]  # texts that count as right
    words: Ints  # of each block
    label: Ints  # 1 where the block is in the gold
    optional: Ints  # 1 where it may be in the text or not
    weight: float = 1.0


def read_set(folder: Path, name: str) -> Iterator[Page]:
    """The pages of a set that have a gold text."""
    with gzip.open(folder / "html" / f"{name}.gold.jsonl.gz", "rt", encoding="utf-8") as lines:
        gold = {row["record"]: row for row in map(json.loads, lines)}
    with (folder / "html" / f"{name}.warc.gz").open("rb") as file:
        for record in ArchiveIterator(file):
            row = gold.get(record.rec_headers.get_header("WARC-Record-ID"))
            if record.rec_type != "response" or row is None or not row.get("body"):
                continue
            url = record.rec_headers.get_header("WARC-Target-URI")
            page = labelled(record.content_stream().read(), None if "bench.invalid" in url else url, row, name)
            if page:
                yield page


def labelled(payload: bytes, url: str | None, row: dict[str, Any], name: str) -> Page | None:
    """A page with its labels; None where it has no blocks."""
    data, _ = decode_content(payload, None, UNPACKED_LIMIT)
    tree = parse(decode_text(data, header_charset=None, html=True).text)
    stated = read_page(tree, url).stated
    blocks = walk(tree)
    if not blocks.texts:
        return None
    words, label = aligned(blocks.texts, row["body"])
    paragraphs = row.get("paragraphs") or []
    needed = [one["text"] for one in paragraphs if not one.get("optional")]
    optional = np.zeros_like(label)
    if len(needed) < len(paragraphs):
        optional = label * (1 - aligned(blocks.texts, "\n".join(needed))[1])
    host = urlsplit(url or row.get("url") or "").hostname or row["id"]
    references = [row["body"], "\n".join(needed)] if optional.any() else [row["body"]]
    return Page(
        name=name,
        ident=row["id"],
        site=row.get("publisher") or registered_domain(host) or host,
        blocks=blocks,
        stated=stated,
        references=references,
        words=words,
        label=label,
        optional=optional,
    )


def aligned(texts: list[str], gold: str) -> tuple[Ints, Ints]:
    """Words of each text, and 1 where more than half of them stand in the gold in its order, else 0.

    By the longest common subsequence of words: a teaser behind a paragraph with its words is labelled 0, for the paragraph
    has taken them. One before it may take the paragraph's first words, and the label where these are half of it.
    """
    tokens = [TOKEN.findall(text.lower()) for text in texts]
    numbers: dict[str, int] = {}
    page = [numbers.setdefault(word, len(numbers)) for words in tokens for word in words]
    wanted = [numbers.setdefault(word, len(numbers)) for word in TOKEN.findall(gold.lower())]
    hit = np.zeros(len(page))
    for step in LCSseq.opcodes(page, wanted):
        if step.tag == "equal":
            hit[step.src_start : step.src_end] = 1
    count = np.array([len(words) for words in tokens])
    owner = np.repeat(np.arange(len(texts)), count)
    hits = np.bincount(owner, weights=hit, minlength=len(texts))
    return count, (hits > HALF * count).astype(np.int64)
