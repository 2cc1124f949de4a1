"""How long the build takes, compared with a plain `jupyter-book build` of the same book.

`make bench` runs it. It works in a copy of the repository in a temporary
folder, with the environment it is run in, and measures whole commands:

- plain: Jupyter Book alone, which executes every chapter, one after another;
- full: this build with nothing kept from before;
- English only: the same without the second language's catalogues;
- nothing changed: this build again;
- one table changed: this build after a change to one CSV.

It prints a table and writes `_build/bench.json`.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = shutil.ignore_patterns(".*", "_build", "__pycache__", "*.egg-info")


def timed(command, root):
    """(seconds, output) of a command run in `root`; exits if it fails."""
    # The copy's own package and data, not those the environment was made with.
    env = {**os.environ, "PYTHONPATH": str(root)}
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=root, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"error: {' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return seconds, done.stdout


def executed(output):
    """The chapters a build said it executed."""
    return sorted(line.split()[1] for line in output.splitlines() if line.startswith("  executed "))


def readers(root):
    """{table: chapters that read it}, from what the last build kept."""
    found = {}
    for entry in sorted((root / "_build/.cache/executed").glob("*.json")):
        body = entry.read_text(encoding="utf-8").partition("\n")[2]
        for table in json.loads(body)["tables"]:
            found.setdefault(table, []).append(entry.stem)
    return found


def measure(root, runs):
    """Seconds of each kind of build, and what the change of one table executed."""
    ours = [sys.executable, "-m", "sobe.pipeline", "book"]
    plain = [Path(sys.executable).parent / "jupyter-book", "build", "."]
    seconds = {
        "plain": [],
        "English only": [],
        "full": [],
        "nothing changed": [],
        "one table changed": [],
    }
    for number in range(runs):
        print(f"run {number + 1} of {runs}", file=sys.stderr, flush=True)
        shutil.rmtree(root / "_build", ignore_errors=True)
        seconds["plain"].append(timed(plain, root)[0])
        shutil.rmtree(root / "_build")
        os.rename(root / "book/locale", root / "locale-aside")
        seconds["English only"].append(timed(ours, root)[0])
        os.rename(root / "locale-aside", root / "book/locale")
        shutil.rmtree(root / "_build")
        seconds["full"].append(timed(ours, root)[0])
        seconds["nothing changed"].append(timed(ours, root)[0])
        read = readers(root)
        table = min(sorted(t for t in read if t.endswith(".csv")), key=lambda t: len(read[t]))
        # Another file, yet the same valid table: its last line end comes or goes.
        text = (root / table).read_bytes()
        (root / table).write_bytes(text[:-1] if text.endswith(b"\n") else text + b"\n")
        took, output = timed(ours, root)
        seconds["one table changed"].append(took)
        change = {"table": table, "readers": sorted(read[table]), "executed": executed(output)}
        if change["readers"] != change["executed"]:
            sys.exit(
                f"error: a change of {table} executed other chapters than its readers: {change}"
            )
    return seconds, change


def draws_per_second(draws=100_000):
    """Draws of the budget estimator in a second: all parameters with a range, all results."""
    from sobe.analysis.estimator.uncertainty import draw

    draw(draws=1000)  # loads the model
    start = time.perf_counter()
    draw(draws=draws)
    return draws / (time.perf_counter() - start)


def main():
    """Measure, print, write. Exits with an error if a build fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="how often; medians are shown")
    runs = parser.parse_args().runs
    if runs < 1:
        parser.error("--runs must be at least 1")
    with tempfile.TemporaryDirectory(prefix="sobe-bench-") as folder:
        root = Path(folder) / "book"
        shutil.copytree(ROOT, root, ignore=LEFT_OUT)
        seconds, change = measure(root, runs)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    ratios = {name: value / medians["plain"] for name, value in medians.items()}
    print(f"{'build':20} {'median s':>9} {'range s':>15} {'of plain':>9}")
    for name, values in seconds.items():
        span = f"{min(values):.2f} to {max(values):.2f}"
        print(f"{name:20} {medians[name]:9.2f} {span:>15} {ratios[name]:9.3f}")
    print(f"changed {change['table']}: executed {', '.join(change['executed'])}, its only readers")
    times = medians["full"] / medians["English only"]
    print(f"two languages take {times:.2f} times as long as English only")
    draws = statistics.median(draws_per_second() for _ in range(runs))
    print(f"estimator: {draws:,.0f} draws a second")
    out = ROOT / "_build" / "bench.json"
    out.parent.mkdir(exist_ok=True)
    result = {
        "runs": runs,
        "cpus": os.cpu_count(),
        "python": sys.version.split()[0],
        "seconds": seconds,
        "median": medians,
        "of_plain": ratios,
        "change": change,
        "draws_per_second": draws,
    }
    out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
