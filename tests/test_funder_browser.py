"""What a funder does in the estimator's page: two cases, what a sum buys, a brief, and sources."""

import csv
import io
import re

import pytest
from browsing import (
    ALL_RULES,
    COLOURS,
    NO_CONTRAST,
    address_of,
    axe,
    lay_out,
    milliseconds,
    show,
    too_wide,
)

from sobe.analysis.estimator import estimate, load_model
from sobe.analysis.estimator.buys import buys
from sobe.analysis.estimator.estimate import TIME_PARTS
from sobe.analysis.estimator.uncertainty import draw, sobol
from sobe.charts.estimator import DRAWS, SEED
from sobe.languages import units

pytestmark = pytest.mark.browser
SHOWN = "[data-sobe-estimator][data-state=shown]"
BOUGHT = "[data-buys][data-state=shown]"


@pytest.fixture
def page(estimator):
    return estimator


def texts(page, selector):
    return page.locator(selector).all_inner_texts()


def reopened(page):
    """The same address in a new tab."""
    other = page.context.new_page()
    other.goto(address_of(page))
    other.wait_for_selector(SHOWN)
    lay_out(other)
    return other


def bought(page):
    """Wait until what a sum buys is computed, which it is when it is near the screen."""
    page.locator("[data-buys]").scroll_into_view_if_needed()
    page.wait_for_selector(BOUGHT)


def keep_and_change(page):
    page.select_option("form [name=proofreading]", "improved")
    page.click("[data-keep]")
    page.select_option("form [name=organism]", "drosophila")
    page.select_option("form [name=proofreading]", "current")
    page.fill("form [name=project_years]", "9")


def with_ends(low, median, high):
    """Return a median and the ends of its interval as the page writes them."""
    return (units.column([median], units.usd)[0], *units.ends(low, high, units.usd))


def test_two_cases_show_their_results_and_exactly_what_differs(page):
    assert not page.is_visible("[data-pair]")
    keep_and_change(page)
    wanted = ("first_cost", "people", "first_years")
    for column, (choice, years) in enumerate(
        ((("mouse", "em", "improved"), 5.0), (("drosophila", "em", "current"), 9.0)), start=2
    ):
        found = draw(*choice, draws=DRAWS, seed=SEED, results=wanted, project_years=years)
        cost = page.locator(f"[data-results] tr:first-child > :nth-child({column})").inner_text()
        for text in with_ends(*found.interval("first_cost")):
            assert text in cost
    rows = page.eval_on_selector_all(
        "[data-cases] [data-rows] tr", "all => all.map(e => [e.dataset.differs, e.innerText])"
    )
    model = load_model()
    before = estimate("mouse", "em", "improved").values
    after = estimate("drosophila", "em", "current", project_years=9.0).values
    used = model.needed(model.formulas)
    want = {name for name in model.parameters if name in used and before[name] != after[name]}
    assert {name for name, _ in rows if name} == want
    assert [text.split("\t")[1] for name, text in rows if not name] == [
        "Mouse → Fruit fly",
        "1,000 times less → As now",
    ]
    assert next(text for name, text in rows if name == "project_years").split("\t")[1] == "5 → 9"


def test_both_cases_stay_in_the_address(page):
    keep_and_change(page)
    shown = texts(page, "[data-cases] td")
    assert shown == texts(reopened(page), "[data-cases] td")
    for link in page.eval_on_selector_all("a.sobe-language", "all => all.map(a => a.href)"):
        assert "a=organism%3Dmouse" in link
    page.wait_for_timeout(1100)  # later changes are entries of their own
    page.click("[data-drop]")
    assert not page.is_visible("[data-pair]")
    assert "a=" not in address_of(page).partition("?")[2].replace("data=", "")
    page.go_back()
    page.wait_for_selector("[data-pair]:not([hidden])")
    assert texts(page, "[data-cases] td") == shown


def test_cases_swap_by_keyboard_and_equal_ones_say_so(page):
    page.click("[data-keep]")
    assert page.is_visible("[data-same]") and not page.is_visible("[data-differing]")
    page.select_option("form [name=organism]", "human")
    before = page.locator("[data-results] tr:first-child td").all_inner_texts()
    page.focus("[data-swap]")
    page.keyboard.press("Enter")
    assert page.locator("[data-results] tr:first-child td").all_inner_texts() == before[::-1]
    assert page.input_value("form [name=organism]") == "mouse"


