"""The site of all published versions, made from the releases in dist/: `1.0.0/en/…`, `latest/…`.

A version's folder is unpacked from its release once and never written again; publishing checks it
each time. Pages find the other versions by `versions.js`. It is a script, not JSON, because a page
opened from file:// can load no JSON.
"""

import json
import os
import shutil
import tempfile
from pathlib import Path

from sobe import atomic, templates
from sobe.errors import BuildError
from sobe.policy import guarded
from sobe.publish import archive, checked, compare, manifest
from sobe.site import TEMPLATES, hosts

SITE, LATEST, LIST, FRONT = "site", "latest", "versions.js", "index.html"
#: In the folder of releases: prefix of folders that are being made, name of a site moved aside.
MAKING, OLD = ".making-", ".site-old"
MANIFEST = compare.MANIFEST
VERSION = manifest.VERSION
archive_name = checked.archive_name


def order(version):
    """Return "1.10.0" as numbers, to sort by."""
    return tuple(int(part) for part in version.split("."))


def released(dist):
    """Return {version: manifest} of the releases in the folder ``dist``, newest first.

    Raises
    ------
    BuildError
        For a manifest that breaks its schema or names another version than its folder.
    """
    found = {}
    for path in Path(dist).glob(f"*/{MANIFEST}"):
        if VERSION.match(path.parent.name):
            found[path.parent.name] = manifest.read(path)
    for version, read in found.items():
        if read["version"] != version:
            raise BuildError(f"{version}/{MANIFEST}: version is {read['version']}, not {version}")
    return {version: found[version] for version in sorted(found, key=order, reverse=True)}


def listing(releases):
    """Return the text of `versions.js`: name, date and pages of every version, newest first."""
    entries = [
        {"name": version, "date": read["date"], "pages": read["pages"]}
        for version, read in releases.items()
    ]
    # So that no text can end the script or start another, if a page ever contains it.
    text = json.dumps(entries, ensure_ascii=True).replace("<", "\\u003c")
    return f"window.sobeVersions = {text};\n"


def front(title, releases):
    """Return the front page of the site of versions, which leads to the newest and links each."""
    template = templates.environment(TEMPLATES).get_template("versions-front.html")
    return guarded(template.render(title=title, versions=list(releases)) + "\n")


def _linked(source, target):
    """Link a file, which is never written again, or copy it where the system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def recover(dist, clear):
    """Put back a site that a killed command moved aside, and ``clear`` what it left in ``dist``."""
    atomic.restore(dist / OLD, dist / SITE)
    for left in dist.glob(f"{MAKING}*"):
        clear(left)


def check_site(site, releases):
    """Raise `BuildError` unless each version in a site of versions equals its release.

    A version may be missing from the site, but each needs a release: else nothing tells whether
    it is what was published.
    """
    if site.is_symlink() or not site.is_dir():
        raise BuildError(f"{site} is not a plain folder; move it away")
    for path in sorted(site.iterdir()):
        name = path.name
        if name in (LATEST, LIST, FRONT, *hosts.FILES) and not path.is_symlink():
            continue
        if name not in releases:
            raise BuildError(
                f"{SITE}/{manifest.short(name)} belongs to no release in {site.parent.name}/;"
                f" put {site.parent.name}/{manifest.short(name)} back or remove it"
            )
        try:
            checked.tree(path, releases[name]["site"])
        except BuildError as error:
            raise BuildError(
                f"{SITE}/{error}; remove {SITE}/{name} and make publish unpacks it again"
            ) from None


def publish(dist, title):
    """Bring ``dist``/site up to date with the releases in ``dist``, and return its folder.

    The releases and the site's present content are checked first. The new site is made in another
    folder, checked as a whole, and put in place at once.

    Raises
    ------
    BuildError
        Where anything differs from its manifest; the old site is then unchanged.
    """
    dist = Path(dist)
    site, releases = dist / SITE, released(dist)
    for version in releases:
        checked.release(dist / version)
    if site.exists() or site.is_symlink():
        check_site(site, releases)
    with tempfile.TemporaryDirectory(prefix=MAKING, dir=dist, ignore_cleanup_errors=True) as aside:
        fresh = Path(aside) / SITE
        fresh.mkdir()
        for version in releases:
            if (site / version).is_dir():
                shutil.copytree(site / version, fresh / version, copy_function=_linked)
            else:
                archive.unpack(dist / version / archive_name(version, "site"), fresh / version)
        newest = next(iter(releases))
        archive.unpack(dist / newest / archive_name(newest, "site"), fresh / LATEST)
        atomic.write(fresh / FRONT, front(title, releases))
        hosts.write(fresh, title, address="")
        atomic.write(fresh / LIST, listing(releases))
        check_site(fresh, releases)
        checked.tree(fresh / LATEST, releases[newest]["site"])
        atomic.put_in_place(fresh, site, dist / OLD)
    return site
