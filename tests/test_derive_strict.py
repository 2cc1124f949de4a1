"""Upstream's files are read as strictly as our tables: one line with file, row, column, value."""

import os
import re
import shutil

import pytest

from sobe.pipeline import derive as derive_main
from sobe.tables.derive import cells, costs, funding, recordings
from sobe.tables.derive.common import Corrections, DeriveError, Upstream
from sobe.tables.rows import TableError
from tests.test_derive import ROOT, UPSTREAM, needs_upstream

GOOD = "id\tYear\tCost\na\t2013\t$1,450,000\nb\t2014.0\t3.02E+02\n"


def test_a_clean_file_is_read():
    first, second = cells.read(GOOD, "x.tsv")
    assert cells.number(first["Cost"]) == 1_450_000 and cells.number(second["Cost"]) == 302
    assert cells.calendar_year(second["Year"]) == 2014
    assert first["Cost"].place == ("x.tsv", 1, 2, "Cost")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x.tsv, line 1: the file is empty"),
        ("\n\n", "x.tsv, line 1: the file is empty"),
        ("\ufeff" + GOOD, "x.tsv, line 1: the file starts with a byte order mark"),
        (GOOD.replace("\t", ","), "line 1: the header is one column, cells between ','"),
        (GOOD.replace("\t", ";"), "line 1: the header is one column, cells between ';'"),
        (GOOD.replace("\t", "|"), "line 1: the header is one column, cells between '|'"),
        (GOOD.replace("Cost", "Year"), "line 1: column 'Year' occurs twice in the header"),
        (GOOD.replace("Cost", " "), "line 1: column 3 of the header has no name"),
        ("id\tYear\tCost\n", "x.tsv: the file has no rows under its header"),
        ("id\tYear\tCost\n\t\t\n", "x.tsv: the file has no rows under its header"),
        (GOOD + 'c\t"2015\t1\n', "line 4: a quoted cell is never closed; expected a closing quote"),
        (GOOD + 'c\t"2015"x\t1\n', "line 4: .*; expected cells between tabs, quotes closed"),
        (GOOD + "c\t2015\n", r"row 3 \(line 4\): 2 cells; expected 3 cells for 3 columns"),
        (GOOD + "c\t2015\t1\t\t\n", r"row 3 \(line 4\): 5 cells; expected 3 cells"),
        (GOOD + "c\t2015\t1\0\n", r"row 3 \(line 4\), column 'Cost': .* holds a NUL byte"),
        (GOOD + "c\u202e\t2015\t1\n", r"row 3 \(line 4\), column 'id': .* U\+202E"),
        (GOOD + "c\x07\t2015\t1\n", r"row 3 \(line 4\), column 'id': .* U\+0007"),
        ('a\t"b\nc"\n1\t"2\n3"\nx\n', r"row 2 \(line 5\): 1 cells"),
    ],
)
def test_a_spoilt_file_is_one_line(text, message):
    with pytest.raises(TableError, match=message) as raised:
        cells.read(text, "x.tsv")
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 500


