"""Pages that stand where an article should: one that asks for money or consent, or says that nothing is there.

    paywall        behind the text the page says that the rest is for those who pay or sign in
    teaser-only    the text stops there
    consent-wall   the text is a question for consent
    soft-404       the page says that there is no such page

A flag on an ordinary article is worse than a page that goes without. So each rule wants two signs that have little to do
with one another. Words are known in some twenty-five languages (``wordings.py``, ``paywords.py``).
"""

from __future__ import annotations

import re
from typing import Final

from archive.extraction.blocks import Blocks
from archive.extraction.paywords import FOR_PAYERS, NOT_OF_THE_TEXT, PAY, READ_ON, SUBSCRIBE, WHAT_IS_READ
from archive.extraction.seen import MOST, NOTICE, Seen, is_dated, is_heading, length, named, says, until
from archive.extraction.wordings import AGREE, AWAY, COOKIES, LOST, OOPS, PAGE, PRIVACY

TEASER: Final = 3000  # characters; longer texts are no teasers, whatever the page asks for besides
BRIEF: Final = 1000  # characters of a text behind which any offer of a subscription counts
LONGER: Final = 400  # characters by which a stated body is longer than a teaser, besides twice its length
WALL: Final = 4000  # characters: a question for consent with all its purposes
GONE: Final = 1200  # characters: the longest excuses for a missing page, with advice where to go
SHORT_GONE: Final = 600  # characters, where no title says so
NEXT_TO_NOTHING: Final = 250  # characters, where only a title says so
ERROR: Final = 20  # characters of a title that says "Error 404" and nothing else
HEADLINE: Final = 70  # characters; longer ones are of articles, whatever they say of missing pages
BUTTON: Final = 40  # characters
ASKED: Final = 400  # characters of a block that asks for money
AROUND: Final = 8  # blocks behind the text in which a page asks for money or consent
NEXT: Final = 3  # blocks behind the text in which an overlay begins that cuts it
DOTS: Final = ("…", "...", "。。。", "・・・")
PAY_NAMES: Final = ("paywall", "pay-wall", "regwall", "reg-wall", "piano-offer", "tp-modal", "subscription-wall",
                    "subscribe-wall", "subscriber-wall", "premium-wall", "metered-wall", "abo-wall", "truncated-")  # fmt: skip
CONSENT_NAMES: Final = ("consent", "cookie", "gdpr", "dsgvo", "rgpd", "cmp-", "cmpbox", "cmpwrapper", "onetrust",
                        "didomi", "usercentrics", "sp_message", "purabo")  # fmt: skip
GONE_NAMES: Final = ("error404", "error-404", "error_404", "page-404", "page404", "404-page", "not-found", "notfound",
                     "not_found", "error-page", "errorpage", "page-error")  # fmt: skip
HIDDEN: Final = ("hide", "hidden", "d-none")
WHOLE: Final = frozenset({"html", "body", "article", "main"})  # names of these tell the article's topic and tags
_STATUS = re.compile(r"(?<![\w.,:/-])4(?:04|10)(?![\w,:/-]|\.\d)")


def is_teaser(seen: Seen) -> bool:
    """True where a text of fewer than 3,000 characters shows two signs that the rest of it has to be paid for.

    Signs: the page states a paywall; the text ends with dots; the body in JSON-LD is more than twice as long; an overlay
    named as a paywall begins within three blocks behind the text, and is not hidden; within eight blocks readers are asked
    to subscribe or to sign in.
    """
    if len(seen.text) >= TEASER:
        return False
    page, last = seen.page, seen.kept[-1]
    signs = (
        ("paywall" in seen.metadata.flags)
        + seen.text.rstrip("])】\uff09 ").endswith(DOTS)
        + (len(seen.stated.body) > 2 * len(seen.text) + LONGER)
    )
    begin = seen.kept[-2:][0]  # the text may have taken in the first line of what cuts it
    overlay = [number for number in range(begin, until(page, last + NEXT)) if _in_overlay(seen, number)]
    signs += bool(overlay)
    if signs != 1:  # words change nothing
        return signs > 1
    if any(says(PAY, page.texts[number][:NOTICE]) for number in overlay):
        return True
    return any(_asks(page.texts[number]) for number in range(begin, until(page, last + AROUND)))


def is_paywalled(seen: Seen) -> bool:
    """True where a block at the end of a text of fewer than 3,000 characters, or within three behind it, asks for money.

    That is a block of at most 400 characters that says that reading on, or the whole text, is for those who pay or sign in.
    At the end of fewer than 1,000 characters one that speaks of a subscription and of what is read will do, where it is
    no sibling of the first paragraph. Of the text's own paragraphs only the last of such a text counts.
    """
    if len(seen.text) >= TEASER:
        return False
    page, last, brief = seen.page, seen.kept[-1], len(seen.text) < BRIEF
    body = page.parent[page.element[next((n for n in seen.kept if not is_heading(page, n)), last)]]
    inside = {n for n in seen.kept if page.parent[page.element[n]] == body}
    for n in range(seen.kept[-2:][0], until(page, last + NEXT)):
        plain = brief and n not in inside and not is_heading(page, n) and not _is_pressed(page, n)
        if (n not in inside or (brief and n == last)) and _offers(page.texts[n], brief=plain):
            return True
    return False


