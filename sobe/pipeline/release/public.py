"""Make a tagged version public: release it, keep the release, and push the site of all versions.

Releases are kept in a store: a folder, or the releases of a repository on GitHub. The site is a
branch of a git repository, from which a host such as GitHub Pages serves it.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from sobe.commit import asked, git, of
from sobe.errors import BuildError, keeping
from sobe.pipeline.release import make
from sobe.publish import checked, compare, versions

#: The branch that holds the site, and the store that means "the releases on GitHub".
BRANCH, GITHUB = "gh-pages", "github"


def make_public(root, tag, store, remote, report=print, pdf=True):
    """Release the tagged commit, keep it in ``store`` and push the site to ``remote``.

    A run that was interrupted is repeated with the same arguments: what was done is checked, and
    the rest follows.

    Parameters
    ----------
    root
        The repository, checked out at the tag.
    tag
        The letter v and a version, as in "v1.0.0".
    store
        A folder with a folder per release, or "github".
    remote
        The git repository whose branch `gh-pages` holds the site: a path, address or name.
    report
        Takes a line per step.
    pdf
        Whether a release has PDFs.

    Returns
    -------
    pathlib.Path
        The release.

    Raises
    ------
    BuildError
        Where the tag is not this commit, a release or the published site differs from what it
        was, or git or gh fails. The site on ``remote`` is then as before.
    """
    version = _tagged(root, tag)
    dist = root / "dist"
    dist.mkdir(exist_ok=True)
    keeper = _GitHub(root) if store == GITHUB else _Folder(Path(store))
    fetched = keeper.fetch(dist)
    report(f"fetched from {store}: {', '.join(fetched) or 'no release'}")
    with tempfile.TemporaryDirectory(prefix="site-of-versions-") as scratch:
        site = _Site(Path(scratch), _address(root, remote))
        site.expect_kept(dist)
        if not (dist / version).exists():
            make.release(root, version, report, pdf)
        if version not in fetched:
            make.verify_release(root, dist / version, report)
        make.publish(root, report)
        if version not in fetched:
            keeper.keep(dist / version)
            report(f"kept {version} in {store}")
        author = git(root, "log", "-1", "--format=%an%n%ae").splitlines()
        pushed = site.push(dist / versions.SITE, f"Publish {version}", author)
    report(f"pushed the site of all versions to {BRANCH}" if pushed else "the site is up to date")
    return dist / version


def _tagged(root, tag):
    """Return the version of a tag; raise BuildError unless it is the commit that is checked out."""
    version = tag.removeprefix("v")
    if version == tag or not versions.VERSION.match(version):
        raise BuildError(f"{tag!r} is not a tag of a version; expected one such as v1.0.0")
    tagged = git(root, "rev-parse", "--verify", "--end-of-options", f"refs/tags/{tag}^{{commit}}")
    if tagged is None:
        raise BuildError(f"there is no tag {tag} here: git tag {tag}")
    if tagged.strip() != of(root).id:
        raise BuildError(f"the tag {tag} is not the commit that is checked out: git checkout {tag}")
    return version


class _Folder:
    """A store that is a folder, with a folder per release."""

    def __init__(self, folder):
        self.folder = folder

    def fetch(self, dist):
        """Copy the releases that ``dist`` lacks into it, and return the names of all."""
        found = list(versions.released(self.folder)) if self.folder.is_dir() else []
        for version in found:
            if not (dist / version).exists():
                _copy(self.folder / version, dist / version)
            elif difference := compare.difference(self.folder / version, dist / version):
                raise BuildError(f"dist/{version} is not the release kept: {difference}")
        return found

    def keep(self, release):
        """Copy a release into the store."""
        self.folder.mkdir(parents=True, exist_ok=True)
        _copy(release, self.folder / release.name)


def _copy(source, target):
    """Copy a release after checking it; the target appears whole or not at all."""
    checked.release(source)
    with tempfile.TemporaryDirectory(prefix=versions.MAKING, dir=target.parent) as aside:
        shutil.copytree(source, Path(aside) / "release")
        os.rename(Path(aside) / "release", target)


class _GitHub:
    """A store that is the releases of the repository on GitHub, reached with the program gh."""

    def __init__(self, root):
        self.root = root

    def fetch(self, dist):
        """Download the releases that ``dist`` lacks, and return the names of all."""
        listed = self._gh("release", "list", "--limit", "1000", "--json", "tagName", "--jq", _NAMES)
        found = [tag[1:] for tag in listed.split() if versions.VERSION.match(tag[1:])]
        for version in found:
            if not (dist / version).exists():
                with tempfile.TemporaryDirectory(prefix=versions.MAKING, dir=dist) as aside:
                    made = Path(aside) / version
                    self._gh("release", "download", f"v{version}", "--dir", str(made))
                    checked.release(made)
                    os.rename(made, dist / version)
        return found

    def keep(self, release):
        """Attach the files of a release to its tag."""
        files = [str(path) for path in sorted(release.iterdir())]
        tag = f"v{release.name}"
        title = f"Version {release.name}"
        notes = f"Files and sums of {title.lower()}; SHA256SUMS lists them."
        self._gh(
            "release", "create", tag, "--verify-tag", "--title", title, "--notes", notes, *files
        )

    def _gh(self, *arguments):
        try:
            done = subprocess.run(
                ["gh", *arguments],
                cwd=self.root,
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
            )
        except FileNotFoundError:
            raise BuildError(
                "the program gh is not installed; the store 'github' needs it"
            ) from None
        if done.returncode:
            what = " ".join(arguments[:2])
            problem = (
                f"gh {what} failed; check that you are signed in and may write: gh auth status"
            )
            raise keeping(BuildError(problem), "gh", done.stderr)
        return done.stdout


_NAMES = '.[].tagName | select(startswith("v"))'


class _Site:
    """The branch that holds the site of versions, in a repository of its own for the while."""

    def __init__(self, scratch, address):
        self.repository, self.address = scratch / "site.git", address
        self.published = scratch / "published"
        asked(scratch, "init", "--quiet", "--bare", "--template=", str(self.repository))
        listed = self._git("ls-remote", "--end-of-options", address, f"refs/heads/{BRANCH}")
        self.parent = listed.split()[0] if listed.strip() else None
        if self.parent:
            self._git("fetch", "--quiet", "--depth=1", "--end-of-options", address, self.parent)

    def expect_kept(self, dist):
        """Raise `BuildError` where a published version lacks its release or differs from it."""
        if self.parent is None:
            return
        self.published.mkdir()
        self._in(self.published, "checkout", "--force", self.parent, "--", ".")
        try:
            versions.check_site(self.published, versions.released(dist))
        except BuildError as error:
            raise BuildError(f"the site on {BRANCH} is not what was released: {error}") from None

    def push(self, folder, message, author):
        """Commit a folder as the site and push it; return whether it differs from before."""
        self._in(folder, "add", "--all", "--force", ".")
        tree = self._git("write-tree").strip()
        parents = ()
        if self.parent:
            if self._git("rev-parse", f"{self.parent}^{{tree}}").strip() == tree:
                return False
            parents = ("-p", self.parent)
        name, address = author
        identity = ("-c", f"user.name={name}", "-c", f"user.email={address}")
        commit = self._git(*identity, "commit-tree", tree, *parents, "-m", message).strip()
        target = f"{commit}:refs/heads/{BRANCH}"
        self._git("push", "--quiet", "--end-of-options", self.address, target)
        return True

    def _git(self, *arguments):
        return asked(self.repository, *arguments)

    def _in(self, folder, *arguments):
        """Run git with ``folder`` as the work tree."""
        return asked(folder, f"--git-dir={self.repository}", "--work-tree=.", *arguments)


def _address(root, remote):
    """Return the address of a remote that has a name in the repository, or what was given."""
    known = git(root, "remote", "get-url", "--end-of-options", remote)
    return known.strip() if known else str(remote)
