"""A found input made small: whatever can be left out without another outcome is left out, then bytes made plain."""

from __future__ import annotations

from collections.abc import Callable


def minimised(data: bytes, same: Callable[[bytes], bool], tries: int = 4000) -> bytes:
    """A shorter input for which ``same`` holds, after at most ``tries`` calls of it."""
    left = tries

    def holds(candidate: bytes) -> bool:
        nonlocal left
        left -= 1
        return left >= 0 and same(candidate)

    size = max(1, len(data) // 2)
    while left > 0:
        before, at = len(data), 0
        while at < len(data) and left > 0:
            candidate = data[:at] + data[at + size :]
            if holds(candidate):
                data = candidate
            else:
                at += size
        if size == 1 and len(data) == before:
            break
        size = max(1, size // 2)
    for at in range(len(data)):
        if data[at] != ord("a") and holds(candidate := data[:at] + b"a" + data[at + 1 :]):
            data = candidate
    return data
