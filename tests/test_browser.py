"""The built book in a real browser: from file://, without a network."""

import pytest
from browsing import (
    ALL_RULES,
    COLOURS,
    CONTRAST,
    CROWDED,
    NO_CONTRAST,
    PAGES,
    axe,
    complaints,
    show,
    too_wide,
    undrawn,
    weigh,
)

pytestmark = pytest.mark.browser

WIDTHS = (390, 1440)
PAGE_LIMIT, SHARED_LIMIT = 150_000, 600_000  # bytes, gzipped


@pytest.fixture(params=WIDTHS)
def visit(request, visits):
    return visits[request.param]


def test_the_pages_named_here_are_all(site):
    assert sorted(path.name for path in site.glob("*.html")) == PAGES


# ---------------------------------------------------------------- every page

#: Pages that show their answer first, and whose tables are whole and have tools.
SHAPED = {
    f"{name}.html"
    for name in (
        *("index", "capability", "cost", "recording", "scale"),
        *("funding", "claims", "estimator", "data"),
    )
}
#: Width of the window to the lowest place where the first picture may begin, in pixels.
LOWEST = {1440: 600, 390: 900}
# The plot itself, not its card or its menus; else a band of the ladder, or a table.
FIRST = """() => Math.min(...[...document.querySelectorAll(
        '.bd-article :is(.sobe-chart svg.marks, .sobe-band, .sobe-table-scroll)')]
    .filter((e) => e.checkVisibility())
    .map((e) => e.getBoundingClientRect().top + scrollY))"""
CLIPPED = """(sideways) => [...document.querySelectorAll('.sobe-table-scroll')]
    .filter((e) => e.checkVisibility())
    .map((e) => ({ name: e.getAttribute('aria-label'), rows: e.querySelectorAll('tbody tr').length,
        high: e.scrollHeight - e.clientHeight, wide: e.scrollWidth - e.clientWidth }))
    .filter((e) => e.rows <= 25 && (e.high > 1 || (sideways && e.wide > 1)))"""
LACKING = """() => [...document.querySelectorAll(
        '.bd-article .sobe-table-scroll > table.sobe-table')]
    .filter((table) => !table.closest('[data-sobe-estimator]'))
    .filter((table) => {
        const rows = table.tBodies[0].rows.length;
        const place = table.closest('.sobe-table-figure, .sobe-panel, details');
        return place.tagName !== 'DETAILS' && (
            !place.querySelector('.sobe-copy-table')
            || (rows > 1 && !table.querySelector('thead button'))
            || (rows > 9 && !place.querySelector('input[type=search]')));
    }).map((table) => table.closest('[aria-label]').getAttribute('aria-label'))"""
TABLES = """(open) => {
    const panels = document.querySelectorAll('.sobe-panel[data-panel=table]');
    for (const panel of panels) {
        if (open && panel.hidden) panel.dataset.closed = '';
        panel.hidden = !open && 'closed' in panel.dataset;
    }
}"""


def misshapen(page, name):
    """What is wrong with the shape of a page as opened, if it is to have one.

    A table has sorting where there is anything to sort, copying, and a search from ten rows on.
    """
    if name in SHAPED:
        width = page.viewport_size["width"]
        if (first := page.evaluate(FIRST)) > LOWEST[width]:
            yield f"the first picture begins at {first} px"
        if name != "index.html" and width == 1440:
            yield from (f"lacks tools: {table}" for table in page.evaluate(LACKING))


def clipped(page, name, sideways):
    """Tables that are to be whole and are not, those in tabs too; the tabs close again."""
    if name in SHAPED:
        page.evaluate(TABLES, True)
        yield from (f"is not whole: {table}" for table in page.evaluate(CLIPPED, sideways))
        page.evaluate(TABLES, False)


CONTROLS = """() => [...document.querySelectorAll('.vega-bind select, .vega-bind input')]
    .flatMap((e) => {
        const box = e.getBoundingClientRect(), found = [];
        if (!e.getAttribute('aria-label') && !e.closest('label'))
            found.push(`a control has no name: ${e.outerHTML}`);
        if (box.left < 0 || box.right > innerWidth || !box.width)
            found.push(`a control sticks out, or is not seen: ${box.left} to ${box.right}`);
        return found;
    })"""


