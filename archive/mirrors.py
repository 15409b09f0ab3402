"""The records of mirrors among the inputs: what they say of the files beside them.

A source sees one file at a time, but where a mirrored page comes from stands in another: a log of wget, or the list in
HTTrack's cache. So these are read before anything else, and each file is given what they say of it (``Saved``); they
decide ids and times, and so they count in the names of shards.

A record speaks for files in and under its own folder (HTTrack's for those around its cache), and for nothing else,
whatever names it holds: a name is taken apart at its slashes and looked up among the inputs, as it stands or without the
folders in front that a ``-P`` or ``-O`` has put there, the same number for all names of a record. A record that another
one further out names as saved was fetched like any page, and is not believed. Where one file is named twice the last
save counts, as on the disk.

Read are files whose names say that they are logs, and no pages. One in a zip or tar is not: its members are read one at a time.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import groupby, takewhile
from pathlib import Path
from typing import BinaryIO

from archive.model import InputFile, Saved
from archive.sources import HEAD
from archive.sources.mirror import HOST, url_of
from archive.sources.page import NAMES
from archive.sources.saves import (
    Save,
    httrack_saves,
    is_httrack_list,
    is_httrack_log,
    is_wget_log,
    launched,
    unescaped,
    wget_saves,
)

CACHE, LISTS, CACHE_LOG = "hts-cache", ("old.txt", "new.txt"), "hts-log.txt"  # the older list first
OWN_HOSTS = 100_000  # of one mirror
LONGEST, DEEPEST = 4096, 32  # characters of a name that is looked up, and folders in front of it that are left out
FAILED, UNCHANGED = 300, 304
EARLIEST = datetime.min.replace(tzinfo=UTC)
READ = "{}, read for the addresses of the pages beside it"
KEPT = "a file of HTTrack's cache: the pages of its mirror are read as they lie beside it"
Saves = Callable[[BinaryIO], Iterator[Save]]


def with_records(files: list[InputFile]) -> list[InputFile]:
    """The files, each with what the records of mirrors among them say of it; those records as what they are."""
    named = [file.location for file in files if not file.problem and _may_be_record(file.location)]
    if not named:
        return files
    there = Files(files)
    known: dict[str, Saved] = {}
    outermost_first = sorted(named, key=lambda one: (one.count("/"), one))
    for folder, locations in groupby(outermost_first, key=lambda one: one.rpartition("/")[0]):
        logged = Mirror(folder, there)  # by all logs of wget in the folder: there may be one for each page
        for location in locations:
            if location not in known:  # else it was fetched like a page, or is read already
                try:
                    _read(location, logged, known)
                except OSError:  # whoever reads it as an input says so
                    continue
        if logged.known:
            logged.derive()
            _add(known, logged.known)
    return [replace(file, saved=known[file.location]) if file.location in known else file for file in files]


def _may_be_record(location: str) -> bool:
    folder, _, name = location.rpartition("/")
    small = name.lower()
    return ("log" in small and not small.endswith(NAMES)) or (name in LISTS and folder.endswith(f"/{CACHE}"))


def _read(location: str, logged: Mirror, known: dict[str, Saved]) -> None:
    """Takes what a record says; ``logged`` gathers it for the folder, where it is a log of wget."""
    with Path(location).open("rb") as opened:
        head = opened.read(HEAD)
        if is_httrack_log(head) or is_httrack_list(head):
            _httrack(logged.folder.removesuffix(f"/{CACHE}"), logged.there, known)
        elif is_wget_log(head, HEAD):
            mirror = Mirror(logged.folder, logged.there, schemes=logged.schemes)
            mirror.take(opened, wget_saves)
            if mirror.known:
                _add(known, mirror.known)
                logged.known |= mirror.known
                known[location] = Saved(record=READ.format("a log of wget"))


def _httrack(folder: str, there: Files, known: dict[str, Saved]) -> None:
    """Takes what HTTrack's cache and log say of the mirror in a folder."""
    begun, log, mirror = None, f"{folder}/{CACHE_LOG}", Mirror(folder, there)
    if log in there and log not in known:
        with Path(log).open("rb") as opened:
            begun, urls = launched(opened.read(HEAD))
        for url in urls:
            mirror.note(url)
        known[log] = Saved(record=READ.format("HTTrack's log"))
    lists = [path for path in (f"{folder}/{CACHE}/{name}" for name in LISTS) if path in there and path not in known]
    for path in lists:
        with Path(path).open("rb") as opened:
            # of an older run the day is not known
            mirror.take(opened, partial(httrack_saves, begun=begun if path.endswith(LISTS[-1]) else None))
    mirror.guess()
    if mirror.known:
        known.update((path, Saved(record=KEPT)) for path in there.under(f"{folder}/{CACHE}"))
        known.update((path, Saved(record=READ.format("HTTrack's list of what it saved"))) for path in lists)
    mirror.hint()
    _add(known, mirror.known)


