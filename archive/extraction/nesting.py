"""Pages that nest deeper than libxml2 reads (2,048 elements), made flat enough: what a browser shows of them is not lost.

A browser puts what lies deeper than 512 elements side by side, and shows it. libxml2 stops there, and all behind it is
lost. ``flattened`` takes the tags of containers deeper than 200 out of the page, each with its end tag. Paragraphs stay,
headings and items down to 600. Between two texts that only such a container parted stands a paragraph.

Time is linear: 0.8 s for 100,000 elements in each other, 16 for two million tags; no other page comes here.
"""

from __future__ import annotations

import re
from typing import Final

from archive.extraction.blocks import INLINE

DEEP: Final = 200  # of containers; at 254 trafilatura's own parser gives up
DEEPEST: Final = 600  # of what sets a text apart
MAX_TAGS: Final = 4 << 20
SETS_APART: Final = frozenset("h1 h2 h3 h4 h5 h6 li blockquote pre td th tr dt dd figcaption article main".split())  # noqa: SIM905
VOID: Final = frozenset("area base br col embed frame hr img input link meta param source track wbr".split())  # noqa: SIM905
CLOSES: Final = {  # what a start tag ends, where it is the innermost
    "li": ("li",), "td": ("td", "th"), "th": ("td", "th"), "tr": ("td", "th", "tr"), "dt": ("dt", "dd"),
    "dd": ("dt", "dd"), "option": ("option",),
}  # fmt: skip
TOKEN: Final = re.compile(  # always takes what it has looked at, so that nothing is looked at twice
    rb"<!--(?:.*?(?:-->|\Z))|<(/?+)([a-zA-Z][^\s/>]{0,30}+)(?:[^>\"']++|\"[^\"]*+\"|'[^']*+'|[\"'])*+>?+", re.DOTALL
)
RAW: Final = {
    name: re.compile(b"</%b" % name.encode(), re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
}


def flattened(data: bytes) -> bytes:
    """The page without the tags of containers that lie too deep."""
    parts: list[bytes] = []
    stack: list[str] = []  # of elements that stay
    opened: dict[str, int] = {}  # how many of each there are in it
    dropped: dict[str, int] = {}  # elements without their tags, that are open
    at = kept_from = 0
    while token := TOKEN.search(data, at):
        before, at = at, token.end()
        if token[2] is None:  # a comment
            continue
        name = token[2].decode("latin-1").lower()
        if name in RAW and not token[1]:
            end = RAW[name].search(data, at)
            at = end.start() if end else len(data)
            continue
        if _stays(name, bool(token[1]), stack, opened, dropped):
            continue
        parts.append(data[kept_from : token.start()])
        if name not in INLINE and data[before : token.start()].strip():
            parts.append(b"<p>")
        kept_from = token.end()
    parts.append(data[kept_from:])
    return b"".join(parts)


def _stays(name: str, closing: bool, stack: list[str], opened: dict[str, int], dropped: dict[str, int]) -> bool:  # noqa: FBT001
    """Whether this tag stays; ``stack``, ``opened`` and ``dropped`` are those behind it afterwards."""
    if name in VOID or name in {"p", "html", "body", "head"}:
        return True
    if closing:
        if dropped.get(name):
            dropped[name] -= 1
            return False
        while opened.get(name):
            last = stack.pop()
            opened[last] -= 1
            if last == name:
                break
        return True
    while stack and len(stack) < DEEP and stack[-1] in CLOSES.get(name, ()):  # deeper, what lay between may be gone
        opened[stack.pop()] -= 1
    if len(stack) >= (DEEPEST if name in SETS_APART else DEEP):
        dropped[name] = dropped.get(name, 0) + 1
        return False
    stack.append(name)
    opened[name] = opened.get(name, 0) + 1
    return True
