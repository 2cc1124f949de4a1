"""papermill runs a chapter in a kernel of this same Python.

No kernelspec of the user's is looked up, as it could name another Python. The user's IPython
profile is not read either.
"""

import logging
import os
import time

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines

from sobe.errors import keeping, one_line

ENGINE = "sobe"


class _Provisioner(LocalProvisioner):
    """Starts a kernel as a fork of the process that has its imports loaded."""

    async def launch_kernel(self, cmd, *, server, env, cwd, complaints, **_unused):
        """Ask `server` for a fork; return how to connect to it."""
        self.process = server.fork(cmd[1:], env, str(cwd), complaints)
        self.pid = self.pgid = self.process.pid  # it leads a session of its own
        self.cwd = cwd
        return self.connection_info


class _KernelManager(AsyncKernelManager):
    """Starts a kernel of this Python, over sockets that only this user can reach."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.transport = "ipc"
        # Absolute, as the kernel works in another folder than we do.
        self.ip = os.path.join(os.environ["JUPYTER_RUNTIME_DIR"], f"k{id(self):x}")
        self.connection_file = f"{self.ip}.json"

    @property
    def kernel_spec(self):
        """Kernel's command line, whatever kernelspecs the user has."""
        if self._kernel_spec is None:
            self._kernel_spec = KernelSpec(
                argv=[
                    "ipykernel",
                    "-f",
                    "{connection_file}",
                    "--HistoryManager.enabled=False",
                    "--IPKernelApp.log_level=CRITICAL",
                ],
                display_name="Python 3",
                language="python",
            )
        return self._kernel_spec

    async def _async_pre_start_kernel(self, **kwargs):
        self.provisioner = self.provisioner or _Provisioner(
            kernel_id=self.kernel_id or "", kernel_spec=self.kernel_spec, parent=self
        )
        return await super()._async_pre_start_kernel(**kwargs)


class _Client(PapermillNotebookClient):
    """Remembers the current cell, and gives all cells together one time limit.

    The time counts from the first cell, without the start of the kernel.
    """

    def __init__(self, nb_man, limit, **kwargs):
        super().__init__(nb_man, **kwargs)
        self.at, self._limit, self._deadline = 0, limit, None
        # nbclient reads 0 as "no limit".
        self.timeout_func = lambda cell: max(self._deadline - time.monotonic(), 0.01)

    def execute_cell(self, cell, cell_index, **kwargs):
        """Execute one cell, as the parent does."""
        self.at = cell_index
        self._deadline = self._deadline or time.monotonic() + self._limit
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
        server,
        complaints,
        start_timeout=60,
        **_unused,
    ):
        """Run the notebook in a fork of `server`.

        Parameters
        ----------
        nb_man, kernel_name
            As papermill gives them.
        limit, start_timeout
            Seconds for all cells together, and for the start of the kernel.
        folder, env
            Where the kernel works, and its additional variables.
        running
            The set of live kernels, to which this one belongs while it runs.
        server
            The process with the imports, `Preloaded`.
        complaints
            The file for what the kernel says on standard error.

        Raises
        ------
        CellFailure
            Where a cell exceeds the time limit, or the kernel dies or does not start.
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
            client.execute(cwd=folder, env=env, server=server, complaints=str(complaints))
        except CellTimeoutError:
            raise CellFailure(
                client.at, f"the chapter took longer than its {limit:g} seconds"
            ) from None
        except DeadKernelError:
            raise CellFailure(client.at, "the kernel died") from None
        except RuntimeError as error:  # nbclient's, for one that never answered
            text = complaints.read_text(errors="replace") if complaints.exists() else ""
            last = text.strip().splitlines()[-1:] or [str(error)]
            problem = f"the kernel did not start: {one_line(last[0])}"
            raise keeping(CellFailure(client.at, problem), "the kernel", text or error) from None
        finally:
            running.discard(client)


# nbclient leaves its polls behind where a chapter is cut short, and asyncio reports each.
logging.getLogger("asyncio").setLevel(logging.CRITICAL)
papermill_engines.register(ENGINE, BookEngine)
