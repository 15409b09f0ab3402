"""Makes the sample captures in ``tests/samples``: every kind of input, sound and damaged, of towns that do not exist.

    python tests/make_samples.py [FOLDER]

The same bytes each time: no clock, no chance, no name of a machine. All texts were written for this project.
"""

# ruff: noqa: ISC004 -- paragraphs of several lines, and the quotation marks of four languages

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

SAMPLES = Path(__file__).parent / "samples"
DAY = datetime(2026, 3, 9, 6, 30, tzinfo=UTC)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c6360606000000004000"
    "1f61738550000000049454e44ae426082"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story as its newspaper would tell it."""

    url: str
    language: str
    site: str
    section: str
    title: str
    author: str
    published: str
    paragraphs: tuple[str, ...]


FERRY = Story(
    url="https://www.ellery-courier.example/2026/03/08/harbour-ferry-batteries",
    language="en",
    site="Ellery Courier",
    section="Harbour",
    title="Harbour ferry to run on batteries from the autumn",
    author="Maren Holloway",
    published="2026-03-08T17:40:00+00:00",
    paragraphs=(
        "The small ferry that links both sides of Port Ellery harbour will run on batteries from October, the harbour "
        "board decided on Sunday. The boat, built in 1974, carries some nine hundred passengers a day and is known in "
        "the town for the black smoke that it leaves over the fish market.",
        "“We have repaired the old engine eleven times in four years,” said Idris Penhallow, who chairs the board. “A new "
        "diesel would have lasted until 2050, and nobody at the table wanted to explain that to the children who take "
        "the boat to school.” The vote was six to one.",
        "The conversion costs 2.3 million crowns. Two thirds come from the regional fund for quiet coasts, the rest from "
        "the harbour dues, which rise by four per cent in June. A charging mast will stand on the north quay, next to "
        "the ice house; the boat is to charge for seven minutes at each landing.",
        "The one vote against came from Tilda Marsh, who speaks for the owners of the fishing boats. She fears that the "
        "mast will take the berth where trawlers unload in winter. The board promised to measure the quay again before "
        "the work begins, and to move the mast by twelve metres if need be.",
        "During the conversion, from the middle of August to the end of September, a bus will cross the upper bridge "
        "every twenty minutes. Tickets for the ferry are valid on it. Bicycles are carried on a trailer, weather "
        "permitting.",
    ),
)
BRIDGE = Story(
    url="https://www.wendelfurter-bote.example/lokales/stadtrat-steg-muehlwiese",
    language="de",
    site="Wendelfurter Bote",
    section="Lokales",
    title="Stadtrat beschließt neuen Steg an der Mühlwiese",
    author="Jörg Anselm",
    published="2026-03-07T09:15:00+01:00",
    paragraphs=(
        "Der Stadtrat von Wendelfurt hat am Freitagabend den Bau eines neuen Stegs an der Mühlwiese beschlossen. Die alte "
        "Holzbrücke war im November gesperrt worden, nachdem Taucher faule Pfähle entdeckt hatten. Seither müssen "
        "Schulkinder einen Umweg von fast zwei Kilometern gehen.",
        "„Wir haben lange über Beton gesprochen und uns am Ende für Lärche entschieden“, sagte Bürgermeisterin Hedwig "
        "Oberländer nach der Sitzung. Das Holz stammt aus dem Stadtwald und soll im Sommer geschlagen werden. Die Kosten "
        "schätzt das Bauamt auf 410.000 Euro.",
        "Gegen den Vorschlag stimmten drei Mitglieder der Freien Liste. Ihr Sprecher Emil Kranz hält den Steg für zu "
        "schmal: Zwei Kinderwagen kämen nicht aneinander vorbei. Der Rat ließ daraufhin zwei Ausweichstellen in den Plan "
        "aufnehmen, die zusammen 18.000 Euro kosten.",
        "Die Arbeiten sollen im September beginnen, wenn der Fluss wenig Wasser führt, und bis zum Martinimarkt fertig "
        "sein. Bis dahin fährt an Schultagen weiterhin ein Kleinbus. Die Stadt sucht dafür noch zwei Fahrer.",
    ),
)
LIGHTHOUSE = Story(
    url="https://www.ellery-courier.example/2026/03/05/lighthouse-museum",
    language="en",
    site="Ellery Courier",
    section="Culture",
    title="Lighthouse museum opens again after three years",
    author="Piers Atherley",
    published="2026-03-05T08:00:00+00:00",
    paragraphs=(
        "The lighthouse museum on Gull Point opens its doors again on Saturday, three years after a winter storm tore off "
        "half of its roof. Visitors can climb all 186 steps to the lamp, which now turns by hand for everyone who asks "
        "the keeper politely.",
        "Volunteers dried and mended more than four thousand pages of log books that had stood in water. “We hung them on "
        "washing lines in the school gym,” said Oona Fairweather, who led the work. “For two weeks nobody played "
        "basketball, and nobody complained.”",
        "A new room tells of the night of 12 December 1911, when the lamp failed and the keeper’s daughters lit tar "
        "barrels on the rocks. All nineteen men of the schooner Annabel came ashore alive. The family’s letters are shown "
        "for the first time.",
        "The museum is open from ten to five, except on Tuesdays. Children pay nothing. The town added a warning that the "
        "path floods at spring tide and that the tables of the tides hang at the gate for a reason.",
    ),
)
NIGHT_BUS = Story(
    url="https://www.ellery-courier.example/2026/03/06/night-bus-stays",
    language="en",
    site="Ellery Courier",
    section="Town",
    title="Council keeps the night bus for another year",
    author="Maren Holloway",
    published="2026-03-06T21:05:00+00:00",
    paragraphs=(
        "Port Ellery keeps its night bus. The council voted on Friday to pay for the line for another year, although "
        "fewer people use it than was hoped when it began in 2024. On an average night the bus carries thirty-one "
        "passengers, most of them from the bakery and the hospital.",
        "“A line that brings nurses home at four in the morning is no luxury,” said councillor Beatrix Lowe. Her motion "
        "passed with nine votes to five. The line costs 148,000 crowns a year, of which fares bring in about a fifth.",
        "From April the bus will wait five minutes at the hospital, so that the late shift can reach it. The stop at the "
        "old cinema, where hardly anyone gets on, is given up. A map of the new route will hang in every shelter by the "
        "end of the month.",
    ),
)
MARKET = Story(
    url="https://www.echo-saint-arlin.example/ville/halle-du-marche",
    language="fr",
    site="L’Écho de Saint-Arlin",
    section="Ville",
    title="La halle du marché rouvre samedi à Saint-Arlin",
    author="Solène Varnier",
    published="2026-03-06T18:20:00+01:00",
    paragraphs=(
        "Après quatorze mois de travaux, la halle du marché de Saint-Arlin rouvre samedi matin. Les trente-deux "
        "commerçants retrouvent leurs étals sous une charpente entièrement restaurée, dont les poutres les plus anciennes "
        "datent de 1683, selon les archives de la commune.",
        "« Nous avons voulu garder l’odeur du bois et la lumière du nord », explique l’architecte Mathilde Corvin. Les "
        "anciennes vitres, soufflées à la main, ont été nettoyées une à une par deux artisans venus de la vallée voisine. "
        "Le chantier a coûté 1,9 million d’euros.",
        "Les poissonniers, qui craignaient de perdre leur place près de la fontaine, ont obtenu gain de cause. La mairie "
        "leur installe en outre une chambre froide commune au sous-sol. Seul regret des habitués : le vieux comptoir à "
        "café n’a pas survécu aux travaux.",
        "Samedi, la fanfare jouera à partir de neuf heures et chaque visiteur recevra un sac de toile. Le marché se "
        "tiendra ensuite les mardis, jeudis et samedis, de sept heures à treize heures trente.",
    ),
)
KITCHEN = Story(
    url="https://www.ellery-courier.example/2026/03/03/school-kitchen",
    language="en",
    site="Ellery Courier",
    section="Town",
    title="School kitchen cooks for the whole street",
    author="Piers Atherley",
    published="2026-03-03T12:00:00+00:00",
    paragraphs=(
        "When the power failed in Tanner Street on Monday, the school kitchen stayed warm: its stove burns wood. By noon "
        "the cook, Ansel Brody, had served soup to 240 people, among them the whole of the post office and a wedding "
        "party that had lost its restaurant.",
        "“We peeled potatoes in the corridor, by the light of bicycle lamps,” said one of the pupils. The school had kept "
        "the stove only because nobody could get it through the door. The town now wants to list it as equipment for "
        "emergencies and to pay for a new chimney.",
        "The cause of the failure was a flooded cable duct near the brewery. Current returned at twenty past seven in the "
        "evening. The brewery has offered to pay for the potatoes.",
    ),
)
WEIR = Story(
    url="https://www.ellery-courier.example/2026/03/04/weir-otters",
    language="en",
    site="Ellery Courier",
    section="Nature",
    title="Otters return to the upper weir",
    author="Tilda Marsh",
    published="2026-03-04T07:30:00+00:00",
    paragraphs=(
        "A pair of otters has settled at the upper weir, the first since 1968. A camera that the anglers’ club had put up "
        "to watch for thieves recorded them on eleven nights in February, most often between three and four in the "
        "morning, and once with a pike that was longer than the animal which carried it.",
        "The club, whose members pay for the fish, is of two minds. Its chairman called the otters “the better anglers” "
        "and asked walkers to keep their dogs on a lead along the mill race until the end of May.",
    ),
)
LIBRARY = Story(
    url="https://www.diario-valdoria.example/cultura/biblioteca-barco",
    language="es",
    site="Diario de Valdoria",
    section="Cultura",
    title="La biblioteca de Valdoria se muda a un barco",
    author="Inés Albarrán",
    published="2026-03-04T10:10:00+01:00",
    paragraphs=(
        "La biblioteca municipal de Valdoria abrirá en mayo a bordo de un antiguo barco de arena. El edificio de la plaza "
        "necesita obras que durarán al menos dos años, y el ayuntamiento no encontró otro local capaz de soportar el peso "
        "de sesenta mil libros.",
        "«Un barco aguanta más de lo que parece», dijo la directora, Lucía Ferrán, durante la presentación. Las salas de "
        "lectura estarán en la cubierta, y los estantes en la bodega, donde la humedad se controla con cuatro aparatos "
        "prestados por el museo.",
        "Los vecinos de la orilla izquierda, que nunca tuvieron biblioteca, son los más contentos: cada jueves el barco "
        "cruzará el río y se quedará allí hasta la noche. El coste de la mudanza es de 320.000 euros.",
    ),
)
CLOCK = Story(
    url="https://www.wendelfurter-bote.example/lokales/rathausuhr-geht-wieder",
    language="de",
    site="Wendelfurter Bote",
    section="Lokales",
    title="Die Rathausuhr geht wieder",
    author="Jörg Anselm",
    published="2026-03-02T16:00:00+01:00",
    paragraphs=(
        "Nach neun Monaten Stillstand geht die Wendelfurter Rathausuhr wieder. Uhrmacherin Leni Brandstätter hat am Montag "
        "das letzte Zahnrad eingesetzt, das sie nach einer Zeichnung von 1822 selbst gefräst hatte. Um zwölf Uhr schlug "
        "die Glocke zum ersten Mal seit Juni, und auf dem Markt wurde geklatscht.",
        "Die Reparatur kostete 27.500 Euro, die zur Hälfte aus Spenden kamen. Auch der Bäcker gegenüber hatte gesammelt: "
        "Er habe ohne die Uhr jeden Morgen zu früh geöffnet, erzählte er. Die Stadt will das Werk nun jedes Jahr im "
        "Frühling warten lassen.",
        "Wer die Uhr von innen sehen möchte, kann sich im Rathaus zu einer Führung anmelden. Mehr als sechs Personen "
        "passen nicht in den Turm; die Treppe ist eng und hat 97 Stufen.",
    ),
)
TRAM = Story(
    url="https://www.minatozaka-shimbun.example/chiiki/romendensha",
    language="ja",
    site="港坂新聞",
    section="地域",
    title="港坂市の路面電車、四月から夜間運転を再開",
    author="水野 遥",
    published="2026-03-05T11:00:00+09:00",
    paragraphs=(
        "港坂市は五日、路面電車の夜間運転を四月一日から再開すると発表した。三年前に運転士が足りなくなり、午後九時以降の便はすべて休止していた。"
        "市によると、新たに十四人の運転士が研修を終え、金曜日と土曜日は午前零時半まで走らせることができるという。",
        "市長の佐原みつ氏は記者会見で、「夜の町に人の流れを取り戻したい」と述べた。再開にかかる費用は年間およそ六千万円で、"
        "そのうち半分を商店街の組合が負担する。運賃は昼間と同じ二百円のまま据え置かれる。",
        "沿線の住民からは歓迎の声が多いが、急な坂を下る車輪の音を心配する人もいる。市は三月末までに坂の区間の線路を削り直し、"
        "深夜は速度を時速二十キロ以下に抑えると約束した。",
    ),
)
BEES = Story(
    url="https://www.ellery-courier.example/2026/03/01/bees-on-the-bank",
    language="en",
    site="Ellery Courier",
    section="Business",
    title="Bees move onto the roof of the savings bank",
    author="Oona Fairweather",
    published="2026-03-01T09:45:00+00:00",
    paragraphs=(
        "Four hives stand on the roof of the Ellery savings bank since Sunday. The bank had to give up its plan for a roof "
        "terrace because the railing was too low for customers; for bees, the building inspector said, it is high enough.",
        "The beekeeper, Halvard Quist, expects eighty kilos of honey in the first year, most of it from the lime trees in "
        "Castle Street. He walked up the stairs with each hive on his back, since the lift stops when something hums in "
        "it, as he put it.",
        "The honey will be sold at the counter on the first Friday of each month. What it earns goes to the school garden, "
        "where pupils sow the flowers that the bees will need in August, when the limes have long faded.",
    ),
)
BREAD = Story(
    url="https://www.echo-saint-arlin.example/vie/four-a-pain",
    language="fr",
    site="L’Écho de Saint-Arlin",
    section="Vie locale",
    title="Le four à pain du hameau rallumé",
    author="Solène Varnier",
    published="2026-03-01",
    paragraphs=(
        "Le four à pain du hameau des Essarts a été rallumé dimanche, pour la première fois depuis 1957. Une quarantaine "
        "d’habitants avaient apporté leur pâte, et les plus âgés se souvenaient encore de l’ordre dans lequel on "
        "enfournait : le pain d’abord, les tartes ensuite, les poires à la fin.",
        "L’association qui a restauré la voûte, pierre par pierre, compte désormais cuire le premier dimanche de chaque "
        "mois. Le bois vient des haies que la commune taille en hiver, et les cendres retournent aux jardins.",
        "La prochaine fournée aura lieu le 5 avril. Il suffit de s’inscrire à la mairie et d’apporter son torchon.",
    ),
)


def page(story: Story) -> str:
    """The story's page: head, navigation, cookie banner, article, teasers and foot."""
    linked = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.title,
        "datePublished": story.published,
        "author": [{"@type": "Person", "name": story.author}],
        "publisher": {"@type": "NewsMediaOrganization", "name": story.site},
        "articleSection": story.section,
        "mainEntityOfPage": story.url,
        "inLanguage": story.language,
    }
    body = "\n".join(f"      <p>{paragraph}</p>" for paragraph in story.paragraphs)
    home = "/".join(story.url.split("/")[:3])
    return f"""<!DOCTYPE html>
<html lang="{story.language}">
<head>
  <meta charset="utf-8">
  <title>{story.title} | {story.site}</title>
  <link rel="canonical" href="{story.url}">
  <meta name="author" content="{story.author}">
  <meta name="description" content="{story.paragraphs[0].split(". ")[0][:150]}">
  <meta property="og:type" content="article">
  <meta property="og:title" content="{story.title}">
  <meta property="og:site_name" content="{story.site}">
  <meta property="og:image" content="{home}/pictures/lead.jpg">
  <meta property="article:published_time" content="{story.published}">
  <meta property="article:section" content="{story.section}">
  <script type="application/ld+json">{json.dumps(linked, ensure_ascii=False)}</script>
  <script>window.tally = window.tally || []; tally.push(["view", location.pathname]);</script>
</head>
<body>
  <div class="cookie-banner" role="dialog">
    <p>This site uses cookies to count its readers. <button>Accept all</button> <button>Only what is needed</button></p>
  </div>
  <header>
    <a href="{home}/">{story.site}</a>
    <nav><ul><li><a href="{home}/town">Town</a></li><li><a href="{home}/culture">Culture</a></li>
      <li><a href="{home}/sport">Sport</a></li><li><a href="{home}/subscribe">Subscribe</a></li></ul></nav>
  </header>
  <main>
    <article>
      <h1>{story.title}</h1>
      <p class="byline"><span class="author">{story.author}</span>
        <time datetime="{story.published}">{story.published[:10]}</time></p>
{body}
    </article>
    <aside class="related">
      <h2>More stories</h2>
      <ul>
        <li><a href="{home}/a/1">Ten benches for the quay</a> The town asks who wants to paint them …</li>
        <li><a href="{home}/a/2">Choir seeks basses</a> Rehearsals begin in April …</li>
      </ul>
    </aside>
  </main>
  <footer><p>© {story.site}. <a href="{home}/imprint">Imprint</a> <a href="{home}/privacy">Privacy</a></p></footer>
</body>
</html>
"""