def test_published_and_corrected_are_side_by_side(page):
    page.select_option("form [name=proofreading]", "current")
    page.click("[data-published]")
    cells = page.locator("[data-results] tr:first-child td").all_inner_texts()
    published = estimate("mouse", "em", "current", model="published")
    assert cells[0].strip() == units.column([published.first_cost], units.usd)[0]
    assert " to " in cells[1] and " to " not in cells[0]
    page.select_option("[data-model-a]", "corrected")
    assert page.is_visible("[data-same]")
    page.select_option("[data-model-b]", "published")
    assert page.input_value("form [name=model]") == "published"
    assert (
        page.inner_text("[data-result=first_cost]")
        == units.column([published.first_cost], units.usd)[0]
    )
    assert page.inner_text("[data-python]") == 'estimate(model="published")'
    for name in ("uptime", "sample_yield"):  # which the published model lacks or has
        visible = name in load_model("published").parameters
        shown = page.eval_on_selector(
            f"form [name={name}]", "e => !e.closest('.sobe-parameter').hidden"
        )
        assert shown == visible
    assert "model=published" in address_of(page)
    other = reopened(page)
    assert (
        other.inner_text("[data-result=first_cost]")
        == units.column([published.first_cost], units.usd)[0]
    )


def test_a_model_that_gives_no_number_says_none(page):
    page.select_option("form [name=modality]", "em10")
    page.select_option("form [name=proofreading]", "current")
    page.select_option("form [name=model]", "published")
    assert page.inner_text("[data-result=first_cost]") == "none"


BAD = ("a=organism%3Dunicorn", "a=nothing", "sum=-3", "sum=", "model=ours", "brief=half")


def test_an_address_that_makes_no_sense_gives_the_default(page):
    published = address_of(page)
    for bad in BAD:
        page.goto(f"{published}?{bad}")
        page.wait_for_selector(SHOWN)
        page.wait_for_selector(".sobe-state-note")
        assert not page.is_visible("[data-pair]"), bad
        assert page.input_value("form [name=model]") == "corrected", bad
        assert page.input_value("[name=sum]") == "100", bad


def test_a_sum_buys_what_python_says(page):
    bought(page)
    page.fill("[name=sum]", "1000")
    bought(page)
    page.evaluate("document.querySelector('[data-every]').closest('details').open = true")
    rows = page.eval_on_selector_all(
        "[data-every] tr", "all => all.map(e => [e.dataset.brain, e.dataset.imaging, e.innerText])"
    )
    want = buys(1e9, project_years=5.0, draws=DRAWS, seed=SEED)
    assert len(rows) == len(want)
    for (organism, modality, text), (_, row) in zip(rows, want.iterrows(), strict=True):
        assert (organism, modality) == (row["organism"], row["modality"])
        for written in with_ends(row["low"], row["median"], row["high"]):
            assert written in text
        assert row["verdict"] in text
    mouse = next(text for brain, how, text in rows if (brain, how) == ("mouse", "em"))
    assert "proofreading 26× cheaper" in mouse
    chosen = page.eval_on_selector_all(
        "[data-buys] [data-rows] tr", "all => all.map(e => e.dataset.imaging)"
    )
    assert chosen == ["em"] * 6
    answer = page.inner_text("[data-answer]")
    assert answer.startswith("With EM, $1 billion pays for")
    assert "Fruit fly" in answer and "Mouse" not in answer
    assert "sum=1000" in address_of(page)


def test_the_page_and_the_chapter_agree_on_the_same_sum(page):
    bought(page)
    page.evaluate("document.querySelector('[data-every]').closest('details').open = true")
    ours = page.eval_on_selector_all(
        "[data-every] tr", "all => all.map(e => e.querySelector('td:nth-child(3) span').innerText)"
    )
    page.evaluate("sobeParts.all()")  # as the reader's sign does a little later
    caption = "First connectomes that the sum pays for"
    table = page.locator(f"figure:has(figcaption:has-text('{caption}')) tbody tr")
    chapters = [
        text.partition(" (")[0] for text in table.locator("td:nth-child(4)").all_text_contents()
    ]
    assert len(ours) == len(chapters) == 24
    assert ours == chapters


