"""What WACZ 1.1.1 demands of a file, and what it wishes for: every breach as a finding.

``error`` is a MUST that is broken, of the specification or of what it refers to (Data Package, CDXJ, JSON Lines, RFC
3339); ``warning`` a SHOULD; ``note`` what was not looked at, or is only wished for. Everything that the file says is
compared with what is there: sizes, digests, checksums, and each line of the index with the record that it names. What
the section "Publishing" demands is of web servers. Signatures are another specification, and are not checked.

The file may be anything. Members are read as streams, and what unpacks to too much is not read.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from archive.model import WaczFinding
from archive.sources.members import FREE, GZIP_MAGIC
from archive.sources.records import VERSION_LINE, Window
from archive.sources.unpack import Broken
from archive.sources.zipped import BAD
from archive.wacz.cdxj import check_indexes
from archive.wacz.datapackage import check_digest, check_package
from archive.wacz.opened import LIMITS, Opened, error, warning
from archive.wacz.page_list import check_pages

INDEXES = (".cdx.gz", ".cdxj.gz", ".cdx", ".cdxj", ".idx")


def validate_wacz(path: str | os.PathLike[str]) -> Iterator[WaczFinding]:
    """Every breach of WACZ 1.1.1 that is found in a file. Raises ``OSError`` where it cannot be read."""
    if Path(path).suffix != ".wacz":
        yield error("Zip Format File Extension", "", "the name must end in .wacz")
    with Path(path).open("rb") as file:
        try:
            archive = zipfile.ZipFile(file)
        except BAD as why:
            yield error("Zip Format", "", f"not a zip: {why}")
            return
        except OSError as why:
            if why.errno not in (None, 22):  # a bad offset in the file makes a seek fail with 22
                raise
            yield error("Zip Format", "", f"not a zip: {why}")
            return
        with archive:
            opened = Opened(archive, file)
            for check in (_check_zip, check_package, check_digest, _check_folders, check_pages, check_indexes):
                yield from check(opened)


# ---- the zip -----------------------------------------------------------------------------------------------------


def _check_zip(opened: Opened) -> Iterator[WaczFinding]:
    """What is odd about the zip; its files are known then."""
    packed = 0
    for info in opened.zip.infolist():
        name = info.filename
        packed += info.compress_size
        if name.endswith("/") and not info.file_size:
            continue
        if name in opened.members:
            yield error("Zip Format", name, "two members have this name")
            continue
        opened.members[name] = info
        for finding in _check_member(opened, info):
            opened.unread.add(name)
            yield finding
    if packed > Window(opened.file).size:
        yield error("Zip Format", "", f"the members' {packed:,} bytes are more than the file has: they overlap")
        opened.unread.update(opened.members)
    for name in opened.members:
        yield from _check_compression(opened, name)


def _check_member(opened: Opened, info: zipfile.ZipInfo) -> Iterator[WaczFinding]:
    name = info.filename
    if info.flag_bits & 1:
        yield error("Zip Format", name, "encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        yield error("Zip Format", name, f"packed by method {info.compress_type}, and must be stored or deflated")
    if info.file_size > FREE and info.file_size > LIMITS.ratio * info.compress_size:
        yield error("Zip Format", name, f"{info.compress_size:,} bytes would unpack to {info.file_size:,}; not read")
    try:
        opened.start(name)
    except Broken as why:
        yield error("Zip Format", name, why.detail)


def _check_compression(opened: Opened, name: str) -> Iterator[WaczFinding]:
    if opened.members[name].compress_type == zipfile.ZIP_STORED:
        return
    if name.lower().endswith(".gz") or opened.opening(name).startswith(GZIP_MAGIC):
        yield error("Zip Compression", name, "packed already, and must not be compressed again: it must be stored")
    elif name.startswith("archive/"):
        yield warning("Zip Compression", name, "should be stored, not deflated, so that a record can be read alone")


# ---- folders -----------------------------------------------------------------------------------------------------


def _check_folders(opened: Opened) -> Iterator[WaczFinding]:
    for folder, what in (("archive", "WARC files"), ("indexes", "indexes")):
        if not opened.under(folder):
            yield error(folder, "", f"the folder {folder} must have one or more {what}")
    for name in opened.under("archive"):
        yield from _check_warc(opened, name)
    other = "Other files and directories"
    for name in opened.under("indexes"):
        if not name.endswith(INDEXES) or name.count("/") > 1:
            yield error(other, name, "no index, and other files must not be in indexes")
    for name in opened.under("pages"):
        if not name.endswith(".jsonl") or name.count("/") > 1:
            yield error(other, name, "no list of pages, and other files must not be in pages")


def _check_warc(opened: Opened, name: str) -> Iterator[WaczFinding]:
    if not opened.has(name):
        return
    head = opened.opening(name)
    packed = head.startswith(GZIP_MAGIC)
    start = _inflated(head) if packed else head[:64]
    if not VERSION_LINE.match(start):
        yield error("archive", name, "must be in the WARC format, and does not begin with a record")
    elif packed and not name.endswith(".warc.gz"):
        yield error("archive", name, "GZIP encoded, and must have the extension .warc.gz")
    elif not packed and not name.endswith(".warc"):
        yield warning("archive", name, "should have the extension .warc")
    if name.count("/") > 1:
        yield warning("archive", name, "lies in a folder of its own, where viewers do not look for it")


def _inflated(head: bytes) -> bytes:
    """The first bytes of what a gzip member inflates to; empty where it cannot be."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, 64)
    except zlib.error:
        return b""
