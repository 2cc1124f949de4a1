"""Estimate grids of cases in parallel, and resume after an interruption.

Each finished case is one line of ``done.jsonl``, under a key made of the case and everything its
result depends on; a later run does only what is missing. The table is in the order of the grid,
whatever the order in which workers finish, and draws are seeded, so every cluster gives the same
file. On one machine two worker processes share the cases and no port is open. A Dask cluster is
used where its address is given; it answers in text, which is checked on arrival.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import logging
import math
import multiprocessing
import os
import pickle
import sys
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from pathlib import Path
from typing import Any

from sobe import signals, templates
from sobe.analysis.estimator.errors import EstimatorError
from sobe.analysis.estimator.estimate import BOTTLENECKS, estimate
from sobe.analysis.estimator.model import load_model
from sobe.analysis.estimator.scenario import Sweep
from sobe.analysis.estimator.uncertainty import draw
from sobe.atomic import locked, write_together
from sobe.errors import is_verbose, keeping
from sobe.languages import units
from sobe.paths import ROOT
from sobe.policy import guarded

_PACKAGE = Path(__file__).resolve().parent
_TIMEOUT = 20  # seconds that a scheduler has to answer, and to have a worker
_LONGEST_ANSWER, _LONGEST_ERROR = 10_000, 500  # characters that a worker may answer
Case = dict[str, Any]
Row = dict[str, Any]
#: Columns of a row, each with its heading on the page and its writer there.
RESULTS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "first_cost": ("First connectome", units.usd),
    "first_cost_low": ("5%", units.usd),
    "first_cost_median": ("Median", units.usd),
    "first_cost_high": ("95%", units.usd),
    "further_cost": ("A further one", units.usd),
    "first_cost_per_neuron": ("First, per neuron", units.usd),
    "first_years": ("Time to the first", units.years),
    "connectomes": ("Within the horizon", units.count),
    "bottleneck": ("Bottleneck", str),
    "stored_petabytes": ("Stored, PB", units.significant),
    "microscopes": ("Microscopes", units.count),
    "people": ("People", units.count),
    "recording_cost": ("Recording", units.usd),
    "simulation_cost": ("Simulation", units.usd),
    "programme_cost": ("All three", units.usd),
    "in_time": ("In time", lambda value: "yes" if value else "no"),
}


@cache
def state() -> str:
    """Return a hash of the code and tables that estimates depend on."""
    data = Path(os.environ.get("SOBE_DATA") or ROOT / "data")
    files = [
        *sorted(_PACKAGE.glob("*.py")),
        *sorted((data / "estimator").glob("*.csv")),
        data / "organisms.csv",
        data / "species.csv",
    ]
    return hashlib.sha256(
        b"\0".join(file.name.encode() + b"\0" + file.read_bytes() for file in files)
    ).hexdigest()


def run_case(case: Case, draws: int, seed: int, expected: str) -> Row:
    """Estimate one case on a worker.

    Parameters
    ----------
    case
        {name: value} for `estimate`.
    draws, seed
        For `draw`.
    expected
        The `state` of whoever asks.

    Returns
    -------
    dict
        {name: value} of `RESULTS`.

    Raises
    ------
    EstimatorError
        Where the worker's package or tables differ from ``expected``, and as `estimate` does.
    """
    if state() != expected:
        raise EstimatorError(
            "this worker has another version of sobe or of its data; give it the same one"
        )
    found = estimate(**case)
    drawn = draw(**case, draws=draws, seed=seed, results=("first_cost",))
    low, median, high = drawn.interval("first_cost")
    row = {"first_cost_low": low, "first_cost_median": median, "first_cost_high": high}
    return {
        name: row[name] if name in row else getattr(found, name, found.values.get(name))
        for name in RESULTS
    }


def answer(case: Case, draws: int, seed: int, expected: str) -> str:
    """Do `run_case` on a worker; return JSON text, {"row": …} or {"error": reason}."""
    try:
        return json.dumps({"row": run_case(case, draws, seed, expected)})
    except Exception as error:  # only text leaves a worker, no object
        return json.dumps({"error": str(error)[:_LONGEST_ERROR]})


def checked(text: object) -> Row:
    """Read a worker's `answer`: {name: value} of `RESULTS`, in their order.

    Raises
    ------
    EstimatorError
        For an error that the worker names, and for anything that is not a row: another type, a
        name missing or unknown, a number that is not finite.
    """
    try:
        if not isinstance(text, str) or len(text) > _LONGEST_ANSWER:
            raise ValueError
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise EstimatorError(f"a worker answered {str(text)[:80]!r}, not a row as JSON") from None
    if isinstance(found, dict) and found.keys() == {"error"}:
        raise EstimatorError(" ".join(str(found["error"])[:_LONGEST_ERROR].split()))
    row = found.get("row") if isinstance(found, dict) and len(found) == 1 else None
    if not isinstance(row, dict) or row.keys() != RESULTS.keys():
        raise EstimatorError(f"a worker's row has other columns than {', '.join(RESULTS)}")
    for name, value in row.items():
        if not _RULES.get(name, _finite)(value):
            raise EstimatorError(f"a worker answered {name} = {str(value)[:80]!r}")
    return {name: row[name] for name in RESULTS}


def _finite(value: Any) -> bool:
    """Return whether a value is a number of zero or more that floating point holds."""
    return type(value) in (int, float) and 0 <= value <= sys.float_info.max


_RULES: dict[str, Callable[[Any], bool]] = {
    "bottleneck": lambda value: isinstance(value, str) and value in BOTTLENECKS,
    "in_time": lambda value: isinstance(value, bool),
    # The page shows its logarithm.
    "first_cost_median": lambda value: _finite(value) and value > 0,
}


def _key(sweep: Sweep, case: Case) -> str:
    text = json.dumps([case, sweep.draws, sweep.seed, state()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _finished(file: Path) -> dict[str, Row]:
    """Return {key: row} of the cases already done, without a line torn by an interruption."""
    rows: dict[str, Row] = {}
    if file.is_file():
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            with contextlib.suppress(ValueError, KeyError, TypeError, EstimatorError):
                entry = json.loads(line)
                rows[entry["key"]] = checked(json.dumps({"row": entry["row"]}))
    return rows


def run(
    sweep: Sweep, folder: Path, address: str = "", report: Callable[[str], object] = print
) -> Path:
    """Estimate every case of a sweep.

    Parameters
    ----------
    sweep
        As `read_sweep` gives it.
    folder
        Where ``done.jsonl``, ``table.csv`` and ``index.html`` are written.
    address
        Of a Dask scheduler ("tcp://…"); without one two processes here do the work.
    report
        Called with a line of text at each step of progress.

    Returns
    -------
    Path
        ``folder``.

    Raises
    ------
    EstimatorError
        Where another sweep writes there, the scheduler does not answer, or a case fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder) as ours:
        if not ours:
            raise EstimatorError(f"another sweep is writing to {folder}; wait for it to finish")
        done_file = folder / "done.jsonl"
        keys = [_key(sweep, case) for case in sweep.cases]
        done = _finished(done_file)
        cases = zip(keys, sweep.cases, strict=True)
        todo = {key: case for key, case in cases if key not in done}
        report(f"{sweep.title}: {len(keys)} cases, {len(keys) - len(todo)} of them done before")
        if todo:
            _work(sweep, todo, done, done_file, address, report)
        rows = [done[key] for key in keys]
        page = guarded(_page(sweep, rows))
        write_together({folder / "table.csv": _table(sweep, rows), folder / "index.html": page})
    return folder


