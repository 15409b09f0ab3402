"""WACZ, web archives with their index in a zip: the WARC files in ``archive/`` are read, as the zip source reads members.

What else is in it (indexes, lists of pages, logs, the description) holds no capture, and is skipped with its own reason: a
list of pages has the text of pages that are in the WARC files too. A WACZ, or a WARC file elsewhere in it, is read as well.
Where ``datapackage.json`` or ``datapackage-digest.json`` states a digest or a length that a member does not have, a
``Damage`` says so; the member is read all the same.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from archive import identity
from archive.model import Capture, Damage, ReadOptions, Skip
from archive.sources import Opened, skipped
from archive.sources.unlisted import LOCAL_HEADER
from archive.sources.unpack import Broken, Budget, Unpacking, lost
from archive.sources.zipped import MAGICS, Archive, in_member, read, unzipped

DESCRIPTION, SIGNATURE = "datapackage.json", "datapackage-digest.json"
LONGEST_DESCRIPTION = 16 << 20  # bytes; it has some 300 for each member
READ = re.compile(r"archive/.|(.*\.(warc|wacz)(\.gz)?$)", re.IGNORECASE)
SIGNS = re.compile(rb"archive/.*\.warc(\.gz)?|indexes/.*\.(cdx|cdxj|idx)(\.gz)?|datapackage(-digest)?\.json", re.IGNORECASE)
REASONS = (
    (re.compile(r"indexes/"), "an index of the archive (WACZ), no capture"),
    (re.compile(r"pages/.*\.jsonl(\.gz)?$"), "a list of pages (WACZ), no captures"),
    (re.compile(re.escape(DESCRIPTION)), "the description of the archive (WACZ), no capture"),
    (re.compile(re.escape(SIGNATURE)), "the signature of the archive (WACZ), no capture"),
    (re.compile(r"logs/"), "a log of the crawl (WACZ), no capture"),
)
ELSE = "a member of a WACZ outside archive/, no capture"


class WaczSource:
    """Reads the WARC files in a WACZ."""

    kind = "wacz"

    def recognises(self, head: bytes, name: str) -> bool:
        """True where the first members of a zip are those of a WACZ; a name that says so lets any zip pass."""
        if not head.startswith(MAGICS):
            return False
        return name.lower().endswith(".wacz") or any(SIGNS.fullmatch(member) for member in first_names(head))

    def captures(self, opened: Opened, options: ReadOptions) -> Iterator[Capture | Damage | Skip]:
        """Everything in every member, in the order of the archive."""
        yield from read(opened, options, self.kind, _Reader().member)


def first_names(head: bytes) -> Iterator[bytes]:
    """The names of the members that begin in the first bytes of a zip, as far as their headers say where the next is."""
    at = 0
    while len(head) >= at + LOCAL_HEADER.size and head[at : at + 4] == MAGICS[0]:
        *_, packed, _, name, extra = LOCAL_HEADER.unpack_from(head, at)
        at += LOCAL_HEADER.size
        yield head[at : at + name]
        at += name + extra + packed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stated:
    """What a description says of a member."""

    by: str
    length: int | None
    digest: tuple[str, bytes] | None  # algorithm and value


class _Reader:
    """Reads the members of one WACZ, and compares them with what is stated of them."""

    def __init__(self) -> None:
        self._stated: dict[str, _Stated] | None = None
        self._odd: dict[str, str] = {}  # descriptions that cannot be read, and why

    def member(
        self, archive: Archive, info: zipfile.ZipInfo, member: Opened, budget: Budget, options: ReadOptions
    ) -> Iterator[Capture | Damage | Skip]:
        """What is found in a member, and where it is not what the description says."""
        if self._stated is None:
            self._stated = self._read(archive)
        if READ.match(info.filename):
            yield from in_member(archive, info, member, budget, options)
        else:
            stream = Unpacking(lambda: unzipped(archive, info), budget)
            inner = replace(member, file=cast("BinaryIO", stream))
            reason = next((reason for pattern, reason in REASONS if pattern.match(info.filename)), ELSE)
            skip = skipped(inner, "other", reason)
            yield skip
            if stream.broken:
                yield lost(member, stream.broken, skip.length)
                return
            if odd := self._odd.get(info.filename):
                yield Damage(origin=member.origin, offset=0, length=skip.length, reason="json", detail=odd, sha256=skip.sha256)
        stated = self._stated.get(info.filename)
        if stated and not budget.spent:
            yield from _compared(archive, info, member, stated)

    def _read(self, archive: Archive) -> dict[str, _Stated]:
        found: dict[str, _Stated] = {}
        members = {info.filename: info for info in archive.infolist()}
        for name in (DESCRIPTION, SIGNATURE):
            if name not in members:
                continue
            try:
                value = json.loads(_opening(archive, members[name]))
            except (ValueError, RecursionError) as why:
                self._odd[name] = str(why)
                continue
            except Broken:  # said where the member is read
                continue
            listed = value.get("resources") if isinstance(value, dict) and name == DESCRIPTION else [value]
            for resource in listed if isinstance(listed, list) else ():
                if isinstance(resource, dict) and isinstance(resource.get("path"), str):
                    found[resource["path"]] = _stated(resource, name)
        return found


def _opening(archive: Archive, info: zipfile.ZipInfo) -> bytes:
    """All of a description; a longer one is cut, and so no JSON."""
    held = b""
    for piece in unzipped(archive, info):
        held += piece
        if len(held) > LONGEST_DESCRIPTION:
            break
    return held[:LONGEST_DESCRIPTION]


def _stated(resource: dict[str, object], by: str) -> _Stated:
    """What a resource says; the figures of older files are in ``stats``, and ``hashing`` names the algorithm."""
    stats = resource.get("stats")
    told = {**resource, **stats} if isinstance(stats, dict) else resource
    digest, length = str(told.get("hash", "")), told.get("bytes")
    if ":" not in digest:
        digest = f"{told.get('hashing', '')}:{digest}"
    return _Stated(by=by, length=length if isinstance(length, int) else None, digest=identity.declared_digest(digest))


def _compared(archive: Archive, info: zipfile.ZipInfo, member: Opened, stated: _Stated) -> Iterator[Damage]:
    """A row where a member is not what is stated; its place is the member's end, for nothing of it is unread."""
    digest, length = hashlib.new(stated.digest[0] if stated.digest else "sha256", usedforsecurity=False), 0
    try:
        for piece in unzipped(archive, info):
            digest.update(piece)
            length += len(piece)
    except Broken:  # it breaks off, and has said so
        return
    odd = []
    if stated.digest and digest.digest() != stated.digest[1]:
        odd.append(f"{stated.by} states {stated.digest[0]}:{stated.digest[1].hex()}, it is {digest.hexdigest()}")
    if stated.length is not None and length != stated.length:
        odd.append(f"{stated.by} states {stated.length} bytes, it has {length}")
    if odd:
        nothing = hashlib.sha256().digest()
        detail = "; ".join(odd) + "; it was read as it is"
        yield Damage(origin=member.origin, offset=length, length=0, reason="digest", detail=detail, sha256=nothing)


SOURCE = WaczSource()
