"""The commands of a reader: the whole book, one chapter, a scenario or a sweep."""

import difflib
import json
import re
import shutil
import tempfile
import time
from pathlib import Path

from sobe import atomic, cff
from sobe.errors import BuildError
from sobe.parameters import domain
from sobe.parameters.grammar import written
from sobe.pipeline import editions, notebook, parameters, rendering, rerun
from sobe.pipeline.execute import Executor, Run
from sobe.pipeline.fingerprint import digest
from sobe.tables.derive import write
from sobe.tables.rows import quote


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

    Without a name, list the chapters; without parameters, list those of the chapter. Then the
    path is None.

    Raises
    ------
    BuildError
        For an unknown chapter or parameter, a value that is not allowed, or a chapter that fails.
    """
    if not name:
        report(f"Chapters: {', '.join(project.chapters)}")
        report("The parameters of one:  make chapter NAME=" + next(iter(project.chapters)))
        return None
    if name not in project.chapters:
        near = difflib.get_close_matches(name[:100], project.chapters, n=1)
        raise BuildError(
            f"there is no chapter {quote(name)}; chapters: {', '.join(project.chapters)}"
            + (f"; nearest: {near[0]}" if near else "")
        )
    declaration = parameters.of(project, name)
    if not text.strip():
        report(parameters.help_text(declaration))
        return None
    given = {} if text.strip() == parameters.DEFAULTS else declaration.parse(text)
    values = _differing(declaration, given)
    out = project.build / "chapters" / _file_name(name, values)
    return _run_alone(project, declaration, values, out)


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
    declaration = parameters.of(project, scenario.CHAPTER)
    values = _differing(declaration, _checked(file, declaration, found.parameters))
    report(found.title)
    out = project.build / "scenarios" / _hashed(file.stem, values)
    made = _run_alone(project, declaration, values, out)
    if text := _brief(project, declaration, found, values):
        brief = made.with_suffix(".md")
        atomic.write(brief, text)
        report(f"brief: {_shown(brief)}")
    return made


def _brief(project, declaration, scenario, values):
    """Return the brief of a scenario, whose ``values`` differ from the chapter's.

    "" where the chapter does not say which brain it is, and by which method it is mapped.
    """
    from sobe.analysis.estimator.brief import brief
    from sobe.analysis.estimator.estimate import CHOICES, PLAN
    from sobe.publish import citation

    all_values = {name: one.default for name, one in declaration.parameters.items()} | values
    if not all_values.keys() >= set(CHOICES):
        return ""
    cited = cff.read(project.root)
    return brief(
        scenario.title,
        scenario.about,
        {name: all_values[name] for name in CHOICES},
        {name: all_values[name] for name in PLAN} | all_values["overrides"],
        draws=all_values["draws"],
        seed=all_values["seed"],
        version=f"{cited['version']}, {cited['date-released']}",
        citation=citation.apa(citation.edition(cited)),
    )


def run_sweep(project, file, folder=None, address=""):
    """Estimate every case of a sweep file and write the results in ``folder``.

    Without one, it is below the build folder and has a hash of the sweep in its name. With an
    ``address``, the Dask scheduler there does the work.

    Raises
    ------
    BuildError
        For a file that is no sweep, a value that is not allowed, and a case that fails.
    """
    from sobe.analysis.estimator import EstimatorError, scenario, sweep

    try:
        found = scenario.read_sweep(file)
        declared = domain.of_book(scenario.CHAPTER).parameters
        values = [*{"draws": found.draws, "seed": found.seed}.items()]
        values += [pair for case in found.cases for pair in case.items() if pair[0] in declared]
        for name, value in dict.fromkeys(values):
            declared[name].check(value)
        whole = {"cases": found.cases, "draws": found.draws, "seed": found.seed}
        folder = folder or project.build / "sweeps" / _hashed(file.stem, whole)
        sweep.run(found, folder, address, report)
    except (EstimatorError, domain.ParameterError) as error:
        raise BuildError(
            f"{file}: {error}" if isinstance(error, BuildError) else str(error)
        ) from None
    report(f"written: {_shown(folder / 'table.csv')} and {_shown(folder / 'index.html')}")


def to_open(project, name, file):
    """Return the path of a notebook to open: ``file``, or one made of the chapter ``name``.

    A chapter's notebook is made once; what somebody wrote in it since stays.

    Raises
    ------
    BuildError
        Where there is neither.
    """
    if file:
        path = Path(file)
        if not path.is_file() or path.suffix != ".ipynb":
            raise BuildError(f"there is no notebook {quote(file)}; make chapter NAME=… writes one")
        return path
    if name not in project.chapters:
        raise BuildError(
            f"say which chapter, one of {', '.join(project.chapters)}, or which notebook: "
            "make lab NAME=recording, or make lab FILE=_build/chapters/….ipynb"
        )
    path = project.build / "lab" / f"{name}.ipynb"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(path, notebook.to_text(notebook.read(project.chapters[name])))
    return path


def _checked(file, declaration, given):
    """Check values of a file by a chapter's declaration; the message names the file."""
    try:
        return declaration.check(given)
    except BuildError as error:
        raise BuildError(f"{file}: {error}") from None


def _differing(declaration, given):
    """Return the values that differ from the chapter's own: the canonical form of an input."""
    return {
        name: given[name]
        for name in sorted(given)
        if given[name] != declaration.parameters[name].default
    }


def _run_alone(project, declaration, values, out):
    """Execute a chapter with `values`, or take it from the cache, and write its page and notebook.

    The chapter as published, with which it is compared, comes from the cache of builds or is
    executed as well. Returns the notebook's path.
    """
    name = declaration.chapter
    with rendering.building(project):
        executor = Executor(project, report)
        runs = [Run(name, project.chapters[name]), Run(name, project.chapters[name], values)]
        found, missing = executor.cached(runs[: 1 + bool(values)])
        found |= executor.execute(missing)
        published, text = (found[run.label] for run in runs)
        file = rerun.write(project, declaration, values, published, text, out, report)
    report(f"page: {_shown(out / f'{name}.html')}")
    report(f"{'executed' if missing else 'unchanged'}: {_shown(file)}")
    return file


#: Most bytes of a readable name; a file system takes 255, with the suffixes of ours.
_READABLE = 150
_PLAIN = re.compile(r"[a-z0-9_.,]+")


def _file_name(name, values):
    """Return the name of a run's file, without suffix: another input has another name.

    It is readable where that can hold all of the input, and ends with a hash of it where not.
    """
    shown = {
        key: ",".join(map(written, value)) if isinstance(value, list) else written(value)
        for key, value in sorted(values.items())
    }
    full = "-".join([name, *(f"{key}={text}" for key, text in shown.items())])
    if len(full.encode()) <= _READABLE and all(map(_PLAIN.fullmatch, shown.values())):
        return full
    return _hashed(full, values)


def _hashed(text, values):
    """Return a name of at most `_READABLE` bytes that ends with a hash of ``values``."""
    canonical = json.dumps(values, sort_keys=True)
    safe = "".join(c if c.isalnum() or c in "-_=.," else "_" for c in text).encode()
    suffix = f"-{digest(canonical)[:12]}"
    return safe[: _READABLE - len(suffix)].decode(errors="ignore") + suffix


def _shown(path):
    """Return a path relative to the working folder where possible."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path
