"""A set of ids that takes sixteen bytes each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archive.proof_ids import Ids


@given(st.lists(st.text(max_size=3)), st.lists(st.text(max_size=3)))
def test_ids_are_a_set_of_which_each_is_taken_once(there: list[str], asked: list[str]) -> None:
    ids, left = Ids(there), set(there)
    assert ids.repeated == (len(left) < len(there))
    for one in asked:
        assert ids.take(one) == (one in left)
        left.discard(one)
    assert ids.all_taken == (not left)


def test_many_ids() -> None:
    ids = Ids(str(number) for number in range(20_000))
    assert all(ids.take(str(number)) for number in range(20_000))  # some keys end with zeros
    assert ids.all_taken
    assert not ids.repeated
    assert not ids.take("20000")
