"""Messages of other tools become one line of ours; theirs are shown with VERBOSE=1."""

import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_make import checkout, make, maker, program

from sobe import commit, errors
from sobe.charts import vega
from sobe.errors import BuildError, keeping, tell
from sobe.pipeline import __main__ as command
from sobe.pipeline import rendering
from sobe.pipeline.release import fresh, public
from sobe.pipeline.worker import Worker
from sobe.tables.derive.common import Upstream

ROOT = Path(__file__).resolve().parents[1]
THEIRS = "fatal: something\n  of theirs\n\nhint: many lines"


def said(capsys, act):
    """What is told of the error that ``act`` raises: without VERBOSE, and with it."""
    found = []
    for value in ("", "1"):
        os.environ["VERBOSE"] = value
        with pytest.raises(Exception) as raised:
            act()
        tell(raised.value)
        found.append(capsys.readouterr().err)
    return found


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("VERBOSE", "")


def raising(error):
    raise error


def test_an_error_of_ours_alone_is_its_line(capsys):
    plain, verbose = said(capsys, lambda: raising(BuildError("one line")))
    assert plain == verbose == "error: one line\n"


def test_theirs_follows_where_it_is_asked_for(capsys):
    plain, verbose = said(capsys, lambda: raising(keeping(BuildError("ours"), "git", THEIRS)))
    assert plain == "error: ours (VERBOSE=1 shows what git said)\n"
    assert verbose.splitlines() == [
        "error: ours",
        *("git: fatal: something", "git:   of theirs", "git: ", "git: hint: many lines"),
    ]


@pytest.mark.parametrize("value", ["", "0"])
def test_zero_and_nothing_mean_no(monkeypatch, value):
    monkeypatch.setenv("VERBOSE", value)
    assert not errors.is_verbose()


def test_an_error_raised_for_another_keeps_what_it_said(capsys):
    def act():
        try:
            try:
                raise keeping(ValueError("inner"), "Dask", THEIRS)
            except ValueError:
                raise BuildError("middle") from None
        except BuildError as error:
            raise BuildError("outer") from error

    plain, verbose = said(capsys, act)
    assert plain == "error: outer (VERBOSE=1 shows what Dask said)\n"
    assert verbose.count("Dask: ") == 4


def test_an_error_that_is_its_own_context_ends():
    one, other = ValueError("a"), ValueError("b")
    one.__context__, other.__context__ = other, one
    assert errors.theirs(one) == ("", "")


def test_a_worker_hands_it_over(capsys):
    import multiprocessing

    def work():
        raise keeping(BuildError("ours"), "vl-convert", THEIRS)

    plain, verbose = said(
        capsys, lambda: Worker(multiprocessing.get_context("fork"), work).result()
    )
    assert plain == "error: ours (VERBOSE=1 shows what vl-convert said)\n"
    assert "vl-convert: fatal: something" in verbose


# ---------------------------------------------------------------- git

GIT = {
    "ls-remote": lambda folder: commit.asked(folder, "ls-remote", str(folder / "none")),
    "fetch": lambda folder: commit.asked(folder, "fetch", str(folder / "none")),
    "push": lambda folder: commit.asked(folder, "push", str(folder / "none"), "HEAD:x"),
    "clone": lambda folder: fresh._clone(folder / "none", folder / "x", "--bare"),
    "archive": lambda folder: fresh.archive(folder, "0" * 40),
    "checkout": lambda folder: commit.asked(folder, "checkout", "0" * 40),
    "rev-parse": lambda folder: commit.asked(folder, "rev-parse", "--verify", "nothing"),
    "write-tree": lambda folder: commit.asked(folder / "none", "write-tree"),
    "cat-file": lambda folder: commit.asked(folder, "cat-file", "-p", "nothing"),
    "commit-tree": lambda folder: commit.asked(
        folder, "-c", "user.name=x", "commit-tree", "0" * 40, "-m", "x"
    ),
}


@pytest.mark.parametrize("name", GIT)
def test_git_is_one_line_with_a_remedy(tmp_path, capsys, name):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    plain, verbose = said(capsys, lambda: GIT[name](tmp_path))
    assert plain.count("\n") == 1 and plain.startswith(f"error: git {name} failed in ")
    assert "; check " in plain and "fatal" not in plain
    assert plain.endswith("(VERBOSE=1 shows what git said)\n")
    assert verbose.startswith(f"error: git {name} failed in ") and "\ngit: " in verbose


