"""The grammars of field values: each gives the fault of a value, or None.

They are the standard's own and those of the RFCs that it names: URI (RFC 3986), dates (the W3C profile of ISO 8601),
media types (RFC 2045), addresses (RFC 4291). Each reads a value once from left to right.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import datetime

from archive import identity
from archive.check.rules import PROFILE, PROFILES, REASONS, TYPES, Fault, edition

WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"  # a token of RFC 2616
MEDIA_TYPE = re.compile(rf'{WORD}/{WORD}(?:[ \t]*+;[ \t]*+{WORD}=(?:{WORD}|"(?:[^"\\]|\\.)*+"))*+')
CHARACTER = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})"
QUERY = CHARACTER.replace("/-", "/?-")
HOST = r"(?:\[(?:[0-9A-Fa-f:.]+|v[0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+)\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*+)"
USER = r"(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*+@"
URI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*+:(?://(?:{USER})?{HOST}(?::\d*+)?(?:/{CHARACTER}*+)?|(?!//){CHARACTER}*+)"
    rf"(?:\?{QUERY}*+)?(?:#{QUERY}*+)?",
    re.ASCII,
)
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
LEGAL = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/?#\[\]-]|%[0-9A-Fa-f]{2}")
UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?)?)?", re.ASCII)
SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
DIGEST = re.compile(rf"({WORD}):([!#$%&'*+.^_`|~0-9A-Za-z/=-]+)")
SHOWN = 60


def shown(value: str) -> str:
    """A value as a message has it: on one line, cut where it is long."""
    line = value[: SHOWN + 1].replace("\r", "\\r").replace("\n", "\\n")
    return f'"{line}"' if len(value) <= SHOWN else f'"{line[:SHOWN]}…"'


def bad(message: str) -> Fault:
    """A value that the grammar does not allow."""
    return Fault(rule="value", message=message)


def odd(message: str) -> Fault:
    """A value that the standard's own examples have, or that only its older edition allows."""
    return Fault(rule="value-odd", message=message)


def unknown(message: str) -> Fault:
    """A value that the standard leaves to others to define."""
    return Fault(rule="value-unknown", message=message)


def uri_problem(text: str) -> str:
    """What keeps a text from being a URI (RFC 3986); empty where it is one."""
    if not SCHEME.match(text):
        return f"{shown(text)} has no scheme, so it is no URI (RFC 3986)"
    if URI.fullmatch(text):
        return ""
    position = 0
    while found := LEGAL.match(text, position):
        position = found.end()
    if position < len(text):
        what = "a space" if text[position] == " " else repr(text[position])
        return f"{shown(text)} has {what} at character {position + 1}, which no URI may (RFC 3986)"
    return f"{shown(text)} is not built as a URI is (RFC 3986)"


def check_uri(value: str, version: str) -> Fault | None:
    """A URI as it stands; in WARC 1.0 angle brackets may be around it."""
    bare = value[1:-1] if value.startswith("<") and value.endswith(">") else value
    if problem := uri_problem(bare):
        return bad(problem)
    if bare == value:
        return None
    if edition(version) == "1.0":
        return odd(f"{shown(value)} stands in angle brackets, which the grammar has and the errata take back")
    return bad(f"{shown(value)} stands in angle brackets")


def check_id(value: str, _: str) -> Fault | None:
    """A URI in angle brackets."""
    if not (value.startswith("<") and value.endswith(">")):
        return bad(f"{shown(value)} does not stand in angle brackets")
    if problem := uri_problem(value[1:-1]):
        return bad(problem)
    if value[1:10].lower() == "urn:uuid:" and not UUID.fullmatch(value[1:-1]):
        return odd(f"{shown(value)} says that it is a UUID and is none (RFC 4122)")
    return None


def check_date(value: str, version: str) -> Fault | None:
    """A UTC time: to the second in WARC 1.0, in WARC 1.1 as coarse or fine as the W3C's profile has it."""
    text = value.upper()
    if edition(version) == "1.0" and not SECONDS.fullmatch(text):
        return bad(f"{shown(value)} is not written as YYYY-MM-DDThh:mm:ssZ")
    found = DATE.fullmatch(text)
    if not found:
        return bad(f"{shown(value)} is no date of the W3C's profile of ISO 8601")
    try:
        datetime.fromisoformat((text[:16] + "0000-01-01T00:00"[len(text) :])[:16] + "Z")
    except ValueError:
        return bad(f"{shown(value)} is no day or time that there is")
    if text[16:17] == ":" and text[17:19] > "59":
        return bad(f"{shown(value)} is no day or time that there is")
    if found[1] not in (None, "Z"):
        zone = f"{shown(value)} is not in UTC, written Z"
        return odd(zone) if found[1] in ("+00:00", "-00:00") else bad(zone)
    return None


def check_number(value: str, _: str) -> Fault | None:
    """Decimal digits."""
    return None if re.fullmatch(r"[0-9]+", value) else bad(f"{shown(value)} is no number")


def check_type(value: str, _: str) -> Fault | None:
    """A record type, one of the eight or one of an extension."""
    if not re.fullmatch(WORD, value):
        return bad(f"{shown(value)} is no token")
    if value.lower() in TYPES:
        return None
    return unknown(f"{shown(value)} is no type of the standard; readers pass such records over")


def check_media_type(value: str, _: str) -> Fault | None:
    """A media type with parameters."""
    return None if MEDIA_TYPE.fullmatch(value) else bad(f"{shown(value)} is no media type")


def check_digest(value: str, _: str) -> Fault | None:
    """Algorithm and value, of the length that the algorithm has in Base16, Base32 or Base64."""
    found = DIGEST.fullmatch(value)
    if not found:
        return bad(f"{shown(value)} is not algorithm:value")
    if found[1].lower().replace("-", "") not in identity.DIGEST_BYTES:
        return unknown(f"{shown(found[1])} is an algorithm that is not computed here")
    if identity.declared_digest(value) is None:
        return bad(f"{shown(value)} has not the length of a {found[1]} digest in Base16, Base32 or Base64")
    if re.search(r"[/=]", found[2]):
        return odd(f"{shown(value)} has / or =, which no token may; Base16 needs neither")
    return None


def check_address(value: str, _: str) -> Fault | None:
    """An IPv4 or IPv6 address."""
    try:
        if "%" not in value and ipaddress.ip_address(value):
            return None
    except ValueError:
        pass
    return bad(f"{shown(value)} is no IP address")


def check_reason(value: str, _: str) -> Fault | None:
    """A reason for truncation, one of the four or one of an extension."""
    if not re.fullmatch(WORD, value):
        return bad(f"{shown(value)} is no token")
    return None if value.lower() in REASONS else unknown(f"{shown(value)} is no reason of the standard")


def check_text(_: str, __: str) -> Fault | None:
    """Any text."""
    return None


def profile_of(value: str) -> tuple[str, str]:
    """Name and edition of a revisit profile of the standard; both empty for another."""
    bare = value.removeprefix("<").removesuffix(">")
    known = {PROFILE.format(judge, name): (name, judge) for judge in ("1.0", "1.1") for name in PROFILES}
    return known.get(bare, ("", ""))


GRAMMARS: dict[str, Callable[[str, str], Fault | None]] = {
    "address": check_address,
    "date": check_date,
    "digest": check_digest,
    "id": check_id,
    "media-type": check_media_type,
    "number": check_number,
    "reason": check_reason,
    "text": check_text,
    "type": check_type,
    "uri": check_uri,
}
