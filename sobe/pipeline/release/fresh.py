"""Build a commit from nothing, in a folder of its own and given surroundings."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sobe import signals
from sobe.commit import asked
from sobe.errors import BuildError

#: Variables of the caller that reach the build: where programs, the user's folder and temporary
#: files are, and which kernels of OpenBLAS the processor can run.
KEPT = (
    "PATH",
    "HOME",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "XDG_CACHE_HOME",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
)


@dataclass(frozen=True)
class Surrounding:
    """Where and when a build takes place, as far as that must not matter."""

    folder: str = "source"
    timezone: str = "UTC"
    locale: str = "C.UTF-8"
    hashseed: str = "0"
    days: int = 0  # by which the clock is ahead
    archive: bool = False  # from `git archive`, without .git

    def __str__(self):
        origin = "an archive" if self.archive else "a clone"
        return (
            f"folder {self.folder!r}, {self.timezone}, {self.locale}, hash seed {self.hashseed}, "
            f"from {origin}" + (f", {self.days} days later" if self.days else "")
        )


def can_shift():
    """Return whether the clock of a build can be set, by the program faketime."""
    return shutil.which("faketime") is not None


@contextmanager
def clean(root, inside):
    """Clone the repository ``root`` bare, in the folder ``inside``, for the block.

    The clone has the commits, but no settings, hooks, attributes or replaced objects of ``root``.
    """
    with tempfile.TemporaryDirectory(dir=inside) as scratch:
        folder = Path(scratch) / "repository.git"
        _clone(root, folder, "--bare")
        yield folder


def archive(repository, commit, prefix=""):
    """Return the files of a commit as the bytes of a tar; raise BuildError where it is missing."""
    options = ("--format=tar", f"--prefix={prefix}", "--end-of-options")
    return asked(repository, "archive", *options, commit, text=False)


def _clone(root, folder, option):
    arguments = ("--quiet", "--shared", "--template=", option, "--", str(root), str(folder))
    asked(root, "clone", *arguments)


def _lay_out(root, commit, folder, from_archive):
    """Put the files of a commit of the repository ``root`` into ``folder``."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if from_archive:
        with tarfile.open(fileobj=io.BytesIO(archive(root, commit))) as tar:
            tar.extractall(folder, filter="data")
        return
    _clone(root, folder, "--no-checkout")
    known = asked(folder, "rev-parse", "--verify", "--end-of-options", f"{commit}^{{commit}}")
    asked(folder, "checkout", "--quiet", "--detach", known.strip())


def _environment(folder, surrounding, variables):
    return {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        "PYTHONPATH": str(folder),
        "PYTHONNOUSERSITE": "1",
        "TZ": surrounding.timezone,
        "LC_ALL": surrounding.locale,
        "PYTHONHASHSEED": surrounding.hashseed,
        **variables,
    }


def run(folder, arguments, surrounding=None, variables=None):
    """Run `python -m …` of a checkout.

    Parameters
    ----------
    folder
        The checkout.
    arguments
        The module and its arguments.
    surrounding
        A `Surrounding`; the default if None.
    variables
        Additional variables of the environment.

    Returns
    -------
    str
        The standard output.

    Raises
    ------
    BuildError
        Where it fails, with what it wrote to standard error.
    """
    surrounding = surrounding or Surrounding()
    command = [sys.executable, "-m", *arguments]
    if surrounding.days:
        command = ["faketime", "-m", "-f", f"+{surrounding.days}d", *command]
    here = os.getpid()
    with (
        subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(folder, surrounding, variables or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            preexec_fn=lambda: signals.die_with_parent(here),
        ) as process,
        signals.cleanup(lambda: _end(process)),
    ):
        out, complaint = process.communicate()
    if process.returncode:
        reason = complaint.strip().removeprefix("error: ") or "it stopped without a word"
        raise BuildError(f"{' '.join(arguments[:2])} failed: {reason}")
    return out


def _end(process):
    """Ask a build to stop, which then tidies up, and kill it if it does not stop within 5 s.

    It is called from a signal handler.
    """
    if process.returncode is None:
        process.terminate()
        for _ in range(100):
            # Not process.wait, which the signal may have interrupted.
            if os.waitpid(process.pid, os.WNOHANG)[0]:
                return
            time.sleep(0.05)
        process.kill()


@contextmanager
def checkout(root, commit, inside, surrounding=None):
    """Lay out the files of a commit in a folder within ``inside``, for the block."""
    surrounding = surrounding or Surrounding()
    with tempfile.TemporaryDirectory(dir=inside) as scratch:
        folder = Path(scratch) / surrounding.folder
        _lay_out(root, commit, folder, surrounding.archive)
        yield folder


def build(folder, pdf, surrounding=None, variables=None):
    """Build the site and, with ``pdf``, the PDFs in a checkout; return the folder `_build`."""
    run(folder, ["sobe.pipeline", "book"], surrounding, variables)
    if pdf:
        run(folder, ["sobe.pipeline", "pdf"], surrounding, variables)
    return folder / "_build"
