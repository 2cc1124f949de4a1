"""The estimator in the page against Python's, in a real browser, from file://."""

import json
import math
import random

import pytest

from sobe.analysis.estimator import estimate, load_model
from sobe.charts.estimator import SETTINGS

pytestmark = pytest.mark.browser
SHOWN = "[data-sobe-estimator][data-state=shown]"
NUMBERS = """() => Object.fromEntries([...document.querySelectorAll('[data-number]')]
    .map(e => [e.dataset.number, e.dataset.value]))"""


@pytest.fixture
def page(site, chromium):
    context = chromium.new_context(viewport={"width": 1200, "height": 900}, has_touch=True)
    context.set_offline(True)
    page = context.new_page()
    page.said = []
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto((site / "estimator.html").as_uri())
    page.wait_for_selector(SHOWN)
    yield page
    assert page.said == []
    context.close()


def choose(page, organism, modality, proofreading, **numbers):
    page.select_option("[name=organism]", organism)
    page.select_option("[name=modality]", modality)
    page.select_option("[name=proofreading]", proofreading)
    scale = {name: scale for name, _, _, scale, *_ in SETTINGS}
    for name, value in numbers.items():
        page.fill(f"[name={name}]", repr(value / scale[name]))


def test_fifty_random_settings_agree_with_python(page):
    rng = random.Random(4)
    options = load_model().options
    for _ in range(50):
        choice = [
            rng.choice(list(options[name])) for name in ("organism", "modality", "proofreading")
        ]
        budget = (
            rng.choice([round(10 ** rng.uniform(-1, 5), 3), round(rng.uniform(1, 100), 1)]) * 1e6
        )
        numbers = {"microscope_budget": budget, "project_years": round(rng.uniform(1, 100), 2)}
        choose(page, *choice, **numbers)
        have = {name: float(text) for name, text in page.evaluate(NUMBERS).items()}
        want = estimate(*choice, **numbers).values
        formulas = load_model().formulas
        assert set(have) == set(formulas)
        for name in formulas:
            assert math.isclose(have[name], want[name], rel_tol=1e-6), (
                choice,
                numbers,
                name,
                have[name],
                want[name],
            )


def test_the_line_of_python_gives_what_the_page_shows(page):
    choose(page, "human", "exm", "improved", microscope_budget=2e9, project_years=12.0)
    line = page.inner_text("[data-python]")
    found = eval(line, {"estimate": estimate})  # noqa: S307  (our own page's text, in a test)
    assert float(page.evaluate(NUMBERS)["first_cost"]) == pytest.approx(found.first_cost, rel=1e-6)


def test_a_choice_stands_in_the_address_and_can_be_reset(page, chromium):
    first = page.inner_text("[data-result=first_cost]")
    choose(page, "drosophila", "em10", "current", microscope_budget=7.5e6, project_years=3.0)
    link, shown = page.url, page.inner_text("[data-result=first_cost]")
    assert "organism=drosophila" in link
    assert shown != first
    other = page.context.new_page()
    other.goto(link)
    other.wait_for_selector(SHOWN)
    assert other.inner_text("[data-result=first_cost]") == shown
    other.click("button[type=reset]")
    assert other.inner_text("[data-result=first_cost]") == first
    assert "organism" not in other.url


BAD = (
    "organism=unicorn",
    "project_years=-3",
    "microscope_budget=abc",
    "organism=__proto__",
    "project_years=1e99",
    "modality=",
)
# Listeners of the page come before ours.
GO_TO = """hash => new Promise(done => {
    addEventListener('hashchange', () => setTimeout(done), { once: true });
    location.hash = hash; })"""


def test_an_address_that_makes_no_sense_gives_the_default(page):
    before = page.evaluate(NUMBERS)
    for bad in BAD:
        page.evaluate(GO_TO, "organism=mouse&modality=exm&project_years=3")
        assert page.evaluate(NUMBERS) != before
        page.evaluate(GO_TO, bad)
        assert page.evaluate(NUMBERS) == before, bad


def test_a_number_out_of_range_is_marked_and_not_used(page):
    before = page.evaluate(NUMBERS)
    for text in ("-5", "0", ""):
        page.fill("[name=microscope_budget]", text)
        assert page.get_attribute("[name=microscope_budget]", "aria-invalid") == "true"
        assert page.evaluate(NUMBERS) == before
    page.focus("[name=organism]")
    assert page.input_value("[name=microscope_budget]") == "50"


def test_by_keyboard_and_by_touch(page):
    before = page.evaluate(NUMBERS)["first_cost"]
    page.focus("[data-slider=microscope_budget]")
    page.keyboard.press("ArrowRight")
    after = page.evaluate(NUMBERS)["first_cost"]
    assert after != before
    assert "microscope_budget" in page.url
    slider = page.locator("[data-slider=microscope_budget]")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    assert page.evaluate(NUMBERS)["first_cost"] != after


def test_the_model_in_the_page_is_json_and_nothing_is_evaluated_as_code(site):
    script = (site / "_static" / "sobe" / "estimator.js").read_text(encoding="utf-8")
    assert "eval(" not in script and "Function(" not in script
    text = (site / "estimator.html").read_text(encoding="utf-8")
    start = text.index('<script type="application/json">{"choices"') + len(
        '<script type="application/json">'
    )
    model = json.loads(text[start : text.index("</script>", start)])
    assert [name for name, _ in model["formulas"]] == list(load_model().formulas)
