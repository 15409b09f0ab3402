"""The extractors that are compared, each as its own documentation calls it. A library is imported when it is asked for.

Those that take text instead of bytes get it decoded as ``archive`` decodes it, outside the time that is measured, so
that none loses by a charset. What a library does not offer stays empty and is shown as a dash.
"""

from __future__ import annotations

import importlib.util
import logging
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import lxml.html

from archive.training.scores import Answer

Run = Callable[[bytes, str, str | None], Answer]  # payload, the same decoded, URL
BLOCKS: Final = frozenset(
    ("address", "article", "aside", "blockquote", "body", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer",
     "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "td", "th",
     "tr", "ul")
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """An extractor: how it is loaded, and what it offers besides text."""

    name: str
    package: str  # what is imported
    load: Callable[[], Run]
    offers: frozenset[str] = frozenset(("title", "authors", "date"))

    @property
    def installed(self) -> bool:
        """Whether it can be imported."""
        return importlib.util.find_spec(self.package) is not None


def _archive() -> Run:
    from archive.api import extract

    def run(payload: bytes, _: str, url: str | None) -> Answer:
        found = extract(payload, url=url, media_type="text/html")
        date = found.published_at[:10] if found.published_at else None
        return Answer(text=found.text, title=found.title, authors=found.authors, date=date)

    return run


def _trafilatura() -> Run:
    from trafilatura import bare_extraction

    def run(payload: bytes, _: str, url: str | None) -> Answer:
        found: Any = bare_extraction(payload, url=url, include_comments=False, with_metadata=True)
        if not found:
            return Answer()
        authors = (found.author,) if found.author else ()
        return Answer(text=found.text or "", title=found.title, authors=authors, date=found.date)

    return run


def _readability() -> Run:
    from readability import Document

    logging.getLogger("readability").setLevel(logging.CRITICAL)

    def run(payload: bytes, _: str, url: str | None) -> Answer:
        document = Document(payload, url=url)
        title, author = document.short_title(), document.author()
        named = (author,) if author and author != "[no-author]" else ()  # its word for none
        return Answer(text=text_of(document.summary(html_partial=True)), title=title, authors=named)

    return run


def text_of(markup: str) -> str:
    """The text of cleaned markup, a line for each block."""
    if not markup.strip():
        return ""
    tree = lxml.html.fromstring(markup)
    for element in tree.iter(*BLOCKS):
        element.text = "\n" + (element.text or "")
        element.tail = "\n" + (element.tail or "")
    return re.sub(r"\s*\n\s*", "\n", str(tree.text_content())).strip()


def _newspaper() -> Run:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts of it that are not used here
        from newspaper import Article

    def run(_: bytes, decoded: str, url: str | None) -> Answer:
        article = Article(url or "https://page.invalid/", fetch_images=False)
        article.download(input_html=decoded, ignore_read_more=True)  # nothing is fetched
        article.parse()
        when = article.publish_date
        date = when.strftime("%Y-%m-%d") if when else None
        return Answer(text=article.text or "", title=article.title, authors=tuple(article.authors), date=date)

    return run


def _resiliparse() -> Run:
    from resiliparse.extract.html2text import extract_plain_text

    def run(_: bytes, decoded: str, __: str | None) -> Answer:
        return Answer(text=extract_plain_text(decoded, main_content=True, alt_texts=False, list_bullets=False))

    return run


ARCHIVE: Final = Peer(name="archive", package="archive", load=_archive)
PEERS: Final = (
    ARCHIVE,
    Peer(name="trafilatura", package="trafilatura", load=_trafilatura),
    Peer(name="readability-lxml", package="readability", load=_readability, offers=frozenset(("title", "authors"))),
    Peer(name="newspaper4k", package="newspaper", load=_newspaper),
    Peer(name="resiliparse", package="resiliparse", load=_resiliparse, offers=frozenset()),
)
