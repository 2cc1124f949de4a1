"""The estimator's scripts in Node, without a page: they give what Python gives."""

import json
import subprocess
import zlib

import pytest

from sobe.analysis.estimator import estimate, load_model
from sobe.analysis.estimator.buys import buys
from sobe.analysis.estimator.uncertainty import draw, sobol, tornado
from sobe.charts.estimator import DRAWS, SEED, estimator_html
from sobe.site import scripts

_driver = pytest.importorskip("playwright._impl._driver")
SCRIPTS = [f"estimator-{name}.js" for name in ("model", "cases", "shares", "buys", "brief")]
PROGRAM = """
globalThis.window = globalThis;
const vm = require("vm");
const [sources, payload, work] = JSON.parse(require("fs").readFileSync(0, "utf8"));
for (const source of sources) vm.runInThisContext(source);
/* JSON has no infinity. */
const plain = (name, value) => value instanceof Map ? Object.fromEntries(value)
  : typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
const run = vm.runInThisContext(`(payload, E) => { ${work} }`);
console.log(JSON.stringify(run(payload, sobeEstimator), plain));
"""
PAYLOAD = estimator_html("mouse", "em", "improved").data["model"]
STATE = PAYLOAD["defaults"] | {"given": {}}


def node(work, payload=PAYLOAD):
    """What the JavaScript function body ``work`` returns, given the payload and the scripts."""
    program, *_ = _driver.compute_driver_executable()
    sources = [(scripts.STATIC / name).read_text(encoding="utf-8") for name in SCRIPTS]
    done = subprocess.run(
        [program, "-e", PROGRAM],
        input=json.dumps([sources, payload, work], sort_keys=True),  # as in the page
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def case(**changed):
    given = {name: value for name, value in changed.items() if name not in STATE}
    return STATE | {k: v for k, v in changed.items() if k in STATE} | {"given": given}


CASES = (
    {},
    {"organism": "drosophila", "proofreading": "current", "gpu_price": 3.5},
    {"organism": "human", "modality": "exm_molecular", "project_years": 30.0},
    {"modality": "em10", "proofreading": "current", "shown_imaging": 1.0},
    {"microscope_budget": 5e7, "gpus": 1000.0, "proofreaders": 1000.0, "plan_exponent": 0.0},
)


@pytest.mark.parametrize("changed", CASES)
@pytest.mark.parametrize("model", ["corrected", "published"])
def test_every_formula_of_either_model_is_that_of_python(changed, model):
    if model == "published":
        known = {*load_model(model).parameters, *STATE}
        changed = {k: v for k, v in changed.items() if k in known}
    state = case(**changed)
    have = node(f"return E.evaluated(payload, {json.dumps(state | {'model': model})});")
    settings = {name: state[name] for name in PAYLOAD["settings"]}
    choice = {name: state[name] for name in PAYLOAD["choices"]}
    want = estimate(**choice, model=model, **settings, **state["given"]).values
    for name in load_model(model).formulas:
        assert float(have[name]) == pytest.approx(want[name], rel=1e-9, nan_ok=True), name


@pytest.mark.parametrize("changed", CASES)
def test_the_draws_are_those_of_python(changed):
    state = case(**changed)
    have = node(f"return E.intervals(payload, {json.dumps(state)});")
    choice = [state[name] for name in PAYLOAD["choices"]]
    settings = {name: state[name] for name in PAYLOAD["settings"]}
    found = draw(*choice, draws=DRAWS, seed=SEED, results=tuple(have), **settings, **state["given"])
    assert set(have) == set(PAYLOAD["drawn"])
    for name, ends in have.items():
        assert ends == pytest.approx(found.interval(name), rel=1e-9), name


def test_what_moves_the_cost_is_that_of_python():
    have = node(f"return E.tornado(payload, {json.dumps(STATE)}, 'first_cost').slice(0, 8);")
    want = tornado("mouse", "em", "improved").head(8)
    assert [one["name"] for one in have] == list(want["parameter"])
    assert [one["span"] for one in have] == pytest.approx(list(want["span"]), rel=1e-9)


@pytest.mark.parametrize("changed", CASES)
def test_the_shares_of_the_uncertainty_are_those_of_python(changed):
    state = case(**changed)
    have = node(
        f"""const work = E.sobol(payload, {json.dumps(state)}, "first_cost");
        let step = work.next(), pieces = 0;
        for (; !step.done; step = work.next()) pieces += 1;
        return [pieces, step.value];"""
    )
    pieces, rows = have
    choice = [state[name] for name in PAYLOAD["choices"]]
    settings = {name: state[name] for name in PAYLOAD["settings"]}
    want = sobol(*choice, seed=SEED, **settings, **state["given"]).set_index("input")
    found = {row["code"]: row for row in rows}
    assert len(found) == len(want) and pieces >= 3 * len(want)
    for name, row in want.iterrows():
        one = found[zlib.crc32(name.encode())]
        assert len(one["names"]) == row["parameters"]
        assert [one["first"], one["total"]] == pytest.approx(
            [row["first"], row["total"]], rel=1e-9, abs=1e-12
        ), name
    assert [row["total"] for row in rows] == sorted((r["total"] for r in rows), reverse=True)


def test_the_shares_are_computed_in_short_pieces():
    longest, whole = node(
        f"""const times = [];
        for (let run = 0; run < 3; run += 1) {{
          const work = E.sobol(payload, {json.dumps(STATE)}, "first_cost");
          let last = performance.now();
          const pieces = [];
          for (let step = work.next(); !step.done; step = work.next()) {{
            pieces.push(performance.now() - last);
            last = performance.now();
          }}
          times.push(pieces);
        }}
        const sums = times.map((all) => all.reduce((sum, one) => sum + one, 0));
        /* A piece is as long as in its shortest run: others share the machine. */
        const shortest = times[0].map((_, i) => Math.min(...times.map((all) => all[i])));
        return [Math.max(...shortest), sums.sort((a, b) => a - b)[1]];"""
    )
    assert longest < 50 and whole < 2000


def test_two_cases_differ_in_exactly_what_differs():
    other = case(proofreading="current", gpus=7.0, project_years=9.0)
    have = node(f"return E.differing(payload, {json.dumps(STATE)}, {json.dumps(other)});")
    model = load_model()
    before = estimate("mouse", "em", "improved").values
    after = estimate("mouse", "em", "current", gpus=7.0, project_years=9.0).values
    used = model.needed(model.formulas)
    want = {n for n in model.parameters if n in used and n in before and before[n] != after[n]}
    assert {"gpus", "project_years", "proofreading_time"} <= want
    assert {name: (old, new) for name, old, new in have} == {n: (before[n], after[n]) for n in want}


def test_a_case_becomes_a_text_and_a_text_a_case():
    state = case(organism="human", microscope_budget=2.5e9, gpus=7.5)
    assert node(f"return E.read(payload, E.written(payload, {json.dumps(state)}));") == state


@pytest.mark.parametrize(
    "text",
    [
        "",
        "organism=mouse",
        "{} gpus=-1",
        "{} gpus=many",
        "{} gpus=1 gpus=2",
        "{} gpus=",
        "{} unheard_of=1",
        "{} __proto__=1",
        "{} uptime=2",
        "{} first_cost=1",
        "{} expansion=1e300",
        "{} organism=mouse",
    ],
)
def test_a_text_that_is_no_case_gives_none(text):
    whole = node(f"return E.written(payload, {json.dumps(STATE)});")
    assert node(f"return E.read(payload, {json.dumps(text.format(whole))});") is None


@pytest.mark.parametrize(
    ("budget", "changed"),
    [
        (1e8, {}),
        (1e9, {"project_years": 12.0, "gpu_price": 3.5, "neurons": 7.0}),
        (2e5, {"shown_imaging": 1.0}),
    ],
)
def test_a_sum_buys_what_it_buys_in_python(budget, changed):
    state = case(**changed)
    have = node(f"return E.buys(payload, {json.dumps(state)}, {budget});")
    given = state["given"]
    want = buys(budget, project_years=state["project_years"], draws=DRAWS, seed=SEED, **given)
    assert [(row["organism"], row["modality"]) for row in have] == list(
        zip(want["organism"], want["modality"], strict=True)
    )
    for row, (_, found) in zip(have, want.iterrows(), strict=True):
        assert row["verdict"] == found["verdict"]
        assert row["lever"] == found["lever"]
        numbers = ("low", "median", "high", "share", "factor")
        assert [float(row[name]) for name in numbers] == pytest.approx(
            [found[name] for name in numbers], rel=1e-6, nan_ok=True
        )


@pytest.mark.parametrize("function, limit", [("evaluated", 50), ("intervals", 300)])
def test_a_change_is_quick(function, limit):
    took = node(
        f"""const state = {json.dumps(STATE)};
        const times = [];
        for (let n = 0; n < 12; n += 1) {{
          const start = performance.now();
          E.{function}(payload, {{ ...state, given: {{ gpu_price: 1 + n }} }});
          times.push(performance.now() - start);
        }}
        return times.sort((a, b) => a - b)[6];"""
    )
    assert took < limit