def test_without_git_is_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    plain, verbose = said(capsys, lambda: commit.asked(tmp_path, "status"))
    assert plain == verbose == "error: git is not installed; install it, or put it on PATH\n"


def test_upstream_without_its_history(tmp_path, capsys):
    read = Upstream(tmp_path).read
    plain, verbose = said(capsys, lambda: read("costs/neuron-reconstruction-estimates.tsv"))
    assert "; git found no such commit or file" in plain and plain.count("\n") == 1
    assert "\ngit: fatal: " in verbose


@pytest.mark.parametrize("wrong", ["not signed in\nhint: gh auth login", ""])
def test_gh_is_one_line_with_a_remedy(tmp_path, capsys, monkeypatch, wrong):
    program(tmp_path / "gh", f"#!/bin/sh\nprintf '%s' '{wrong}' >&2\nexit 1\n")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    plain, verbose = said(capsys, lambda: public._GitHub(tmp_path).fetch(tmp_path))
    assert plain.startswith("error: gh release list failed; ") and plain.count("\n") == 1
    assert (
        "gh auth status" in plain and f"gh: {wrong.partition(chr(10))[0] or 'nothing'}" in verbose
    )


# ---------------------------------------------------------------- charts and kernels


def test_a_chart_library_that_fails_is_one_line(capsys, monkeypatch, project, tmp_path):
    class Failed:
        returncode, stderr = 1, "Traceback\n  many lines\nRuntimeError: x"

    monkeypatch.setattr(vega, "stored", lambda folder: tmp_path / "not yet.js")
    monkeypatch.setattr(rendering.subprocess, "run", lambda *_, **__: Failed)
    plain, verbose = said(capsys, lambda: rendering.prepare(project))
    assert plain.count("\n") == 1 and "vl-convert: RuntimeError: x" in verbose


def test_what_sphinx_wraps_is_found(capsys):
    from sphinx.errors import ExtensionError

    inner = keeping(BuildError("the pictures cannot be drawn"), "vl-convert", THEIRS)
    wrapped = ExtensionError("Handler", inner)
    assert rendering._expected(wrapped) is inner
    assert rendering._expected(ExtensionError("Handler", ValueError())) is None


def test_a_kernel_that_does_not_start_is_one_line_and_its_words(monkeypatch, tmp_path):
    from sobe.pipeline import kernel

    complaints = tmp_path / "complaints"
    complaints.write_text("Traceback\nzmq.error.ZMQError: ipc path is too long\n")

    class Fails:
        at = 3

        def __init__(self, *_, **__):
            pass

        def execute(self, **_):
            raise RuntimeError("Kernel didn't respond in 60 seconds")

    monkeypatch.setattr(kernel, "_Client", Fails)
    with pytest.raises(kernel.CellFailure) as raised:
        kernel.BookEngine.execute_managed_notebook(
            None,
            "python3",
            limit=1,
            folder=".",
            env={},
            running=set(),
            server=None,
            complaints=complaints,
        )
    assert str(raised.value) == (
        "the kernel did not start: zmq.error.ZMQError: ipc path is too long"
    )
    assert errors.theirs(raised.value) == ("the kernel", complaints.read_text().strip())


# ---------------------------------------------------------------- Dask


@pytest.mark.parametrize("value", ["", "1"])
def test_a_scheduler_that_is_not_there(tmp_path, value):
    file = tmp_path / "s.yml"
    file.write_text("title: x\nparameters: {draws: 100}\ngrid: {organism: [mouse]}\n")
    code = (
        "import sys; from sobe.analysis.estimator import sweep; sweep._TIMEOUT = 1; "
        "from sobe.pipeline.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "sweep", str(file), "--dask", "tcp://127.0.0.1:1"]
        + ["--out", str(tmp_path / "out")],
        env={**os.environ, "VERBOSE": value},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )
    lines = done.stderr.splitlines()
    assert done.returncode == 1 and "Traceback" not in done.stderr
    first = next(line for line in lines if line.startswith("error: "))
    assert first.startswith(
        "error: no Dask cluster at tcp://127.0.0.1:1; start one (dask scheduler)"
    )
    if value:
        assert any(line.startswith("Dask: ") for line in lines)
    else:
        assert lines == [first]


