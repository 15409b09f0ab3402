"""Names that stay."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import identity, wrapping
from archive.model import Capture, Damage, Origin

DIGEST = hashlib.sha256(b"The ferry sails on Tuesday.").digest()
ORIGIN = Origin(path="pages/a.html")
IDS = """
from uuid import UUID
from archive import identity
from archive.model import Damage, Origin
origin = Origin(path="pages/a.html", member="b", offset=7, line=2)
print(identity.record_id(bytes(32), origin, "https://herald.example/"), identity.payload_urn(bytes(32)))
print(identity.damage_id(Damage(origin=origin, offset=7, length=1, reason="gzip", detail="", sha256=bytes(32))))
print(identity.article_id(UUID(int=1)), identity.repeated_id(UUID(int=1), 2))
"""


def capture(payload: bytes = b"<p>The ferry sails on Tuesday.</p>", origin: Origin = ORIGIN) -> Capture:
    return wrapping.new_capture(
        origin=origin,
        payload=payload,
        media_type="text/html",
        url="https://herald.example/ferry",
        captured_at=datetime(2024, 8, 27, 10, tzinfo=UTC),
        captured_at_precision="second",
        captured_at_origin="option",
    )


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_ids_are_the_same_in_every_process(seed: str) -> None:
    done = subprocess.run([sys.executable, "-c", IDS], env={"PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo"},
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.split() == [
        "urn:uuid:69a70519-1034-596c-a74e-be90bad23620",
        "urn:uuid:739d2d5b-4a4d-512c-b0b3-85757f7b2611",
        "4537ba27-3e53-5860-ba84-45b9f981cec7",
        "96ff13a1-6ae5-56a7-8e22-fae5a7bfeb1e",
        "45f559ed-4185-5b37-8a89-b2db173bffb8",
    ]


def test_a_record_id_depends_on_content_head_url_time_and_own_name() -> None:
    ids = {
        identity.record_id(digest, origin, url, http_head=head, stated=stated)
        for digest in (DIGEST, bytes(32))
        for url in (None, "https://a.example/", "https://b.example/")
        for origin in (ORIGIN, Origin(path="b"), replace(ORIGIN, member="m"), replace(ORIGIN, line=5))
        for head in (b"", b"HTTP/1.1 200 OK\r\n\r\n")
        for stated in ("", "2024-08-27")
    }
    assert len(ids) == 2 * 3 * 4 * 2 * 2
    ids |= {identity.revisit_id(one) for one in ids} | {identity.repeated_record_id(one, n) for one in ids for n in (1, 2)}
    assert len(ids) == 2 * 3 * 4 * 2 * 2 * 4
    assert all(UUID(one.removeprefix("urn:uuid:")).version == 5 for one in ids)


@pytest.mark.parametrize(
    "other",
    [
        Origin(path="a.html"),
        Origin(path="in/pages/a.html"),
        Origin(path="in/pages/a.html.gz"),
        Origin(path="some.zip", member="pages/a.html"),
        Origin(path="some.tar", member="inner.zip!/pages/a.html"),
        replace(ORIGIN, modified=datetime(2024, 1, 1, tzinfo=UTC)),
        replace(ORIGIN, file_sha256=bytes(32)),
    ],
)
def test_a_record_id_does_not_depend_on_how_a_file_was_handed_over(other: Origin) -> None:
    assert identity.record_id(DIGEST, ORIGIN, None) == identity.record_id(DIGEST, other, None)


def test_a_line_has_no_name_of_its_own() -> None:
    ids = {
        identity.record_id(DIGEST, Origin(path=path, member=member, offset=line * 90, line=line), "https://a.example/")
        for path in ("a.jsonl", "sorted.jsonl")
        for member in (None, "in.jsonl")
        for line in (1, 7)
    }
    assert len(ids) == 1


def test_where_a_record_was_found_is_told_by_digest_and_not_by_path() -> None:
    assert identity.source_field(ORIGIN, DIGEST) is None
    whole = replace(ORIGIN, file_sha256=DIGEST)
    assert identity.source_field(whole, DIGEST) is None
    assert identity.source_field(whole, bytes(32)) == f"sha256:{DIGEST.hex()}"
    member = replace(whole, member="a b/\r\nc", offset=0, line=1)
    told = f"sha256:{DIGEST.hex()}; member=a%20b/%0D%0Ac; offset=0; line=1"
    assert identity.source_field(member, bytes(32)) == identity.source_field(member, DIGEST) == told


def test_a_capture_id_goes_with_the_record_wherever_it_lies() -> None:
    found = capture()
    assert identity.capture_id(found) == identity.capture_id(
        replace(found, origin=Origin(path="elsewhere"), flags=("x",))
    )
    assert identity.capture_id(found) != identity.capture_id(capture(b"other words"))
    nameless = replace(found, record_id=None)
    assert identity.capture_id(nameless) != identity.capture_id(replace(nameless, warc_date="2020-01-01"))


def test_ids_of_repeated_records_and_articles_differ() -> None:
    first = identity.capture_id(capture())
    made = {first, identity.article_id(first), *(identity.repeated_id(first, n) for n in range(1, 5))}
    assert len(made) == 6


def test_a_damage_id_depends_on_place_and_bytes() -> None:
    damage = Damage(origin=ORIGIN, offset=1, length=2, reason="gzip", detail="", sha256=DIGEST)
    others = [replace(damage, offset=2), replace(damage, sha256=bytes(32)), replace(damage, origin=Origin(path="b"))]
    assert len({identity.damage_id(one) for one in (damage, *others)}) == 4
    assert identity.damage_id(damage) == identity.damage_id(replace(damage, origin=Origin(path="in/pages/a.html")))
    assert identity.damage_id(damage) == identity.damage_id(replace(damage, detail="other words"))


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("https://herald.example/a?b=c#d", "https://herald.example/a?b=c#d"),
        ("  <https://herald.example/a> ", "https://herald.example/a"),
        ("https://herald.example/two words", "https://herald.example/two%20words"),
        ("https://herald.example/%20%zz%", "https://herald.example/%20%25zz%25"),
        ("https://herald.example/<b>\"'", "https://herald.example/%3Cb%3E%22'"),
        ("https://herald.example/a\r\nWARC-Type: x", "https://herald.example/a%0D%0AWARC-Type:%20x"),
        ("https://herald.example/käse/ø", "https://herald.example/k%C3%A4se/%C3%B8"),
        ("http://käse.example/a", "http://xn--kse-qla.example/a"),
        ("http://[::1]:80/a", "http://[::1]:80/a"),
        ("https://herald.example/\ud800", "https://herald.example/%ED%A0%80"),
        ("urn:uuid:4d3c", "urn:uuid:4d3c"),
        ("dns:herald.example", "dns:herald.example"),
        ("herald.example/a", None),
        ("//herald.example/a", None),
        ("/a", None),
        ("", None),
        (None, None),
        ("1http://herald.example", None),
    ],
)
def test_uris_as_the_standard_allows_them(url: str | None, uri: str | None) -> None:
    assert identity.legal_uri(url) == uri


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(max_size=80), st.sampled_from(["http://", "https://k", "urn:"]))
def test_any_text_makes_a_legal_uri_or_none(text: str, scheme: str) -> None:
    uri = identity.legal_uri(scheme + text)
    assert uri is not None
    assert uri.isascii()
    assert not set(uri) & set(' <>"\\^`{|}\r\n\t\0')
    assert identity.legal_uri(uri) == uri


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://News.Herald.Example:8080/a", "news.herald.example"),
        ("http://herald.example./", "herald.example"),
        ("HTTP://HERALD.EXAMPLE", "herald.example"),
        ("http://[2001:db8::1]/", "2001:db8::1"),
        ("http://user@192.0.2.7/", "192.0.2.7"),
        ("ftp://herald.example/", None),
        ("urn:uuid:4d3c", None),
        ("http://", None),
        ("http://[::1", None),
        ("http://a b/", None),
        ("http://" + "a" * 254 + "/", None),
        (None, None),
    ],
)
def test_hosts(url: str | None, host: str | None) -> None:
    assert identity.host_of(url) == host


def test_addresses_are_no_names() -> None:
    assert identity.is_address("192.0.2.7")
    assert identity.is_address("2001:db8::1")
    assert not identity.is_address("herald.example")


@pytest.mark.parametrize(("precision", "date"), [("second", "2024-08-27T10:11:12Z"), ("day", "2024-08-27"),
                                                 ("minute", "2024-08-27T10:11Z"), ("month", "2024-08-27"), ("year", "2024-08-27")])  # fmt: skip
def test_dates_claim_no_more_than_is_known(precision: str, date: str) -> None:
    assert identity.warc_date(datetime(2024, 8, 27, 10, 11, 12, tzinfo=UTC), precision) == date


def spellings(name: str, raw: bytes) -> list[str]:
    texts = [raw.hex(), raw.hex().upper(), base64.b32encode(raw).decode(), base64.b32encode(raw).decode().lower(),
             base64.b32encode(raw).decode().rstrip("="), base64.b64encode(raw).decode()]  # fmt: skip
    return [f"{label}:{text}" for label in (name, name.upper(), f" {name}") for text in texts]


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
def test_digests_in_every_spelling(algorithm: str) -> None:
    raw = hashlib.new(algorithm, b"The ferry", usedforsecurity=False).digest()
    for text in spellings(algorithm, raw):
        assert identity.declared_digest(text) == (algorithm, raw), text


def test_a_dash_in_the_name_of_the_algorithm() -> None:
    assert identity.declared_digest("SHA-256: " + DIGEST.hex()) == ("sha256", DIGEST)


@pytest.mark.parametrize("text", ["", "sha1", "sha1:", "sha1:0000", "blake9:" + "0" * 64, "sha256:" + "g" * 64,
                                  "sha1:" + "1" * 32, "md5:=====", DIGEST.hex()])  # fmt: skip
def test_what_is_no_digest(text: str) -> None:
    assert identity.declared_digest(text) is None


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=140))
def test_no_text_makes_a_digest_field_raise(text: str) -> None:
    found = identity.declared_digest("sha256:" + text)
    assert found is None or len(found[1]) == 32