def dump(story: Story) -> str:
    """The story as a scraper's text dump: paragraphs, then a script, teasers and a cookie line."""
    return "\n".join(
        (
            story.title,
            f"By {story.author}",
            "",
            *(line for paragraph in story.paragraphs for line in (paragraph, "")),
            "(function (w, d, id) { w.tally = w.tally || []; w.tally.push({ start: 0, id: id });",
            "var s = d.createElement('script'); s.async = true; s.src = '/tally.js?id=' + id;",
            "d.head.appendChild(s); })(window, document, 'TL-0417');",
            "",
            "Ten benches for the quay",
            "The town asks who wants to paint the benches that a carpenter gave … Read More",
            "Choir seeks basses",
            "Rehearsals begin in April, and nobody needs to read music … Read More",
            "",
            "We use cookies to count our readers. By going on you accept our cookie policy.",
            "",
        )
    )


# ---- WARC files --------------------------------------------------------------------------------------------------


class Crawl:
    """A WARC file as a crawler writes it, with ids and dates that are the same each time."""

    def __init__(self, name: str, *, packed: bool, version: str = "1.1") -> None:
        self.name, self.file = name, io.BytesIO()
        self.writer = WARCWriter(self.file, gzip=packed, warc_version=version)
        self.starts: list[int] = []
        self._version = version

    def _headers(self) -> dict[str, str]:
        number = len(self.starts)
        moment = DAY.replace(second=number % 60).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"WARC-Record-ID": f"<urn:uuid:{uuid5(NAMESPACE_URL, f'{self.name}#{number}')}>", "WARC-Date": moment}

    def write(self, record: ArcWarcRecord) -> None:
        """Appends a record."""
        self.starts.append(self.file.tell())
        self.writer.write_record(record)

    def info(self) -> None:
        """The record that a WARC file begins with."""
        block = (
            b"software: none, these samples were written by hand\r\nformat: WARC File Format " + self._version.encode()
        )
        made = self.writer.create_warc_record(
            None,
            "warcinfo",
            payload=io.BytesIO(block + b"\r\n"),
            warc_content_type="application/warc-fields",
            warc_headers_dict=self._headers() | {"WARC-Filename": self.name},
        )
        self.write(made)

    def response(
        self,
        url: str,
        body: bytes,
        *,
        status: str = "200 OK",
        media: str = "text/html; charset=utf-8",
        **more: str,
    ) -> None:
        """What a server answered."""
        named = [(name.replace("_", "-"), value) for name, value in more.items()]
        fields = [("Content-Type", media), *named, ("Content-Length", str(len(body)))]
        http = StatusAndHeaders(status, fields, "HTTP/1.1")
        self.write(
            self.writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), http_headers=http, warc_headers_dict=self._headers()
            )
        )

    def request(self, url: str) -> None:
        """What the crawler asked for."""
        host, _, path = url.partition("//")[2].partition("/")
        http = StatusAndHeaders(
            f"GET /{path} HTTP/1.1", [("Host", host), ("User-Agent", "sample")], is_http_request=True
        )
        self.write(self.writer.create_warc_record(url, "request", http_headers=http, warc_headers_dict=self._headers()))

    def metadata(self, url: str) -> None:
        """What the crawler noted."""
        self.write(
            self.writer.create_warc_record(
                url,
                "metadata",
                payload=io.BytesIO(b"via: https://www.ellery-courier.example/\r\nfetchTimeMs: 212\r\n"),
                warc_content_type="application/warc-fields",
                warc_headers_dict=self._headers(),
            )
        )

    def revisit(self, url: str, body: bytes, first: int) -> None:
        """The same answer again, as a reference to record number ``first``."""
        referred = f"<urn:uuid:{uuid5(NAMESPACE_URL, f'{self.name}#{first}')}>"
        http = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], "HTTP/1.1")
        digest = self._payload_digest(body)
        moment = DAY.replace(second=first).strftime("%Y-%m-%dT%H:%M:%SZ")
        made = self.writer.create_revisit_record(
            url,
            digest,
            url,
            moment,
            http_headers=http,
            warc_headers_dict=self._headers() | {"WARC-Refers-To": referred},
        )
        self.write(made)

    @staticmethod
    def _payload_digest(body: bytes) -> str:
        return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()

    def bytes(self) -> bytes:
        """The file so far."""
        return self.file.getvalue()


