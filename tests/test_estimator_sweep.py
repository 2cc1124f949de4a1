"""Scenario files, and sweeps on this machine and on a Dask cluster, hostile or killed."""

import contextlib
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
from conftest import turn

from sobe.analysis.estimator import EstimatorError, estimate
from sobe.analysis.estimator import sweep as module
from sobe.analysis.estimator.scenario import read_scenario, read_sweep
from sobe.analysis.estimator.sweep import RESULTS, answer, checked, inert_pickles, run, run_case
from sobe.errors import BuildError
from sobe.pipeline.book import run_scenario

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
            f"title: x\ngrid: {{project_years: {[*range(1, 400)]}, gpus: {[*range(1, 400)]}}}",
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
    with turn(project):
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
    brief = out.with_suffix(".md").read_text(encoding="utf-8")
    assert brief.startswith("# A block of 10 mm³ of mouse brain\n")
    assert "tissue_volume=10, neurons=1500000, proofreaders=1000)`" in brief


def test_a_scenario_with_a_parameter_of_the_wrong_type_is_refused(project, write):
    with pytest.raises(BuildError, match="draws: 'many' is not a whole number"):
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
    return sweep, run(sweep, folder / "out", report=said.append), said


def test_the_table_is_tidy_and_in_the_order_of_the_grid(small):
    sweep, folder, said = small
    with open(folder / "table.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(sweep.cases) == 8
    assert [(r["organism"], r["modality"], float(r["microscope_budget"])) for r in rows] == [
        (c["organism"], c["modality"], c["microscope_budget"]) for c in sweep.cases
    ]
    for row, case in zip(rows, sweep.cases, strict=True):
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
    """The table is the same to the byte, whether two workers do the cases or this process does."""
    sweep, folder, _ = small

    def alone(sweep, todo, done, *_):
        for key, case in reversed(todo.items()):
            done[key] = json.loads(
                json.dumps(run_case(case, sweep.draws, sweep.seed, module.state()))
            )

    monkeypatch.setattr(module, "_work", alone)
    again = run(sweep, tmp_path / "out", report=lambda line: None)
    assert (again / "table.csv").read_bytes() == (folder / "table.csv").read_bytes()
    other = replace(sweep, seed=7)
    assert (
        run(other, tmp_path / "other", report=lambda line: None) / "table.csv"
    ).read_bytes() != (folder / "table.csv").read_bytes()


def test_a_second_run_does_nothing_again_and_a_torn_line_is_done_again(small, tmp_path):
    sweep, folder, _ = small
    said = []
    run(sweep, folder, address="tcp://127.0.0.1:1", report=said.append)  # no cluster is asked for
    assert said == ["Small: 8 cases, 8 of them done before"]
    other = tmp_path / "resumed"
    other.mkdir()
    lines = [
        line for line in (folder / "done.jsonl").read_text(encoding="utf-8").splitlines() if line
    ]
    (other / "done.jsonl").write_text("\n".join(lines[:3]) + "\n" + lines[3][:40], encoding="utf-8")
    said.clear()
    run(sweep, other, report=said.append)
    assert said[0] == "Small: 8 cases, 3 of them done before"
    assert (other / "table.csv").read_bytes() == (folder / "table.csv").read_bytes()


def test_a_scheduler_that_is_not_there_is_one_clear_error(small, tmp_path, monkeypatch):
    monkeypatch.setattr("sobe.analysis.estimator.sweep._TIMEOUT", 2)
    with pytest.raises(EstimatorError, match="no Dask cluster at tcp://127.0.0.1:1"):
        run(small[0], tmp_path / "none", address="tcp://127.0.0.1:1", report=lambda line: None)


def test_a_worker_with_other_data_is_refused():
    with pytest.raises(EstimatorError, match="another version"):
        run_case({"organism": "mouse"}, 10, 1, "not this state")


def test_an_interrupted_sweep_goes_on_where_it_stopped(tmp_path):
    file = tmp_path / "many.yml"
    file.write_text(
        "title: Many\nparameters: {draws: 100000}\ngrid:\n"
        "  organism: [c_elegans, drosophila, zebrafish_larva, mouse, macaque, human]\n"
        "  modality: [em, exm, exm_molecular, em10]\n",
        encoding="utf-8",
    )
    command = [
        sys.executable,
        "-m",
        "sobe.pipeline",
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
    before = int(re.search(r"24 cases, (\d+) of them done before", again.stdout)[1])
    assert 0 < before < 24
    assert (tmp_path / "out" / "table.csv").read_text(encoding="utf-8").count("\n") == 25


def started(*command, errors=subprocess.DEVNULL):
    """A process of its own group, so that ending it ends its children.

    Its complaints go to the file `errors`: a pipe that nobody reads would stop it once full.
    """
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, *command],
        env=env,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=errors,
    )


def end(process, how=signal.SIGKILL):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, how)
    process.wait(timeout=20)


