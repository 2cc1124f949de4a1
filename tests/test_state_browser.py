"""The state of a page in its address: kept by Back, reload and the switch of languages."""

import re

import pytest
from browsing import DRAWN, READY, address_of, show

pytestmark = pytest.mark.browser
CARD = "#figure-cost-per-neuron"
BAD = "The address names a state"


@pytest.fixture
def opened(visits, site):
    """Opens pages of the site, with a query and an anchor, in a browser without a network."""
    visit = visits[1440]

    def page(address):
        name = re.match("[^?#]+", address)[0]
        return visit.open(site / name, address.removeprefix(name), 1280, until=READY)

    yield page
    assert not visit.said and not visit.asked


def tab(page, card=CARD):
    return page.locator(f"{card} [role=tab][aria-selected=true]").inner_text()


def test_a_tab_is_in_the_address_and_kept(opened):
    page = opened(f"cost.html{CARD}")
    page.locator(f"{CARD} [role=tab]").nth(1).click()
    assert address_of(page).endswith(f"?tab.cost-per-neuron=table{CARD}")
    page.locator(f"{CARD} [role=tab]").nth(2).click()
    page.wait_for_timeout(50)
    page.reload()
    page.wait_for_function(READY)
    assert tab(page) == "Sources"
    language = page.locator("a.sobe-language").first
    assert language.get_attribute("href").endswith(f"?tab.cost-per-neuron=sources{CARD}")
    language.click()
    page.wait_for_function(READY)
    assert "/zh/cost.html" in address_of(page)
    assert page.locator(f"{CARD} [data-panel=sources]").is_visible()


def test_back_undoes_each_choice(opened):
    page = opened("cost.html")
    page.locator(f"{CARD} [role=tab]").nth(1).click()
    page.wait_for_timeout(1100)
    page.locator(f"{CARD} [role=tab]").nth(2).click()
    page.go_back()
    assert tab(page) == "Table"
    page.go_back()
    assert tab(page) == "Chart" and "?" not in address_of(page)
    page.go_forward()
    assert tab(page) == "Table"


def test_an_axis_and_a_control_of_a_chart_are_kept(opened):
    page = opened(f"cost.html?axis.cost-per-neuron=linear&set.cost-budget.animal=5{CARD}")
    page.wait_for_function(DRAWN, timeout=20_000)
    show(page)
    assert page.locator(f"{CARD} .sobe-chart").get_attribute("data-drawn-linear")
    select = page.locator("#figure-cost-budget select[name=animal]")
    assert select.input_value() == "Human"
    select.select_option("Mouse")
    page.wait_for_function("() => !location.search.includes('animal')")
    page.go_back()
    page.wait_for_function("() => location.search.includes('animal=5')")
    page.wait_for_function(
        "() => document.querySelector('#figure-cost-budget select[name=animal]').value === 'Human'"
    )


def test_hatched_marks_stay_hatched_when_the_address_changes(opened):
    """They name their hatching within the page: by an address, it would be of another document."""
    page = opened("capability.html")
    page.wait_for_function(DRAWN, timeout=20_000)
    page.locator(".sobe-card [role=tab]").nth(1).click()
    assert "=table" in address_of(page)
    show(page)
    named = page.eval_on_selector_all(
        '.sobe-chart svg [fill^="url("]', "all => all.map((mark) => mark.getAttribute('fill'))"
    )
    assert named and all(name.startswith("url(#") for name in named)


def test_a_table_is_sorted_searched_and_paged_by_its_address(opened):
    page = opened("recording.html?tab.information-rate=table&sort.information-rate=-4")
    card = page.locator("#figure-information-rate")
    cells = card.locator("tbody tr td:nth-child(4)")
    found = [
        float(c.get_attribute("data-v") or c.text_content().replace(",", "")) for c in cells.all()
    ]
    assert len(found) > 5 and found == sorted(found, reverse=True)
    first = card.locator("tbody tr").first.text_content()
    card.get_by_role("button", name="Next").click()
    assert "page.information-rate=2" in address_of(page)
    page.reload()
    page.wait_for_function(READY)
    assert card.locator("tbody tr").first.text_content() != first
    card.get_by_label("Search").fill("hubel")
    page.wait_for_function("() => location.search.includes('find.information-rate=hubel')")
    assert "page." not in address_of(page)
    page.reload()
    page.wait_for_function(READY)
    assert card.locator("tbody tr").count() == 1
    assert card.get_by_label("Search").input_value() == "hubel"


