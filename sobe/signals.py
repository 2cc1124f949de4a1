"""Stopping at once and tidily: Ctrl-C, a polite kill, a closed terminal; and no process outlives us.

A signal's handler that raised an exception could be caught by whatever library happens to run,
Sphinx among them, and taken for a failure of its own. So the handler tidies up itself, and ends
the process.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1
_tidying: list = []
_held: list | None = None  # signals that wait, where they are held off


def handle(message: str) -> None:
    """From here on a signal tidies up, says ``message``, and ends the process; for a command's start."""
    owner = os.getpid()

    def stopped(number, _frame):
        if _held is not None:
            _held.append(number)
            return
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        if os.getpid() == owner:  # a fork of ours has nothing to tidy, and nothing to say
            for child in (
                sys.modules["multiprocessing"].active_children()
                if "multiprocessing" in sys.modules
                else ()
            ):
                child.kill()
                child.join(1)
            for tidy in reversed(_tidying):
                with contextlib.suppress(Exception):
                    tidy()
            with contextlib.suppress(OSError):
                os.write(2, f"{message}\n".encode())
        os._exit(128 + number)

    for each in SIGNALS:
        if signal.getsignal(each) != signal.SIG_IGN:  # nohup
            signal.signal(each, stopped)
    os.register_at_fork(after_in_child=die_with_parent)


def leave(code: int):
    """End the command with ``code``: its work is over, so a signal that comes now changes nothing.

    Python itself gives signals their defaults back as it ends, and one would then kill us unsaid.
    """
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    sys.exit(code)


@contextlib.contextmanager
def cleanup(tidy):
    """While the block runs, ``tidy`` is what a signal calls first before it ends the process."""
    _tidying.append(tidy)
    try:
        yield
    finally:
        _tidying.remove(tidy)


@contextlib.contextmanager
def deferred():
    """While the block runs, signals wait: for the instant between two states that are both whole."""
    global _held
    _held = waiting = []
    try:
        yield
    finally:
        _held = None
        for number in waiting[:1]:
            signal.raise_signal(number)


def die_with_parent(parent: int | None = None) -> None:
    """Let the system kill this process as soon as its parent ends, however that ends (Linux).

    ``parent`` is the process it should still have; where that is gone already, we end here.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is not None and os.getppid() != parent:
        os._exit(1)
