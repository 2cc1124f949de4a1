"""Hashes of everything that an executed chapter depends on."""

import hashlib
import json
import sys

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
    """Return the hash of the environment: requirements.txt and this Python."""
    return digest(f"{sys.version}\n{file_digest(project.root / 'requirements.txt')}")


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
            [*project.root.glob("sobe/languages/*.py"), *project.book.glob("locale/*/*/*.po")],
        )
    return digest(json.dumps(parts, sort_keys=True))


def table_digests(project, names):
    """Return {file: hash} of the tables that a chapter read: contents and description.

    `names` are paths below the repository. A table's hash covers its own entry in
    data/datapackage.json and how units are shown, not the rest of that file. So describing a
    table in other words concerns only the chapters that read it.
    """
    try:
        package = json.loads((project.root / "data" / "datapackage.json").read_bytes())
        resources = {
            f"data/{r.get('path')}": r for r in package["resources"] if isinstance(r, dict)
        }
    except (OSError, ValueError, KeyError, TypeError):
        package, resources = {}, {}  # its own check reports it; here every entry counts as changed
    found = {}
    for name in sorted(names):
        described = json.dumps([resources.get(name), package.get("units")], sort_keys=True)
        found[name] = digest(f"{file_digest(project.root / name)}\n{described}")
    return found
