"""How many records inputs hold, about, from a few windows of their bytes: what a conversion takes goes by records.

The CPU seconds that pages take differ by a fifth from one crawl to another, those that a megabyte of packed pages takes by
a factor of four. Nothing is unpacked or parsed here: what begins a record is counted, by what the file begins with. It is
for the time left, which progress shows, and for nothing else.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from archive.model import InputFile, Shard
from archive.sofar import shard_bytes

PARTS = 64  # that are looked at; the others are taken to be like them
WINDOWS = 8  # of a part
WINDOW = 64 << 10
BEGINS = (  # of a file, and of each record in it
    (re.compile(rb"\x1f\x8b\x08"), re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")),  # members of gzip
    (re.compile(rb"WARC/\d"), re.compile(rb"^WARC/\d\.\d\r?$", re.MULTILINE)),
    (re.compile(rb"PK\x03\x04"), re.compile(rb"PK\x03\x04")),  # members of a zip
    (re.compile(rb"\s*\{"), re.compile(rb"\n")),  # lines of JSON
)


def weights(shards: Sequence[Shard]) -> dict[str, float]:
    """The work of each part by its id, in records; where nothing tells how many those are, in bytes."""
    step = max(len(shards) // PARTS, 1)
    looked = {shard.shard_id: density(shard) for shard in shards[::step]}
    known = [found for found in looked.values() if found]
    usual = sum(known) / len(known) if known else 1.0
    return {shard.shard_id: shard_bytes(shard) * (looked.get(shard.shard_id) or usual) for shard in shards}


def density(shard: Shard) -> float | None:
    """Records a byte of a part; None where that cannot be told."""
    size = shard_bytes(shard)
    if not size:
        return None
    if all(file.again for file in shard.files):
        return sum(file.again.rows for file in shard.files if file.again) / size
    ends = list(accumulate(file.length for file in shard.files))
    found = []
    for number in range(WINDOWS):
        at = size * (2 * number + 1) // (2 * WINDOWS)
        file = shard.files[index := bisect_right(ends, at)]
        found.append(_of_window(file, at - (ends[index] - file.length)))
    told = [one for one in found if one]
    return sum(told) / len(told) if told else None


def _of_window(file: InputFile, at: int) -> float | None:
    """Records a byte around a place of a file. One that is no container is a record itself."""
    start = max(min(at - WINDOW // 2, file.length - WINDOW), 0)
    try:
        with Path(file.location).open("rb") as opened:
            head = opened.read(64)
            opened.seek(file.start + start)
            window = opened.read(min(WINDOW, file.length))
    except OSError:
        return None
    one = next((one for whole, one in BEGINS if whole.match(head)), None)
    count = len(one.findall(window)) if one else 0
    return count / len(window) if count else 1 / file.length
