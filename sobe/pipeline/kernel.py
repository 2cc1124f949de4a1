"""papermill running a chapter in a kernel of this very Python.

No kernelspec is looked up: one of the user's could name another Python. Nothing
of the user's IPython profile is read either.
"""

import logging
import os
import sys
import time

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines

ENGINE = "sobe"
#: ipykernel itself looks for its parent once a second, and not before it is up.
KERNEL = (
    "import os; from sobe.signals import die_with_parent; die_with_parent(int(os.environ['JPY_PARENT_PID'])); "
    "from ipykernel.kernelapp import launch_new_instance; launch_new_instance()"
)
KERNEL_ENV = {
    # Two runs of a chapter shall give the same bytes.
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class _KernelManager(AsyncKernelManager):
    """Starts this Python's ipykernel, over sockets that only this user can reach."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.transport = "ipc"
        # Absolute, as the kernel works in another folder than we do.
        self.ip = os.path.join(os.environ["JUPYTER_RUNTIME_DIR"], f"k{id(self):x}")
        self.connection_file = f"{self.ip}.json"

    @property
    def kernel_spec(self):
        """A kernel spec naming this Python, wherever the user's own may point."""
        if self._kernel_spec is None:
            self._kernel_spec = KernelSpec(
                argv=[
                    sys.executable,
                    "-c",
                    KERNEL,
                    "-f",
                    "{connection_file}",
                    "--HistoryManager.enabled=False",
                    "--IPKernelApp.log_level=CRITICAL",
                ],
                display_name="Python 3",
                language="python",
            )
        return self._kernel_spec


class _Client(PapermillNotebookClient):
    """Remembers the cell it is at, and gives all cells together one time limit."""

    def __init__(self, nb_man, limit, **kwargs):
        super().__init__(nb_man, **kwargs)
        self.at = 0
        deadline = time.monotonic() + limit
        # nbclient reads 0 as "no limit".
        self.timeout_func = lambda cell: max(deadline - time.monotonic(), 0.01)

    def execute_cell(self, cell, cell_index, **kwargs):
        """Execute one cell, as the parent does."""
        self.at = cell_index
        return super().execute_cell(cell, cell_index, **kwargs)


class CellFailure(Exception):
    """A chapter could not be run to its end, other than by an error in its code."""

    def __init__(self, cell_index, reason):
        super().__init__(reason)
        self.cell_index = cell_index


class BookEngine(Engine):
    """The papermill engine of the build."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man,
        kernel_name,
        *,
        limit,
        folder,
        env,
        running,
        complaints,
        start_timeout=60,
        **_unused,
    ):
        """Run the notebook; `running` is the set of live kernels, for a clean stop.

        Raises CellFailure where a cell exceeds the time limit or the kernel dies.
        """
        from nbclient.exceptions import CellTimeoutError, DeadKernelError

        client = _Client(
            nb_man,
            limit,
            kernel_manager_class=_KernelManager,
            startup_timeout=start_timeout,
            kernel_name="python3",
            # A kernel has nothing left to save; asking it politely costs a second.
            shutdown_kernel="immediate",
        )
        running.add(client)
        try:
            client.execute(cwd=folder, env={**os.environ, **KERNEL_ENV, **env}, stderr=complaints)
        except CellTimeoutError:
            raise CellFailure(
                client.at, f"the chapter took longer than its {limit:g} seconds"
            ) from None
        except DeadKernelError:
            raise CellFailure(client.at, "the kernel died") from None
        except RuntimeError as error:  # nbclient's, for one that never answered
            complaints.seek(0)
            last = complaints.read().decode(errors="replace").strip().splitlines()[-1:] or [
                str(error)
            ]
            raise CellFailure(client.at, f"the kernel did not start: {last[0]}") from None
        finally:
            running.discard(client)


# nbclient leaves its polls behind where a chapter is cut short, and asyncio reports each.
logging.getLogger("asyncio").setLevel(logging.CRITICAL)
papermill_engines.register(ENGINE, BookEngine)
