"""How the cost of the build grows: with rows of tables, with chapters, with scenarios of a sweep.

`make bench` runs it. Everything is synthetic and small at its base; time is that of the
processor, children included, since the machine may do other things as well; memory is the most
that one process held. It prints a Markdown table and writes `_build/growth.json`.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "survive"))

from conftest import Book  # noqa: E402

RUN = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(done.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""
LOAD = """
import sys
from sobe.tables import load
load("ash", sys.argv[1])
"""


def measured(*command, **env):
    """(seconds of the processor, MB) of a command and its children; exits where it fails."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **env}
    done = subprocess.run(
        [sys.executable, "-c", RUN, *map(str, command)],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    code, seconds, memory = done.stdout.split()
    if code != "0":
        sys.exit(f"error: {' '.join(map(str, command))} failed")
    return float(seconds), float(memory)


def build(folder, names=("ash",), rows=20):
    """What building a book of so many chapters costs, with so many rows in each table."""
    book = Book(folder, names, rows)
    return measured(
        sys.executable,
        "-m",
        "sobe.pipeline",
        "--root",
        book.root,
        "book",
        SOBE_DATA=str(book.root / "data"),
    )


def load(folder, rows):
    """What loading one table of so many rows costs."""
    Book(folder, ("ash",), rows)
    return measured(sys.executable, "-c", LOAD, folder / "data")


def sweep(folder, cases):
    """What a sweep of so many scenarios costs."""
    folder.mkdir()
    years = [round(5 + 30 * i / cases, 4) for i in range(cases)]
    file = folder / "sweep.yml"
    file.write_text(
        json.dumps(
            {"title": "Years", "parameters": {"draws": 2000}, "grid": {"project_years": years}}
        )
    )
    return measured(sys.executable, "-m", "sobe.pipeline", "sweep", file, "--out", folder / "out")


def main():
    """Measure, print, write."""
    plan = [
        ("load a table of 5,000 rows", load, [(5_000, 1), (50_000, 10), (500_000, 100)]),
        (
            "build with tables of 20 rows",
            lambda folder, n: build(folder, rows=n),
            [(20, 1), (200, 10), (2_000, 100)],
        ),
        (
            "build 2 chapters",
            lambda folder, n: build(folder, [f"tree{i}" for i in range(n)]),
            [(2, 1), (4, 2), (10, 5)],
        ),
        ("sweep of 20 scenarios", sweep, [(20, 1), (200, 10)]),
    ]
    found = []
    print("| What | Size | Seconds of processor | Times the base | Memory, MB | Times the base |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |", flush=True)
    with tempfile.TemporaryDirectory(prefix="sobe-growth-") as folder:
        for number, (what, cost, sizes) in enumerate(plan):
            base = None
            for size, times in sizes:
                seconds, memory = cost(Path(folder) / f"{number}-{times}", size)
                base = base or (seconds, memory)
                found.append(
                    {"what": what, "times": times, "seconds": seconds, "memory_mb": memory}
                )
                print(
                    f"| {what} | × {times} | {seconds:.1f} | {seconds / base[0]:.2f} "
                    f"| {memory:.0f} | {memory / base[1]:.2f} |",
                    flush=True,
                )
    out = ROOT / "_build" / "growth.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