def crawl() -> bytes:
    """A sound crawl: two articles, and one of everything that is none."""
    file = Crawl("crawl.warc.gz", packed=True)
    bus, market = page(NIGHT_BUS).encode(), page(MARKET).encode()
    home = "https://www.ellery-courier.example"
    file.info()
    file.response(NIGHT_BUS.url, bus)
    file.request(NIGHT_BUS.url)
    file.metadata(NIGHT_BUS.url)
    file.response(f"{home}/2024/gone", b"<html><body><h1>Not found</h1></body></html>", status="404 Not Found")
    file.response(f"{home}/bus", b"", status="301 Moved Permanently", Location=NIGHT_BUS.url)
    file.response(f"{home}/pictures/lead.png", PNG, media="image/png")
    file.response(MARKET.url, market)
    file.revisit(NIGHT_BUS.url, bus, 1)
    return file.bytes()


def damaged_crawl() -> bytes:
    """Three articles in three gzip members, the middle one with a few bytes changed."""
    file = Crawl("crawl-damaged.warc.gz", packed=True)
    for story in (KITCHEN, WEIR, LIBRARY):
        file.response(story.url, page(story).encode())
    data = bytearray(file.bytes())
    middle = (file.starts[1] + file.starts[2]) // 2
    for at in range(middle, middle + 8):
        data[at] ^= 0x5A
    return bytes(data)


