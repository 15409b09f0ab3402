"""Whether readers had to pay, as far as the page states it."""

from __future__ import annotations

import pytest

from tests.making import read_page


def block(free: str) -> str:
    return f'<script type="application/ld+json">{{"@type":"NewsArticle","isAccessibleForFree":{free}}}</script>'


@pytest.mark.parametrize(
    ("head", "access", "origin", "flags"),
    [
        (block("true"), "free", "json-ld", ()),
        (block('"True"'), "free", "json-ld", ()),
        (block('"https://schema.org/True"'), "free", "json-ld", ()),
        (block("false"), "paywalled", "json-ld", ("paywall",)),
        (block('"False"'), "paywalled", "json-ld", ("paywall",)),
        (block('"perhaps"'), None, None, ()),
        ('<meta property="article:content_tier" content="free">', "free", "meta", ()),
        ('<meta property="article:content_tier" content="locked">', "paywalled", "meta", ("paywall",)),
        ('<meta name="article:content-tier" content="Metered">', "paywalled", "meta", ("paywall",)),
        ('<meta name="cxenseparse:abc-ispaidcontent" content="false">', "free", "meta", ()),
        ('<meta name="requiresSubscription" content="true">', "paywalled", "meta", ("paywall",)),
        ('<meta itemprop="isAccessibleForFree" content="false">', "paywalled", "meta", ("paywall",)),
        (block("true") + '<meta property="article:content_tier" content="metered">', "free", "json-ld", ("paywall",)),
        ('<meta name="frontier" content="free">', None, None, ()),
        ("", None, None, ()),
    ],
)
def test_access(head: str, access: str | None, origin: str | None, flags: tuple[str, ...]) -> None:
    found = read_page(head)
    assert (found.access, found.access_origin, found.flags) == (access, origin, flags)
