"""Pages that are no ordinary articles, in several languages, and the ordinary ones that look a little like them."""

from __future__ import annotations

import pytest

from archive import Rejected, extract
from archive.extraction.blocks import Blocks, walk
from archive.extraction.kind import boilerplate_share, kind_flags
from archive.extraction.metadata import read_page
from archive.extraction.texts import text_of_blocks
from archive.extraction.tree import parse

URL = "https://herald.example/2024/ferry"
LEFT_OUT = "aside"  # what is in one is not in the text of a page of these tests
DATED = '<meta property="article:published_time" content="2024-08-27T10:00:00+02:00">'
PAID = (
    '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Ferry","isAccessibleForFree":false}</script>'
)
SENTENCE = (
    "The ferry between Kelmouth and Sandholm will sail only every second Tuesday from October, the harbour board said."
)


def made(body: str, head: str = "", url: str | None = URL) -> tuple[Blocks, tuple[str, ...], float]:
    """The blocks, flags and share of a page whose text is all of its body but what an ``aside`` holds."""
    tree = parse(f"<html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>")
    read = read_page(tree, url)
    metadata, stated = read.metadata, read.stated
    page = walk(tree)
    kept = [number for number, at in enumerate(page.element) if not is_left_out(page, at)]
    text, blocks = text_of_blocks(page, kept)
    kinds = kind_flags(page, text, blocks, stated=stated, metadata=metadata, url=url)
    return page, tuple(dict.fromkeys((*metadata.flags, *kinds))), boilerplate_share(page, blocks)


def sentences(count: int) -> list[str]:
    """Paragraphs of which none says what another does, for nothing stands twice in a text."""
    return [
        f"Ferry {number} from Kelmouth to Sandholm will sail on day {number} of the month, says the board."
        for number in range(count)
    ]


def said(count: int) -> str:
    return " ".join(sentences(count))


def is_left_out(page: Blocks, at: int) -> bool:
    while at and page.tag[at] != LEFT_OUT:
        at = page.parent[at]
    return bool(at)


def kinds(body: str, head: str = "", url: str | None = URL) -> tuple[str, ...]:
    """The flags of a page, but for ``paywall``, which the page states itself."""
    return tuple(flag for flag in made(body, head, url)[1] if flag != "paywall")


def article(*paragraphs: str, title: str = "Ferry to Sandholm") -> str:
    return f"<article><h1>{title}</h1>{''.join(f'<p>{one}</p>' for one in paragraphs)}</article>"


@pytest.mark.parametrize("head", ["", DATED, PAID])
@pytest.mark.parametrize("count", [1, 5, 60])
def test_an_article_is_none_of_these(head: str, count: int) -> None:
    assert kinds(article(*sentences(count)), head) == ()


# ---- teasers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        "Already a subscriber? Sign in to your account.",
        "Sie sind bereits Abonnent? Hier anmelden.",
        "Cet article est réservé aux abonnés.",
        "Contenido exclusivo para suscriptores.",
        "Contenuto riservato agli abbonati.",
        "Conteúdo exclusivo para assinantes",
        "Dit artikel is alleen voor abonnees.",
        "Är du redan prenumerant? Logga in.",
        "Artikkeli on tilaajille.",
        "Artykuł tylko dla prenumeratorów",
        "Материал доступен только для подписчиков",
        "この記事は会員限定です。",
        "订阅后继续阅读",
        "هذا المحتوى للمشتركين فقط",
    ],
)
def test_a_text_that_is_cut_where_one_has_to_pay(asked: str) -> None:
    behind = f"<aside><p>{asked}</p></aside>"
    assert kinds(article(SENTENCE) + behind, PAID) == ("teaser-only",)
    assert kinds(article(SENTENCE) + behind) == ()  # one sign is none
    assert kinds(article(SENTENCE[:80] + " …") + behind) == ("teaser-only",)
    assert kinds(article(SENTENCE) + behind.replace("<p>", '<p class="article-paywall">')) == ("teaser-only",)
    assert kinds(article(*sentences(40)) + behind, PAID) == ()  # all of it is there
    far = "".join(f"<p>Elsewhere {number}</p>" for number in range(9))
    assert kinds(article(SENTENCE) + behind.replace("<p>", far + "<p>"), PAID) == ()