def cut_crawl() -> bytes:
    """A plain WARC/1.0 file whose last record breaks off."""
    file = Crawl("crawl-cut-off.warc", packed=False, version="1.0")
    file.info()
    file.response(CLOCK.url, page(CLOCK).encode())
    file.response(WEIR.url, page(WEIR).encode())
    return file.bytes()[: file.starts[2] + 1500]


# ---- the rest ----------------------------------------------------------------------------------------------------


def json_line(**fields: object) -> str:
    """One line of JSONL."""
    return json.dumps(fields, ensure_ascii=False) + "\n"


def pages_jsonl() -> bytes:
    """Three captures with HTML, URL, time and headers; the second line does not parse."""
    headers = {"Content-Type": "text/html; charset=utf-8", "Server": "sample"}
    lines = (
        json_line(url=BEES.url, html=page(BEES), fetched_at="2026-03-02T05:00:00Z", status=200, headers=headers),
        '{"url": "https://www.ellery-courier.example/2026/03/01/cut", "html": "<p>The line ends in the mid\n',
        json_line(url=TRAM.url, html=page(TRAM), fetched_at="2026-03-06T05:00:00Z", status=200, headers=headers),
        json_line(
            url="https://www.ellery-courier.example/2024/gone",
            html="<html><body><h1>Not found</h1></body></html>",
            fetched_at="2026-03-02T05:00:01Z",
            status=404,
            headers=headers,
        ),
    )
    return "".join(lines).encode()


