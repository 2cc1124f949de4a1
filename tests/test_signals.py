"""Signals: what a command does with one that comes as it ends."""

import subprocess
import sys

LEAVES = """
import atexit, sys
from sobe import signals
signals.handle("stopped")
atexit.register(lambda: (print("leaving", flush=True), sys.stdin.read()))
signals.leave(3)
"""


def test_a_signal_after_the_work_changes_nothing():
    run = subprocess.Popen(
        [sys.executable, "-c", LEAVES],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout.readline() == "leaving\n"
    run.terminate()
    _, err = run.communicate(timeout=30)
    assert (run.returncode, err) == (3, "")
