"""The chapters: their shape, and that they run with a reader's own assumptions."""

import math
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import jupytext
import pytest
from conftest import turn

from sobe.analysis import organisms

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ("capability", "cost", "recording", "scale", "funding", "claims")


def cells(name):
    return jupytext.read(ROOT / "book" / f"{name}.md").cells


def headings(name):
    """Return (level, text) of the headings of a page."""
    page = (ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")
    page = re.sub(r"^(`{3,}|:{3,}).*?^\1\s*$", "", page, flags=re.DOTALL | re.MULTILINE)
    return [
        (len(marks), text.strip()) for marks, text in re.findall(r"^(#+) (.*)$", page, re.MULTILINE)
    ]


PAGES = sorted(path.stem for path in (ROOT / "book").glob("*.md"))


@pytest.mark.parametrize("name", (*CHAPTERS, "estimator"))
def test_a_chapter_answers_first(name):
    """Title, numbers with verdicts and the figure; then how to read it; sources are last."""
    page = (ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")
    (_, title), *rest = headings(name)
    sections = [text for level, text in rest if level == 2]
    numbers = re.search(r"^\{\.sobe-answers\}\n((?:- .*\n)+)", page, re.MULTILINE)
    items = numbers[1].splitlines()
    assert 2 <= len(items) <= 3 and all("**" in item and "{glue:text}`" in item for item in items)
    assert name == "claims" or "{glue}`verdict-" in numbers[1]
    before = page[page.index(title) : page.index("\n## How to read ")]
    assert re.search(r"\n(?:figure|compare|grid)\(|\{figure-here\}", before)
    assert numbers.start() < page.index("\n## How to read ")
    assert any(section.endswith(" cannot tell") for section in sections)
    assert sections[-2].startswith("Run ") and sections[-1].startswith("Sources of ")


@pytest.mark.parametrize("name", (*CHAPTERS, "estimator", "data"))
def test_a_title_states_a_finding(name):
    """It is a sentence: more than a name."""
    assert len(headings(name)[0][1].split()) >= 8


def test_no_two_headings_of_the_book_are_the_same():
    found = [text.casefold() for name in PAGES for _, text in headings(name)]
    assert len(found) > 60
    assert sorted(text for text, count in Counter(found).items() if count > 1) == []


@pytest.mark.parametrize("name", (*CHAPTERS, "estimator"))
def test_before_the_first_figure_there_is_only_what_it_needs(name):
    """No table and no text between the numbers and the figure."""
    cells_before = []
    for cell in cells(name):
        if cell.cell_type == "markdown" and "## How to read " in cell.source:
            break
        cells_before.append(cell)
    code = [cell.source for cell in cells_before if cell.cell_type == "code"]
    assert not [source for source in code if re.search(r"^table\(", source, re.MULTILINE)]


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_has_one_cell_of_parameters(name):
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in cells(name)) == 1


def test_the_cap_on_sampling_is_one_number():
    (given,) = [
        cell.source for cell in cells("recording") if "parameters" in cell.metadata.get("tags", [])
    ]
    assert f"hz_cap = {organisms.HZ_CAP}" in given.splitlines()
    rates = organisms.whole_brain_rates()
    slow, fast = organisms.whole_brain_rates(1.0), organisms.whole_brain_rates(math.inf)
    assert slow["mouse"] == organisms.chosen()["neurons"]["mouse"]
    assert (rates.dropna() <= fast.dropna()).all() and rates["mouse"] > slow["mouse"]


@pytest.mark.parametrize("name", (*CHAPTERS, "data", "estimator", "index"))
def test_a_cell_fits_a_screen(name):
    code = [cell.source for cell in cells(name) if cell.cell_type == "code"]
    assert code and not [source for source in code if len(source.splitlines()) > 30]


@pytest.mark.parametrize("name", (*CHAPTERS, "estimator", "index", "data"))
def test_no_line_of_code_is_wider_than_its_box_on_the_page(name):
    lines = [
        line
        for cell in cells(name)
        if cell.cell_type == "code"
        for line in cell.source.splitlines()
    ]
    assert lines and not [line for line in lines if len(line) > 96]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("capability", "organisms=[mouse] until=2020"),
        ("capability", "organisms=[mouse] since=2000 until=2002"),  # no simulation of these years
        ("cost", "reader_organism=c_elegans reader_budget_usd=1e6 mouse_budget_usd=5e8"),
        ("recording", "whole_brain=[mouse] hz_cap=30 until=2015"),
        ("scale", "organisms=[c_elegans,human] voxel_nm=25"),
        ("funding", "tiers=[1m] domains=[technology] since=2015"),
        ("claims", "draws=100"),
        ("trends", "ahead=3"),
    ],
)
def test_a_chapter_runs_with_other_parameters(name, parameters, project):
    with turn(project):
        done = subprocess.run(
            [sys.executable, "-m", "sobe.pipeline", "chapter", name, parameters],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    # "executed: PATH", or "unchanged: PATH" where the same run is kept from before.
    written = ROOT / done.stdout.strip().splitlines()[-1].partition(": ")[2]
    assert written.suffix == ".ipynb" and written.is_file()
