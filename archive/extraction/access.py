"""Whether readers had to pay, as far as a page states it: JSON-LD ``isAccessibleForFree``, content tiers, and their kin."""

from __future__ import annotations

import re
from typing import Final

from archive.extraction.head import Head
from archive.extraction.jsonld import JsonLd
from archive.extraction.values import NOTHING, Value

FREE: Final = "free"
PAYWALLED: Final = "paywalled"
TRUE: Final = frozenset({"true", "yes", "1"})
FALSE: Final = frozenset({"false", "no", "0"})
PAID_TIERS: Final = frozenset({"locked", "metered", "paid", "premium", "abo", "subscriber", "subscribers", "plus"})
_TIER = re.compile(r"content[_-]?tier$|access[_-]?status$|(?:^|-)tier$")
_FOR_FREE = re.compile(r"isaccessibleforfree$|is[_-]?free$")
_PAID = re.compile(r"(?:^|[_:.-])(?:is)?(?:premium|paid|paywall|paid[_-]?content|requires[_-]?subscription)$")


def read_access(head: Head, said: JsonLd) -> tuple[Value, bool]:
    """``free`` or ``paywalled`` with its origin; and whether any statement of the page speaks of a paywall."""
    stated = [(_of_flag(raw, free=True), "json-ld") for raw in said.access]
    stated += [(_of_meta(key, values[0]), "meta") for key, values in head.metas.items()]
    known = [(access, origin) for access, origin in stated if access]
    return (known[0] if known else NOTHING), any(access == PAYWALLED for access, _ in known)


def _of_meta(key: str, raw: str) -> str | None:
    value = raw.strip().lower()
    if _TIER.search(key):
        return FREE if value == FREE else PAYWALLED if value in PAID_TIERS else None
    if _FOR_FREE.search(key):
        return _of_flag(value, free=True)
    return _of_flag(value, free=False) if _PAID.search(key) else None


def _of_flag(raw: str, *, free: bool) -> str | None:
    """What a yes or a no means, where yes means that it is free, or that it is not."""
    value = raw.strip().rsplit("/", 1)[-1].lower()
    if value in TRUE:
        return FREE if free else PAYWALLED
    if value in FALSE:
        return PAYWALLED if free else FREE
    return None
