"""Command line of the build: `python -m sobe.pipeline book` or `… chapter NAME`."""

if __name__ == "__main__":  # before anything that takes time to import
    from sobe import signals

    signals.handle(
        "stopped; what was finished is untouched, and the same command goes on from there"
    )

import argparse
from pathlib import Path

from sobe.errors import BuildError, reason, tell
from sobe.pipeline import surroundings
from sobe.pipeline.book import build_book, run_chapter, run_scenario, run_sweep, to_open
from sobe.pipeline.project import Project


def _arguments(argv):
    parser = argparse.ArgumentParser(prog="python -m sobe.pipeline", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the book's repository")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("book", help="bring _build/html up to date")
    commands.add_parser("pdf", help="make the PDFs in _build/pdf")
    commands.add_parser("messages", help="bring the message catalogues up to date")
    chapter = commands.add_parser("chapter", help="execute one chapter with parameters")
    chapter.add_argument("name", nargs="?", default="", help="the chapter's file name without .md")
    chapter.add_argument(
        "params", nargs="?", default="", help='such as "hz_cap=30 since=1990", or defaults'
    )
    lab = commands.add_parser("notebook", help="print the path of a notebook to open")
    lab.add_argument("name", help="a chapter, of which a notebook is made")
    lab.add_argument("file", help="or a notebook")
    scenario = commands.add_parser(
        "scenario", help="execute the estimator's chapter with a scenario"
    )
    scenario.add_argument("file", type=Path, help="such as scenarios/mouse-2030.yml")
    sweep = commands.add_parser("sweep", help="estimate every case of a sweep file")
    sweep.add_argument("file", type=Path)
    sweep.add_argument(
        "--dask", default="", help="address of a Dask scheduler, such as tcp://127.0.0.1:8786"
    )
    sweep.add_argument(
        "--out", type=Path, help="folder for the results (default _build/sweeps/<name>)"
    )
    return parser.parse_args(argv)


def main(argv=None):
    """Run one command and return the exit code; an expected error is one message."""
    args = _arguments(argv)
    project = Project(args.root.resolve())
    try:
        surroundings.settle(project.root)
        if args.command == "book":
            build_book(project)
        elif args.command == "pdf":
            from sobe.pipeline.pdf import build

            build(project)
        elif args.command == "messages":
            from sobe.pipeline import messages

            messages.update(project)
        elif args.command == "notebook":
            print(to_open(project, args.name, args.file))
        elif args.command == "scenario":
            run_scenario(project, args.file)
        elif args.command == "sweep":
            run_sweep(project, args.file, args.out, args.dask)
        else:
            run_chapter(project, args.name, args.params)
    except BuildError as error:
        tell(error)
        return 1
    except OSError as error:  # a full disk, a folder that is not ours to write
        tell(error, f"{reason(error)}; what was finished is untouched")
        return 1
    return 0


if __name__ == "__main__":
    signals.leave(main())
