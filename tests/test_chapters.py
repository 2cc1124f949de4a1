"""The chapters: their shape, and that they run with a reader's own assumptions."""

import math
import subprocess
import sys
from pathlib import Path

import jupytext
import pytest
from conftest import turn

from sobe.analysis import organisms

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ("capability", "cost", "recording", "scale", "funding", "claims")


def cells(name):
    return jupytext.read(ROOT / "book" / f"{name}.md").cells


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_reads_claim_table_figure_sources(name):
    prose = "\n".join(cell.source for cell in cells(name) if cell.cell_type == "markdown")
    reading = "How to read it"
    if name == "claims":  # about all claims, so it begins with the finding
        reading = "How a verdict is made"
        assert "**What the data give.**" in prose
    else:
        assert prose.index("**What the summary claims.**") < prose.index("**What the data give.**")
    headings = [line[3:] for line in prose.splitlines() if line.startswith("## ")]
    assert {reading, "What follows", "What it cannot tell"} <= set(headings)
    assert headings[-1] == "Sources"


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
