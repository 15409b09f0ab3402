"""``datapackage.json`` and its digest, against the members that they are about (WACZ 1.1.1, Data Package 1)."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from archive.model import WaczFinding
from archive.sources.unpack import Broken
from archive.wacz.opened import Opened, error, is_time, note, warning
from archive.wacz.package import VERSION

LIST, DIGEST = "datapackage.json", "datapackage-digest.json"
WISHED = ("title", "description", "created", "modified", "software")
HASH = re.compile(r"(?:(md5|sha1|sha224|sha256|sha384|sha512):)?([0-9a-fA-F]+)")
UNSAFE = re.compile(r"^[/~]|^[A-Za-z]:|\\|(^|/)\.\.?(/|$)")


def check_package(opened: Opened) -> Iterator[WaczFinding]:
    """Findings about ``datapackage.json``, and about members that it does not tell the truth of."""
    if not opened.has(LIST):
        yield error(LIST, LIST, "must be present at the root")
        return
    found = yield from opened.json_of(LIST)
    if found.get("profile") != "data-package":
        yield error(LIST, LIST, '"profile" must be "data-package"')
    version = found.get("wacz_version")
    if not isinstance(version, str) or not version:
        yield error(LIST, LIST, '"wacz_version" must say the version of WACZ')
    elif version != VERSION:
        yield note(LIST, LIST, f"says version {version[:20]}, and was looked at as {VERSION}")
    for name in ("title", "description", "software"):
        if not isinstance(found.get(name, ""), str):
            yield error(LIST, LIST, f'"{name}" must be a text')
    for name in ("created", "modified"):
        if name in found and not is_time(found[name]):
            yield error(LIST, LIST, f'"{name}" must be a time as of RFC 3339')
    if absent := [name for name in WISHED if name not in found]:
        yield note(LIST, LIST, f"should say {', '.join(absent)}")
    yield from _check_resources(opened, found.get("resources"), old=str(version).startswith("1.0"))


def _check_resources(opened: Opened, listed: object, *, old: bool) -> Iterator[WaczFinding]:
    """``old``: in version 1.0 resources had no names, and their digests lay elsewhere."""
    if not isinstance(listed, list) or not listed:
        yield error(LIST, LIST, '"resources" must list the files')
        return
    paths, names = Counter[str](), Counter[str]()
    for number, stated in enumerate(listed, 1):
        resource = stated if isinstance(stated, dict) else {}
        path = resource.get("path")
        if not isinstance(path, str) or not path or UNSAFE.search(path):
            yield error(LIST, LIST, f'resource {number}: "path" must be the path of a file in the WACZ')
            continue
        paths[path] += 1
        names[str(resource.get("name", path))] += 1
        yield from _check_name(path, resource.get("name"), old=old)
        yield from _check_resource(opened, path, _modern(resource) if old else resource)
    for what, counted in (("path", paths), ("name", names)):
        for value in (value for value, times in counted.items() if times > 1):
            yield error("Data Package", LIST, f'two resources have the {what} "{value[:100]}"')
    unlisted = [member for member in opened.members if member not in paths and member not in (LIST, DIGEST)]
    for member in unlisted:
        yield error(LIST, member, "must be listed in the resources")


def _check_name(path: str, name: object, *, old: bool) -> Iterator[WaczFinding]:
    if not isinstance(name, str) or not name:
        if not old:
            yield error(LIST, path, '"name" must be there')
    elif not re.fullmatch(r"[a-z0-9._-]+", name):
        yield warning("Data Package", path, '"name" should have a-z, 0-9, ".", "-" and "_" only')


def _modern(resource: dict[str, Any]) -> dict[str, Any]:
    """A resource of version 1.0 as one of today."""
    stats = resource.get("stats")
    if not isinstance(stats, dict):
        return resource
    return resource | {"bytes": stats.get("bytes"), "hash": f"{resource.get('hashing', 'md5')}:{stats.get('hash')}"}


def _check_resource(opened: Opened, path: str, resource: dict[str, Any]) -> Iterator[WaczFinding]:
    """Size and digest of a member against what is stated; and whether it can be unpacked."""
    known, size = _digest_of(resource), resource.get("bytes")
    if known is None:
        yield error(LIST, path, '"hash" must be there, such as sha256:…')
    if isinstance(size, bool) or not isinstance(size, int):
        yield error(LIST, path, '"bytes" must be there, a number')
        size = None
    if path not in opened.members:
        yield error(LIST, path, "listed, and not there")
    if not opened.has(path):
        return
    algorithm, stated = known or ("sha256", "")
    try:
        length, digest = _measured(opened, path, algorithm)
    except Broken as why:
        opened.unread.add(path)
        yield error("Zip Format", path, why.detail)
        return
    if known and digest != stated:
        yield error(LIST, path, f"its digest is {algorithm}:{digest}, not the one that is stated")
    if size not in (None, length):
        yield error(LIST, path, f"it has {length:,} bytes, not {size:,}")


def _digest_of(stated: dict[str, Any]) -> tuple[str, str] | None:
    """Algorithm and digits; without an algorithm it is MD5 (Data Resource 1)."""
    text = stated.get("hash")
    known = HASH.fullmatch(text) if isinstance(text, str) else None
    return (known[1] or "md5", known[2].lower()) if known else None


def _measured(opened: Opened, path: str, algorithm: str) -> tuple[int, str]:
    digest, length = hashlib.new(algorithm, usedforsecurity=False), 0
    for piece in opened.pieces(path):
        digest.update(piece)
        length += len(piece)
    return length, digest.hexdigest()


def check_digest(opened: Opened) -> Iterator[WaczFinding]:
    """Findings about ``datapackage-digest.json``."""
    if not opened.has(DIGEST):
        yield warning(DIGEST, DIGEST, "should be included in the root")
        return
    found = yield from opened.json_of(DIGEST)
    if found.get("path") != LIST:
        yield error(DIGEST, DIGEST, f'"path" must be "{LIST}"')
    known = _digest_of(found)
    if known is None:
        yield error(DIGEST, DIGEST, f'"hash" must be there, the digest of {LIST}')
    elif opened.has(LIST):
        try:
            _, digest = _measured(opened, LIST, known[0])
        except Broken as why:
            yield error("Zip Format", LIST, why.detail)
            return
        if digest != known[1]:
            yield error(DIGEST, LIST, f"its digest is {known[0]}:{digest}, not the one that is stated")
    if "signedData" in found:
        yield note("WACZ Signing and Verification", DIGEST, "signed, and the signature is not checked")