def is_consent_wall(seen: Seen) -> bool:
    """True where a text of fewer than 4,000 characters is, by four fifths, a question for consent, with a button.

    That are blocks in a container named for consent, or with words for cookies and privacy; headings and buttons do not
    count. One of them must say "cookies". The button stands in the text or within eight blocks of it: a short block that
    agrees; or, where the text has fewer than 1,000 characters, any two buttons or lines of links, one in a container named
    so. Where none is so named, the page must not state a date of publication either: it may be an article on the matter.
    """
    page, kept = seen.page, seen.kept
    if len(seen.text) >= WALL or not says(COOKIES, seen.text):
        return False
    near = range(max(0, kept[0] - AROUND), until(page, kept[-1] + AROUND))
    pressed = {n for n in near if _is_pressed(page, n)}
    agreed = any(len(page.texts[n]) < BUTTON and says(AGREE, page.texts[n]) for n in near)
    agreed = agreed or any(says(AGREE, words) for words in page.buttons)
    plain = [n for n in kept if n not in pressed and not is_heading(page, n)] or kept
    inside = {number for number in plain if named(page, number, CONSENT_NAMES, below=WHOLE)}
    if not agreed and (len(seen.text) >= BRIEF or len(pressed) + len(page.buttons) + bool(inside) < 2):  # noqa: PLR2004
        return False
    about = [n for n in plain if n in inside or says(COOKIES + PRIVACY, page.texts[n])]
    whole = length(page, plain)
    return length(page, about) >= MOST * whole and (2 * length(page, inside) > whole or not is_dated(seen))


def _is_pressed(page: Blocks, number: int) -> bool:
    """True for a button, a short block that agrees, or a short one of links."""
    words = page.texts[number]
    if page.tag[page.element[number]] == "button" or (len(words) < BUTTON and says(AGREE, words)):
        return True
    return len(words) < 2 * BUTTON and page.links[number] >= MOST * len(words)


def is_soft_404(seen: Seen) -> bool:
    """True where a page of fewer than 1,200 characters, without a stated date of publication, says that it is not there.

    A title or heading that is 404 or 410 and nothing else, but for a word for an error, is enough. Else two of these: a title or heading of at most 70 characters
    says 404 or 410; one says that a page was not found; the text says so, or that it was removed, or sends to the front
    page; an element around it is named so. With fewer than 250 characters of text a title is enough that says that a page
    was not found, or begins with the number. In fewer than 600 characters a text that says so is enough where a title
    speaks of an error, or it names the number.
    """
    page = seen.page
    if len(seen.text) >= GONE or is_dated(seen):
        return False
    headings = [page.texts[number] for number in range(seen.kept[-1] + 1) if is_heading(page, number)]
    heads = [words for words in (*seen.stated.titles, *headings) if len(words) <= HEADLINE]
    if any(_STATUS.fullmatch(words) or _is_error(words) for words in heads):
        return True
    texts = [page.texts[number][:NOTICE] for number in seen.kept]
    numbered = [words for words in heads if _STATUS.search(words)]
    lost = any(_is_lost(words) for words in heads)
    so_named = bool(named(page, seen.kept[0], GONE_NAMES))
    text_lost = any(_is_lost(words) for words in texts)
    if numbered and (lost or so_named or text_lost or any(says(LOST, words) for words in numbered)):
        return True
    if lost and (so_named or text_lost or any(says(AWAY, words) for words in texts)):
        return True
    if len(seen.text) < NEXT_TO_NOTHING and (lost or any(_STATUS.match(words) for words in heads)):
        return True
    oops = any(says(OOPS, words) for words in heads) or any(_STATUS.search(words) for words in texts)
    return text_lost and (so_named or (oops and len(seen.text) < SHORT_GONE))


def _is_error(words: str) -> bool:
    """Whether a title is a number of an error and a word for it: "Error 404"."""
    return len(words) < ERROR and _STATUS.search(words) is not None and says(OOPS, words)


def _is_lost(words: str) -> bool:
    return says(LOST, words) and says(PAGE, words)


def _asks(words: str) -> bool:
    return says(FOR_PAYERS, words[:NOTICE]) or _offers(words)


def _offers(words: str, *, brief: bool = False) -> bool:
    """Whether a block says that reading on is for those who pay or sign in, and does not speak of letters or comments."""
    if len(words) > ASKED or says(NOT_OF_THE_TEXT, words):
        return False
    if brief and says(SUBSCRIBE, words) and says(WHAT_IS_READ, words):
        return True
    return says(PAY, words) and (says(READ_ON, words) or says(FOR_PAYERS, words))


def _in_overlay(seen: Seen, number: int) -> bool:
    """True where a block is in a container named as a paywall that does not hold the text itself, and is not hidden."""
    page, kept = seen.page, seen.kept
    at = named(page, number, PAY_NAMES)
    if not at or page.first[at] <= kept[0] < page.last[at] or any(part in page.name[at].lower() for part in HIDDEN):
        return False
    return 3 * length(page, (n for n in kept if page.first[at] <= n < page.last[at])) <= 2 * length(page, kept)
