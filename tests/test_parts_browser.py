"""What a page leaves for later: parts that wait as text, and the theme's scripts."""

import pytest
from browsing import address_of

pytestmark = [pytest.mark.built, pytest.mark.browser]
WAITING = "() => document.querySelectorAll('noscript.sobe-waits').length"


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def test_a_page_that_nobody_reads_has_few_elements(page, site):
    for name in ("claims", "estimator", "recording"):
        page.goto((site / f"{name}.html").as_uri())
        page.wait_for_selector("html[data-addressed]")
        assert page.evaluate("document.querySelectorAll('*').length") < 2000, name
        assert not page.evaluate("'bootstrap' in window"), name


def test_every_table_is_there_soon_without_a_reader_and_what_tabs_hide_when_they_open(page, site):
    page.goto((site / "claims.html").as_uri())
    page.wait_for_function(
        "() => !document.querySelector('.sobe-table-figure > noscript')", timeout=20_000
    )
    left = page.evaluate(WAITING)
    card = page.locator(".sobe-card").first
    assert left and not card.locator("table").count()
    card.locator("[role=tab]").nth(1).click()
    assert card.locator("tbody tr").count()
    assert page.evaluate(WAITING) == left - 1
    assert card.locator(".sobe-copy-table").count() == 1


def test_without_scripts_every_row_is_shown(chromium, site):
    with_scripts, without = (
        chromium.new_context(java_script_enabled=enabled) for enabled in (True, False)
    )
    page = with_scripts.new_page()
    page.goto((site / "claims.html").as_uri())
    page.wait_for_selector("html[data-addressed]")
    page.evaluate("sobeParts.all()")
    rows = page.locator(".sobe-table-figure tbody tr").count()
    plain = without.new_page()
    plain.goto((site / "claims.html").as_uri())
    shown = plain.locator(".sobe-table-figure tbody tr")
    assert shown.count() == rows > 50
    assert shown.last.is_visible() and plain.locator(".sobe-card table").first.is_visible()
    for context in (with_scripts, without):
        context.close()


def test_a_table_is_found_by_its_number_whichever_part_is_there_first(page, site):
    """Addresses count the tables of a page, also those that wait."""
    page.goto((site / "claims.html").as_uri())
    page.wait_for_selector("html[data-addressed]")
    page.locator(".sobe-card [role=tab]").nth(1).click()  # a later one before others
    page.evaluate("sobeParts.all()")
    numbers = page.evaluate(
        """() => [...document.querySelectorAll('.sobe-table-scroll > table.sobe-table')]
            .flatMap((table, i) => 'sobeData' in table.dataset ? [] : [i + 1])"""
    )
    last = page.locator(".sobe-table-scroll > table.sobe-table:not([data-sobe-data])").last
    last.locator("thead button").first.click()
    assert f"sort.rows-{numbers[-1]}=1" in address_of(page)


def test_what_is_pressed_before_the_themes_scripts_are_there_is_done(page, site):
    page.goto((site / "claims.html").as_uri())
    page.wait_for_selector("html[data-addressed]")
    page.evaluate("document.querySelector('button.primary-toggle').click()")
    assert not page.locator("#pst-primary-sidebar-modal[open]").count()
    page.keyboard.press("Shift")  # the reader
    page.wait_for_selector("html[data-theirs=ready]")
    page.wait_for_selector("#pst-primary-sidebar-modal[open]")


def test_a_page_from_disk_says_nothing(visits, site):
    visit = visits[1440]
    visit.open(site / "estimator.html")
    visit.page.mouse.move(5, 5)
    visit.page.wait_for_selector("html[data-theirs=ready]")
    assert not visit.said and not visit.asked
