"""Executed chapters kept from earlier builds.

One file per chapter and set of parameters: a line with the hash of the rest,
then JSON. An entry that does not hash to its first line, or cannot be read, is
no entry at all.
"""

import json
import os

from sobe.build.fingerprint import digest, table_digests


class ExecutionCache:
    """Executed notebooks under `<build>/.cache/executed`."""

    def __init__(self, project):
        self.project = project
        self.folder = project.cache / "executed"

    def _path(self, label):
        return self.folder / f"{label}.json"

    def load(self, label, static):
        """The notebook text stored as `label`, or None unless nothing changed."""
        try:
            first, _, body = self._path(label).read_text(encoding="utf-8").partition("\n")
        except (OSError, UnicodeDecodeError):
            return None
        if digest(body) != first:
            return None
        entry = json.loads(body)
        tables = entry["tables"]
        if entry["static"] != static or table_digests(self.project, tables) != tables:
            return None
        return entry["notebook"]

    def store(self, label, static, tables, notebook):
        """Keep `notebook` (text), made with `static` and `tables` (name to hash)."""
        body = json.dumps({"static": static, "tables": tables, "notebook": notebook})
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(label)
        aside = path.with_suffix(f".{os.getpid()}.tmp")
        aside.write_text(f"{digest(body)}\n{body}", encoding="utf-8")
        os.replace(aside, path)
