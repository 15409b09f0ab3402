"""The keys of an index: URLs in the order of their hosts, so that what belongs together stands together.

    https://www.news.example/City/?b=2&a=1   ->   example,news)/city?a=1&b=2

Who replays makes the same key of the URL that is asked for, and so a key must be the one that it makes. pywb makes the
key of the Python package ``surt`` (0.3.1), wabac.js, which is in ReplayWeb.page, a simpler one: it keeps a slash at the
end of a path, session ids and escapes as they are. ``keys_of`` gives both where they differ, and an index has a line
under each: with pywb's alone, wabac.js misses ``/news/`` where a block of the index ends between ``/news`` and
``/news/``. Both agree on scheme, ``www.``, port, case, host and the order of the query.

Written here because ``surt`` is not kept up, and brings an HTTP client along.
"""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes

LONGEST_NUMBER = 20  # digits of a host that is an address; a longer one is a name
LONGEST = 8192  # characters of a URL; a longer one is escaped only: the rules cost the square of the length
PARTS = re.compile(
    rb"(?:([a-z][a-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE | re.DOTALL
)
SCHEMES = re.compile(rb"^(https?://)+")
PRINTED = "".join(map(chr, range(0x21, 0x7F)))
UNESCAPED = PRINTED.replace("%", "").replace("#", "")
IN_PATH = "".join(c for c in PRINTED if c not in '"#<>?`{}')  # WHATWG's sets, with what is escaped already
IN_QUERY = "".join(c for c in PRINTED if c not in "\"#<>'")
NUMBER = re.compile(rb"(0[0-7]*|[1-9][0-9]*)(\.[0-9]+){0,3}")
PORTS = {b"http": b"80", b"https": b"443"}
PATH_SESSIONS = (rb"((?:[a-z]\([0-9a-z]{24}\))+)", rb"[0-9a-z]{24}")
QUERY_SESSIONS = (
    rb"jsessionid=[0-9a-z]{32}",
    rb"phpsessid=[0-9a-z]{32}",
    rb"sid=[0-9a-z]{32}",
    rb"aspsessionid[a-z]{8}=[a-z]{24}",
    rb"cfid=[^&]+&cftoken=[^&]+",
)


def keys_of(url: str) -> tuple[str, ...]:
    """The keys that a URL is looked up by: pywb's, and that of wabac.js where it is another. ASCII, without blanks."""
    first, second = surt(url), _viewers(url)
    return (first,) if second in (first, None) else (first, second or "")


# ---- pywb --------------------------------------------------------------------------------------------------------


def surt(url: str) -> str:
    """The key that pywb makes of a URL."""
    raw = re.sub(rb"[\n\r\t]", b"", url.encode("utf-8", "replace").strip())
    if len(raw) > LONGEST:
        return _escaped(raw).lower()
    if not re.match(rb"[a-z][a-z0-9+.-]*:", raw, re.IGNORECASE):
        raw = b"http://" + raw
    found = PARTS.fullmatch(SCHEMES.sub(lambda all_of: all_of[1], raw))
    scheme, authority, path, query = found.groups(b"") if found else (b"", b"", raw, b"")
    host, port = _host_and_port(authority)
    if scheme.startswith(b"http") and not host:  # no slashes, or too many: what comes first is the host, as it stands
        host, _, path = path.lstrip(b"/").partition(b"/")
        path = b"/" + path
    path = _plain(path)
    if host:
        path = _normal(path)
    path = _without_sessions(_escaped(path).lower().encode(), PATH_SESSIONS, rb"(.*/)\(%s\)/([^?]+\.aspx.*)")
    path = path[:-1] if path.endswith(b"/") and len(path) > 1 else path
    front = b",".join(reversed(_known(host, scheme).split(b"."))) if host else scheme + b":"
    if host:
        front += (b":" + port if port and port != PORTS.get(scheme.lower()) else b"") + b")"
    return (front + path + _query(query)).decode("ascii")


def _host_and_port(authority: bytes) -> tuple[bytes, bytes]:
    place = authority.rpartition(b"@")[2].rstrip(b":").lower()
    found = re.fullmatch(rb"(?:\[(.*?)\]?|([^:]*?))(?::0*([0-9]*))?", place)
    return (found[1] or found[2] or b"", found[3] or b"") if found else (place, b"")


