"""What one line of a text dump gives away by itself: by its words, in some twenty languages, and by its shape.

A phrase is lower case. One in letters must begin where a word begins ("cookie" is in "cookies", "share" is not in
"timeshare"); one in a script without spaces may begin anywhere. The lists stay short on purpose: shape and place
decide most lines, and a word list can only speak for the languages in it.
"""

# ruff: noqa: PLR2004, RUF001 -- thresholds stand where they are meant, in words; the marks are of many scripts

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import Final

from archive.extraction.lines import HEAD, Line, words_of

COOKIE: Final = (
    "cookie", "gdpr", "dsgvo", "rgpd", "куки", "файлы cookie", "ciastecz", "çerez", "kakor", "evästei",
    "informasjonskaps", "クッキー", "كوكيز", "ملفات تعريف الارتباط", "쿠키",
)  # fmt: skip
CONSENT: Final = (
    "website", "web site", "this site", "our site", "accept", "consent", "agree", "settings", "preferences", "policy",
    "privacy", "browser", "we use", "uses", "personal data", "third part", "webseite", "akzeptier", "einwillig",
    "zustimm", "einstellung", "datenschutz", "verwende", "nutzt", "site", "utilis", "accepte", "paramètre",
    "confidentialité", "sitio", "utiliza", "acepta", "aceptar", "política", "privacidad", "sito", "accetta",
    "privacidade", "informativa", "aceita", "gebruik", "instelling", "privacybeleid", "beleid", "använder", "webbplats",
    "bruker", "nettsted", "godta", "bruger", "accepter", "indstilling", "käytä", "asetukset", "sivusto", "serwis",
    "używa", "korzysta", "polityk", "souhlas", "používá", "használ", "suti", "сайт", "использу", "соглас", "настройк",
    "политик", "kullan", "kabul", "ayarlar", "gizlilik", "同意", "使用", "利用", "設定", "サイト", "隐私", "接受", "نستخدم", "الموقع",
    "موافق", "동의", "사용",
)  # fmt: skip
CONSENT_ALONE: Final = (
    "manage consent", "consent preferences", "do not sell my", "privacy preference cent", "your privacy choices",
    "to provide the best experiences, we use", "personalised ads and content", "personalized ads and content",
    "accept all", "reject all", "alle akzeptieren", "tout accepter", "aceptar todo", "accetta tutti",
)  # fmt: skip
PROMOTION: Final = (
    "newsletter", "subscribe", "subscription", "subscriber", "sign up", "sign in", "log in", "login", "register",
    "follow us", "follow @", "join us", "join our", "share this", "share on", "share via", "share with", "like us",
    "download the app", "download our", "our app", "get the latest", "get our", "advertisement", "sponsored", "donate",
    "support us", "click here", "read our", "free trial", "free access", "your email", "email address", "your inbox",
    "paywall", "all rights reserved", "copyright", "privacy policy", "terms of", "story continues", "article continues",
    "to view this video", "enable javascript", "leave a comment", "leave a reply", "thank you for your", "contact us",
    "post a comment", "add comment", "view comments", "required fields", "not be published", "affiliate", "book a ",
    "get in touch", "get started", "learn more about our", "schedule a", "print this", "whatsapp channel",
    "google news", "tip us", "follow our", "listen to this", "listen to the", "unlimited access", "exclusive content",
    "already a", "abonnier", "abonnement", "abonnent", "anmelden", "registrier", "folgen sie", "folge uns",
    "jetzt teilen", "anzeige", "werbung", "weitersagen", "kostenlos testen", "impressum", "alle rechte vorbehalten",
    "abonnez", "inscrivez", "s'inscrire", "suivez-nous", "partager", "publicité", "connectez", "réservé aux abonnés",
    "droits réservés", "infolettre", "suscríb", "suscrib", "regístr", "síguenos", "síguen", "compartir", "publicidad",
    "boletín", "inicia sesión", "derechos reservados", "iscriviti", "abbonati", "abbonamento", "seguici", "condividi",
    "pubblicità", "accedi", "diritti riservati", "assine", "inscreva", "siga-nos", "compartilh", "publicidade",
    "cadastre", "direitos reservados", "abonneer", "abonnee", "schrijf je in", "volg ons", "inloggen", "advertentie",
    "nieuwsbrief", "prenumer", "nyhetsbrev", "följ oss", "logga in", "annons", "nyhedsbrev", "følg os", "følg oss",
    "log ind", "logg inn", "annonse", "abonner", "tilaa", "uutiskirje", "kirjaudu", "seuraa meitä", "mainos",
    "zapisz się", "prenumerat", "obserwuj", "zaloguj", "reklama", "udostępnij", "prawa zastrzeżone", "přihlásit",
    "odebírat", "sledujte nás", "inzerce", "feliratkoz", "hírlevél", "kövess minket", "hirdetés", "подпис", "рассылк",
    "зарегистрир", "поделиться", "реклама", "войти", "права защищены", "підпис", "поділитися", "abone ol", "üye ol",
    "giriş yap", "takip edin", "paylaş", "reklam", "bülten", "登録", "購読", "フォローする", "シェアする", "会員限定", "広告", "無断転載",
    "ログイン", "订阅", "关注我们", "登录", "注册", "分享到", "广告", "版权所有", "訂閱", "追蹤我們", "분享", "구독", "로그인", "광고", "무단전재", "무단 전재",
    "اشترك", "تابعنا", "سجل", "شارك", "إعلان", "جميع الحقوق", "הרשמה", "עקבו", "सब्सक्राइब", "विज्ञापन", "फॉलो करें",
    "đăng ký", "theo dõi", "chia sẻ", "berlangganan",
)  # fmt: skip
MORE: Final = (
    "read more", "read on", "read full story", "read the full story", "continue reading", "view more", "learn more",
    "see more", "more »", "full story", "keep reading", "find out more", "weiterlesen", "mehr lesen", "mehr erfahren",
    "weiter lesen", "lire la suite", "lire plus", "en savoir plus", "leer más", "seguir leyendo", "ver más",
    "leggi tutto", "leggi di più", "continua a leggere", "ler mais", "leia mais", "saiba mais", "lees meer",
    "lees verder", "läs mer", "les mer", "læs mere", "lue lisää", "czytaj więcej", "czytaj dalej", "více", "číst více",
    "čítať viac", "tovább", "citește mai mult", "читать далее", "подробнее", "читати далі", "докладніше",
    "devamını oku", "devamı", "続きを読む", "もっと見る", "阅读更多", "阅读全文", "查看更多", "閱讀更多", "더보기", "자세히 보기", "اقرأ المزيد",
    "المزيد", "קרא עוד", "और पढ़ें", "đọc tiếp", "xem thêm", "baca selengkapnya", "selengkapnya",
)  # fmt: skip
# Short lines that stand over what is not the article: other articles, comments, the foot of the page.
OTHER_MATTER: Final = (
    "read more", "read next", "read also", "also read", "more on", "more from", "more stories", "more in", "more news",
    "related", "recommended", "you may also", "you might", "most read", "most popular", "most viewed", "trending",
    "latest news", "latest stories", "recent posts", "top stories", "popular posts", "similar posts", "comments",
    "leave a", "tags", "topics", "about the author", "about us", "previous post", "next post", "share", "follow",
    "up next", "don't miss", "what to read", "recent articles", "editor's picks", "see also", "article content",
    "mehr zum thema", "mehr über", "mehr lesen", "lesen sie", "lesen sie auch", "auch interessant", "meistgelesen",
    "das könnte", "weitere artikel", "weitere themen", "verwandte", "empfohlen", "kommentare", "teilen", "schlagworte",
    "themen", "à lire", "lire aussi", "sur le même", "les plus lus", "articles liés", "à découvrir", "commentaires",
    "partager", "voir aussi", "lee también", "lea también", "te puede interesar", "más leíd", "más noticias", "lo más",
    "noticias relacionadas", "comentarios", "leggi anche", "potrebbe interessarti", "articoli correlati", "più letti",
    "commenti", "leia também", "veja também", "mais lidas", "comentários", "lees ook", "lees meer", "meest gelezen",
    "meer over", "reacties", "läs också", "läs även", "läs mer", "mest läst", "les også", "mest lest", "læs også",
    "mest læst", "lue myös", "luetuimmat", "czytaj także", "zobacz też", "zobacz także", "przeczytaj", "komentarze",
    "čtěte také", "mohlo by vás", "olvasd el", "citește și", "читайте также", "смотрите также", "по теме",
    "комментарии", "читайте також", "ilgili haberler", "yorumlar", "関連記事", "あわせて読みたい", "おすすめ", "人気記事", "ランキング", "相关阅读",
    "相关新闻", "推荐阅读", "热门", "相關新聞", "延伸閱讀", "관련기사", "많이 본", "اقرأ أيضا", "مواضيع ذات صلة", "الأكثر قراءة", "قراءة أيضا",
    "यह भी पढ़ें", "ये भी पढ़ें", "tin liên quan", "baca juga",
)  # fmt: skip
BYLINE: Final = (
    "by", "written by", "author", "authors", "words by", "reported by", "reporting by", "posted by", "published by",
    "von", "autor", "par", "por", "di", "door", "av", "af", "tekst", "przez", "автор", "текст", "yazan", "文", "記者",
    "作者", "记者", "責任編集", "كتب", "بقلم", "기자", "oleh", "kirjoittanut", "szerző", "redaktion", "redazione", "redacción",
)  # fmt: skip
DATED: Final = (
    "published", "updated", "last updated", "last modified", "posted", "modified", "date", "veröffentlicht",
    "aktualisiert", "stand", "publié", "mis à jour", "publicado", "actualizado", "pubblicato", "aggiornato",
    "atualizado", "gepubliceerd", "bijgewerkt", "publicerad", "uppdaterad", "publisert", "oppdatert", "offentliggjort",
    "opdateret", "julkaistu", "päivitetty", "opublikowano", "aktualizacja", "publikováno", "опубликовано", "обновлено",
    "опубліковано", "yayınlanma", "güncelleme", "公開", "更新", "发布时间", "发表于", "نشر", "입력", "수정",
)  # fmt: skip
CAPTION: Final = (
    "photo", "photos", "photograph", "picture", "image", "images", "foto", "fotos", "bild", "bilder", "credit", "video",
    "watch", "graphic", "illustration", "getty", "file photo", "quelle", "source", "fonte", "fuente", "bron", "kuva",
    "zdjęcie", "fot", "фото", "写真", "撮影", "图片", "图", "제공", "사진", "صورة", "الصورة", "ljósmynd", "view image", "enlarge",
    "zoom",
)  # fmt: skip
AGENCIES: Final = (
    "getty images", "afp", "ap photo", "ap", "reuters", "dpa", "epa", "efe", "ansa", "lusa", "tass", "belga", "anp",
    "ntb", "shutterstock", "istock", "unsplash", "pexels", "imago", "alamy", "istockphoto", "picture alliance",
    "keystone", "bloomberg", "xinhua", "europa press", "via reuters", "via ap", "handout", "courtesy", "共同", "時事",
    "新华社", "연합뉴스",
)  # fmt: skip