def test_an_overlay_in_a_language_that_no_list_knows() -> None:
    overlay = '<aside><div class="c-Paywall__box"><p>Áskrifendur geta lesið áfram.</p></div></aside>'
    assert kinds(article(SENTENCE) + overlay, PAID) == ("teaser-only",)
    assert kinds(article(SENTENCE) + overlay.replace("__box", "__box is-hidden"), PAID) == ()


def test_the_first_line_of_the_overlay_may_be_in_the_text() -> None:
    overlay = '<div class="paywall"><p>To continue reading, subscribe now.</p></div>'
    assert kinds(article(SENTENCE) + overlay) == ("teaser-only",)


def test_a_container_that_holds_the_article_is_no_overlay() -> None:
    behind = "<aside><p>Subscribe now for more.</p></aside>"
    assert kinds(f'<div class="paywall">{article(SENTENCE)}</div>{behind}') == ()


def test_a_stated_body_that_is_longer_than_the_text() -> None:
    def stated(times: int) -> str:
        return PAID.replace('"headline"', f'"articleBody":"{said(times)}","headline"')

    assert kinds(article(SENTENCE), stated(20)) == ("teaser-only",)
    assert kinds(article(SENTENCE), stated(1)) == ()


# ---- consent -----------------------------------------------------------------------------------------------------

WALLS = [
    ("We and our partners use cookies to show you advertisements that fit.", "Accept all"),
    ("Wir und unsere Partner verwenden Cookies, um Ihnen passende Werbung zu zeigen.", "Alle akzeptieren"),
    ("Nous et nos partenaires utilisons des cookies pour vous montrer de la publicité.", "Tout accepter"),
    ("Nosotros y nuestros socios usamos cookies para mostrar publicidad.", "Aceptar todo"),
    ("Noi e i nostri partner usiamo i cookie per mostrare annunci.", "Accetta tutti"),
    ("Nós e os nossos parceiros usamos cookies para mostrar publicidade.", "Aceitar todos"),
    ("Wij en onze partners gebruiken cookies om advertenties te tonen.", "Alles accepteren"),
    ("Vi använder kakor för att visa annonser som passar dig.", "Godkänn alla"),
    ("Wraz z partnerami używamy ciasteczek, aby wyświetlać reklamy.", "Akceptuję"),
    ("Мы используем файлы cookie, чтобы показывать рекламу.", "Принять все"),
    ("İlgili reklamlar göstermek için çerezler kullanıyoruz.", "Tümünü kabul et"),
    ("当サイトでは広告の表示のためにクッキーを使用しています。", "すべて同意する"),
    ("نستخدم ملفات تعريف الارتباط لعرض الإعلانات المناسبة لك.", "قبول الكل"),
]


@pytest.mark.parametrize(("asked", "button"), WALLS)
def test_a_question_for_consent(asked: str, button: str) -> None:
    wall = f"<p>{asked}</p><button>{button}</button>"
    assert kinds(wall) == ("consent-wall",)
    assert kinds(wall, DATED) == ()
    assert kinds(f'<div id="cmpbox">{wall}</div>', DATED) == ("consent-wall",)
    assert kinds(f"<p>{asked}</p>") == ()  # nobody asks


def test_an_article_under_a_banner() -> None:
    asked, button = WALLS[0]
    banner = f'<div class="cookie-banner"><p>{asked}</p><button>{button}</button></div>'
    assert kinds(article(SENTENCE, SENTENCE[:80]) + banner) == ()
    assert kinds(article(SENTENCE, SENTENCE[:80]) + f"<aside>{banner}</aside>") == ()


def test_an_article_about_cookies() -> None:
    words = [f"Cookies will need consent from October, the {who} said." for who in ("court", "minister", "commission")]
    banner = "<aside><p>This site uses cookies.</p><button>Accept all</button></aside>"
    assert kinds(article(*words) + banner, DATED) == ()
    tagged = article(*words).replace("<article>", '<article class="post tag-cookies category-gdpr">')
    assert kinds(tagged + banner, DATED) == ()


# ---- pages that are not there ------------------------------------------------------------------------------------

