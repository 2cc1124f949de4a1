"""Files from outside: plain, of a bounded size, of the form expected; else one line."""

import os
import shutil
import time
from pathlib import Path

import pytest

from sobe import atomic, tables
from sobe.analysis.estimator import EstimatorError, scenario
from sobe.errors import BuildError
from sobe.pipeline import configuration, rendering
from sobe.pipeline.cache import ExecutionCache
from sobe.pipeline.project import Project, read_yaml
from sobe.tables.load import begins_formula

ROOT = Path(__file__).resolve().parents[1]
KINDS = ["missing", "pipe", "endless", "random", "loop", "folder", "dangling"]


def spoil(path, kind):
    """Put something in the place of a file."""
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind != "missing":
        to = {"endless": "/dev/zero", "random": "/dev/urandom", "loop": path, "dangling": "nowhere"}
        path.symlink_to(to[kind])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("read", [scenario.read_scenario, scenario.read_sweep])
def test_a_scenario_that_is_no_plain_file_is_one_line(tmp_path, read, kind):
    path = tmp_path / "x.yml"
    spoil(path, kind)
    start = time.monotonic()
    with pytest.raises(EstimatorError) as raised:
        read(path)
    assert str(raised.value).startswith(str(path)) and "\n" not in str(raised.value)
    assert time.monotonic() - start < 20


def test_a_link_to_a_plain_file_is_a_scenario(tmp_path):
    (tmp_path / "link.yml").symlink_to(ROOT / "scenarios/human.yml")
    assert scenario.read_scenario(tmp_path / "link.yml").title


LONG = "9" * 20_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: x\nparameters:\n  organism: moose\n", ", line 3: .*'moose'"),
        ("title: x\nparameters:\n  overrides:\n    gpus: many\n", ", line 4: .*gpus"),
        ("title: x\nparameters:\n  overrides:\n    gpus: -1\n", ", line 4: .*gpus"),
        ("title: x\nparameters:\n\n  project_years: -1\n", ", line 4: .*project_years"),
        ("title: x\nparameters:\n  overrides: 3\n", "overrides must be names with numbers, not 3"),
        ("title: x\nparamaters: {}\n", "'paramaters' is not one of"),
        (f"title: x\n'{LONG[:900]}': 1\n", "'9999.*' is not one of"),
        (f"title: x\nparameters: {{overrides: '{LONG * 20}'}}\n", "names with numbers, not '999"),
        (f"title: {LONG}\n", "."),
        ("title: [x]\n", "a mapping with a title"),
        ("- title\n", "a mapping with a title"),
        ("title: x\nabout: 3\n", "about must be text"),
        ("title: x\nparameters: 3\n", "parameters must be names with values"),
        ("title: &a x\nabout: *a\n", "an alias"),
        ("title: x\x00\n", "not valid YAML"),
        ("title: x\nabout: [" + "[" * 5000, "not valid YAML"),
        (b"title: B\xfccher\n", "not valid YAML"),
        ("title: x\n".encode("utf-16"), "not valid YAML|mapping with a title"),
        (b"title: " + b"a" * 1_000_001, "more than 1,000,000 bytes"),
    ],
)
def test_a_spoilt_scenario_is_one_short_line(tmp_path, text, said):
    path = tmp_path / "x.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    start = time.thread_time()
    with pytest.raises(EstimatorError, match=said) as raised:
        scenario.read_scenario(path)
    message = str(raised.value)
    assert message.startswith(str(path)) and "\n" not in message
    assert len(message.removeprefix(str(path))) < 600
    assert time.thread_time() - start < 5


@pytest.mark.parametrize("digits", [20_000, 400_000])
def test_a_long_title_takes_linear_time(tmp_path, digits):
    path = tmp_path / "x.yml"
    path.write_text(f'title: "{"9" * digits}"\nparameters: {{organism: mouse}}\n')
    start = time.thread_time()
    assert len(scenario.read_scenario(path).title) == digits
    assert time.thread_time() - start < 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a]", "expected keys with values"),
        ("a", "expected keys with values"),
        ("1: a", "expected keys with values"),
        ("a: [", "not valid YAML"),
        ("a: \x00", "not valid YAML"),
        ("[" * 5000, "not valid YAML"),
        (b"\xff", "not valid YAML"),
        ("a: 1".encode("utf-16"), "not valid YAML"),
        ("a: &x 1\n*x : 2\nb: {", "not valid YAML"),
        ("a: !!python/object:os.system x", "not valid YAML"),
        ("a: 2026-13-45", "line 1: a: '2026-13-45' is not written as a date"),
        *((kind, "_config.yml") for kind in KINDS),
    ],
)
def test_a_spoilt_configuration_is_one_line(tmp_path, text, said):
    path = tmp_path / "_config.yml"
    if text in KINDS:
        spoil(path, text)
    else:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BuildError, match=said) as raised:
        read_yaml(path)
    assert str(raised.value).startswith("_config.yml") and "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"title": 3}, "title takes text, not 3"),
        ({"title": ["x"]}, "title takes text"),
        ({"author": {"name": "x"}}, "author takes text"),
        ({"only_build_toc_files": "yes"}, "only_build_toc_files takes true or false"),
        ({"exclude_patterns": "x"}, "exclude_patterns takes a list"),
        ({"html": {"baseurl": 3}}, "html.baseurl takes text"),
        ({"html": "x"}, "'html' must be a section"),
        ({"html": {"basurl": ""}}, "'html.basurl' is not known"),
        ({"parse": {"myst_enable_extensions": "x"}}, "myst_enable_extensions takes a list"),
        ({"sphinx": {"config": ["x"]}}, "sphinx.config takes a section"),
        ({"latex": {"use_jupyterbook_latex": "no"}}, "takes true or false"),
        ({"x" * 20_000: 1}, "is not known"),
    ],
)
def test_a_key_of_another_type_is_one_line(config, said):
    with pytest.raises(BuildError, match=said) as raised:
        configuration.sphinx_settings(config)
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 700