def forgotten_choices(page, theme):
    """Controls that lose their value when the theme changes; the value is set back afterwards."""
    select = page.locator(".vega-bind select").first
    if not select.count():
        show(page, theme=theme)
        return
    select.focus()
    page.keyboard.press("ArrowDown")
    chosen = select.input_value()
    show(page, theme=theme)
    if select.input_value() != chosen:
        yield f"{chosen!r} is forgotten"
    select.focus()
    page.keyboard.press("ArrowUp")
    show(page)


def linear(page, pressed):
    """Press the buttons for linear (or logarithmic) axes; whether there are any."""
    scale = "linear" if pressed else "log"
    buttons = page.eval_on_selector_all(
        f"[data-scale={scale}]", "all => all.map((button) => button.click()).length"
    )
    show(page)
    drawn = page.eval_on_selector_all(
        ".sobe-card:has([data-scale]) .sobe-chart",
        "all => all.map((chart) => Boolean(chart.dataset.drawnLinear))",
    )
    assert set(drawn) <= {pressed} and bool(drawn) == bool(buttons)
    return bool(buttons)


def overweight(visit):
    """Bytes of the page and of what pages share, where they are over the limit."""
    files = visit.opened
    shared = {f for f in files if "_static" in f.parts or f.name == "searchindex.js"}
    own = {f for f in files - shared if f.suffix == ".html"}
    assert own and shared
    if weigh(own) > PAGE_LIMIT or weigh(shared) > SHARED_LIMIT:
        yield f"weighs {weigh(own)} and {weigh(shared)} bytes"


class Trouble(list):
    """What is wrong with a page, each with where it was seen."""

    def __init__(self):
        super().__init__()
        self.where = ""

    def see(self, found):
        """Note what one of the functions above found."""
        self.extend(f"{self.where}: {what}" for what in found)


def opened_page(visit, file):
    """Open a page; it draws offline, in its width, its answer first. Returns (page, trouble)."""
    trouble = Trouble()
    page = visit.open(file)
    trouble.where = "as opened"
    trouble.see(misshapen(page, file.name))
    trouble.see(complaints(visit))
    trouble.see(undrawn(page))
    trouble.see(too_wide(page))
    trouble.see(page.evaluate(CONTROLS))
    trouble.see(page.evaluate(CROWDED))
    return page, trouble


@pytest.mark.parametrize("name", PAGES)
def test_a_narrow_page(visits, site, name):
    """It draws offline, keeps within its width, follows the theme and passes axe."""
    visit = visits[390]
    page, trouble = opened_page(visit, site / name)
    if linear(page, True):
        trouble.where = "linear"
        trouble.see(page.evaluate(CROWDED))
        linear(page, False)
    trouble.where = "its tables"
    trouble.see(clipped(page, name, False))
    trouble.where = "dark"
    trouble.see(forgotten_choices(page, "dark"))
    trouble.see(undrawn(page, "dark"))
    trouble.see(axe(page, NO_CONTRAST))
    trouble.see(complaints(visit))
    assert not trouble, "\n".join(trouble)


@pytest.mark.parametrize("name", PAGES)
def test_a_wide_page(visits, site, name):
    """As the narrow one; also, its colours contrast in either theme, and it is light enough."""
    visit = visits[1440]
    page, trouble = opened_page(visit, site / name)
    trouble.see(page.evaluate(CONTRAST))
    if linear(page, True):
        trouble.where = "linear"
        trouble.see(page.evaluate(CROWDED))
        show(page, 1920)
        trouble.where = "linear, 1920 px"
        trouble.see(page.evaluate(CROWDED))
        linear(page, False)
    else:
        show(page, 1920)
    trouble.where = "1920 px"
    trouble.see(page.evaluate(CROWDED))
    trouble.see(clipped(page, name, True))
    trouble.where = "light"
    show(page, 1440, "light")
    trouble.see(undrawn(page, "light"))
    trouble.see(clipped(page, name, True))
    trouble.see(axe(page, ALL_RULES))
    trouble.where = "dark"
    trouble.see(forgotten_choices(page, "dark"))
    trouble.see(undrawn(page, "dark"))
    trouble.see(page.evaluate(CONTRAST))
    trouble.see(axe(page, COLOURS))
    trouble.see(complaints(visit))
    trouble.see(overweight(visit))
    assert not trouble, "\n".join(trouble)


