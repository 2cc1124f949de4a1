"""Scenario files, and sweeps on a local cluster and on separate processes, one of them killed."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sobe.build import BuildError
from sobe.build.book import run_scenario
from sobe.estimator import EstimatorError, estimate
from sobe.estimator.scenario import read_scenario, read_sweep
from sobe.estimator.sweep import RESULTS, run, run_case

ROOT = Path(__file__).resolve().parents[1]
SWEEP = """
title: Small
parameters: {draws: 500, project_years: 8}
grid:
  organism: [drosophila, mouse]
  modality: [em, exm]
  microscope_budget: [1e7, 5.0e+7]
"""


@pytest.fixture
def write(tmp_path):
    def written(text, name="case.yml"):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return written


@pytest.mark.parametrize(
    "file", sorted((ROOT / "scenarios").glob("*.yml")), ids=lambda file: file.stem
)
def test_the_repositorys_scenarios_can_be_read(file):
    found = read_sweep(file) if file.stem.startswith("sweep") else read_scenario(file)
    assert found.title and found.about


def test_there_are_the_four_scenarios_of_the_summary():
    assert {"sub-million", "mouse-2030", "mouse-block", "human"} <= {
        file.stem for file in (ROOT / "scenarios").glob("*.yml")
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1, 2]", "mapping with a title"),
        ("title: 3", "mapping with a title"),
        ("title: x\nparametres: {}", "'parametres' is not"),
        ("title: x\nparameters: [1]", "names with values"),
        ("title: x\nparameters: {organism: unicorn}", "no organism 'unicorn'"),
        ("title: x\nparameters: {microscope_budget: -1}", "microscope_budget"),
        ("title: x\nparameters: {microscope_budget: much}", "not str 'much'"),
        ("title: x\nparameters: {overrides: 3}", "overrides"),
        ("title: x\nparameters: {overrides: {colour: 3}}", "'colour'"),
        ("title: !!python/object/apply:os.system ['true']", "not valid YAML"),
        ("title: 'x", "not valid YAML"),
        ("a: &a [*a]", "an alias"),
    ],
)
def test_a_bad_scenario_is_one_clear_error(write, text, said):
    with pytest.raises(EstimatorError, match=re.escape(said)) as error:
        read_scenario(write(text))
    assert "case.yml" in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: x", "needs 'grid'"),
        ("title: x\ngrid: {organism: mouse}", "list of values"),
        ("title: x\ngrid: {organism: []}", "list of values"),
        ("title: x\ngrid: {organism: [mouse, mouse]}", "twice"),
        ("title: x\nparameters: {organism: mouse}\ngrid: {organism: [human]}", "both"),
        ("title: x\nparameters: {draws: 0}\ngrid: {organism: [human]}", "draws"),
        ("title: x\ngrid: {project_years: [1, -1]}", "project_years"),
        (
            f"title: x\ngrid: {{project_years: {list(range(1, 400))}, gpus: {list(range(1, 400))}}}",
            "more than 100,000",
        ),
    ],
)
def test_a_bad_sweep_is_one_clear_error(write, text, said):
    with pytest.raises(EstimatorError, match=re.escape(said)):
        read_sweep(write(text))


def test_numbers_such_as_1e9_are_numbers(write):
    assert read_scenario(write("title: x\nparameters: {microscope_budget: 1e9}")).parameters == {
        "microscope_budget": 1e9
    }


def test_a_scenario_runs_the_chapter_with_its_values(project):
    out = run_scenario(project, ROOT / "scenarios" / "mouse-block.yml")
    notebook = json.loads(out.read_text(encoding="utf-8"))
    text = json.dumps([cell.get("outputs") for cell in notebook["cells"]])
    expected = estimate(
        "mouse",
        "em",
        "current",
        microscope_budget=1e7,
        project_years=5,
        tissue_volume=10,
        neurons=1.5e6,
        proofreaders=1000,
    )
    assert f"${expected.first_cost / 1e6:.0f} million" in text


def test_a_scenario_with_a_parameter_of_the_wrong_type_is_refused(project, write):
    with pytest.raises(BuildError, match="draws takes a value of type int"):
        run_scenario(project, write("title: x\nparameters: {draws: many}"))
    with pytest.raises(BuildError, match="no parameter 'colour'"):
        run_scenario(project, write("title: x\nparameters: {colour: red}"))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """(sweep, its folder once run on a local cluster, what was said)."""
    folder = tmp_path_factory.mktemp("sweep")
    file = folder / "small.yml"
    file.write_text(SWEEP, encoding="utf-8")
    said = []
    sweep = read_sweep(file)
    return sweep, run(sweep, folder / "out", say=said.append), said


def test_the_table_is_tidy_and_in_the_order_of_the_grid(small):
    sweep, folder, said = small
    with open(folder / "table.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(sweep.cases) == 8
    assert [(r["organism"], r["modality"], float(r["microscope_budget"])) for r in rows] == [
        (c["organism"], c["modality"], c["microscope_budget"]) for c in sweep.cases
    ]
    for row, case in zip(rows, sweep.cases):
        assert float(row["first_cost"]) == pytest.approx(estimate(**case).first_cost)
        assert (
            float(row["first_cost_low"])
            < float(row["first_cost_median"])
            < float(row["first_cost_high"])
        )
        assert set(row) == {"project_years", "organism", "modality", "microscope_budget", *RESULTS}
    assert any("8 of 8 cases" in line for line in said)
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert page.count("<tr>") == 9 and "://" not in page


def test_one_process_gives_what_two_give(small, tmp_path, monkeypatch):
    """The same table to the byte, whether the cases are done by two workers or here, one after another."""
    from sobe.estimator import sweep as module

    sweep, folder, _ = small

    def alone(sweep, todo, done, *_):
        for key, case in reversed(todo.items()):
            done[key] = json.loads(
                json.dumps(run_case(case, sweep.draws, sweep.seed, module.state()))
            )

    monkeypatch.setattr(module, "_work", alone)
    again = run(sweep, tmp_path / "out", say=lambda line: None)
    assert (again / "table.csv").read_bytes() == (folder / "table.csv").read_bytes()
    other = replace(sweep, seed=7)
    assert (run(other, tmp_path / "other", say=lambda line: None) / "table.csv").read_bytes() != (
        folder / "table.csv"
    ).read_bytes()


def test_a_second_run_does_nothing_again_and_a_torn_line_is_done_again(small, tmp_path):
    sweep, folder, _ = small
    said = []
    run(sweep, folder, address="tcp://127.0.0.1:1", say=said.append)  # no cluster is asked for
    assert said == ["Small: 8 cases, 8 of them done before"]
    other = tmp_path / "resumed"
    other.mkdir()
    lines = [
        line for line in (folder / "done.jsonl").read_text(encoding="utf-8").splitlines() if line
    ]
    (other / "done.jsonl").write_text("\n".join(lines[:3]) + "\n" + lines[3][:40], encoding="utf-8")
    said.clear()
    run(sweep, other, say=said.append)
    assert said[0] == "Small: 8 cases, 3 of them done before"
    assert (other / "table.csv").read_bytes() == (folder / "table.csv").read_bytes()


def test_a_scheduler_that_is_not_there_is_one_clear_error(small, tmp_path, monkeypatch):
    monkeypatch.setattr("sobe.estimator.sweep._TIMEOUT", 2)
    with pytest.raises(EstimatorError, match="no Dask cluster at tcp://127.0.0.1:1"):
        run(small[0], tmp_path / "none", address="tcp://127.0.0.1:1", say=lambda line: None)


def test_a_worker_with_other_data_is_refused():
    with pytest.raises(EstimatorError, match="another version"):
        run_case({"organism": "mouse"}, 10, 1, "not this state")


def test_an_interrupted_sweep_goes_on_where_it_stopped(tmp_path):
    file = tmp_path / "many.yml"
    file.write_text(
        "title: Many\nparameters: {draws: 100000}\ngrid:\n  organism: [c_elegans, drosophila, zebrafish_larva, mouse, macaque, human]\n"
        "  modality: [em, exm, exm_molecular, em10]\n  proofreading: [current, improved]\n  gpus: [500, 1000]\n",
        encoding="utf-8",
    )
    command = [
        sys.executable,
        "-m",
        "sobe.build",
        "sweep",
        str(file),
        "--out",
        str(tmp_path / "out"),
    ]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    first = subprocess.Popen(
        command,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        for _ in range(3):
            line = first.stdout.readline()
        assert "cases" in line, line
        first.send_signal(signal.SIGINT)
        _, said = first.communicate(timeout=60)
    finally:
        end(first)
    assert first.returncode == 130 and "goes on from there" in said
    assert not (tmp_path / "out" / "table.csv").exists()
    again = subprocess.run(command, env=env, capture_output=True, text=True, timeout=200)
    assert again.returncode == 0, again.stderr
    before = int(re.search(r"96 cases, (\d+) of them done before", again.stdout)[1])
    assert 0 < before < 96
    assert (tmp_path / "out" / "table.csv").read_text(encoding="utf-8").count("\n") == 97


def started(*command):
    """A process of its own group, so that ending it ends its children."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, *command],
        env=env,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process, how=signal.SIGKILL):
    try:
        os.killpg(process.pid, how)
    except ProcessLookupError:
        pass
    process.wait(timeout=20)


