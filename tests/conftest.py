"""What the tests share."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write the expected.json of every case anew")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """True where expected results are to be written anew."""
    return bool(request.config.getoption("--update"))
