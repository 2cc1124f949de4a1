"""Processes killed at random moments: results stay whole, nothing runs on, the next run repairs."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sobe import languages
from sobe.pipeline.pdf import lacking
from survive.conftest import KILLS, ROOT, STOPPED, killed, listing, ready, same, sooner

pytestmark = pytest.mark.survive

EACH = 4
#: Where a build is, by what there is in its folder; the last that is there.
PHASES = {
    "": "as it started",
    ".lock": "as chapters executed",
    ".aside-*": "as pages rendered",
    ".aside-*/html": "as the site was put in place",
}


@pytest.fixture(scope="module")
def versions(grown, other, tmp_path_factory):
    """Two versions of the book, {marker: its site's listing}, in a folder of their own."""
    book = grown.book.copy(tmp_path_factory.mktemp("versions") / "book")
    return book, {"plain": grown.pages, "other": other.pages}, other.seconds


def turn(book, marker):
    """Make the book the version of that name: one chapter differs."""
    book.chapter(book.names[0], marker)


def phase(build):
    """What a build is at."""
    return [said for pattern, said in PHASES.items() if not pattern or any(build.glob(pattern))][-1]


@pytest.mark.parametrize("how", KILLS)
def test_a_build_killed_at_any_moment(versions, moments, account, temporary, how):
    """At moments spread over its time, and once as soon as the new site is there.

    Every second of these builds comes after a killed one.
    """
    book, wanted, seconds = versions
    build = book.root / "_build"
    present = next(marker for marker, found in wanted.items() if found == listing(book.site))
    for number, share in enumerate([*moments(EACH - 1, 1), None]):
        under_way = False
        while not under_way:  # a build that was done before counts for nothing; earlier, then
            comes = "plain" if present == "other" else "other"
            turn(book, comes)
            if not number:
                shutil.rmtree(build / ".cache")
            run, seen = book.start(TMPDIR=str(temporary)), []
            under_way = killed(
                run,
                how,
                share and share * seconds,
                lambda: any(build.glob(".aside-*/html")),
                lambda seen=seen: seen.append(phase(build)),
            )
            if not under_way:
                same(listing(book.site), wanted[comes])
                present, seconds = comes, sooner(seconds, run)
        assert not run.left(), f"{how} at {run.lasted} s"
        if how != "SIGKILL":
            assert run.said_once() == STOPPED
            assert run.code == {"SIGTERM": 143, "Ctrl-C": 130}[how]
            assert not list(build.glob(".aside-*"))
        found = listing(book.site)
        if found == wanted[comes]:
            present = comes
        else:
            same(found, wanted[present])
        account(
            f"{how} during a build",
            f"{seen[-1]}: site whole; then a build equals a clean one, and nothing is left of any",
        )
        if number % 2:
            again = book.build(TMPDIR=str(temporary))
            assert again.code == 0, again.err
            same(listing(book.site), wanted[comes])
            assert not list(temporary.iterdir()) and not list(build.glob(".aside-*"))
            present = comes


@pytest.fixture(scope="module")
def alone(grown, tmp_path_factory):
    """A book with a chapter run with another value: (book, its notebook, seconds it takes)."""
    book = grown.book.copy(tmp_path_factory.mktemp("alone") / "book")
    for _ in range(2):  # the second draws no pictures, as none of those to come
        shutil.rmtree(book.root / "_build/.cache/executed")
        run = book.start("chapter", book.names[0], "least=3")
        ready(run.process)
        start = time.monotonic()
        assert run.end().code == 0, run.err
        seconds = time.monotonic() - start
    return book, next((book.root / "_build/chapters").glob("*.ipynb")), seconds


@pytest.mark.parametrize("how", KILLS)
def test_a_single_chapter_killed(alone, moments, account, how):
    book, out, seconds = alone
    name, wanted = book.names[0], out.read_bytes()
    for share in moments(2, 1):
        under_way = False
        while not under_way:  # one that was done before counts for nothing; earlier, then
            shutil.rmtree(book.root / "_build/.cache/executed")
            out.write_text("older")
            run = book.start("chapter", name, "least=3")
            under_way = killed(run, how, share * seconds)
            assert not run.left()
            assert out.read_bytes() in (b"older", wanted)
            if not under_way:
                seconds = sooner(seconds, run)
        assert book.build("chapter", name, "least=3").code == 0
        assert out.read_bytes() == wanted
        account(f"{how} during make chapter", "notebook whole; the next run makes it")


@pytest.fixture(scope="module")
def printed(grown, tmp_path_factory):
    """A book of which PDFs are to be made."""
    return grown.book.copy(tmp_path_factory.mktemp("printed") / "book")


@pytest.mark.skipif(
    bool(lacking(languages.of(ROOT / "book").values())),
    reason="the PDF needs what is not installed here",
)
@pytest.mark.parametrize("how", KILLS)
def test_make_pdf_killed(printed, moments, account, temporary, how):
    """While its pages are rendered, and once WeasyPrint lays out its document."""
    document = printed.root / "_build/pdf/.zh/print/document.html"
    for moment in (*moments(1, 2), None):
        document.unlink(missing_ok=True)
        run = printed.start("--root", printed.root, "pdf", TMPDIR=str(temporary))
        assert killed(run, how, moment, document.exists)
        assert not run.left(10)
        assert not list((printed.root / "_build/pdf").glob("*.pdf"))
        if how != "SIGKILL":
            assert run.said_once() == STOPPED and run.err == STOPPED + "\n"
        account(f"{how} during make pdf", "no half PDF, no process, nothing left in /tmp")
    assert printed.build(TMPDIR=str(temporary)).code == 0
    assert not list(temporary.iterdir())


SWEEP = """title: A few
parameters: {draws: 3000, seed: 1}
grid:
  organism: [c_elegans, mouse, human]
  modality: [em, exm]
  project_years: [5.0, 10.0, 20.0, 30.0]
"""


def sweep(book, file, out):
    return book.start("sweep", file, "--out", out, SOBE_DATA=str(ROOT / "data"))


@pytest.mark.parametrize("how", KILLS)
def test_a_sweep_killed_goes_on(book, tmp_path, moments, account, how):
    file = tmp_path / "few.yml"
    file.write_text(SWEEP)
    start = time.monotonic()
    assert sweep(book, file, tmp_path / "clean").end().code == 0
    seconds = time.monotonic() - start
    wanted = {
        name: (tmp_path / "clean" / name).read_bytes() for name in ("table.csv", "index.html")
    }
    for number, moment in enumerate(moments(2, seconds)):
        out = tmp_path / f"killed-{number}"
        run = sweep(book, file, out)
        under_way = killed(run, how, moment)
        assert not run.left(10)
        for name, content in wanted.items():
            assert not (out / name).exists() or (out / name).read_bytes() == content
        if how != "SIGKILL" and under_way:
            assert run.said_once() == STOPPED
        again = sweep(book, file, out).end()
        assert again.code == 0, again.err
        assert {name: (out / name).read_bytes() for name in wanted} == wanted
        account(
            f"{how} during a sweep",
            "table whole or absent; goes on, and equals an uninterrupted one",
        )


DERIVE = """
import json, sys
from pathlib import Path
from sobe import signals
signals.handle("stopped; the tables in data/ are as they were")
from sobe.tables.derive.write import write
root = Path(sys.argv[1])
write(json.loads((root / "new.json").read_text()), root)
"""


@pytest.mark.parametrize("how", KILLS)
def test_a_derivation_killed_leaves_the_tables(tmp_path, moments, account, how):
    """All tables of the data package, with each row twice or once: never a mixture of both."""
    import json

    root = tmp_path / "repo"
    shutil.copytree(ROOT / "data", root / "data")
    old = {p.relative_to(root).as_posix(): p.read_text() for p in (root / "data").glob("*.csv")}
    new = {
        name: text.replace("\n", "\r\n") for name, text in old.items()
    }  # valid, and another file
    start, took = time.monotonic(), 1.5
    for number, moment in enumerate([0.0, *moments(4, 1.0)]):
        (root / "new.json").write_text(json.dumps(new))
        process = subprocess.Popen(
            [sys.executable, "-c", DERIVE, root],
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        if number:
            ready(process)
            time.sleep(moment * took)
            if process.poll() is None:
                KILLS[how](process)
        said = process.communicate(timeout=60)[1]
        if not number:
            assert process.returncode == 0, said
            took = time.monotonic() - start
        assert "Traceback" not in said, said
        from sobe.tables.derive.write import finish

        finish(root)  # as the next make book or make data does
        found = {
            p.relative_to(root).as_posix(): p.read_bytes().decode()
            for p in (root / "data").glob("*.csv")
        }
        assert found in (old, new)
        for name, text in old.items():
            (root / name).write_bytes(text.encode())
        if number:
            account(f"{how} during make data", "all tables old, or all new")


UPSTREAM = Path(ROOT).parent / "shared/upstream"


@pytest.mark.skipif(not UPSTREAM.is_dir(), reason="upstream's data is not next to this checkout")
@pytest.mark.parametrize("how", KILLS)
def test_make_data_killed(tmp_path, moments, account, how):
    """The real command derives what is already there, so the tables are the same all the time."""
    root = tmp_path / "book"
    shutil.copytree(
        ROOT, root, ignore=shutil.ignore_patterns(".*", "_build", "__pycache__", "*.egg-info")
    )
    wanted = listing(root / "data")

    def derivation():
        process = subprocess.Popen(
            [sys.executable, "-m", "sobe.pipeline.derive", UPSTREAM],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        ready(process)
        return process

    whole, start = derivation(), time.monotonic()
    said = whole.communicate(timeout=120)[1]
    assert whole.returncode == 0, said
    seconds = time.monotonic() - start
    for moment in moments(2, seconds):
        process = derivation()
        time.sleep(moment)
        if process.poll() is None:
            KILLS[how](process)
        said = process.communicate(timeout=60)[1]
        assert "Traceback" not in said, said
        same(listing(root / "data"), wanted)
        account(f"{how} during make data", "all tables old, or all new")
