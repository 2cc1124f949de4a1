"""Make a release: a commit built from nothing into a folder, with sums and a manifest."""

import contextlib
import datetime
import hashlib
import json
import multiprocessing
import os
import platform
import re
import shutil
import tempfile
from pathlib import Path

from sobe import atomic, signals
from sobe.commit import Commit, git, of
from sobe.errors import BuildError
from sobe.languages import lacking
from sobe.parameters import cell
from sobe.pipeline import rendering
from sobe.pipeline.project import Project
from sobe.pipeline.release import fresh
from sobe.pipeline.worker import Worker
from sobe.publish import archive, changes, checked, citation, compare, sentences, versions
from sobe.site import figures
from sobe.zips import write_zip

NAME = "brain-emulation-2025"
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.M)


def check(root, version, dist):
    """Check that a release can be made, and return its `Commit`.

    Raises
    ------
    BuildError
        In one sentence, for the first thing that forbids the release.
    """
    if not versions.VERSION.match(version):
        raise BuildError(f"{version!r} is not a version; say which: make release VERSION=1.0.0")
    if (dist / version).exists():
        published = (dist / versions.SITE / version).is_dir()
        raise BuildError(
            f"{version} has been released in {dist / version}; a release is never written again: "
            "give the next one a new number"
            + ("" if published else "; make publish puts it into the site")
        )
    _needs_git(root)
    commit = of(root)
    if not commit.id:
        raise BuildError("a release is made from a commit, and here is none (no git checkout)")
    if commit.changed:
        raise BuildError("a release is made from a commit: commit or stash what `git status` shows")
    for name, found in _versions(root).items():
        if found != version:
            raise BuildError(f"{name} says version {found or 'nothing'}, not {version}")
    dated = re.search(
        rf"^## {re.escape(version)} \((\d{{4}}-\d\d-\d\d)\)$", _text(root / "CHANGELOG.md"), re.M
    )
    released = str(citation.read(root)["date-released"])
    if not dated:
        raise BuildError(f"CHANGELOG.md has no heading '## {version} ({released})'")
    if dated[1] != released:
        raise BuildError(f"CHANGELOG.md dates {version} to {dated[1]}, CITATION.cff to {released}")
    expected, file = record(root, version, dist), _record_file(root, version)
    if expected != (_text(file) or None):
        raise BuildError(
            f"{file.relative_to(root)} does not hold what changed in the data since the last "
            f"release: run make changes VERSION={version} and commit it"
        )
    # What the catalogues themselves lack is known before the build.
    lacking.refuse(Project(root), built=False)
    return commit


def _needs_git(root):
    """Raise BuildError for an unpacked archive, and where git is not installed."""
    if shutil.which("git") is None:
        raise BuildError("git is not installed; install it, and run the same command again")
    if not (Path(root) / ".git").exists():
        raise BuildError(
            "this folder is no git checkout, as an unpacked archive is none: clone the repository, "
            "and run the same command there"
        )


def _text(path):
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _versions(root):
    """Return {file: version} of the files that have the version in them."""
    declared = re.search(r'^__version__ = "(.*)"$', _text(root / "sobe/__init__.py"), re.M)
    package = json.loads(_text(root / "data/datapackage.json") or "{}")
    return {
        "CITATION.cff": str(citation.read(root)["version"]),
        "sobe/__init__.py": declared[1] if declared else "",
        "data/datapackage.json": package.get("version", ""),
    }


def _record_file(root, version):
    return root / "book" / "changes" / f"{version}.json"


def record(root, version, dist):
    """Return the record of what changed in the data since the newest release in ``dist``.

    It is text, or None for a first release.
    """
    before = {
        v: m
        for v, m in versions.released(dist).items()
        if versions.order(v) < versions.order(version)
    }
    if not before:
        return None
    since, claims = next(iter(before.items()))
    with tempfile.TemporaryDirectory(prefix=versions.MAKING, dir=dist) as scratch:
        checked.release(dist / since)
        old = Path(scratch) / "data"
        archive.unpack(dist / since / versions.archive_name(since, "data"), old)
        found = changes.between(old, root / "data", claims["claims"], changes.judged(root))
    return changes.text(version, since, found)


