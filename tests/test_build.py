"""The pipeline: what is executed again, what is kept, what a failure leaves."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import CONFIG

from sobe.errors import BuildError
from sobe.pipeline import rendering
from sobe.pipeline.__main__ import main
from sobe.pipeline.book import build_book, run_chapter
from sobe.pipeline.lock import only_build


def executed(tiny, capsys):
    """Build, and name the chapters that were executed for it."""
    capsys.readouterr()
    build_book(tiny.project)
    out = capsys.readouterr().out
    return {line.split()[1] for line in out.splitlines() if line.startswith("  executed ")}


def listing(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def test_nothing_changed_does_nothing(tiny, capsys):
    before = (tiny.project.site / "index.html").stat().st_mtime_ns
    assert build_book(tiny.project) is False
    assert "nothing changed" in capsys.readouterr().out
    assert (tiny.project.site / "index.html").stat().st_mtime_ns == before


def test_a_table_concerns_only_its_readers(tiny, capsys):
    tiny.write("data/alpha.csv", "a\n1\n2\n")
    assert executed(tiny, capsys) == {"alpha"}
    assert "all 3 4.5 plain" in (tiny.project.site / "alpha.html").read_text()


def test_a_tables_description_concerns_only_its_readers(tiny, capsys):
    path = tiny.root / "data/datapackage.json"
    package = json.loads(path.read_text())
    package["resources"][1]["title"] = "Beta"
    path.write_text(json.dumps(package))
    assert executed(tiny, capsys) == {"beta"}


def test_a_source_concerns_only_its_chapter(tiny, capsys):
    tiny.chapter("beta", marker="other")
    assert executed(tiny, capsys) == {"beta"}


@pytest.mark.parametrize("name", ["sobe/code.py", "requirements.txt"])
def test_package_and_lock_concern_every_chapter(tiny, capsys, name):
    tiny.write(name, "changed = 1\n")
    assert executed(tiny, capsys) == {"alpha", "beta"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-40],
        lambda text: text.replace("plain", "spoil"),
        lambda text: "",
        lambda text: "\x00\n{}",
    ],
)
def test_a_damaged_entry_is_executed_again(tiny, capsys, damage):
    entry = tiny.project.cache / "executed/alpha.json"
    entry.write_text(damage(entry.read_text()))
    assert executed(tiny, capsys) == {"alpha"}
    assert executed(tiny, capsys) == set()


def test_a_spoiled_or_missing_site_is_rendered_again(tiny, capsys):
    whole = listing(tiny.project.site)
    (tiny.project.site / "alpha.html").write_text("spoiled")
    assert executed(tiny, capsys) == set()
    assert listing(tiny.project.site) == whole
    shutil.rmtree(tiny.project.site)
    assert executed(tiny, capsys) == set()
    assert listing(tiny.project.site) == whole


def test_a_page_or_config_change_renders_without_executing(tiny, capsys):
    tiny.write("book/index.md", "# Tiny\n\nNew words.\n")
    assert executed(tiny, capsys) == set()
    assert "New words." in (tiny.project.site / "index.html").read_text()


def test_two_builds_are_byte_identical(tiny):
    first = listing(tiny.project.site)
    shutil.rmtree(tiny.project.build)
    build_book(tiny.project)
    assert listing(tiny.project.site) == first


def test_a_failing_chapter_is_told_and_leaves_the_site(tiny, capsys):
    before = listing(tiny.project.site)
    tiny.chapter("beta", extra=tiny.cell("1 / 0  # oops"))
    capsys.readouterr()
    assert main(["--root", str(tiny.root), "book"]) == 1
    said = capsys.readouterr().err
    assert "chapter 'beta' failed in cell 4 (book/beta.md, line 32)" in said
    assert "1 / 0  # oops" in said and "ZeroDivisionError: division by zero" in said
    assert "Traceback" in said and "\x1b" not in said
    assert listing(tiny.project.site) == before


def test_a_chapter_has_a_time_limit(tiny):
    config = (tiny.root / "_config.yml").read_text().replace("timeout: 60", "timeout: 4")
    tiny.write("_config.yml", config)
    tiny.chapter("alpha", extra=tiny.cell("import time; time.sleep(60)"))
    with pytest.raises(BuildError, match="'alpha' failed in cell 4 .*longer than its 4 seconds"):
        build_book(tiny.project)


def test_a_dead_kernel_is_told(tiny):
    tiny.chapter("alpha", extra=tiny.cell("os._exit(1)"))
    with pytest.raises(BuildError, match="'alpha' failed in cell 4 .*kernel died"):
        build_book(tiny.project)


def test_a_sphinx_warning_is_an_error_and_leaves_the_site(tiny):
    before = listing(tiny.project.site)
    tiny.write("book/index.md", "# Tiny\n\nTo [nowhere](nowhere.md).\n")
    with pytest.raises(BuildError, match=r"book/index.md:3: WARNING: .*nowhere.md"):
        build_book(tiny.project)
    assert listing(tiny.project.site) == before
    assert not list(tiny.project.build.glob(".aside-*"))


def test_the_site_is_swapped_whole(tiny, monkeypatch):
    """Where names cannot be exchanged: the old site comes back if the move fails."""
    project = tiny.project
    fresh = project.build / "fresh"
    shutil.copytree(project.site, fresh)
    before = listing(project.site)
    real, calls = rendering.os.rename, []

    def rename(old, new):
        calls.append(new)
        if len(calls) == 2:
            raise OSError("no space")
        real(old, new)

    monkeypatch.setattr(rendering.os, "rename", rename)
    monkeypatch.setattr(rendering.atomic, "exchange", lambda *_: False)
    with pytest.raises(OSError):
        rendering.put_in_place(project, fresh)
    assert listing(project.site) == before


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_site_takes_the_place_of_another(tiny, monkeypatch, exchanges):
    """In one instant, or, where the system knows no exchange of names, in two."""
    project = tiny.project
    fresh = project.build / ".aside-x"
    fresh.mkdir()
    (fresh / "index.html").write_text("new")
    if not exchanges:
        monkeypatch.setattr(rendering.atomic, "exchange", lambda *_: False)
    old = listing(project.site)
    rendering.put_in_place(project, fresh)
    assert listing(project.site) == {"index.html": b"new"}
    assert fresh.is_dir() == exchanges and (not exchanges or listing(fresh) == old)
    assert not (project.build / ".html-old").exists()


def test_a_site_moved_aside_by_a_killed_build_comes_back(tiny):
    project = tiny.project
    project.site.rename(project.build / ".html-old")
    rendering.recover(project)
    assert (project.site / "index.html").is_file()


def test_one_build_at_a_time(tiny):
    refused = pytest.raises(BuildError, match=r"another build is running here \(process \d+\)")
    with only_build(tiny.project), refused:
        build_book(tiny.project)


def test_a_chapter_with_parameters(tiny, capsys):
    out = run_chapter(tiny.project, "alpha", "top=4 label='two words'")
    # A readable name cannot hold the space, so a hash tells it from another input.
    assert re.fullmatch(r"alpha-label=two_words-top=4-[0-9a-f]{12}\.ipynb", out.name)
    assert out.parent == tiny.project.build / "chapters"
    assert "two words 2 6.0 plain" in out.read_text()
    run_chapter(tiny.project, "alpha", "label='two words' top=4")
    assert "unchanged" in capsys.readouterr().out
    # The book's own result is not touched by it.
    assert build_book(tiny.project) is False


@pytest.mark.parametrize(
    "name, params, message",
    [
        ("gamma", "", "there is no chapter 'gamma'; chapters: alpha, beta"),
        ("alpah", "", "nearest: alpha"),
        ("alpha", "bottom=1", "has no parameter 'bottom'; its parameters: top, scale, label"),
        ("alpha", "top=high", "parameter top: 'high' is not a whole number"),
        ("alpha", "top", "'top': '=' and a value are missing"),
    ],
)
def test_a_wrong_name_or_parameter_is_one_message(tiny, capsys, name, params, message):
    assert main(["--root", str(tiny.root), "chapter", name, params]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ") and message in said and said.count("\n") == 1


def test_without_values_the_parameters_are_listed_and_nothing_runs(tiny, capsys):
    assert main(["--root", str(tiny.root), "chapter"]) == 0
    assert "Chapters: alpha, beta" in capsys.readouterr().out
    assert main(["--root", str(tiny.root), "chapter", "alpha"]) == 0
    said = capsys.readouterr().out
    assert "top=3" in said and "a whole number" in said and "PARAMS=defaults" in said
    assert not (tiny.project.build / "chapters").exists()
    assert main(["--root", str(tiny.root), "chapter", "alpha", "defaults"]) == 0
    assert (tiny.project.build / "chapters" / "alpha.ipynb").is_file()


#: A cell that fails, in a page where its text comes twice and the first one does not fail.
FAILING = "values = [1]\nif len(seen) > 1:\n    values[1]\nseen.append(0)"


#: With values given there is one cell more; an error and a kernel's end are told on two ways.
@pytest.mark.parametrize(
    ("code", "what", "below", "given"),
    [
        (FAILING, "IndexError", 2, "defaults"),
        (FAILING, "IndexError", 2, "top=4"),
        ("x = (\n", "SyntaxError", 0, "defaults"),
        ("x = (\n", "SyntaxError", 0, "top=4"),
        ("def f():\n    return 1 / 0\n\n\nf()", "ZeroDivisionError", 4, "top=4"),
        ("a = 1\n\nb = a.nothing", "AttributeError", 2, "defaults"),
        ("import time\ntime.sleep(60)", "took longer than its 3 seconds", 0, "defaults"),
        ("import os\nos.kill(os.getpid(), 9)", "the kernel died", 0, "top=4"),
    ],
)
def test_a_failure_names_its_cell_and_line_with_and_without_parameters(
    tiny, capsys, code, what, below, given
):
    tiny.write("_config.yml", CONFIG.replace("timeout: 60", "timeout: 3"))
    extra = tiny.cell("seen = [0]") + "\nProse of its own.\n" + tiny.cell(FAILING)
    tiny.chapter("alpha", extra=extra + tiny.cell(code))
    assert main(["--root", str(tiny.root), "chapter", "alpha", given]) == 1
    said = capsys.readouterr().err.splitlines()[0]
    page = (tiny.root / "book/alpha.md").read_text()
    at = page.rindex(code)
    cell = sum(page[:at].count(mark) for mark in ("```{code-cell}",)) + 2  # two of prose
    line = page.count("\n", 0, at) + 1 + below
    assert what in said and f"failed in cell {cell} (book/alpha.md, line {line})" in said


def test_a_table_edited_while_a_chapter_runs_is_noticed(tiny, capsys):
    edit = "Path('../data/alpha.csv').write_text('a\\n1\\n2\\n3\\n')"
    tiny.chapter("alpha", extra=tiny.cell(edit))
    assert executed(tiny, capsys) == {"alpha"}
    assert executed(tiny, capsys) == {"alpha"}
    assert "all 4 4.5 plain" in (tiny.project.site / "alpha.html").read_text()


def test_toc_naming_no_page(tiny):
    tiny.write("_toc.yml", "format: jb-book\nroot: book/nothing\n")
    with pytest.raises(BuildError, match="no page book/nothing.md"):
        build_book(tiny.project)


def test_plain_jupyter_book_builds_it_too(tiny):
    """For those who know only that; it leads from the front page to the book."""
    command = Path(sys.executable).parent / "jupyter-book"
    done = subprocess.run([command, "build", "-W", tiny.root], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "url=book/index.html" in (tiny.project.site / "index.html").read_text()
    assert "all 2 4.5 plain" in (tiny.project.site / "book/alpha.html").read_text()
    # And `make book` notices that the site is not its own.
    assert build_book(tiny.project) is True


def test_ctrl_c_stops_chapters_and_leaves_the_site(tiny):
    before = listing(tiny.project.site)
    mark = tiny.root / "running"
    tiny.chapter(
        "alpha",
        extra=tiny.cell(
            f"Path({str(mark)!r}).write_text(str(os.getpid()))\nimport time; time.sleep(60)"
        ),
    )
    build = subprocess.Popen(
        [sys.executable, "-m", "sobe.pipeline", "--root", tiny.root, "book"],
        stderr=subprocess.PIPE,
        text=True,
    )
    for _ in range(300):
        if mark.exists() and mark.read_text():
            break
        time.sleep(0.1)
    build.send_signal(signal.SIGINT)
    assert build.wait(timeout=20) == 130
    assert (
        build.stderr.read()
        == "stopped; what was finished is untouched, and the same command goes on from there\n"
    )
    assert listing(tiny.project.site) == before
    with pytest.raises(ProcessLookupError):
        for _ in range(50):
            os.kill(int(mark.read_text()), 0)
            time.sleep(0.1)
