"""Compare two built sites: `python bench/compare.py BEFORE AFTER`.

Each is the folder `_build/html` of a build.

Files are equal to the byte, except for these, which are read:

- A page is its tags with sorted attributes, its comments and its texts. White space is collapsed,
  and does not count next to a block. Scripts, styles and `pre` count to the byte, JSON as its
  value.
- A notebook is its cells' sources and the texts that it glues, as outputs may hold more than a
  page shows.
- The index of the search is its JSON.

The commit of each build counts as COMMIT. The hashes of a page's policy are left out, as they
follow from its scripts. Exits with 1 where the sites differ, and prints what differs, by page.
"""

import argparse
import difflib
import itertools
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

_NAMES = """article aside blockquote body br button caption dd details div dl dt fieldset figcaption
figure footer form h1 h2 h3 h4 h5 h6 head header hr html iframe input label li link main meta nav
noscript ol option p pre script section select style summary table tbody td tfoot th thead title tr
ul"""
BLOCKS = set(_NAMES.split())
EXACT = {"pre", "script", "style", "textarea"}
UNSEEN = {"script", "style", "noscript", "head"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"}
VOID |= {"source", "track", "wbr"}
#: What myst-nb puts before the type of a glued value.
KEPT = "application/papermill.record/"
HASHES = re.compile(r" 'sha256-[A-Za-z0-9+/=]+'")


def _json(text):
    return json.dumps(json.loads(text), sort_keys=True)


class Page(HTMLParser):
    """A page as a list of tokens: ("<", name, attributes), (">", name), ("text", text)."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tokens, self._open, self._data = [], [], False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        # Two equal attributes differ from one: the list is kept.
        attributes = sorted(
            (name, HASHES.sub("", " ".join((value or "").split()))) for name, value in attrs
        )
        self.tokens.append(("<", tag, *attributes))
        self._data = ("type", "application/json") in attributes
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        self.tokens.append((">", tag))
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_comment(self, data):
        self.tokens.append(("comment", data.strip()))

    def handle_data(self, data):
        if any(tag in EXACT for tag in self._open):
            self.tokens.append(("exact", _json(data) if self._data else data))
        else:
            hidden = any(tag in UNSEEN for tag in self._open)
            self.tokens.append(("hidden" if hidden else "text", re.sub(r"\s+", " ", data)))

    def tree(self):
        """The tokens, without white space that no reader sees."""
        found = []
        for before, token, after in zip(
            [None, *self.tokens], self.tokens, [*self.tokens[1:], None], strict=False
        ):
            if token[0] in ("text", "hidden"):
                text = token[1]
                if before is None or before[0] in "<>" and before[1] in BLOCKS:
                    text = text.lstrip()
                if after is None or after[0] in "<>" and after[1] in BLOCKS:
                    text = text.rstrip()
                token = (token[0], text)
                if not text:
                    continue
            found.append(token)
        return found


def words(tree):
    """The visible text of a page."""
    return [token[1] for token in tree if token[0] in ("text", "exact")]


def commit_of(site):
    """The commit that a built site names, as it writes it; "" where it names none."""
    for path in sorted(site.rglob("figures/*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, dict) and content.get("commit"):
            return content["commit"]
    return ""


def notebook(text):
    """Sources of a notebook's cells, and the texts it glues."""
    cells = json.loads(text)["cells"]
    sources = [cell["source"] for cell in cells]
    glued = [
        (output["metadata"]["scrapbook"]["name"], output["data"].get(f"{KEPT}text/plain"))
        for cell in cells
        for output in cell.get("outputs", [])
        if "scrapbook" in output.get("metadata", {})
        and set(output["data"]) == {f"{KEPT}text/plain"}
    ]
    return [*sources, *glued]


def index(text):
    """The search index as flat (path, value) pairs, without the commit as a word."""

    def flat(value, path=()):
        if isinstance(value, dict):
            for key in sorted(value):
                if key != "COMMIT":
                    yield from flat(value[key], (*path, key))
        else:
            yield path, json.dumps(value)

    return list(flat(json.loads(text[text.index("{") : text.rindex("}") + 1])))


def readings(path, commit):
    """{what is compared: list} of a file; bytes for one that is compared to the byte."""
    content = path.read_bytes()
    if commit:
        # In full, in short, and with the word for a checkout that differs from it.
        content = re.sub(commit[:12].encode() + rb"[0-9a-f]*(, changed)?", b"COMMIT", content)
    text = content.decode("utf-8") if path.suffix in (".html", ".ipynb", ".js") else ""
    if path.suffix == ".html":
        tree = Page(text).tree()
        return {"text": words(tree), "tree": tree}
    if path.suffix == ".ipynb":
        return {"cells": notebook(text)}
    if path.name == "searchindex.js":
        return {"index": index(text)}
    return content


def differences(before, after, most):
    """Differences of two readings in words, at most ``most``."""
    if isinstance(before, bytes):
        place = next(
            (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
            min(len(before), len(after)),
        )
        yield f"byte {place:,} of {len(before):,} and {len(after):,}"
        for content in (before, after):
            yield f"    {content[max(0, place - 60) : place + 100]!r}"
        return
    for what in before:
        one, two = ([repr(item) for item in reading[what]] for reading in (before, after))
        if one != two:
            changed = (
                line
                for line in difflib.unified_diff(one, two, n=0, lineterm="")
                if not line.startswith(("---", "+++", "@@"))
            )
            shown = [f"{what}: {line[:300]}" for line in itertools.islice(changed, most + 1)]
            yield from shown[:most]
            if len(shown) > most:
                yield f"{what}: …"


def main(argv=None):
    """Compare two sites; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--most", type=int, default=12, help="differences shown per file")
    args = parser.parse_args(argv)
    sites = (args.before, args.after)
    listed = [
        {p.relative_to(site).as_posix(): p for p in site.rglob("*") if p.is_file()}
        for site in sites
    ]
    commits = [commit_of(site) for site in sites]
    equal = different = 0
    for name in sorted({*listed[0], *listed[1]}):
        if name not in listed[0] or name not in listed[1]:
            print(f"{name} is only in {sites[name in listed[1]]}")
            different += 1
            continue
        before, after = (
            readings(files[name], commit) for files, commit in zip(listed, commits, strict=True)
        )
        if before == after:
            equal += 1
            continue
        different += 1
        print(name)
        for line in differences(before, after, args.most):
            print(f"  {line}")
    print(f"{equal} files equal, {different} different")
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main())
