"""Work in a process of its own, which ends with this one; its answer comes through a pipe.

No pool: a pool's semaphores outlive a kill, and Python complains of each.
"""

import contextlib
import os
import signal
import traceback

from sobe import signals
from sobe.errors import BuildError, reason


class Worker:
    """``work(*arguments)`` under way in a process of the multiprocessing ``context``."""

    def __init__(self, context, work, *arguments):
        self._answer, there = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(os.getpid(), there, work, arguments))
        # Signals wait in the new process until it knows what to do with them, rather than end it with a traceback.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signals.SIGNALS)
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        there.close()

    def result(self):
        """What the work returned. Raises BuildError with what it raised."""
        try:
            result, failure = self._answer.recv()
        except EOFError:
            result, failure = None, "it stopped without a word"
        self._process.join()
        if failure:
            raise BuildError(failure)
        return result

    def kill(self):
        """End it, if it has not ended."""
        self._process.kill()


def _work(parent, there, work, arguments):
    signals.die_with_parent(parent)
    for each in signals.SIGNALS:
        if signal.getsignal(each) != signal.SIG_IGN:  # nohup
            signal.signal(each, lambda number, _frame: os._exit(128 + number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signals.SIGNALS)
    answer = None, ""
    try:
        answer = work(*arguments), ""
    except BuildError as error:
        answer = None, str(error)
    except OSError as error:
        answer = None, reason(error)
    except BaseException:
        answer = None, traceback.format_exc()
    with contextlib.suppress(BrokenPipeError):
        there.send(answer)
    os._exit(0)
