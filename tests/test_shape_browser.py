"""The shape of pages in a real browser: the answer first, and room for figures and tables."""

import pytest
from browsing import Visit, show

pytestmark = pytest.mark.browser

CHAPTERS = ("capability", "cost", "recording", "scale", "funding", "claims", "estimator", "data")
#: Width of the window to the lowest place where the first picture may begin, in pixels.
LOWEST = {1440: 600, 390: 900}
#: Rows of a table that is shown whole.
WHOLE = 25

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
SHOWN = """() => [...document.querySelectorAll('[role=tab][id$="-tab-table"]')]
    .forEach((tab) => tab.click())"""


@pytest.fixture(scope="module")
def visits(chromium):
    """{width: a visit} of the widths that count."""
    found = {width: Visit(chromium, width) for width in (390, 1440)}
    yield found
    for visit in found.values():
        visit.context.close()


@pytest.mark.parametrize("name", ("index", *CHAPTERS))
def test_a_wide_page_shows_its_answer_first_and_its_tables_whole_and_with_tools(visits, site, name):
    """Sorting where there is anything to sort, copying, and a search from ten rows on."""
    page = visits[1440].open(site / f"{name}.html")
    assert page.evaluate(FIRST) <= LOWEST[1440]
    assert name == "index" or page.evaluate(LACKING) == []
    page.evaluate(SHOWN)
    for width in (1440, 1920):
        show(page, width)
        assert page.evaluate(CLIPPED, True) == [], width


@pytest.mark.parametrize("name", ("index", *CHAPTERS))
def test_a_narrow_page_shows_its_answer_first_and_its_tables_whole(visits, site, name):
    page = visits[390].open(site / f"{name}.html")
    assert page.evaluate(FIRST) <= LOWEST[390]
    page.evaluate(SHOWN)
    assert page.evaluate(CLIPPED, False) == []


def test_a_long_table_scrolls_under_its_head_and_next_to_its_first_column(visits, site):
    page = visits[390].open(site / "claims.html")
    box = page.locator(".sobe-table-long").first
    assert box.locator("tbody tr").count() > WHOLE
    assert box.evaluate("e => e.scrollHeight > e.clientHeight && e.scrollWidth > e.clientWidth")
    places = """e => [e.querySelector('thead th'), e.querySelectorAll('tbody tr')[30].cells[0]]
        .map((cell) => [cell.getBoundingClientRect().left - e.getBoundingClientRect().left,
            cell.getBoundingClientRect().top - e.getBoundingClientRect().top].map(Math.round))"""
    box.evaluate("e => { e.scrollTop = 2000; e.scrollLeft = 200 }")
    (head_left, head_top), (first_left, _) = box.evaluate(places)
    assert (head_left, head_top, first_left) == (0, 0, 0)


def test_a_table_is_sorted_by_the_numbers_behind_its_words(visits, site):
    page = visits[1440].open(site / "funding.html")
    table = page.locator("table.sobe-table").filter(has_text="Amount is")
    place = [head.strip("↕ \n") for head in table.locator("thead th").all_text_contents()]
    column = place.index("Funding")
    given = table.locator(f"tbody tr td:nth-child({column + 1})").all_text_contents()
    table.locator("thead th").nth(column).get_by_role("button").click()
    up = table.locator(f"tbody tr td:nth-child({column + 1})").all_text_contents()
    assert up == given[::-1] != given  # the largest came first
    assert table.locator("thead th").nth(column).get_attribute("aria-sort") == "ascending"


def test_a_table_is_copied_as_it_is_shown(visits, site):
    page = visits[1440].open(site / "capability.html")
    page.evaluate("""() => { Object.defineProperty(navigator, 'clipboard', {
        value: { writeText: async (text) => { window.copied = text } } }) }""")
    figure = page.locator("figure.sobe-table-figure").filter(has_text="Highest score")
    figure.get_by_label("Search this table").fill("mouse")
    rows = figure.locator("tbody tr:visible").count()
    figure.get_by_role("button", name="Copy table").click()
    lines = page.evaluate("window.copied").split("\n")
    assert len(lines) == rows + 1 and lines[0].split("\t")[:2] == ["Simulation", "Group"]
    assert all("mouse" in line.casefold() for line in lines[1:])