@pytest.mark.parametrize(
    "text",
    [
        "$1,45",
        "1,45",
        "1,4500",
        "12,34,567",
        "1234,567",
        ",123",
        "1,",
        "1,234,56",
        "1.234,56",
        "$1.450.000,00",
        "1\u00a0450\u00a0000",
        "1\u202f450",
        "1 450 000",
        "1_000",
        "1'000",
        "~0.2",
        "≈5",
        "<5",
        ">10",
        "5+",
        "5%",
        "€5",
        "£5",
        "$",
        "$$5",
        "5$",
        "1e",
        "1e5.0",
        "0x10",
        "nan",
        "inf",
        "-inf",
        "Infinity",
        "1e999",
        "１２",
        "٣",
        "2013-2014",
        "1/2",
        "1..2",
        ".5",
        "5.",
        "--5",
        "+5",
        "−5",
        "1e+",
        "#DIV/0!",
        "#REF!",
        "n/a",
        "NULL",
        "5 million",
        "true",
        "=1+1",
        "1" * 41,
        "9" * 20_000,
        "1," * 20_000,
    ],
)
def test_what_is_not_a_number_is_refused(text):
    cell = cells.Cell(text, cells.Place("x.tsv", 2, 3, "Cost"))
    with pytest.raises(TableError) as raised:
        cells.number(cell)
    message = str(raised.value)
    assert message.startswith("x.tsv, row 2 (line 3), column 'Cost': ")
    assert "expected a number" in message and "\n" not in message and len(message) < 300


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234,567", 1_234_567),
        ("4,000.00", 4000.0),
        ("$500", 500),
        ("-5", -5),
        ("-$5", -5),
        ("0", 0),
        ("007", 7),
        ("6.4e+13", 6.4e13),
        ("2.4e-06", 2.4e-6),
        (" 5 ", 5),
        ("", None),
        ("-", None),
        ("999,999", 999_999),
        ("1" * 16, float("1" * 16)),
    ],
)
def test_numbers(text, value):
    assert cells.number(text) == value and type(cells.number(text)) is type(value)


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (cells.whole, "2013.5", "a whole number"),
        (cells.calendar_year, "20130", "a year of four digits"),
        (cells.calendar_year, "13", "a year of four digits"),
        (cells.calendar_year, "-2013", "a year of four digits"),
        (cells.calendar_year, "May 2013", "a number"),
        (cells.given, "", "a number"),
        (cells.given, "-", "a number"),
        (cells.first_word, " ", "text"),
        (lambda text: cells.choice(text, {"a": 1}), "A", "one of 'a'"),
        (lambda text: cells.choice(text, {"a": 1}), "", "one of 'a'"),
        (recordings._month, "13", "a month, 1 to 12"),
        (recordings._submitted, "2019/07/17", "a date written YYYY-MM-DD"),
        (recordings._submitted, "", "a date written YYYY-MM-DD"),
    ],
)
def test_what_does_not_fit_is_refused(read, text, expected):
    with pytest.raises(TableError, match=f"x.tsv, row 2 .*'Cost'.*expected {expected}"):
        read(cells.Cell(text, cells.Place("x.tsv", 2, 3, "Cost")))


def test_a_column_that_is_missing_is_named():
    line, *_ = cells.read(GOOD, "x.tsv")
    with pytest.raises(TableError, match="x.tsv, line 1.*lacks 'Month'.*'id', 'Year', 'Cost'"):
        line["Month"]


def test_blank_cells_may_be_left_out_where_upstream_does_so():
    text = "a\tb\tc\n1\t2\n1\n"
    with pytest.raises(TableError, match=r"row 2 \(line 3\): 1 cells; expected 2 to 3 cells"):
        cells.read(text, "x.tsv", shortest=2)
    assert cells.read(text, "x.tsv", shortest=1)[1]["c"] == ""


# ---------------------------------------------------------------- whole files


@pytest.fixture
def copy(tmp_path):
    """A copy of upstream's data whose files may be spoilt."""
    for folder in ("data", "data-before-split"):
        shutil.copytree(UPSTREAM / folder, tmp_path / "up" / folder, copy_function=shutil.copyfile)
    for path in (tmp_path / "up").rglob("*"):
        path.chmod(0o700)
    return tmp_path / "up"


RATES = "data-before-split/recordings/neural-information-rate.tsv"
COSTS = "data-before-split/costs/neuron-reconstruction-estimates.tsv"
MEGA = "data/costs/non-neuroscience-megaprojects.tsv"
MODELS = "data-before-split/simulations/computational-models.tsv"


def change(old, new):
    return lambda content: content.replace(old.encode(), new.encode(), 1)


