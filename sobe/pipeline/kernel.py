"""papermill running a chapter in a kernel of this very Python.

No kernelspec is looked up: one of the user's could name another Python. Nothing
of the user's IPython profile is read either.
"""

import logging
import os
import time

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines

ENGINE = "sobe"


class _Provisioner(LocalProvisioner):
    """Starts a kernel as a fork of the process that has its imports loaded."""

    async def launch_kernel(self, cmd, *, server, env, cwd, complaints, **_unused):
        """Ask `server` for a fork; returns how to connect to it."""
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
        """The kernel's command line, wherever a kernel spec of the user's own may point."""
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
    """Remembers the cell it is at, and gives all cells together one time limit.

    The time counts from the first cell: what the start of a kernel takes is not the chapter's.
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
        """Run the notebook in a fork of `server`; `running` is the set of live kernels, for a clean stop.

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
            client.execute(cwd=folder, env=env, server=server, complaints=str(complaints))
        except CellTimeoutError:
            raise CellFailure(
                client.at, f"the chapter took longer than its {limit:g} seconds"
            ) from None
        except DeadKernelError:
            raise CellFailure(client.at, "the kernel died") from None
        except RuntimeError as error:  # nbclient's, for one that never answered
            said = complaints.read_text(errors="replace") if complaints.exists() else ""
            last = said.strip().splitlines()[-1:] or [str(error)]
            raise CellFailure(client.at, f"the kernel did not start: {last[0]}") from None
        finally:
            running.discard(client)


# nbclient leaves its polls behind where a chapter is cut short, and asyncio reports each.
logging.getLogger("asyncio").setLevel(logging.CRITICAL)
papermill_engines.register(ENGINE, BookEngine)
