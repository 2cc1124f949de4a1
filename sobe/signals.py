"""End a command cleanly on Ctrl-C, SIGTERM or a closed terminal, and its child processes with it.

A handler that raised an exception would not be reliable: the library that happens to run, Sphinx
for one, could catch it and report an error of its own. So the handler runs the cleanup functions
itself and ends the process.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1
_cleanups: list[Callable[[], object]] = []
_waiting: list[int] | None = None  # signals received while they are deferred


def handle(message: str) -> None:
    """Handle signals from here on: clean up, print ``message`` and end the process.

    Call this at the start of a command.
    """
    owner = os.getpid()

    def stopped(number, _frame):
        if _waiting is not None:
            _waiting.append(number)
            return
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        if os.getpid() == owner:  # a forked child has nothing to clean up or print
            for child in (
                sys.modules["multiprocessing"].active_children()
                if "multiprocessing" in sys.modules
                else ()
            ):
                child.kill()
                child.join(1)
            for function in reversed(_cleanups):
                with contextlib.suppress(Exception):
                    function()
            with contextlib.suppress(OSError):
                os.write(2, f"{message}\n".encode())
        os._exit(128 + number)

    for each in SIGNALS:
        if signal.getsignal(each) != signal.SIG_IGN:  # ignored under nohup
            signal.signal(each, stopped)
    os.register_at_fork(after_in_child=die_with_parent)


def leave(code: int) -> NoReturn:
    """End the command with the exit status ``code``; a signal that comes now changes nothing.

    Without this, Python restores the default handlers as it ends, and a signal would end the
    process without a message.
    """
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    sys.exit(code)


@contextlib.contextmanager
def cleanup(function: Callable[[], object]) -> Iterator[None]:
    """Register ``function`` while the block runs: a signal calls it before it ends the process."""
    _cleanups.append(function)
    try:
        yield
    finally:
        _cleanups.remove(function)


@contextlib.contextmanager
def deferred() -> Iterator[None]:
    """Defer signals while the block runs, for steps that must not be separated."""
    global _waiting
    waiting: list[int] = []
    _waiting = waiting
    try:
        yield
    finally:
        _waiting = None
        for number in waiting[:1]:
            signal.raise_signal(number)


def die_with_parent(parent: int | None = None) -> None:
    """Have the system kill this process as soon as its parent ends, for any reason (Linux).

    ``parent`` is the id of the expected parent; if it has ended already, this process ends now.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is not None and os.getppid() != parent:
        os._exit(1)
