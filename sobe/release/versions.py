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

from sobe import keep
from sobe.build.site import clear
from sobe.release import compare

SITE, LATEST, LIST = "site", "latest", "versions.js"
#: In the folder of releases: how the names of what is being made begin, and of a site moved aside.
MAKING, OLD = ".making-", ".site-old"
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
    """ "1.10.0" as numbers, to be sorted by."""
    return tuple(int(part) for part in version.split("."))


def released(dist):
    """{version: manifest} of the releases in the folder ``dist``, newest first."""
    found = {
        path.parent.name: json.loads(path.read_text(encoding="utf-8"))
        for path in Path(dist).glob(f"*/{MANIFEST}")
        if VERSION.match(path.parent.name)
    }
    return {version: found[version] for version in sorted(found, key=order, reverse=True)}


def listing(releases):
    """The text of `versions.js`: name, date and pages of every version, newest first."""
    entries = [
        {"name": version, "date": manifest["date"], "pages": manifest["pages"]}
        for version, manifest in releases.items()
    ]
    # Nothing of it can end the script or start another, should a page ever hold it.
    text = json.dumps(entries, ensure_ascii=True).replace("<", "\\u003c")
    return f"window.sobeVersions = {text};\n"


def _unpack(dist, version, folder):
    """Unpack the site of a release into a new folder."""
    with zipfile.ZipFile(dist / version / archive_name(version, "site")) as archive:
        archive.extractall(folder)


def _linked(source, target):
    """A second name of a file that is never written again, or a copy where the system has none."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def recover(dist):
    """Put back a site that a killed command had moved aside, and clear what it left in ``dist``."""
    keep.put_back(dist / OLD, dist / SITE)
    for left in dist.glob(f"{MAKING}*"):
        clear(left)


def publish(dist, title):
    """Bring ``dist``/site up to date with the releases in ``dist``; returns its folder.

    The new site is laid out aside, with what is in the old one but for `latest`, and put in place whole.
    """
    dist = Path(dist)
    site, releases = dist / SITE, released(dist)
    with tempfile.TemporaryDirectory(prefix=MAKING, dir=dist, ignore_cleanup_errors=True) as aside:
        fresh = Path(aside) / SITE
        if site.is_dir():
            top = {str(site): {LATEST}}
            shutil.copytree(
                site,
                fresh,
                symlinks=True,
                copy_function=_linked,
                ignore=lambda folder, names: top.get(str(folder), set()),
            )
        else:
            fresh.mkdir()
        for version in releases:
            if not (fresh / version).is_dir():
                _unpack(dist, version, fresh / version)
        _unpack(dist, next(iter(releases)), fresh / LATEST)
        links = " · ".join(f'<a href="{version}/index.html">{version}</a>' for version in releases)
        # Written whole: the old site's files of these names are not written through.
        keep.write_whole(fresh / "index.html", FRONT.format(title=title, links=links))
        keep.write_whole(fresh / LIST, listing(releases))
        keep.put_in_place(fresh, site, dist / OLD)
    return site