# Signs of code. All are bounded or anchored: none can take more than linear time.
_HINT: Final = re.compile(r"[{};=<>\\]|//|/\*|\*/|^[\[\])(]|,$")
_SIGN: Final = re.compile(r"[{};=<>\\/*]")  # what has none is none of those; four times as fast
_CODE: Final = re.compile(
    r"\bfunction\s?[\w$]{0,40}\s?\(|=>\s?[{(\w]|\b(?:var|let|const)\s[\w${\[]|\b(?:window|document|navigator)\.\w"
    r"|\w\(\)|\]\s?=|[\w$\])]\s?[!=]==?\s?|&&|\|\||\w\s?=\s?[\[{\"'(]|\bif\s?\(|\breturn\b.{0,80};$|//<!\[CDATA|^//|^/\*|\*/$"
    r"|!important|^@(?:media|import|font-face)\b|:\s?-?[\d.]{1,8}(?:px|em|rem|vh|vw|%)|^[\w-]{1,40}:\s?[^;]{1,200};$"
    r"|\"\s?:\s?[\[{\"\d]|^[.#@][\w-]{1,60}[^{]{0,200}\{|^[\w$.\[\]]{1,80}\s?[-+]?=[^=]|^[\w$]{1,40}(?:\.[\w$]{1,40}){1,8}\(|^<\?\w"
)
_TAG: Final = re.compile(
    r"</?[A-Za-z][A-Za-z0-9:-]{0,20}(?:\s[^<>]{0,400})?/?>|<!--|-->|^[\w-]{2,30}=\"[^\"]{0,400}\"$"
)

