"""Which records have a row in ``articles``: sixteen bytes a row, so that the ids of a large corpus fit into memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

WIDTH = 16


class Ids:
    """A set of ids, each of which can be taken once. Ids may be any text: a corpus of others may say anything."""

    def __init__(self, ids: Iterable[str]) -> None:
        raw = bytearray()
        for one in ids:
            raw += _key(one)
        # NumPy leaves out zeros at the end; as all are of one length, that makes no two alike
        keys = np.frombuffer(bytes(raw), dtype=f"S{WIDTH}")
        self._keys = np.unique(keys)
        self._taken = np.zeros(len(self._keys), dtype=bool)
        self.repeated = len(self._keys) < len(keys)

    def take(self, one: str) -> bool:
        """True where the id is among them and was not taken before."""
        at = self._at(one)
        if at is None or self._taken[at]:
            return False
        self._taken[at] = True
        return True

    @property
    def all_taken(self) -> bool:
        """True where each was taken."""
        return bool(self._taken.all())

    def _at(self, one: str) -> int | None:
        key = np.bytes_(_key(one).rstrip(b"\0"))
        at = int(np.searchsorted(self._keys, key))
        return at if at < len(self._keys) and self._keys[at] == key else None


def _key(one: str) -> bytes:
    return hashlib.blake2b(one.encode("utf-8", "surrogatepass"), digest_size=WIDTH).digest()
