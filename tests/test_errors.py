"""The tree of errors is the one that its docstring draws."""

from __future__ import annotations

import inspect
import pickle
import re

import pytest

from archive import errors
from archive.errors import ArchiveError, CorpusError, Rejected

TREE = {name: found for name, found in vars(errors).items() if inspect.isclass(found) and issubclass(found, Exception)}


def test_the_drawn_tree_is_the_real_one() -> None:
    drawn: dict[str, str | None] = {}
    stack: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"([ │├└─]*)([A-Z]\w+)  ", line)
        if not found:
            continue
        depth = len(found.group(1))
        stack = [item for item in stack if item[0] < depth]
        drawn[found.group(2)] = stack[-1][1] if stack else None
        stack.append((depth, found.group(2)))
    assert drawn == {name: None if found is ArchiveError else found.__bases__[0].__name__ for name, found in TREE.items()}


@pytest.mark.parametrize("name", sorted(set(TREE) - {"Rejected"}))
def test_messages_are_kept(name: str) -> None:
    assert str(TREE[name]("news.jsonl:412: no url")) == "news.jsonl:412: no url"
    assert TREE[name].__doc__


def test_a_rejection_says_stage_reason_and_detail() -> None:
    why = Rejected("payload", "empty", "0 bytes")
    assert (why.stage, why.reason, why.detail) == ("payload", "empty", "0 bytes")
    assert str(why) == "payload: empty (0 bytes)"
    assert str(Rejected("payload", "empty")) == "payload: empty"


def test_errors_come_back_from_a_worker() -> None:
    found = pickle.loads(pickle.dumps(CorpusError("x")))  # noqa: S301 - our own
    assert (type(found), str(found)) == (CorpusError, "x")
    why = pickle.loads(pickle.dumps(Rejected("payload", "empty", "0 bytes")))  # noqa: S301
    assert (why.stage, why.reason, why.detail) == ("payload", "empty", "0 bytes")
