"""The digest of what decides an extraction."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files

import pytest

from archive.extraction import NEWS, configuration, forest
from archive.extraction.plain import TRAFILATURA


def test_the_weights_are_part_of_it() -> None:
    data = files("archive.extraction").joinpath("weights", "page.json.gz").read_bytes()
    found = configuration.configuration("news", NEWS.version)
    assert found["weights"] == {"page": hashlib.sha256(data).hexdigest()}
    text = json.dumps(found, sort_keys=True, separators=(",", ":")).encode()
    assert NEWS.config_sha256 == hashlib.sha256(text).digest()


def test_other_weights_make_another_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {one.name: configuration.config_sha256.__wrapped__(one.name, one.version) for one in (NEWS, TRAFILATURA)}
    monkeypatch.setattr(forest, "packed_model", lambda name: name.encode())
    monkeypatch.setattr(configuration, "configuration", configuration.configuration.__wrapped__)
    after = {one.name: configuration.config_sha256.__wrapped__(one.name, one.version) for one in (NEWS, TRAFILATURA)}
    assert before["news"] != after["news"]
    assert before["trafilatura"] == after["trafilatura"]  # it does not use them


def test_the_library_that_is_asked_where_the_weights_are_unsure_is_part_of_it() -> None:
    libraries = configuration.configuration("news", NEWS.version)["libraries"]
    assert isinstance(libraries, dict)
    assert {"trafilatura", "lxml", "libxml2", "py3langid"} <= set(libraries)
    assert "absent" not in libraries.values()
