"""What `make` is given is text: values, and the checkout's own path, never run."""

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
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
    "DOI": "source",
    "N": "bench",
    "PORT": "serve",
    "PYTEST_ARGS": "test",
    "UNKNOWN": "book",
}
REQUIREMENTS = (
    "requirements.txt",
    "requirements-test.txt",
    "requirements-next.txt",
    "requirements-lab.txt",
)
STUB = """#!/bin/sh
[ "$1" = -c ] && { [ -z "$2" ] || echo 1; exit 0; }
printf '<%s>' "$@" "$PYTEST_ADDOPTS" >> "$SEEN"
"""


def checkout(folder):
    """A folder with this Makefile and an environment whose Python notes what it is given."""
    (folder / ".venv/bin").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", *REQUIREMENTS):
        shutil.copy2(ROOT / name, folder)
    program(folder / ".venv/bin/python", STUB)
    for stamp in ("complete", "complete-tests"):
        (folder / ".venv" / stamp).write_text(f"{folder.resolve()}\n")
    return folder


def program(path, text):
    """A program with this text; returns its path."""
    path.write_text(text)
    path.chmod(0o755)
    return path


def maker(folder):
    """A Python that makes environments, each with a Python that notes what it is given."""
    stub = program(folder / "stub", STUB)
    return program(
        folder / "maker",
        "#!/bin/sh\n"
        f"""[ "$2" = venv ] && {{ mkdir -p "$3/bin" && cp '{stub}' "$3/bin/python"; }}; exit 0\n""",
    )


def make(folder, *arguments, **env):
    """Run make; what it said and what the program was given."""
    seen = folder / "seen"
    seen.unlink(missing_ok=True)
    known = {
        name: value
        for name, value in os.environ.items()
        if name not in (*TARGETS, "PYTEST_ADDOPTS", "MAKEFLAGS", "MAKELEVEL", "PYTHON")
    } | {"UV": "no-such-uv"}
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
            assert f" {value}>" in seen
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
    python = maker(tmp_path)
    done, seen = make(folder, "book", f"PYTHON={python}")
    assert done.returncode == 0 and "<pip>" in seen, done.stderr
    assert stamp.read_text() == f"{folder.resolve()}\n"
    done, seen = make(folder, "book", f"PYTHON={python}")
    assert done.returncode == 0 and "<pip>" not in seen
    assert not list(tmp_path.rglob("pwned"))


def test_an_environment_that_no_longer_starts_is_made_again(tmp_path):
    folder = checkout(tmp_path)
    (folder / ".venv/bin/python").unlink()
    done, _ = make(folder, "book", "PYTHON=no-such-python")
    assert "there is no no-such-python here" in done.stderr
    assert not (folder / ".venv/complete").exists()


PINNED = "<--require-hashes><--no-build-isolation><--only-binary><:all:>"


def installed(name):
    """What a program is given that installs the pins of a file."""
    return f"{PINNED}{'<--no-deps>' if 'test' in name else ''}<-r><{name}>"


PACKAGE = "<--editable><.>"


def test_only_tests_and_lint_install_what_they_need(tmp_path):
    folder = checkout(tmp_path)
    shutil.rmtree(folder / ".venv")
    python = f"PYTHON={maker(tmp_path)}"
    done, seen = make(folder, "book", python)
    assert done.returncode == 0, done.stderr
    assert installed("requirements.txt") in seen and "requirements-test.txt" not in seen
    assert re.search(
        r"^Installing \d+ packages of requirements.txt into .venv with pip, once; .* minutes$",
        done.stdout,
        re.M,
    )
    assert not (folder / ".venv/complete-tests").exists()
    for target, first in (("test", True), ("test", False), ("survive", False), ("book", False)):
        done, seen = make(folder, target, python)
        assert done.returncode == 0, done.stderr
        assert (installed("requirements-test.txt") in seen) == first
        assert installed("requirements.txt") not in seen and PACKAGE not in seen
    assert (folder / ".venv/complete-tests").read_text() == f"{folder.resolve()}\n"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda venv: (venv / "complete-tests").write_text("begun\n"),
        lambda venv: (venv / "complete-tests").write_text(f"{venv.parent}-elsewhere\n"),
        lambda venv: (venv / "complete").unlink(),
        lambda venv: os.utime(venv / "complete", (0, 0)),
        lambda venv: os.utime(venv / "complete-tests", (0, 0)),
    ],
    ids=["tests half made", "copied", "half made", "other requirements", "other test requirements"],
)
def test_an_environment_that_is_not_whole_is_made_from_nothing(tmp_path, spoil):
    folder = checkout(tmp_path)
    left = folder / ".venv/left"
    left.write_text("")
    spoil(folder / ".venv")
    done, seen = make(folder, "test", f"PYTHON={maker(tmp_path)}")
    assert done.returncode == 0, done.stderr
    assert not left.exists()
    for name in ("requirements.txt", "requirements-test.txt"):
        assert installed(name) in seen
    for stamp in ("complete", "complete-tests"):
        assert (folder / ".venv" / stamp).read_text() == f"{folder.resolve()}\n"


