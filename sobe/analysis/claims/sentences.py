"""The sentences of the summary, split by one fixed rule, so that a missing one is noticed.

A sentence ends at a full stop or question mark, or with its line; marks of emphasis and lists are
removed. A heading, a caption and a link are one sentence each. So is each cell of the table of
ideas, which is a list of proposals (the ideas are rows of table ``funding_ladder``). The text
itself is not part of this repository. Table ``summary_sentences`` has the SHA-256 of each sentence,
with all white space removed.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

_MARKS = re.compile(r"<[^<>]+>|\*\*|\\|^#+\s|^[·\-]\s|\[([^\[\]]*)\]\([^()]*\)", re.MULTILINE)
_END = re.compile(r"(?<=[。！？?])")


def sentences(text: str) -> list[str]:
    """Return the sentences of the summary, in order and normalised by `normalised`."""
    found = []
    for line in text.split("\n"):
        cells = line.split("\t")
        parts = cells if len(cells) > 1 else _END.split(_plain(line))
        found += [whole for part in parts if (whole := normalised(part))]
    return found


def _plain(text: str) -> str:
    return _MARKS.sub(lambda found: found[1] or "", text)


def normalised(text: str) -> str:
    """Return a text without marks and white space, in Unicode NFC; "" if no word remains."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFC", _plain(text)))
    return text if re.search(r"\w", text) else ""


def digest(sentence: str) -> str:
    """Return the SHA-256 of a normalised sentence, in hexadecimal."""
    return hashlib.sha256(sentence.encode("utf-8")).hexdigest()
