"""Grids of cases estimated in parallel, resumed where they were interrupted.

Each finished case is one line of ``done.jsonl``, under a key made of the case and of everything
the result depends on; a later run does only what is missing. The table is written in the order
of the grid, whatever the order in which workers finish, and draws are seeded, so any cluster
gives the same file. On one machine two processes work, and no port is open. A Dask cluster is
used where one is named; what it sends back is text, checked on arrival.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import html
import io
import json
import math
import multiprocessing
import os
import pickle
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from pathlib import Path

from sobe import signals
from sobe.analysis.estimator import EstimatorError
from sobe.analysis.estimator.estimate import BOTTLENECKS, estimate
from sobe.analysis.estimator.model import load_model
from sobe.analysis.estimator.scenario import Sweep
from sobe.analysis.estimator.uncertainty import draw
from sobe.atomic import alone, write_whole
from sobe.languages import units
from sobe.paths import ROOT
from sobe.policy import guarded

_PACKAGE = Path(__file__).resolve().parent
_TIMEOUT = 20  # seconds that a scheduler has to answer, and to have a worker
_LONGEST_ANSWER, _LONGEST_ERROR = 10_000, 500  # characters that a worker may answer
#: Results of a row, with what it is in words for the page.
RESULTS = {
    "first_cost": ("First connectome", units.usd),
    "first_cost_low": ("5 %", units.usd),
    "first_cost_median": ("Median", units.usd),
    "first_cost_high": ("95 %", units.usd),
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


@lru_cache(maxsize=1)
def state() -> str:
    """A hash of the code and tables that estimates depend on."""
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


def run_case(case: dict, draws: int, seed: int, expected: str) -> dict:
    """One row of the sweep's table: the case, then :data:`RESULTS`. Runs on a worker.

    Raises :class:`EstimatorError` where the worker's package or tables are not the ones of
    ``expected`` (:func:`state`).
    """
    if state() != expected:
        raise EstimatorError(
            "this worker has another version of sobe or of its data; give it the same one"
        )
    found = estimate(**case)
    low, median, high = draw(**case, draws=draws, seed=seed, results=("first_cost",)).interval(
        "first_cost"
    )
    row = {"first_cost_low": low, "first_cost_median": median, "first_cost_high": high}
    return {
        name: row[name] if name in row else getattr(found, name, found.values.get(name))
        for name in RESULTS
    }


def answer(case: dict, draws: int, seed: int, expected: str) -> str:
    """Run :func:`run_case` on a worker; return JSON text, {"row": …} or {"error": why}."""
    try:
        return json.dumps({"row": run_case(case, draws, seed, expected)})
    except Exception as error:  # objects stay where they are; text leaves
        return json.dumps({"error": str(error)[:_LONGEST_ERROR]})


def checked(text: object) -> dict:
    """Read a worker's :func:`answer`: {name: value} of :data:`RESULTS`, in their order.

    Raises :class:`EstimatorError` for an error the worker names, and for anything that is not a
    row: another type, a name missing or unknown, a number that is not finite.
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


def _finite(value):
    """Whether a value is a number of zero or more that floating point holds."""
    return type(value) in (int, float) and 0 <= value <= sys.float_info.max


_RULES = {
    "bottleneck": lambda value: isinstance(value, str) and value in BOTTLENECKS,
    "in_time": lambda value: isinstance(value, bool),
    # The page draws its logarithm.
    "first_cost_median": lambda value: _finite(value) and value > 0,
}


