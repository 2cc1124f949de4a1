"""The tables kept by hand: their content, its sources, and their agreement with each other."""

import pandas as pd
import pytest

from sobe import tables
from sobe.analysis import prices

KEPT = [
    "nih_budgets",
    "neuron_counts",
    "reported_facts",
    "price_index",
    "dissents",
    "cost_deliverables",
]
REVIEWED = "Seen by the review of this edition, not looked up again"


@pytest.mark.parametrize("name", KEPT)
def test_a_row_says_where_it_was_read_and_who_vouches(name):
    table = tables.load(name)
    assert len(table) > 5
    assert {"place", "source", "looked_up", "vouches"} <= set(table.columns)
    assert set(tables.load("sources")["key"]) >= set(table["source"])
    assert (table["place"].str.len() > 5).all()
    # A row without a day was seen by the review alone, and says so; no other row does.
    assert (table["looked_up"].isna() == (table["place"] == REVIEWED)).all()
    days = table["looked_up"].dropna()
    assert days.between("2026-11-26", pd.Timestamp.now()).all()


def test_facts_have_a_value_in_order_or_a_statement():
    facts = tables.load("reported_facts")
    assert facts["statement"].str.endswith(".").all()
    for fact in facts.itertuples():
        numbers = [n for n in (fact.low, fact.value, fact.high) if pd.notna(n)]
        assert numbers == sorted(numbers), fact.fact_id
        assert all(n > 0 for n in numbers), fact.fact_id
        if fact.unit == "text":
            assert not numbers, fact.fact_id
        if str(fact.unit).startswith("share"):
            assert all(n <= 1 for n in numbers), fact.fact_id


def test_the_spreadsheet_agrees_with_itself_and_with_the_cost_table():
    value = tables.load("reported_facts").set_index("fact_id")["value"]
    neurons = 70_000_000
    for plan in ("now", "1000x"):
        assert value[f"sheet-em15-total-{plan}"] / neurons == pytest.approx(
            value[f"sheet-em15-{plan}"], rel=1e-6
        )
    whole = value["sheet-proofreading-hours"] * 50 * neurons
    assert value["sheet-wellcome-proofreading"] == whole
    # Proofreading is charged by petavoxel relative to 10 nm.
    assert value["sheet-em15-proofreading"] == pytest.approx(whole * (10 / 15) ** 3, rel=1e-9)
    costs = tables.load("reconstruction_costs").set_index("estimate_id")["cost_per_neuron_usd"]
    for estimate, fact in (
        ("mouse-wellcome-2023", "sheet-wellcome-now"),
        ("mouse-em15-2025", "sheet-em15-now"),
        ("mouse-em10-2030", "sheet-wellcome-1000x"),
        ("mouse-em15-2030", "sheet-em15-1000x"),
    ):
        assert costs[estimate] == pytest.approx(value[fact], rel=0.003), estimate


def test_the_price_index_is_whole_and_has_its_base():
    index = tables.load("price_index").set_index("year")
    years = list(index.index)
    assert years == list(range(1980, years[-1] + 1))
    assert index.loc[1982:1984, "cpi_u"].mean() == pytest.approx(100, abs=0.05)
    assert index["months"].between(1, 12).all()
    # One month of 2025 was never surveyed; only the newest year may be unfinished.
    partial = set(index.index[index["months"] < 12])
    assert 2025 in partial and partial <= {2025, years[-1]}
    growth = index["cpi_u"].pct_change().dropna()
    assert growth.between(-0.01, 0.11).all()


def test_budgets_of_one_year_are_parts_of_their_whole():
    budgets = tables.load("nih_budgets")
    one = budgets.query("scope == 'nih'").pivot(
        index="fiscal_year", columns="category", values="amount_usd"
    )
    assert (one["brain_initiative"].dropna() < 1e9).all()
    for part in ("brain_initiative", "neuroscience"):
        both = one[[part, "total"]].dropna()
        assert (both[part] < both["total"]).all()
    assert (one["neuroscience"].dropna() > 5e9).all()
    assert (one["total"].dropna() > 3e9).all()
    both = budgets.query("fiscal_year == 2023 and category == 'total'").set_index("scope")
    gap = both["amount_usd"]["nih_with_arpa_h"] - both["amount_usd"]["nih"]
    assert gap == pytest.approx(1.5e9, rel=0.01)  # ARPA-H, read in another edition


def test_counts_have_a_number_or_a_bound():
    counts = tables.load("neuron_counts")
    assert (counts["count"].notna() | counts["low"].notna() | counts["high"].notna()).all()
    mosquitoes = counts[counts["animal"].str.contains("mosquito")]
    assert len(mosquitoes) >= 3
    assert ((mosquitoes["count"] + 3 * mosquitoes["plus_minus"]) < 1_000_000).all()


def test_no_dissent_comes_from_nobody():
    dissents = tables.load("dissents")
    assert dissents["statement"].str.endswith(".").all()
    assert set(dissents["claim_id"]) <= set(tables.load("claims")["claim_id"])


def test_every_cost_row_says_what_it_delivers():
    costs = tables.load("reconstruction_costs")
    assert set(tables.load("cost_deliverables")["estimate_id"]) >= set(costs["estimate_id"])


def test_dollars_of_one_year_become_dollars_of_another():
    index = tables.load("price_index").set_index("year")["cpi_u"]
    found = prices.in_dollars_of([100.0, 100.0, float("nan")], [1986, 2025, 2000])
    assert found[0] == pytest.approx(100 * index[2025] / index[1986]) and 290 < found[0] < 297
    assert found[1] == 100 and pd.isna(found[2])
    assert prices.in_dollars_of([found[0]], [2025], base_year=1986)[0] == pytest.approx(100)
    span = f"{index.index.min()} to {index.index.max()}"
    with pytest.raises(ValueError, match=f"no row for year 1950; it has {span}"):
        prices.in_dollars_of([1.0], [1950])