def sockets(process):
    """Every socket of a process and its children, without pairs that have no name."""
    inodes = set()
    for each in (process, *process.children(recursive=True)):
        for handle in Path(f"/proc/{each.pid}/fd").glob("*"):
            with contextlib.suppress(OSError):
                inodes |= set(re.findall(r"socket:\[(\d+)\]", os.readlink(handle)))
    found = []
    for kind in ("tcp", "tcp6", "udp", "udp6"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]:
                if line.split()[9] in inodes:
                    found.append((kind, line))
    for line in Path("/proc/net/unix").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[6] in inodes and len(fields) > 7:  # bound to a name, a file's or an abstract one
            found.append(("unix", line))
    return found


def test_sockets_are_seen(tmp_path):
    """The look at sockets itself: it sees one of each kind."""
    import socket

    import psutil

    before = len(sockets(psutil.Process()))
    with socket.socket() as tcp, socket.socket(socket.AF_UNIX) as named:
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        named.bind("\0sobe-test" + str(os.getpid()))
        named.listen()
        assert len(sockets(psutil.Process())) == before + 2


def test_a_sweep_on_this_machine_opens_no_socket(tmp_path):
    import psutil

    file = tmp_path / "ports.yml"
    file.write_text(
        "title: Ports\nparameters: {draws: 100000}\ngrid:\n  organism: [drosophila, mouse, human]\n"
        "  modality: [em, exm]\n  gpus: [500, 1000]\n",
        encoding="utf-8",
    )
    sweeping = started("-m", "sobe.pipeline", "sweep", str(file), "--out", str(tmp_path / "out"))
    looks = most = 0
    try:
        while sweeping.poll() is None:
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(sweeping.pid)
                most = max(most, len(process.children(recursive=True)))
                assert sockets(process) == []
                looks += 1
            time.sleep(0.02)
    finally:
        end(sweeping)
    assert sweeping.returncode == 0 and looks > 5 and most >= 2
    assert (tmp_path / "out" / "table.csv").exists()


ROW = {name: 1.5 for name in RESULTS} | {"bottleneck": "imaging", "in_time": True}


def test_a_workers_answer_is_a_row_in_the_tables_order():
    mixed = dict(reversed(ROW.items()))
    assert list(checked(json.dumps({"row": mixed})).items()) == list(
        {name: ROW[name] for name in RESULTS}.items()
    )
    assert checked(answer({"organism": "mouse"}, 10, 1, module.state()))["first_cost"] > 0
    with pytest.raises(EstimatorError, match="another version"):
        checked(answer({"organism": "mouse"}, 10, 1, "not this state"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{}", "not a row as JSON"),
        (None, "not a row as JSON"),
        (ROW, "not a row as JSON"),
        ("", "not a row as JSON"),
        ("[" * 9_000, "not a row as JSON"),
        ("9" * 9_000, "not a row as JSON"),
        (json.dumps({"row": ROW}) + " " * 10_000, "not a row as JSON"),
        ("[]", "other columns"),
        ("3", "other columns"),
        ('{"row": 3}', "other columns"),
        (json.dumps({"row": ROW, "more": 1}), "other columns"),
        (json.dumps({"row": ROW | {"more": 1}}), "other columns"),
        (json.dumps({"row": {"first_cost": 1}}), "other columns"),
        ('{"error": ["<b>", 3]}', "<b>"),
        *(
            (json.dumps({"row": ROW | {name: value}}), f"answered {name} = ")
            for name, value in [
                ("first_cost", float("nan")),
                ("first_cost", float("inf")),
                ("first_cost", 10**400),
                ("first_cost", -1),
                ("first_cost", "=1+1"),
                ("first_cost", True),
                ("first_cost", None),
                ("first_cost", [1]),
                ("first_cost_median", 0),
                ("bottleneck", "=cmd"),
                ("bottleneck", 3),
                ("bottleneck", ["imaging"]),
                ("in_time", 1),
                ("in_time", "yes"),
            ]
        ),
    ],
)
def test_an_answer_that_is_no_row_is_one_clear_error(text, said):
    with pytest.raises(EstimatorError, match=re.escape(said)) as error:
        checked(text)
    assert len(str(error.value)) < 700 and "\n" not in str(error.value)


class Bomb:
    """Runs a command where it is unpickled."""

    def __init__(self, command):

        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def test_pickles_are_inert_only_while_a_cluster_is_asked(tmp_path):
    import pickle

    mark = tmp_path / "ran"
    bomb = pickle.dumps([1, "x", b"y", Bomb(f"touch {mark}")])
    usual = pickle.loads
    with inert_pickles():
        assert pickle.loads(bomb)[:3] == [1, "x", b"y"]
        assert not mark.exists()
    assert pickle.loads is usual
    pickle.loads(bomb)
    assert mark.exists()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """`cluster(workers)` starts a scheduler and worker processes: (address, processes)."""
    processes = []

    def start(workers=1):
        log = tmp_path_factory.mktemp("scheduler") / "log"
        with log.open("w") as errors:
            scheduler = started(
                "-m",
                "distributed.cli.dask_scheduler",
                "--host",
                "127.0.0.1",
                "--port",
                "0",
                "--no-dashboard",
                errors=errors,
            )
        processes.append(scheduler)
        address = None
        deadline = time.monotonic() + 60
        while address is None and time.monotonic() < deadline:
            found = re.search(r"tcp://127\.0\.0\.1:\d+", log.read_text())
            address = found and found[0]
            time.sleep(0.05)
        assert address, "the scheduler did not start"
        ours = [scheduler]
        for _ in range(workers):
            folder = tmp_path_factory.mktemp("worker")
            ours.append(
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
                    str(folder),
                )
            )
        processes.extend(ours[1:])
        return address, ours

    yield start
    for process in processes:
        end(process)


