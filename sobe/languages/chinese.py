"""Numbers inside an English text, rewritten in Chinese (860 亿, 1,000 亿美元, 3.5 倍).

A message of the catalogue has slots ({1}, {2} …) in place of numbers, so it does not change when
the data change.
"""

import re
from decimal import Decimal

_WORDS = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
NUMBER = re.compile(
    r"(?P<key>(?<![\w-])[a-z]+(?:-[a-z0-9]+)*-\d{4}(?![\w-]))|"
    r"(?<![\w.,$@{/-])(?P<sign>[−-]\s?)?(?P<usd>\$)?(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[+-]?\d+)?|∞)"
    rf"(?:[ \u00a0](?P<word>{'|'.join(_WORDS)})\b)?(?P<after>×|[ \u00a0]?%)?"
    r"(?P<power> × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?(?![\w}]|[.,]\d|-\w)"
)
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SCALES = ((8, "亿"), (4, "万"))


def slotted(text):
    """Return (text with slots for its numbers, [the numbers as matches])."""
    found = []

    def slot(match):
        found.append(match)
        return f"{{{len(found)}}}"

    return NUMBER.sub(slot, text), found


def _plain(number):
    text = f"{number.normalize():,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _grouped(number, zeros=False):
    """Write a number with 万, 亿 or 万亿, or from 10**16 as a power of ten, if no digit is lost.

    ``zeros`` says that trailing zeros are significant ("25.60 billion" is 256.0 亿).
    """
    if number >= 10**16 and len(number.normalize().as_tuple().digits) < 6:
        power = number.adjusted()
        return f"{_plain(number.scaleb(-power))} × 10{str(power).translate(_SUPERSCRIPTS)}"
    if number >= 10**12 and number < 10**16:
        scaled, word = number.scaleb(-12), "万亿"
    else:
        power, word = next(((p, w) for p, w in _SCALES if number >= 10**p), (0, ""))
        scaled = number.scaleb(-power)
    # Sums have up to five digits (212.31 亿); a number with more is written out.
    if not word or len(scaled.normalize().as_tuple().digits) > (5 if word != "万" else 4):
        return _plain(number)
    return f"{scaled:,f} {word}" if zeros else f"{_plain(scaled)} {word}"


def chinese(match):
    """Write one number as a Chinese reader expects it; leave the key of a row as it is."""
    if match["key"]:
        return match["key"]
    digits, word = match["digits"], match["word"]
    if digits == "∞":
        text = "∞"
    elif word or match["usd"] or "," in digits or "e" in digits:
        number = Decimal(digits.replace(",", "")).scaleb(_WORDS.get(word, 0))
        text = _grouped(number, zeros="." in digits and "e" not in digits)
        if "." in digits and not word and len(digits) < 6:
            text = digits  # "$2.10" keeps its cents
    else:
        text = digits
    after = {"×": " 倍", None: ""}.get(match["after"], match["after"])
    if match["power"]:
        after = match["power"] + after
    dollars = ("美元" if text[-1] in "万亿" else " 美元") if match["usd"] else ""
    return f"{(match['sign'] or '').strip()}{text}{after}{dollars}"
