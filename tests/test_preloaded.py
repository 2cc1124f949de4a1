"""The process of which kernels are forks: what it loads, and what ends with it."""

import os
import subprocess
import sys

import pytest

from sobe.errors import BuildError
from sobe.pipeline import notebook
from sobe.pipeline.book import build_book
from sobe.pipeline.execute import Run, _imports
from sobe.pipeline.preloaded import ENV, PACKAGES, imports

LOADED = """
import os, sys, threading
from sobe.pipeline.preloaded import load
load(sys.argv[1:])
print(len(os.listdir("/proc/self/task")), threading.active_count(), "vl_convert" in sys.modules)
print(*(name for name in sys.argv[1:] if name not in sys.modules and "." not in name))
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="threads are counted in /proc")
def test_all_that_is_loaded_has_one_thread_and_reads_no_table(project, tmp_path):
    """A fork of a process with threads can hang, and a table read here would be in no chapter's list."""
    names = _imports([Run(name, path) for name, path in project.chapters.items()])
    assert {"altair", "pandas", "sobe.analysis.claims.ledger"} <= set(names)
    reads = tmp_path / "reads"
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *names],
        env={**os.environ, **ENV, "SOBE_READS": str(reads)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout == "1 1 False\n\n", done.stdout + done.stderr
    assert not reads.exists()


def test_only_known_packages_are_loaded_before_a_chapter_runs(tiny):
    tiny.chapter(
        "alpha",
        extra=tiny.cell(
            "import pandas as pd, sys, numpy.linalg\nfrom sobe.charts.display import glue\nimport nothing"
        )
        + tiny.cell("%time import altair")
        + tiny.cell("if True:\n    import scipy"),
    )
    found = imports(notebook.read(tiny.root / "book/alpha.md"))
    assert found == ["numpy.linalg", "pandas", "sobe.charts.display", "sobe.charts.display.glue"]
    assert {name.partition(".")[0] for name in found} <= PACKAGES


def test_every_kernel_is_a_process_with_variables_of_its_own(tiny):
    """Nothing that one chapter sets or does is seen by another."""
    for name in ("alpha", "beta"):
        tiny.chapter(
            name,
            extra=tiny.cell(
                "import sys\n"
                "assert 'seen' not in os.environ and not hasattr(sys, 'seen')\n"
                "os.environ['seen'] = sys.seen = 'x'\n"
                f"assert os.environ['SOBE_READS'].endswith('{name}.reads')\n"
                f"assert '{name}.ipython' in os.environ['IPYTHONDIR']\n"
                "assert os.environ['PYTHONHASHSEED'] == '0' and os.environ['TZ'] == 'UTC'\n"
                "assert os.getcwd().endswith('book') and os.getsid(0) == os.getpid()\n"
                "import signal\n"
                "assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL"
            ),
        )
    assert build_book(tiny.project) is True


def test_the_end_of_the_process_is_told_as_that_of_a_kernel(tiny):
    """As when the system, out of memory, chooses it."""
    code = "import signal; os.kill(os.getppid(), signal.SIGKILL); signal.pause()"
    tiny.chapter("alpha", extra=tiny.cell(code))
    with pytest.raises(BuildError, match="'alpha' failed in cell 4 .*the kernel died"):
        build_book(tiny.project)


def test_a_process_that_does_not_start_is_told(tiny, monkeypatch):
    monkeypatch.setattr("sobe.pipeline.preloaded._SERVE", "raise SystemExit('no luck today')")
    tiny.chapter("alpha", marker="other")
    with pytest.raises(BuildError, match="'alpha' failed in cell 1 .*did not start: no luck today"):
        build_book(tiny.project)
