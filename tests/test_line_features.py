"""The measures of lines: integers, the same for the same lines, and what they say."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from archive.extraction.clues import find_clues
from archive.extraction.likeness import Vocabulary
from archive.extraction.line_features import measure
from archive.extraction.lines import Spoken, split

WORDS = Vocabulary(names={}, words={"subscribe": -40, "quay": 8})
PAGE = [
    "Cracks close the northern quay | Westhaven Post", "Home", "News", "Cracks close the northern quay",
    "The harbour authority closed the northern quay on Tuesday after divers found cracks in two of its pillars.",
    "Ferries to the islands leave from the market until the harbour authority opens the quay again next month.",
    "Subscribe", "Home",
]  # fmt: skip


def measured(texts: list[str]) -> dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    lines = [line for line in split("\n".join(texts).encode(), "utf-8")[1] if not line.blank]
    spoken = Spoken.of(lines)
    find_clues(lines, spoken)
    return measure(lines, spoken, WORDS)


def test_what_they_say() -> None:
    found = measured(PAGE)
    assert found["words"].tolist() == [7, 1, 1, 5, 18, 18, 1, 1]
    assert found["good"].tolist() == [0, 0, 0, 0, 1, 1, 0, 0]
    assert found["away"].tolist() == [-4, -3, -2, -1, 0, 0, 1, 2]
    assert found["from_title"].tolist() == [-3, -2, -1, 0, 1, 2, 3, 4]
    assert found["copies"].tolist() == [1, 2, 1, 1, 1, 1, 1, 2]
    assert found["said"][6] == -40
    assert found["said_high"][3] == 8
    assert found["kin"][3] > found["kin"][2]  # the headline has words of the article, the menu has none
    assert found["words_behind_1"].tolist()[:3] == [1, 1, 5]


@given(
    st.lists(
        st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1), min_size=1, max_size=30
    )
)
def test_any_lines_have_integers(texts: list[str]) -> None:
    found = measured(["A line", *texts])
    sizes = {values.shape for values in found.values()}
    assert len(sizes) == 1
    assert all(np.issubdtype(values.dtype, np.integer) for values in found.values())
    again = measured(["A line", *texts])
    assert all((values == again[name]).all() for name, values in found.items())


def test_scripts_that_set_no_words_apart_have_kin_too() -> None:
    found = measured([
        "北埠頭の閉鎖", "ホーム",
        "港湾当局は火曜日、潜水士が二本の柱にひび割れを見つけたことを受けて、北埠頭の閉鎖を発表した。",
        "島へ向かうフェリーは当分の間、魚市場の前から出航し、所要時間はおよそ二十分長くなる見通しだという。",
    ])  # fmt: skip
    assert found["kin"][0] > 128
    assert found["kin"][1] == 0
