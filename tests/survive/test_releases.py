"""Releases killed at random moments: versions are whole or absent, the site is old or new."""

import shutil
import subprocess
import time

import pytest
from test_release import TinyRepository

from sobe.pipeline.release import make
from sobe.publish import checked
from survive.conftest import KILLS, Book, killed, listing, once, same, sooner

pytestmark = pytest.mark.survive

STOPPED = "stopped; what was released is untouched"
#: The command itself, but for the PDFs; their killing is tried with make pdf.
COMMAND = f"""
from sobe import signals
signals.handle({STOPPED!r})
import functools, runpy
from sobe.pipeline.release import make
make.release = functools.partial(make.release, pdf=False)
runpy.run_module("sobe.pipeline.release", run_name="__main__", alter_sys=True)
"""


class Releases(Book):
    """A small book with 1.0.0 released and 1.1.0 committed."""

    def __init__(self, root, temporary):
        self.root, self.temporary = root, str(temporary)
        self.dist, self.kept = root / "dist", root.with_name("kept")

    def make(self):
        """Make it and both releases; `learn` then knows what there was before and after."""
        self.root.mkdir()
        repository = TinyRepository(self.root)
        make.release(self.root, "1.0.0", pdf=False, report=lambda line: None)
        repository.second()
        shutil.copytree(self.dist, self.kept)
        start = time.monotonic()
        done = self.command("release", "1.1.0").end()
        assert done.code == 0, done.err
        self.root.with_name("seconds").write_text(str(time.monotonic() - start))

    def learn(self):
        """Know the releases that are there, and the seconds that the second took."""
        self.old, self.new = listing(self.kept), listing(self.dist)
        self.seconds = float(self.root.with_name("seconds").read_text())
        assert checked.release(self.dist / "1.1.0")["version"] == "1.1.0"

    def command(self, *arguments):
        """Start `make release` or the like."""
        return self.start(
            *arguments,
            code=("-c", COMMAND),
            TMPDIR=self.temporary,
            SOBE_DATA=str(self.root / "data"),
        )

    def reset(self, *but):
        """All as it was before the release, but for what is named."""
        for path in self.dist.iterdir():
            if path.name not in but:
                shutil.rmtree(path)
        shutil.copytree(self.kept, self.dist, dirs_exist_ok=True)

    def present(self):
        """(whether 1.1.0 is there, whether it is in the site); each of them must be whole."""
        released = {
            name: content
            for name, content in listing(self.dist).items()
            if not name.startswith(".making-")
        }
        there, published = (self.dist / "1.1.0").exists(), (self.dist / "site/1.1.0").exists()
        wanted = {
            name: content for name, content in self.old.items() if not name.startswith("site/")
        }
        wanted |= {
            name: content
            for name, content in self.new.items()
            if name.startswith("1.1.0/") and there
        }
        wanted |= {
            name: content
            for name, content in (self.new if published else self.old).items()
            if name.startswith("site/")
        }
        same(released, wanted)
        return there, published

    def all_is_new(self):
        """All is as after an uninterrupted release, and nothing is left over."""
        same(listing(self.dist), self.new)
        left = [
            *self.dist.glob(".*"),
            *(self.root / "_build").glob(".aside-*"),
            *map(str, self.root.glob(".git/*.lock")),
        ]
        assert (
            not left
            and not subprocess.run(["ls", "-A", self.temporary], capture_output=True).stdout
        )


@pytest.fixture(scope="module")
def releases(tmp_path_factory, temporary):
    """The releases, made once, in a place of this process's own."""
    folder = once(
        tmp_path_factory, "releases", lambda folder: Releases(folder / "a book", temporary).make()
    )
    place = tmp_path_factory.mktemp("releases")
    shutil.copytree(folder, place, symlinks=True, dirs_exist_ok=True)
    found = Releases(place / "a book", temporary)
    found.learn()
    return found


def stopped(run, how):
    """It left no process, and said one thing where it could."""
    assert not run.left()
    if how != "SIGKILL":
        assert run.said_once() == STOPPED and run.err == STOPPED + "\n"
        assert run.code == {"SIGTERM": 143, "Ctrl-C": 130}[how]


@pytest.mark.parametrize("how", KILLS)
def test_a_release_killed_at_any_moment(releases, moments, account, how):
    """At moments spread over its time, and as soon as the version lies there.

    The second of these releases comes after a killed one, unless that left the version.
    """
    left, seconds = False, releases.seconds
    for number, share in enumerate([*moments(2, 1), None]):
        under_way = False
        while not under_way:
            if not left:
                releases.reset()
            run = releases.command("release", "1.1.0")
            under_way = killed(
                run, how, share and share * seconds, (releases.dist / "1.1.0").exists
            )
            if not under_way:
                releases.all_is_new()
                left, seconds = False, sooner(seconds, run)
        stopped(run, how)
        there, published = releases.present()
        left = not there and not number
        outcome = "no such version; then a release gives the bytes of an uninterrupted one"
        if there:
            outcome = (
                f"version whole, site {'new' if published else 'old'}; refused a second time; "
                "make publish gives the new site"
            )
        if not left:
            again = releases.command("release", "1.1.0").end()
            assert again.code == int(there), again.err
            if there:
                assert "1.1.0 has been released in" in again.said_once()
                assert ("make publish puts it into the site" in again.err) is not published
                assert releases.command("publish").end().code == 0
            releases.all_is_new()
        account(f"{how} during make release", outcome)


@pytest.mark.parametrize("how", KILLS)
def test_publishing_killed(releases, account, how):
    """Once something is being made, once when the new site is nearly whole."""
    for sign in (".making-*", ".making-*/site/latest/index.html"):
        releases.reset("1.1.0")
        run = releases.command("publish")
        under_way = killed(run, how, once=lambda sign=sign: any(releases.dist.glob(sign)))
        assert not run.left()
        if under_way:
            stopped(run, how)
        assert releases.present()[0]
        again = releases.command("publish").end()
        assert again.code == 0, again.err
        releases.all_is_new()
        account(
            f"{how} during make publish", "site old or new; the next make publish gives the new one"
        )
