"""Variables of the environment: checked in one line, and part of the key of what they reach."""

import os
import shutil
from pathlib import Path

import pytest

from sobe.errors import BuildError
from sobe.pipeline import __main__ as main
from sobe.pipeline import fingerprint, rendering, surroundings
from sobe.pipeline.project import Project

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    for name in ("SOURCE_DATE_EPOCH", "FORCE_SOURCE_DATE", *surroundings.CHAPTERS, "SOBE_BASE_URL"):
        monkeypatch.setenv(name, "")  # so that what a test sets is undone
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("SOURCE_DATE_EPOCH", value)
            for value in (
                *("junk", "-1", "1.5", "1e9", " 1", "1\n", "0x10", "١٢", "9" * 12, "9" * 20_000),
                *("2026-11-26", "now", "--help"),
            )
        ),
        ("SOBE_DATA", "nowhere"),
        ("SOBE_DATA", "\x01"),
        ("SOBE_DATA", "pyproject.toml"),
        ("SOBE_DATA", "tests"),
        ("SOBE_BASE_URL", "example.org"),
        ("SOBE_BASE_URL", "javascript:alert(1)"),
        ("SOBE_BASE_URL", 'https://example.org/"><script>'),
        ("SOBE_BASE_URL", "https://example.org/a b"),
        ("SOBE_BASE_URL", "https://" + "a" * 20_000),
        ("SOBE_BASE_URL", "file:///etc"),
    ],
)
def test_a_value_that_cannot_be_used_is_one_line(monkeypatch, capsys, name, value):
    monkeypatch.setenv(name, value)
    monkeypatch.setattr(main, "build_book", lambda project: pytest.fail("a build began"))
    assert main.main(["--root", str(ROOT), "book"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"error: {name} takes ") and said.count("\n") == 1 and len(said) < 300


def test_an_empty_date_is_that_of_the_commit(monkeypatch, capsys):
    seen = {}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "")
    monkeypatch.setattr(main, "build_book", lambda project: seen.update(os.environ))
    assert main.main(["--root", str(ROOT), "book"]) == 0
    assert seen["SOURCE_DATE_EPOCH"].isdigit()


@pytest.fixture
def other(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "other")
    return tmp_path / "other"


def test_another_folder_of_data_is_another_chapter_and_another_site(monkeypatch, other):
    project = Project(ROOT)
    keys = set()

    def key():
        source = project.chapters["cost"]
        static = fingerprint.static_digest(project, source, {})
        keys.add((static, rendering.stamp(project, {})))
        return len(keys)

    surroundings.settle(ROOT)
    assert key() == 1 == key()
    monkeypatch.setenv("SOBE_DATA", os.path.relpath(other))
    surroundings.settle(ROOT)
    assert os.environ["SOBE_DATA"] == str(other)  # chapters run in another folder
    assert key() == 2 == key()
    (other / "species.csv").write_text("changed")
    assert key() == 3
    monkeypatch.setenv("SOBE_DATA", str(ROOT / "data"))
    assert key() == 4
    monkeypatch.delenv("SOBE_DATA")
    assert key() == 4, "without SOBE_DATA, the first build's results are found again"


@pytest.mark.parametrize("name", ["PYTHONPATH", "PYTHONHOME", "PYTHONOPTIMIZE"])
def test_what_changes_the_code_is_part_of_the_key_of_chapters(monkeypatch, name):
    project = Project(ROOT)
    before = fingerprint.environment_digest(project)
    monkeypatch.setenv(name, "1")
    assert fingerprint.environment_digest(project) != before


@pytest.mark.parametrize("name", surroundings.PAGES)
def test_what_only_pages_say_runs_no_chapter_again(monkeypatch, name):
    project = Project(ROOT)
    chapters, pages = fingerprint.environment_digest(project), rendering.stamp(project, {})
    monkeypatch.setenv(name, "1")
    assert fingerprint.environment_digest(project) == chapters
    assert rendering.stamp(project, {}) != pages


def test_every_variable_that_is_read_is_checked_or_known():
    """A variable that a new line of code reads must be given a place here."""
    import re

    text = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("sobe/**/*.py"))
    found = set(re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', text))
    ours = {"SOBE_READS", "SOBE_BUNDLE_CACHE", "JUPYTER_RUNTIME_DIR", "JPY_PARENT_PID"}
    ours |= {"FORCE_SOURCE_DATE"}  # each set by the build itself
    ours |= {"VERBOSE"}  # reaches messages alone
    assert found - ours <= {*surroundings.CHAPTERS, *surroundings.PAGES}


@pytest.mark.parametrize("length", [61, 111, 200])
def test_a_long_folder_for_temporary_files_gives_way_to_a_short_one(monkeypatch, tmp_path, length):
    long = tmp_path / ("t" * max(1, length - len(str(tmp_path)) - 1))
    long.mkdir()
    monkeypatch.setattr(surroundings.tempfile, "gettempdir", lambda: str(long))
    assert surroundings.scratches() == Path("/tmp")
    monkeypatch.setattr(surroundings.os, "access", lambda path, mode: path != "/tmp")
    with pytest.raises(BuildError, match="path too long for sockets: .*; set TMPDIR to one of"):
        surroundings.scratches()
