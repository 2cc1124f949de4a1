"""Licences of the installed packages, by what their own metadata say, and pins that are outdated.

`make audit` runs it. Which versions are newer pip asks PyPI; without a network it says so.
"""

import json
import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 180  # seconds; pip asks for one package after the other


def licence(metadata):
    """What a package says of its licence, in a few words."""
    if expression := metadata.get("License-Expression"):
        return expression
    names = [
        c.rsplit(" :: ", 1)[1]
        for c in metadata.get_all("Classifier", [])
        if c.startswith("License ::")
    ]
    names = [name for name in names if name != "OSI Approved"]
    if names:
        return "; ".join(names)
    text = (metadata.get("License") or "").strip().splitlines()
    return text[0][:60] if text else "not stated"


def pins():
    """Return {package: its versions} of what is pinned; some have one for each Python."""
    found = {}
    text = "".join(
        (ROOT / name).read_text(encoding="utf-8")
        for name in ("requirements.txt", "requirements-test.txt")
    )
    for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.M):
        found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), set()).add(version)
    return found


def outdated():
    """Ask PyPI for newer versions of the pins.

    Gives ([(package, version, newest)], whether PyPI answered every time), or None where it
    never did.
    """
    command = [
        sys.executable,
        "-m",
        "pip",
        "list",
        "--outdated",
        "--format=json",
        "--disable-pip-version-check",
        "--retries=1",
        "--timeout=10",
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        found = json.loads(done.stdout) if done.returncode == 0 else None
    except (subprocess.TimeoutExpired, ValueError):
        return None
    # Without a network pip fails or finds nothing newer, and complains about each package.
    answered = not re.search("connection|resolution|timed out", done.stderr, re.I)
    if found is None or not found and not answered:
        return None
    known = pins()
    normal = [(re.sub(r"[-_.]+", "-", row["name"]).lower(), row) for row in found]
    return [
        (name, row["version"], row["latest_version"]) for name, row in normal if name in known
    ], answered


def main():
    """Print both lists."""
    known = pins()
    rows = {
        re.sub(r"[-_.]+", "-", d.metadata["Name"]).lower(): (d.version, licence(d.metadata))
        for d in distributions()
    }
    print(f"{'package':34} {'version':14} licence")
    for name, (version, said) in sorted(rows.items()):
        print(f"{name:34} {version:14} {said}" + ("" if name in known else "  (not pinned)"))
    silent = sorted(name for name, (_, said) in rows.items() if said == "not stated")
    print(
        f"\n{len(rows)} packages, {len(silent)} without a stated licence"
        + (f": {', '.join(silent)}" if silent else "")
    )
    other = sorted(
        name for name, (version, _) in rows.items() if name in known and version not in known[name]
    )
    print(
        "installed as pinned"
        if not other
        else f"installed otherwise than pinned: {', '.join(other)}"
    )
    print(f"asking PyPI for newer versions (at most {PATIENCE} s)", flush=True)
    newer = outdated()
    if newer is None:
        print("outdated pins: not known, PyPI did not answer (offline?)")
    else:
        rows, answered = newer
        print(
            f"outdated pins: {len(rows)}"
            + ("" if answered else " or more; PyPI did not answer every time")
        )
        for name, version, latest in rows:
            print(f"  {name:32} {version:14} {latest}")


if __name__ == "__main__":
    main()