@pytest.fixture(scope="module")
def hostile(cluster):
    """The address of a cluster whose worker answers as it is told."""
    return cluster()[0]


@pytest.mark.parametrize("how", ["result", "exception", "cause", "bytes", "number"])
def test_a_workers_objects_do_not_run_here(small, tmp_path, monkeypatch, hostile, how):
    """A worker whose answer or error is a pickle that runs a command gives one message."""
    mark = tmp_path / f"ran-{how}"
    # Runs in this process alone: the worker passes through other hands first.
    command = f"test $PPID != {os.getpid()} || touch {mark}"

    def bad(*_):
        class Evil(Exception):
            def __reduce__(self):
                return __import__("os").system, (command,)

        if how == "result":
            return Evil()
        if how == "exception":
            raise Evil("x")
        if how == "cause":
            raise ValueError("bad") from Evil("x")
        return b"bytes" if how == "bytes" else 3

    monkeypatch.setattr(module, "answer", bad)
    with pytest.raises(EstimatorError, match="case .* failed: ") as error:
        run(small[0], tmp_path / "out", hostile, report=lambda line: None)
    assert "\n" not in str(error.value)
    assert not mark.exists()
    assert not (tmp_path / "out" / "table.csv").exists()


def test_the_same_answers_run_with_dask_alone(tmp_path, hostile):
    """Without our guard the command does run: the test above can fail."""
    from distributed import Client

    mark = tmp_path / "ran"
    command = f"test $PPID != {os.getpid()} || touch {mark}"

    def bad():
        class Evil:
            def __reduce__(self):
                return __import__("os").system, (command,)

        return Evil()

    for options in ({"deserializers": ["dask", "msgpack"]}, {}):
        if not mark.exists():
            with (
                Client(hostile, timeout=30, set_as_default=False, **options) as client,
                contextlib.suppress(Exception),
            ):
                client.submit(bad, pure=False).result(timeout=30)
    assert mark.exists()


def test_a_scheduler_lost_is_one_clear_error(small, tmp_path, cluster):
    address, processes = cluster()
    sweep = replace(small[0], draws=100_000)
    with pytest.raises(EstimatorError, match="lost the scheduler at .*run the same command again"):
        run(
            sweep,
            tmp_path / "lost",
            address,
            report=lambda line: end(processes[0]) if " 1 of" in line else None,
        )


def test_a_worker_killed_changes_nothing_and_all_killed_are_one_clear_error(
    tmp_path, monkeypatch, cluster
):
    """What was finished is kept; nothing waits for ever for a worker that does not come."""
    file = tmp_path / "grid.yml"
    file.write_text(
        "title: Killed\nparameters: {draws: 20000}\ngrid:\n"
        "  organism: [c_elegans, drosophila, zebrafish_larva, mouse, macaque, human]\n"
        "  modality: [em, exm, exm_molecular, em10]\n",
        encoding="utf-8",
    )
    sweep = read_sweep(file)
    address, (_, *workers) = cluster(workers=2)
    from distributed import Client

    with Client(address, timeout=30) as client:
        client.wait_for_workers(2, timeout=60)
    said = []

    def report(line):
        said.append(line)
        if len(said) == 3:
            end(workers[0])

    folder = run(sweep, tmp_path / "cluster", address, report)
    assert workers[0].poll() is not None, "no worker was killed before the sweep was over"
    alone = run(sweep, tmp_path / "local", report=lambda line: None)
    assert (folder / "table.csv").read_bytes() == (alone / "table.csv").read_bytes()
    assert len(sweep.cases) == 24

    def lost(line):
        if " 1 of" in line:
            monkeypatch.setattr("sobe.analysis.estimator.sweep._TIMEOUT", 5)
            end(workers[1])

    with pytest.raises(EstimatorError, match="has lost its workers; finished cases are kept"):
        run(replace(sweep, draws=100_000), tmp_path / "lost", address, report=lost)
    assert (tmp_path / "lost" / "done.jsonl").read_text().count("\n") >= 1
    monkeypatch.setattr("sobe.analysis.estimator.sweep._TIMEOUT", 2)
    with pytest.raises(EstimatorError, match=f"{address} has no workers; .*: start a worker"):
        run(sweep, tmp_path / "none", address, report=lambda line: None)


def test_the_command_reports_an_error_in_one_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "sobe.pipeline", "sweep", str(tmp_path / "absent.yml")],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
