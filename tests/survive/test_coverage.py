"""How often 95% intervals of a slope hold the truth: 1,000 simulated series each."""

import pytest
from test_memory import YEARS, covered, real

from sobe.analysis import specification

pytestmark = pytest.mark.survive
#: (memory, share of the year): as in the rates since 1980, stronger, as in the neurons since 1980.
LIKE_THE_DATA = ((0.5, 0.1), (0.8, 0.3), (0.88, 0.26))


@pytest.mark.parametrize("year_memory, share", [(0.8, 1.0), (0.9, 0.9)])
def test_yearly_series_are_covered_in_92_to_98_of_100(year_memory, share):
    held, clustered = covered(YEARS, year_memory, share, 1000)
    print(f"yearly, memory {year_memory}, share {share}: {held} of 1000, clustered {clustered:.0%}")
    assert 920 <= held <= 980 and clustered < 0.7


@pytest.mark.parametrize("year_memory, share", LIKE_THE_DATA)
@pytest.mark.parametrize("quantity", list(specification.QUANTITIES))
def test_series_like_the_data_are_covered(quantity, year_memory, share):
    """At weak memory the intervals are a little too wide, which is the safe side."""
    x, group = real(quantity)
    held, clustered = covered(x, year_memory, share, 1000, group)
    print(f"{quantity}, {year_memory}, {share}: {held} of 1000, clustered {clustered:.0%}")
    assert 920 <= held <= (995 if year_memory == 0.5 else 980)
