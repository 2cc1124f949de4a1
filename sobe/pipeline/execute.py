"""Execute chapters, two at a time, unless the cache still has them."""

import json
import os
import secrets
import shutil
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from sobe import atomic, signals
from sobe.charts.outputs import BOOK_ENV
from sobe.errors import BuildError
from sobe.parameters.domain import ParameterError
from sobe.pipeline import notebook, surroundings
from sobe.pipeline.cache import ExecutionCache
from sobe.pipeline.fingerprint import digest, static_digest, table_digests
from sobe.pipeline.preloaded import Preloaded, imports

AT_ONCE = 2
#: Prefix of a build's folder for sockets, among the system's temporary ones as the path of a socket
#: must be short; and the file in the build folder that names it.
SCRATCH, NOTE = "sobe-", ".scratch"


@dataclass
class Run:
    """One chapter to execute, with the values given for its parameters."""

    name: str
    source: Path
    values: dict = field(default_factory=dict)

    @property
    def label(self):
        """Name under which the result is kept."""
        if not self.values:
            return self.name
        values = json.dumps(self.values, sort_keys=True)
        return f"{self.name}@{digest(values)[:12]}"


def _failure(run, nb, index, what, traceback=""):
    """Return the one message for a chapter that failed in the cell ``index`` of what was run."""
    page = run.source.read_text(encoding="utf-8")
    index = notebook.index_in_source(nb, index, bool(run.values))
    source = nb.cells[index].source if index < len(nb.cells) else ""
    line = notebook.line_of(page, nb.cells, index)
    if line and traceback:
        line += notebook.line_in_cell(notebook.plain(traceback), source) - 1
    where = f"book/{run.source.name}" + (f", line {line}" if line else "")
    shown = "\n".join(f"    {text}" for text in source.splitlines())
    message = f"chapter {run.name!r} failed in cell {index + 1} ({where}): {what}\n\n{shown}\n"
    return BuildError(message + (f"\n{notebook.plain(traceback)}" if traceback else ""))


def _run(project, run, running, server, scratch):
    """Execute one chapter in a fork of `server`; return (notebook text, tables read)."""
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import execute_notebook

    from sobe.pipeline.kernel import ENGINE, CellFailure

    nb = notebook.read(run.source)
    reads = scratch / f"{run.label}.reads"
    env = {"SOBE_READS": str(reads), "IPYTHONDIR": str(scratch / f"{run.label}.ipython")}
    env[BOOK_ENV] = "1"
    try:
        done = execute_notebook(
            nb,
            None,
            parameters=run.values,
            engine_name=ENGINE,
            kernel_name="python3",
            progress_bar=False,
            limit=project.timeout(run.name),
            env=env,
            running=running,
            server=server,
            folder=str(project.book),
            # The complaints of a kernel are shown only where it did not start.
            complaints=scratch / f"{run.label}.complaints",
        )
    except PapermillExecutionError as error:
        if error.ename == ParameterError.__name__:
            raise BuildError(error.evalue) from None
        raise _failure(
            run, nb, error.cell_index, f"{error.ename}: {error.evalue}", "\n".join(error.traceback)
        ) from None
    except CellFailure as error:
        raise _failure(run, nb, error.cell_index, str(error)) from None
    names = set()
    if reads.exists():
        # By line feed alone: a value may hold other characters that end a line.
        for line in reads.read_text(encoding="utf-8").removesuffix("\n").split("\n"):
            path, *selection = line.split("\t")
            if os.path.isabs(path):
                path = os.path.relpath(path, project.root)
            names.add("\t".join([path, *selection]))
    return notebook.to_text(notebook.clean(done)), names


def _imports(runs):
    """Return the modules that chapters import and that may be loaded before they start."""
    return sorted({name for run in runs for name in imports(notebook.read(run.source))})


