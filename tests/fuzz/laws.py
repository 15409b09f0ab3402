"""What holds for all formats and all texts, whatever the input."""

from __future__ import annotations

import hashlib
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path

from archive import rows, sources, table, warc, wrapping
from archive.errors import Rejected
from archive.extraction.dump import clean
from archive.model import Block, Capture, CleanText, Damage, Extraction, Limits, Origin, ReadOptions, Skip
from archive.sources import Opened, Source
from archive.sources.records import Window, read_record

MODIFIED = datetime(2024, 8, 27, 10, tzinfo=UTC)
README = Path(__file__).parents[2] / "README.md"
LIMITS = Limits()

# what a source reads at once, and how far it looks back; what bzip2 and xz unpack in front of damage hangs on ``STEP``
STEPS = {"CHUNK": 61, "SEARCH": 50, "MARGIN": 100, "APART": 300, "STRETCH": 64, "MOST": 256, "KEEP": 40, "FIRST": 30}
BLOCK = 512  # of a tar: read a multiple of it at a time

Found = Capture | Damage | Skip


@cache
def documented() -> frozenset[str]:
    """The reasons, flags and kinds of the README's tables."""
    return frozenset(re.findall(r"^\|(?: `\w+` \|)? `([\w…-]+)` \|", README.read_text(), re.MULTILINE))


def named(word: str) -> bool:
    """Whether the README names a reason or flag, or all that start as it does."""
    return word in documented() or any(word.startswith(one[:-1]) for one in documented() if one.endswith("…"))


def opened(data: bytes, name: str, *, in_place: bool = True) -> Opened:
    """A file of these bytes."""
    digest = hashlib.sha256(data).digest()
    origin = Origin(path=name, modified=MODIFIED, file_sha256=digest)
    return Opened(file=BytesIO(data), size=len(data), origin=origin, in_place=in_place)


def read(data: bytes, name: str, source: Source | None = None, limits: Limits = LIMITS) -> list[Found]:
    """Everything in a file, by the source that recognises it or the one that is given; and what holds for it."""
    options = ReadOptions(limits=limits)
    captures = source.captures if source else sources.captures
    found = list(captures(opened(data, name), options))
    with small_steps():
        again = list(captures(opened(data, name), options))
    assert again == found, "read again in small steps, something else is found"
    for one in found:
        assert one.origin.path == name
        if isinstance(one, Capture):
            assert_capture(one)
        elif isinstance(one, Damage):
            assert named(one.reason), one.reason
            assert one.detail
            assert one.offset >= 0 <= one.length
    assert_rows(found)
    return found


@contextmanager
def small_steps() -> Iterator[None]:
    """Files are read a few bytes at a time: what lies across two pieces is found in small inputs too."""
    before = []
    for name, module in list(sys.modules.items()):
        if name.startswith("archive.sources") and not name.endswith("frames"):  # that one divides a limit by a step
            before += [(module, step, getattr(module, step)) for step in STEPS if hasattr(module, step)]
    try:
        for module, step, _ in before:
            setattr(module, step, BLOCK if module.__name__.endswith("tarred") else STEPS[step])
        yield
    finally:
        for module, step, value in before:
            setattr(module, step, value)


def assert_in_order(data: bytes, found: list[Found]) -> None:
    """Places follow each other, and the digest of a damaged range is that of its bytes."""
    end = 0
    for one in found:
        if isinstance(one, Skip):
            assert len(found) == 1 or one.origin.member
            continue
        start = one.origin.offset or 0
        assert end <= start <= len(data), "two rows of one place"
        end = start
        if isinstance(one, Damage):
            assert one.sha256 == hashlib.sha256(data[one.offset : one.offset + one.length]).digest()
            end = one.offset + one.length
            assert end <= len(data)


def assert_rows(found: Iterable[Found]) -> None:
    """All that is found can be written into the table."""
    made = [
        rows.damage_row(one) if isinstance(one, Damage) else rows.capture_row(one, one.locator)
        for one in found
        if not isinstance(one, Skip)
    ]
    if made:
        assert table.to_batch(made, "captures").num_rows == len(made)


