"""One recording of 2025, added in one line: it stays, reruns only its readers, breaks no test."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sobe import atomic
from sobe.pipeline.execute import Executor, Run
from sobe.pipeline.project import Project
from sobe.tables.load import own_fields

ROOT = Path(__file__).resolve().parents[1]
UPSTREAM = ROOT.parent / "shared" / "upstream"
OWN = "data/own/recordings.csv"
ROW = (
    'nobody-2025,"Nobody, Nora",,2025,4,,fluorescence_imaging,1234567,2,2469134,published,given,'
    'this edition,10.1000/nobody.1,,urai2022,"Figure 1, caption",2026-11-26,primary\n'
)
#: What is run in the copy: tests of tables, claims and figures that build nothing.
MODULES = ("data", "kept_tables", "own_rows", "tables", "derive", "claims", "figures", "proposal")

#: Executes one chapter as a build does; a process of the copy, whose package reads its tables.
EXECUTE = """
from pathlib import Path
from sobe.pipeline.execute import Executor, Run
from sobe.pipeline.project import Project

project = Project(Path.cwd())
run = Run("recording", project.chapters["recording"])
Path("recording.ipynb").write_text(Executor(project).execute([run])["recording"])
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the checkout with the row added, and `run`, which runs Python in it."""
    root = tmp_path_factory.mktemp("added") / "book"
    ignored = shutil.ignore_patterns("_build", "dist", ".git", ".venv*", ".*_cache", "__pycache__")
    shutil.copytree(ROOT, root, ignore=ignored)
    path = root / OWN
    path.parent.mkdir(exist_ok=True)
    if not path.is_file():
        path.write_text(",".join(field["name"] for field in own_fields("recordings")) + "\n")
    with path.open("a", encoding="utf-8") as out:
        out.write(ROW)
    return root


def run(root, *arguments, seconds=400):
    environment = {**os.environ, "PYTHONPATH": str(root)}
    environment.pop("PYTEST_ADDOPTS", None)
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, timeout=seconds
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


def test_an_added_row_stays_through_make_data(copy, site):
    before = (copy / OWN).read_bytes()
    upstream = [UPSTREAM] if UPSTREAM.is_dir() else []
    said = run(copy, "-m", "sobe.pipeline.derive", *upstream)
    assert (copy / OWN).read_bytes() == before and before.endswith(ROW.encode())
    assert "data/claim_sources.csv: as it was" in said
    if upstream:
        assert "agree with" in run(copy, "-m", "sobe.pipeline.derive", "--check", UPSTREAM)


def test_an_added_row_breaks_no_test(copy, site):
    tests = [f"tests/test_{name}.py" for name in MODULES]
    unbuilt = "not built and not browser and not survive"
    said = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", unbuilt, *tests)
    assert " passed" in said and " failed" not in said


def test_an_added_row_reruns_only_its_readers(copy, site):
    shutil.copytree(ROOT / "_build/.cache/executed", copy / "_build/.cache/executed")
    project = Project(copy)
    executor = Executor(project)
    runs = [Run(name, path) for name, path in project.chapters.items()]
    stored = copy / "_build/.cache/executed"
    tables = {
        name: json.loads(atomic.load(stored / f"{name}.json"))["tables"]
        for name in project.chapters
    }
    _, again = executor.cached(runs)
    names = {one.name for one in again}
    assert names == {name for name, read in tables.items() if OWN in read}
    # The ledger's column of what came since, and the chapter on trends, read it too.
    assert {"recording", "claims", "trends"} <= names
    assert not names & {"cost", "funding", "capability"}
    # The figure shows it, and no verdict moves by it.
    before = Executor(Project(ROOT)).cached([one for one in again if one.name == "recording"])[0]
    run(copy, "-c", EXECUTE)
    after = (copy / "recording.ipynb").read_text(encoding="utf-8")
    assert "Nobody, Nora" in after and "Nobody, Nora" not in before["recording"]
    assert glued(after) == glued(before["recording"]) != {}


def glued(notebook):
    """Return what a chapter's prose is filled with, verdicts among them, but for charts."""
    outputs = (out for cell in json.loads(notebook)["cells"] for out in cell.get("outputs", []))
    return {
        out["metadata"]["scrapbook"]["name"]: out["data"]
        for out in outputs
        if "scrapbook" in out.get("metadata", {}) and not any("chart" in m for m in out["data"])
    }
