"""One capture out of any input, for a look: nothing is written."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from archive import sources
from archive.errors import Rejected, UsageError
from archive.extraction import NEWS, UNPACKED_LIMIT, NewsExtractor, content_coding_of
from archive.extraction.content_coding import decode_content
from archive.model import Capture, Damage, Extraction, Look, Origin, ReadOptions
from archive.storage import moment


def first_article(source: str, url: str | None, *, repair_mojibake: bool = False) -> Extraction:
    """The first article of a file, or that of the payload on standard input where ``source`` is ``-``.

    Raises ``Rejected`` with the last reason where nothing in it is an article, ``UsageError`` where it cannot be read.
    """
    return first_look(source, url, repair_mojibake=repair_mojibake).extraction


def first_look(source: str, url: str | None, *, repair_mojibake: bool = False) -> Look:
    """The same with the bytes that it was seen in. Raises as ``first_article`` does."""
    extractor = NEWS.repairing() if repair_mojibake else NEWS
    if source == "-":
        return _look(sys.stdin.buffer.read(), None, url, extractor=extractor)
    path = Path(source)
    if not path.is_file():
        message = f"{source}: {'a folder; name one file of it' if path.is_dir() else 'no such file'}"
        raise UsageError(message)
    why = Rejected("record", "no-capture", "the file holds no capture")
    with path.open("rb") as file:
        state = os.fstat(file.fileno())
        origin = Origin(path=path.name, modified=moment(state.st_mtime_ns))
        opened = sources.Opened(file=file, size=state.st_size, origin=origin, in_place=True)
        for found in sources.captures(opened, ReadOptions()):
            if isinstance(found, Capture):
                try:
                    if url and found.wrapped and found.payload is not None:
                        return _look(found.payload, found.media_type, url, extractor=extractor)
                    return Look(extraction=extractor.extract(found), payload=_decoded(found))
                except Rejected as rejected:
                    why = rejected
            else:
                reason = found.reason if not isinstance(found, Damage) else f"{found.reason}: {found.detail}"
                why = Rejected("record", "no-capture", reason)
    raise why


def _look(payload: bytes, media_type: str | None, url: str | None, *, extractor: NewsExtractor) -> Look:
    seen = extractor.extract_payload(
        payload, url=url, media_type=media_type, header_charset=None, content_coding=None, captured_at=None
    )
    return Look(extraction=seen, payload=payload)


def _decoded(found: Capture) -> bytes:
    """The payload as the extractor reads it: its spans are those of the bytes behind the content coding."""
    data, _ = decode_content(found.payload or b"", content_coding_of(found), UNPACKED_LIMIT)
    return data
