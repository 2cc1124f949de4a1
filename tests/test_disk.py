"""A full disk or a read-only folder: one line, and what was good is whole and in place."""

import errno
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sobe import atomic
from sobe.errors import BuildError, reason
from sobe.pipeline import __main__ as command
from sobe.pipeline import computed, contribute, derive

ROOT = Path(__file__).resolve().parents[1]
ERRORS = {errno.ENOSPC: "No space left on device", errno.EROFS: "Read-only file system"}
ERRORS |= {errno.EDQUOT: "Disk quota exceeded", errno.EIO: "Input/output error"}


def listing(folder):
    """{path: bytes} of a folder."""
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def failing(monkeypatch):
    """Let the disk fail at the n-th file that is brought to it whole; returns the setter."""
    state = {"left": None, "code": errno.ENOSPC}
    real = os.fsync

    def fsync(handle):
        if state["left"] is not None:
            state["left"] -= 1
            if state["left"] < 0:
                raise OSError(state["code"], os.strerror(state["code"]), "somewhere")
        return real(handle)

    monkeypatch.setattr(atomic.os, "fsync", fsync)
    return lambda n, code=errno.ENOSPC: state.update(left=n, code=code)


def one_message(capsys, words):
    said = capsys.readouterr().err
    assert said.startswith("error: ") and said.count("\n") == 1 and words in said, said
    return said


# ---------------------------------------------------------------- the mechanism


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("code", ERRORS)
def test_of_several_files_all_are_new_or_none(tmp_path, failing, at, code):
    paths = [tmp_path / name for name in ("a", "b", "c")]
    for path in paths[:2]:
        path.write_text("old")
    failing(at, code)
    with pytest.raises(OSError, match=ERRORS[code]):
        atomic.write_together(dict.fromkeys(paths, "new"))
    assert listing(tmp_path) == {Path("a"): b"old", Path("b"): b"old"}
    failing(None)
    atomic.write_together(dict.fromkeys(paths, b"new"))
    assert listing(tmp_path) == {Path(name): b"new" for name in "abc"}


def test_the_copy_of_a_folder_that_fails_has_a_short_reason(tmp_path):
    (tmp_path / "a").mkdir()
    for name in "xyz":
        os.symlink("nowhere", tmp_path / "a" / name)
    with pytest.raises(shutil.Error) as raised:
        shutil.copytree(tmp_path / "a", tmp_path / "b")
    said = reason(raised.value)
    assert "No such file" in said and "\n" not in said and said.count("nowhere") + 1 < 3


# ---------------------------------------------------------------- chapters and scenarios


@pytest.fixture
def rerun(tiny):
    """(command, folder) of a chapter and of a scenario, each run once; the book then changes."""
    tiny.chapter("estimator")
    tiny.write("data/estimator.csv", "a\n1\n")
    package = json.loads((tiny.root / "data/datapackage.json").read_text())
    package["resources"].append({"name": "estimator", "path": "estimator.csv"})
    tiny.write("data/datapackage.json", json.dumps(package))
    toc = (tiny.root / "_toc.yml").read_text()
    tiny.write("_toc.yml", toc + "  - file: book/estimator\n")
    tiny.write("s.yml", "title: A scenario\n")
    return tiny


@pytest.mark.built
@pytest.mark.parametrize("name", ["chapter", "scenario"])
def test_a_rerun_without_room_leaves_the_earlier_one(rerun, failing, capsys, name):
    arguments = {
        "chapter": ["chapter", "alpha", "top=5"],
        "scenario": ["scenario", str(rerun.root / "s.yml")],
    }[name]
    run = ["--root", str(rerun.root), *arguments]
    assert command.main(run) == 0, capsys.readouterr().err
    folder = rerun.project.build / f"{name}s"
    before = listing(folder)
    assert any(path.suffix == ".ipynb" for path in before)
    for chapter in ("alpha", "estimator"):
        rerun.chapter(chapter, "changed")
    capsys.readouterr()
    for at in range(50):
        failing(at)
        code = command.main(run)
        if code == 0:
            break
        one_message(capsys, "No space left on device")
        assert listing(folder) == before
        assert not list(rerun.project.build.glob(".aside*"))
    assert 3 <= at < 49
    after = listing(folder)
    assert after.keys() == before.keys() and after != before  # none is taken for an edited one
    failing(None)
    capsys.readouterr()
    assert command.main(run) == 0 and "unchanged: " in capsys.readouterr().out


def read_only(folder):
    """Make a folder read-only, to root as well; returns what makes it writable, or skips."""
    if os.geteuid():
        folder.chmod(0o500)
        return lambda: folder.chmod(0o700)
    if subprocess.run(["chattr", "+i", folder], capture_output=True).returncode:
        pytest.skip("folders cannot be made immutable here")
    return lambda: subprocess.run(["chattr", "-i", folder], check=True)


