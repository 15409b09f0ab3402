"""What is done with a page's metadata when the time of its capture is known."""

from __future__ import annotations

from datetime import UTC, datetime

import lxml.html

from archive.extraction.metadata import read_metadata
from archive.extraction.unstated import complete

PAGE = "<title>Cut</title><h1>Cut</h1><p>3 March 2024</p>"


def published(page: str, captured_at: datetime | None) -> str | None:
    tree = lxml.html.document_fromstring(page)
    return complete(read_metadata(tree, None), captured_at).published_at


def test_a_day_that_readers_could_not_have_seen_yet_is_none() -> None:
    assert published(PAGE, None) == "2024-03-03"
    assert published(PAGE, datetime(2024, 3, 2, tzinfo=UTC)) == "2024-03-03"  # already the third, further east
    assert published(PAGE, datetime(2024, 3, 1, tzinfo=UTC)) is None


def test_what_the_page_states_stands() -> None:
    stated = '<meta property="article:published_time" content="2026-02-28">' + PAGE
    assert published(stated, datetime(2024, 3, 1, tzinfo=UTC)) == "2026-02-28"


def test_nothing_is_guessed() -> None:
    """No first of the month from an impossible day, and none of January from a year."""
    for text in ("Published: 2026-02-30", "In 2024 we cut", "© 2024 Harbour Post", "May 2024"):
        assert published(f"<title>Cut</title><h1>Cut</h1><p>{text}</p>", None) is None