def _add(known: dict[str, Saved], more: dict[str, Saved]) -> None:
    for location, saved in more.items():
        if location not in known or _rank(saved) >= _rank(known[location]):
            known[location] = saved


def _rank(saved: Saved) -> tuple[bool, bool, bool, datetime]:
    """A record stays one; what one says of a file counts more than what is derived, a later save more than an earlier."""
    return (bool(saved.record), bool(saved.url), "url-derived" not in saved.flags, saved.captured_at or EARLIEST)


class Files:
    """The inputs, by where they are."""

    def __init__(self, files: Iterable[InputFile]) -> None:
        self._sorted = sorted(file.location for file in files if not file.problem)
        self._all = frozenset(self._sorted)

    def __contains__(self, location: object) -> bool:
        return location in self._all

    def under(self, folder: str) -> Iterator[str]:
        """Those in and under a folder."""
        front = f"{folder}/"
        behind = (self._sorted[at] for at in range(bisect_left(self._sorted, front), len(self._sorted)))
        return takewhile(lambda location: location.startswith(front), behind)


@dataclass(slots=True)
class Mirror:
    """The files of one mirror, and what its records say of them."""

    folder: str
    there: Files
    known: dict[str, Saved] = field(default_factory=dict)  # by location
    schemes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # by host
    guesses: dict[str, Save] = field(default_factory=dict)  # of answers whose files HTTrack does not name

    def take(self, opened: BinaryIO, saves: Saves) -> None:
        """Takes all that a record says: read once for how its names begin, and once for what it says of them."""
        skip = _least(self._skipped(one.name) for one in saves(opened) if not one.guessed)
        if skip is None:
            return
        for one in saves(opened):
            self.note(one.url)
            location = self._find(one.name, skip)
            if location and one.guessed:
                self.guesses[location] = one
            elif location:
                self.known[location] = _saved(one)
                self._originals(location)

    def note(self, url: str) -> None:
        """Notes the scheme of the URL's host."""
        scheme, _, rest = url.partition("://")
        host = rest.partition("/")[0].rpartition("@")[2].lower()
        if host in self.schemes or len(self.schemes) < OWN_HOSTS:
            self.schemes[host].add(scheme)

    def guess(self) -> None:
        """Gives the files of answers that failed what is said of these, where no other save bears their name."""
        for location, one in self.guesses.items():
            if location not in self.known:
                saved = _saved(one)
                self.known[location] = replace(saved, flags=(*saved.flags, "url-derived"))

    def derive(self) -> None:
        """Makes the URL of each page that lies under the folder of a host which was fetched from, and is in no record."""
        for location, parts in self._others():
            scheme = self._scheme(parts[0].replace("+", ":"))
            if scheme and len(parts) > 1 and HOST.fullmatch(parts[0]):
                self.known[location] = Saved(url=url_of(scheme, parts), flags=("url-derived",))

    def hint(self) -> None:
        """Notes of each page that is in no record the scheme of the host that its folder is named after."""
        for location, parts in self._others():
            if scheme := self._scheme(parts[0].replace("_", ":")):  # as HTTrack writes a port
                self.known[location] = Saved(scheme=scheme)

    def _scheme(self, host: str) -> str | None:
        found = self.schemes.get(host.lower(), set())
        return next(iter(found)) if len(found) == 1 else None

    def _others(self) -> Iterator[tuple[str, list[str]]]:
        for location in self.there.under(self.folder):
            if location not in self.known:
                name = os.fsencode(location[len(self.folder) + 1 :]).decode("utf-8", "backslashreplace")
                yield location, name.split("/")

    def _skipped(self, name: str) -> int | None:
        """How many folders in front of a name are not there; None where no file here has it."""
        return next((skip for skip in range(min(name.count("/"), DEEPEST) + 1) if self._find(name, skip)), None)

    def _find(self, name: str, skip: int) -> str | None:
        for written in dict.fromkeys((name, unescaped(name))) if len(name) <= LONGEST else ():
            parts = [part for part in written.split("/") if part not in ("", ".")][skip:]
            location = "/".join((self.folder, *parts))
            if parts and ".." not in parts and location in self.there:
                return location
        return None

    def _originals(self, location: str) -> None:
        """Says the same of the page as it came, which wget -K keeps beside one whose links it has changed."""
        for original in (f"{location}.orig", f"{location.removesuffix('.html')}.orig"):
            if original in self.there:
                self.known[original] = self.known[location]


def _least(counts: Iterable[int | None]) -> int | None:
    """The least number; it is looked for no further than the first 0."""
    least: int | None = None
    for count in counts:
        if count is not None:
            least = count if least is None else min(least, count)
        if least == 0:
            break
    return least


def _saved(one: Save) -> Saved:
    failed = one.http_status is not None and one.http_status >= FAILED and one.http_status != UNCHANGED
    flags = ("capture-zone-unknown",) if one.moment else ()
    return Saved(
        url=one.url,
        captured_at=one.moment,
        http_status=one.http_status if failed else None,
        flags=flags if one.whole else (*flags, "truncated"),
    )
