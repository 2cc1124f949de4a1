"""Command line: ``python -m sobe.estimator sweep FILE [--dask ADDRESS]``."""

from __future__ import annotations

if __name__ == "__main__":  # before anything that takes time to import
    from sobe import stop

    stop.on_signals("stopped; what is done is kept, and the same command goes on from there")

import argparse
import sys
from pathlib import Path

from sobe.estimator import EstimatorError


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code. Expected failures are one message."""
    parser = argparse.ArgumentParser(prog="python -m sobe.estimator")
    commands = parser.add_subparsers(dest="command", required=True)
    sweep = commands.add_parser("sweep", help="estimate every case of a sweep file")
    sweep.add_argument("file", type=Path)
    sweep.add_argument("--dask", default="", help="address of a Dask scheduler, such as tcp://127.0.0.1:8786")
    sweep.add_argument("--out", type=Path, help="folder for the results (default _build/sweeps/<name>)")
    args = parser.parse_args(argv)
    try:
        from sobe.estimator.scenario import read_sweep
        from sobe.estimator.sweep import run

        folder = args.out or Path("_build") / "sweeps" / args.file.stem
        run(read_sweep(args.file), folder, args.dask, lambda line: print(line, flush=True))
    except EstimatorError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error.strerror or error}: {error.filename or folder}; what is done is kept", file=sys.stderr)
        return 1
    print(f"written: {folder / 'table.csv'} and {folder / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
