"""The Content-Security-Policy of every page.

Pages load nothing from other sites and run no script that the build did not see. The policy is put
into finished pages, after every step that makes or changes them.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

#: Directives, without the hashes of inline scripts and style sheets. "file:" is for pages opened as
#: files, where browsers differ in what 'self' means; a page loaded over http can load no files.
DIRECTIVES = {
    "default-src": "'self'",  # all else: Firefox loads the next page before it is asked for
    "script-src": "'self' file:",
    "style-src": "'self' file:",
    "img-src": "'self' file:",
    "font-src": "'self' file:",
    "connect-src": "'self'",  # the search page reads the pages it has found
    "child-src": "'none'",  # frames and workers
    "object-src": "'none'",
    "media-src": "'none'",
    "manifest-src": "'none'",
    "form-action": "'self' file:",  # the search field
    "base-uri": "'none'",
}
#: Types of script that browsers run; a script of another type is data.
_JAVASCRIPT = {"", "module", "text/javascript", "application/javascript"}
#: Comments and tags, whole, so that nothing inside of them counts; of a script or sheet, all to its
#: end. A page is mostly other tags, which the parser need not see.
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)|"
    r"<(?P<name>script|style)(?=[\s/>])(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>.*?(?:</(?P=name)\s*>|\Z)|"
    r"</?[a-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>",
    re.S | re.I,
)
_PLACE = re.compile(r"<head[^<>]*>(\s*<meta charset=[^<>]*>)?", re.I)


class _Inline(HTMLParser):
    """Collects the inline scripts and style sheets of a page."""

    def __init__(self):
        super().__init__(convert_charrefs=False)
        self.found, self.inside = {"script": [], "style": []}, None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        runs = (
            tag == "script"
            and "src" not in given
            and (given.get("type") or "").strip().lower() in _JAVASCRIPT
        )
        if runs or tag == "style":
            self.inside = tag
            self.found[tag].append("")

    def handle_endtag(self, tag):
        if tag == self.inside:
            self.inside = None

    def handle_data(self, data):
        if self.inside:
            self.found[self.inside][-1] += data


def _hashes(texts):
    """Return the sources by which a policy allows exactly these texts."""
    digests = dict.fromkeys(hashlib.sha256(text.encode()).digest() for text in texts)
    return "".join(f" 'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def guarded(page: str) -> str:
    """Return the HTML of a page with its policy at the start of its head.

    Raises
    ------
    ValueError
        If the page has no head.
    """
    inline = _Inline()
    for token in _TOKEN.finditer(page):
        if token["name"]:
            inline.feed(token[0])
    inline.close()
    directives = DIRECTIVES | {
        "script-src": DIRECTIVES["script-src"] + _hashes(inline.found["script"]),
        "style-src": DIRECTIVES["style-src"] + _hashes(inline.found["style"]),
    }
    policy = "; ".join(f"{name} {sources}" for name, sources in directives.items())
    place = _PLACE.search(page)
    if place is None:
        raise ValueError("a page without a head")
    return (
        page[: place.end()]
        + f'\n<meta http-equiv="Content-Security-Policy" content="{policy}">'
        + page[place.end() :]
    )


def apply(site: Path) -> None:
    """Put the policy into every page below the folder of a finished site."""
    for path in sorted(site.rglob("*.html")):
        if "_static" in path.relative_to(site).parts:
            path.unlink()  # a template of the theme, which is not a page
            continue
        path.write_text(guarded(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
