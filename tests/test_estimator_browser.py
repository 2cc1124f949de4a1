"""The estimator in the page against Python's, in a real browser, from file://."""

import json
import math
import random
import re

import pytest
from browsing import address_of, lay_out, milliseconds, read_estimator

from sobe.analysis.estimator import estimate, load_model
from sobe.analysis.estimator.estimate import calculators_plan
from sobe.analysis.estimator.uncertainty import draw, tornado
from sobe.charts.estimator import DRAWS, SEED, SETTINGS
from sobe.languages import units

pytestmark = pytest.mark.browser
SHOWN = "[data-sobe-estimator][data-state=shown]"
NUMBERS = """() => Object.fromEntries([...document.querySelectorAll('[data-number]')]
    .map(e => [e.dataset.number, e.dataset.value]))"""


@pytest.fixture
def page(estimator):
    return estimator


#: The numbers that the page shows for each of many cases, each given by the address: a field after
#: the other would be computed after each.
EACH = """async (cases) => {
    const shown = [];
    for (const texts of cases) {
        await (GO_TO)(new URLSearchParams(texts).toString());
        for (const [name, text] of Object.entries(texts)) {
            const given = document.querySelector(`form [name=${name}]`).value;
            if (given !== text && Number(given) !== Number(text))
                throw new Error(`${name} is ${given}, not ${text}`);
        }
        shown.push((NUMBERS)());
    }
    return shown;
}"""
# Listeners of the page come before ours.
GO_TO = """hash => new Promise(done => {
    addEventListener('hashchange', () => setTimeout(done), { once: true });
    location.hash = hash; })"""


def written(organism, modality, proofreading, **numbers):
    """The texts in the form's fields for a case."""
    scale = dict.fromkeys(numbers, 1) | {name: scale for name, _, _, scale, *_ in SETTINGS}
    choice = {"organism": organism, "modality": modality, "proofreading": proofreading}
    return choice | {name: repr(value / scale[name]) for name, value in numbers.items()}


def choose(page, *choice, **numbers):
    for name, text in written(*choice, **numbers).items():
        if name in ("organism", "modality", "proofreading"):
            page.select_option(f"[name={name}]", text)
        else:
            page.fill(f"[name={name}]", text)


def test_fifty_random_settings_agree_with_python(page):
    rng = random.Random(4)
    options = load_model().options
    settings = []
    for _ in range(50):
        choice = [
            rng.choice(list(options[name])) for name in ("organism", "modality", "proofreading")
        ]
        budget = (
            rng.choice([0, round(10 ** rng.uniform(-1, 5), 3), round(rng.uniform(1, 100), 1)]) * 1e6
        )
        numbers = {"microscope_budget": budget, "project_years": round(rng.uniform(1, 100), 2)}
        settings.append((choice, numbers))
    cases = [written(*choice, **numbers) for choice, numbers in settings]
    shown = page.evaluate(EACH.replace("NUMBERS", NUMBERS).replace("GO_TO", GO_TO), cases)
    for (choice, numbers), texts in zip(settings, shown, strict=True):
        have = {name: float(text) for name, text in texts.items()}
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


def test_nothing_is_computed_before_a_reader_is_there(site, chromium):
    """The published case is in the page; the script gives the same numbers when it begins."""
    page = chromium.new_context().new_page()
    page.goto((site / "estimator.html").as_uri())
    page.wait_for_selector("html[data-addressed]")
    page.wait_for_timeout(1500)
    lay_out(page)
    assert page.get_attribute("[data-sobe-estimator]", "data-state") is None
    assert page.locator("[data-number], [data-default]").count() == 0
    parts = ("[data-result]", "[data-interval]:not([hidden])", ".sobe-bars li", "[data-verdict]")
    before = {part: page.locator(part).all_inner_texts() for part in (*parts, "[data-python]")}
    cost = draw("mouse", draws=DRAWS, seed=SEED, results=("first_cost",)).interval("first_cost")
    assert before["[data-result]"][0] == units.column([cost[1]], units.usd)[0]
    assert before["[data-interval]:not([hidden])"][0] == (
        "90% of the draws: " + " to ".join(units.ends(cost[0], cost[2], units.usd))
    )
    assert all(texts and any(texts) for texts in before.values())
    read_estimator(page, unfold=False)
    assert {part: page.locator(part).all_inner_texts() for part in before} == before
    page.context.close()


