"""A rerun: what it says of the published chapter, its page, and its notebook."""

import json
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from sobe.charts import outputs
from sobe.charts.translated import GLUED
from sobe.parameters import domain
from sobe.pipeline import rerun
from sobe.pipeline.__main__ import main

PROSE = """**What.** It grows {glue:text}`fold` a decade {glue}`verdict-growth` {cite}`a2020,b2021`.

(here)=
The $100 budget allows {glue:text}`usd` ([scale](scale.md)).

:::{only} html
Only on the page: {glue:text}`fold`.
:::

```console
$ make chapter NAME=cost PARAMS="a=$b"
```
"""


def glued(name, **data):
    data = {GLUED + mime: content for mime, content in data.items()}
    return new_output("display_data", data, metadata={"scrapbook": {"name": name}})


def declared(rows, name="costs", title="Costs"):
    spec = {"datasets": {f"data-{hash(str(rows))}": rows}, "encoding": {"x": {"field": "usd"}}}
    return {
        "name": name,
        "title": title,
        "subtitle": "US dollars",
        "columns": [{"field": "year", "name": "Year"}],
        "dataset": next(iter(spec["datasets"])),
        "spec": spec,
    }


def chapter(fold="3×", usd="$5", verdict="holds", rows=({"year": 1, "usd": 2},), other=""):
    badge = outputs.mime("badge")
    figure = declared([{**row, "unused": other} for row in rows])
    made = [
        glued("fold", **{"text/plain": repr(fold)}),
        glued("usd", **{"text/plain": repr(usd)}),
        glued("verdict-growth", **{badge: {"text": verdict}, "text/plain": verdict}),
        glued("chart", **{outputs.mime("chart"): {}, "text/plain": "<Chart>"}),
        new_output("display_data", {outputs.mime("figure"): figure, "text/plain": "<Figure>"}),
    ]
    return new_notebook(
        cells=[new_markdown_cell("# T"), new_markdown_cell(PROSE), new_code_cell("x", outputs=made)]
    )


def test_what_a_notebook_gives_its_prose():
    assert rerun.glued(chapter()) == {"fold": "3×", "usd": "$5", "verdict-growth": "holds"}


def test_the_prose_of_a_notebook_has_its_numbers_and_no_roles():
    text = rerun.filled(PROSE, rerun.glued(chapter(usd="$5 to $6")))
    assert "It grows 3× a decade holds (a2020, b2021)." in text
    assert r"The \$100 budget allows \$5 to \$6 ([scale](scale.md))." in text
    assert "\nOnly on the page: 3×.\n" in text
    assert '```console\n$ make chapter NAME=cost PARAMS="a=$b"\n```' in text
    assert not re.search(r"\{\w|^:::|^\(", text, re.M)


def test_numbers_that_changed_are_listed_once_with_their_place():
    old, new = chapter(), chapter(fold="4×", verdict="does not hold")
    found = rerun.changed_numbers(new, rerun.glued(old), rerun.glued(new))
    assert found == [
        ("What. It grows […] a decade does not hold (a2020, b2021).", "3×", "4×"),
        ("What. It grows 4× a decade […] (a2020, b2021).", "holds", "does not hold"),
    ]
    assert rerun.changed_numbers(new, rerun.glued(new), rerun.glued(new)) == []


@pytest.mark.parametrize(
    ("new", "differs"),
    [
        ({}, False),
        ({"other": "a column that the figure does not show"}, False),
        ({"rows": ({"year": 1, "usd": 3},)}, True),
        ({"rows": ({"year": 2, "usd": 2},)}, True),
        ({"rows": ()}, True),
        ({"rows": ({"year": 1, "usd": 2}, {"year": 1, "usd": 2})}, True),
    ],
)
def test_figures_differ_by_the_data_that_they_show(new, differs):
    old, new = rerun.figures(chapter()), rerun.figures(chapter(**new))
    rows = len(rerun.rows_of(new["costs"]))
    assert rerun.changed_figures(old, new) == [("Costs", "1", str(rows), differs)]


def test_a_figure_of_only_one_of_both_differs():
    assert rerun.changed_figures({}, rerun.figures(chapter())) == [("Costs", "", "1", True)]
    assert rerun.changed_figures(rerun.figures(chapter()), {}) == [("Costs", "1", "", True)]