def test_a_sum_shows_the_ideas_and_the_projects_in_its_reach(page):
    page.fill("[name=sum]", "12")
    bought(page)
    tiers = texts(page, "[data-tiers] summary")
    assert [text.partition(":")[0] for text in tiers] == ["~$10M+", "~$1M+", "~$100K+"]
    assert "10 mm³ of mouse brain" in page.inner_text("[data-tiers]")
    page.evaluate("document.querySelector('[data-projects]').closest('details').open = true")
    listed = page.inner_text("[data-projects]")
    assert re.search(r"Fruit fly\s+FlyWire: .*\s+2024\s+no source says", listed)
    assert "$25 million" in listed and "15.2 million GBP" in listed
    assert "MICrONS" not in listed  # no mouse for this sum
    page.fill("[name=sum]", "0.1")
    bought(page)
    assert page.inner_text("[data-answer]").endswith("none of these brains.")


def test_a_sum_that_is_none_is_refused_in_a_sentence(page):
    bought(page)
    before = page.inner_text("[data-answer]")
    for text in ("-1", "0", "1e30", ""):
        page.fill("[name=sum]", text)
        assert page.get_attribute("[name=sum]", "aria-invalid") == "true"
        assert text in page.inner_text("[data-refused-sum]")
        assert "cannot be used" in page.inner_text("[data-refused-sum]")
    page.focus("form [name=organism]")
    assert page.input_value("[name=sum]") == "100"
    assert page.inner_text("[data-answer]") == before
    assert page.inner_text("[data-refused-sum]") == ""


def test_the_shares_of_the_uncertainty_are_pythons_for_the_chosen_case(page):
    assert not page.is_visible("[data-shares-table]")
    page.select_option("form [name=organism]", "drosophila")
    page.focus("[data-compute]")
    page.keyboard.press("Enter")
    shown = "[data-shares][data-state=shown]"
    page.wait_for_selector(shown)
    for given in ({}, {"model_error": 1.0}):
        for name, value in given.items():  # a later change is computed without being asked for
            page.fill(f"form [name={name}]", repr(value))
            page.wait_for_selector("[data-shares][data-state=waiting]")
            page.wait_for_selector(shown)
        want = sobol("drosophila", seed=SEED, **given).head(10)
        rows = page.locator("[data-shares-rows] tr").all_inner_texts()
        assert [row.split("\t")[1:] for row in rows] == [
            [units.percent(max(share, 0)) for share in (row.first, row.total)]
            for row in want.itertuples(index=False)
        ]
        assert rows[0].split("\t")[0] == want["description"][0].rstrip(".")
    page.select_option("form [name=model]", "published")
    assert not page.is_visible("[data-shares]")


def test_the_stages_of_the_timeline_have_their_intervals(page):
    page.select_option("form [name=organism]", "drosophila")
    found = draw("drosophila", draws=DRAWS, seed=SEED, results=tuple(n for n, _ in TIME_PARTS))
    shown = page.locator("[data-bars=times] li").all_inner_texts()
    assert len(shown) == len(TIME_PARTS)
    for text, (name, label) in zip(shown, TIME_PARTS, strict=True):
        low, middle, high = map(units.duration, found.interval(name))
        assert label in text and f"{middle} ({low} to {high})" in text


def test_a_brief_says_the_case_and_what_was_changed(page):
    page.select_option("form [name=organism]", "drosophila")
    page.fill("form [name=project_years]", "9")
    page.fill("form [name=gpu_price]", "7")
    page.click("[data-brief] > summary")
    page.wait_for_selector("[data-brief-link] a")
    found = draw(
        "drosophila",
        *("em", "current"),
        draws=DRAWS,
        seed=SEED,
        results=("first_cost",),
        project_years=9.0,
        gpu_price=7.0,
    )
    sentence = page.inner_text("[data-sentence]")
    for written in with_ends(*found.interval("first_cost")):
        assert written in sentence
    assert "Fruit fly" in sentence and "2025" in sentence
    changed = texts(page, "[data-brief-changed] li")
    own = estimate("drosophila").values["gpu_price"]
    assert len(changed) == 2
    assert any(f"({own:g} → 7 USD/hour/gpu)" in text for text in changed)
    assert any("(5 → 9 year)" in text for text in changed)
    drivers = texts(page, "[data-brief-drivers] li")
    largest = page.locator("[data-drivers] li > span:first-child").all_inner_texts()
    assert len(drivers) == 5 and [text.partition(" ($")[0] for text in drivers] == largest[:5]
    assert page.locator("[data-brief-sources] a").count() >= 3
    for part in ("version", "data", "citation"):
        assert page.inner_text(f"[data-brief-{part}]") not in ("", "no source says")
    assert "gpu_price=7" in page.get_attribute("[data-brief-link] a", "href")
    assert "brief=open" in address_of(page)
    assert reopened(page).inner_text("[data-sentence]") == sentence


