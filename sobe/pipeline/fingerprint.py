"""Hashes of everything that an executed chapter depends on."""

import csv
import hashlib
import io
import json
import sys

from sobe.pipeline import surroundings
from sobe.tables.own import own_path

#: Folders of the package that no chapter in English goes through, and what it takes from them.
_ELSEWHERE = ("languages", "site", "print", "publish")
_SHARED = ("units.py",)


def digest(data):
    """Return the SHA-256 of bytes or text in hexadecimal."""
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest()


def file_digest(path):
    """Return the SHA-256 of a file, or None where there is no such file."""
    try:
        return digest(path.read_bytes())
    except (FileNotFoundError, IsADirectoryError):
        return None


def tree_digest(root, paths):
    """Return one hash of several files: their names below `root` and their contents."""
    lines = [f"{p.relative_to(root).as_posix()} {file_digest(p)}" for p in sorted(paths)]
    return digest("\n".join(lines))


def code_digest(project):
    """Return the hash of the package's sources that chapters in English can depend on."""
    return tree_digest(
        project.root,
        [
            path
            for path in project.root.glob("sobe/**/*.py")
            if path.relative_to(project.root / "sobe").parts[0] not in _ELSEWHERE
            or path.name in _SHARED
        ],
    )


def environment_digest(project):
    """Return the hash of the environment: requirements.txt, this Python, its variables."""
    parts = {
        "python": sys.version,
        "requirements": file_digest(project.root / "requirements.txt"),
        "variables": surroundings.reaching(surroundings.CHAPTERS),
        "data": {
            str(path): file_digest(path) for path in sorted(surroundings.other_data(project.root))
        },
    }
    return digest(json.dumps(parts, sort_keys=True))


def static_digest(project, source, parameters):
    """Return the hash of everything known before a chapter runs; its tables are known after."""
    parts = {
        "source": file_digest(source),
        "code": code_digest(project),
        "environment": environment_digest(project),
        "parameters": parameters,
    }
    if parameters.get("lang", "en") != "en":
        parts["translation"] = tree_digest(
            project.root,
            [
                *project.root.glob("sobe/languages/*.py"),
                *project.book.glob("locale/*/*.toml"),
                *project.book.glob("locale/*/*/*.po"),
            ],
        )
    return digest(json.dumps(parts, sort_keys=True))


def table_digests(project, names):
    """Return {name: hash} of the tables that a chapter read: contents and description.

    `names` are paths below the repository, or a path, a column and a value of it, separated by
    tabs: the rows with that value alone. A table's hash covers its own entry in
    data/datapackage.json and how units and our rows are described, not the rest of that file. So
    describing a table in other words concerns only the chapters that read it.
    """
    try:
        package = json.loads((project.root / "data" / "datapackage.json").read_bytes())
        resources = {}
        for resource in package["resources"]:
            for path in (resource["path"], own_path(resource)):
                resources[f"data/{path}"] = resource
    except (OSError, ValueError, KeyError, TypeError):
        package, resources = {}, {}  # its own check reports it; here every entry counts as changed
    found, kept = {}, {}
    for name in sorted(names):
        file, _, selection = name.partition("\t")
        shared = [package.get("units"), package.get("provenance")]
        described = json.dumps([resources.get(file), shared], sort_keys=True)
        if selection:
            content = _rows(project.root / file, *selection.split("\t"), kept)
        else:
            content = file_digest(project.root / file)
        found[name] = digest(f"{content}\n{described}")
    return found


def _rows(path, column, value, kept):
    """Return the rows of a CSV file with a value in a column, as text; ``kept`` holds files read.

    For a file that cannot be read so it is the hash of all.
    """
    try:
        if path not in kept:
            text = path.read_text(encoding="utf-8")
            kept[path] = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        return json.dumps([row for row in kept[path] if row[column] == value])
    except (OSError, ValueError, csv.Error, KeyError):
        return file_digest(path)
