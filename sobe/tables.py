"""TEMPORARY STUB, replaced by the real module when the branches meet."""

import os
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"


def load(name):
    """Read data/<name>.csv and note the file read."""
    import pandas as pd

    path = DATA / f"{name}.csv"
    if reads := os.environ.get("SOBE_READS"):
        with open(reads, "a", encoding="utf-8") as out:
            out.write(f"{path}\n")
    return pd.read_csv(path)