class Executor:
    """Gives executed chapters, from the cache or by running them."""

    def __init__(self, project, report=print):
        self.project = project
        self.report = report
        self.cache = ExecutionCache(project)
        self.running = set()

    def cached(self, runs):
        """Return ({label: notebook text} of what the cache has, [runs still to do])."""
        found, missing = {}, []
        for run in runs:
            text = self.cache.load(run.label, self._static(run))
            if text is None:
                missing.append(run)
            else:
                found[run.label] = text
        return found, missing

    def notebooks(self, runs):
        """Return {label: notebook text} of `runs`: from the cache, or executed now."""
        found, missing = self.cached(runs)
        return found | self.execute(missing)

    def chapters(self):
        """Return {name: notebook text} of every chapter of the book, in its order."""
        runs = [Run(name, path) for name, path in self.project.chapters.items()]
        found = self.notebooks(runs)
        return {run.name: found[run.name] for run in runs}

    def _static(self, run):
        return static_digest(self.project, run.source, run.values)

    def execute(self, runs, meanwhile=lambda: None):
        """Execute `runs`, keep the results, and return {label: notebook text} in their order.

        `meanwhile` is called once the first chapters have started.

        Raises
        ------
        BuildError
            For the first chapter that fails; no other chapter starts after it.
        """
        if not runs:
            return {}
        done = {}
        # Before the process with the imports reads any code: later edits count as changes.
        static = {run.label: self._static(run) for run in runs}
        scratch = surroundings.scratches() / f"{SCRATCH}{secrets.token_hex(4)}"
        # Noted before it exists, so that the next build removes it if this one is killed.
        atomic.store(self.project.build / NOTE, str(scratch).encode())
        scratch.mkdir(0o700)
        os.environ["JUPYTER_RUNTIME_DIR"] = str(scratch)  # short paths, for sockets
        server, pool = None, ThreadPoolExecutor(AT_ONCE)
        try:
            server = Preloaded(self.project.book, _imports(runs), scratch / "imports.complaints")

            def tidy():
                self._stop()
                server.close()
                shutil.rmtree(scratch, ignore_errors=True)

            with signals.cleanup(tidy):
                import sobe.pipeline.kernel  # noqa: F401  (once, before the threads)

                waiting = {
                    pool.submit(self._one, run, static[run.label], server, scratch): run
                    for run in self._ordered(runs)
                }
                meanwhile()
                for future in as_completed(waiting):
                    done[waiting[future].label] = future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            self._stop()
            raise
        finally:
            pool.shutdown(wait=True)
            if server:
                server.close()
            shutil.rmtree(scratch, ignore_errors=True)
        return {run.label: done[run.label] for run in runs}

    def _one(self, run, static, server, scratch):
        """Execute one chapter, keep it if its sources are unchanged, and report it."""
        start = time.monotonic()
        before = self._tables()
        text, names = _run(self.project, run, self.running, server, scratch)
        seconds = time.monotonic() - start
        after = table_digests(self.project, names)
        # What was edited while the chapter ran may or may not be in its result.
        files = table_digests(self.project, {name.partition("\t")[0] for name in names})
        steady = all(before.get(name, value) == value for name, value in files.items())
        if steady and static == self._static(run):
            self.cache.store(run.label, static, after, text)
        atomic.store(self._seconds(run), f"{seconds:.2f}".encode())
        self.report(f"  executed {run.name} in {seconds:.1f} s")
        return text

    def _tables(self):
        """Return the state of every file under data/."""
        root = self.project.root
        files = (p for p in (root / "data").glob("**/*") if p.is_file())
        return table_digests(self.project, [p.relative_to(root).as_posix() for p in files])

    def _ordered(self, runs):
        """Sort runs, the longest first: by the last time taken, else by length of source."""

        def cost(run):
            seconds = atomic.load(self._seconds(run))
            return (2, run.source.stat().st_size) if seconds is None else (1, float(seconds))

        return sorted(runs, key=cost, reverse=True)

    def _seconds(self, run):
        """Return the file that holds the seconds a chapter took."""
        return self.cache.folder / f"{run.label}.seconds"

    def _stop(self):
        """Kill the kernels still running."""
        for client in list(self.running):
            provisioner = getattr(client.km, "provisioner", None)
            process = getattr(provisioner, "process", None)
            if process is not None:
                process.kill()