MISSING = [
    ("Page not found", "The page you are looking for does not exist."),
    ("Seite nicht gefunden", "Die Seite existiert nicht oder ist umgezogen."),
    ("Page introuvable", "La page demandée n’existe plus."),
    ("Página no encontrada", "La página que buscas no existe."),
    ("Pagina non trovata", "La pagina richiesta non esiste."),
    ("Página não encontrada", "A página que procura não existe."),
    ("Pagina niet gevonden", "Deze pagina bestaat niet meer."),
    ("Sidan hittades inte", "Sidan finns inte längre."),
    ("Siden ble ikke funnet", "Denne siden finnes ikke."),
    ("Sivua ei löytynyt", "Hakemaasi sivua ei löydy."),
    ("Strona nie została znaleziona", "Taka strona nie istnieje."),
    ("Stránka nenalezena", "Tato stránka neexistuje."),
    ("Страница не найдена", "Такой страницы не существует."),
    ("Sayfa bulunamadı", "Aradığınız sayfa mevcut değil."),
    ("ページが見つかりません", "お探しのページは存在しません。"),
    ("页面不存在", "找不到您要的页面。"),
    ("الصفحة غير موجودة", "لم يتم العثور على الصفحة المطلوبة."),
]


@pytest.mark.parametrize(("title", "excuse"), MISSING)
def test_a_page_that_is_not_there(title: str, excuse: str) -> None:
    assert kinds(f"<h1>{title}</h1><p>{excuse}</p>") == ("soft-404",)
    assert kinds(f"<h1>Error 404</h1><p>{excuse}</p>") == ("soft-404",)
    assert kinds(f"<h1>404 – {title}</h1><p>Try our search.</p>", f"<title>{title}</title>") == ("soft-404",)
    assert kinds(f"<h1>{title}</h1><p>{excuse}</p>", DATED) == ()
    assert kinds(article(*sentences(20), title=title) + f"<p>{excuse}</p>") == ()


def test_a_page_in_a_table() -> None:
    title, excuse = MISSING[0]
    assert kinds(f"<table><tr><td>{title}</td></tr><tr><td>{excuse}</td><td>Home</td></tr></table>") == ()
    assert kinds(f"<table><tr><td>Sorry</td><td>{excuse}</td></tr></table>", f"<title>{title}</title>") == ("soft-404",)


def test_the_status_alone_needs_no_language() -> None:
    assert kinds("<h2>404</h2><p>Þessi síða er ekki til.</p>") == ("soft-404",)
    assert kinds("<h2>410</h2><p>Þessi síða er ekki til.</p>") == ("soft-404",)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("The Peugeot 404 turns sixty", SENTENCE),
        ("Flight 404 not on time", SENTENCE),
        ("Budget cut by 404,000 crowns", "The money was not found in the page of accounts."),
        ("Missing hiker not found", "Two dogs could not be found either, and the search goes on."),
        ("Lost page of Bach score sold", "A second page was not found in the archive."),
        ("Firma nicht gefunden: der Streit um ein Register", SENTENCE),
    ],
)
def test_an_article_about_what_is_lost(title: str, words: str) -> None:
    assert kinds(article(words, title=title)) == ()


# ---- lists of pages ----------------------------------------------------------------------------------------------

TOWNS = ("Kelmouth", "Sandholm", "Torsby", "Ellery", "Mühlwiese", "Norrvik", "Castelbo", "Przyłęg", "Ōhama",
         "Lhota")  # fmt: skip


def teaser(town: str) -> str:
    return f'<div class="card"><h3><a href="/{town}">New harbour budget for {town}</a></h3><p>{town} saves money.</p></div>'


def test_a_section_of_a_newspaper() -> None:
    section = "<h1>Region</h1>" + "".join(map(teaser, TOWNS))
    assert kinds(section) == ("listing",)
    assert kinds(section, DATED) == ()
    assert kinds("".join(map(teaser, TOWNS[:5]))) == ()
    assert kinds("".join(map(teaser, TOWNS[:5])), url="https://herald.example/") == ("listing",)
    canonical = '<link rel="canonical" href="https://herald.example/">'
    assert kinds("".join(map(teaser, TOWNS[:5])), canonical, None) == ("listing",)


