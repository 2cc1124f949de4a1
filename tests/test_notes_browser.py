"""Verdicts and terms explain themselves by hover, focus and tap; verdicts are copied so too."""

import pytest
from browsing import READY, address_of

pytestmark = pytest.mark.browser
BOX = ".sobe-note-box:not([hidden])"


@pytest.fixture(params=[(1280, False), (390, True)], ids=["mouse", "touch"])
def page(request, visits, fingers, site):
    width, touch = request.param
    visit = fingers if touch else visits[1440]
    page = visit.open(site / "cost.html", width=width, until=READY)
    page.touch = touch
    return page


def point(page, element):
    element.scroll_into_view_if_needed()
    element.tap() if page.touch else element.hover()
    page.wait_for_selector(BOX)


def test_a_verdict_says_what_it_means_and_what_was_computed(page):
    verdict = page.locator("p .sobe-verdict[data-note]").first
    assert not verdict.get_attribute("title")  # else the browser would show it as well
    means, why = verdict.get_attribute("data-note").split("\n")
    point(page, verdict)
    box = page.locator(BOX)
    assert means in box.inner_text() and why in box.inner_text() and any(map(str.isdigit, why))
    assert verdict.get_attribute("aria-describedby") == box.get_attribute("id")
    at = box.bounding_box()
    assert at["x"] >= 0 and at["x"] + at["width"] <= page.viewport_size["width"]
    page.keyboard.press("Escape")
    assert not page.locator(BOX).count() and "cost.html" in address_of(page)
    if page.touch:  # the second tap leads on
        point(page, verdict)
        verdict.tap()
        page.wait_for_url("**/claims.html#claim-*")


def test_a_term_is_explained_once(page):
    terms = page.locator(".sobe-term")
    words = [word.lower() for word in terms.all_text_contents()]
    assert "proofreading" in words and len(words) == len(set(words))
    assert not page.locator(":is(h1, h2, h3, a, code, table) .sobe-term").count()
    point(page, terms.first)
    page.keyboard.press("Escape")
    terms.nth(1).focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert terms.nth(1).get_attribute("data-note") in page.locator(BOX).inner_text()


def test_what_has_the_focus_stays_explained_wherever_the_pointer_is(page):
    term = page.locator(".sobe-term").first
    term.focus()
    page.wait_for_selector(BOX)
    if not page.touch:
        page.mouse.move(5, 5)
        page.mouse.move(8, 8)
    page.evaluate("() => new Promise((done) => setTimeout(done, 300))")  # twice as long as it waits
    assert page.locator(BOX).inner_text() == term.get_attribute("data-note")
    term.blur()
    assert not page.locator(BOX).count()


def test_a_verdict_is_copied_in_brackets_and_under_the_head_of_a_table(page):
    copied = page.evaluate("""() => {
        const verdict = document.querySelector("p .sobe-verdict");
        getSelection().selectAllChildren(verdict.closest("p"));
        return getSelection().toString();
    }""")
    text = page.locator("p .sobe-verdict").first.text_content()
    assert text.startswith("[") and text.endswith("]") and text in copied
    layer = "v => getComputedStyle(v).zIndex"
    assert page.locator("table .sobe-verdict, p .sobe-verdict").first.evaluate(layer) == "auto"