def test_an_installation_of_what_tests_need_that_is_killed_is_noticed(tmp_path):
    folder = checkout(tmp_path)
    (folder / ".venv/complete-tests").unlink()
    killer = STUB.replace(
        "printf", """case "$*" in *requirements-test.txt*) kill -9 $PPID;; esac\nprintf"""
    )
    program(folder / ".venv/bin/python", killer)
    done, _ = make(folder, "test")
    assert done.returncode != 0
    assert (folder / ".venv/complete-tests").read_text() == "begun\n"
    done, seen = make(folder, "book", f"PYTHON={maker(tmp_path)}")
    assert done.returncode == 0 and installed("requirements.txt") in seen


def test_an_installation_of_what_tests_need_that_fails_leaves_the_book_its_own(tmp_path):
    folder = checkout(tmp_path)
    (folder / ".venv/complete-tests").unlink()
    failing = STUB + """case "$*" in *requirements-test.txt*) exit 1;; esac\n"""
    program(folder / ".venv/bin/python", failing)
    done, _ = make(folder, "test")
    assert done.returncode != 0
    done, seen = make(folder, "book")
    assert done.returncode == 0 and seen.startswith("<-m><sobe.pipeline><book>")


def test_what_python_compiled_is_kept(tmp_path):
    folder = checkout(tmp_path)
    program(
        folder / ".venv/bin/python",
        STUB + """printf '<bytecode %s>' "${PYTHONDONTWRITEBYTECODE-kept}" >> "$SEEN"\n""",
    )
    _, seen = make(folder, "book", PYTHONDONTWRITEBYTECODE="1")
    assert "<bytecode kept>" in seen


def test_another_pyproject_installs_the_package_alone(tmp_path):
    folder = checkout(tmp_path)
    os.utime(folder / "pyproject.toml", (2**32, 2**32))
    done, seen = make(folder, "test")
    assert done.returncode == 0, done.stderr
    assert PACKAGE in seen and "<-r>" not in seen


def test_uv_installs_where_it_is(tmp_path):
    folder = checkout(tmp_path)
    shutil.rmtree(folder / ".venv")
    uv = program(tmp_path / "uv", """#!/bin/sh\nprintf '<%s>' uv "$@" >> "$SEEN"\n""")
    done, seen = make(folder, "test", f"PYTHON={maker(tmp_path)}", UV=str(uv))
    assert done.returncode == 0, done.stderr
    assert "requirements.txt into .venv with uv" in done.stdout
    for name in ("requirements.txt", "requirements-test.txt"):
        assert installed(name) in seen
    assert seen.count("<uv><pip><install>") == 4 and "<-m><pip>" not in seen


@pytest.mark.parametrize("value", ["", *HOSTILE])
def test_a_uv_that_is_no_program_is_text(tmp_path, value):
    folder = checkout(tmp_path)
    (folder / ".venv/complete").unlink()
    done, seen = make(folder, "book", f"PYTHON={maker(tmp_path)}", f"UV={value}")
    assert done.returncode == 0 and "<-m><pip><install>" in seen, done.stderr
    done, _ = make(folder, "lock", f"UV={value}")
    assert done.returncode != 0 and "make lock needs uv" in done.stderr
    assert not list(folder.rglob("pwned"))


def test_the_pins_of_tests_are_not_those_of_the_book_again():
    """Installing them touches nothing that building needs."""
    book, tests = (
        set(re.findall(r"^[\w.-]+(?===)", (ROOT / name).read_text(), re.M))
        for name in REQUIREMENTS[:2]
    )
    assert tests and not book & tests


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_requirements_name_no_registry(name):
    text = (ROOT / name).read_text()
    assert "://" not in text and not re.search(r"^-", text, re.M)
    entries = re.split(r"\n(?=\S)", text.strip())
    assert all(re.match(r"[\w.\[\]-]+==\S+", e) and "--hash=sha256:" in e for e in entries)


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


