"""The names of the months in some thirty languages, as they stand in dates."""

# ruff: noqa: RUF001  month names are in their own scripts

from __future__ import annotations

import unicodedata
from typing import Final

# Letters with the vowel signs of Indic scripts, which are no letters to ``re``. Possessive: time stays linear.
LETTERS: Final = "(?:(?![\\d_])[\\w\u0900-\u0963\u0980-\u09e3\u0e31-\u0e4e])++"


def fold(text: str) -> str:
    """Lower case without accents, so that ``août`` and ``AOUT`` are one word."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFKC", "".join(char for char in split if not unicodedata.combining(char)))


# Slavic, Baltic and Finnish names in the genitive or partitive too, which is how they stand in a date. Croatian
# "listopada" is left out: in Polish and Ukrainian the same word is the month after.
_NAMES: Final = (
    """january jan januar jänner jaenner janv janvier enero ene gennaio gen janeiro januari stycznia ledna január januára
    января янв січня январь ιανουαρίου ιαν ocak oca tammikuuta tammi ianuarie ian januára siječnja januara јануара
    януари jaanuar sausio janvāris janvārī يناير كانون ינואר בינואר जनवरी জানুয়ারি มกราคม gener xaneiro urtarrila""",
    """february feb febr februar fevrier fév févr février febrero febbraio fevereiro fev februari lutego února február
    februára февраля фев февр лютого февраль φεβρουαρίου φεβ şubat şub helmikuuta helmi februarie veljače februara
    фебруара февруари veebruar vasario februāris februārī فبراير شباط פברואר בפברואר फरवरी फ़रवरी ফেব্রুয়ারি กุมภาพันธ์
    febrer pebruari""",
    """march mar marz märz maerz mars marzo março marco maart mrt marca března březen března marts március marca марта
    мар березня март μαρτίου μαρ mart maaliskuuta maalis martie ožujka marta марта märts kovo martā مارس آذار מרץ במרץ
    मार्च মার্চ มีนาคม març maret mac""",
    """april apr avril avr abril abr aprile aprila kwietnia dubna április apríla апреля апр квітня апрель απριλίου απρ
    nisan nis huhtikuuta huhti aprilie travnja априла април aprill balandžio aprīlis aprīlī أبريل إبريل نيسان אפריל
    באפריל अप्रैल এপ্রিল เมษายน""",
    """may mai maj mayo mag maggio maio mei maja května május mája мая травня май μαΐου μαι mayıs toukokuuta touko svibnja
    маја gegužės maijs maijā مايو أيار מאי במאי मई মে พฤษภาคม maig""",
    """june jun juni juin junio giugno giu junho czerwca června június júna июня июн червня июнь ιουνίου ιουν haziran haz
    kesäkuuta kesä iunie iun lipnja juna јуна юни juuni birželio jūnijs jūnijā يونيو يونيه حزيران יוני ביוני जून জুন
    มิถุนายน juny""",
    """july jul juli juillet juil julio luglio lug julho lipca července július júla июля июл липня июль ιουλίου ιουλ
    temmuz tem heinäkuuta heinä iulie iul srpnja jula јула юли juuli liepos jūlijs jūlijā يوليو يوليه تموز יולי ביולי
    जुलाई জুলাই กรกฎาคม juliol julai""",
    """august aug août aout agosto ago augusti augustus sierpnia srpna augusztus augusta августа авг серпня август
    αυγούστου αυγ ağustos ağu elokuuta elo kolovoza avgusta августа agusto rugpjūčio augusts augustā أغسطس آب אוגוסט
    באוגוסט अगस्त আগস্ট สิงหาคม agost agustus agt ogos""",
    """september sep sept septembre septiembre setiembre settembre set setembro września září szeptember szept septembra
    сентября сен сент вересня сентябрь σεπτεμβρίου σεπ eylül eyl syyskuuta syys septembrie rujna септембра септември
    rugsėjo septembris septembrī سبتمبر أيلول ספטמבר בספטמבר सितंबर सितम्बर সেপ্টেম্বর กันยายน setembre""",
    """october oct oktober okt octobre octubre ottobre ott outubro out października října október októbra октября окт
    жовтня октябрь οκτωβρίου οκτ ekim eki lokakuuta loka octombrie oktobra октобра октомври oktoober spalio oktobris
    oktobrī أكتوبر אוקטובר באוקטובר अक्टूबर अक्तूबर অক্টোবর ตุลาคม""",
    """november nov novembre noviembre novembro listopada listopadu november novembra ноября ноя нояб листопада ноябрь
    νοεμβρίου νοε kasım kas marraskuuta marras noiembrie noi studenoga studenog новембра ноември lapkričio novembris
    novembrī نوفمبر נובמבר בנובמבר नवंबर नवम्बर নভেম্বর พฤศจิกายน nopember""",
    """december dec dezember dez decembre décembre diciembre dic dicembre dezembro grudnia prosince decembra декабря дек
    грудня декабрь δεκεμβρίου δεκ aralık ara joulukuuta joulu decembrie prosinca децембра декември detsember gruodžio
    decembris decembrī ديسمبر דצמבר בדצמבר दिसंबर दिसम्बर ডিসেম্বর ธันวาคม desembre desember des""",
)
MONTHS: Final = {fold(name): number for number, names in enumerate(_NAMES, start=1) for name in names.split()}
AMBIGUOUS_WORDS: Final = frozenset({"mar", "mars", "mart", "set", "out", "gen"})  # also weekdays and plain words