def test_a_page_that_is_printed_is_computed(site, chromium):
    page = chromium.new_context().new_page()
    page.goto((site / "estimator.html").as_uri())
    page.wait_for_selector("html[data-addressed]")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.get_attribute("[data-sobe-estimator]", "data-state") == "shown"
    assert page.get_attribute("[data-buys]", "data-state") == "shown"
    page.context.close()


def test_one_switch_goes_from_planned_to_shown_and_another_to_the_calculators_plan(page):
    names = [*load_model().formulas]
    for switch, option, given in (
        ("rate", "shown", {"shown_imaging": 1.0}),
        ("size", "mouse", calculators_plan("current")),
    ):
        page.select_option(f"[data-switch={switch}]", option)
        have = page.evaluate(NUMBERS)
        want = estimate("mouse", "em", "current", **given).values
        for name in names:
            assert float(have[name]) == pytest.approx(want[name], rel=1e-6), name
        assert all(f"{name}=" in address_of(page) for name in given)
        if switch == "size":  # the calculator has fewer proofreaders for less proofreading
            page.select_option("[name=proofreading]", "improved")
            assert page.input_value("[name=proofreaders]") == "1000"
            assert page.input_value("[data-switch=size]") == "mouse"
            page.select_option("[name=proofreading]", "current")
        page.fill(f"[name={next(iter(given))}]", "3" if switch == "size" else "0.5")
        assert page.input_value(f"[data-switch={switch}]") == ""
        first = page.eval_on_selector(f"[data-switch={switch}]", "e => e.options[0].value")
        page.select_option(f"[data-switch={switch}]", first)
        assert not any(f"{name}=" in address_of(page) for name in given)


INTERVALS = """() => Object.fromEntries([...document.querySelectorAll('[data-draws]')]
    .map(e => [e.dataset.interval, JSON.parse(e.dataset.draws)]))"""


DRAWN = [
    (("mouse", "em", "improved"), {}),
    (("drosophila", "em", "current"), {}),
    (("human", "exm_molecular", "improved"), {}),
    (("zebrafish_larva", "em10", "current"), {"shown_imaging": 1.0}),
    (("mouse", "exm", "current"), {"tissue_volume": 10.0, "neurons": 1.5e6, "gpu_price": 3.5}),
]


def test_the_page_draws_what_python_draws(page):
    for case, given in DRAWN:
        page.click("[data-sobe-estimator] button[type=reset]")
        choose(page, *case)
        for name, value in given.items():
            page.fill(f"[name={name}]", repr(value))
        have = page.evaluate(INTERVALS)
        assert set(have) >= {"first_cost", "first_years", "raw_size", "simulation_cost"}
        want = draw(*case, draws=DRAWS, seed=SEED, results=tuple(have), **given)
        for name, found in have.items():
            assert found == pytest.approx(want.interval(name), rel=1e-9), (case, name)


def test_every_parameter_can_be_changed_and_brought_back(page):
    model = load_model()
    names = page.eval_on_selector_all("[data-default]", "all => all.map(e => e.dataset.default)")
    used = model.needed(model.formulas)
    free = {
        name
        for name, cases in model.parameters.items()
        if name in used and all(row.evidence != "definition" for row in cases.values())
    }
    assert set(names) | {name for name, *_ in SETTINGS} == free
    before = page.evaluate(NUMBERS)
    for name in ("proofreader_wage", "gpus", "microscope_life"):
        shown = page.input_value(f"[name={name}]")
        page.fill(f"[name={name}]", "7")
        assert f"{name}=7" in page.evaluate("location.search")
        assert f"{name}=7" in page.inner_text("[data-python]")
        assert page.evaluate(NUMBERS) != before
        page.click(f"[data-back={name}]")
        assert page.evaluate(NUMBERS) == before
        assert name not in page.evaluate("location.search")
        assert page.input_value(f"[name={name}]") == shown