def test_the_brief_of_an_unchanged_case_says_that_nothing_was_changed(page):
    page.click("[data-brief] > summary")
    page.wait_for_selector("[data-brief-link] a")
    assert texts(page, "[data-brief-changed] li") == ["Nothing: every parameter has its default."]


def test_the_brief_prints_alone_on_one_page(page):
    page.click("[data-brief] > summary")
    page.evaluate("window.print = () => { window.printed = true; }")
    page.click("[data-print]")
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    assert page.is_visible(".sobe-brief-sheet [data-sentence]")
    assert not page.is_visible("[data-sobe-estimator]")
    assert not page.is_visible(".bd-sidebar-primary")
    pages = page.pdf(format="A4").count(b"/Type /Page\n")
    assert pages == 1
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".sobe-brief-sheet").count() == 0
    assert page.get_attribute("html", "data-print") is None


def test_the_case_comes_as_csv(page):
    page.fill("form [name=gpu_price]", "7")
    page.click("[data-brief] > summary")
    with page.expect_download() as download:
        page.click("[data-csv]")
    assert download.value.suggested_filename == "estimator-mouse-em.csv"
    text = download.value.path().read_text(encoding="utf-8-sig")
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(text))}
    values = estimate(gpu_price=7.0).values
    model = load_model()
    assert {n for n, row in rows.items() if row["kind"] == "result"} == set(model.formulas)
    for name, row in rows.items():
        if row["kind"] != "choice":
            assert float(row["value"]) == pytest.approx(values[name], rel=1e-9), name
    assert (rows["gpu_price"]["default"], rows["gpu_price"]["low"]) != ("7", "")
    assert float(rows["gpu_price"]["default"]) == estimate().values["gpu_price"]
    assert rows["gpu_price"]["source"] == ""
    assert rows["gpus"]["source"] == model.parameters["gpus"]["any"].source
    median = draw(
        *("mouse", "em", "current"), draws=DRAWS, seed=SEED, results=("first_cost",), gpu_price=7.0
    ).interval("first_cost")[1]
    assert float(rows["first_cost"]["median"]) == pytest.approx(median, rel=1e-9)


def test_every_parameter_names_its_source_with_a_link(page):
    links = page.eval_on_selector_all(
        "[data-source]",
        "all => all.map(a => [a.dataset.source, a.innerText, a.getAttribute('href')])",
    )
    fields = page.locator("[data-default]").count()
    assert len(links) == fields
    for name, text, href in links:
        assert text.startswith("Source: "), name
        assert href.startswith(("https://", "#")), name
    target = {href for _, _, href in links if href.startswith("#")}
    assert all(page.locator(place).count() == 1 for place in target)
    page.select_option("form [name=modality]", "em")
    shown = dict((name, href) for name, _, href in links)
    assert shown["shown_volume_rate"] == "https://doi.org/10.1038/s41467-020-18659-3"


def test_all_of_it_is_accessible_and_fits(page):
    keep_and_change(page)
    page.click("[data-brief] > summary")
    page.click("[data-compute]")
    page.wait_for_selector("[data-shares][data-state=shown]")
    bought(page)
    page.evaluate(
        "for (const e of document.querySelectorAll('.sobe-estimator details')) e.open = true"
    )
    widths = (390, 1440)
    for width in widths:
        show(page, width)
        assert too_wide(page) == [], width
    found = []
    for width, theme, rules in (
        (1440, "light", ALL_RULES),
        (1440, "dark", COLOURS),
        (390, "dark", NO_CONTRAST),
    ):
        show(page, width, theme)
        seen = axe(page, rules, ".sobe-estimator")
        found += [f"{width} px, {theme}: {what}" for what in seen]
    assert found == []


def test_by_touch(page):
    page.set_viewport_size({"width": 390, "height": 800})
    for button in ("[data-compute]", "[data-keep]", "[data-brief] > summary"):
        page.locator(button).scroll_into_view_if_needed()
        page.tap(button)
    page.wait_for_selector("[data-shares][data-state=shown]")
    assert page.is_visible("[data-pair]") and page.is_visible("[data-sentence]")


def test_a_change_shows_at_once_and_its_intervals_soon_after(page):
    bought(page)
    assert milliseconds(page, "form [name=gpu_price]", 9) < 300
