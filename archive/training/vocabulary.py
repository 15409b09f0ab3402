"""Weights of class names and words: how much more often they stand in articles than around them, site by site.

Each site counts once for each word, however many pages and blocks of it there are: so no site's own names decide. The
weight is the log of the ratio of sites, in 1/16, with one site added on either side.
"""

# ruff: noqa: SIM905  lists of names read best as lines of words

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from archive.extraction.likeness import Vocabulary, name_parts, short_words
from archive.training.pages import Page

NAME_SITES: Final = 4  # a name on fewer sites is one publisher's
WORD_SITES: Final = 5
LONG: Final = 60  # words of a block that count, when an element's share of article is taken

# What newsrooms call the parts of a page, in languages of which there are few pages to learn from: each counts as seen
# on ``PRIOR`` sites, so that what is learned soon outweighs it.
PRIOR: Final = 6
OUTSIDE: Final = (
    "infobox factbox faktabox faktaboks faktaruta bildunterschrift bildtext legende caption credit fotocredit copyright"
    " kommentar kommentare commentaire commentaires comentario comentarios commenti reacties kommentarer comments"
    " teaser teasers related verwandt relacionadas relacionados correlati lesauch mehr lireaussi leggianche"
    " promo newsletter nyhetsbrev nieuwsbrief boletin subscribe abo abonnement suscripcion abbonati paywall cookie cookies"
    " consent gdpr cmp share social teilen partager compartir condividi delen author autor auteur autore forfatter bio"
    " breadcrumb breadcrumbs brotkrumen fildariane popular trending recommended recirculation meistgelesen outbrain taboola"
    " sponsored advert anzeige werbung publicite publicidad pubblicita reklame reklam disclaimer tags schlagworte"
    " signup register login footer nav menu sidebar widget tooltip modal popup overlay banner gallery"
).split()
INSIDE: Final = (
    "articlebody storybody bodytext articletext storytext newstext newsbody artikeltext brodtext textkorper corps cuerpo"
    " testo tekst contenuto contenido contenu inhalt paragraph absatz"
).split()

# The same for words of short lines: what stands alone over an advertisement, a link to another article, a form to sign up.
BESIDE: Final = (
    "advertisement anzeige werbung publicité publicidad pubblicità publicidade advertentie annons annonse annonce reklama"
    " reklame reklam реклама iklan mainos hirdetés διαφήμιση 広告 광고 广告 廣告 إعلان إعلانات פרסומת विज्ञापन বিজ্ঞাপন விளம்பரம் โฆษณา"
    " newsletter newsletters nyhetsbrev nieuwsbrief nyhedsbrev infolettre boletín рассылка рассылку розсилку uutiskirje hírlevél"
    " ニュースレター 뉴스레터 النشرة ניוזלטר subscribe subscribers abonnieren abonnenten abonnement abonnez abonnés suscríbete suscribirse"
    " suscripción iscriviti abbonati abbonamento assine inscreva abonneer prenumerera prenumerant abonner abonnér subskrybuj"
    " prenumerata подпишитесь подписывайтесь подписаться підписуйтесь підпишіться tilaa předplatné abone 订阅 訂閱 会员 구독 購読 会員"
    " اشترك הירשמו सब्सक्राइब সাবস্ক্রাইব சந்தா"
    " читайте czytaj przeczytaj citește διαβάστε اقرأ אולי 相关阅读 延伸閱讀 関連記事 관련기사 पढ़ें আরও படியுங்கள்"
    " teilen partager compartir condividi compartilhar delen поделиться поділитися udostępnij dela jaa paylaş 分享 シェア 공유 شارك שתפו"
    " cookies cookie datenschutz impressum copyright registrieren anmelden login einloggen connexion registrarse accedi"
    " newsletterabo kommentare commentaires comentarios commenti reacties kommentarer комментарии коментарі comments 评论 댓글 コメント"
    " تعليقات תגובות टिप्पणी মন্তব্য"
).split()

Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """For one page: the share of article among what bears a name, and among the short texts with a word."""

    site: str
    names: Shares
    words: Shares


def count(page: Page) -> Count:
    """What one page says of names and words."""
    blocks, label = page.blocks, page.label
    capped = np.minimum(page.words, LONG)
    right = np.concatenate([[0], np.cumsum(label * capped)])
    everything = np.concatenate([[0], np.cumsum(capped)])
    names: dict[str, list[float]] = defaultdict(list)
    for number, name in enumerate(blocks.name):
        first, last = blocks.first[number], blocks.last[number]
        inside = everything[last] - everything[first] if last > first else 0
        if name and inside:
            for part in sorted(set(name_parts(name))):
                names[part].append((right[last] - right[first]) / inside)
    for number, name in enumerate(blocks.inner):
        for part in sorted(set(name_parts(name))) if name else ():
            names[part].append(float(label[number]))
    words: dict[str, list[float]] = defaultdict(list)
    for number, text in enumerate(blocks.texts):
        for word in sorted(set(short_words(text))):
            words[word].append(float(label[number]))
    return Count(site=page.site, names=means(names), words=means(words))


def means(found: Mapping[str, list[float]]) -> Shares:
    """The mean of each list."""
    return {key: math.fsum(values) / len(values) for key, values in found.items()}


def learn(counts: Iterable[Count]) -> Vocabulary:
    """The weights that these pages give."""
    names: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    words: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in counts:
        for table, shares in ((names, one.names), (words, one.words)):
            for key, share in shares.items():
                table[key][one.site].append(share)
    for known, share in ((OUTSIDE, 0.0), (INSIDE, 1.0)):
        for key in known:
            for number in range(PRIOR):
                names[key][f"known {number}"].append(share)
    for key in BESIDE:
        for number in range(PRIOR):
            words[key][f"known {number}"].append(0.0)
    return Vocabulary(names=_weights(names, NAME_SITES), words=_weights(words, WORD_SITES))


def _weights(table: Mapping[str, Mapping[str, list[float]]], least: int) -> dict[str, int]:
    weights = {}
    for key in sorted(table):
        sites = table[key]
        if len(sites) >= least:
            inside = math.fsum(math.fsum(shares) / len(shares) for shares in sites.values())
            weight = round(16 * math.log((inside + 1) / (len(sites) - inside + 1)))
            if weight:
                weights[key] = weight
    return weights
