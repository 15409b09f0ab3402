"""A page's tree, walked once into blocks: runs of text that a browser would set as one paragraph, heading or item.

``walk`` returns ``Blocks``: the texts in document order, and for each where it stands: its element, that element's
ancestors, how much of it is links. It does not recurse (pages nest 100,000 deep), prunes what never holds text (scripts,
styles, forms' choices) and what holds none of the article (menus and feet: of 216 blocks a page of fundus_dev
125 are left), and decides nothing else: that is for ``features.py`` and ``choice.py``.

Every element that is not inline has a number, in document order; since its blocks follow each other, whatever an element
contains is the range ``first[e]:last[e]`` of the blocks and ``e:end[e]`` of the elements, and sums over subtrees are
differences of running sums.
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
BUTTONS: Final = frozenset(("submit", "button"))  # types of inputs that show their value
BUTTON: Final = 40  # characters of it
MEDIA: Final = frozenset("img picture video audio iframe embed object svg".split())
EMPHASIS: Final = frozenset(("b", "strong", "em", "i"))
BREAK: Final = "\x1f"  # stands for <br>; decoding leaves no control character in a page
FEW: Final = 600  # characters; with less, menus and feet are read too: broken markup may have put the article into one

# what an element or one of its ancestors is, as bits
MARKS: Final = {
    name: 1 << place
    for place, name in enumerate(
        "article main section aside header footer nav figure figcaption blockquote ul ol li table td th form button dl dt"
        " dd details p pre h1 h2 h3 h4 h5 h6 label body-prop role-main role-article role-nav role-aside".split()
    )
}
HEADINGS: Final = MARKS["h1"] | MARKS["h2"] | MARKS["h3"] | MARKS["h4"] | MARKS["h5"] | MARKS["h6"]
HOLDERS: Final = MARKS["article"] | MARKS["main"] | MARKS["blockquote"] | MARKS["figure"]  # their feet are their own
ROLES: Final = {
    "main": MARKS["role-main"], "article": MARKS["role-article"], "navigation": MARKS["role-nav"],
    "banner": MARKS["header"], "contentinfo": MARKS["footer"], "complementary": MARKS["role-aside"],
    "menu": MARKS["role-nav"], "menubar": MARKS["role-nav"], "dialog": MARKS["role-aside"],
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

    buttons: list[str] = field(default_factory=list)  # words on buttons that are no blocks: <input type=submit value=…>

    tag: list[str] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)  # bits of MARKS, the ancestors' included
    name: list[str] = field(default_factory=list)  # class and id
    first: list[int] = field(default_factory=list)  # first block inside
    last: list[int] = field(default_factory=list)  # block after the last inside
    end: list[int] = field(default_factory=list)  # element after the last inside
    shown: list[int] = field(default_factory=list)  # pictures, players and frames directly in it


def walk(root: Any) -> Blocks:  # noqa: ANN401 - lxml has no types
    """The blocks of a tree; texts have single spaces, and a line break where the page has one."""
    found = _walk(root, whole=False)
    if sum(map(len, found.texts)) < FEW:
        return _walk(root, whole=True)
    return found


def _walk(root: Any, *, whole: bool) -> Blocks:  # noqa: ANN401, C901, PLR0912, PLR0915 - one loop over the page, for speed
    found = Blocks()
    tags, marks, texts = found.tag, found.marks, found.texts
    pieces: list[str] = []
    links = strong = in_link = in_strong = here = media = bits = 0
    inner = ""
    broken = False
    above: list[int] = []
    walker = etree.iterwalk(root, events=("start", "end"))

    def flush() -> None:
        nonlocal pieces, links, strong, inner, broken, media
        raw = "".join(pieces)
        for part in _broken(raw) if broken else (" ".join(raw.split()),):
            if part:
                texts.append(part)
                found.links.append(links * len(part) // len(raw) if broken else links)
                found.strong.append(strong * len(part) // len(raw) if broken else strong)
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
                    inner = node.get("class", "")
            elif tag == "br":
                pieces.append(BREAK)
                broken = True
            elif tag in NEVER or (not whole and (tag == "nav" or (tag == "footer" and not bits & HOLDERS))):
                walker.skip_subtree()
                if tag in MEDIA:
                    media += 1
                    if tags:
                        found.shown[here] += 1
                elif tag == "input" and node.get("type", "").lower() in BUTTONS:
                    found.buttons.append(node.get("value", "")[:BUTTON])
                continue
            else:
                if pieces:
                    flush()
                above.append(here)
                found.parent.append(here)
                here = len(tags)
                tags.append(tag)
                found.depth.append(len(above))
                bits |= MARKS.get(tag, 0)
                role, prop = node.get("role"), node.get("itemprop")
                if role:
                    bits |= ROLES.get(role, 0)
                if prop and "articleBody" in prop:
                    bits |= MARKS["body-prop"]
                marks.append(bits)
                name, ident = node.get("class", ""), node.get("id")
                found.name.append(f"{name} {ident}" if ident else name)
                found.first.append(len(texts))
                found.last.append(0)
                found.end.append(0)
                found.shown.append(0)
            text = node.text
        else:
            if tag in INLINE:
                if tag == "a":
                    in_link -= 1
                elif tag in EMPHASIS:
                    in_strong -= 1
            elif tag != "br" and tag not in NEVER and (whole or (tag != "nav" and (tag != "footer" or bits & HOLDERS))):
                if pieces:
                    flush()
                found.last[here] = len(texts)
                found.end[here] = len(tags)
                here = above.pop()
                bits = marks[here]
            text = node.tail
        if text:
            pieces.append(text)
            if (in_link or in_strong) and not text.isspace():
                links += len(text) if in_link else 0
                strong += len(text) if in_strong else 0
    return found


def _broken(raw: str) -> list[str]:
    """The lines of a text with breaks in it; an empty one ends the block."""
    lines = [" ".join(line.split()) for line in raw.split(BREAK)]
    return [part.strip("\n") for part in "\n".join(lines).split("\n\n")]
