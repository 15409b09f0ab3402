"""Words by which pages ask for consent, or say that they are gone, in some twenty-five languages.

Lower case, with straight apostrophes. Each is looked for anywhere in a short text, so each is long or peculiar enough
not to stand inside other words. The lists are short on purpose: ``walls.py`` asks for a second sign besides. Those for
buttons and titles are looser, for they are only held against texts of 40 and 70 characters.
"""

# ruff: noqa: RUF001 -- the letters are of many scripts

from __future__ import annotations

from typing import Final

COOKIES: Final = (
    "cookie", "süti", "кукі", "бисквитк", "עוגיות", "คุกกี้", "kakor", "evästei", "informasjonskaps", "ciastecz", "çerez", "куки", "クッキー", "쿠키", "كوكيز",
    "ملفات تعريف الارتباط", "gdpr", "dsgvo", "rgpd",
)  # fmt: skip
PRIVACY: Final = (
    "personal data", "your data", "privacy", "consent", "our partners", "personenbezogen", "datenschutz", "einwillig",
    "unsere partner", "données personnelles", "vos données", "consentement", "nos partenaires", "datos personales",
    "consentimiento", "privacidad", "nuestros socios", "dati personali", "consenso", "nostri partner", "dados pessoais",
    "consentimento", "privacidade", "persoonsgegevens", "toestemming", "onze partners", "personuppgifter", "samtycke",
    "personopplysninger", "personoplysninger", "samtykke", "henkilötie", "suostumu", "dane osobowe", "danych osobowych",
    "zgod", "osobní", "souhlas", "személyes adat", "hozzájárul", "персональн", "согласи", "kişisel veri", "gizlilik",
    "privatliv", "personvern", "integritet", "soukromí", "adatvéd", "приватн", "конфиденциальн", "конфіденц", "vie privée",
    "votre accord", "confidențial", "date personale", "consimțământ", "προσωπικ", "απόρρητ", "συγκατάθεσ", "פרטיות",
    "מידע אישי", "riêng tư", "dữ liệu cá nhân", "data pribadi", "privasi", "çerez", "profilowan", "隱私", "個人資料", "同意",
    "الموافقة", "個人情報", "プライバシー", "个人信息", "隐私", "개인정보", "البيانات الشخصية", "الخصوصية",
)  # fmt: skip
AGREE: Final = (  # on buttons
    "accept", "agree", "allow", "got it", "reject all", "consent", "einverstanden", "zustimm", "akzept", "einwillig", "erlauben", "zulassen",
    "ablehnen", "verstanden", "accepter", "refuser", "autoriser", "d'accord", "acept", "rechaz", "de acuerdo",
    "permitir", "accett", "acconsent", "rifiuta", "aceit", "rejeit", "concord", "prosseguir", "akkoord", "weiger",
    "toestaan", "godkänn", "förstår", "tillåt", "godta", "forstår", "tillad", "hyväks", "salli", "akcept", "zgadzam",
    "zezwól", "zezwal", "rozumiem", "przejdź do", "přij", "povolit", "souhlas", "rozumím", "súhlas", "prija", "elfogad",
    "rendben", "engedélyez", "sunt de acord", "permite", "приня", "соглас", "хорошо", "понятно", "разреш", "прийня",
    "погодж", "дозвол", "приема", "съглас", "kabul", "tamam", "onayl", "αποδοχή", "συμφων", "αποδέχ", "אישור", "מסכים",
    "קבל", "chấp nhận", "đồng ý", "terima", "setuju", "同意", "受け入れ", "接受", "允许", "允許", "許可", "了解", "동의", "수락", "확인", "허용",
    "موافق", "أوافق", "قبول", "فهمت", "सहमत", "स्वीकार", "ยอมรับ",
)  # fmt: skip
LOST: Final = (
    "not found", "not be found", "n't be found", "n't find", "not find", "seem to find", "cannot be found",
    "nothing was found", "page missing", "page is missing", "page has gone", "no longer available", "not available", "unavailable", "no longer exist", "n't exist",
    "not exist", "n't available", "been removed", "been deleted", "nicht gefunden", "nicht finden", "nicht mehr verfügbar",
    "nicht verfügbar", "nicht mehr online", "existiert nicht", "existiert leider nicht", "gibt es nicht",
    "nicht vorhanden", "introuvable", "n'existe p", "pas été trouvé", "pas trouvé", "pas disponible",
    "non trouvé", "plus disponible", "indisponible", "plus en ligne", "été supprimé", "no encontrad", "no se encontr", "no se encuentra", "inexistente", "no se ha encontrado", "podido encontrar",
    "no existe", "no hemos encontrado", "no está disponible", "no disponible", "no encontramos", "non trovat",
    "non esiste", "non è stata trovata", "non è stato trovato", "non è più", "non è disponibile", "trovare la", "inesistente", "non c'è",
    "não encontr", "não foi encontrad", "não existe", "não está disponível", "não está mais", "niet gevonden",
    "niet vinden", "bestaat niet", "niet meer beschikbaar", "niet beschikbaar", "hittades inte", "finns inte",
    "saknas", "inte hittas", "hittade inte", "hittar inte", "ikke funnet", "finnes ikke", "finner ikke", "ikke fundet",
    "findes ikke", "ikke finde", "eksisterer ikke", "ei löyty", "ei löydy", "ei ole olemassa", "ei ole enää",
    "nie znalezion", "nie istnieje", "nie została znaleziona", "nie ma", "nie można znaleźć", "nie jest już",
    "nenalezen", "nebyla nalezena", "neexistuje", "nemáme", "nenašli", "nenájden", "nem található", "nem létezik",
    "nincs meg", "не найден", "не существует", "не удалось найти", "не нашли", "страницы нет", "больше не доступ",
    "не доступен", "недоступ", "отсутств", "відсутн", "удалена или", "не знайден", "не існує", "сторінки немає", "не вдалося знайти",
    "не е намерен", "не съществува", "bulunamadı", "mevcut değil", "sayfa yok", "bulunmuyor", "bulamadık",
    "δεν βρέθηκε", "δεν υπάρχει", "δεν βρήκαμε", "δεν είναι διαθέσιμ", "nu a fost găsit", "nu există", "nu găsim",
    "nu am găsit", "nu mai este disponibil", "לא נמצא", "לא קיים", "לא מצאנו", "אינו קיים", "không tìm thấy",
    "không tồn tại", "tidak ditemukan", "tidak ada", "ไม่พบ", "नहीं मिला", "見つかりません", "見つけられません", "存在しません",
    "存在しない", "はありません", "公開を終了", "掲載期間", "找不到", "不存在", "未找到", "无法找到", "已下线", "已被删除", "찾을 수 없", "존재하지 않", "페이지가 없",
    "غير موجود", "لم يتم العثور", "لم نتمكن من العثور", "لم نعثر", "لا توجد", "غير متاح", "غير متوفر",
)  # fmt: skip
PAGE: Final = (
    "page", "seite", "pagina", "página", "artikel", "beitrag", "artículo", "noticia", "artigo", "notícia", "articolo",
    "article", "story", "content", "contenido", "conteúdo", "contenuto", "innehåll", "indhold", "innhold", "sisältö", "treść",
    "obsah", "tartalom", "контент", "conținut", "内容", "內容", "콘텐츠", "المحتوى", "what you", "link you", "this location", "inhalt", "contenu", "sidan", "siden",
    "side ", "sivu", "stron", "artykuł", "stránk", "článek", "oldal", "cikk", "страниц", "материал", "публикаци",
    "сторінк", "матеріал", "статья", "стаття", "страница", "sayfa", "içerik", "σελίδα", "άρθρο", "articol", "pagină", "דף",
    "עמוד", "כתבה", "trang", "bài viết", "halaman", "artikel", "หน้า", "पेज", "पृष्ठ", "ページ", "記事", "页面", "頁面", "网页",
    "網頁", "文章", "페이지", "기사", "صفحة", "مقال", "url", "adresse", "the address",
)  # fmt: skip
AWAY: Final = (  # where a page that is gone sends its readers, and why it is gone
    "home page", "homepage", "front page", "main page", "go back", "search", "check the address", "check the url",
    "moved", "removed", "deleted", "expired", "taken down", "broken", "startseite", "verschoben", "gelöscht",
    "entfernt", "abgelaufen", "prüfen sie", "überprüfen", "accueil", "déplacé", "supprimé", "retiré", "expiré",
    "vérifiez", "portada", "página principal", "página de inicio", "eliminad", "movid", "trasladad", "incorrect",
    "pagina principale", "alla home", "nella home", "rimoss", "spostat", "controlla", "verifica", "página inicial", "removid", "movida",
    "voorpagina", "startpagina", "verwijderd", "verplaatst", "controleer", "startsidan", "förstasidan", "flyttat",
    "tagits bort", "kontrollera", "forsiden", "flyttet", "fjernet", "slettet", "sjekk", "tjek", "etusivu", "poistettu",
    "siirretty", "tarkista", "stronę główną", "stronie głównej", "usunięt", "przeniesion", "nieprawidłow", "hlavní stránk",
    "úvodní stránk", "přesun", "odstraněn", "zkontroluj", "hlavnú stránk", "főoldal", "eltávolít", "ellenőriz",
    "áthelyez", "на главную", "главной странице", "главная страница", "удален", "удалён", "перемещ", "проверьте", "ошиблись", "на головну", "головній сторінці", "видален", "переміщ",
    "перевірте", "начална страница", "преместен", "ana sayfa", "kaldırıl", "taşın", "kontrol edin", "αρχική", "μετακιν",
    "ελέγξτε", "prima pagină", "mutată", "ștears", "עמוד הבית", "דף הבית", "הוסר", "הועבר", "בדקו", "trang chủ", "kiểm tra",
    "beranda", "dipindah", "dihapus", "periksa", "หน้าแรก", "होम", "トップページ", "ホーム", "削除", "移動", "終了", "首页", "首頁",
    "删除", "刪除", "移动", "网址", "홈", "삭제", "이동", "주소", "الرئيسية", "حذف", "نقل",
)  # fmt: skip
OOPS: Final = (  # in titles
    "error", "oops", "whoops", "sorry", "went wrong", "uh-oh", "fehler", "hoppla", "ups", "schiefgelaufen", "erreur",
    "oups", "désolé", "vaya", "lo sentimos", "errore", "ops", "siamo spiacenti", "andato storto", "erro", "desculp",
    "lamentamos", "oeps", "helaas", "fout", "hoppsan", "fel", "hovsa", "fejl", "feil", "beklager", "hups", "virhe",
    "valitettavasti", "błąd", "przepraszamy", "chyba", "jejda", "bohužel", "hiba", "hoppá", "sajnáljuk", "ошибк", "упс",
    "извините", "к сожалению", "помилк", "на жаль", "грешк", "hata", "üzgünüz", "maalesef", "σφάλμα", "ουπς",
    "λυπούμαστε", "eroare", "ne pare rău", "שגיאה", "אופס", "מצטערים", "lỗi", "rất tiếc", "galat", "maaf", "ขออภัย", "क्षमा",
    "エラー", "申し訳", "出错", "抱歉", "对不起", "錯誤", "错误", "오류", "죄송", "خطأ", "عذر",
)  # fmt: skip