def assert_capture(found: Capture) -> None:
    """Digests are those of the bytes, and a capture that we wrapped is read back as it is."""
    assert found.block_length >= 0
    assert set(filter(lambda flag: not named(flag), found.flags)) <= set(_stated_flags(found))
    if found.block is None:
        return
    assert len(found.block) == found.block_length
    assert found.block_sha256 == hashlib.sha256(found.block).digest()
    whole = found.head + found.block + found.trailer
    assert found.record_sha256 == hashlib.sha256(whole).digest()
    if found.payload is not None:
        assert (found.payload_length, found.payload_sha256) == (
            len(found.payload),
            hashlib.sha256(found.payload).digest(),
        )
    if found.wrapped:
        placed = read_record(Window(BytesIO(whole)), 0, LIMITS)
        again = warc.capture_from(placed.raw, found.origin, None, wrapped=True)
        assert again == found, "a record of ours is read back as another"
        assert again.flags == found.flags
        assert not {"block-digest-mismatch", "payload-digest-mismatch", "warc-date-unreadable"} & set(again.flags)
        assert wrapping.first_id(found) == found.record_id


def _stated_flags(found: Capture) -> list[str]:
    """A WARC record of somebody else may state flags that look like ours."""
    return [] if found.wrapped else (warc.read_fields(found.head).get_header("Archive-Flags") or "").split()


def assert_text(text: str) -> None:
    """Unicode that can be stored, in NFC."""
    text.encode()
    assert unicodedata.is_normalized("NFC", text)


def assert_blocks(text: str, blocks: Iterable[Block]) -> None:
    """Blocks lie in the text, in order, none empty, with white space between them alone."""
    at = 0
    for block in blocks:
        assert at <= block.start < block.end <= len(text)
        assert not text[at : block.start].strip()
        at = block.end
    assert not text[at:].strip()


def assert_tiles(payload: bytes, found: CleanText | Extraction) -> None:
    """What is kept and what is removed of a text dump tile its payload."""
    spans = [(one.start, one.end) for one in found.removed]
    spans += [(one.source_start or 0, one.source_end or 0) for one in found.blocks]
    spans.sort()
    assert all(start < end for start, end in spans)
    assert all(one[1] == two[0] for one, two in pairwise(spans))
    assert (spans[0][0], spans[-1][1]) == (0, len(payload)) if payload else not spans


def assert_extraction(found: Extraction) -> None:
    """An article's text, blocks and metadata can be stored, and are what they are said to be."""
    assert found.text.strip()
    assert_text(found.text)
    assert_blocks(found.text, found.blocks)
    texts = [found.title, found.site_name, found.description, found.section, *found.authors, *found.tags]
    for text in filter(None, texts):
        assert_text(text)
        assert text == text.strip()
    for text in filter(None, (found.canonical_url, found.image_url, found.language, found.charset)):
        text.encode()
    for stated in filter(None, (found.published_at, found.modified_at)):
        assert isinstance(rows.day_of(stated), date)
        rows.instant_of(stated)
    assert all(named(flag) for flag in found.flags), found.flags
    assert found.boilerplate_share is None or 0 <= found.boilerplate_share <= 1
    for name in ("title", "published_at", "modified_at", "language", "site_name", "canonical_url", "access"):
        assert (getattr(found, name) is None) == (getattr(found, f"{name}_origin") is None), name


def assert_rejected(why: Rejected) -> None:
    """A reason that the README names; where a library failed, it was the library and not we."""
    assert why.stage in ("record", "payload", "extraction")
    assert named(why.reason), why.reason
    why.detail.encode("utf-8", "replace")
    if why.reason == "extractor-error":
        trace = why.__cause__.__traceback__ if why.__cause__ else None
        while trace and trace.tb_next:
            trace = trace.tb_next
        ours = trace is not None and "/archive/" in trace.tb_frame.f_code.co_filename
        assert not ours, why.detail


def cleaned(payload: bytes, codec: str) -> CleanText:
    """The cleaner's answer, the same twice."""
    found = clean(payload, codec)
    assert clean(payload, codec) == found
    assert_text(found.text)
    assert_blocks(found.text, found.blocks)
    assert_tiles(payload, found)
    return found