@pytest.mark.parametrize(
    "name",
    [
        "figures/cost-per-neuron.html",
        *(f"../zh/{name}.html" for name in ("index", "cost", "estimator")),
    ],
)
def test_axe_finds_nothing_in_chinese_and_alone(visits, site, name):
    trouble = Trouble()
    page = visits[390].open(site / name)
    for width, theme, rules in (
        (390, "light", NO_CONTRAST),
        (1440, "light", ALL_RULES),
        (1440, "dark", COLOURS),
    ):
        trouble.where = f"{width} px, {theme}"
        show(page, width, theme)
        trouble.see(undrawn(page, theme))
        trouble.see(axe(page, rules))
    assert not trouble, "\n".join(trouble)


def test_axe_and_the_measures_of_width_see_errors(visits, site):
    """What the tests above ask can fail."""
    visit = visits[390]
    page = visit.open(site / "index.html")
    page.evaluate("""() => {
        const wide = document.createElement('img');
        Object.assign(wide.style, { display: 'block', width: '900px', maxWidth: 'none' });
        wide.src = 'nothing.png';
        document.body.prepend(wide);
    }""")
    show(page)
    assert too_wide(page)
    assert [found for found in axe(page, NO_CONTRAST) if "image-alt" in found]
    assert complaints(visit)


def test_the_measures_of_shape_and_controls_see_errors(visits, site):
    page = visits[1440].open(site / "cost.html")
    page.evaluate("""() => {
        const [one, two] = document.querySelectorAll('.vega-bind :is(select, input)');
        one.style.marginLeft = '-2000px';
        two.removeAttribute('aria-label');
        if (two.closest('label')) two.closest('label').replaceWith(two);
    }""")
    assert len(page.evaluate(CONTROLS)) == 2
    assert not [*misshapen(page, "cost.html"), *clipped(page, "cost.html", True)]
    page.evaluate("""() => {
        document.querySelector('article h1').style.marginBottom = '900px';
        document.querySelector('.sobe-table-figure .sobe-copy-table').remove();
        for (const box of document.querySelectorAll('.sobe-table-scroll'))
            box.style.maxHeight = '60px';
    }""")
    lowest, lacking = misshapen(page, "cost.html")
    assert "begins at" in lowest and "lacks tools" in lacking
    assert [*clipped(page, "cost.html", False)]


def test_the_measure_of_contrast_finds_weak_colours(visits, site):
    page = visits[1440].open(site / "cost.html")
    page.evaluate("""() => {
        const card = document.querySelector('.sobe-card');
        card.querySelector('.role-axis-label text').style.fill = '#999';
        card.querySelector('.role-mark path').style.fill = '#ccc';
    }""")
    found = page.evaluate(CONTRAST)
    assert {kind for _, kind, *_ in found} >= {"text"} and len(found) == 2
    assert not axe(page, COLOURS)
    # One word of many that are made alike.
    page.evaluate("""() => {
        const words = [...document.querySelectorAll('article p strong')];
        words.at(-1).style.color = '#999';
    }""")
    assert [what for what in axe(page, COLOURS) if "color-contrast" in what]


# ---------------------------------------------------------------- single pages


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
    found = page.locator(".sobe-table-figure").filter(has_text="Corrections and doubts")
    table = found.locator("table[data-sobe-search]")
    rows = table.locator("tbody tr")
    total = rows.count()
    found.get_by_label("Search this table").fill("superscript ccortex")
    assert table.locator("tbody tr:visible").count() == 1 < total
    assert found.locator(".sobe-controls output").inner_text() == f"1 of {total} rows"
    found.get_by_label("Search this table").fill("")
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