def write_record(root, version, dist):
    """Write the text of `record`; return its path and its news in sentences, or None.

    It is None for a first release.

    Raises
    ------
    BuildError
        For text that is no version, and where a release in ``dist`` is damaged.
    """
    if not versions.VERSION.match(version):
        raise BuildError(f"{version!r} is not a version; say which: make changes VERSION=1.1.0")
    with _releasing(root):
        text = record(root, version, dist)
    if text is None:
        return None
    file = _record_file(root, version)
    file.parent.mkdir(exist_ok=True)
    atomic.write(file, text)
    return file, sentences.of_record(figures.Package(root / "data"), json.loads(text))


def _below(folder):
    return {name: (folder / name).read_bytes() for name in compare.names(folder)}


def facts(root):
    """Return what a manifest says about the checkout ``root``: title, claims and chapters."""
    project = Project(root)
    chapters = {
        name: {
            "source": compare.sha256(path),
            "parameters": cell.declared(cell.source(path.read_text(encoding="utf-8")), name),
        }
        for name, path in project.chapters.items()
    }
    return {
        "title": project.config.get("title", ""),
        "claims": changes.judged(root),
        "chapters": chapters,
    }


def _tools(pdf):
    """Return {name: version} of the programs that no lock file pins."""
    found = {"python": platform.python_version()}
    if pdf:
        from sobe.pipeline import pdf

        found["pdf"] = pdf.engine()
    return found


@contextlib.contextmanager
def _releasing(root):
    """Hold the build lock of ``root``, after clearing what killed releases and builds left.

    If a signal ends this release, its own unfinished files are cleared as well.
    """
    with (
        rendering.building(Project(root)),
        signals.cleanup(lambda: versions.recover(root / "dist", rendering.clear)),
    ):
        versions.recover(root / "dist", rendering.clear)
        yield


