"""What hosts of static files need in addition to the pages.

`.nojekyll` tells GitHub Pages to serve folders whose names begin with an underscore. `404.html` is
shown for an address without a page, at any depth. Images inside style sheets become files: a host
whose policy allows no `data:` address would leave them out. `robots.txt` lets programs read all; it
names the map of the site where the address is known.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from urllib.parse import unquote_to_bytes

from sobe import languages, policy, site
from sobe.paths import ROOT

JEKYLL, MISSING, ROBOTS = ".nojekyll", "404.html", "robots.txt"
FILES = (JEKYLL, MISSING, ROBOTS)
_IMAGE = re.compile(r'url\("data:image/svg\+xml(?:;charset=utf-8)?,([^"]*)"\)')


def write(root: Path, title: str, address: str | None = None) -> None:
    """Write the files at the root of a site, whose address may be given, by default as built."""
    address = os.environ.get("SOBE_BASE_URL", "") if address is None else address
    (root / JEKYLL).write_text("", encoding="utf-8")
    (root / ROBOTS).write_text(robots(address), encoding="utf-8", newline="\n")
    words = list(languages.of(ROOT / "book").values())
    page = site.template("404.html", title=title, address=address.rstrip("/"), languages=words)
    (root / MISSING).write_text(policy.guarded(page), encoding="utf-8", newline="\n")


def robots(address: str) -> str:
    """Return the text of robots.txt; the map needs a full address."""
    text = "User-agent: *\nAllow: /\n"
    return f"{text}Sitemap: {address.rstrip('/')}/sitemap.xml\n" if address else text


def images_as_files(static: Path) -> None:
    """Write the images inside the style sheets below a folder to files next to them."""
    for sheet in sorted(static.rglob("*.css")):
        text = sheet.read_text(encoding="utf-8")

        def file(found: re.Match[str], folder: Path = sheet.parent) -> str:
            content = unquote_to_bytes(found[1])
            name = f"image-{hashlib.sha256(content).hexdigest()[:12]}.svg"
            (folder / name).write_bytes(content)
            return f"url({name})"

        if (changed := _IMAGE.sub(file, text)) != text:
            sheet.write_text(changed, encoding="utf-8", newline="\n")
