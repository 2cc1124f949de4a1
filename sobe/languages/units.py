"""Numbers as a person reads them.

Every formatter takes a real number (Python or NumPy) and returns text. None, NaN and pandas NA give
"not known"; bool, text and anything else raise TypeError. The minus is U+2212, as in Vega's labels.
A number has three significant digits, without trailing zeros, unless a formatter says otherwise.
Numbers that are compared, in a column or an interval, are written together: see `column`.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

NOT_KNOWN = "not known"

#: A format of d3, for tooltips that a chart states itself: "$16,600".
USD_FORMAT = "$,.3~r"

_WORDS = ((12, " trillion"), (9, " billion"), (6, " million"))
_SYMBOLS = ("", "k", "M", "G", "T", "P", "E", "Z", "Y")
_PREFIXES = ("", "kilo", "mega", "giga", "tera", "peta", "exa", "zetta", "yotta")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def usd(x: Any) -> str:
    """Write US dollars: "$2.16", "$16,600", "$1.5 million", "$100 billion".

    Amounts from ten cents to ten dollars have two decimals unless they are whole.
    """

    def text(value: float) -> str:
        if 0.1 <= value < 10:
            return "$" + f"{value:.2f}".removesuffix(".00")
        return "$" + _words(_rounded(value, 3))

    return _written(x, text, "$∞")


def count(x: Any) -> str:
    """Write a count: "302", "140,000", "70 million", "86 billion", from 10**15 "1.2 × 10¹⁵".

    Whole numbers under 10,000 have all their digits, because a count that short is exact.
    """

    def text(value: float) -> str:
        exact = value < 10_000 and value == int(value)
        return _words(_rounded(value, 4 if exact else 3))

    return _written(x, text, "∞")


def significant(x: Any, n: int = 3) -> str:
    """Write a number to ``n`` significant digits: "0.0216", "1.5 million"."""
    if n < 1:
        raise ValueError(f"at least one digit, not {n}")
    return _written(x, lambda value: _words(_rounded(value, n)), "∞")


def fold(x: Any) -> str:
    """Write a factor, two significant digits: "5.1×"."""
    return _written(x, lambda value: _words(_rounded(value, 2)) + "×", "∞×")


def percent(x: Any, digits: int = 0) -> str:
    """Write a fraction as a percentage with ``digits`` decimals: percent(0.123) is "12%"."""
    return _written(x, lambda value: f"{value:,.{digits}%}", "∞%")


def years(x: Any) -> str:
    """Write a length of time in years, two significant digits: "1 year", "6.3 years", "∞ years"."""

    def text(value: float) -> str:
        words = _words(_rounded(value, 2))
        return f"{words} year" if words == "1" else f"{words} years"

    return _written(x, text, "∞ years")


def duration(x: float) -> str:
    """Write a length of time in years, or in days where it is less than one year."""
    return years(x) if x >= 1 else f"{count(round(365 * x))} days"


def superscripts(unit: str) -> str:
    """Write a unit of the estimator as a reader sees it: "um³" for "um**3"."""
    return unit.replace("**3", "³")


def bytes_(x: Any) -> str:
    """Write bytes with SI (decimal) prefixes: "512 B", "1.4 PB"."""
    return _written(x, lambda value: _prefixed(value, _SYMBOLS) + "B", "∞ B")


def flops(x: Any) -> str:
    """Write operations per second with SI prefixes in full: "8.5 exaFLOP/s"."""
    return _written(x, lambda value: _prefixed(value, _PREFIXES) + "FLOP/s", "∞ FLOP/s")


def volume(x_mm3: Any) -> str:
    """Write a volume given in mm³ with three significant digits: "0.08 mm³"."""
    return _written(x_mm3, lambda value: f"{_words(_rounded(value, 3))} mm³", "∞ mm³")


def share(x: Any) -> str:
    """Write a fraction as a percentage with three significant digits: "0.0216%"."""
    return _written(x, lambda value: _words(_rounded(100 * value, 3)) + "%", "∞%")


def year(x: Any) -> str:
    """Write a calendar year, a decimal one to a tenth: "1986", "2013.2"."""
    return _written(x, lambda value: f"{value:.1f}".removesuffix(".0"), "∞")


#: The formatters by the names that units in ``data/datapackage.json`` give them.
FORMATS: dict[str, Callable[[Any], str]] = {
    "usd": usd,
    "count": count,
    "significant": significant,
    "fold": fold,
    "share": share,
    "bytes": bytes_,
    "flops": flops,
    "volume": volume,
    "year": year,
}


def in_format(name: str, label: str, x: Any) -> str:
    """Write a number by the formatter of that name; ``label`` follows where it names no unit."""
    text = FORMATS[name](x)
    return f"{text} {label}" if name == "significant" and label else text


# ---------------------------------------------------------------- several numbers together


def column(
    values: Iterable[Any], write: Callable[[Any], str], digits: int | None = None
) -> list[str]:
    """Write numbers that are compared, with one unit and the same number of decimals.

    Values within a factor of 1,000 of each other share the unit of the largest and have the same
    decimals: 25.6e9 and 25.692e9 dollars to four digits are "$25.60 billion" and
    "$25.69 billion". Values further apart have a unit each, and each has ``digits`` digits.

    Parameters
    ----------
    values : iterable of numbers
        None, NaN and infinities are written as ``write`` does; they do not affect the decimals.
    write : callable
        `usd`, `count`, `significant`, `fold`, `years` or `bytes_`. Any other formatter has its
        own fixed decimals and is applied to each value.
    digits : int, optional
        Significant digits of the smallest value, one fewer for each factor of ten by which the
        largest exceeds it. Default: those of ``write``.

    Returns
    -------
    list of str
        One text per value, in their order.

    Raises
    ------
    TypeError
        If a value is not a number.
    ValueError
        If ``digits`` is less than 1.
    """
    values = list(values)
    texts = [write(value) for value in values]  # raises TypeError for what is not a number
    if write not in _TOGETHER:
        return texts
    before, after, usual, prefixes = _TOGETHER[write]
    exact = 10_000 if write is count else 1000
    digits = usual if digits is None else digits
    if digits < 1:
        raise ValueError(f"at least one digit, not {digits}")
    sizes = {
        index: abs(float(value))
        for index, value in enumerate(values)
        if texts[index] != NOT_KNOWN and math.isfinite(value)
    }
    written = [size for size in sizes.values() if size > 0]
    if not written:
        return texts
    least, most = min(written), max(written)
    if most >= 1e15 and prefixes is None:  # powers of ten have no unit to share
        return texts
    together = most < 1000 * least
    for index, size in sizes.items():
        power, unit = _unit(most if together else size or least, digits, prefixes)
        smallest = (least if together else size or least) / 10**power
        spread = int(math.log10(most / least)) if together else 0
        shown = max(digits - spread, 1)
        decimals = shown - 1 - _rounded(smallest, shown).adjusted()
        if not power and most < exact and all(s == int(s) for s in written):
            decimals = 0  # short whole numbers are exact
        scaled = round(size / 10**power, decimals)
        number = f"{scaled:,.{max(decimals, 0)}f}"
        sign = "−" if values[index] < 0 and number.strip("0.,") else ""
        end = " year" if after == " years" and number == "1" else after
        texts[index] = f"{sign}{before}{number}{unit}{end}"
    return texts


def single(value: Any, write: Callable[[Any], str], digits: int | None = None) -> str:
    """Write one number as `column` does, with its zeros: "$62.0 billion"."""
    return column([value], write, digits)[0]


def interval(low: Any, high: Any, write: Callable[[Any], str], digits: int | None = None) -> str:
    """Write an interval with one unit and equal decimals: "3.1× to 4.0×". See `column`."""
    return " to ".join(column([low, high], write, digits))


def ends(low: float, high: float, write: Callable[[Any], str]) -> tuple[str, str]:
    """Write the ends of a wide interval, each in its own unit: "$2.2 billion", "$210 billion".

    Both have two significant digits, or three where two would make them one number.
    """
    digits = telling([low, high])
    first, last = (single(float(_rounded(end, digits)), write, digits) for end in (low, high))
    return first, last


def telling(values: Sequence[float]) -> int:
    """Return how many digits tell a value and the ends of its interval apart: two, else three."""
    return 2 if len({f"{value:.1e}" for value in values}) > 1 else 3


def wide_interval(low: float, high: float, write: Callable[[Any], str]) -> str:
    """Write a wide interval: "$2.2 billion to $210 billion". See `ends`."""
    return " to ".join(ends(low, high, write))


def _unit(value: float, digits: int, prefixes: Sequence[str] | None) -> tuple[int, str]:
    """Return (power of ten, text of the unit) of a value rounded to ``digits`` digits."""
    exponent = _rounded(value, digits).adjusted()
    if prefixes is not None:
        step = min(max(exponent // 3, 0), len(prefixes) - 1)
        return 3 * step, f" {prefixes[step]}"
    return next(((power, word) for power, word in _WORDS if exponent >= power), (0, ""))


# ---------------------------------------------------------------- parts


def _written(x: Any, text: Callable[[float], str], infinity: str) -> str:
    """Return the sign and ``text`` of the absolute value; handle what has no digits."""
    if x is None or x is pd.NA or x is pd.NaT:
        return NOT_KNOWN
    if isinstance(x, (bool, np.bool_)) or not isinstance(x, numbers.Real):
        raise TypeError(f"a number is needed, not {type(x).__name__} {x!r}")
    value = float(x)
    if math.isnan(value):
        return NOT_KNOWN
    body = infinity if math.isinf(value) else text(abs(value))
    # No minus before a value that is written as zero.
    negative = value < 0 and any(digit in body for digit in "123456789∞")
    return f"−{body}" if negative else body


def _rounded(value: float, n: int) -> Decimal:
    """Round to ``n`` significant digits; to three, 999,999 is 1,000,000."""
    return Decimal(f"{value:.{n - 1}e}")


def _plain(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _words(number: Decimal) -> str:
    exponent = number.adjusted() if number else 0
    if exponent >= 15 or exponent < -4:
        mantissa = _plain(number.scaleb(-exponent))
        ten = f"10{str(exponent).translate(_SUPERSCRIPTS)}"
        return ten if mantissa == "1" else f"{mantissa} × {ten}"
    for power, word in _WORDS:
        if exponent >= power:
            return _plain(number.scaleb(-power)) + word
    return _plain(number)


def _prefixed(value: float, prefixes: Sequence[str]) -> str:
    number = _rounded(value, 3)
    step = min(max(number.adjusted() // 3, 0), len(prefixes) - 1) if number else 0
    return f"{_words(number.scaleb(-3 * step))} {prefixes[step]}"


#: Formatter to (text before the number, text after it, significant digits, prefixes).
_TOGETHER: dict[Callable[..., str], tuple[str, str, int, Sequence[str] | None]] = {
    usd: ("$", "", 3, None),
    count: ("", "", 3, None),
    significant: ("", "", 3, None),
    fold: ("", "×", 2, None),
    years: ("", " years", 2, None),
    bytes_: ("", "B", 3, _SYMBOLS),
}