def assemble(root, commit, version, address, out, pdf=True, surrounding=None, complete=False):
    """Build a commit from nothing, and lay out the release in a new folder.

    Parameters
    ----------
    root, commit
        The repository, and the `Commit` to build.
    version, address
        The version, and the address of the site of all versions or "".
    out
        The folder to make; the build takes place next to it.
    pdf
        Whether to make the PDFs.
    surrounding
        A `fresh.Surrounding`; the default if None.
    complete
        Whether every message must have a translation.

    Raises
    ------
    BuildError
        Where the build fails.
    """
    variables = {"SOBE_RELEASE": version}
    if pdf:
        variables["SOBE_PDF"] = NAME  # its pages offer what is put next to them below
    if address:
        variables["SOBE_BASE_URL"] = f"{address.rstrip('/')}/{version}"
    out.parent.mkdir(parents=True, exist_ok=True)
    with (
        fresh.clean(root, out.parent) as repository,
        fresh.checkout(repository, commit.id, out.parent, surrounding) as folder,
    ):
        built = fresh.build(folder, pdf, surrounding, variables)
        if complete:
            lacking.refuse(Project(folder))
        html = built / "html"
        pdfs = sorted((built / "pdf").glob("*.pdf")) if pdf else []
        for file in pdfs:
            (html / "pdf").mkdir(exist_ok=True)
            shutil.copyfile(file, html / "pdf" / file.name)
        edition = html / "en" if (html / "en").is_dir() else html
        out.mkdir()
        sources = _below(edition / "_sources")
        notebooks = {name: content for name, content in sources.items() if name.endswith(".ipynb")}
        parts = {"site": _below(html), "data": _below(folder / "data"), "notebooks": notebooks}
        if (edition / "figures").is_dir():
            parts["figures"] = _below(edition / "figures")
        for what, members in parts.items():
            write_zip(out / versions.archive_name(version, what), members)
        for file in pdfs:
            shutil.copyfile(file, out / file.name.replace(NAME, f"{NAME}-{version}"))
        shutil.copyfile(folder / "CITATION.cff", out / "CITATION.cff")
        (out / f"{NAME}-{version}-source.tar").write_bytes(
            fresh.archive(repository, commit.id, f"{NAME}-{version}/")
        )
        known = json.loads(fresh.run(folder, ["sobe.pipeline.release", "facts"], surrounding))
        for name, chapter in known["chapters"].items():
            chapter["notebook"] = hashlib.sha256(notebooks[f"{name}.ipynb"]).hexdigest()
        lock = folder / "requirements.txt"
        manifest = {
            "title": known["title"],
            "version": version,
            "date": str(citation.read(folder)["date-released"]),
            "commit": commit.id,
            "committed": datetime.datetime.fromtimestamp(commit.time, datetime.UTC).isoformat(),
            "address": address,
            "tools": _tools(pdf),
            "lock": compare.sha256(lock),
            "packages": dict(_LOCKED.findall(_text(lock))),
            "data": {
                name: compare.sha256(folder / "data" / name)
                for name in compare.names(folder / "data")
            },
            "chapters": known["chapters"],
            "claims": known["claims"],
            "pdfs": len(pdfs),
            "pages": [
                name
                for name in compare.names(html)
                if name.endswith(".html") and "_static/" not in name
            ],
            "site": {name: compare.sha256(html / name) for name in compare.names(html)},
            "files": {name: compare.sha256(out / name) for name in compare.names(out)},
        }
    (out / versions.MANIFEST).write_text(
        json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    compare.write_sums(out)


def release(root, version, report=print, pdf=True):
    """Make a release in dist/, put it into the site of all versions, and return its folder.

    Raises
    ------
    BuildError
        Where `check` forbids it or the build fails; dist/ is then unchanged.
    """
    dist = root / "dist"
    with _releasing(root):
        commit = check(root, version, dist)
        if pdf:
            from sobe.pipeline import pdf

            pdf.check(Project(root))
        dist.mkdir(exist_ok=True)
        report(f"building {version} from commit {commit.short}")
        with tempfile.TemporaryDirectory(
            prefix=versions.MAKING, dir=dist, ignore_cleanup_errors=True
        ) as aside:
            made = Path(aside) / version
            address = os.environ.get("SOBE_BASE_URL", "")
            assemble(root, commit, version, address, made, pdf, complete=True)
            os.rename(made, dist / version)
        report(f"released {version}: {dist.name}/{version}")
        _publish(root, report)
    return dist / version


def publish(root, report=print):
    """Make the site of all versions from the releases in dist/, and return its folder.

    Raises
    ------
    BuildError
        Where there is no release, or one is damaged.
    """
    with _releasing(root):
        return _publish(root, report)


def _publish(root, report):
    released = versions.released(root / "dist")
    if not released:
        raise BuildError("there is no release in dist/ to publish")
    folder = versions.publish(root / "dist", next(iter(released.values()))["title"])
    report(f"published {', '.join(released)}: {folder.relative_to(root)}/index.html")
    return folder


def verify_release(root, folder, report=print):
    """Check a release against its manifest, build its commit again and compare.

    The manifest is trusted in nothing but the programs that it was built with.

    Raises
    ------
    BuildError
        At the first difference. Where the programs here are others: with their names and the
        files that differ.
    """
    given = checked.release(folder)
    report(f"the sums of {len(given['files']) + 1} files are right")
    if given["lock"] != compare.sha256(root / "requirements.txt"):
        raise BuildError(
            f"{folder.name} was built with other packages; check out its commit"
            f" {given['commit'][:12]} and verify there"
        )
    time = git(root, "log", "-1", "--format=%ct", "--end-of-options", given["commit"])
    if time is None:
        raise BuildError(
            f"the commit {given['commit'][:12]} of {folder.name} is not in this repository"
        )
    commit = Commit(given["commit"], int(time))
    project = Project(root)
    with (
        rendering.building(project),
        tempfile.TemporaryDirectory(prefix=rendering.ASIDE, dir=project.build) as scratch,
    ):
        again = Path(scratch) / folder.name
        assemble(root, commit, given["version"], given["address"], again, pdf=bool(given["pdfs"]))
        built = json.loads(_text(again / versions.MANIFEST))
        _expect_fields(given, built)
        if given["tools"] == built["tools"]:
            if found := compare.difference(folder, again):
                raise BuildError(f"built again, the release differs: {found}")
            report(f"built again from commit {commit.short}: the same, to the byte")
        else:
            report(_with_other_tools(given, built, commit))


#: Fields of a manifest that depend on the programs: their names, and sums of what they wrote.
_WRITTEN_BY_TOOLS = ("tools", "site", "files", "chapters")


def _expect_fields(given, built):
    """Raise BuildError for the first field that differs, of those no program can change."""
    for field, value in given.items():
        if field not in _WRITTEN_BY_TOOLS and value != built[field]:
            raise BuildError(f"built again, the release differs: manifest.json, {field}")
    for name in sorted({*given["chapters"], *built["chapters"]}):
        pair = [found["chapters"].get(name, {}) for found in (given, built)]
        if any(pair[0].get(field) != pair[1].get(field) for field in ("source", "parameters")):
            raise BuildError(f"built again, the release differs: manifest.json, chapter {name}")


def _with_other_tools(given, built, commit):
    """Return the result where the programs here are others; raise BuildError if files differ."""
    tools = f"built with {_listed(given['tools'])}; here is {_listed(built['tools'])}"
    differ = [
        name
        for name in sorted({*given["files"], *built["files"]})
        if given["files"].get(name) != built["files"].get(name)
    ]
    if differ:
        raise BuildError(
            f"not verified: {tools}; these files differ: {', '.join(differ[:5])}"
            + (f" and {len(differ) - 5} more" if len(differ) > 5 else "")
        )
    return (
        f"built again from commit {commit.short} with other programs ({tools}):"
        f" all {len(given['files'])} files are equal, the manifest but for the programs' names"
    )


def _listed(tools):
    return ", ".join(f"{name} {version}" for name, version in sorted(tools.items()))


#: Two builds that differ in everything that must not matter.
SURROUNDINGS = (
    fresh.Surrounding("one"),
    fresh.Surrounding(
        "another place/又一处", "Pacific/Kiritimati", "POSIX", "4242", 400, archive=True
    ),
)


def verify(root, report=print, pdf=True):
    """Build the commit of the checkout twice, in different surroundings, and compare.

    Raises
    ------
    BuildError
        At the first difference.
    """
    _needs_git(root)
    commit = of(root)
    if not commit.id:
        raise BuildError("there is no commit here to build twice (no git checkout)")
    if commit.changed:
        report(f"what `git status` shows is left out: this is about commit {commit.short}")
    if pdf:
        from sobe.pipeline import pdf

        pdf.check(Project(root))
    surroundings = SURROUNDINGS
    if not fresh.can_shift():
        report("faketime is not installed: both builds have today's date")
        surroundings = [fresh.Surrounding(**{**vars(one), "days": 0}) for one in surroundings]
    version = str(citation.read(root)["version"])
    project = Project(root)
    with (
        rendering.building(project),
        tempfile.TemporaryDirectory(
            prefix=rendering.ASIDE, dir=project.build, ignore_cleanup_errors=True
        ) as scratch,
    ):
        for number, surrounding in enumerate(surroundings, 1):
            report(f"build {number}: {surrounding}")
        made = [Path(scratch) / str(number) / version for number in (1, 2)]
        # Both at the same time: a build alone leaves cores idle.
        context = multiprocessing.get_context("fork")
        builds = [
            Worker(context, assemble, root, commit, version, "", out, pdf, surrounding)
            for out, surrounding in zip(made, surroundings, strict=True)
        ]
        try:
            for each in builds:
                each.result()
        finally:
            for each in builds:
                each.kill()
        if found := compare.difference(*made):
            raise BuildError(f"two builds of commit {commit.short} differ: {found}")
        archive.unpack(made[0] / versions.archive_name(version, "site"), Path(scratch) / "site")
        counted = {"release": compare.kinds(made[0]), "site": compare.kinds(Path(scratch) / "site")}
    for what, found in counted.items():
        report(
            f"the same to the byte, {what}: "
            + ", ".join(f"{count} {kind}" for kind, count in found.items())
        )
    return counted
