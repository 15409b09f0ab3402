"""Words of notices, menus, teasers, bylines and captions, in some twenty languages.

A phrase is lower case. One in letters must begin where a word begins ("cookie" is in "cookies", "share" is not in
"timeshare"); one in a script without spaces may begin anywhere. The lists stay short on purpose: shape and place
decide most lines, and a word list can only speak for the languages in it.
"""

# ruff: noqa: RUF001  the words are in their own scripts

from __future__ import annotations

from typing import Final

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
