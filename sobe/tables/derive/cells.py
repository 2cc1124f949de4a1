"""Rows of upstream's files as strict text: every cell knows its place, and errors name it."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping
from typing import NamedTuple, NoReturn, TypeVar

from sobe.tables.rows import TableError, quote, unseen

#: Files in which upstream leaves out blank cells at the end of rows: fewest cells of a row.
SHORTEST = {
    "compute/computational-demands-organisms.tsv": 12,
    "compute/hardware-characteristics.tsv": 15,
    "connectomics/connectomics-10nm.tsv": 12,
    "connectomics/connectomics-25nm.tsv": 27,
    "costs/neuron-reconstruction-estimates.tsv": 10,
    "costs/neuroscience-megaprojects.tsv": 11,
    "costs/non-neuroscience-megaprojects.tsv": 9,
    "recordings/comparison-methods-volumes.tsv": 11,
    "recordings/neural-dynamics-references.tsv": 11,
    "recordings/neural-information-rate.tsv": 29,
    "recordings/neurodynamics-papers.tsv": 18,
    "simulations/computational-models.tsv": 3,
}
#: A dollar sign, groups of three digits or none, decimals after a point, an exponent.
_NUMBER = re.compile(
    r"-?\$?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?"
)
_COUNT = re.compile(r"-?[0-9]{1,15}")
_LONGEST_NUMBER = 40
_NUMBERS = "a number, such as 1450000, $1,450,000, 0.25 or 3.02E+02"

Value = TypeVar("Value")


class Place(NamedTuple):
    """Where a cell is: the file, its row (1 = first under the header), the line, the column."""

    file: str
    row: int | None = None
    line: int | None = None
    column: str | None = None


class Cell(str):
    """The text of a cell, without white space around it, and its place."""

    __slots__ = ("place",)
    place: Place

    def __new__(cls, text: str, place: Place):
        """Return the stripped text with its place."""
        cell = super().__new__(cls, text.strip())
        cell.place = place
        return cell


class Line(dict):
    """The cells of one row by column. A column that the header lacks is an error."""

    #: The cell looked up last, in any file: where an unforeseen error happened.
    last: Cell | None = None

    def __init__(self, file: str, row: int, line: int, header: list[str], cells: list[str]):
        self.file = file
        blank = [""] * (len(header) - len(cells))
        super().__init__(
            (column, Cell(text, Place(file, row, line, column)))
            for column, text in zip(header, cells + blank, strict=True)
        )

    def __getitem__(self, column: str) -> Cell:
        """Return a cell."""
        if column not in self:
            known = ", ".join(map(repr, self))
            expected = f"a column {column!r} among {quote(known, 300)[1:-1]}"
            problem = f"the header lacks {column!r}"
            raise TableError(self.file, expected, line=1, column=column, problem=problem)
        Line.last = super().__getitem__(column)
        return Line.last


def refuse(text: str, expected: str, problem: str | None = None) -> NoReturn:
    """Raise TableError for a text; its place is named where it is the whole text of a cell."""
    place = getattr(text, "place", None) or Place("a value")
    value = str(text)
    raise TableError(place.file, expected, place.row, place.line, place.column, value, problem)


def read(text: str, file: str, shortest: int | None = None) -> list[Line]:
    """Return the rows of a file; a blank row is left out.

    Parameters
    ----------
    text
        The text of the file: cells between tabs, a header with the names of the columns.
    file
        Its name in messages.
    shortest
        The fewest cells of a row, where blank cells at its end may be left out; else each row
        has one cell per column.

    Raises
    ------
    TableError
        At the first row that is not so.
    """
    if text.startswith("\ufeff"):
        problem = "the file starts with a byte order mark"
        raise TableError(file, "UTF-8 without a mark", line=1, problem=problem)
    header, rows, broken = _split(text)
    _check_header(header, file)
    read = []
    for number, (line, cells) in enumerate(rows, start=1):
        if not any(map(str.strip, cells)):
            continue
        fewest = len(header) if shortest is None else shortest
        if not fewest <= len(cells) <= len(header):
            expected = f"{len(header)} cells for {len(header)} columns"
            if shortest is not None:
                expected = f"{shortest} to {len(header)} cells for {len(header)} columns"
            raise TableError(file, expected, number, line, problem=f"{len(cells)} cells")
        read.append(Line(file, number, line, header, cells))
        for cell in read[-1].values():
            if found := unseen(cell):
                refuse(cell, "text without unseen characters", f"{quote(str(cell))} holds {found}")
    if broken:
        raise TableError(file, broken[1], line=broken[0], problem=broken[2])
    if not read:
        raise TableError(file, "at least one row", problem="the file has no rows under its header")
    return read


def _split(text: str):
    """Return the header, (line, cells) of each row, and (line, expected, problem) of a bad end."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True)
    rows: list[tuple[int, list[str]]] = []
    line, broken = 1, None
    try:
        for cells in reader:
            rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        broken = (line, "cells between tabs, quotes closed", str(error))
        if "unexpected end of data" in str(error):
            broken = (line, "a closing quote", "a quoted cell is never closed")
    header = [name.strip() for name in rows[0][1]] if rows else []
    return header, rows[1:], broken