def _known(host: bytes, scheme: bytes) -> bytes:
    """A host as it is in a key: in ASCII, without ``www.``, a number as an address."""
    host = _plain(host)
    if not host.isascii():
        with suppress(UnicodeError):  # no name that IDNA knows: its bytes are escaped below
            host = host.decode("utf-8", "ignore").encode("idna")
    host = host.replace(b"..", b".").strip(b".")
    if host.isdigit() and len(host) <= LONGEST_NUMBER:
        return socket.inet_ntoa((int(host) & 0xFFFFFFFF).to_bytes(4, "big")).encode()
    host = _address(host) or _escaped(host.lower()).encode()
    return host if scheme == b"dns" else re.sub(rb"^www\d*\.", b"", host)


def _address(host: bytes) -> bytes | None:
    """The address that a host of numbers stands for: 127.1 is 127.0.0.1. None for a name, which 300.1.1.1 is too."""
    try:
        return socket.inet_ntoa(socket.inet_aton(host.decode())).encode() if NUMBER.fullmatch(host) else None
    except OSError:
        return None


def _normal(path: bytes) -> bytes:
    """A path without ``.``, ``..`` and empty parts."""
    kept: list[bytes] = []
    for part in path.split(b"/")[1:]:
        if part == b"..":
            kept = kept[:-1] if kept else [part]
        elif part != b".":
            kept.append(part)
    return b"/" + b"".join(part + b"/" for part in kept[:-1] if part) + (kept[-1] if kept else b"")


def _query(query: bytes) -> bytes:
    known = _without_sessions(_escaped(_plain(query)).encode(), QUERY_SESSIONS, rb"(.*)%s(?:&(.*))?").lower()
    parts = sorted(part.split(b"=", 1) for part in known.split(b"&"))
    return b"?" + b"&".join(b"=".join(part) for part in parts) if known else b""


def _without_sessions(text: bytes, sessions: tuple[bytes, ...], around: bytes) -> bytes:
    for session in sessions:
        if found := re.fullmatch(around.replace(b"%s", session), text, re.IGNORECASE):
            text = found[1] + (found[found.re.groups] or b"")
    return text


def _plain(text: bytes) -> bytes:
    """What is escaped, however often, as it is meant."""
    while (less := unquote_to_bytes(text)) != text:
        text = less
    return text


def _escaped(text: bytes) -> str:
    return quote_from_bytes(text, safe=UNESCAPED)


# ---- wabac.js ----------------------------------------------------------------------------------------------------


def _viewers(url: str) -> str | None:
    """The key that wabac.js makes of a URL; None where that could not stand in an index."""
    if not url.startswith(("http:", "https:")):
        return url if url.isascii() and url.isprintable() and " " not in url else None
    lower = re.sub(r"^(https?://)www\d*\.", r"\1", url).lower()
    found = re.fullmatch(r"(https?):[/\\]*([^/\\?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", lower, re.DOTALL)
    if not found:
        return None
    scheme, authority, path, query = found.groups("")
    place = re.fullmatch(r"(\[.*\]|[^:]+)(?::0*([0-9]*))?", authority.rpartition("@")[2])
    if not place:
        return None
    host, port = place.groups("")
    try:
        raw = host.encode("ascii" if host.isascii() else "idna")
    except UnicodeError:
        return None
    key = ",".join(reversed((_address(raw) or raw).decode().split(".")))
    if port and port != PORTS[scheme.encode()].decode():
        key += ":" + port
    key += ")" + quote(_steps(path), safe=IN_PATH)
    if query:
        key += "?" + "&".join(sorted(quote(query, safe=IN_QUERY).split("&")))
    return key if re.fullmatch(r"[!-~]+", key) else None


def _steps(path: str) -> str:
    """A path without ``.`` and ``..``, as browsers read it."""
    kept: list[str] = []
    parts = re.split(r"[/\\]", path)[1:]
    for number, part in enumerate(parts):
        step = part.replace("%2e", ".")
        if step == "..":
            kept = kept[:-1]
        if step not in (".", ".."):
            kept.append(part)
        elif number == len(parts) - 1:
            kept.append("")
    return "/" + "/".join(kept)
