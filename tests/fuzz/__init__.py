"""Fuzzing: inputs that nobody thought of, and laws that hold for every one of them.

    python -m tests.fuzz warc --seconds 600        one target
    python -m tests.fuzz all --seconds 3600        all of them, as many at a time as there are cores; also: make fuzz
    python -m tests.fuzz warc --input FILE         one input, as the report of a fault says

A target is a module in ``targets/``. It has ``one(data)``, which raises where a law is broken, ``seeds()``, and, where
bytes alone would not get far, ``mutate(data, chance)``. One whose ``NEEDS`` names a module that is not there is left out.

Why no library: five faults (two of the package's own, three put in) were sought for 45 s each with two seeds. Atheris
3.0 with its own changes found one of them; with the changes of ``mutation`` and the targets four, as this loop did with
guidance three and without four. What an input is made of tells more than who makes it; and there is nothing to install.

    loop       one target: an input is changed, and kept where it reaches what none has reached before
    branches   which branches of the package an input takes
    mutation   how inputs are changed
    minimise   a found input made small
    laws       what holds for all formats
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from random import Random

FOLDER = Path(__file__).parent / "targets"
LARGEST = 1 << 14  # bytes of an input; a larger one takes longer and finds no more


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that is fuzzed."""

    name: str
    one: Callable[[bytes], None]  # raises where a law is broken
    seeds: Callable[[], list[bytes]]
    mutate: Callable[[bytes, Random], bytes] | None = None  # with knowledge of the format
    largest: int = LARGEST


def names() -> list[str]:
    """The targets, in order."""
    return sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))


def load(name: str) -> Target | None:
    """The target of that name; None where the module that it fuzzes is not there."""
    module = import_module(f"tests.fuzz.targets.{name}")
    needs = getattr(module, "NEEDS", None)
    if needs and find_spec(needs) is None:
        return None
    return Target(name, module.one, module.seeds, getattr(module, "mutate", None), getattr(module, "LARGEST", LARGEST))