def _key(sweep, case):
    text = json.dumps([case, sweep.draws, sweep.seed, state()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _finished(file):
    """{key: row} of the cases already done; a line torn by an interruption counts as none."""
    rows = {}
    if file.is_file():
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                entry = json.loads(line)
                rows[entry["key"]] = checked(json.dumps({"row": entry["row"]}))
            except (ValueError, KeyError, TypeError, EstimatorError):
                continue
    return rows


def run(sweep: Sweep, folder: Path, address: str = "", report=print) -> Path:
    """Estimate every case of ``sweep``; returns the folder with ``table.csv`` and ``index.html``.

    ``address`` is a Dask scheduler's ("tcp://…"); without one, two processes here do the work.
    Raises :class:`EstimatorError` where another sweep writes there, the scheduler does not answer
    or a case fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder) as ours:
        if not ours:
            raise EstimatorError(f"another sweep is writing to {folder}; wait for it to finish")
        done_file = folder / "done.jsonl"
        keys = [_key(sweep, case) for case in sweep.cases]
        done = _finished(done_file)
        todo = {key: case for key, case in zip(keys, sweep.cases) if key not in done}
        report(f"{sweep.title}: {len(keys)} cases, {len(keys) - len(todo)} of them done before")
        if todo:
            _work(sweep, todo, done, done_file, address, report)
        write_whole(folder / "table.csv", _table(sweep, [done[key] for key in keys]))
        write_whole(folder / "index.html", guarded(_page(sweep, [done[key] for key in keys])))
    return folder


def _work(sweep, todo, done, done_file, address, report):
    texts = _from_cluster if address else _from_processes
    with open(done_file, "a", encoding="utf-8") as out:
        if done_file.stat().st_size:
            out.write("\n")  # ends a line that an interruption may have torn
            out.flush()  # or a child process would have it to write as well
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


def _from_processes(sweep, todo, _address):
    """Yield (key, answer) from two processes of our own, which we reach through pipes alone."""
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


def _from_cluster(sweep, todo, address):
    """Yield (key, answer) from the Dask cluster at ``address``; no object of it is unpickled here."""
    from distributed import Client

    lost = "lost the scheduler at {}; finished cases are kept, run the same command again"
    with inert_pickles(), contextlib.ExitStack() as stack:
        try:
            client = stack.enter_context(Client(address, timeout=_TIMEOUT, set_as_default=False))
            client.wait_for_workers(1, timeout=_TIMEOUT)
        except (OSError, ValueError) as error:
            raise EstimatorError(f"no Dask cluster at {address}: {error}") from None
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
            if not ended:
                time.sleep(0.05)


class _Inert(Exception):
    """Takes the place of every object in a pickle: holds what it is given, does nothing."""

    def __setstate__(self, _state):
        pass

    def __str__(self):
        return "; ".join(str(each)[:_LONGEST_ERROR] for each in self.args) or "no message"


class _Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if name == "unpickle_traceback":  # Dask waits for ever where a traceback is anything else
            return lambda *_, **__: None
        # The only class that text takes on its way.
        return bytes if (module, name) == ("builtins", "bytes") else _Inert


@contextlib.contextmanager
def inert_pickles():
    """While the block runs, a pickle that comes in is plain values; its classes become :class:`_Inert`.

    Dask reads pickles of scheduler and workers in many places, whatever its ``deserializers`` are;
    all of them call ``pickle.loads``.
    """
    usual = pickle.loads
    pickle.loads = lambda data, *, buffers=(), **_: _Unpickler(
        io.BytesIO(data), buffers=buffers
    ).load()
    try:
        yield
    finally:
        pickle.loads = usual


def _table(sweep, rows):
    """The tidy table as CSV: a row a case, its settings and then its results."""
    settings = list(dict.fromkeys(name for case in sweep.cases for name in case))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*settings, *RESULTS])
    for case, row in zip(sweep.cases, rows):
        writer.writerow(
            [*(case.get(name, "") for name in settings), *(row[name] for name in RESULTS)]
        )
    return out.getvalue()


def _page(sweep, rows):
    """A page that compares the cases; needs nothing but itself."""

    def cell(text):
        return f"<td>{html.escape(str(text))}</td>"

    options = load_model().options
    powers = [math.log10(row["first_cost_median"]) for row in rows]
    least, most = math.floor(min(powers)), math.ceil(max(powers))
    head = "".join(
        f"<th>{html.escape(name)}</th>"
        for name in [
            *sweep.varied,
            f"Median, $10^{least} to $10^{most}",
            *(label for label, _ in RESULTS.values()),
        ]
    )
    body = "".join(
        "<tr>"
        + "".join(
            cell(options[name][case[name]] if name in options else units.significant(case[name]))
            for name in sweep.varied
        )
        + f'<td><meter min="{least}" max="{most}" value="{power:.3f}">{power:.1f}</meter></td>'
        + "".join(cell(text(row[name])) for name, (_, text) in RESULTS.items())
        + "</tr>"
        for case, row, power in zip(sweep.cases, rows, powers)
    )
    title = html.escape(sweep.title)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>:root{{color-scheme:light dark}}body{{font:15px system-ui,sans-serif;margin:1.5rem}}"
        "div{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
        "th,td{text-align:left;padding:.35rem .7rem;border-bottom:1px solid #8886;white-space:nowrap}</style></head>"
        f"<body><h1>{title}</h1><p>{html.escape(sweep.about)}</p><p>{len(rows)} cases, {sweep.draws:,} draws each, seed {sweep.seed}. "
        'Medians and percentiles are of the cost of the first connectome; <a href="table.csv">the table</a>.</p>'
        f"<div><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></body></html>\n"
    )
