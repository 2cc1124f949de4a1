"""The site of all published versions, made from the releases in dist/: `1.0.0/en/…`, `latest/…`.

A version's folder is unpacked from its release once and never written again. Pages find the other
versions by `versions.js`, a script rather than JSON: from file:// a page may load no other.
"""

import json
import os
import re
import shutil
import tempfile
import zipfile
from pathlib import Path

from sobe.release import compare

SITE, LATEST, LIST = "site", "latest", "versions.js"
MANIFEST = compare.MANIFEST
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)\Z")
FRONT = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url=latest/index.html"></head>
<body><p>{links}</p></body></html>
"""


def archive_name(version, what):
    """The name of one of a release's archives."""
    return f"brain-emulation-2025-{version}-{what}.zip"


def order(version):
    """"1.10.0" as numbers, to be sorted by."""
    return tuple(int(part) for part in version.split("."))


def released(dist):
    """{version: manifest} of the releases in the folder ``dist``, newest first."""
    found = {
        path.parent.name: json.loads(path.read_text(encoding="utf-8"))
        for path in Path(dist).glob(f"*/{MANIFEST}") if VERSION.match(path.parent.name)
    }  # fmt: skip
    return {version: found[version] for version in sorted(found, key=order, reverse=True)}


def listing(releases):
    """The text of `versions.js`: name, date and pages of every version, newest first."""
    entries = [
        {"name": version, "date": manifest["date"], "pages": manifest["pages"]} for version, manifest in releases.items()]
    # Nothing of it can end the script or start another, should a page ever hold it.
    text = json.dumps(entries, ensure_ascii=True).replace("<", "\\u003c")
    return f"window.sobeVersions = {text};\n"


def _unpacked(dist, version, aside):
    """The site of a release, unpacked into the folder ``aside``."""
    with zipfile.ZipFile(dist / version / archive_name(version, "site")) as archive:
        archive.extractall(aside)
    return aside


def _replace_text(path, text):
    aside = path.with_name(f".{path.name}.part")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, path)


def publish(dist, title):
    """Bring ``dist``/site up to date with the releases in ``dist``; returns its folder.

    Each step is written aside and renamed, the list of versions last; what a kill leaves is mended
    by the next call.
    """
    dist = Path(dist)
    site, releases = dist / SITE, released(dist)
    site.mkdir(exist_ok=True)
    for left in dist.glob(".site-*"):
        shutil.rmtree(left, ignore_errors=True)
    aside = Path(tempfile.mkdtemp(prefix=".site-", dir=dist))
    try:
        for version in releases:
            if not (site / version).is_dir():
                os.rename(_unpacked(dist, version, aside / version), site / version)
        newest = next(iter(releases))
        latest = site / LATEST
        if not latest.is_dir() or compare.difference(latest, site / newest):
            fresh = _unpacked(dist, newest, aside / LATEST)
            if latest.exists():
                os.rename(latest, aside / "old")
            os.rename(fresh, latest)
        links = " · ".join(f'<a href="{version}/index.html">{version}</a>' for version in releases)
        _replace_text(site / "index.html", FRONT.format(title=title, links=links))
        _replace_text(site / LIST, listing(releases))
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return site
