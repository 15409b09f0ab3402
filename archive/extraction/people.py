"""The names of the persons in a byline."""

# ruff: noqa: RUF001, SIM905  lexicons are in their own scripts, and read best as lines of words

from __future__ import annotations

import re
from typing import Final

from archive.extraction.values import MAX_TEXT, MAX_VALUES, Candidate, clean_text, spelling

People = tuple[tuple[str, ...], str | None]
NOBODY: Final[People] = ((), None)
MAX_NAME: Final = 80  # characters of one person's name
MAX_WORDS: Final = 5  # of one person's name
_LOWER_STARTS: Final = ("d'", "d’", "al-", "el-", "'", "’")
_PREFIX = re.compile(
    r"(?:(?:this (?:post|article|story) (?:was|is)\s)?(?:(?:article|written|words|story|posted|reported|reporting|text|authored"
    r"|edited|published|created|contributed|submitted|recommended|interview|(?:view )?(?:all |more )?(?:posts|articles))\s)?by"
    r"|read more (?:about|from)|about the author|meet the author|(?:(?:ver\w+|ge\w+|ein\w*|interview|text|artikel|beitrag|bericht|kommentar|eine? \w+) )?von|(?:écrit |publié |rédigé )?par"
    r"|(?:escrito |publicado |redactado )?por|(?:scritto |pubblicato |a cura )?di|(?:skrevet |skriven )?af|(?:skrevet |skriven )?av"
    r"|(?:geschreven )?door|od|oleh|írta|szerző|γράφει (?:ο|η)|του|της|بقلم|كتب(?:ت)?|الكاتب|מאת|tác giả|от|текст|tekst|text"
    r"|words|(?:the |post )?authors?|autor(?:en|in|es|ka|zy)?|autore|autrice|auteurs?|автор(?:ы|и)?|автор статьи"
    r"|yazar|yazan|haber|penulis|reporter|editor|writer|journalist|toimittaja|forfatter|skribent|redaktor"
    r"|文|作者|記者|记者|责任编辑|責任編輯|编辑|執筆|投稿者|文責|著者|著|編輯|撰文|글|기자)(?:\s*[:：/／=＝●▪]\s*|\s+|$)",
    re.IGNORECASE,
)
# Labels that are also plain words: they count only with a colon behind them.
_COLON_ONLY = re.compile(
    r"(?:text|tekst|текст|words|haber|reporter|editor|writer|journalist|des?|от|od|di|of|του|της|文|글|著|yazar)[^:：/／=＝]*$",
    re.IGNORECASE,
)
# A piece that names somebody who did something else, and what stands behind a name on a button or as a role.
_OTHER = re.compile(
    r"(?:(?:medically|clinically|last|fact)[\s-])?(?:reviewed|updated|checked|translated|photograph(?:s|ed|y)?|photos?"
    r"|illustrat(?:ed|ions?)|geprüft|aktualisiert|fotos?)\s+(?:by|von|par|por|de|on)\s|updated?:?\s",
    re.IGNORECASE,
)
_BUTTON = re.compile(r"\s+(?:follow|sponsored|subscribe)", re.IGNORECASE)
_TITLE_BEHIND = re.compile(r"\s*(?:기자|특파원|記者|记者)$")
_DASH = re.compile(r"\s+[-–—]\s+")
_SPLIT = re.compile(
    r"\s*[;|•·、，\n]\s*|\s+(?:and|und|et|och|og|with|&|\+|/|и|та|ve)\s+|,\s*(?:and\s+|und\s+)?", re.IGNORECASE
)
_SHORT_AND = re.compile(r"(?<=\S\s)(\S+)\s+(?:y|e|i|en|a)\s+(?=\S+\s\S)")  # only between names of two words
_SUFFIX = re.compile(
    r"(?:jr|sr|ii|iii|iv|m\.?d|ph\.?d|m\.?sc?|m\.?a|r\.?d|r\.?n|rdn|esq|dds|jd|mba|cpa|cfp|psyd|do|fand)\.?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?:|www\.|/|\S+@\S+$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_NO_NAME = re.compile(r"[\d:!?„“”\"«»《》<>/#*=_@\[\]]")
_CODE = re.compile(r"\s*\([^()]{0,40}\)")
_NOT_NAME = re.compile(r":|www\.|@|\.(?:com|org|net|html|php)\b|[<>{}=]|\d{3}", re.IGNORECASE)
PARTICLES: Final = frozenset("de da do dos das del della di van von der den ten la le y e af bin al el zu".split())
ROLES: Final = frozenset(
    "staff writer writers editor editors editorial team reporter reporters correspondent contributor contributors contributing"
    " columnist senior admin administrator author authors by guest desk newsroom redaktion redakteur redakteurin redakcja"
    " redazione redacción redaccion rédaction redactie redação redaktionen редакция редакція chief political associate"
    " director manager ceo cto coo founder cofounder president attorney head specialist expert officer executive chair analyst"
    " consultant dietitian editor-in-chief publisher moderator host redaktør redaktör redaktorin chefredakteur geschäftsführer"
    " directeur directrice direttore diretora diretor главный редактор корреспондент журналист muhabir"
    " web news user unknown anonymous gast autor the written about name".split()
)
# Words of buttons and menus: a text with one of them is no name.
BUTTONS: Final = frozenset(
    "facebook youtube twitter email e-mail mail login log contact sign share follow subscribe subscription instagram linkedin"
    " whatsapp telegram pinterest members people profile kontakt anmelden registrieren abmelden suche search menu home blog"
    " news article articles related more all view read posted vom von by print comments comment teilen drucken senden guide"
    " published updated on in and the bio full start now sponsored anzeige advertisement creative commons".split()
)
OCCUPATIONS: Final = frozenset(
    "writer reporter editor correspondent columnist contributor redakteur redakteurin author journalist journalistin"
    " journaliste redactor redactora periodista giornalista redattore jornalista repórter redacteur reporterin".split()
)
WORKS: Final = frozenset("blog magazine content contributing".split())  # "Acme Blog Contributor" has no person in it


def people_of(candidates: list[Candidate], sites: set[str]) -> People:
    """The names in all candidates, each once, without the site's own; and their origin."""
    names: dict[str, str] = {}
    for raw, _ in candidates[:MAX_VALUES]:
        for number, found in enumerate(person_names(raw)):
            name = _without_site(found, sites)
            if spelling(name) not in sites:
                names.setdefault(spelling(name), name)
            elif number == 0:
                break  # "Example News, Frankfurt, Germany": what follows a site's name is its address
    return tuple(names.values()), candidates[0][1] if names else None


def _without_site(name: str, sites: set[str]) -> str:
    """A name without the site's before it: "Harbour Post - Ada Quay"."""
    parts = _DASH.split(name, maxsplit=1)
    return parts[-1] if len(parts) > 1 and spelling(parts[0]) in sites else name


def site_as_author(candidates: list[Candidate], sites: set[str]) -> People:
    """The site's own name where the page gives that as its author."""
    for raw, origin in candidates[:MAX_VALUES]:
        text = clean_text(raw) or ""
        if len(text) <= MAX_NAME and spelling(text) in sites:
            return (text,), origin
    return NOBODY


def person_names(raw: str) -> list[str]:
    """The names in a byline, apart; ``Bob Ray, Jr.`` is one name. Addresses and roles are none."""
    text = clean_text(raw) or ""
    if len(text) > MAX_TEXT // 5 or _ADDRESS.match(text):
        return []
    text = _SHORT_AND.sub(r"\1;", _without_prefix(_CODE.sub(" ", text)))
    names: list[str] = []
    for piece in _SPLIT.split(text):
        name = _TITLE_BEHIND.sub("", _without_role(_without_prefix(piece).strip(" ,:-–—|")))
        if names and _SUFFIX.fullmatch(name):
            names[-1] += f", {name}"
        elif name and len(name) <= MAX_NAME and not _NOT_NAME.search(name) and not _OTHER.match(name):
            words = _words(name)
            if words and not words <= ROLES and not (names and words & ROLES):  # "Ada Quay, Director of Operations"
                names.append(name)
    return names


def label_end(text: str) -> int:
    """Where the label of a byline ends, "By" and its like; 0 where there is none."""
    end = 0
    for _ in range(2):
        found = _PREFIX.match(text, end)
        if found is None or (_COLON_ONLY.fullmatch(found[0]) and found[0].strip().lower() not in {"di", "od", "от"}):
            return end
        end = found.end()
    return end


def _without_prefix(text: str) -> str:
    """A byline without "By" and its like; twice, for "Author: Posted by"."""
    for _ in range(2):
        found = _PREFIX.match(text)
        if found is None:
            return text
        text = text[found.end() :].strip(" .,:-–—|")
    return text


def _without_role(name: str) -> str:
    """A name without a button or a role behind it: "Ann Lee Follow", "Ann Lee - Newsroom", "Ann Lee Senior Writer"."""
    found = _BUTTON.search(name)
    if found and found.end() == len(name):
        name = name[: found.start()]
    parts = _DASH.split(name, maxsplit=1)
    if len(parts) == 2 and _words(parts[1]) & ROLES and not _words(parts[0]) & ROLES:  # noqa: PLR2004
        return parts[0]
    words = name.split()
    if len(words) > 2 and words[-1].lower() in OCCUPATIONS:  # noqa: PLR2004
        at = next(number for number, word in enumerate(words) if word.lower() in ROLES or word.lower() in OCCUPATIONS)
        if at == 2 and not {word.lower() for word in words[:at]} & WORKS:  # noqa: PLR2004
            return " ".join(words[:at])
    return name


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def is_byline(text: str) -> bool:
    """Whether a text is names and nothing else: two to four capitalised words each, or a short one without case."""
    names = person_names(text)
    return bool(names) and all(
        2 <= len(words := name.split()) <= 4 and all(word[:1].isupper() or word in PARTICLES for word in words)  # noqa: PLR2004
        for name in names
    )


def has_occupation(text: str) -> bool:
    """Whether a short text is somebody's occupation: "Senior Staff Writer"."""
    words = text.lower().split() if len(text) < MAX_NAME else []
    return 1 < len(words) <= MAX_WORDS and any(word.strip(".,") in OCCUPATIONS for word in words)


def is_single(name: str) -> bool:
    """Whether a name is one word, in a script that writes names in several: a log-in, initials, a pen name."""
    return len(name.split()) == 1 and name.lower() != name.upper()


def is_role(word: str) -> bool:
    """Whether a word names a role or a button, and so no person."""
    return word.lower().strip(".,") in ROLES or word.lower() in BUTTONS


def is_name(name: str) -> bool:
    """Whether a text can be a person's name: two to five capitalised words without a role, or a few of another script."""
    words = name.replace(",", "").split()
    if len(name) < 2 or not name[0].isalpha() or _NO_NAME.search(name) or any(map(is_role, words)):  # noqa: PLR2004
        return False
    if any("\u0900" <= char <= "\uffdc" or "\u0590" <= char <= "\u06ff" for char in name):
        return len(name) <= MAX_NAME // 2 and len(words) <= MAX_WORDS
    return 1 < len(words) <= MAX_WORDS and all(
        word[:1].isupper() or word.lower() in PARTICLES or word.startswith(_LOWER_STARTS) for word in words
    )
