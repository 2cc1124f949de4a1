"""The chapters: their shape, and that they run with a reader's own assumptions."""

import copy
import json
import math
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import jupytext
import nbformat
import pytest
from conftest import turn
from reruns import EXTREMES, OTHERS

from sobe.analysis import organisms
from sobe.parameters import domain
from sobe.pipeline import rendering, rerun
from sobe.site import files

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


@pytest.mark.parametrize("run", [*EXTREMES, *OTHERS], ids=" ".join)
def test_a_chapter_runs_with_other_parameters(executed, run):
    """What `make chapter` writes of it, but for the pictures and the page."""
    name, text = run
    nb, declared = executed[run], domain.of_book(name)
    said, tables = rerun.summary(declared, declared.parse(text), executed[name, ""], nb)
    assert said.startswith("**This is a rerun") and tables
    values = rerun.glued(nb)
    prose = "".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    assert values and "{glue" not in rerun.filled(prose, values)
    assert set(re.findall(r"\{glue(?::text)?\}`([\w-]+)`", prose)) <= set(values)


#: Draws each chart of a list, and prints those that are none.
DRAW = """import json, sys
import vl_convert
for name, spec in json.load(sys.stdin):
    if "role-mark" not in vl_convert.vegalite_to_svg(spec):
        print(name)
"""


def test_the_figures_of_reruns_can_be_drawn(executed):
    """Those that are not as published; the build draws these."""
    shown = {run: rerun.figures(nb) for run, nb in executed.items()}
    given = [
        (f"{chapter} {text}: {name}", declaration["spec"])
        for (chapter, text), figures in shown.items()
        for name, declaration in figures.items()
        if declaration["spec"] != shown[chapter, ""].get(name, {}).get("spec")
    ]
    assert len(given) > len(executed)
    done = subprocess.run(
        [sys.executable, "-c", DRAW], input=json.dumps(given), capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def blank(records, *_):
    """As `sobe.site.files.draw`, without drawing."""
    still = b'<svg xmlns="http://www.w3.org/2000/svg" width="760" height="400"></svg>'
    return [
        {"png": b"", **dict.fromkeys(("svg", *files.STILLS), still)}
        | dict.fromkeys(map(files.share, record.get("shares", {})), b"")
        for record in records
    ]


def test_the_pages_of_reruns_render(project, executed, monkeypatch, tmp_path):
    """One run of each chapter, in one small book."""
    found = {name: copy.deepcopy(executed[name, text]) for name, text in (*EXTREMES, *OTHERS)}
    *_, last = found
    for name, nb in found.items():
        for cell in nb.cells:
            cell.source = re.sub(
                r"\]\((\w[\w-]*)\.md(?:#[\w-]+)?\)",
                lambda link: link[0] if link[1] in found else "](https://example.org/)",
                cell.source,
            )
        if name == last:
            nb.cells.append(
                nbformat.v4.new_markdown_cell("## References\n\n```{bibliography}\n```")
            )
    monkeypatch.setattr(files, "draw", blank)
    contents = {
        "format": "jb-book",
        "root": last,
        "chapters": [{"file": n} for n in found if n != last],
    }
    with turn(project):
        rendering.prepare(project)
        source = rendering.make_tree(
            project, {n: nbformat.writes(nb) for n, nb in found.items()}, "reruns", contents
        )
        try:
            rendering.render(project, source, tmp_path / "html")
        finally:
            shutil.rmtree(source.parent)
    for name in found:
        assert "sobe-card" in (tmp_path / "html" / f"{name}.html").read_text(encoding="utf-8")
