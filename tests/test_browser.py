"""The built book in a real browser: from file://, without a network."""

import pytest

pytestmark = pytest.mark.browser

WIDTHS = (390, 1440)
DRAWN = """() => [...document.querySelectorAll('.sobe-chart')].every(
    d => d.dataset.state === 'drawn' || d.dataset.state === 'error')"""
CHARTS = """() => [...document.querySelectorAll('.sobe-chart')].map(d => ({
    id: d.id, state: d.dataset.state, theme: d.dataset.drawnTheme, text: d.innerText.slice(0, 300),
    marks: d.querySelectorAll(
        ['path', 'rect', 'text', 'line', 'image'].map(tag => `svg .role-mark ${tag}`).join()
    ).length}))"""

# Vega-Lite says this of every chart that is as wide as the page and as high as its
# rows need; nothing is amiss, and there is no way to say that it is meant.
MEANT = 'WARN Dropping "fit-y" because spec has discrete height.'


class Visit:
    """A page open in the browser, and what it tried or complained of."""

    def __init__(self, browser, width):
        self.context = browser.new_context(viewport={"width": width, "height": 900})
        self.context.set_offline(True)
        self.asked, self.said = [], []
        self.context.route("**/*", self._route)
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("requestfailed", lambda request: self.said.append(f"failed: {request.url}"))

    def _route(self, route):
        if route.request.url.startswith(("file:", "data:", "blob:")):
            route.continue_()
        else:
            self.asked.append(route.request.url)
            route.abort()

    def _console(self, message):
        if message.type in ("error", "warning") and message.text != MEANT:
            self.said.append(message.text)

    def open(self, path):
        self.asked.clear()
        self.said.clear()
        self.page.goto(path.as_uri())
        self.page.wait_for_function(DRAWN, timeout=20_000)
        return self.page


@pytest.fixture(params=WIDTHS)
def visit(request, chromium):
    found = Visit(chromium, request.param)
    yield found
    found.context.close()


def pages(site):
    return sorted(site.glob("*.html"))


def test_every_page_draws_offline_without_scrolling_sideways(visit, site):
    trouble = []
    for path in pages(site):
        page = visit.open(path)
        if visit.asked:
            trouble.append(f"{path.name} asked for {visit.asked}")
        if visit.said:
            trouble.append(f"{path.name} said {visit.said}")
        for chart in page.evaluate(CHARTS):
            if chart["state"] != "drawn" or not chart["marks"]:
                trouble.append(f"{path.name}: {chart}")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            trouble.append(f"{path.name} is {wide} px too wide")
    assert not trouble, "\n".join(trouble)


def test_the_dark_theme_redraws_every_chart(visit, site):
    for path in pages(site):
        page = visit.open(path)
        if not page.evaluate(CHARTS):
            continue
        for theme in ("dark", "light"):
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            page.wait_for_function(
                """theme => [...document.querySelectorAll('.sobe-chart')].every(
                    d => d.dataset.drawnTheme === theme || d.dataset.state === 'error')""",
                arg=theme,
                timeout=20_000,
            )
            assert all(c["state"] == "drawn" and c["marks"] for c in page.evaluate(CHARTS)), (
                path.name
            )
        assert not visit.said, path.name


def test_controls_have_names_fit_and_keep_their_value(visit, site):
    for path in pages(site):
        page = visit.open(path)
        for control in page.locator(".vega-bind select, .vega-bind input").all():
            assert control.get_attribute("aria-label") or control.evaluate(
                "e => !!e.closest('label')"
            )
            box = control.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= page.viewport_size["width"], (
                path.name
            )
        selects = page.locator(".vega-bind select")
        if selects.count():
            select = selects.first
            select.focus()
            page.keyboard.press("ArrowDown")
            chosen = select.input_value()
            page.evaluate("document.documentElement.dataset.theme = 'dark'")
            page.wait_for_function(
                "() => document.querySelector('.sobe-chart').dataset.drawnTheme === 'dark'",
                timeout=20_000,
            )
            page.wait_for_timeout(200)
            assert selects.first.input_value() == chosen, path.name


def test_search_works_from_a_file(visit, site):
    page = visit.open(site / "index.html")
    word = max(page.inner_text("h1").replace("#", " ").split(), key=len)
    page.goto((site / "search.html").as_uri() + f"?q={word}")
    page.wait_for_selector('#search-results li a[href*="index.html"]', timeout=20_000)
    assert not visit.asked


def test_a_chart_that_cannot_be_drawn_says_so(visit, site, tmp_path):
    html = (
        "<html data-theme='light'>"
        f"<script src='{(site / '_static/sobe/head.js').as_uri()}'></script>"
        "<div class='sobe-chart'><div class='sobe-chart-view'></div>"
        '<script type=\'application/json\'>{"mark": "nonsense"}</script></div>'
        f"<script src='{(site / '_static/sobe/charts.js').as_uri()}'></script></html>"
    )
    (tmp_path / "page.html").write_text(html)
    page = visit.open(tmp_path / "page.html")
    assert "could not be drawn: the chart library did not load" in page.inner_text(
        ".sobe-chart-error"
    )


def test_a_table_is_searched(visit, site):
    page = visit.open(site / "data.html")
    table = page.locator("table[data-sobe-search]").first
    rows = table.locator("tbody tr")
    total = rows.count()
    page.get_by_label("Search this table").first.fill("superscript ccortex")
    assert table.locator("tbody tr:visible").count() == 1 < total
    assert page.locator(".sobe-controls output").first.inner_text() == f"1 of {total} rows"
    page.get_by_label("Search this table").first.fill("")
    assert table.locator("tbody tr:visible").count() == total


def test_the_ladder_is_filtered(visit, site):
    page = visit.open(site / "funding.html")
    grid = page.locator("[data-sobe-grid]")
    page.get_by_label("Tier").select_option("~$1B+")
    page.get_by_label("Domain").select_option("Data acquisition")
    assert grid.locator("li:visible strong").all_inner_texts() == [
        "Comprehensive multimodal mouse data set",
        "Part of a human connectome",
    ]
    page.get_by_label("Domain").select_option("Technology R&D")
    assert grid.locator("li:visible").count() == 0


def test_the_heatmap_answers_its_menus(visit, site):
    page = visit.open(site / "capability.html")
    chart = page.locator(".sobe-chart").first
    labels = chart.locator("svg .role-axis-label text")
    assert "Shiu et al. 2024" in labels.all_text_contents()
    group, sort_by = chart.locator(".vega-bind select").all()
    group.select_option("Mouse")
    page.wait_for_function(
        "() => !document.querySelector('.sobe-chart svg').textContent.includes('Shiu')"
    )
    assert "Billeh 2020" in labels.all_text_contents()
    before = labels.all_text_contents()
    places = """() => JSON.stringify([...document.querySelectorAll(
        ".sobe-chart:first-of-type svg .role-axis-label text")]
        .map(label => [label.textContent, label.getBoundingClientRect().y]))"""
    placed = page.evaluate(places)
    sort_by.select_option("Plasticity")
    page.wait_for_function(f"placed => ({places})() !== placed", arg=placed)
    assert sorted(labels.all_text_contents()) == sorted(before)
