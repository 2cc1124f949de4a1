"""A process with the chapters' imports loaded, of which every kernel is a fork.

A fresh Python spends more time on imports than most chapters spend on their own work. Here the
imports happen once. The process has a single thread and holds no data: it loads modules of a few
known packages, then waits for requests, one line of JSON each, and answers each with one line.
It ends with the build, and every fork ends with it.
"""

import ast
import contextlib
import gc
import importlib
import itertools
import json
import os
import signal
import subprocess
import sys
import threading

from sobe import signals

#: Packages that start no thread and read no table when they are imported.
PACKAGES = {"altair", "numpy", "pandas", "scipy", "sobe"}
#: What functions of a module that is loaded import when they are called.
LATER = {
    "altair": ("narwhals._pandas_like.namespace",),
    "sobe.charts.display": ("jinja2", "myst_nb.ext.glue", "sobe.charts.translated"),
}
#: What every kernel needs, in part only once it runs.
KERNEL = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "tornado.platform.asyncio",
)
ENV = {
    # Two runs of a chapter shall give the same bytes.
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # Else the debugger that ipykernel imports complains of the modules that Python brings frozen.
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
_SERVE = (
    "import sys; from sobe.pipeline.preloaded import serve; serve(int(sys.argv[1]), sys.argv[2:])"
)


def imports(nb):
    """Return the modules of `PACKAGES` that the code cells of a notebook import, sorted."""
    found = set()
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        with contextlib.suppress(SyntaxError, ValueError):  # the kernel reports it
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    found.add(node.module)
                    found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return sorted(name for name in found if name.partition(".")[0] in PACKAGES)


class Preloaded:
    """The process; `fork` gives kernels.

    Parameters
    ----------
    folder : Path
        Where it works; the folder of the chapters.
    modules : iterable of str
        What it imports. A name that is no module, or fails, is left to the kernels.
    complaints : Path
        The file for what it says on standard error.
    """

    def __init__(self, folder, modules, complaints):
        self._complaints = complaints
        self._lock = threading.Lock()
        with open(complaints, "wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _SERVE, str(os.getpid()), *modules],
                cwd=folder,
                env={**os.environ, **ENV},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,  # a terminal's Ctrl-C is the build's business
            )

    def fork(self, arguments, env, folder, complaints):
        """Start a kernel; returns it as a `Forked`.

        Parameters
        ----------
        arguments : list of str
            The kernel's command line.
        env : dict
            Variables that this kernel has in addition.
        folder : str
            Where it works.
        complaints : str
            The file for what it says on standard error.

        Raises
        ------
        RuntimeError
            The process is gone; the message is the last thing that it said.
        """
        answer = self.ask(
            {"arguments": arguments, "env": env, "folder": folder, "complaints": complaints}
        )
        if answer is None:
            said = self._complaints.read_text(errors="replace").strip().splitlines()
            raise RuntimeError(said[-1] if said else "the process with the imports has ended")
        return Forked(self, answer)

    def ask(self, request):
        """Return the answer to one request, or None where the process is gone."""
        with self._lock:
            try:
                self._process.stdin.write(json.dumps(request) + "\n")
                self._process.stdin.flush()
                line = self._process.stdout.readline()
            except (OSError, ValueError):  # ValueError: closed
                return None
        return json.loads(line) if line.endswith("\n") else None

    def kill(self):
        """End the process and every kernel, at once."""
        self._process.kill()

    def close(self):
        """End the process and wait for its end."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()


class Forked:
    """A kernel under way, with the methods of `subprocess.Popen` that jupyter_client calls."""

    stdin = stdout = stderr = None

    def __init__(self, server, pid):
        self._server, self.pid, self.returncode = server, pid, None

    def poll(self):
        """Return its exit code; None while it runs. Signals count as in `subprocess`."""
        if self.returncode is None:
            answer = self._server.ask({"poll": self.pid})
            # Kernels end with the process that they are forks of.
            self.returncode = -signal.SIGKILL if answer is None else answer["code"]
        return self.returncode

    wait = poll  # jupyter_client waits only for what it knows has ended

    def send_signal(self, number):
        """Send a signal, unless it has ended."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self):
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self):
        """End it politely."""
        self.send_signal(signal.SIGTERM)


def load(modules):
    """Import `modules`; what cannot be imported is left to the kernels, which report it."""
    for name in (*KERNEL, *modules):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    for name in itertools.chain(*(LATER[of] for of in LATER if of in sys.modules)):
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def serve(parent, modules):
    """Import `modules`, then answer requests until the build ends."""
    signals.die_with_parent(parent)
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # ipykernel reads it as it is imported
    gc.disable()
    load(modules)
    gc.freeze()  # else the first collection of each kernel would copy all of it
    for line in sys.stdin:
        request = json.loads(line)
        if "poll" in request:
            pid, status = os.waitpid(request["poll"], os.WNOHANG)
            answer = {"code": os.waitstatus_to_exitcode(status) if pid else None}
        else:
            owner = os.getpid()
            answer = os.fork()
            if not answer:
                return _kernel(owner, **request)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _kernel(owner, arguments, env, folder, complaints):
    """Be a kernel until killed, in a process that is a fork."""
    signals.die_with_parent(owner)
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)
    for number, (path, mode) in enumerate(
        ((os.devnull, os.O_RDONLY), (os.devnull, os.O_WRONLY), (complaints, os.O_WRONLY))
    ):
        handle = os.open(path, mode | os.O_CREAT, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    os.environ.update(env)
    os.chdir(folder)
    gc.enable()
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance(argv=arguments)