def texts_jsonl() -> bytes:
    """Two captures with text only, packed."""
    lines = [
        json_line(url=story.url, text="\n\n".join(story.paragraphs), crawled_at=story.published[:10])
        for story in (BREAD, LIGHTHOUSE)
    ]
    return packed("".join(lines).encode())


def packed(data: bytes) -> bytes:
    """``data`` in gzip, without name and clock."""
    return gzip.compress(data, mtime=0)


def zipped() -> bytes:
    """A zip with a page and a picture."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in (("steg.html", page(BRIDGE).encode()), ("steg.png", PNG)):
            info = zipfile.ZipInfo(name, (2026, 3, 7, 12, 0, 0))
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tarred() -> bytes:
    """A packed tar with a text dump and a page."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in (
            ("kitchen.txt", dump(KITCHEN).encode()),
            ("halle.html", page(MARKET).encode()),
        ):
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), int(DAY.timestamp())
            archive.addfile(info, io.BytesIO(data))
    return packed(out.getvalue())


def samples() -> dict[str, bytes]:
    """Name and bytes of every sample."""
    return {
        "crawl-cut-off.warc": cut_crawl(),
        "crawl-damaged.warc.gz": damaged_crawl(),
        "crawl.warc.gz": crawl(),
        "dump.txt": dump(LIGHTHOUSE).encode(),
        "empty.html": b"",
        "page-de.html": page(BRIDGE).replace("utf-8", "windows-1252").encode("cp1252"),
        "page-en.html": page(FERRY).encode(),
        "pages.jsonl": pages_jsonl(),
        "pages.tar.gz": tarred(),
        "pages.zip": zipped(),
        "photo.png": PNG,
        "texts.jsonl.gz": texts_jsonl(),
    }


def main() -> None:
    """Writes them."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES
    folder.mkdir(exist_ok=True)
    for name, data in samples().items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
