"""What decides an extraction, as one digest: two corpora with the same digest were extracted alike."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from functools import cache
from importlib.metadata import PackageNotFoundError, version

LIBRARIES = (
    "trafilatura", "htmldate", "courlan", "justext", "dateparser", "lxml", "py3langid", "python-dateutil",
    "faust-cchardet", "webencodings", "brotli", "zstandard", "publicsuffixlist",
)  # fmt: skip
# numpy is not among them: it counts in integers here, which all its versions do alike
WEIGHTS = {"news": ("page", "dump"), "trafilatura": ("dump",)}  # by extractor, the learned weights that decide its text


@cache
def configuration(name: str, extractor_version: str, *, repair_mojibake: bool = False) -> dict[str, object]:
    """Extractor, version, its weights, and the versions of every library whose behaviour shows in text or metadata."""
    from lxml import etree

    from archive.extraction.forest import packed_model

    libraries = {library: _version(library) for library in LIBRARIES}
    libraries["libxml2"] = ".".join(map(str, etree.LIBXML_VERSION))
    return {
        "extractor": name,
        "version": extractor_version,
        "libraries": libraries,
        "weights": {one: hashlib.sha256(packed_model(one)).hexdigest() for one in WEIGHTS.get(name, ())},
        "unicode": unicodedata.unidata_version,
        "repair_mojibake": repair_mojibake,
    }


@cache
def config_sha256(name: str, extractor_version: str, *, repair_mojibake: bool = False) -> bytes:
    """SHA-256 of the configuration as canonical JSON."""
    stated = configuration(name, extractor_version, repair_mojibake=repair_mojibake)
    text = json.dumps(stated, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "absent"