def test_what_drives_the_cost_is_of_the_chosen_case(page):
    choose(page, "drosophila", "em", "current")
    shown = page.locator("[data-drivers] li > span:first-child").all_inner_texts()
    found = tornado("drosophila", "em", "current").head(len(shown))
    assert len(shown) == 8
    assert shown == [text.rstrip(".") for text in found["description"]]


def test_a_value_that_gives_no_numbers_is_refused_in_a_sentence(page):
    before = page.evaluate(NUMBERS)
    for text in ("-1", "0", "1e300"):
        page.fill("[name=expansion]", text)
        assert page.evaluate(NUMBERS) == before
        assert text in page.inner_text("[data-refused]")
        assert page.get_attribute("[name=expansion]", "aria-invalid") == "true"
    page.focus("[name=organism]")
    assert page.input_value("[name=expansion]") == "1"


def test_a_change_shows_soon(page):
    assert milliseconds(page, "[name=gpu_price]", 5) < 300


def test_the_line_of_python_gives_what_the_page_shows(page):
    choose(page, "human", "exm", "improved", microscope_budget=2e9, project_years=12.0)
    line = page.inner_text("[data-python]")
    found = eval(line, {"estimate": estimate})  # noqa: S307  (our own page's text, in a test)
    assert float(page.evaluate(NUMBERS)["first_cost"]) == pytest.approx(found.first_cost, rel=1e-6)


def test_a_choice_is_kept_in_the_address_and_can_be_reset(page):
    first = page.inner_text("[data-result=first_cost]")
    choose(page, "drosophila", "em10", "current", microscope_budget=7.5e6, project_years=3.0)
    link, shown = address_of(page), page.inner_text("[data-result=first_cost]")
    assert "organism=drosophila" in link
    assert shown != first
    other = page.context.new_page()
    other.goto(link)
    other.wait_for_selector(SHOWN)  # at once, for the address has a case
    assert other.inner_text("[data-result=first_cost]") == shown
    other.click("button[type=reset]")
    assert other.inner_text("[data-result=first_cost]") == first
    assert "organism" not in address_of(other)


BAD = (
    "organism=unicorn",
    "project_years=-3",
    "microscope_budget=abc",
    "organism=__proto__",
    "project_years=1e99",
    "modality=",
)


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
        page.fill("[name=project_years]", text)
        assert page.get_attribute("[name=project_years]", "aria-invalid") == "true"
        assert page.evaluate(NUMBERS) == before
    page.focus("[name=organism]")
    assert page.input_value("[name=project_years]") == "5"


def test_by_keyboard_and_by_touch(page):
    before = page.evaluate(NUMBERS)["first_cost"]
    page.focus("[data-slider=project_years]")
    page.keyboard.press("ArrowRight")
    after = page.evaluate(NUMBERS)["first_cost"]
    assert after != before
    assert "project_years" in address_of(page)
    slider = page.locator("[data-slider=project_years]")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    assert page.evaluate(NUMBERS)["first_cost"] != after


def test_the_model_in_the_page_is_json_and_nothing_is_evaluated_as_code(site):
    for script in (site / "_static" / "sobe").glob("estimator*.js"):
        source = script.read_text(encoding="utf-8")
        assert "eval(" not in source and "Function(" not in source
    page = (site / "estimator.html").read_text(encoding="utf-8")
    address = re.search(r'<script defer src="(_static/charts/estimator-[0-9a-f]{8}\.js)"', page)[1]
    text = (site / address).read_text(encoding="utf-8")
    quoted = text.partition(" = '")[2].removesuffix("';\n")
    model = json.loads(re.sub(r"\\(.)", r"\1", quoted))
    assert [name for name, _ in model["formulas"]] == list(load_model().formulas)
