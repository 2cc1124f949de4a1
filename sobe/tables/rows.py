"""CSV files as exact text: every row, the line it starts on, and the fault when it cannot be read."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_BOM = b"\xef\xbb\xbf"


class TableError(ValueError):
    """The first fault met in a table or in its description.

    Attributes: ``file`` ("data/recordings.csv"), ``expected`` (text), and, where they apply,
    ``row`` (1 = first row under the header), ``line`` (1 = first line of the file; where the
    row starts), ``column``, ``value`` (the text in the file), ``problem`` (text); else None.
    """

    def __init__(self, file, expected, row=None, line=None, column=None, value=None, problem=None):
        super().__init__(file, expected, row, line, column, value, problem)
        self.file, self.expected, self.row, self.line = file, expected, row, line
        self.column, self.value, self.problem = column, value, problem

    def __str__(self):
        where = self.file
        if self.row is not None:
            where += f", row {self.row} (line {self.line})"
        elif self.line is not None:
            where += f", line {self.line}"
        if self.column is not None:
            where += f", column {self.column!r}"
        return f"{where}: {self.problem or quote(self.value) + ' is not valid'}; expected {self.expected}"


def quote(value):
    """A value in a message, cut where it is long."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, a list within itself
        text = f"a {type(value).__name__} too long to be shown"
    return text if len(text) <= 80 else text[:76] + "...'"


@dataclass(frozen=True)
class Rows:
    """The cells of one CSV file as text, column by column, and the line each row starts on."""

    file: str
    path: Path
    schema: dict
    columns: dict
    lines: list

    def fault(self, index, expected, column=None, value=None, problem=None):
        return TableError(self.file, expected, index + 1, self.lines[index], column, value, problem)

    def at(self, index):
        return f"row {index + 1} (line {self.lines[index]})"


def note(path):
    """Tell the build that this process depends on the table in ``path`` (``SOBE_READS``)."""
    if log := os.environ.get("SOBE_READS"):
        with open(log, "a", encoding="utf-8") as reads:
            reads.write(f"{path}\n")


def read(directory, resource):
    """The rows of one described table; TableError when the file is not clean UTF-8 CSV with its header."""
    file = f"{directory.name}/{resource['path']}"
    path = (directory / resource["path"]).resolve()
    if PurePosixPath(resource["path"]).is_absolute() or not path.is_relative_to(directory):
        raise TableError(
            f"{directory.name}/datapackage.json",
            "a path inside the data directory",
            value=resource["path"],
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TableError(
            file, "a CSV file", problem=f"the file cannot be read ({error.strerror})"
        ) from None
    note(path)
    if content.startswith(_BOM):
        raise TableError(
            file, "UTF-8 without a mark", line=1, problem="the file starts with a byte order mark"
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TableError(
            file,
            "UTF-8 text",
            line=content.count(b"\n", 0, error.start) + 1,
            value=content[error.start : error.end],
            problem=f"byte {error.start} is not UTF-8",
        ) from None
    names = [field["name"] for field in resource["schema"]["fields"]]
    if not text:
        raise TableError(file, "a header: " + ",".join(names), problem="the file is empty")
    rows, lines = _rows(file, text, names)
    # An explicit list keeps the columns when the table has a header and no rows.
    columns = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    return Rows(file, path, resource["schema"], columns, lines)


def _rows(file, text, names):
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, lines, start = [], [], 1
    try:
        _check_header(file, next(reader), names)
        start = reader.line_num + 1
        for row in reader:
            if len(row) != len(names):
                raise TableError(
                    file,
                    f"{len(names)} cells",
                    len(rows) + 1,
                    start,
                    value=len(row),
                    problem=f"{len(row)} cells" if row else "a blank line",
                )
            rows.append(row)
            lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        unclosed = "unexpected end of data" in str(error)
        raise TableError(
            file,
            "a closing quote" if unclosed else "well-formed CSV",
            len(rows) + 1 if start > 1 else None,
            start,
            problem="a quoted cell is never closed" if unclosed else str(error),
        ) from None
    return rows, lines


def _check_header(file, header, names):
    if header == names:
        return
    expected = "the columns " + ", ".join(names)
    missing = [name for name in names if name not in header]
    extra = [name for name in header if name not in names]
    twice = [name for name in names if header.count(name) > 1]
    if twice:
        column, value, problem = twice[0], twice[0], f"column {twice[0]!r} occurs more than once"
    elif missing:
        column, value, problem = missing[0], None, f"the header lacks {missing[0]!r}"
        problem += f" and has {extra[0]!r}" if extra else ""
    elif extra:
        column, value, problem = extra[0], extra[0], f"the header has an undeclared {extra[0]!r}"
    else:
        column, value = next((a, b) for a, b in zip(names, header) if a != b)
        problem = f"the columns are out of order: {value!r} stands where {column!r} belongs"
    raise TableError(file, expected, line=1, column=column, value=value, problem=problem)
