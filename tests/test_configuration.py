"""The digest of what decides an extraction."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files

import pytest

from archive.extraction import NEWS, NewsExtractor, configuration, forest
from archive.extraction.plain import TRAFILATURA, TrafilaturaExtractor


def test_the_weights_are_part_of_it() -> None:
    weights = files("archive.extraction").joinpath("weights")
    digests = {
        name: hashlib.sha256((weights / f"{name}.json.gz").read_bytes()).hexdigest() for name in ("page", "dump")
    }
    found = configuration.configuration("news", NEWS.version)
    assert found["weights"] == digests
    assert configuration.configuration("trafilatura", TRAFILATURA.version)["weights"] == {"dump": digests["dump"]}
    text = json.dumps(found, sort_keys=True, separators=(",", ":")).encode()
    assert NEWS.config_sha256 == hashlib.sha256(text).digest()


def test_other_weights_make_another_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {one.name: configuration.config_sha256.__wrapped__(one.name, one.version) for one in (NEWS, TRAFILATURA)}
    real = forest.packed_model
    monkeypatch.setattr(configuration, "configuration", configuration.configuration.__wrapped__)
    for other, same in (("page", {"trafilatura"}), ("dump", set())):  # trafilatura reads pages by itself
        monkeypatch.setattr(forest, "packed_model", lambda name, other=other: b"x" if name == other else real(name))
        after = {
            one.name: configuration.config_sha256.__wrapped__(one.name, one.version) for one in (NEWS, TRAFILATURA)
        }
        assert {name for name in before if before[name] == after[name]} == same


@pytest.mark.parametrize("extractor", [NEWS, TRAFILATURA])
def test_the_repair_of_mojibake_is_part_of_it(extractor: NewsExtractor | TrafilaturaExtractor) -> None:
    assert extractor.repairing().config_sha256 != extractor.config_sha256
    assert extractor.repairing().config_sha256 == extractor.repairing().config_sha256


def test_the_library_that_is_asked_where_the_weights_are_unsure_is_part_of_it() -> None:
    libraries = configuration.configuration("news", NEWS.version)["libraries"]
    assert isinstance(libraries, dict)
    assert {"trafilatura", "lxml", "libxml2", "py3langid"} <= set(libraries)
    assert "absent" not in libraries.values()
