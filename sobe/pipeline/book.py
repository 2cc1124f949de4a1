"""The commands of a reader: the whole book, one chapter, a scenario or a sweep."""

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
    """Print one line of progress."""
    print(line, flush=True)


def build_book(project):
    """Bring `_build/html` up to date, and return whether anything had changed.

    Raises
    ------
    BuildError
        When a chapter fails, or the pages do not render without a warning. The site is then
        unchanged.
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
    """Execute chapter `name` with the parameters in `text`, and return the notebook's path.

    Raises
    ------
    BuildError
        For an unknown chapter or parameter, a value of the wrong type, or a chapter that fails.
    """
    if name not in project.chapters:
        raise BuildError(
            f"there is no chapter {name!r}; chapters: {', '.join(project.chapters)}"
            if name
            else f"say which chapter: NAME={'|'.join(project.chapters)}"
        )
    defaults = _defaults(project, name)
    values = parameters.parse(text, defaults, name)
    out = project.build / "chapters" / f"{_file_name(name, values)}.ipynb"
    return _run_alone(project, name, values, out)


def run_scenario(project, file):
    """Execute the estimator's chapter with a scenario file; return the notebook's path.

    Raises
    ------
    BuildError
        For a file that is no scenario, and as `run_chapter` does.
    """
    from sobe.analysis.estimator import EstimatorError, scenario

    try:
        found = scenario.read_scenario(file)
    except EstimatorError as error:
        raise BuildError(str(error)) from None
    name = scenario.CHAPTER
    values = parameters.checked(found.parameters, _defaults(project, name), name)
    report(found.title)
    return _run_alone(project, name, values, project.build / "scenarios" / f"{file.stem}.ipynb")


def run_sweep(file, folder, address=""):
    """Estimate every case of a sweep file and write the results in ``folder``.

    With an ``address``, the Dask scheduler there does the work.

    Raises
    ------
    BuildError
        For a file that is no sweep, and a case that fails.
    """
    from sobe.analysis.estimator import EstimatorError, scenario, sweep

    try:
        sweep.run(scenario.read_sweep(file), folder, address, report)
    except EstimatorError as error:
        raise BuildError(str(error)) from None
    report(f"written: {_shown(folder / 'table.csv')} and {_shown(folder / 'index.html')}")


def _defaults(project, name):
    """Return the parameters of a chapter with the values that it declares."""
    return parameters.declared(
        parameters.parameters_cell(notebook.read(project.chapters[name])), name
    )


def _run_alone(project, name, values, out):
    """Execute a chapter with `values`, or take it from the cache, and write it to `out`."""
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
    """Return a file name that shows the parameters."""
    shown = [name, *(f"{key}={value}" for key, value in sorted(values.items()))]
    return "".join(c if c.isalnum() or c in "-_=.," else "_" for c in "-".join(shown))[:150]


def _shown(path):
    """Return a path relative to the working folder where possible."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path
