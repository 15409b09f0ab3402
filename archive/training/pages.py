"""Pages with gold text, as blocks with labels: which of them the gold holds.

Of some sets only snippets are known: a few that stand in the article, and a few that stand beside it. There the blocks
that hold one are labelled, and no others are learned from; they bring many more sites (word F1 on sites that were not
learned from: +.001 on wcxb_dev, +.004 on readability_pages).
"""

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

from archive.errors import Rejected
from archive.extraction import UNPACKED_LIMIT
from archive.extraction.blocks import Blocks, walk
from archive.extraction.charset import decode_text
from archive.extraction.content_coding import decode_content
from archive.extraction.likeness import Stated
from archive.extraction.metadata import read_page
from archive.extraction.tree import parse
from archive.rows import registered_domain

SETS: Final = ("fundus_dev", "wcxb_dev", "readability_pages", "newspaper4k_pages")
SNIPPETS: Final = ("trafilatura_eval", "postlight_pages", "goose3_pages")
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
    known: Ints | None = None  # 1 where the label is known; None: everywhere
    weight: float = 1.0


def read_sets(folder: Path) -> list[Page]:
    """The pages of all sets that are there; at least one must be. Raises ``FileNotFoundError`` where none is."""
    there = [name for name in (*SETS, *SNIPPETS) if (folder / "html" / f"{name}.gold.jsonl.gz").exists()]
    if not there:
        message = f"{folder / 'html'}: none of the sets {', '.join((*SETS, *SNIPPETS))} is there"
        raise FileNotFoundError(message)
    return [page for name in there for page in read_set(folder, name)]


def read_set(folder: Path, name: str) -> Iterator[Page]:
    """The pages of a set that have a gold text, or snippets of it."""
    with gzip.open(folder / "html" / f"{name}.gold.jsonl.gz", "rt", encoding="utf-8") as lines:
        gold = {row["record"]: row for row in map(json.loads, lines)}
    with (folder / "html" / f"{name}.warc.gz").open("rb") as file:
        for record in ArchiveIterator(file):
            row = gold.get(record.rec_headers.get_header("WARC-Record-ID"))
            if record.rec_type != "response" or row is None:
                continue
            url = record.rec_headers.get_header("WARC-Target-URI")
            page = labelled(record.content_stream().read(), None if "bench.invalid" in url else url, row, name)
            if page:
                yield page


def labelled(payload: bytes, url: str | None, row: dict[str, Any], name: str) -> Page | None:
    """A page with its labels; None where it has no blocks, or nothing is known of them."""
    try:
        data, _ = decode_content(payload, None, UNPACKED_LIMIT)
        tree = parse(decode_text(data, header_charset=None, html=True).text)
    except Rejected:
        return None
    stated = read_page(tree, url).stated
    blocks = walk(tree)
    if not blocks.texts:
        return None
    host = urlsplit(url or row.get("url") or "").hostname or row["id"]
    page = Page(
        name=name,
        ident=row["id"],
        site=row.get("publisher") or registered_domain(host) or host,
        blocks=blocks,
        stated=stated,
        references=[],
        words=np.array([len(TOKEN.findall(text)) for text in blocks.texts]),
        label=np.zeros(len(blocks.texts), np.int64),
        optional=np.zeros(len(blocks.texts), np.int64),
    )
    return _by_snippets(page, row) if name in SNIPPETS else _by_text(page, row)


def _by_text(page: Page, row: dict[str, Any]) -> Page | None:
    if not row.get("body"):
        return None
    page.label = aligned(page.blocks.texts, row["body"])
    page.references = [row["body"]]
    paragraphs = row.get("paragraphs") or []
    needed = "\n".join(one["text"] for one in paragraphs if not one.get("optional"))
    if any(one.get("optional") for one in paragraphs):
        page.optional = page.label * (1 - aligned(page.blocks.texts, needed))
        page.references.append(needed)
    return page


def _by_snippets(page: Page, row: dict[str, Any]) -> Page | None:
    texts = [" ".join(text.split()) for text in page.blocks.texts]
    inside, beside = (
        np.array([any(one in text for one in snippets) for text in texts])
        for snippets in (_long(row.get("with"), 8), _long(row.get("without"), 3))
    )
    page.known = (inside != beside).astype(np.int64)  # a block that holds both proves neither
    page.label = inside.astype(np.int64)
    return page if page.known.any() else None


def _long(snippets: list[str] | None, least: int) -> list[str]:
    flat = (" ".join(one.split()) for one in snippets or ())
    return [one for one in flat if len(one) > least]


def aligned(texts: list[str], gold: str) -> Ints:
    """1 for each text of which more than half the words stand in the gold, in its order, else 0.

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
    return (hits > HALF * count).astype(np.int64)
