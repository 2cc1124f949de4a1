"""The two things a reader asks for: the whole book, or one chapter."""

import shutil
import tempfile
import time
from pathlib import Path

from sobe import atomic
from sobe.errors import BuildError
from sobe.pipeline import editions, notebook, parameters, rendering
from sobe.pipeline.execute import Executor, Run
from sobe.tables.derive import write


def report(line):
    """One line of progress."""
    print(line, flush=True)


def build_book(project):
    """Bring `_build/html` up to date. Returns True if it had to be made anew.

    Raises BuildError, leaving the site as it was, when a chapter fails or the
    pages do not render without a warning.
    """
    start = time.monotonic()
    with rendering.building(project):
        write.finish(project.root)
        executor = Executor(project, report)
        runs = [Run(name, path) for name, path in project.chapters.items()]
        notebooks, missing = executor.cached(runs)
        if not missing and rendering.is_current(project, rendering.stamp(project, notebooks)):
            report(f"nothing changed: {_shown(project.site / 'index.html')}")
            return False
        if missing:
            report(f"{len(missing)} of {len(runs)} chapters to execute")
        notebooks |= executor.execute(missing, meanwhile=lambda: rendering.prepare(project))
        mark = rendering.stamp(project, notebooks)
        rendered = time.monotonic()
        aside = Path(tempfile.mkdtemp(prefix=rendering.ASIDE, dir=project.build))
        try:
            editions.render(project, notebooks, aside / "html", report)
            rendering.record(project, mark, aside / "html")
            rendering.put_in_place(project, aside / "html")
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        now = time.monotonic()
        report(f"  rendered {len(project.pages)} pages in {now - rendered:.1f} s")
        report(f"built in {now - start:.1f} s: {_shown(project.site / 'index.html')}")
        return True


def run_chapter(project, name, text):
    """Execute chapter `name` with parameters from `text`; returns the notebook's path.

    Raises BuildError for a chapter or parameter that is not there, a value of
    the wrong type, or a chapter that fails.
    """
    if name not in project.chapters:
        raise BuildError(
            f"there is no chapter {name!r}; chapters: {', '.join(project.chapters)}"
            if name
            else f"say which chapter: NAME={'|'.join(project.chapters)}"
        )
    defaults = _defaults(project, name)
    values = parameters.parse(text, defaults, name)
    return _run_alone(
        project, name, values, project.build / "chapters" / f"{_file_name(name, values)}.ipynb"
    )


def run_scenario(project, file):
    """Execute the chapter of a scenario file with its parameters; returns the notebook's path.

    Raises BuildError for a file that is no scenario, and as `run_chapter` does.
    """
    from sobe.analysis.estimator import EstimatorError, scenario

    try:
        found = scenario.read_scenario(file)
    except EstimatorError as error:
        raise BuildError(str(error)) from None
    values = parameters.checked(
        found.parameters, _defaults(project, scenario.CHAPTER), scenario.CHAPTER
    )
    report(found.title)
    return _run_alone(
        project, scenario.CHAPTER, values, project.build / "scenarios" / f"{file.stem}.ipynb"
    )


def run_sweep(file, folder, address=""):
    """Estimate every case of a sweep file, on the Dask scheduler at ``address`` if one is named,
    into ``folder``. Raises BuildError for a file that is no sweep or a case that fails."""
    from sobe.analysis.estimator import EstimatorError, scenario, sweep

    try:
        sweep.run(scenario.read_sweep(file), folder, address, report)
    except EstimatorError as error:
        raise BuildError(str(error)) from None
    report(f"written: {_shown(folder / 'table.csv')} and {_shown(folder / 'index.html')}")


def _defaults(project, name):
    """The parameters of a chapter with the values that it declares."""
    return parameters.declared(
        parameters.parameters_cell(notebook.read(project.chapters[name])), name
    )


def _run_alone(project, name, values, out):
    """Execute a chapter with `values`, unless that is kept, and write it to `out`."""
    with rendering.building(project):
        executor = Executor(project, report)
        run = Run(name, project.chapters[name], values, for_book=False)
        found, missing = executor.cached([run])
        found |= executor.execute(missing)
        out.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(out, found[name])
    report(f"{'executed' if missing else 'unchanged'}: {_shown(out)}")
    return out


def _file_name(name, values):
    """A file name that shows the parameters."""
    shown = [name, *(f"{key}={value}" for key, value in sorted(values.items()))]
    return "".join(c if c.isalnum() or c in "-_=.," else "_" for c in "-".join(shown))[:150]


def _shown(path):
    """A path as short as can be, from here."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path