@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_what_builds_a_package_is_pinned_and_installed_first(tmp_path, tool):
    """Else pip fetches and runs the newest build tools, which no hash covers."""
    folder = checkout(tmp_path)
    shutil.rmtree(folder / ".venv")
    uv = program(tmp_path / "uv", """#!/bin/sh\nprintf '<%s>' uv "$@" >> "$SEEN"\n""")
    done, seen = make(
        folder, "book", f"PYTHON={maker(tmp_path)}", UV=str(uv) if tool == "uv" else "no-such-uv"
    )
    assert done.returncode == 0, done.stderr
    tools, packages, itself = (
        f"{PINNED}<--no-deps><-r><.venv/builds.txt>",
        installed("requirements.txt"),
        f"<--no-deps><--no-build-isolation>{PACKAGE}",
    )
    assert 0 < seen.index(tools) < seen.index(packages) < seen.index(itself)
    listed = (folder / ".venv/builds.txt").read_text()
    assert re.findall(r"^[\w.-]+(?===)", listed, re.M) == ["setuptools"]
    assert "--hash=sha256:" in listed and listed.strip().splitlines()[-1][-1] != "\\"


def test_no_package_is_built():
    """Of each there is a wheel; the lists name none to build."""
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "--no-binary" not in recipe
    for line in recipe.splitlines():
        if "$(INSTALL)" in line and line.startswith(("@", "\t")):
            assert "$(PINNED)" in line or "--editable ." in line, line


@pytest.mark.parametrize("name", ["PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"])
def test_pips_settings_for_other_folders_do_not_lead_out_of_the_environment(tmp_path, name):
    folder = checkout(tmp_path)
    shutil.rmtree(folder / ".venv")
    python = maker(tmp_path)
    program(tmp_path / "stub", STUB + f'printf \'[%s]\' "${name}" >> "$SEEN"\n')
    done, seen = make(folder, "book", f"PYTHON={python}", **{name: "1"})
    assert done.returncode == 0, done.stderr
    assert seen.count("<-m><pip><install><--no-user>") == 3
    assert "[]" in seen and seen.count("[1]") <= 1  # the build itself may have it


@pytest.mark.parametrize("port", ["busy", "junk", "-1", "99999", "1e3", "80 80", "8000;"])
def test_a_port_that_cannot_be_used_is_one_line(tmp_path, port):
    import socket
    import sys

    folder = checkout(tmp_path)
    program(
        folder / ".venv/bin/python", f'#!/bin/sh\n[ "$1" = -m ] || exec {sys.executable} "$@"\n'
    )
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        value = str(taken.getsockname()[1]) if port == "busy" else port
        done, _ = make(folder, "serve", PORT=value)
    said = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert done.returncode and len(said) == 1
    assert said[0].startswith(f"error: port {value} is in use") and "make serve PORT=" in said[0]


def test_another_make_is_told_to_be_gnu_make():
    """FreeBSD's make reads this file first, and stops at its one line."""
    assert (ROOT / "BSDmakefile").read_text() == ".error the book is made with GNU make: gmake\n"


def imported(module):
    """Return the names of the modules that a module of tests imports as it is imported."""
    found = set()
    for node in ast.parse((ROOT / "tests" / f"{module}.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module.partition(".")[0])
    return found


def test_the_tests_on_todays_sphinx_import_nothing_that_they_lack():
    """`make test-next` installs what requirements-next.txt pins, and no browser's driver."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    left = ["conftest", *re.findall(r"tests/(\w+)\.py", makefile.partition("\ntest-next:")[2])]
    text = (ROOT / "requirements-next.txt").read_text(encoding="utf-8")
    pinned = {name.lower().replace("_", "-") for name in re.findall(r"^([\w.-]+)==", text, re.M)}
    assert len(left) > 4 and "sphinx" in pinned
    seen, lacking = set(), set()
    packages = importlib.metadata.packages_distributions()
    while left:
        module = left.pop()
        seen.add(module)
        for name in imported(module) - {"sobe"} - sys.stdlib_module_names:
            if (ROOT / "tests" / f"{name}.py").exists():
                left += [name] if name not in seen else []
            elif not {one.lower().replace("_", "-") for one in packages[name]} & pinned:
                lacking.add((module, name))
    assert not lacking