def _check_header(header: list[str], file: str) -> None:
    problem = None
    if not any(header):
        problem = "the file is empty" if not header else "the first line is blank"
    elif len(header) == 1:
        separated = next((name for name in (",", ";", "|") if name in header[0]), None)
        problem = "the header is one column" + (f", cells between {separated!r}" * bool(separated))
    elif "" in header:
        problem = f"column {header.index('') + 1} of the header has no name"
    elif twice := [name for name in header if header.count(name) > 1]:
        problem = f"column {twice[0]!r} occurs twice in the header"
    if problem:
        expected = "a header of several columns between tabs, each with a name of its own"
        raise TableError(file, expected, line=1, problem=problem)


def number(text: str):
    """Return the int or float in upstream's text (``$1,450,000``, ``3.02E+02``); None if blank.

    Raises
    ------
    TableError
        If it is anything else. A comma separates groups of three digits, and nothing else.
    """
    bare = text.strip(" ")
    if bare in ("", "-"):
        return None
    if len(bare) > _LONGEST_NUMBER or not _NUMBER.fullmatch(bare):
        refuse(text, _NUMBERS)
    bare = bare.replace("$", "").replace(",", "")
    # Digits alone are a count, unless a float cannot tell it from its neighbours.
    value = int(bare) if _COUNT.fullmatch(bare) else float(bare)
    if not math.isfinite(value):
        refuse(text, _NUMBERS)
    return value


def given(text: str):
    """Return :func:`number` of a cell that must have one."""
    value = number(text)
    if value is None:
        refuse(text, _NUMBERS, "the cell is empty")
    return value


def whole(text: str) -> int | None:
    """Return the whole number in upstream's text (``2013.0``); None if blank."""
    value = number(text)
    if value is not None and value != int(value):
        refuse(text, "a whole number")
    return None if value is None else int(value)


def calendar_year(text: str) -> int | None:
    """Return the year in upstream's text (``2013.0``); None if blank."""
    value = whole(text)
    if value is not None and not 1000 <= value <= 2999:
        refuse(text, "a year of four digits")
    return value


def scaled(text: str, factor: float):
    """Return :func:`number` times ``factor``, rounded to the twelve digits a cell can carry."""
    value = number(text)
    return None if value is None else float(f"{value * factor:.12g}")


def choice(text: str, values: Mapping[str, Value], part: str | None = None) -> Value:
    """Return the value of a text that is one of a few; ``part`` is the part of it that counts."""
    key = str(text if part is None else part)
    if key not in values:
        refuse(text, "one of " + ", ".join(repr(str(known)) for known in values))
    return values[key]


def first_word(text: str) -> str:
    """Return the first word of a cell that must have one."""
    words = text.split()
    if not words:
        refuse(text, "text", "the cell is empty")
    return words[0]
