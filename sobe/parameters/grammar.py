"""How values of parameters are written: numbers, lists and names with numbers.

Numbers are written as `sobe.plain` says. Every pattern reads its text in linear time.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator
from typing import Any

from sobe import plain

#: Most characters of all values together, and of one value.
LONGEST, LONGEST_VALUE = 4000, plain.LONGEST
_QUOTES = ("'", '"')


class SyntaxProblem(ValueError):
    """A text that is not written as it must be; its message says how."""


def items(text: str) -> list[str] | None:
    """Return the texts of a list such as ``[mouse,human]``; None if it is not written so."""
    inner = _inside(text, "[", "]")
    if inner is None:
        return None
    parts = [unquoted(part.strip()) for part in inner.split(",")] if inner.strip() else []
    return None if any(not part or set(part) & set("[]{}") for part in parts) else parts


def pairs(text: str) -> dict[str, str] | None:
    """Return the texts of ``{gpus:100,proofreaders:20}`` by name; None if it is not written so.

    Raises
    ------
    SyntaxProblem
        If a name comes twice.
    """
    inner = _inside(text, "{", "}")
    if inner is None:
        return None
    found: dict[str, str] = {}
    for part in inner.split(",") if inner.strip() else []:
        name, sign, value = (each.strip() for each in part.partition(":"))
        name = unquoted(name)
        if not sign or not name or not value or set(value) & set("[]{}:"):
            return None
        if name in found:
            raise SyntaxProblem(f"{name[:40]!r} is given twice")
        found[name] = unquoted(value)
    return found


def unquoted(text: str) -> str:
    """Return a text without the plain quotes around it."""
    around = len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTES
    return text[1:-1] if around else text


def _inside(text: str, first: str, last: str) -> str | None:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == first and text[-1] == last else None


def written(value: Any) -> str:
    """Return a value as a reader writes it: ``[mouse,human]``, ``1e9``, ``200``."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, (list, tuple)):
        return f"[{','.join(map(written, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{key}:{written(item)}' for key, item in value.items())}}}"
    if not isinstance(value, float):
        return str(value)
    text = repr(value).removesuffix(".0")
    if abs(value) < 1e6 or not math.isfinite(value):
        return text
    power = math.floor(math.log10(abs(value)))
    short = f"{value / 10**power:g}e{power}"
    return short if len(short) < len(text) and float(short) == value else text


def assignments(text: str) -> Iterator[tuple[str, str]]:
    """Yield (name, text of its value) of ``hz_cap=30 whole_brain=[mouse,human]``.

    Raises
    ------
    SyntaxProblem
        With how it is written, where it is written otherwise.
    """
    if len(text) > LONGEST:
        raise SyntaxProblem(f"PARAMS has {len(text):,} characters; at most {LONGEST:,} are read")
    try:
        words = shlex.split(text)
    except ValueError:
        raise SyntaxProblem(
            f"PARAMS {_shown(text)} has a quote that is not closed; "
            "quotes come in pairs: label='two words'"
        ) from None
    for place, word in enumerate(words):
        if opened := _open(word):
            raise SyntaxProblem(
                f"{_shown(word)} begins with {opened[0]} and does not end with {opened[1]}; it is "
                f"written without spaces: {_shown(_joined(words[place:], opened[1]))[1:-1]}"
            )
        name, sign, value = word.partition("=")
        after = words[place + 1] if place + 1 < len(words) else ""
        if sign and name and value:
            yield name, value
        elif (not sign and after.startswith("=")) or (sign and not value and after):
            pair = "".join(words[place : place + 3])
            pair = re.sub("^([^=]*=[^=]+)=.*", r"\1", pair)
            raise SyntaxProblem(
                f"{_shown(word)} is not name=value; it is written without spaces around '=': "
                f"{_shown(pair)[1:-1]}"
            )
        else:
            missing = "its value is missing" if sign else "'=' and a value are missing"
            missing = missing if name else "a name is missing before '='"
            raise SyntaxProblem(
                f"{_shown(word)}: {missing}; PARAMS takes name=value pairs with spaces between "
                "them: hz_cap=30 since=1990"
            )


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _open(word: str) -> tuple[str, str] | None:
    """Return the brackets of a value that begins with one and does not end with its partner."""
    value = word.partition("=")[2]
    for first, last in ("[]", "{}"):
        if value.startswith(first) and not value.rstrip().endswith(last):
            return first, last
    return None


def _joined(words: list[str], last: str) -> str:
    """Return the words up to the one that closes a bracket, without spaces."""
    taken = ""
    for word in words[:20]:
        taken += word
        if word.endswith(last):
            return taken
    return words[0].rstrip(",") + last
