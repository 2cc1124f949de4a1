"""CSV files as exact text: the cells, the line each row starts on, and errors that name both."""

from __future__ import annotations

import csv
import io
import os
import re
from dataclasses import dataclass
from pathlib import Path

from sobe import atomic

#: Not allowed in any text: controls except tab and line feed, marks that change the direction of
#: the text around them, and code points that are no characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]"
)
_LARGEST = 100_000_000  # bytes of a file


@dataclass(eq=False)
class TableError(ValueError):
    """The first error found in a table or in its description.

    Attributes
    ----------
    file : str
        The file, with its folder: "data/recordings.csv".
    expected : str
        What was expected in its place.
    row, line : int or None
        The row (1 = first row under the header) and the line of the file on which it starts.
    column : str or None
        The column, or the columns of a key.
    value
        What is in the file: the text of a cell, or a part of the description.
    problem : str or None
        What is wrong, if it is not just the value.
    """

    file: str
    expected: str
    row: int | None = None
    line: int | None = None
    column: str | None = None
    value: object = None
    problem: str | None = None

    def __str__(self):
        where = self.file
        if self.row is not None:
            where += f", row {self.row} (line {self.line})"
        elif self.line is not None:
            where += f", line {self.line}"
        if self.column is not None:
            where += f", column {self.column!r}"
        problem = self.problem or f"{quote(self.value)} is not valid"
        return f"{where}: {problem}; expected {self.expected}"


def quote(value, longest=80):
    """Return a value as shown in a message, cut where it is long."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, a list within itself
        text = f"a {type(value).__name__} too long to be shown"
    return text if len(text) <= longest else text[: longest - 4] + "...'"


def unseen(text):
    """Return the words for the first unseen character in a text, or None."""
    found = _UNSEEN.search(text)
    if not found:
        return None
    return "a NUL byte" if found[0] == "\0" else f"the unseen character U+{ord(found[0]):04X}"


@dataclass(frozen=True)
class Rows:
    """The cells of one CSV file as text, column by column, and the line each row starts on."""

    file: str
    path: Path
    columns: dict
    lines: list

    def error(self, index, expected, column=None, value=None, problem=None):
        """Return the error to raise for the row at an index."""
        return TableError(self.file, expected, index + 1, self.lines[index], column, value, problem)

    def at(self, index):
        """Return the words for the row at an index."""
        return f"row {index + 1} (line {self.lines[index]})"

    def text(self, index, names):
        """Return the texts of some cells of a row, joined."""
        return ", ".join(self.columns[name][index] for name in names)


def read_text(path, file, expected):
    """Return the text of a file; raise TableError if it cannot be read or is not UTF-8."""
    try:
        content = atomic.read_plain(path, _LARGEST, follow=True)
    except ValueError as error:
        raise TableError(file, expected, problem=str(error)) from None
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror})"
        raise TableError(file, expected, problem=problem) from None
    return decoded(content, file)


def decoded(content, file):
    """Return the text of a file's bytes; raise TableError if they are not UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line, wrong = content.count(b"\n", 0, error.start) + 1, content[error.start : error.end]
        problem = f"byte {error.start} is not UTF-8"
        raise TableError(file, "UTF-8 text", None, line, None, wrong, problem) from None


def note(path, column=None, values=()):
    """Tell the build that this process depends on the table in ``path`` (``SOBE_READS``).

    With ``column`` it depends only on the rows that have one of ``values`` there: a line per value,
    the parts separated by tabs. A value that cannot be written so makes it depend on the whole.
    """
    if not (log := os.environ.get("SOBE_READS")):
        return
    lines = [f"{path}\t{column}\t{value}" for value in values]
    if column is None or any("\n" in line or line.count("\t") > 2 for line in lines):
        lines = [f"{path}"]
    with open(log, "a", encoding="utf-8") as reads:
        reads.write("".join(f"{line}\n" for line in lines))


def inside(directory, name):
    """Return the resolved path of a file in the folder of all tables.

    Raises
    ------
    TableError
        If it is outside the folder.
    """
    try:
        path = (directory / name).resolve()
        if path.is_relative_to(directory) and not name.startswith("/"):
            return path
    except (ValueError, RuntimeError):  # a NUL byte, links in a circle
        pass
    expected = "a path inside the data directory"
    raise TableError(f"{directory.name}/datapackage.json", expected, value=name)


def read(directory, name, names):
    """Read a CSV file strictly.

    Parameters
    ----------
    directory : pathlib.Path
        The folder of all tables.
    name : str
        The path of the file in that folder.
    names : list of str
        The columns that the header must name, in this order.

    Raises
    ------
    TableError
        If the file is not clean UTF-8 CSV with this header and one cell per column in each row.
    """
    file = f"{directory.name}/{name}"
    path = inside(directory, name)
    text = read_text(path, file, "a CSV file")
    if text.startswith("\ufeff"):
        problem = "the file starts with a byte order mark"
        raise TableError(file, "UTF-8 without a mark", line=1, problem=problem)
    if not text:
        raise TableError(file, "a header: " + ",".join(names), problem="the file is empty")
    rows, lines = _cells(file, text, names)
    # An explicit list keeps the columns of a table that has a header and no rows.
    columns = {column: [row[i] for row in rows] for i, column in enumerate(names)}
    return Rows(file, path, columns, lines)


def _cells(file, text, names):
    """Return the rows under the header, and the lines they start on; raise TableError otherwise."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, lines, broken = [], [1], None
    try:
        for row in reader:
            rows.append(row)
            lines.append(reader.line_num + 1)
    except csv.Error as error:
        broken = str(error)
    if rows and (found := next(_wrong_names(rows[0], names), None)):
        raise TableError(file, "the columns " + ", ".join(names), None, 1, *found)
    expected = f"{len(names)} cells"
    for number, row in enumerate(rows[1:], start=1):
        if len(row) != len(names):
            found = f"{len(row)} cells" if row else "a blank line"
            raise TableError(file, expected, number, lines[number], None, len(row), found)
    if broken:
        unclosed = "unexpected end of data" in broken
        expected = "a closing quote" if unclosed else "well-formed CSV"
        problem = "a quoted cell is never closed" if unclosed else broken
        raise TableError(file, expected, len(rows) or None, lines[-1], problem=problem)
    return rows[1:], lines[1:-1]


def _wrong_names(header, names):
    """Yield (column, value, problem) of what in a header is not as described, worst first."""
    extra = [name for name in header if name not in names]
    for name in names:
        if header.count(name) > 1:
            yield name, name, f"column {name!r} occurs more than once"
    for name in names:
        if name not in header:
            has = f" and has {quote(extra[0])}" if extra else ""
            yield name, None, f"the header lacks {name!r}{has}"
    for name in extra:
        yield name, name, f"the header has an undeclared {quote(name)}"
    for name, found in zip(names, header, strict=False):
        if name != found:
            yield name, found, f"the columns are out of order: {found!r} is where {name!r} belongs"
