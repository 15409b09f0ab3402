"""What the tests share."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests import making

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # begun behind a shell's "&": what tests interrupt would not hear it
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write the expected.json of every case anew")


@pytest.fixture(scope="module")
def expected(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Digests of the corpus that one process makes of a module's ``inputs`` in one shard."""
    folder = tmp_path_factory.mktemp("expected") / "corpus"
    making.converted(folder, inputs)
    return making.files_of(folder)


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """True where expected results are to be written anew."""
    return bool(request.config.getoption("--update"))