def _work(
    sweep: Sweep,
    todo: dict[str, Case],
    done: dict[str, Row],
    done_file: Path,
    address: str,
    report: Callable[[str], object],
) -> None:
    """Estimate the cases ``todo``; add each row to ``done`` and its file as it comes."""
    texts = _from_cluster if address else _from_processes
    with open(done_file, "a", encoding="utf-8") as out:
        if done_file.stat().st_size:
            out.write("\n")  # ends a line that an interruption may have torn
            out.flush()  # else a forked process would write it as well
        step = max(1, len(todo) // 20)
        with contextlib.closing(texts(sweep, todo, address)) as answers:
            for number, (key, text) in enumerate(answers, start=1):
                try:
                    done[key] = checked(text)
                except EstimatorError as error:
                    raise EstimatorError(f"case {todo[key]} failed: {error}") from None
                out.write(json.dumps({"key": key, "row": done[key]}) + "\n")
                out.flush()
                if number % step == 0 or number == len(todo):
                    report(f"  {number} of {len(todo)} cases")


Answers = Generator[tuple[str, object], None, None]


def _from_processes(sweep: Sweep, todo: dict[str, Case], _address: str) -> Answers:
    """Yield (key, answer) from two worker processes, which are reached through pipes alone."""
    # Forked: other ways to start a process listen on a socket, or leave semaphores when stopped.
    pool = ProcessPoolExecutor(
        2, multiprocessing.get_context("fork"), signals.die_with_parent, (os.getpid(),)
    )
    try:
        keys = {
            pool.submit(answer, case, sweep.draws, sweep.seed, state()): key
            for key, case in todo.items()
        }
        for future in as_completed(keys):
            yield keys[future], future.result()
    except BrokenProcessPool:
        raise EstimatorError("a worker process ended; run the same command again") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _from_cluster(sweep: Sweep, todo: dict[str, Case], address: str) -> Answers:
    """Yield (key, answer) from the Dask cluster at ``address``, and unpickle no object of it."""
    from distributed import Client

    lost = "lost the scheduler at {}; finished cases are kept, run the same command again"
    with inert_pickles(), _quiet(), contextlib.ExitStack() as stack:
        try:
            client = stack.enter_context(Client(address, timeout=_TIMEOUT, set_as_default=False))
        except (OSError, ValueError) as error:
            problem = f"no Dask cluster at {address}; start one (dask scheduler), or leave DASK out"
            raise keeping(EstimatorError(problem), "Dask", error) from None
        try:
            client.wait_for_workers(1, timeout=_TIMEOUT)
        except (OSError, ValueError):
            raise EstimatorError(_idle(address, "has no workers")) from None
        waiting = {
            client.submit(
                answer,
                case,
                sweep.draws,
                sweep.seed,
                state(),
                key=f"sobe-{key}",
                pure=False,
                retries=2,
            ): key
            for key, case in todo.items()
        }
        seen = time.monotonic()
        while waiting:
            ended = [future for future in waiting if future.done()]
            if client.status != "running":
                raise EstimatorError(lost.format(address))
            for future in ended:
                try:
                    text = future.result(timeout=_TIMEOUT)
                except Exception as error:  # whatever a cluster answers
                    if client.status != "running":
                        raise EstimatorError(lost.format(address)) from None
                    text = json.dumps({"error": str(error)[:_LONGEST_ERROR]})
                yield waiting.pop(future), text
            if ended:
                seen = time.monotonic()
            else:
                time.sleep(0.05)
                if time.monotonic() - seen > _TIMEOUT:
                    # A long case, or no worker is left to do it.
                    if not client.scheduler_info()["workers"]:
                        raise EstimatorError(_idle(address, "has lost its workers"))
                    seen = time.monotonic()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Let Dask and its network write nothing during the block, unless ``VERBOSE`` is set."""
    before = logging.root.manager.disable
    if not is_verbose():
        logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def _idle(address: str, what: str) -> str:
    return (
        f"the Dask scheduler at {address} {what}; finished cases are kept: start a worker "
        f"(dask worker {address}) and run the same command again"
    )


class _Inert(Exception):
    """Replaces every object in a pickle: it holds its arguments and does nothing."""

    def __setstate__(self, _state: object) -> None:
        """Ignore the state."""

    def __str__(self) -> str:
        """Return the arguments as text."""
        return "; ".join(str(each)[:_LONGEST_ERROR] for each in self.args) or "no message"


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Return `_Inert` in place of any class but ``bytes``, which carries text."""
        if name == "unpickle_traceback":  # Dask waits for ever where a traceback is anything else
            return lambda *_, **__: None
        return bytes if (module, name) == ("builtins", "bytes") else _Inert


@contextlib.contextmanager
def inert_pickles() -> Iterator[None]:
    """Read pickles as plain values during the block, with `_Inert` in place of their classes.

    Dask reads pickles of scheduler and workers in many places, whatever its ``deserializers``
    are; all of them call ``pickle.loads``.
    """

    def loads(data: Any, *, buffers: Any = (), **_: object) -> Any:
        return _Unpickler(io.BytesIO(data), buffers=buffers).load()

    usual = pickle.loads
    pickle.loads = loads
    try:
        yield
    finally:
        pickle.loads = usual


def _table(sweep: Sweep, rows: list[Row]) -> str:
    """Return the tidy table as CSV: one row per case, its settings and then its results."""
    settings = list(dict.fromkeys(name for case in sweep.cases for name in case))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [*settings, *RESULTS], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(case | row for case, row in zip(sweep.cases, rows, strict=True))
    return out.getvalue()


def _page(sweep: Sweep, rows: list[Row]) -> str:
    """Return a page that compares the cases and needs no other file."""
    options = load_model().options
    powers = [math.log10(row["first_cost_median"]) for row in rows]
    least, most = math.floor(min(powers)), math.ceil(max(powers))

    def written(name: str, value: Any) -> str:
        return options[name][value] if name in options else units.significant(value)

    page = (
        templates.environment(_PACKAGE)
        .get_template("sweep.html")
        .render(
            sweep=sweep,
            heads=[
                *sweep.varied,
                f"Median, $10^{least} to $10^{most}",
                *(label for label, _ in RESULTS.values()),
            ],
            least=least,
            most=most,
            rows=[
                {
                    "settings": [written(name, case[name]) for name in sweep.varied],
                    "power": power,
                    "results": [text(row[name]) for name, (_, text) in RESULTS.items()],
                }
                for case, row, power in zip(sweep.cases, rows, powers, strict=True)
            ],
        )
    )
    return f"{page}\n"
