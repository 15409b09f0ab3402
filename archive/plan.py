"""What is to be read, and in which pieces: inputs to files, files to shards.

The plan depends on the files alone, not on the order in which they were named nor on the number of workers. Directories
are walked once, whatever their links say. A file's path in the rows is relative to the input that was named, so a moved
folder gives the same corpus; where two files would get the same path, both take parts of their parents' names in front.
Logs of wget and HTTrack's cache among the files tell of the others where they come from (``mirrors.py``).

Small files are grouped; a large one whose format allows it is read in parts. Where these begin is found by a look at a
few kilobytes every ``SHARD_BYTES``, which may be wrong: what looks like a record may lie inside another. The receipt of
the part in front tells, for its reading ends behind that place; then the part that began wrong is made anew
(``mended``). So the rows are those of reading the file from its first byte to its last.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from archive import sources
from archive.errors import UsageError
from archive.manifest import settings_sha256
from archive.mirrors import with_records
from archive.model import InputFile, Origin, Settings, Shard

SHARD_BYTES = 8 << 20  # of input: some 250 pages, three seconds of one core; what a stopped run does again at most
SHARD_FILES = 2000


def find_files(inputs: Iterable[str | os.PathLike[str]], *, leave_out: Path) -> list[InputFile]:
    """Every file that the inputs name, sorted by path, each once; ``leave_out`` is the corpus folder itself.

    Raises ``UsageError`` for an input that is not there.
    """
    found: dict[str, tuple[int, Path]] = {}  # by real path: the parts of the name that count, and where it was met
    for named in inputs:
        root = Path(named)
        if not os.fspath(named):
            message = "an input without a name; name the folder . if you mean this one"
            raise UsageError(message)
        if not os.path.lexists(root):
            message = f"{root}: no such file or folder"
            raise UsageError(message)
        for path in walk(root, leave_out.resolve()):
            absolute = Path(os.path.abspath(path))  # noqa: PTH100 - links in the name stay as they were named
            parts = len(path.relative_to(root).parts) if path != root else 1
            real = os.path.realpath(path)
            # met through two inputs: the outermost one names it
            if real not in found or (parts, str(absolute)) > (found[real][0], str(found[real][1])):
                found[real] = (parts, absolute)
    files = [_input_file(path, parts) for parts, path in found.values()]
    return with_records(sorted(_distinct(files), key=lambda file: file.path))


def walk(root: Path, leave_out: Path) -> Iterator[Path]:
    """The files under ``root``, real folders before links to folders, no folder twice."""
    if not root.is_dir():
        yield root
        return
    waiting, links = [root], list[Path]()
    seen: set[tuple[int, int]] = set()
    while waiting or links:
        folder = waiting.pop() if waiting else links.pop(0)
        state = folder.stat()
        if (state.st_dev, state.st_ino) in seen or folder.resolve() == leave_out:
            continue
        seen.add((state.st_dev, state.st_ino))
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            yield folder  # it cannot be listed: named as an input that cannot be read
            continue
        for entry in entries:
            path = folder / entry.name
            if entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            elif entry.is_symlink() and path.is_dir():
                links.append(path)
            else:
                yield path


def _input_file(path: Path, parts: int) -> InputFile:
    size = modified = 0
    try:
        state = path.stat()
        size, modified = state.st_size, state.st_mtime_ns
        if stat.S_ISREG(state.st_mode):
            problem = ""
        elif stat.S_ISDIR(state.st_mode):
            problem = "a folder that cannot be listed"
        else:
            problem = "not a regular file: " + ("a pipe" if stat.S_ISFIFO(state.st_mode) else "a socket or device")
            size = modified = 0
    except OSError as why:
        problem = f"cannot be read: {why.strerror or why}"
    return InputFile(path=_name(path, parts), location=str(path), size=size, modified_ns=modified, problem=problem)


def _name(path: Path, parts: int) -> str:
    # a name that is no UTF-8 is written with escapes, for Parquet and JSON hold Unicode only
    return os.fsencode("/".join(path.parts[-parts:]).lstrip("/")).decode("utf-8", "backslashreplace")


def _distinct(files: list[InputFile]) -> list[InputFile]:
    """The files with paths made longer, where needed, until no two are alike."""
    while True:
        groups = defaultdict(list)
        for file in files:
            groups[file.path].append(file)
        if len(groups) == len(files):
            return files
        files = [file if len(group) == 1 else longer(file) for group in groups.values() for file in group]


def longer(file: InputFile) -> InputFile:
    """The file under a name that has one more part of its parents' names in front."""
    path = Path(file.location)
    if file.path.count("/") + 2 > len(path.parts):  # two names that are written alike all the way up
        mark = hashlib.sha256(os.fsencode(file.location)).hexdigest()[:8]
        return replace(file, path=f"{file.path}#{mark}")
    return replace(file, path=_name(path, min(len(path.parts), file.path.count("/") + 2)))