@pytest.mark.built
@pytest.mark.parametrize("name", ["chapter", "scenario"])
def test_a_folder_of_reruns_that_is_read_only_is_one_line(rerun, capsys, name):
    arguments = {
        "chapter": ["chapter", "alpha", "top=5"],
        "scenario": ["scenario", str(rerun.root / "s.yml")],
    }[name]
    folder = rerun.project.build / f"{name}s"
    folder.mkdir()
    writable = read_only(folder)
    try:
        assert command.main(["--root", str(rerun.root), *arguments]) == 1
        said = one_message(capsys, "what was finished is untouched")
        assert "not permitted" in said or "denied" in said
        assert not listing(folder)
    finally:
        writable()
    assert command.main(["--root", str(rerun.root), *arguments]) == 0


# ---------------------------------------------------------------- sweeps

SWEEP = "title: {}\nparameters: {{draws: 100, seed: {}}}\ngrid: {{organism: [mouse, human]}}\n"


@pytest.mark.parametrize("at", [0, 1])
def test_a_sweep_without_room_leaves_the_earlier_table_and_page(tmp_path, failing, capsys, at):
    file, out = tmp_path / "s.yml", tmp_path / "out"
    run = ["--root", str(ROOT), "sweep", str(file), "--out", str(out)]
    file.write_text(SWEEP.format("One", 1))
    assert command.main(run) == 0
    before = {name: (out / name).read_bytes() for name in ("table.csv", "index.html")}
    file.write_text(SWEEP.format("Two", 2))
    capsys.readouterr()
    failing(at)
    assert command.main(run) == 1
    one_message(capsys, "No space left on device")
    assert before == {name: (out / name).read_bytes() for name in before}
    assert sorted(p.name for p in out.iterdir()) == ["done.jsonl", "index.html", "table.csv"]
    failing(None)
    assert command.main(run) == 0
    assert "2 of them done before" in capsys.readouterr().out
    assert b"Two" in (out / "index.html").read_bytes()


def test_a_sweep_into_a_read_only_folder_is_one_line(tmp_path, capsys):
    file, out = tmp_path / "s.yml", tmp_path / "out"
    file.write_text(SWEEP.format("One", 1))
    out.mkdir()
    writable = read_only(out)
    try:
        assert command.main(["--root", str(ROOT), "sweep", str(file), "--out", str(out)]) == 1
    finally:
        writable()
    one_message(capsys, "what was finished is untouched")
    assert not list(out.iterdir())


# ---------------------------------------------------------------- data


@pytest.fixture
def tables(tmp_path, monkeypatch):
    """A copy of data/ and of the references, which the commands write."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    (tmp_path / "book").mkdir()
    shutil.copy(ROOT / computed.REFERENCES, tmp_path / "book")
    for module in (derive, contribute):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setenv("SOBE_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(computed, "references", lambda: "new references\n")
    monkeypatch.setattr(computed, "claim_sources", lambda: "new sources of claims\n")
    return tmp_path


@pytest.mark.parametrize("at", range(4))
def test_make_data_without_room_is_one_line(tables, failing, capsys, monkeypatch, at):
    """Two derived files, then two that are computed: each stays as it was or is new as a whole."""
    new = {
        f"data/{name}": (tables / "data" / name).read_text(encoding="utf-8") + "\n"
        for name in ("derived.sha256", "README.txt")
        if (tables / "data" / name).exists()
    }
    new.setdefault("data/NOTE.txt", "a note\n")
    new = dict(list(new.items())[:2])
    monkeypatch.setattr(derive, "derive", lambda upstream: new)
    monkeypatch.setattr(derive, "refuse_edits", lambda: None)
    before = listing(tables)
    failing(at)
    assert derive.main(["upstream"]) == 1
    said = one_message(capsys, "No space left on device")
    derived = at < len(new)
    assert ("the tables in data/ are as they were" in said) == derived
    assert ("book/references.bib and data/claim_sources.csv" in said) != derived
    after = listing(tables)
    if derived:
        assert after == before
    else:
        for name in (computed.REFERENCES, computed.CLAIM_SOURCES):
            assert after[Path(name)] == before[Path(name)]
        assert all(after[Path(name)] == text.encode() for name, text in new.items())
    failing(None)
    assert derive.main(["upstream"]) == 0
    assert (tables / computed.REFERENCES).read_text() == "new references\n"
    assert not list(tables.glob(".derived*"))


def test_make_data_in_a_read_only_folder_is_one_line(tables, capsys, monkeypatch):
    monkeypatch.setattr(derive, "derive", lambda upstream: {"data/NOTE.txt": "a note\n"})
    monkeypatch.setattr(derive, "refuse_edits", lambda: None)
    before = listing(tables)
    writable = read_only(tables)
    try:
        assert derive.main(["upstream"]) == 1
    finally:
        writable()
    one_message(capsys, "the tables in data/ are as they were")
    assert listing(tables) == before


def test_a_source_without_room_is_one_line(tables, failing, capsys):
    record = tables / "new.bib"
    record.write_text("@article{x, author = {Doe, Jo}, title = {T}, year = {2025}, doi = {10.1/x}}")
    failing(0)
    assert contribute.main(["source", "--file", str(record)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and said.startswith("error: ")


def test_computed_files_say_what_is_left(tables, failing):
    failing(1)
    with pytest.raises(BuildError, match="make data writes what is left"):
        computed.write(tables)
