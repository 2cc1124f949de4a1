"""One style sheet for all pages: of the theme's sheets the rules that a page can use, and ours.

A rule of the theme stays if each class and id of one of its selectors is in a page, or is a word of
a script. So what a script may add stays as well. A custom property stays if a rule uses it. Sheets
that are merged are removed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath

NAME = "book.css"
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_TOKEN = re.compile(r"""[{};]|"(?:[^"\\]|\\.)*+"?|'(?:[^'\\]|\\.)*+'?|\([^()]*\)""", re.S)
_ARGUMENTS = re.compile(r"\([^()]*\)")
_NAMED = re.compile(r"[.#]((?:[\w-]|\\.)+)")
_ADDRESS = re.compile(r"""url\(\s*(["']?)(?!data:|https?:|#|/)([^"')]+)\1\s*\)""")
_IMPORT = re.compile(r"""@import\s+(?:url\(\s*)?["']?(?!https?:|/)([^"'()\s;]+)["']?\s*\)?\s*;""")
_ATTRIBUTE = re.compile(r'\s(?:class|id)="([^"]*)"')
_PROPERTY = re.compile(r"(?<![\w-])(--[\w-]++)\s*+:[^;{}]*+;?")
_USED = re.compile(r"var\(\s*(--[\w-]+)")
#: Rules of these hold rules; those of others hold declarations.
_GROUPS = ("@media", "@supports", "@layer", "@container")


def merge(out: Path, sheets: Iterable[str], at: str) -> None:
    """Write one sheet at ``at`` from ``sheets``, all relative to the folder of the site."""
    known = words(out)
    parts = []
    for name in dict.fromkeys(one for sheet in sheets for one in (*imports(out, sheet), sheet)):
        path = out / name
        if not path.is_file():
            continue
        text = moved(_IMPORT.sub("", path.read_text(encoding="utf-8")), name, at)
        ours = PurePosixPath(name).parent == PurePosixPath(at).parent
        parts.append(_COMMENT.sub("", text) if ours else pruned(text, known))
        if name not in KEPT:
            path.unlink()
    (out / at).write_text(used("".join(parts)), encoding="utf-8", newline="\n")


def imports(out: Path, name: str) -> list[str]:
    """Return the sheets that a sheet imports, which a browser would ask for one after the other."""
    if not (out / name).is_file():
        return []
    folder = PurePosixPath(name).parent
    found = _IMPORT.findall((out / name).read_text(encoding="utf-8"))
    return [posixpath.normpath(folder / one) for one in found]


#: Sheets that figures' own pages use as well.
KEPT = ("_static/sobe/tooltip.css", "_static/sobe/stills.css")


def words(out: Path) -> set[str]:
    """Return the classes and ids of the pages of a site, and the words of its scripts.

    Of Bootstrap's script, most of whose parts pages lack, it is what opens, closes and explains.
    """
    found = {"show", "fade", "collapse", "collapsing", "collapsed", "modal-open", "modal-backdrop"}
    found |= {"tooltip", "tooltip-inner", "tooltip-arrow", "bs-tooltip-auto"}
    found |= {f"bs-tooltip-{side}" for side in ("top", "bottom", "start", "end")}
    for path in out.rglob("*.html"):
        for value in _ATTRIBUTE.findall(path.read_text(encoding="utf-8")):
            found.update(value.split())
    for path in out.rglob("*.js"):
        data = path.name == "searchindex.js" or path.parent.name == "charts"
        if not data and path.name not in ("bootstrap.js", "vega.js"):
            found.update(re.findall(r"[\w-]+", path.read_text(encoding="utf-8")))
    return found


def used(text: str) -> str:
    """Return a sheet without custom properties that nothing in it uses."""
    before = ""
    while text != before:
        before, names = text, set(_USED.findall(text))

        def kept(found: re.Match[str], names: set[str] = names) -> str:
            return found[0] if found[1] in names else ""

        text = _PROPERTY.sub(kept, text)
    return text


def moved(text: str, name: str, to: str) -> str:
    """Return a sheet with its addresses as they are from the place of another."""
    up = "../" * (len(PurePosixPath(to).parts) - 1)
    folder = PurePosixPath(name).parent

    def address(found: re.Match[str]) -> str:
        return f"url({up}{folder / found[2]})"

    return _ADDRESS.sub(address, text)


def pruned(text: str, known: Collection[str]) -> str:
    """Return a sheet with only the rules of which a selector can match."""
    out = []
    for prelude, block in _rules(_COMMENT.sub("", text)):
        if block is None:
            out.append(f"{prelude};")
        elif prelude.startswith(_GROUPS):
            if inner := pruned(block, known):
                out.append(f"{prelude}{{{inner}}}")
        elif prelude.startswith("@"):
            out.append(f"{prelude}{{{block.strip()}}}")
        elif kept := [one for one in _selectors(prelude) if _can_match(one, known)]:
            out.append(f"{','.join(kept)}{{{block.strip()}}}")
    return "".join(f"{rule}\n" for rule in out)


def _rules(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield each rule at the top of a sheet: what is before its braces, and in them."""
    start = depth = opened = 0
    for token in _TOKEN.finditer(text):
        if token[0] == "{":
            if depth == 0:
                opened = token.end()
            depth += 1
        elif token[0] == "}":
            depth -= 1
            if depth == 0:
                yield text[start : opened - 1].strip(), text[opened : token.start()]
                start = token.end()
        elif token[0] == ";" and depth == 0:
            if statement := text[start : token.start()].strip():
                yield statement, None
            start = token.end()


def _selectors(prelude: str) -> list[str]:
    """Return the selectors of a list; commas in brackets do not part them."""
    parts, depth = [""], 0
    for letter in prelude:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _can_match(selector: str, known: Collection[str]) -> bool:
    """Return whether a page can have all classes and ids that a selector asks for.

    What is in the brackets of :not(), :is() and the like may be absent.
    """
    bare, before = re.sub(r"\[[^\[\]]*\]", "", selector), ""
    while bare != before:
        bare, before = _ARGUMENTS.sub("", bare), bare
    return all("\\" in name or name in known for name in _NAMED.findall(bare))
