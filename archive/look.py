"""One capture out of any input, for a look: nothing is written."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from archive import sources
from archive.api import extract
from archive.errors import Rejected, UsageError
from archive.extraction import NEWS
from archive.model import Capture, Damage, Extraction, Origin, ReadOptions
from archive.storage import moment


def first_article(source: str, url: str | None, *, repair_mojibake: bool = False) -> Extraction:
    """The first article of a file, or that of the payload on standard input where ``source`` is ``-``.

    Raises ``Rejected`` with the last reason where nothing in it is an article, ``UsageError`` where it cannot be read.
    """
    if source == "-":
        return extract(sys.stdin.buffer.read(), url=url, repair_mojibake=repair_mojibake)
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
                    return _extract(found, url, repair_mojibake=repair_mojibake)
                except Rejected as rejected:
                    why = rejected
            else:
                reason = found.reason if not isinstance(found, Damage) else f"{found.reason}: {found.detail}"
                why = Rejected("record", "no-capture", reason)
    raise why


def _extract(found: Capture, url: str | None, *, repair_mojibake: bool) -> Extraction:
    if url and found.wrapped and found.payload is not None:
        return extract(found.payload, url=url, media_type=found.media_type, repair_mojibake=repair_mojibake)
    return (NEWS.repairing() if repair_mojibake else NEWS).extract(found)
