"""The tables in ``data/``: typed loading, its checks, and their derivation from the report's files.

Here: `load` (where a CSV column is typed), the checks of rows, `derive`. Not here: any computation
on the values.
"""

from sobe.tables.load import (
    TableError,
    counted,
    display,
    labels,
    load,
    names,
    schema,
    units,
    with_sources,
)

__all__ = [
    "TableError",
    "counted",
    "display",
    "labels",
    "load",
    "names",
    "schema",
    "units",
    "with_sources",
]
