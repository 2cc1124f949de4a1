"""Charts as HTML: safe, the same each time, and never carrying outside addresses."""

import json
import re

import altair as alt
import pandas as pd
import pytest

from sobe.charts import outputs, renderer

SPEC = {
    "$schema": "https://example.org/schema",
    "title": {"text": 'A <b> & "c"'},
    "mark": "point",
    "data": {"values": [{"a": "</script><!--<script>alert(1)</script>", "b": 1}]},
}


@pytest.fixture
def altair_settings():
    """Altair's own settings, put back after the test."""
    registries = (alt.renderers, alt.data_transformers, alt.theme._themes)
    before = [(r, r.active, dict(r.options)) for r in registries]
    yield
    for registry, name, options in before:
        registry.enable(name, **options)


def test_the_spec_survives_and_nothing_escapes_its_script():
    html = outputs.html("chart", {"spec": SPEC})
    body = re.search(r'<script type="application/json">(.*?)</script>', html, re.S)[1]
    assert json.loads(body) == SPEC
    assert "<" not in body and ">" not in body
    assert html.count("<script") == html.count("</script>") == 1
    assert 'aria-label="A &lt;b&gt; &amp; &#34;c&#34;"' in html
    assert "<noscript>" in html


def test_an_id_depends_on_the_spec_alone():
    same = json.loads(json.dumps(SPEC))
    same = dict(reversed(same.items()))
    assert outputs.chart_id(SPEC) == outputs.chart_id(same)
    assert outputs.html("chart", {"spec": SPEC}) == outputs.html("chart", {"spec": same})
    assert outputs.chart_id(SPEC) != outputs.chart_id({**SPEC, "mark": "bar"})


def test_numbers_that_are_not_json_are_refused():
    with pytest.raises(ValueError):
        outputs.html("chart", {"spec": {"data": {"values": [{"a": float("nan")}]}}})


def chart(rows=3):
    return (
        alt.Chart(pd.DataFrame({"a": range(rows), "b": range(rows)}))
        .mark_point()
        .encode(x="a", y="b")
    )


def test_in_the_book_a_chart_is_data_without_colours(altair_settings, monkeypatch):
    monkeypatch.setenv(renderer.BOOK_ENV, "1")
    renderer.enable()
    bundle, _ = chart()._repr_mimebundle_(), None
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert set(data) == {"application/vnd.sobe.chart+json", "text/html", "text/plain"}
    shown = data["application/vnd.sobe.chart+json"]
    assert shown["spec"]["mark"]["type"] == "point" and "config" not in shown["spec"]
    assert 'class="sobe-chart"' in outputs.html("chart", shown)
    assert "config" not in chart().to_dict()


def test_in_a_live_notebook_vega_comes_once_and_charts_are_drawn_with_the_theme(
    altair_settings, monkeypatch
):
    monkeypatch.delenv(renderer.BOOK_ENV, raising=False)
    renderer.enable()
    assert chart().to_dict()["config"]["font"]
    html = chart()._repr_mimebundle_()["text/html"]
    assert "vegaEmbed(" in html and len(html) < 20_000
    assert renderer.vega_html().lower().count("</script") == 1


@pytest.mark.browser
def test_a_live_notebook_draws_without_a_network(altair_settings, monkeypatch, chromium, tmp_path):
    monkeypatch.delenv(renderer.BOOK_ENV, raising=False)
    renderer.enable()
    outputs = [
        chart()._repr_mimebundle_()["text/html"],
        renderer.vega_html(),
        chart(5)._repr_mimebundle_()["text/html"],
    ]
    (tmp_path / "page.html").write_text(
        "<!DOCTYPE html><meta charset=utf-8>" + "".join(outputs), encoding="utf-8"
    )
    page = chromium.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_function(
        "() => document.querySelectorAll('svg.marks').length === 2", timeout=20_000
    )
    page.close()
    assert len(asked) == 1 and not said


def test_too_many_rows_are_refused(altair_settings):
    renderer.enable()
    with pytest.raises(alt.MaxRowsError):
        chart(renderer.MAX_ROWS + 1).to_dict()
