"""Catalogues of messages, .po files: read strictly, so that no error of one goes unnoticed.

Babel and Sphinx take what they can from a damaged file. Here a conflict of Git, a message that is
there twice, and a translation that lost a part of its message are errors with a file and a line.
So are contexts and plurals, which no message of the book has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sobe.languages.language import LanguageError

#: What a translation must keep as it is: roles, slots such as {1} and {name}, and targets of links.
PARTS = re.compile(r"\{[\w:]+\}`[^`]*`|\{\w+\}|\]\([^()]*\)")
_LINE = re.compile(r'\s*(?:(?:msgid|msgstr)\s+)?"(?:[^"\\]|\\.)*"\s*|\s*(?:#.*)?')
#: An escape that a catalogue does not have, after those that it has.
_ESCAPE = re.compile(r'^(?:[^\\]|\\[ntr"\\])*+(\\.?)')
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: |$)")


@dataclass(frozen=True)
class Entry:
    """A message of a catalogue, its translation ("" if there is none) and its line."""

    message: str
    translation: str
    fuzzy: bool
    line: int

    @property
    def lacking(self) -> bool:
        """Whether the message has no translation that counts."""
        return self.fuzzy or not self.translation


def entries(path: Path) -> list[Entry]:
    """Read a .po file; [] where there is none.

    Raises
    ------
    LanguageError
        With file and line, for a file that is damaged or a translation that lost a part.
    """
    from babel.messages.pofile import PoFileError, read_po

    if not path.is_file():
        return []
    where = "/".join(path.parts[-5:])
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise LanguageError(f"{where} is not UTF-8: {error.reason} at byte {error.start}") from None
    lines = text.splitlines()
    last = "msgstr"
    for number, line in enumerate(lines, 1):
        if _CONFLICT.match(line):
            raise LanguageError(
                f"{where}:{number}: Git left a conflict, {line!r}: "
                "keep one of the two translations and remove the marks"
            )
        if not _LINE.fullmatch(line):
            raise LanguageError(
                f"{where}:{number}: not a line of a catalogue, which is a comment or "
                f'msgid "…", msgstr "…" or "…": {line!r}'
            )
        key = line.strip().partition(" ")[0]
        if key in ("msgid", "msgstr"):
            if key == last:
                other = "msgid" if key == "msgstr" else "msgstr"
                raise LanguageError(
                    f"{where}:{number}: {key} where {other} was expected; each msgid has one msgstr"
                )
            last = key
        if not line.startswith("#") and (wrong := _ESCAPE.search(line)):
            raise LanguageError(
                f"{where}:{number}: {wrong[1]} is no escape of a catalogue, which has "
                '\\n, \\t, \\r, \\" and \\\\'
            )
    _unique(lines, where)
    try:
        with path.open("rb") as file:
            found = read_po(file, ignore_obsolete=True, abort_invalid=True)
    except PoFileError as error:
        raise LanguageError(f"{where}:{error.lineno}: {error} in {error.line.strip()!r}") from None
    made = [
        Entry(m.id, m.string or "", m.fuzzy, m.lineno or 0)
        for m in found
        if isinstance(m.id, str) and isinstance(m.string, str) and m.id
    ]
    for entry in made:
        _keeps_parts(entry, where)
    return made


def _unique(lines: list[str], where: str) -> None:
    """Raise LanguageError for a message that is there twice: only one translation would count."""
    from babel.messages.pofile import unescape

    seen: dict[str, int] = {}
    at = 0
    while at < len(lines):
        start, (key, _, rest) = at, lines[at].partition(" ")
        at += 1
        if key != "msgid":
            continue
        parts = [rest]
        while at < len(lines) and lines[at].startswith('"'):
            parts.append(lines[at])
            at += 1
        value = "".join(unescape(part.strip()) for part in parts if len(part.strip()) > 1)
        if (first := seen.setdefault(value, start)) != start:
            raise LanguageError(
                f"{where}:{start + 1}: the message {value!r} is in line {first + 1} already; "
                "keep one of them"
            )


def _keeps_parts(entry: Entry, where: str) -> None:
    if entry.lacking:
        return
    wanted, kept = (sorted(PARTS.findall(text)) for text in (entry.message, entry.translation))
    if wanted == kept:
        return
    lost = [part for part in wanted if part not in kept]
    added = [part for part in kept if part not in wanted]
    problem = (
        " and ".join(
            filter(
                None,
                (
                    f"lacks {', '.join(map(repr, lost))}" if lost else "",
                    f"has {', '.join(map(repr, added))}, which the message has not"
                    if added
                    else "",
                ),
            )
        )
        or "has a part more or less often than the message"
    )
    raise LanguageError(
        f"{where}:{entry.line}: the translation of {entry.message[:60]!r} {problem}"
    )


def read(path: Path) -> dict[str, str]:
    """Return {message: translation} of a .po file, without fuzzy and empty translations.

    Raises
    ------
    LanguageError
        As `entries` does.
    """
    return {e.message: e.translation for e in entries(path) if not e.lacking}