_HEADING: Final = 14  # words of the longest heading, credit or date line
_TITLE: Final = 8  # words of the longest line that stands over other matter
_NOTICE: Final = 60  # words of the longest notice; in longer lines the words are those of an article
_STOPS: Final = tuple(".!?。！？｡．؟۔।॥։።៕")
_CLOSERS: Final = "\"'”’“‘»«›)]}」』】）＂＊* \u200f\u200e"
_DENSE: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_BULLET: Final = re.compile(r"[•◦▪●‣*–-]\s|\d{1,3}[.)]\s")
CUT: Final = 0.5  # how sure a teaser is that shows only by being cut off
_CUT: Final = re.compile(r"(?:…|\.\.\.)[\])]?\s?(?:[^\W\d_]+\s?){0,4}\W{0,3}$")  # "…", "… [link phrase]"
DATE: Final = re.compile(
    r"\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{1,4}|\b\d{1,2}[:.h]\d\d\b|\d{4}\s?[年년]|\b(?:19|20)\d\d\b"
    r"|\d\s?(?:hours?|min|days?)\b"
)


def _by_start(group: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The phrases of a group by their first two characters; to ask all for each line took 0.8 ms a page."""
    found: dict[str, tuple[str, ...]] = {}
    for one in group:
        found[one[:2]] = (*found.get(one[:2], ()), one)
    return found


def _by_end(group: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The phrases of a group by their last two characters."""
    return {key[::-1]: tuple(one[::-1] for one in ones) for key, ones in _by_start(one[::-1] for one in group).items()}


_AFTER: Final = " .…»›>→:]"  # what may stand behind "read more"
_MORE: Final = _by_end(phrase.rstrip(_AFTER) for phrase in MORE)
_AGENCIES: Final = _by_end(AGENCIES)
_OTHER_MATTER: Final = _by_start(OTHER_MATTER)
_CAPTION: Final = _by_start(CAPTION)
_DATED: Final = _by_start(DATED)
_STATED: Final = _by_start(BYLINE + DATED)
_DIGIT: Final = re.compile(r"\d")
Found = tuple[str, float, bool]  # a reason, how sure it is, and whether the line stands over other matter


def measure(text: str) -> tuple[int, bool]:
    """Its words (two characters of a script without spaces make one) and whether it ends as a sentence does."""
    head = text[:HEAD]
    words = head.count(" ") + 1
    if len(head) > 8 * words and not head.isascii():
        words += (len(head) - len(_DENSE.sub("", head))) // 2
    tail = text[-12:].rstrip(_CLOSERS)
    return words, tail.endswith(_STOPS) and not tail.endswith("...")


def kind(text: str, words: int, *, shut: bool) -> str:
    """What a kept line is: paragraph, heading, list-item or quote."""
    if _BULLET.match(text):
        return "list-item"
    if text[0] == ">" or (text[0] in "“„«" and text[-1] in "“”»" and not shut):
        return "quote"
    return "paragraph" if shut or words > _HEADING else "heading"


def reasons(lines: Sequence[Line], lowered: Sequence[str], there: Sequence[str]) -> list[Found]:
    """For each line the reason to remove it, if there is one. ``lowered`` are their texts, ``there`` their words, sorted."""
    folded = [
        text if line.words <= _NOTICE and len(text) <= 10 * _NOTICE else ""
        for line, text in zip(lines, lowered, strict=True)
    ]
    joined = "\n".join(folded)
    starts = list(accumulate((len(text) + 1 for text in folded), initial=0))
    cookie, alone, promotion = (
        lines_with(joined, starts, there, group) for group in (COOKIE, CONSENT_ALONE, PROMOTION)
    )
    consent = lines_with(joined, starts, there, CONSENT) if cookie else cookie
    found: list[Found] = []
    for i, (text, line) in enumerate(zip(folded, lines, strict=True)):
        words = line.words
        if (cookie[i] and consent[i]) or alone[i]:
            found.append(("consent", 0.9 if cookie[i] + consent[i] > 2 or words < 10 else 0.7, False))
        elif promotion[i] and words <= (30 if promotion[i] > 1 else 20):
            found.append(("promotion", 0.9 if promotion[i] > 1 or words < 8 else 0.6, False))
        else:
            found.append(_place(text, words, shut=line.shut) if text else ("", 0.0, False))
    return found


def _place(text: str, words: int, *, shut: bool) -> Found:
    """Teasers, captions, bylines, dates and the headings of other matter, by how the line begins and ends."""
    bare = text.rstrip(_AFTER)
    if bare.endswith(_MORE.get(bare[-2:], ())):
        return "teaser", 0.9, False
    if words > _TITLE and not shut and _CUT.search(text[-60:]):
        return "teaser", CUT, False
    if words <= _TITLE and begins(text, _OTHER_MATTER):
        return "teaser", 0.7, True
    few = words <= _HEADING
    if "©" in text or _credited(text) or (few and begins(text, _CAPTION) and (":" in text[:20] or not shut)):
        return "caption", 0.8, False
    dated = few and _DIGIT.search(text) and DATE.search(text) and (words < _TITLE or begins(text, _DATED))
    if not shut and (dated or (words <= 10 and begins(text, _STATED))):
        return "byline", 0.8, False
    return "", 0.0, False


def begins(text: str, table: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether ``text``, lower case, begins with a phrase of the table and the word ends there."""
    for phrase in table.get(text[:2]) or table.get(text[:1], ()):
        if text.startswith(phrase):
            behind = text[len(phrase) : len(phrase) + 1]
            if phrase[-1] >= "\u2e80" or not behind.isalpha():
                return True
    return False


def lines_with(joined: str, starts: list[int], there: Sequence[str], group: tuple[str, ...]) -> Counter[int]:
    """How many phrases of ``group`` each line has; ``joined`` is all lines, ``starts`` where each of them begins.

    Only phrases whose words are among ``there``, the sorted words of all lines, are sought: 0.3 ms for a page of 200 lines
    and 320 phrases, and 1.9 to seek them all.
    """
    hits: Counter[int] = Counter()
    for phrase, whole, last_word in _keyed(group):
        at = bisect_left(there, last_word)
        if at == len(there) or not there[at].startswith(last_word) or not all(_has(there, word) for word in whole):
            continue
        last = -1
        at = joined.find(phrase)
        while at >= 0:
            line = bisect_right(starts, at) - 1
            if line != last and (phrase[0] >= "\u2e80" or at == 0 or not _is_wordly(joined[at - 1])):
                hits[line] += 1
                last = line
            at = joined.find(phrase, at + len(phrase))
    return hits


def _is_wordly(character: str) -> bool:
    return character.isalnum() or character == "_"


def _has(there: Sequence[str], word: str) -> bool:
    at = bisect_left(there, word)
    return at < len(there) and there[at] == word


@cache
def _keyed(group: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """Each phrase with what must be there for it: its words but for the last, and a word that begins as the last does.

    Of a phrase in a script that sets no words apart, and of one that ends in a sign, that is its first character, or word.
    """
    keyed = list[tuple[str, tuple[str, ...], str]]()
    for phrase in group:
        words = words_of(phrase)
        if phrase[0] >= "\u2e80" or not _is_wordly(phrase[-1]):
            keyed.append((phrase, (), phrase[0] if phrase[0] >= "\u2e80" else words[0]))
        else:
            keyed.append((phrase, tuple(words[:-1]), words[-1]))
    return tuple(keyed)


def code(text: str) -> str:
    """``script`` or ``markup`` if the line by itself looks like it, else nothing."""
    if not (_SIGN.search(text) or text[0] in "[])(" or text[-1] == ",") or not _HINT.search(text):
        return ""
    tags = sum(len(match) for match in _TAG.findall(text)) if "<" in text or '="' in text else 0
    if tags and 3 * tags > len(text):
        return "markup"
    marks = sum(map(text.count, "{}();=<>[]|&\\_$\"'"))
    signs = len(_CODE.findall(text))
    closed = text[-1] in "{};,"
    dense = 20 * marks >= 3 * len(text) and (marks > 1 or signs or len(text) < 4) and (closed or signs or "}" in text)
    plain = 50 * marks >= 2 * len(text) and signs * 120 > len(text) and (closed or signs > 1)
    return "script" if dense or plain else ""


def _credited(text: str) -> bool:
    """Whether a line ends in the name of a picture agency, set off by a bracket, a slash or a dash."""
    tail = text[-40:].rstrip(" ).]")
    names = [agency for agency in _AGENCIES.get(tail[-2:], ()) if tail.endswith(agency)]
    if not names:
        return False
    name = max(names, key=len)
    before = tail[: -len(name)].rstrip()
    return not before or before.endswith((*"/|(–—-:[©,", " via", "foto", "photo by"))
