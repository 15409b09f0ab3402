"""Words by which pages ask for consent or money, or say that they are gone, in some twenty languages.

Lower case, with straight apostrophes. Each is looked for anywhere in a short text, so each is long or peculiar enough
not to stand inside other words. The lists are short on purpose: ``kind.py`` asks for a second sign besides.
"""

# ruff: noqa: RUF001 -- the letters are of many scripts

from __future__ import annotations

from typing import Final

COOKIES: Final = (
    "cookie", "kakor", "evästei", "informasjonskaps", "ciastecz", "çerez", "куки", "クッキー", "쿠키", "كوكيز",
    "ملفات تعريف الارتباط", "gdpr", "dsgvo", "rgpd",
)  # fmt: skip
PRIVACY: Final = (
    "personal data", "your data", "privacy", "consent", "our partners", "personenbezogen", "datenschutz", "einwillig",
    "unsere partner", "données personnelles", "vos données", "consentement", "nos partenaires", "datos personales",
    "consentimiento", "privacidad", "nuestros socios", "dati personali", "consenso", "nostri partner", "dados pessoais",
    "consentimento", "privacidade", "persoonsgegevens", "toestemming", "onze partners", "personuppgifter", "samtycke",
    "personopplysninger", "personoplysninger", "samtykke", "henkilötie", "suostumu", "dane osobowe", "danych osobowych",
    "zgod", "osobní", "souhlas", "személyes adat", "hozzájárul", "персональн", "согласи", "kişisel veri", "gizlilik",
    "個人情報", "プライバシー", "个人信息", "隐私", "개인정보", "البيانات الشخصية", "الخصوصية",
)  # fmt: skip
AGREE: Final = (
    "accept all", "accept cookies", "accept & continue", "accept and continue", "i accept", "i agree", "agree and",
    "agree & ", "reject all", "allow all", "alle akzeptieren", "alles akzeptieren", "akzeptieren und", "zustimmen",
    "einwilligen", "ablehnen", "tout accepter", "accepter et", "tout refuser", "sans accepter", "j'accepte",
    "aceptar todo", "aceptar todas", "aceptar y", "rechazar todo", "aceptar cookies", "accetta tutt", "accetta e",
    "accetto", "rifiuta tutt", "senza accettare", "aceitar tod", "aceitar tudo", "aceitar e", "rejeitar t",
    "alles accepteren", "alles weigeren", "akkoord", "accepteren", "godkänn alla", "acceptera", "godta alle",
    "godta alt", "accepter alle", "tillad alle", "hyväksy kaikki", "akceptuj", "zaakceptuj", "zgadzam się",
    "přijmout vše", "souhlasím", "elfogadom", "elfogadása", "принять", "прийняти", "соглас", "kabul et", "kabul ediyorum",
    "すべて同意", "同意する", "同意して", "すべて許可", "全部接受", "接受所有", "同意并", "모두 동의", "동의합니다", "모두 수락", "قبول الكل",
    "أوافق",
)  # fmt: skip
SUBSCRIBE: Final = (
    "continue reading", "keep reading", "read the full", "read the rest", "already a subscriber", "already a member",
    "already have an account", "subscribe to read", "subscribe now", "subscriber-only", "subscribers only",
    "to subscribers", "for subscribers", "unlock this", "to continue reading", "jetzt weiterlesen", "und weiterlesen",
    "lesen sie weiter", "weiterzulesen", "bereits abonnent", "schon abonnent", "bereits registriert",
    "für abonnent", "jetzt abonnieren", "artikel freischalten", "abonnés", "déjà abonné", "pour lire la suite",
    "lire la suite de cet article", "suscriptores", "ya eres suscriptor", "para seguir leyendo", "suscríbete para",
    "per continuare a leggere", "già abbonat", "agli abbonati", "é assinante", "para assinantes", "para continuar lendo",
    "continuar a ler", "verder lezen", "al abonnee", "voor abonnees", "läs vidare", "redan prenumerant", "prenumeranter",
    "allerede abonnent", "for abonnent", "bliv abonnent", "lue koko", "tilaajille", "jo tilaaja", "prenumeratorów",
    "aby przeczytać", "dla subskrybentów", "předplatitel", "előfizetők", "для подписчиков", "уже подписаны",
    "оформите подписку", "для передплатників", "abonelere özel", "devamını okumak için", "会員限定", "有料会員",
    "続きを読むには", "ログインして続き", "订阅后", "会员专享", "訂閱後", "订阅以继续", "구독자 전용", "계속 읽으", "للمشتركين", "لمتابعة القراءة",
)  # fmt: skip
LOST: Final = (
    "not found", "not be found", "n't be found", "n't find", "cannot find", "cannot be found", "no longer available",
    "no longer exist", "n't exist", "not exist", "nicht gefunden", "nicht mehr verfügbar", "existiert nicht",
    "nicht vorhanden", "introuvable", "n'existe p", "pas été trouvée", "no encontrad", "no se encontr", "no se ha encontrado",
    "no existe", "no hemos encontrado", "non trovat", "non esiste", "non è stata trovata", "não encontrad",
    "não foi encontrad", "não existe", "niet gevonden", "bestaat niet", "hittades inte", "finns inte", "inte hittas",
    "hittade inte", "ikke funnet", "finnes ikke", "ikke fundet", "findes ikke", "ei löyty", "ei löydy",
    "nie znalezion", "nie istnieje", "nie została znaleziona", "nenalezen", "neexistuje", "nem található", "не найден",
    "не существует", "не знайден", "не існує", "bulunamadı", "mevcut değil", "見つかりません", "存在しません", "找不到", "不存在",
    "未找到", "찾을 수 없", "존재하지 않", "غير موجود", "لم يتم العثور",
)  # fmt: skip
PAGE: Final = (
    "page", "seite", "pagina", "página", "artikel", "artículo", "artigo", "articolo", "article you", "sidan", "siden",
    "side ", "sivu", "stron", "stránk", "oldal", "страниц", "сторінк", "sayfa", "ページ", "页面", "頁面", "网页", "網頁", "페이지",
    "صفحة", "url", "adresse", "the address",
)  # fmt: skip
