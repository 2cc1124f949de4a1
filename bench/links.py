"""Ask every address in the built pages and the tables whether it still answers.

A 403 or 429 counts as an answer: many publishers refuse programs. Needs a network.
"""

import concurrent.futures
import csv
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECONDS, WORKERS = 30, 16
_ADDRESS = re.compile(r'href="(https?://[^"#]+)')
_REFUSALS = (401, 403, 405, 418, 429, 503)


def addresses(root):
    """Return {address: where it was first seen} of the pages and tables below ``root``."""
    found = {}
    for path in sorted((root / "_build/html").rglob("*.html")):
        if "_static" not in path.parts:
            for address in _ADDRESS.findall(path.read_text(encoding="utf-8")):
                found.setdefault(address.replace("&amp;", "&"), path.relative_to(root))
    for path in sorted((root / "data").rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for name, value in row.items():
                    if value and name.endswith("url"):
                        found.setdefault(value, path.relative_to(root))
                    elif value and name == "doi":
                        found.setdefault(f"https://doi.org/{value}", path.relative_to(root))
    return found


def problem(address):
    """Return why an address does not answer, or None where it does."""
    try:
        request = urllib.request.Request(address, headers={"User-Agent": "link check"})
        with urllib.request.urlopen(request, timeout=SECONDS):
            return None
    except urllib.error.HTTPError as error:
        return None if error.code in _REFUSALS else f"status {error.code}"
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error))


def main(root=ROOT):
    """Print the addresses that do not answer, and return the exit code."""
    found = addresses(root)
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as workers:
        problems = dict(zip(found, workers.map(problem, found), strict=True))
    broken = {address: why for address, why in problems.items() if why}
    for address, why in broken.items():
        print(f"{found[address]}: {address}: {why}")
    print(f"{len(found)} addresses, {len(broken)} do not answer")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
