"""Rows that no other row exceeds in everything."""

import pandas as pd
import pytest

from sobe.analysis.frontier import unexceeded


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ([(1, 3), (2, 2), (3, 1)], [True, True, True]),
        ([(1, 1), (2, 2), (3, 1)], [False, True, True]),
        ([(2, 2), (2, 2)], [True, True]),  # equals exceed nothing
        ([(2, 1), (2, 2)], [False, True]),
        ([(5, 5)], [True]),
        ([], []),
    ],
)
def test_a_row_is_kept_unless_another_exceeds_it(rows, kept):
    frame = pd.DataFrame(rows, columns=["a", "b"], index=[f"r{i}" for i in range(len(rows))])
    found = unexceeded(frame, ["a", "b"])
    assert found.tolist() == kept and list(found.index) == list(frame.index)
