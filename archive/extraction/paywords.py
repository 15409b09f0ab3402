"""Words by which pages ask for money or a registration before one may read on, in some twenty-five languages.

Lower case, with straight apostrophes; beginnings of words do for all their forms. ``walls.py`` wants one of ``PAY`` and
one of the others in the same short block. The last list names what such blocks ask for where nothing is held back.
"""

# ruff: noqa: RUF001 -- the letters are of many scripts

from __future__ import annotations

from typing import Final

READ_ON: Final = (  # the whole text, the rest of it, reading on
    "continue reading", "to continue", "keep reading", "read on", "read the full", "read the rest", "read the whole",
    "to read this", "to read the", "rest of this", "rest of the", "remainder of", "full access", "full article",
    "full story", "unlock", "unlimited access", "free articles", "weiterlesen", "weiterzulesen", "lesen sie weiter",
    "weiter lesen", "ganzen artikel", "vollständigen artikel", "gesamten artikel", "artikel freischalten",
    "artikel vollständig", "diesen artikel", "diesem artikel", "la suite", "cet article", "votre lecture", "en intégralité",
    "l'intégralité", "reste à lire", "seguir leyendo", "continuar leyendo", "continúa leyendo", "sigue leyendo",
    "leer el artículo", "noticia completa", "artículo completo", "contenido exclusivo", "acceso ilimitado",
    "continuare a leggere", "continua a leggere", "proseguire la lettura", "leggere tutto", "leggi tutto",
    "articolo completo", "leggere l'articolo", "accesso illimitato", "continuar a ler", "continuar lendo",
    "continue lendo", "continue a ler", "ler o artigo", "texto completo", "conteúdo exclusivo", "acesso ilimitado",
    "verder lezen", "verder te lezen", "lees verder", "door te lezen", "doorlezen", "volledige artikel", "hele artikel",
    "onbeperkt lezen", "läsa vidare", "läs vidare", "fortsätt läsa", "hela artikeln", "lås upp", "læse videre",
    "læs videre", "hele artiklen", "lås op", "lese videre", "les videre", "hele saken", "hele artikkelen",
    "lue koko", "jatka lukemista", "koko artikkeli", "koko juttu", "cały artykuł", "całego artykułu", "czytaj dalej",
    "czytać dalej", "dalsza część", "dalszą część", "pełny dostęp", "% artykułu", "číst dál", "čtěte dál",
    "celý článek", "pokračovat ve čtení", "čítať ďalej", "celý článok", "olvass tovább", "olvasson tovább", "folytatás",
    "teljes cikk", "читать дальше", "читайте дальше", "дочитать", "продолжить чтение", "продолжения чтения", "полный текст",
    "полностью", "читати далі", "повний текст", "продовжити читання", "пълния текст", "четете още", "devamını",
    "okumaya devam", "haberin tamamı", "συνεχίσετε", "συνέχεια", "ολόκληρο το άρθρο", "citi mai departe", "citești mai departe",
    "citește mai departe", "articolul integral", "continua lectura", "להמשך קריאה", "להמשיך לקרוא", "לכתבה המלאה",
    "đọc tiếp", "toàn bộ bài", "melanjutkan membaca", "lanjut membaca", "selengkapnya", "อ่านต่อ", "आगे पढ़",
    "続きを", "続きは", "ここから先", "この先", "残り", "全文", "全记事", "全て読", "继续阅读", "繼續閱讀", "剩余", "阅读全部", "完整内容",
    "계속 읽", "이어서 읽", "전체 기사", "기사 전문", "القراءة", "قراءة المقال", "النص الكامل", "جميع المقالات", "بقية المقال",
)  # fmt: skip
PAY: Final = (  # pay, subscribe, register, sign in
    "subscri", "membership", "become a member", "member", "sign in", "sign up", "log in", "login", "register",
    "create a free account", "create an account", "free account", "free trial", "free articles", "a month", "a week",
    "purchase", "abo ", "abo-", "abonn", "anmeld", "einlog", "registrier", "kostenlos testen", "im monat", "pro monat",
    "tagespass", "inscri", "connect", "identifi", "par mois", "compte", "suscri", "suscrí", "regístr", "registr", "inicia sesión",
    "iniciar sesión", "iniciar sessão", "inicie sessão", "al mes", "abbon", "accedi", "al mese", "assin", "cadastr",
    "faça login", "por mês", "inlog", "log in", "per maand", "aanmeld", "prenumer", "logga in", "bli medlem", "log ind",
    "logg inn", "køb", "kjøp", "tilaa", "tilaus", "kirjaudu", "subskry", "zaloguj", "wykup", "kup dostęp", "miesięcz",
    "předpla", "přihla", "predpla", "prihlá", "előfiz", "jelentkez", "regisztrál", "подпис", "зарегистр", "регистрац",
    "войти", "войдите", "тариф", "передплат", "підпис", "увійд", "увійт", "зареєстр", "абонамент", "abone", "üye",
    "giriş yap", "συνδρομ", "συνδεθ", "εγγραφ", "abon", "autentific", "מנוי", "מנויים", "התחבר", "הירשמ", "đăng nhập",
    "đăng ký", "thành viên", "langgan", "masuk", "daftar", "สมัคร", "เข้าสู่ระบบ", "सब्सक्राइब", "लॉग", "会員", "ログイン", "購読",
    "有料", "登録", "申し込", "订阅", "会员", "登录", "付费", "开通", "訂閱", "會員", "登入", "付費", "구독", "회원", "로그인", "유료", "가입",
    "اشترك", "مشترك", "الاشتراك", "تسجيل الدخول", "سجل",
)  # fmt: skip
FOR_PAYERS: Final = (  # that the text is for them, or that one may be one of them already
    "already a subscriber", "already a member", "already have an account", "have an account?",
    "subscribe to read", "subscribe now", "subscriber-only", "subscribers only", "members only", "only for subscribers",
    "only for members", "to subscribers", "for subscribers", "premium members", "paying members", "premium subscribers",
    "exclusive to", "bereits abonnent", "schon abonnent", "bereits registriert", "bereits ein konto", "für abonnent",
    "nur für abonnent", "jetzt abonnieren", "nur mit abo", "mit plus", "plus-artikel", "réservé aux abonnés", "aux abonnés",
    "réservée aux", "réservé à nos", "réservée à nos", "déjà abonné", "déjà inscrit", "para suscriptores",
    "solo para suscriptores", "ya eres suscriptor", "suscríbete para", "per gli abbonati", "agli abbonati",
    "già abbonat", "é assinante", "para assinantes", "só para assinantes", "voor abonnees", "al abonnee",
    "redan prenumerant", "för prenumeranter", "våra prenumeranter", "allerede abonnent", "for abonnent",
    "bliv abonnent", "bli abonnent", "tilaajille", "jo tilaaja", "dla prenumeratorów", "dla subskrybentów",
    "prenumeratorom", "masz już", "pro předplatitele", "jste předplatitel", "pre predplatiteľov", "előfizetők számára",
    "előfizetőknek", "már előfizető", "для подписчиков", "только подписчик", "доступен подписчик", "уже подписаны",
    "уже есть подписка", "для передплатників", "вже передплатник", "уже передплатник", "abonelere özel", "abone misiniz",
    "σε συνδρομητές", "για συνδρομητές", "ήδη συνδρομητής", "pentru abonați", "deja abonat", "למנויים בלבד", "כבר מנויים",
    "dành cho thành viên", "khusus pelanggan", "khusus untuk pelanggan", "sudah berlangganan", "会員限定です", "会員限定の記事です", "限定記事です",
    "会員のみ", "有料会員の方", "会員の方のみ", "すでに会員", "会員の方は", "会员专享", "会员专属", "付费内容", "订阅用户", "已是会员", "訂閱者", "付費內容", "구독자 전용", "회원 전용",
    "이미 구독", "للمشتركين", "مشترك بالفعل",
)  # fmt: skip
SUBSCRIBE: Final = (  # the plain words, and those for what is read: together enough behind a very short text
    "subscri", "become a member", "for members", "premium", " abo", "-abo", "abonn", "suscri", "suscrí", "abbona", "assin",
    "voor leden", "word lid", "fortsätt läsa", "prenumer", "subskry", "abonament", "tilaa", "tilau", "předpla", "predpla", "előfiz",
    "подпис", "зарегистр", "передплат", "абонамент", "abone", "συνδρομ", "εγγραφ", "abon", "מנוי", "trả phí", "langganan",
    "会員", "購読", "有料", "订阅", "会员", "付费", "訂閱", "會員", "付費", "구독", "유료", "اشترا", "مشترك", "اشترك",
)  # fmt: skip
WHAT_IS_READ: Final = (
    "read", "article", "story", "content", "access", "artikel", "inhalt", "lesen", "lies", "zugriff", "zugang", "lire",
    "lecture", "accès", "contenu", "artículo", "leer", "lee ", "acced", "acceso", "contenido", "articol", "legg",
    "accesso", "contenut", "lees", "lezen", "toegang", "artyku", "czyta", "treś", "dostęp", "ler ", "leia", "artigo",
    "matéria", "reportagem", "acesso", "conteúdo", "чита", "стать", "материал", "доступ", "текст", "продолжение",
    "матеріал", "стат", "läs", "tillgång", "innehåll", "læs", "adgang", "indhold", "lese", "saken", "tilgang", "luke",
    "artikkel", "sisältö", "číst", "článe", "článku", "přístup", "obsah", "olvas", "cikk", "tartal", "oku", "haber",
    "içerik", "makale", "άρθρο", "πρόσβαση", "citi", "acces", "conținut", "כתבה", "קרי", "bài", "đọc", "baca", "記事", "読",
    "コンテンツ", "全文", "阅读", "内容", "文章", "閱讀", "內容", "기사", "전체", "콘텐츠", "مقال", "قراءة", "محتوى",
)  # fmt: skip
NOT_OF_THE_TEXT: Final = (  # letters, comments, apps and what is kept for later
    "newsletter", "e-mail", "email", "inbox", "mailing", "comment", "kommentar", "coment", "commenta", "reactie",
    "reageren", "komment", "комментар", "комментир", "коментар", "yorum", "σχόλι", "תגוב", "bình luận", "コメント", "评论",
    "評論", "댓글", "تعليق", "infolettre", "boletín", "nieuwsbrief", "nyhetsbrev", "nyhedsbrev", "uutiskirje", "hírlevél",
    "рассылк", "розсилк", "bülten", "メルマガ", "メールマガ", "뉴스레터", "النشرة", "save this", "bookmark", "podcast", "youtube",
    "telegram", "whatsapp", "facebook", "twitter", "rss",
)  # fmt: skip
