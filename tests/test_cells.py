"""The code of cells: out of the text, and into the cards of the figures."""

import pandas as pd
import pytest
from docutils import nodes
from docutils.utils import new_document

from sobe.analysis.claims import ledger, verdicts
from sobe.charts.claims import glance_table
from sobe.charts.display import table
from sobe.languages import units
from sobe.site import cells
from sobe.site.nodes import OutputNode


def cell(code, *shown, tags=("hide-input",)):
    """A cell as myst-nb makes it: its code, and what it shows."""
    made = nodes.container(classes=["cell", *(f"tag_{tag}" for tag in tags)])
    made += nodes.container("", nodes.literal_block(code, code), classes=["cell_input"])
    if shown:
        made += nodes.container("", *shown, classes=["cell_output"])
    return made


def figure(name):
    return OutputNode(kind="figure", data={"name": name})


def page(*parts):
    document = new_document("page")
    section = nodes.section(ids=["s"])
    section += parts
    document += section
    return document


def test_a_figure_has_the_code_of_the_cells_behind_it():
    text = nodes.paragraph("", "A text")
    document = page(
        cell("one = 1"),
        text,
        cell("two = 2"),
        cell("figure(two)", figure("a")),
        cell("b = 3"),
        cell("figure(b)", figure("b")),
    )
    code, loading = cells.take(document)
    assert code == {"a": "two = 2\n\nfigure(two)", "b": "b = 3\n\nfigure(b)"} and loading == ""


def test_the_page_has_no_code_and_no_empty_cells():
    document = page(cell("x = 1"), cell("figure(x)", figure("a")), cell("shown", tags=()))
    cells.take(document)
    assert document.astext().strip() == "shown"
    assert sum("cell" in box["classes"] for box in document.findall(nodes.container)) == 2


def test_the_cells_that_load_data_are_shown_where_the_page_says():
    place = nodes.container(classes=[cells.PLACE], ids=[cells.IDENT])
    document = page(cell("rows = load()", tags=("hide-input", "loads-data")), cell("x"), place)
    assert cells.take(document)[1] == cells.IDENT
    assert place.astext() == document.astext().strip() == "rows = load()"


def test_a_figure_is_shown_before_its_cell():
    place = nodes.container(classes=[cells.MOVED], figure="a")
    document = page(place, nodes.paragraph("", "Text"), cell("figure(x)", figure("a")))
    code, _ = cells.take(document)
    first, second = document.children[0].children
    assert first.next_node(OutputNode)["data"]["name"] == "a" and second.astext() == "Text"
    assert code == {"a": "figure(x)"}


def test_a_place_for_a_figure_that_is_not_there_is_reported(caplog):
    document = page(nodes.container(classes=[cells.MOVED], figure="a"))
    logged = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells.log, "warning", lambda *args, **_: logged.append(args))
        cells.take(document)
    assert logged == [("no figure %r to show here", "a")] and not document.children[0].children


def test_a_table_has_the_numbers_behind_its_words():
    frame = pd.DataFrame({"cost": [2.5e9, 1000.0, float("nan")], "name": ["a", "b", "c"]})
    shown = table(frame, "c", columns={"name": "Name", "cost": ("Cost", units.usd)})
    assert shown.data["columns"][1]["exact"] == [2.5e9, 1000.0, None]
    assert "exact" not in shown.data["columns"][0]
    page = shown.html()
    assert 'data-v="2500000000.0"' in page and page.count("data-v") == 2


def test_the_glance_shows_every_claim_once_and_leads_to_it():
    entries = ledger.entries()
    rows = glance_table(entries)
    assert list(rows["Verdict"].map(lambda badge: badge.text)) == list(verdicts.VERDICTS)
    leads = [part.url for which in rows["Claims"] for part in which.parts]
    assert sorted(leads) == sorted(f"claims.html#claim-{key}" for key in entries)
    assert sum(map(int, rows["How many"])) == len(entries)