def test_dask_is_quiet_only_while_it_is_asked(monkeypatch):
    from sobe.analysis.estimator import sweep

    log = logging.getLogger("distributed.client")
    with sweep._quiet():
        assert not log.isEnabledFor(logging.ERROR)
    assert log.isEnabledFor(logging.ERROR)
    monkeypatch.setenv("VERBOSE", "1")
    with sweep._quiet():
        assert log.isEnabledFor(logging.ERROR)


# ---------------------------------------------------------------- make


@pytest.mark.parametrize("tool", ["pip", "uv"])
@pytest.mark.parametrize("value", ["", "0", "1"])
def test_an_installation_that_fails_is_one_line(tmp_path, tool, value):
    folder = checkout(tmp_path)
    (folder / ".venv/complete").unlink()
    wall = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES\n  and a wall of text\n"
    text = f"""#!/bin/sh\n[ "$1" = -c ] && exit 0\nprintf '{wall}' >&2\nexit 1\n"""
    uv = program(tmp_path / "uv", text)
    python = maker(tmp_path)
    program(tmp_path / "stub", text)
    done, _ = make(
        folder,
        "book",
        f"PYTHON={python}",
        UV=str(uv) if tool == "uv" else "no-such-uv",
        VERBOSE=value,
    )
    ours = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    said = (
        "error: the packages of requirements.txt were not installed into .venv; check network, "
        "disk and proxy, then run make again"
    )
    assert done.returncode != 0 and not (folder / ".venv/complete").exists()
    if value == "1":
        assert wall in done.stderr and said in ours
    else:
        assert ours == [f"{said} (VERBOSE=1 shows why)"]


@pytest.mark.parametrize("given", ["command line", "environment"])
def test_make_hands_verbose_on(tmp_path, given):
    folder = checkout(tmp_path)
    program(
        folder / ".venv/bin/python",
        '#!/bin/sh\n[ "$1" = -c ] || printf \'<%s>\' "$VERBOSE" >> "$SEEN"\n',
    )
    _, seen = (
        make(folder, "book", "VERBOSE=1")
        if given == "command line"
        else make(folder, "book", VERBOSE="1")
    )
    assert seen == "<1>"


@pytest.mark.parametrize("value", ["", "1"])
def test_a_venv_that_cannot_be_made_is_one_line(tmp_path, value):
    folder = checkout(tmp_path)
    (folder / ".venv/complete").unlink()
    text = (
        '#!/bin/sh\n[ "$2" = venv ] && { echo "ensurepip is not available" >&2; exit 1; }; exit 0\n'
    )
    python = program(tmp_path / "broken", text)
    done, _ = make(folder, "book", f"PYTHON={python}", VERBOSE=value)
    assert "error: no environment was made in .venv; on Debian and Ubuntu" in done.stderr
    assert ("ensurepip is not available" in done.stderr) == bool(value)


def test_a_busy_port_shows_its_reason(tmp_path):
    folder = checkout(tmp_path)
    program(
        folder / ".venv/bin/python", f'#!/bin/sh\n[ "$1" = -m ] || exec {sys.executable} "$@"\n'
    )
    done, _ = make(folder, "serve", PORT="junk", VERBOSE="1")
    assert "ValueError" in done.stderr and "error: port junk is in use" in done.stderr


def test_help_and_the_readme_name_it(tmp_path):
    done, _ = make(checkout(tmp_path), "help")
    assert "VERBOSE=1" in done.stdout
    assert "`VERBOSE=1`" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_command_tells_an_error_so(capsys, monkeypatch, tmp_path):
    def fails(project):
        raise keeping(BuildError("ours"), "git", THEIRS)

    monkeypatch.setattr(command, "build_book", fails)
    assert command.main(["--root", str(tmp_path), "book"]) == 1
    assert capsys.readouterr().err == "error: ours (VERBOSE=1 shows what git said)\n"


def test_no_command_prints_an_error_otherwise():
    """The mains tell errors through one function."""
    for path in ROOT.glob("sobe/pipeline/**/*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r'print\(f?"error: \{error', text), path
