"""Numbers inside an English text, rewritten as another language writes them.

A message of the catalogue has slots ({1}, {2} …) in place of numbers, so it does not change when
the data change.
"""

import re
from decimal import Decimal
from functools import cache

from sobe.languages.language import Language

_WORDS = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
NUMBER = re.compile(
    r"(?P<key>(?<![\w-])[a-z]+(?:-[a-z0-9]+)*-\d{4}(?![\w-]))|"
    # The version of a release, which stays as it is; a section "40.3.2" is no version.
    r"(?P<version>(?<=[Vv]ersion )\d+(?:\.\d+){2}(?![\w-]|\.\d))|"
    r"(?<![\w.,$@{/-])(?P<sign>[−-]\s?)?(?P<usd>\$)?(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[+-]?\d+)?|∞)"
    rf"(?:[ \u00a0](?P<word>{'|'.join(_WORDS)})\b)?(?P<after>×|[ \u00a0]?%)?"
    r"(?P<power> × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?(?![\w}]|[.,]\d|-\w)"
)
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@cache
def slotted(text: str) -> tuple[str, tuple[re.Match[str], ...]]:
    """Return (text with slots for its numbers, the numbers as matches)."""
    found: list[re.Match[str]] = []

    def slot(match: re.Match[str]) -> str:
        found.append(match)
        return f"{{{len(found)}}}"

    said = NUMBER.sub(slot, text)
    return said, tuple(found)


def _plain(number: Decimal) -> str:
    text = f"{number.normalize():,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _scaled(number: Decimal, language: Language, zeros: bool = False) -> str:
    """Write a number with a scale of the language, or as a power of ten, if no digit is lost.

    ``zeros`` says that trailing zeros are significant ("25.60 billion" is 256.0 亿).
    """
    powers = language.numbers["powers"]
    if number >= 10**powers and len(number.normalize().as_tuple().digits) < 6:
        power = number.adjusted()
        return f"{_plain(number.scaleb(-power))} × 10{str(power).translate(_SUPERSCRIPTS)}"
    for power, word, most in language.numbers["scales"]:
        if number >= 10**power:
            scaled = number.scaleb(-power)
            if len(scaled.normalize().as_tuple().digits) > most:
                break
            return f"{scaled:,f}{word}" if zeros else f"{_plain(scaled)}{word}"
    return _plain(number)


def written(match: re.Match[str], language: Language) -> str:
    """Write one number of `slotted` in a language; keys of rows and versions stay as they are."""
    if same := match["key"] or match["version"]:
        return same
    digits, word = match["digits"], match["word"]
    text = digits
    if digits != "∞" and (word or match["usd"] or "," in digits or "e" in digits):
        number = Decimal(digits.replace(",", "")).scaleb(_WORDS.get(word, 0))
        text = _scaled(number, language, zeros="." in digits and "e" not in digits)
        if "." in digits and not word and len(digits) < 6:
            text = digits  # "$2.10" keeps its cents
    if match["after"] == "×":
        text = language.numbers["times"].format(text)
    else:
        text += match["after"] or ""
    text += match["power"] or ""
    if match["usd"]:
        text = language.closed(language.numbers["dollars"].format(text))
    return f"{(match['sign'] or '').strip()}{text}"
