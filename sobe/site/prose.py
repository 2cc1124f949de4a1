"""What the prose of a page gets when its page is made: places of verdicts, and marks of terms.

A verdict is at the end of the sentence, or part of one, that it judges. Where several verdicts
judge parts of a sentence, each stays behind its own part. The first use of each term of the
glossary on a page explains it; links, code, headings and tables are left as they are.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from sobe import languages
from sobe.languages import translate
from sobe.site.nodes import OutputNode

#: The end of a sentence, or of a part of it that says something by itself.
_END = re.compile(r"[.!?;:](?=[\s)”]|$)|[。！？；：]")
_MARKS = ".!?;:。！？；："
#: Nodes inside which no term is marked.
_LEFT = (nodes.reference, nodes.literal, nodes.raw, nodes.title, nodes.citation, nodes.label)


class term(nodes.Inline, nodes.TextElement):  # noqa: N801 (docutils names nodes so)
    """A term of the glossary with its ``explanation``."""


def _visit(self, node):
    # The script shows the title itself, also by focus and tap.
    self.body.append(f'<abbr class="sobe-term" tabindex="0" title="{escape(node["explanation"])}">')


def _depart(self, node):
    self.body.append("</abbr>")


class Verdicts(SphinxPostTransform):
    """Puts each verdict at the end of the sentence that it judges."""

    default_priority = 6  # after `nodes.Glued` made nodes of them all

    def run(self, **kwargs):
        """Move the verdicts of each paragraph."""
        for paragraph in list(self.document.findall(nodes.paragraph)):
            if any(map(_is_verdict, paragraph.children)):
                paragraph.children = list(_placed(paragraph))
                for child in paragraph.children:
                    child.parent = paragraph


def _is_verdict(node):
    return isinstance(node, OutputNode) and node["kind"] == "badge"


def _placed(paragraph: nodes.paragraph) -> Iterator[nodes.Node]:
    """Yield the children of a paragraph, its verdicts at the ends of their sentences."""
    spaced = False
    for node in _moved(paragraph):
        text = str(node).lstrip(" ") if spaced and isinstance(node, nodes.Text) else ""
        # Where a verdict was, two spaces are left.
        yield nodes.Text(text) if text else node
        spaced = isinstance(node, nodes.Text) and node.endswith(" ")


def _moved(paragraph):
    for sentence in _sentences(paragraph.children):
        badges = [node for node in sentence if _is_verdict(node)]
        if len(badges) != 1:
            yield from sentence
            continue
        rest = [node for node in sentence if not _is_verdict(node)]
        last = rest[-1] if rest and isinstance(rest[-1], nodes.Text) else nodes.Text("")
        text, mark = str(last), ""
        said = text.rstrip()
        if said and said[-1] in _MARKS:
            text, mark = said[:-1], text[len(said) - 1 :]
        yield from rest[:-1] if rest and rest[-1] is last else rest
        yield nodes.Text(f"{text.rstrip()} ")
        yield badges[0]
        if mark:
            yield nodes.Text(mark)


def _sentences(children: list[nodes.Node]) -> list[list[nodes.Node]]:
    """Split the children of a paragraph behind each end of a sentence in its own text.

    A verdict behind the end of a sentence belongs to that sentence.
    """
    found: list[list[nodes.Node]] = [[]]
    for child in children:
        if _is_verdict(child):
            ended = len(found) > 1 and not "".join(n.astext() for n in found[-1]).strip()
            if ended:
                found.pop()
            found[-1].append(child)
            if ended:
                # The mark comes behind the verdict: see `_placed`.
                found.append([])
            continue
        if not isinstance(child, nodes.Text):
            found[-1].append(child)
            continue
        text, start = str(child), 0
        for end in _END.finditer(text):
            stop = end.end()
            while stop < len(text) and text[stop] == " ":
                stop += 1
            found[-1].append(nodes.Text(text[start:stop]))
            found.append([])
            start = stop
        if text[start:]:
            found[-1].append(nodes.Text(text[start:]))
    return [sentence for sentence in found if sentence]


class Terms(SphinxPostTransform):
    """Marks the first use of each term of the glossary on a page."""

    default_priority = 900  # when the texts are what readers see
    formats = ("html",)

    def run(self, **kwargs):
        """Mark the terms in the prose of a page."""
        if self.app.builder.name != "html":
            return
        left = list(terms(Path(self.app.srcdir), languages.current().folder))
        for text in list(self.document.findall(nodes.Text)):
            if left and _is_prose(text):
                left = _mark(text, left)


def _is_prose(text):
    inside = False
    node = text.parent
    while node is not None:
        if isinstance(node, _LEFT) or "language-en" in getattr(node, "attributes", {}).get(
            "classes", ()
        ):
            return False
        if isinstance(node, nodes.container | nodes.table):
            return False
        inside = inside or isinstance(node, nodes.paragraph)
        node = node.parent
    return inside


def _mark(text, left):
    """Mark the terms that a text uses first; return those that are still to be found."""
    said, parts, start = str(text), [], 0
    uses, marked = [], set()
    for pattern, meaning in left:  # longer terms come first
        for found in pattern.finditer(said):
            free = all(found.end() <= begin or found.start() >= end for begin, end, _ in uses)
            if free and meaning not in marked:
                uses.append((*found.span(), meaning))
                marked.add(meaning)
    for begin, end, meaning in sorted(uses):
        parts.append(nodes.Text(said[start:begin]))
        word = said[begin:end]
        parts.append(term(word, word, explanation=meaning))
        start = end
    if not marked:
        return left
    parts.append(nodes.Text(said[start:]))
    text.parent.replace(text, [part for part in parts if part.astext()])
    return [(pattern, meaning) for pattern, meaning in left if meaning not in marked]


@cache
def terms(folder: Path, language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the pattern and explanation of each term that has one, from the longest term.

    Parameters
    ----------
    folder : Path
        A folder of pages; the glossary is in ``data`` next to it.
    language : str
        Folder of an edition, which is the glossary's column of its terms.
    """
    found = []
    for row in glossary(folder):
        if not row.get("explanation"):
            continue
        meaning = translate(row["explanation"])
        words = [word for word in row.get(language, "").split("；") if word]
        found += [(word, meaning) for word in words]
    found.sort(key=lambda pair: -len(pair[0]))
    return tuple((_pattern(word), meaning) for word, meaning in found)


def glossary(folder: Path) -> list[dict[str, str]]:
    """Return the rows of the glossary next to a folder of pages; none where there is none."""
    for home in (folder, folder.parent):
        path = home / "data" / "glossary.csv"
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as lines:
                return list(csv.DictReader(lines))
    return []


def _pattern(word):
    if not word.isascii():
        return re.compile(re.escape(word))
    # "EM" is no part of another word, and not "em".
    flags = 0 if word.isupper() or word[1:] != word[1:].lower() else re.I
    return re.compile(rf"(?<![\w-]){re.escape(word)}s?(?![\w-])", flags)


def setup(app):
    """Register with Sphinx."""
    app.add_node(term, html=(_visit, _depart), override=True)
    app.add_post_transform(Verdicts)
    app.add_post_transform(Terms)
