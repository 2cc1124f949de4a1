"""Logarithmic axes whose labels are written as the book's prose writes numbers.

Ticks are at powers of ten, and every ``every``-th of them has a label, as the formatter of the same
name in `sobe.languages.units` writes it. They are meant for scales over two decades or more. Other
arguments go to `alt.Axis`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from typing import Any

import altair as alt

from sobe.languages import units


def usd(every: int = 1, **kw: Any) -> alt.Axis:
    """Return an axis for US dollars: $1, $10, ... $10,000 ... $1 million, $1 billion."""
    return _log_axis(units.usd, -3, every, kw)


def count(every: int = 1, **kw: Any) -> alt.Axis:
    """Return an axis for counts: 1, 100, 10,000, 1 million."""
    return _log_axis(units.count, 0, every, kw)


def rate(every: int = 1, **kw: Any) -> alt.Axis:
    """Return an axis for rates: 0.01, 1, 10,000, 1 million."""
    return _log_axis(units.significant, -12, every, kw)


def bytes_(every: int = 1, **kw: Any) -> alt.Axis:
    """Return an axis for bytes: 1 B, 1 kB, 1 MB with ``every=3``."""
    return _log_axis(units.bytes_, 0, every, kw)


def flops(every: int = 1, **kw: Any) -> alt.Axis:
    """Return an axis for operations per second."""
    return _log_axis(units.flops, 0, every, kw)


def usd_words(dollars: str) -> str:
    """Return a Vega expression that writes what it formats as "$.3~s" in words: "$100 million"."""
    for letter, words in (("k", ",000"), ("M", " million"), ("G", " billion"), ("T", " trillion")):
        dollars = f"replace({dollars}, '{letter}', '{words}')"
    return dollars


def span(least: float, most: float, *shown: Iterable[float], log: bool = True) -> list[float]:
    """Return the domain of an axis: from ``least`` to ``most``, and wider where marks lie beyond.

    Parameters
    ----------
    least, most
        The domain of the published chart.
    *shown
        The positions of its marks, some of which depend on the reader's values. Those that no axis
        has (missing, not finite, or not positive on a logarithmic axis) do not count.
    log
        Whether the axis is logarithmic: it then ends at a power of ten, else at a whole number.
    """
    usable = [
        value
        for values in shown
        for value in values
        if value is not None and math.isfinite(value) and (value > 0 or not log)
    ]
    low, high = min(usable, default=least), max(usable, default=most)
    if log:
        low, high = (
            10.0 ** math.floor(math.log10(low)) if low < least else least,
            10.0 ** math.ceil(math.log10(high)) if high > most else most,
        )
        return [low, high]
    return [min(least, math.floor(low)), max(most, math.ceil(high))]


def _log_axis(write: Callable[[Any], str], lowest: int, every: int, kw: dict[str, Any]) -> alt.Axis:
    if every < 1:
        raise ValueError(f"every: at least 1, not {every}")
    exponents = range(lowest, 28)
    # The labels come from the formatter itself, so that axis and prose cannot drift apart.
    labels = {str(e): write(float(f"1e{e}")) for e in exponents if e % every == 0}
    power = "log(datum.value) * LOG10E"
    expression = (
        f"abs({power} - round({power})) < 1e-6"
        f" ? ({json.dumps(labels, ensure_ascii=False)}[round({power})] || '') : ''"
    )
    # Vega uses those of the values that lie within the scale. Without them a log axis has ticks at
    # 2, 3, 4 ... or skips powers of ten, depending on its number of decades.
    return alt.Axis(
        **{"values": [float(f"1e{e}") for e in exponents], "labelExpr": expression, **kw}
    )
