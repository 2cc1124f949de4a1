"""One build at a time in one folder."""

import fcntl
import os
from contextlib import contextmanager

from sobe.errors import BuildError, reason


@contextmanager
def only_build(project):
    """Hold the folder's build lock during the block.

    The system drops the lock with the process, so a killed build leaves none.

    Raises
    ------
    BuildError
        If another build holds it, or the folder cannot be written to.
    """
    try:
        project.build.mkdir(parents=True, exist_ok=True)
        file = (project.build / ".lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise BuildError(
            f"the book is built into {project.build}, which cannot be written to: {reason(error)}"
        ) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise BuildError(
                f"another build is running here (process {file.read().strip() or 'unknown'}); "
                "wait for it to finish"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
