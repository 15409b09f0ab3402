"""A page's tree, walked once into blocks: runs of text that a browser would set as one paragraph, heading or item.

``walk`` returns ``Blocks``: the texts in document order, and for each where it stands: its element, that element's
ancestors, how much of it is links. It does not recurse (pages nest 100,000 deep), prunes what never holds text (scripts,
styles, forms' choices), and decides nothing else: what is article and what is not is for ``features.py`` and ``choice.py``.

Every element that is not inline has a number, in document order; since its blocks follow each other, whatever an element
contains is the range ``first[e]:last[e]`` of the blocks, and sums over subtrees are differences of running sums.
"""

# ruff: noqa: SIM905  lists of tags read best as lines of words

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

INLINE: Final = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark nobr q rp rt ruby s samp small span"
    " strike strong sub sup time tt u var wbr".split()
)
NEVER: Final = frozenset(
    "script style noscript template svg iframe object embed canvas select datalist textarea head math audio video map"
    " input img picture source track param".split()
)
MEDIA: Final = frozenset("img picture video audio iframe embed object svg amp-img".split())
EMPHASIS: Final = frozenset(("b", "strong", "em", "i"))
BREAK: Final = "\x1f"  # stands for <br>; decoding leaves no control character in a page

# what an element or one of its ancestors is, as bits
MARKS: Final = {
    name: 1 << place
    for place, name in enumerate(
        "article main section aside header footer nav figure figcaption blockquote ul ol li table td th form button dl dt"
        " dd details summary p pre h1 h2 h3 h4 h5 h6 label address center fieldset cite-block body-prop hidden role-main"
        " role-article role-nav role-aside amp".split()
    )
}
LIST: Final = MARKS["ul"] | MARKS["ol"]
HEADINGS: Final = MARKS["h1"] | MARKS["h2"] | MARKS["h3"] | MARKS["h4"] | MARKS["h5"] | MARKS["h6"]
ROLES: Final = {
    "main": MARKS["role-main"], "article": MARKS["role-article"], "navigation": MARKS["role-nav"],
    "banner": MARKS["header"], "contentinfo": MARKS["footer"], "complementary": MARKS["role-aside"],
    "menu": MARKS["role-nav"], "menubar": MARKS["role-nav"], "dialog": MARKS["role-aside"], "heading": 0,
}  # fmt: skip


@dataclass(slots=True)
class Blocks:
    """Parallel lists: one entry a block above, one entry an element below."""

    texts: list[str] = field(default_factory=list)
    links: list[int] = field(default_factory=list)  # characters inside <a>
    strong: list[int] = field(default_factory=list)  # characters inside emphasis
    inner: list[str] = field(default_factory=list)  # class of the first inline element
    element: list[int] = field(default_factory=list)  # number of the element that it stands in
    media: list[int] = field(default_factory=list)  # pictures, players and frames since the block before

    tag: list[str] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)  # bits of MARKS, the ancestors' included
    name: list[str] = field(default_factory=list)  # class and id
    first: list[int] = field(default_factory=list)  # first block inside
    last: list[int] = field(default_factory=list)  # block after the last inside
    shown: list[int] = field(default_factory=list)  # pictures, players and frames directly in it


def walk(root: Any) -> Blocks:  # noqa: ANN401, C901, PLR0912, PLR0915 - lxml has no types; one loop over the page, for speed
    """The blocks of a tree; texts have single spaces, and a line break where the page has one."""
    found = Blocks()
    pieces: list[str] = []
    links = strong = in_link = in_strong = here = media = 0
    inner = ""
    broken = False
    open_elements: list[int] = []
    walker = etree.iterwalk(root, events=("start", "end"))

    def flush() -> None:
        nonlocal pieces, links, strong, inner, broken, media
        raw = "".join(pieces)
        if broken:
            lines = [" ".join(line.split()) for line in raw.split(BREAK)]
            parts = ["\n".join(group.split("\n")) for group in "\n".join(lines).strip("\n").split("\n\n")]
            parts = [part.strip("\n") for part in parts if part.strip("\n")]
        else:
            text = " ".join(raw.split())
            parts = [text] if text else []
        for part in parts:
            share = len(part) / max(1, len(raw))
            found.texts.append(part)
            found.links.append(links if len(parts) == 1 else int(links * share))
            found.strong.append(strong if len(parts) == 1 else int(strong * share))
            found.inner.append(inner)
            found.element.append(here)
            found.media.append(media)
            media = 0
        pieces, links, strong, inner, broken = [], 0, 0, "", False

    for event, node in walker:
        tag = node.tag
        if event == "start":
            if tag in INLINE:
                if tag == "a":
                    in_link += 1
                elif tag in EMPHASIS:
                    in_strong += 1
                if not inner:
                    inner = node.get("class") or ""
            elif tag == "br":
                pieces.append(BREAK)
                broken = True
            elif tag in NEVER:
                walker.skip_subtree()
                if tag in MEDIA:
                    media += 1
                    if found.shown:
                        found.shown[here] += 1
                continue
            else:
                if pieces:
                    flush()
                number = len(found.tag)
                found.tag.append(tag if isinstance(tag, str) else "")
                found.parent.append(here)
                found.depth.append(len(open_elements))
                found.marks.append(_marks(node, tag) | (found.marks[here] if number else 0))
                name, ident = node.get("class"), node.get("id")
                found.name.append(f"{name or ''}#{ident}" if ident else name or "")
                found.first.append(len(found.texts))
                found.last.append(-1)
                found.shown.append(0)
                open_elements.append(here)
                here = number
            text = node.text
        else:
            if tag in INLINE:
                if tag == "a":
                    in_link -= 1
                elif tag in EMPHASIS:
                    in_strong -= 1
            elif tag != "br" and tag not in NEVER:
                if pieces:
                    flush()
                found.last[here] = len(found.texts)
                here = open_elements.pop()
            text = node.tail
        if text:
            pieces.append(text)
            if (in_link or in_strong) and not text.isspace():
                links += len(text) if in_link else 0
                strong += len(text) if in_strong else 0
    return found


def _marks(node: Any, tag: str) -> int:  # noqa: ANN401
    bits = MARKS.get(tag, 0)
    role = node.get("role")
    if role:
        bits |= ROLES.get(role, 0)
    prop = node.get("itemprop")
    if prop and "articleBody" in prop:
        bits |= MARKS["body-prop"]
    style = node.get("style")
    if node.get("hidden") is not None or node.get("aria-hidden") == "true" or (
        style and "none" in style and "display:none" in style.replace(" ", "")
    ):
        bits |= MARKS["hidden"]
    return bits
