"""Executed chapters kept from earlier builds, one JSON file per chapter and set of parameters."""

import json

from sobe import atomic
from sobe.pipeline.fingerprint import table_digests


class ExecutionCache:
    """Executed notebooks under `<build>/.cache/executed`."""

    def __init__(self, project):
        self.project = project
        self.folder = project.cache / "executed"

    def _path(self, label):
        return self.folder / f"{label}.json"

    def load(self, label, static):
        """Return the notebook text stored as `label`, or None where anything changed since."""
        body = atomic.load(self._path(label))
        if body is None:
            return None
        try:
            entry = json.loads(body)
            tables, notebook = entry["tables"], entry["notebook"]
            if entry["static"] != static or table_digests(self.project, tables) != tables:
                return None
        except (ValueError, KeyError, TypeError, RecursionError):  # not what `store` wrote
            return None
        return notebook if isinstance(notebook, str) else None

    def store(self, label, static, tables, notebook):
        """Keep the text of a notebook, made with the hash `static` and `tables`, {name: hash}."""
        body = json.dumps({"static": static, "tables": tables, "notebook": notebook})
        atomic.store(self._path(label), body.encode())
