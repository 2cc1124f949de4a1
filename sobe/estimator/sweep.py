"""Grids of cases estimated in parallel with Dask, resumed where they were interrupted.

Each finished case is one line of ``done.jsonl``, under a key made of the case and of everything
the result depends on; a later run does only what is missing. The table is written in the order
of the grid, whatever the order in which workers finish, and draws are seeded, so any cluster
gives the same file.
"""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import math
import os
import shutil
import tempfile
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path

from sobe import stop, units
from sobe.keep import alone, remove, write_whole
from sobe.web.policy import guarded
from sobe.estimator import EstimatorError
from sobe.estimator.estimate import estimate
from sobe.estimator.model import load_model
from sobe.estimator.scenario import Sweep
from sobe.estimator.uncertainty import draw

_PACKAGE = Path(__file__).resolve().parent
_SCRATCH = ".dask-"
_TIMEOUT = 20  # seconds that a scheduler has to answer
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
    data = Path(os.environ.get("SOBE_DATA") or _PACKAGE.parents[1] / "data")
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
                rows[entry["key"]] = entry["row"]
            except (ValueError, KeyError, TypeError):
                continue
    return rows


def run(sweep: Sweep, folder: Path, address: str = "", say=print) -> Path:
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
        say(f"{sweep.title}: {len(keys)} cases, {len(keys) - len(todo)} of them done before")
        if todo:
            _work(sweep, todo, done, done_file, address, say)
        write_whole(folder / "table.csv", _table(sweep, [done[key] for key in keys]))
        write_whole(folder / "index.html", guarded(_page(sweep, [done[key] for key in keys])))
    return folder


def _work(sweep, todo, done, done_file, address, say):
    from distributed import Client, LocalCluster, as_completed

    with ExitStack() as stack:
        for left in done_file.parent.glob(f"{_SCRATCH}*"):
            remove(left)
        scratch = stack.enter_context(
            tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=done_file.parent.absolute())
        )
        stack.enter_context(stop.tidied(lambda: shutil.rmtree(scratch, ignore_errors=True)))
        try:
            cluster = address or stack.enter_context(
                LocalCluster(
                    n_workers=2,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                    local_directory=scratch,
                    silence_logs=50,
                )
            )
            client = stack.enter_context(Client(cluster, timeout=_TIMEOUT))
        except (OSError, ValueError) as error:
            raise EstimatorError(
                f"no Dask cluster at {address or 'this machine'}: {error}"
            ) from None
        with open(done_file, "a", encoding="utf-8") as out:
            if done_file.stat().st_size:
                out.write("\n")  # ends a line that an interruption may have torn
            futures = {
                client.submit(
                    run_case,
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
            step = max(1, len(futures) // 20)
            for number, future in enumerate(as_completed(futures), start=1):
                key = futures[future]
                try:
                    row = future.result()
                except Exception as error:  # whatever went wrong on the worker
                    client.cancel(list(futures))
                    raise EstimatorError(f"case {todo[key]} failed: {error}") from None
                done[key] = row
                out.write(json.dumps({"key": key, "row": row}) + "\n")
                out.flush()
                if number % step == 0 or number == len(futures):
                    say(f"  {number} of {len(futures)} cases")


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