def test_the_summary_names_values_numbers_and_figures():
    one = domain.untyped("c", "top", 3)
    said, tables = rerun.summary(
        domain.Declaration("c", {"top": one}), {"top": 4}, chapter(), chapter(fold="4×")
    )
    assert "Of the 3 numbers and verdicts in its prose 1 differ" in said
    assert "of its 1 figures 0." in said
    values, numbers, drawn = (shown.data["rows"] for shown in tables)
    assert [cell["text"] for cell in values[0][1:]] == ["top", "3", "4"]
    assert [row[1:] for row in numbers] == [["3×", "4×"]]
    assert drawn == [["Costs", "1", "1", "same"]]


GLUE = """from sobe.charts.renderer import enable; enable()
from sobe.charts.display import glue
import altair as alt
import pandas as pd
from sobe.charts.figure import figure

glue(product=str(top * scale), fixed="7")
frame = pd.DataFrame({"a": [1.0, 2.0], "b": [top, top]})
figure(alt.Chart(frame).mark_point().encode(x="a:Q", y="b:Q"), "points", "Points", "Of a and b",
       columns={"a": "A", "b": "B"})"""
TEXT = "\nThe product is {glue:text}`product`, of {glue:text}`fixed`; see [beta](beta.md).\n"


def test_a_rerun_is_a_page_and_a_notebook(tiny, capsys):
    tiny.chapter("alpha", extra=tiny.cell(GLUE) + TEXT)
    tiny.write("CITATION.cff", (domain.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    fields = [{"name": "a", "type": "integer", "title": "A", "description": "A."}]
    tables = [
        {
            "name": name,
            "path": f"{name}.csv",
            "title": name,
            "description": "A table.",
            "schema": {"fields": fields},
        }
        for name in ("alpha", "beta")
    ]
    tiny.write("data/datapackage.json", json.dumps({"name": "tiny", "resources": tables}))
    command = ["--root", str(tiny.root), "chapter", "alpha", "top=5"]
    assert main(command) == 0, capsys.readouterr().err
    folder = tiny.project.build / "chapters"
    page = (folder / "alpha-top=5" / "alpha.html").read_text(encoding="utf-8")
    assert "The product is 7.5, of 7" in re.sub(r"<[^>]+>", "", page)
    assert "This is a rerun, not the published chapter." in page
    assert re.search(r"<td[^>]*>4\.5</td>\s*<td[^>]*>7\.5</td>", page)
    assert 'href="../../html/beta.html"' in page
    assert (folder / "alpha-top=5/_static/sobe/vega.js").is_file() and "http://" not in page[:3000]

    file = folder / "alpha-top=5.ipynb"
    nb = nbformat.read(file, as_version=4)
    nbformat.validate(nb)
    prose = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    assert "The product is 7.5, of 7" in prose and "{glue" not in prose
    (output,) = [
        o for c in nb.cells for o in c.get("outputs", []) if "image/png" in o.get("data", {})
    ]
    drawn = output["data"]
    assert output["metadata"]["image/png"]["alt"] == "Points. Of a and b"
    assert "text/html" not in drawn and any("vnd.vegalite.v" in mime for mime in drawn)
    assert len(drawn["image/png"]) > 1000

    # The same input again: nothing is made. A notebook that was worked on is kept.
    before = file.stat().st_mtime_ns
    assert main(command) == 0 and "unchanged: " in capsys.readouterr().out
    assert file.stat().st_mtime_ns == before
    file.write_text(json.dumps({**nb, "metadata": {"mine": 1}}), encoding="utf-8")
    assert main(command) == 0 and "kept under another name" in capsys.readouterr().out
    (kept,) = folder.glob("*.edited-*.ipynb")
    assert json.loads(kept.read_text())["metadata"] == {"mine": 1}
    assert nbformat.read(file, as_version=4) == nb


def test_a_notebook_to_open_is_made_once(tiny, capsys):
    command = ["--root", str(tiny.root), "notebook"]
    assert main([*command, "alpha", ""]) == 0
    path = tiny.project.build / "lab" / "alpha.ipynb"
    assert capsys.readouterr().out == f"{path}\n"
    nbformat.validate(nbformat.read(path, as_version=4))
    path.write_text("mine")
    assert main([*command, "alpha", ""]) == 0 and path.read_text() == "mine"
    assert main([*command, "", str(path)]) == 0
    for wrong in (["", ""], ["gamma", ""], ["", "nothing.ipynb"], ["", str(tiny.root)]):
        capsys.readouterr()
        assert main([*command, *wrong]) == 1
        assert capsys.readouterr().err.count("\n") == 1