def test_menus_of_a_grid_are_kept(opened):
    page = opened("funding.html")
    tier = page.locator("[data-sobe-grid]").locator("xpath=preceding-sibling::div[1]//select").first
    tier.select_option(index=2)
    chosen = tier.input_value()
    page.reload()
    page.wait_for_function(READY)
    assert tier.input_value() == chosen
    assert page.locator(".sobe-band:visible").count() == 1


@pytest.mark.parametrize(
    "address",
    [
        "cost.html?tab.cost-per-neuron=nothing",
        "cost.html?tab.nothing=table",
        "cost.html?axis.cost-per-neuron=linear&tab.cost-per-neuron=__proto__",
        "cost.html?page.cost-per-neuron=99",
        "cost.html?sort.cost-per-neuron=-99",
        "cost.html?set.cost-budget.animal=99",
        "estimator.html?organism=unicorn",
        "estimator.html#project_years=-3",
    ],
)
def test_a_bad_address_gives_the_published_state_and_says_so(opened, address):
    page = opened(address)
    note = page.locator(".sobe-state-note")
    assert BAD in note.inner_text()
    assert "?" not in address_of(page) and "=" not in address_of(page)
    if "cost.html" in address:
        assert tab(page) == "Chart"
        assert not page.locator(f"{CARD} .sobe-chart").get_attribute("data-linear")


@pytest.mark.parametrize(
    "address", ["cost.html", "cost.html?utm_source=x&fbclid=y#how", "search.html?q=x"]
)
def test_other_addresses_say_nothing(opened, address):
    page = opened(address)
    assert not page.locator(".sobe-state-note").count()
    assert address_of(page).endswith(address)


def test_back_undoes_the_estimators_changes(opened):
    page = opened("estimator.html#organism=mouse&modality=exm")
    page.wait_for_selector("[data-sobe-estimator][data-state=shown]")
    assert address_of(page).endswith("?organism=mouse&modality=exm")
    assert page.input_value("[name=modality]") == "exm"
    before = page.inner_text("[data-result=first_cost]")
    page.wait_for_timeout(1100)
    page.select_option("[name=organism]", "human")
    assert page.inner_text("[data-result=first_cost]") != before
    page.go_back()
    assert page.input_value("[name=organism]") == "mouse"
    assert page.inner_text("[data-result=first_cost]") == before


def test_the_order_of_any_table_is_kept(opened):
    page = opened("trends.html")
    table = page.locator(".sobe-table-scroll > table.sobe-table:not([data-sobe-data])").first
    column = table.locator("tbody tr > :nth-child(2)")
    page.mouse.move(5, 5)  # tables wait for a reader
    table.wait_for(state="attached")
    given = column.all_text_contents()
    head = table.locator("thead th").nth(1)
    head.locator("button").click()
    head.locator("button").click()
    assert "sort.rows-2=-2" in address_of(page)
    ordered = column.all_text_contents()
    numbers = [int(text.replace(",", "")) for text in ordered]
    assert numbers == sorted(numbers, reverse=True) and ordered != given
    page.reload()
    page.wait_for_function(READY)
    assert column.all_text_contents() == ordered
    page.locator("a.sobe-language").first.click()
    page.wait_for_function(READY)
    assert head.get_attribute("aria-sort") == "descending"
    page.go_back()
    page.wait_for_function(READY)
    head.locator("button").click()
    assert column.all_text_contents() == given and "sort." not in address_of(page)
    page = opened("trends.html?sort.rows-2=99")
    assert page.locator(".sobe-state-note").is_visible()
