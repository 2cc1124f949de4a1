"""Tables in a real browser: they scroll, are sorted, and are copied as they are shown."""

import pytest

pytestmark = pytest.mark.browser

#: Rows of a table that is shown whole.
WHOLE = 25


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
