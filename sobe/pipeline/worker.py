"""A worker: a process that does one job, ends with this one, and answers through a pipe.

A pool would not do: its semaphores outlive a kill, and Python complains of each.
"""

import contextlib
import os
import signal
import traceback

from sobe import signals
from sobe.errors import BuildError, keeping, reason, theirs


class Worker:
    """Runs ``work(*arguments)`` in a process of the multiprocessing ``context``."""

    def __init__(self, context, work, *arguments):
        self._answer, there = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(os.getpid(), there, work, arguments))
        # Else a signal could end the new process with a traceback before it has its handlers.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signals.SIGNALS)
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        there.close()

    def result(self):
        """Wait for what the work returns; raise BuildError with the text of what it raises."""
        try:
            result, failure, said = self._answer.recv()
        except EOFError:
            result, failure, said = None, "it stopped without a word", ("", "")
        self._process.join()
        if failure:
            raise keeping(BuildError(failure), *said) if said[0] else BuildError(failure)
        return result

    def kill(self):
        """End the process, if it has not ended."""
        self._process.kill()


def _work(parent, there, work, arguments):
    signals.die_with_parent(parent)
    for each in signals.SIGNALS:
        if signal.getsignal(each) != signal.SIG_IGN:  # nohup
            signal.signal(each, lambda number, _frame: os._exit(128 + number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signals.SIGNALS)
    answer = None, "", ("", "")
    try:
        answer = work(*arguments), "", ("", "")
    except BuildError as error:
        answer = None, str(error), theirs(error)
    except OSError as error:
        answer = None, reason(error), ("", "")
    except BaseException:
        answer = None, traceback.format_exc(), ("", "")
    with contextlib.suppress(BrokenPipeError):
        there.send(answer)
    os._exit(0)