SPOILT = [
    (COSTS, change("$1,450,000", "$1,45"), "row 1 .*'\\$1,45' is not valid"),
    (COSTS, change("$1,450,000", "$1.450.000,00"), "row 1 .*'\\$1.450.000,00'"),
    (COSTS, change("$1,450,000", "$1\u00a0450\u00a0000"), "row 1 .*xa0450"),
    (COSTS, change("$1,450,000", "~0.2"), "row 1 .*'~0.2'"),
    (COSTS, change("Year", "Yr"), "line 1.*lacks 'Year'"),
    (COSTS, change("Budget", "Bugdet"), "column 'Type': 'Bugdet'.*one of 'Budget'"),
    (COSTS, change("C. elegans (White", "C. elegans (Black"), "column 'Organism'.*one of"),
    (RATES, lambda content: b"\xef\xbb\xbf" + content, "byte order mark"),
    (RATES, lambda content: content.replace(b"\t", b","), "one column, cells between ','"),
    (RATES, lambda content: b"", "the file is empty"),
    (RATES, lambda content: content.decode().encode("latin-1", "ignore"), "is not UTF-8"),
    (RATES, lambda content: content.decode().encode("utf-16"), "is not UTF-8"),
    (RATES, lambda content: content + b'"open', "never closed"),
    (RATES, lambda content: content + b"short\t2013\n", "2 cells; expected 29 to 31 cells"),
    (RATES, lambda content: content[:100], "line 1|no rows|cells"),
    (RATES, lambda content: content.replace(b"2013", b"20\x0013", 1), "NUL byte"),
    (RATES, change("Year", "year of publication"), "line 1.*lacks 'Year'"),
    (RATES, change("calculated_information_rate", "rate"), "lacks 'calculated_information_rate'"),
    (MEGA, change("0.58", "two hundred"), "row .*'two hundred'.*a number"),
    (MEGA, lambda content: content.splitlines(True)[0], "no rows under its header"),
    (MODELS, change("C. elegans", "C elegans"), "column 'Organism': 'C elegans'.*one of"),
]


@needs_upstream
@pytest.mark.parametrize(("file", "spoil", "message"), SPOILT)
def test_a_spoilt_upstream_is_one_line_and_changes_nothing(copy, capsys, file, spoil, message):
    before = {path: path.read_bytes() for path in (ROOT / "data").rglob("*.csv")}
    before |= {path: path.stat().st_mtime_ns for path in (ROOT / "data").rglob("*.csv")}
    content = (copy / file).read_bytes()
    (copy / file).write_bytes(spoil(content))
    assert (copy / file).read_bytes() != content
    if "recordings" in file:
        spoilt = pytest.raises((TableError, DeriveError))
        with spoilt as raised:
            recordings.derive(Upstream(copy), Corrections())
        said = f"error: {raised.value}\n"
    else:
        assert derive_main.main([str(copy)]) == 1
        said = capsys.readouterr().err
    assert said.startswith(f"error: {file}") and said.count("\n") == 1 and len(said) < 900
    assert re.search(message, said), said
    after = {path: path.stat().st_mtime_ns for path in (ROOT / "data").rglob("*.csv")}
    assert after == {path: before[path] for path in after}
    assert not list(ROOT.glob(".derived*"))


@needs_upstream
@pytest.mark.parametrize("kind", ["pipe", "folder", "loop", "endless"])
def test_a_file_that_is_no_plain_file_is_one_line(copy, capsys, kind):
    path = copy / COSTS
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if kind == "endless" else path)
    with pytest.raises((TableError, DeriveError)) as raised:
        costs.derive(Upstream(copy), Corrections())
    assert path.name in str(raised.value) and "\n" not in str(raised.value)


@needs_upstream
def test_an_error_that_no_check_foresaw_names_the_cell(copy, capsys, monkeypatch):
    def derive(upstream, corrections):
        return {}[upstream.read("costs/neuron-reconstruction-estimates.tsv")[1]["Year"]]

    monkeypatch.setattr(funding, "derive", derive)
    monkeypatch.setattr(derive_main, "SUBJECTS", (funding,))
    assert derive_main.main([str(copy)]) == 1
    said = capsys.readouterr().err
    assert f"{COSTS}, row 2 (line 3), column 'Year': '" in said and "KeyError" in said


def test_without_git_the_remedy_is_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        DeriveError, match="neither data-before-split/ nor .*: git is not installed"
    ):
        Upstream(tmp_path).read("costs/neuron-reconstruction-estimates.tsv")