def test_a_section_without_headings() -> None:
    cards = [teaser(town).replace("h3>", "div>") for town in TOWNS]
    section = "https://herald.example/region/harbour-news/"
    assert kinds("".join(cards), url=section) == ("listing",)
    assert kinds("".join(cards)) == ()  # the address is that of an article
    assert kinds("".join(cards), url=f"{section}ten-towns-by-the-sea") == ()
    assert kinds("".join(cards), url=f"{section}ferry.html") == ()
    assert kinds("".join(cards[:7]), url=section) == ()
    bare = "".join(card.partition("<p>")[0] + "</div>" for card in cards)
    assert kinds(bare + f"<p>{SENTENCE * 3}</p>", url=section) == ()  # little stands below any of them


def test_links_and_nothing_else() -> None:
    items = [f'<li><a href="/{number}">Ferry number {number} sails again</a></li>' for number in range(20)]
    assert kinds(f"<ul>{''.join(items)}</ul>") == ("listing",)
    assert kinds(f"<ul>{''.join(items[:10])}</ul>") == ()
    assert kinds(f"<p>{SENTENCE}</p><p>{SENTENCE[:99]}</p><p>{said(3)}</p><ul>{''.join(items)}</ul>") == ()


def test_an_article_with_linked_headings() -> None:
    assert kinds("<h1>Ten towns by the sea</h1>" + "".join(teaser(town) for town in TOWNS[:7])) == ()
    words = said(6)
    long = [teaser(town).replace("</p>", f" {town}: {words}</p>") for town in TOWNS]
    assert kinds("<h1>Ten towns by the sea</h1>" + "".join(long)) == ()


def test_an_article_before_a_list() -> None:
    section = "".join(map(teaser, TOWNS))
    assert kinds(article(*sentences(6)) + f"<aside>{section}</aside>") == ()
    assert kinds(article(*sentences(6)), url="https://herald.example/") == ()


# ---- live blogs --------------------------------------------------------------------------------------------------


def entries(times: list[str]) -> str:
    return "".join(f"<h3>{time}</h3><p>{words}</p>" for time, words in zip(times, sentences(len(times)), strict=True))


@pytest.mark.parametrize(
    "times",
    [
        ["18:40", "17:05", "16:59", "15:20", "14:02", "11:15", "09:31"],
        ["18.40 Uhr", "17.05 Uhr", "16.59 Uhr", "15.20 Uhr", "14.02 Uhr", "11.15 Uhr"],
        ["18h40", "17h05", "16h59", "15h20", "14h02", "11h15"],
        ["Montag, 18:40 Uhr", "Montag, 17:05 Uhr", "Montag, 16:59", "Montag, 15:20", "Montag, 14:02", "Montag, 11:15"],
        ["01:10", "23:50", "22:40", "22:12", "21:30", "20:05", "19:44", "19:12", "18:59", "18:31", "18:02", "17:40"],
    ],
)
def test_a_chain_of_entries(times: list[str]) -> None:
    assert kinds(entries(times)) == ("live-blog",)
    assert kinds(entries(times[:5])) == ()
    assert kinds(entries(times[::-1])) == ()  # a programme
    assert kinds(entries(times[::-1]), url="https://herald.example/live/ferry") == ("live-blog",)
    assert kinds(entries(times[::-1]), url="https://herald.example/sport/liverpool-olive") == ()
    assert kinds(entries(times) + f"<p>{said(9)}</p>", "<title>x</title>") == ("live-blog",)
    assert kinds(f"<p>{said(30)}</p>{entries(times)}") == ()  # an article with a chain in it


@pytest.mark.parametrize(
    "times",
    [
        ["4.98", "4.71", "4.50", "4.33", "4.20", "4.10"],  # marks, above whole paragraphs of a test
        ["20:15", "20:15", "20:15", "20:15", "20:15", "20:15", "20:15"],
        ["18:40", "09:05", "16:59", "03:20", "14:02", "01:15", "22:00"],
        ["10:30%", "9:30%", "8:30%", "7:30%", "6:30%", "5:30%", "4:30%"],
    ],
)
def test_numbers_that_are_no_chain(times: list[str]) -> None:
    assert kinds(entries([f"Rating {time} of 5.00, measured in autumn" for time in times])) == ()
    assert kinds(entries(times[1:] if times[0] == "4.98" else times)) == ()