@pytest.mark.parametrize(
    ("toc", "said"),
    [
        ("root: 3", "'root' takes the path of a page"),
        ("root: [book/a]", "'root' takes the path of a page"),
        ("root:", "'root' takes the path of a page"),
        ("root: book/a\nchapters: [{file: {a: b}}]", "'file' takes the path of a page"),
        ("root: book/b", "names 'book/b', but there is no page book/b.md"),
        ("root: ../book/a", "but there is no page"),
        ("root: /etc/passwd", "but there is no page"),
        ('root: "book/a\\0"', "but there is no page"),
        ("root: book/a\nchapters: [{file: book/a}]", "names 'book/a' twice"),
        ("format: jb-book", "names no pages"),
        ("", "names no pages"),
        ("root: " + "x" * 20_000, "but there is no page|takes the path"),
    ],
)
def test_a_spoilt_table_of_contents_is_one_line(tmp_path, toc, said):
    (tmp_path / "book").mkdir()
    (tmp_path / "book/a.md").write_text("# A\n")
    (tmp_path / "_toc.yml").write_text(toc)
    with pytest.raises((BuildError, OSError), match=said) as raised:
        _ = Project(tmp_path).pages
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 700


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "missing"])
def test_a_table_that_is_no_plain_file_is_one_line(tmp_path, kind):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    path = tmp_path / "data/species.csv"
    path.unlink()
    spoil(path, kind)
    with pytest.raises(tables.TableError, match="data/species.csv|datapackage.json") as raised:
        tables.load("species", tmp_path / "data")
    assert "\n" not in str(raised.value)


# ---------------------------------------------------------------- cells


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+a", "-a", "@a", "＝1", "＋1", "－a", "＠a", "﹦1", "﹢1", "﹣a", "﹫a"),
        *("\u200b=1", "\u200d=1", "\u2060=1", "\ufeff=1", "\u00ad=1", "\u180e=1", "\ufe0f=1"),
        *("\u3164=1", "\u115f=1", "\u2800=1", "\u034f=1", "\u00a0=1", "\u3000=1", "\U000e0020=1"),
        *("\u200b\u200b＝1", "\u0300=1", "\ue000=1", "\u200b" * 9_000 + "＠x"),
    ],
)
def test_what_a_spreadsheet_may_take_for_a_formula_is_refused(text):
    assert begins_formula(text)


@pytest.mark.parametrize(
    "text", ["a=1", "1+1", "-5", "+5", "-1.5e3", "é", "中文", "“=1”", "(=1)", "±1", "", "≥1", "−a"]
)
def test_what_is_no_formula_is_taken(text):
    assert not begins_formula(text)


# ---------------------------------------------------------------- what is kept between builds


def test_what_somebody_else_could_have_written_is_not_believed(tmp_path, monkeypatch):
    path = tmp_path / "kept"
    atomic.store(path, b"x")
    assert atomic.load(path) == b"x" and path.stat().st_mode & 0o777 == 0o600
    for mode in (0o620, 0o602, 0o666):
        path.chmod(mode)
        assert atomic.load(path) is None
    path.chmod(0o600)
    (tmp_path / "link").symlink_to(path)
    assert atomic.load(tmp_path / "link") is None
    monkeypatch.setattr(atomic.os, "geteuid", lambda: 12345)
    assert atomic.load(path) is None


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_plain_file_is_not_kept(tmp_path, kind):
    spoil(tmp_path / "kept", kind)
    assert atomic.load(tmp_path / "kept") is None


CRAFTED = [b"", b"[]", b"3", b"null", b"{}", b"[" * 5000, b"\xff", b'{"static": "s"}', b'"x"']
CRAFTED += [b'{"static": "s", "tables": 3, "notebook": "x"}', b'{"static": "s", "tables": []}']
CRAFTED += [b'{"static": "s", "tables": {}, "notebook": 3}', b'{"stamp": "s"}', b'{"stamp": 3}']


@pytest.mark.parametrize("content", CRAFTED)
def test_a_crafted_result_is_made_again(tmp_path, content):
    project = Project(tmp_path)
    cache = ExecutionCache(project)
    atomic.store(project.cache / "executed/x.json", content)
    atomic.store(project.cache / "site.json", content)
    assert cache.load("x", "s") is None
    assert rendering.is_current(project, "s") is False


def test_nothing_is_read_in_marshals_form():
    for path in ROOT.glob("sobe/**/*.py"):
        assert "marshal" not in path.read_text(encoding="utf-8"), path
