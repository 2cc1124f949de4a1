"""Making tagged versions public: kept in a folder, and pushed to a git repository."""

import subprocess

import pytest
from test_release import TinyRepository

from sobe.errors import BuildError
from sobe.pipeline.release.public import BRANCH, make_public
from sobe.publish import checked, compare


def git(folder, *arguments):
    done = subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


class Public:
    """A book of versions 9.0.0 and 9.1.0, both public."""

    def __init__(self, root):
        self.store, self.remote = root / "releases", root / "remote.git"
        git(root, "init", "-q", "--bare", str(self.remote))
        self.book = TinyRepository(root / "book", "9.0.0")
        self.said = [self.make_public("v9.0.0")]
        self.book.version("9.1.0")
        self.book.things("a,1", "b,20")
        from sobe.pipeline.release import make

        make.write_record(self.book.root, "9.1.0", self.book.root / "dist")
        self.book.commit()
        # As on a new machine, which has the tag and nothing else.
        self.clone = root / "clone"
        self.tag("v9.1.0")
        git(root, "clone", "-q", str(self.book.root), str(self.clone))
        self.said.append(self.make_public("v9.1.0", self.clone))

    def tag(self, tag):
        git(self.book.root, "tag", tag)

    def make_public(self, tag, root=None):
        if root is None:
            self.tag(tag)
        said = []
        make_public(root or self.book.root, tag, self.store, self.remote, said.append, pdf=False)
        return said

    def files(self, commit=BRANCH):
        """{path: hash of its content} of the pushed site."""
        lines = git(self.remote, "ls-tree", "-r", commit).splitlines()
        return {line.split("\t")[1]: line.split()[2] for line in lines}


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    root = tmp_path_factory.mktemp("public")
    (root / "book").mkdir()
    return Public(root)


@pytest.mark.built
def test_the_site_has_both_versions_and_the_earlier_is_kept(public):
    first, second = public.files(f"{BRANCH}~1"), public.files()
    assert {name.split("/")[0] for name in second} >= {"9.0.0", "9.1.0", "latest", "versions.js"}
    earlier = {name: total for name, total in first.items() if name.startswith("9.0.0/")}
    assert earlier
    assert earlier == {name: total for name, total in second.items() if name.startswith("9.0.0/")}
    latest = {name[7:]: total for name, total in second.items() if name.startswith("latest/")}
    newest = {name[6:]: total for name, total in second.items() if name.startswith("9.1.0/")}
    assert latest == newest
    assert git(public.remote, "rev-list", "--count", BRANCH) == "2"


@pytest.mark.built
def test_the_releases_are_kept_whole(public):
    assert sorted(compare.names(public.store)) and sorted(
        path.name for path in public.store.iterdir()
    ) == ["9.0.0", "9.1.0"]
    for version in ("9.0.0", "9.1.0"):
        assert checked.release(public.store / version)["version"] == version
    assert any("the same, to the byte" in line for line in public.said[1])
    assert public.said[1][0].endswith("9.0.0")


@pytest.mark.built
def test_a_second_run_changes_nothing(public):
    before = git(public.remote, "rev-parse", BRANCH)
    said = public.make_public("v9.1.0", public.clone)
    assert said[-1] == "the site is up to date"
    assert git(public.remote, "rev-parse", BRANCH) == before


@pytest.mark.built
@pytest.mark.parametrize(
    "tag, message",
    [
        ("9.1.0", "not a tag of a version"),
        ("v9.1", "not a tag of a version"),
        ("v9.1.0\n", "not a tag of a version"),
        ("--upload-pack=x", "not a tag of a version"),
        ("v9.2.0", "there is no tag v9.2.0 here"),
        ("v9.0.0", "not the commit that is checked out"),
    ],
)
def test_only_a_tag_of_this_commit_is_made_public(public, tag, message):
    before = public.files()
    with pytest.raises(BuildError, match=message):
        public.make_public(tag, public.clone)
    assert public.files() == before


@pytest.mark.built
def test_a_published_version_that_was_altered_is_told(public, tmp_path):
    work = tmp_path / "work"
    git(tmp_path, "clone", "-q", "-b", BRANCH, str(public.remote), str(work))
    (work / "9.0.0/index.html").write_text("other")
    git(work, "-c", "user.name=n", "-c", "user.email=e", "commit", "-qam", "x")
    altered = tmp_path / "altered.git"
    git(tmp_path, "clone", "-q", "--bare", str(work), str(altered))
    with pytest.raises(BuildError, match=r"not what was released: .*9.0.0.*index.html"):
        make_public(public.clone, "v9.1.0", public.store, altered, list().append, pdf=False)


@pytest.mark.built
def test_a_published_version_without_its_release_is_told(public, tmp_path):
    fresh = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(public.book.root), str(fresh))
    with pytest.raises(BuildError, match=r"not what was released: .*belongs to no release"):
        make_public(fresh, "v9.1.0", tmp_path / "empty", public.remote, list().append, pdf=False)
    assert not (tmp_path / "empty").exists()


@pytest.mark.built
def test_a_remote_that_is_missing_is_one_line(public, tmp_path):
    with pytest.raises(BuildError, match="git ls-remote failed") as error:
        make_public(public.clone, "v9.1.0", public.store, tmp_path / "none", print, pdf=False)
    assert "Traceback" not in str(error.value)