def test_a_page_that_calls_itself_live() -> None:
    called = '<script type="application/ld+json">{"@type":["LiveBlogPosting"],"headline":"Ferry on trial"}</script>'
    listed = '{"@type":"ItemList","itemListElement":[{"@type":"LiveBlogPosting","headline":"Ferry on trial"}]}'
    assert kinds(article(SENTENCE), called) == ("live-blog",)
    assert kinds(article(SENTENCE), f'<script type="application/ld+json">{listed}</script>') == ()


# ---- what is left out --------------------------------------------------------------------------------------------


def test_the_share_that_is_left_out() -> None:
    words = "x" * 300
    menu = (
        f"<nav>{words}</nav><script>{words}</script><select><option>{words}</option></select><footer>{words}</footer>"
    )
    inside = said(8)
    assert made(f"<p>{inside}</p>{menu}")[2] == 0.0
    other = "y" * 300
    assert made(f"<p>{inside}</p><aside><p>{other}</p></aside>{menu}")[2] == round(
        len(other) / (len(inside + other)), 3
    )


# ---- end to end --------------------------------------------------------------------------------------------------


def test_flags_and_share_reach_the_extraction() -> None:
    title, excuse = MISSING[1]
    missing = extract(f"<html><title>{title}</title><body><h1>404</h1><p>{excuse} {excuse}</p></body></html>".encode())
    assert "soft-404" in missing.flags
    page = article(*sentences(9))
    seen = extract(f"<html><title>Ferry</title><body>{page}</body></html>".encode())
    assert seen.flags == ()
    assert seen.boilerplate_share is not None
    assert 0 <= seen.boilerplate_share < 0.1  # the headline at most


WHOLE_PAGES = {
    "teaser-only": article(SENTENCE)
    + '<div class="paywall"><h3>Read on with Plus</h3><p>Subscribe now: 1 € a week.</p></div>',
    "consent-wall": '<div class="fc-consent-root"><h2>Before you read on</h2><p>We and our 134 partners store personal data on'
    " your device, with cookies.</p><p>You can change this at any time in our privacy policy.</p><button>Accept all</button></div>",
    "listing": "<h1>Region</h1>" + "".join(map(teaser, TOWNS)),
    "live-blog": entries([f"{hour}:30" for hour in range(20, 8, -1)]),
}


@pytest.mark.parametrize("flag", WHOLE_PAGES)
def test_whole_pages_from_their_bytes(flag: str) -> None:
    page = f"<html><head><title>Herald</title></head><body><nav>Home</nav>{WHOLE_PAGES[flag]}</body></html>"
    assert set(extract(page.encode(), url=URL).flags) - {"short-text", "paywall"} == {flag}


@pytest.mark.parametrize("url", [None, "", "http://[::1", "http://", "urn:uuid:0", "https://herald.example/?p=404"])
def test_addresses_of_all_sorts(url: str | None) -> None:
    assert kinds(article(*sentences(5)), url=url) == ()
    assert kinds("".join(map(teaser, TOWNS)), url=url) == ("listing",)


def test_the_share_of_a_dump_is_that_of_the_removed_bytes() -> None:
    payload = "\n\n".join(["Home | News | Sport", *sentences(9), "Accept cookies"])
    seen = extract(payload.encode(), media_type="text/plain")
    gone = sum(one.end - one.start for one in seen.removed)
    assert gone > 0
    assert seen.boilerplate_share == round(gone / len(payload.encode()), 3)


@pytest.mark.parametrize(
    "body",
    [
        "<h2><a href=/x>A heading that is a link</a></h2>" * 20_000,
        "<p>18:40</p><p>17:39</p>" * 20_000,
        "<div class=paywall>" * 2_000 + "<p>cookie</p><button>Accept all</button>" * 90,
        "<p>" + "cookie " * 500_000,
    ],
    ids=["links", "times", "nested", "long"],
)
def test_hostile_pages_end(body: str) -> None:
    assert set(made(body)[1]) <= {"listing", "live-blog", "consent-wall", "teaser-only"}


def test_a_page_of_nothing() -> None:
    with pytest.raises(Rejected):
        extract(b"<html><body></body></html>")
    assert made("<nav>Home</nav>")[1] == ()