def make_shards(files: list[InputFile], settings: Settings, work: Path) -> list[Shard]:
    """The files, or their parts, in groups of about ``SHARD_BYTES``; one where payloads are compared with each other."""
    groups: list[list[InputFile]] = []
    size = 0
    together = settings.dedupe_payloads and not any(file.again for file in files)
    for file in files if together else chain.from_iterable(map(parts_of, files)):
        full = size + file.length > SHARD_BYTES or (groups and (len(groups[-1]) >= SHARD_FILES or groups[-1][0].is_part))
        if not groups or ((full or file.is_part) and not together):
            groups.append([])
            size = 0
        groups[-1].append(file)
        size += file.length
    config = settings_sha256(settings)
    return [_shard(number, group, config, settings, work) for number, group in enumerate(groups)]


def _shard(number: int, group: Iterable[InputFile], config: bytes, settings: Settings, work: Path) -> Shard:
    files = tuple(group)
    digest = hashlib.sha256(config)
    for file in files:
        digest.update(repr((file.path, file.size, file.modified_ns, file.problem, file.start, file.stop, file.saved)).encode())
    shard_id = f"{number:06d}-{digest.hexdigest()[:16]}"
    return Shard(shard_id=shard_id, files=files, folder=str(work / shard_id), settings=settings)


def parts_of(file: InputFile) -> list[InputFile]:
    """A file in parts of about ``SHARD_BYTES`` that begin where records seem to; itself where it cannot be read so."""
    if file.size < 2 * SHARD_BYTES or file.problem or file.again:
        return [file]
    try:
        with Path(file.location).open("rb") as opened:
            starts = _starts(opened, file)
    except OSError:  # whoever reads it says so
        return [file]
    stops = [*starts[1:], None]
    return [replace(file, start=start, stop=stop) for start, stop in zip(starts, stops, strict=True)]


def _starts(opened: BinaryIO, file: InputFile) -> list[int]:
    source = sources.find(sources.Opened(file=opened, size=file.size, origin=Origin(path=file.path), in_place=True))
    starts = [0]
    if not isinstance(source, sources.Divisible):
        return starts
    count = -(-file.size // SHARD_BYTES)
    for number in range(1, count):
        near = file.size * number // count
        if near <= starts[-1]:  # the last one was found behind this place
            continue
        found = source.next_record(opened, near)
        if found is None:
            break
        starts.append(found)
    return starts


def mended(shards: list[Shard], ended: Mapping[str, int | None]) -> list[Shard]:
    """The shards, those that begin inside what the one in front has read begun behind it, or left out if all was read.

    ``ended`` has the byte where the reading of each ended, None where the file could not be read: then all of it is one
    shard, as it is with other files. A shard that stays is the same object.
    """
    found: list[Shard] = []
    broken = {shard.files[0].path for shard in shards if shard.files[0].is_part and ended.get(shard.shard_id, 0) is None}
    path, end, known = "", 0, True  # of the file that was read last, how far, and whether that is known
    for shard in shards:
        first = shard.files[0]
        if not first.is_part:
            found.append(shard)
            continue
        if first.path in broken:
            if first.start == 0:
                found.append(_instead(shard, replace(first, stop=None)))
            continue
        if first.path != path:
            path, end, known = first.path, 0, True
        if not known:  # it may itself have begun wrong: it waits for what is in front of it
            found.append(shard)
            continue
        if end >= (first.size if first.stop is None else first.stop):
            continue
        if end > first.start:
            shard = _instead(shard, replace(first, start=end))  # noqa: PLW2901
            known = shard.shard_id in ended
        end = ended.get(shard.shard_id) or end
        found.append(shard)
    return found


def _instead(shard: Shard, file: InputFile) -> Shard:
    """The shard of one file, or part of it, that takes the place of another."""
    number, work = int(shard.shard_id.partition("-")[0]), Path(shard.folder).parent
    return _shard(number, [file], settings_sha256(shard.settings), shard.settings, work)
