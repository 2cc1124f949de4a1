"""What `make` is given is text: values, and the checkout's own path, never run."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
HOSTILE = (
    "$(shell touch pwned)",
    "${shell touch pwned}",
    "`touch pwned`",
    "$$(touch pwned)",
    "';touch pwned;'",
    '";touch pwned;"',
    "x & touch pwned",
    "$(eval A:=$(shell touch pwned))",
    "two  words # $(PY) $",
)
#: A target per variable, and the program's argument or setting that carries the value.
TARGETS = {
    "NAME": "chapter",
    "PARAMS": "chapter",
    "FILE": "scenario",
    "DASK": "sweep",
    "VERSION": "changes",
    "DIR": "verify-release",
    "UPSTREAM": "check-upstream",
    "N": "bench",
    "PORT": "serve",
    "PYTEST_ARGS": "test",
    "UNKNOWN": "book",
}
STUB = """#!/bin/sh
[ "$1" = -c ] && { [ -z "$2" ] || echo 1; exit 0; }
printf '<%s>' "$@" "$PYTEST_ADDOPTS" >> "$SEEN"
"""


def checkout(folder):
    """A folder with this Makefile and an environment whose Python notes what it is given."""
    (folder / ".venv/bin").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "requirements.txt", "requirements-alone.txt"):
        shutil.copy2(ROOT / name, folder)
    python = folder / ".venv/bin/python"
    python.write_text(STUB)
    python.chmod(0o755)
    (folder / ".venv/complete").write_text(f"{folder.resolve()}\n")
    return folder


def make(folder, *arguments, **env):
    """Run make; what it said and what the program was given."""
    seen = folder / "seen"
    seen.unlink(missing_ok=True)
    known = {
        name: value
        for name, value in os.environ.items()
        if name not in (*TARGETS, "PYTEST_ADDOPTS", "MAKEFLAGS", "MAKELEVEL", "PYTHON")
    }
    done = subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=known | {"SEEN": str(seen)} | env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done, seen.read_text() if seen.exists() else ""


@pytest.mark.parametrize("given", ["command line", "environment"])
@pytest.mark.parametrize("variable", TARGETS)
def test_a_value_reaches_the_program_as_it_is(tmp_path, variable, given):
    folder = checkout(tmp_path)
    for value in HOSTILE:
        others = {"FILE": "sweep.yml"} if variable == "DASK" else {}
        target = TARGETS[variable]
        values = {variable: value} | others
        done, seen = (
            make(folder, target, *(f"{name}={text}" for name, text in values.items()))
            if given == "command line"
            else make(folder, target, **values)
        )
        assert done.returncode == 0, done.stderr
        assert not list(folder.rglob("pwned")), (variable, value)
        if variable == "PYTEST_ARGS":
            assert f"< {value}>" in seen
        elif variable != "UNKNOWN":
            assert f"<{value}>" in seen, seen


@pytest.mark.parametrize("value", HOSTILE)
def test_a_python_that_is_no_program_is_one_line(tmp_path, value):
    folder = checkout(tmp_path)
    (folder / ".venv/complete").unlink()
    done, _ = make(folder, "book", f"PYTHON={value}")
    assert done.returncode != 0 and f"there is no {value} here" in done.stderr
    assert not list(folder.rglob("pwned"))


@pytest.mark.parametrize(
    "name",
    [
        "$(touch pwned)",
        "$(shell touch pwned)",
        "`touch pwned`",
        "a b  c",
        "it's",
        'say "x"',
        "a;touch pwned",
        "a&touch pwned",
        "$PATH",
        "#1",
        "a\\b",
        "(x",
        "x)",
    ],
)
def test_a_checkouts_path_is_never_run(tmp_path, name):
    folder = checkout(tmp_path / name)
    stamp = folder / ".venv/complete"
    done, seen = make(folder, "book")
    assert done.returncode == 0 and "<sobe.pipeline><book>" in seen, done.stderr
    assert stamp.exists()
    # A copy of the folder is another place: its environment is made again.
    stamp.write_text(f"{folder}-elsewhere\n")
    done, seen = make(folder, "book", "PYTHON=no-such-python")
    assert "there is no no-such-python here" in done.stderr and not seen and not stamp.exists()
    # Finished here, the environment counts the next time.
    maker = tmp_path / "maker"
    maker.write_text(
        f"#!/bin/sh\n[ $2 = venv ] && mkdir -p .venv/bin && cp '{tmp_path}/stub' .venv/bin/python; exit 0\n"
    )
    (tmp_path / "stub").write_text(STUB)
    for file in (maker, tmp_path / "stub"):
        file.chmod(0o755)
    done, seen = make(folder, "book", f"PYTHON={maker}")
    assert done.returncode == 0 and "<pip>" in seen, done.stderr
    assert stamp.read_text() == f"{folder.resolve()}\n"
    done, seen = make(folder, "book", f"PYTHON={maker}")
    assert done.returncode == 0 and "<pip>" not in seen
    assert not list(tmp_path.rglob("pwned"))


def test_an_environment_that_no_longer_starts_is_made_again(tmp_path):
    folder = checkout(tmp_path)
    (folder / ".venv/bin/python").unlink()
    done, _ = make(folder, "book", "PYTHON=no-such-python")
    assert "there is no no-such-python here" in done.stderr
    assert not (folder / ".venv/complete").exists()


def test_help_lists_the_targets(tmp_path):
    done, _ = make(checkout(tmp_path), "help")
    assert "make sweep" in done.stdout and "make book" in done.stdout


WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.y*ml"))


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_workflows_trust_no_fork_and_no_tag(file):
    text = file.read_text(encoding="utf-8")
    found = yaml.safe_load(text)
    triggers = found[True]  # YAML 1.1 reads "on" as true
    assert "pull_request_target" not in triggers and "workflow_run" not in triggers
    assert found["permissions"] == {}, "no permission but the job's own"
    for job in found["jobs"].values():
        assert isinstance(job["permissions"], dict)
        if "pull_request" in triggers:
            assert set(job["permissions"].values()) <= {"read"}
            assert "secrets." not in text and "github.token" not in text
        for step in job["steps"]:
            if "uses" not in step:
                continue
            assert re.fullmatch(r"[\w-]+/[\w/.-]+@[0-9a-f]{40}", step["uses"]), step["uses"]
            if step["uses"].startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False
