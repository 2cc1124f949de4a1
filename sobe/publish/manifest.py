"""The manifest of a release, read as a stranger's text: a schema checks it before any use."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

from jsonschema import Draft202012Validator

from sobe import atomic, plain
from sobe.errors import BuildError

NAME = "manifest.json"
#: Bytes that a manifest may have; today's has about 200,000.
LIMIT = 20_000_000
VERSION = re.compile(r"(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\Z")

#: One part of a file's name: no separator, no control character or mark that turns the
#: direction of text, nothing that Windows forbids, no dash in front, no "." or "..".
_PART = (
    r"(?!\.{1,2}(?:/|\Z)|-)"
    r"[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff/\\:*?\"<>|]{1,200}"
)
_TEXT = {"type": "string", "maxLength": 10_000, "pattern": r"\A[^\x00-\x08\x0b-\x1f\x7f]*\Z"}


def _matching(pattern, most, expected):
    return {
        "type": "string",
        "maxLength": most,
        "pattern": rf"\A{pattern}\Z",
        "description": expected,
    }


_SUM = _matching("[0-9a-f]{64}", 64, "64 hexadecimal digits")
_LINE = _matching(r"[^\x00-\x1f\x7f-\x9f]{1,500}", 500, "one line of at most 500 characters")
FILE_PATTERN = rf"{_PART}(?:/{_PART})*\Z"
_FILE = _matching(FILE_PATTERN.removesuffix(r"\Z"), 500, "the relative name of a file")
_WORD = _matching(
    r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}", 100, "a name of letters, digits, '.', '_', '+' and '-'"
)


def _mapping(names, values, most, least=0):
    return {
        "type": "object",
        "propertyNames": names,
        "additionalProperties": values,
        "minProperties": least,
        "maxProperties": most,
    }


def _record(**fields):
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


_VALUE = {"type": ["string", "number", "boolean", "null"], "maxLength": 10_000}
_PARAMETER = {
    "anyOf": [
        _VALUE,
        {"type": "array", "items": _VALUE, "maxItems": 1000},
        _mapping(_WORD, _VALUE, 200),
    ]
}

SCHEMA = _record(
    title=_LINE,
    version=_matching(VERSION.pattern.removesuffix(r"\Z"), 20, "a version such as 1.0.0"),
    date=_matching(r"\d{4}-\d\d-\d\d", 10, "a date such as 2026-01-31"),
    commit=_matching("[0-9a-f]{40}", 40, "40 hexadecimal digits"),
    committed=_matching(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", 25, "a time such as 2026-01-31T12:00:00+00:00"
    ),
    address=_matching(
        r"(?:https?://[A-Za-z0-9._~:/?#@!$&()*+,;=%\[\]-]{1,490})?", 500, "an http address or ''"
    ),
    tools=_mapping(_WORD, _LINE, 20, least=1),
    lock=_SUM,
    packages=_mapping(_WORD, _WORD, 2000),
    data=_mapping(_FILE, _SUM, 2000),
    chapters=_mapping(
        _WORD, _record(source=_SUM, parameters=_mapping(_WORD, _PARAMETER, 200), notebook=_SUM), 500
    ),
    claims=_mapping(_WORD, _mapping(_WORD, _TEXT, 20, least=1), 2000),
    pdfs={"type": "integer", "minimum": 0, "maximum": 20},
    pages={"type": "array", "items": _FILE, "uniqueItems": True, "minItems": 1, "maxItems": 20_000},
    site=_mapping(_FILE, _SUM, 50_000, least=1),
    files=_mapping(_matching(_PART, 200, "the name of a file"), _SUM, 50, least=1),
)
_VALIDATOR = Draft202012Validator(SCHEMA)


def read(path: Path) -> dict:
    """Read and check the manifest at ``path``.

    Raises
    ------
    BuildError
        One line that names the file, the field, its value and what was expected.
    """
    where = f"{path.parent.name}/{path.name}"
    try:
        text = atomic.read_plain(path, LIMIT).decode("utf-8")
        manifest = plain.read_json(text)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BuildError(f"{where} cannot be read: {short(reason)}") from None
    if problem := _first_problem(manifest):
        raise BuildError(f"{where}: {problem}")
    return manifest


def is_file_name(name) -> bool:
    """Return whether a name is that of a file in or below the folder that it is relative to."""
    return isinstance(name, str) and re.match(FILE_PATTERN, name) is not None


def short(value):
    """Return a value on one line, cut to what a message can hold."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=True)
    text = text.encode("unicode_escape").decode("ascii")
    return text if len(text) <= 80 else f"{text[:77]}…"


def _first_problem(manifest):
    """Say what is wrong first; None if nothing is."""
    for error in _VALIDATOR.iter_errors(manifest):
        return _problem(error)
    date, time = manifest["date"], manifest["committed"]
    for name, value, parse in (
        ("date", date, datetime.date.fromisoformat),
        ("committed", time, datetime.datetime.fromisoformat),
    ):
        try:
            parse(value)
        except ValueError:
            return f"{name} is {value!r}, which is no day of the calendar"
    if absent := [name for name in manifest["pages"] if name not in manifest["site"]]:
        return f"pages names {short(absent[0])!r}, which site does not list"
    folded = set()
    for name in manifest["site"]:
        if name.casefold() in folded:
            return f"site names {short(name)!r} twice but for case"
        folded.add(name.casefold())
    return None


def _problem(error):
    """Say in words what the schema found."""
    if error.context:
        error = error.context[0]
    place = ".".join(short(str(part)) for part in error.absolute_path) or "the manifest"
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return f"{missing} is missing" + (f" in {place}" if error.absolute_path else "")
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        extra = next(name for name in error.instance if name not in known)
        return f"{place} has the unknown field {short(extra)!r}"
    value = short(error.instance)
    if error.validator in ("minProperties", "maxProperties", "minItems", "maxItems"):
        return f"{place} has {len(error.instance)} entries, expected {error.validator_value}" + (
            " or more" if error.validator.startswith("min") else " at most"
        )
    if error.validator == "uniqueItems":
        return f"{place} names something twice"
    if "propertyNames" in error.absolute_schema_path:
        return f"{place} has the name {value!r}, expected {error.schema['description']}"
    expected = error.schema.get("description")
    if expected is None:
        expected = {"type": f"{error.validator_value}", "maxLength": "a shorter text"}.get(
            error.validator, f"{error.validator} {short(error.validator_value)}"
        )
    return f"{place} is {value}, expected {expected}"