def test_a_cluster_of_separate_processes_one_killed_gives_the_same_table(tmp_path):
    file = tmp_path / "grid.yml"
    file.write_text(
        "title: Killed\nparameters: {draws: 60000}\ngrid:\n  organism: [c_elegans, drosophila, zebrafish_larva, mouse, macaque, human]\n"
        "  modality: [em, exm, exm_molecular, em10]\n  proofreading: [current, improved]\n",
        encoding="utf-8",
    )
    sweep = read_sweep(file)
    scheduler = started(
        "-m",
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-dashboard",
    )
    workers = []
    try:
        address = None
        deadline = time.monotonic() + 60
        while address is None and time.monotonic() < deadline:
            found = re.search(r"tcp://127\.0\.0\.1:\d+", scheduler.stderr.readline())
            address = found and found[0]
        assert address, "the scheduler did not start"
        for number in range(2):
            workers.append(
                started(
                    "-m",
                    "distributed.cli.dask_worker",
                    address,
                    "--host",
                    "127.0.0.1",
                    "--nthreads",
                    "1",
                    "--no-dashboard",
                    "--no-nanny",
                    "--local-directory",
                    str(tmp_path / f"worker-{number}"),
                )
            )
        from distributed import Client

        with Client(address, timeout=30) as client:
            client.wait_for_workers(2, timeout=60)
        said = []

        def say(line):
            said.append(line)
            if len(said) == 3:
                end(workers[0])

        folder = run(sweep, tmp_path / "cluster", address, say)
        assert workers[0].poll() is not None, "no worker was killed before the sweep was over"
    finally:
        for process in (*workers, scheduler):
            end(process)
    alone = run(sweep, tmp_path / "local", say=lambda line: None)
    assert (folder / "table.csv").read_bytes() == (alone / "table.csv").read_bytes()
    assert len(sweep.cases) == 48


def test_the_command_reports_an_error_in_one_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "sobe.build", "sweep", str(tmp_path / "absent.yml")],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
