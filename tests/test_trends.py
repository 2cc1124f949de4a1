"""Trends of the report and what came since: fits, verdicts, backtests, scores of predictions."""

import math
from types import SimpleNamespace

import jupytext
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from sobe import tables
from sobe.analysis import fits, predictions, trends

LISTED = trends.trends()
BY_ID = {trend.trend_id: trend for trend in LISTED}


def series(n=30, slope=0.1, sd=0.2, seed=1):
    x = np.linspace(1990, 2020, n)
    noise = np.random.default_rng(seed).normal(0, sd, n)
    return x, 10 ** (slope * (x - 1990) + noise)


# ---------------------------------------------------------------- lines


def test_a_line_of_one_group_is_that_of_the_chapters():
    x, y = series()
    found, known = trends.line(x, y, ["all"] * len(x)), fits.log_linear(x, y)
    assert found.fold == pytest.approx(known.fold_per_decade)
    assert found.fold_interval == pytest.approx(known.fold_per_decade_ci)
    assert found.predict(2025, "all") == pytest.approx(known.predict(2025))
    assert found.sd == pytest.approx(known.residual_sd)


def test_groups_share_a_slope_and_keep_their_levels():
    x, y = series(sd=0)
    both = trends.line([*x, *x], [*y, *(100 * y)], ["a"] * 30 + ["b"] * 30)
    assert both.fold == pytest.approx(10)
    assert both.predict(2000, "b") == pytest.approx(100 * both.predict(2000, "a"))


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ([2000, 2001], [1, 2], "3 rows or more, not 2"),
        ([2000] * 4, [1, 2, 3, 4], "no slope"),
        ([1, 2, 3], [1, 0, 1], "above zero"),
    ],
)
def test_a_line_that_cannot_be_fitted_says_why(x, y, said):
    with pytest.raises(ValueError, match=said):
        trends.line(x, y, ["all"] * len(x))


def test_the_interval_of_a_new_row_holds_it_about_as_often_as_it_says():
    held = []
    for seed in range(400):
        x, y = series(31, seed=seed)
        fitted = trends.line(x[:-1], y[:-1], ["all"] * 30)
        held.append(trends.compare(fitted, x[-1:], y[-1:], "all").inside)
    assert 0.92 < np.mean(held) < 0.98


# ---------------------------------------------------------------- verdicts


def shifted(by, k=8):
    x, y = series(60)
    fitted = trends.line(x, y, ["all"] * 60)
    new = np.linspace(2021, 2025, k)
    noise = np.random.default_rng(7).normal(0, 0.2, k)
    return trends.compare(fitted, new, by * fitted.predict(new, "all") * 10**noise, "all")


def test_a_verdict_tells_a_trend_that_broke_from_one_that_held():
    assert shifted(1).verdict == trends.INSIDE
    assert shifted(10).verdict == trends.ABOVE and shifted(0.1).verdict == trends.BELOW


def test_fewer_than_five_rows_get_no_verdict_however_far_off():
    assert trends.LEAST == 5
    assert shifted(1e6, 4).verdict == trends.FEW
    assert shifted(1e6, 5).verdict == trends.ABOVE
    assert trends.compare(trends.line(*series(), ["all"] * 30), [], [], "all").verdict == trends.FEW


def test_the_shift_that_would_show_is_noticed_as_often_as_said():
    noticed = []
    for seed in range(300):
        x, y = series(30, seed=seed)
        fitted = trends.line(x, y, ["all"] * 30)
        new = np.full(6, 2024.0)
        true = 10 ** (0.1 * (new - 1990))
        noise = np.random.default_rng(10_000 + seed).normal(0, 0.2, 6)
        shift = shifted_size()
        found = trends.compare(fitted, new, shift * true * 10**noise, "all")
        noticed.append(found.verdict == trends.ABOVE)
    assert 0.72 < np.mean(noticed) < 0.88


def shifted_size():
    """The noticeable shift at the true spread."""
    x, _ = series(30)
    fitted = trends.line(*series(30), ["all"] * 30)
    found = trends.compare(fitted, np.full(6, 2024.0), np.ones(6), "all")
    return found.noticeable ** (0.2 / fitted.sd)


def test_a_backtest_holds_for_a_steady_trend_and_not_for_one_that_bends():
    x, y = series(120)

    def trend(values):
        rows = pd.DataFrame({"x": x, "y": values, "group": "all", "who": "", "row": ""})
        return trends.Trend("t", "T", "count", rows, rows.iloc[:0], "all")

    steady = trends.backtest(trend(y))
    bent = trends.backtest(trend(np.where(x > 2005, y * 10 ** (0.4 * (x - 2005)), y)))
    assert steady.windows == bent.windows > 10
    assert steady.held / steady.windows > 0.8 > 0.6 > bent.held / bent.windows
    assert steady.inside / steady.rows > 0.9


# ---------------------------------------------------------------- the trends of the report


def test_every_trend_is_fitted_on_the_reports_rows_alone():
    for trend in LISTED:
        assert trend.line().n == len(trend.report) >= 6
        assert not set(trend.report["row"]) & set(trend.since["row"]) or "largest" in trend.trend_id
    ours = tables.load("recordings", own=True).dropna(subset=["vouches"])["recording_id"]
    assert not set(ours) & set(pd.concat([trend.report["row"] for trend in LISTED]))
    assert set(BY_ID["neurons-fluorescence"].since["row"]) == set(ours)


def test_every_row_has_the_key_of_its_table_so_that_marks_lead_to_records():
    volumes = BY_ID["volume"]
    assert (volumes.report["dataset_id"] == volumes.report["row"]).all()
    assert set(volumes.since["connectome_id"]) <= set(tables.load("connectomes")["connectome_id"])
    largest = BY_ID["largest-fluorescence"].report["recording_id"]
    assert set(largest) <= set(tables.load("recordings")["recording_id"])


def test_the_largest_of_a_year_is_that_of_the_registered_predictions():
    for row in tables.load("predictions").query("table == 'recordings'").itertuples():
        trend = BY_ID[f"largest-{row.group_value.split('_')[0]}"]
        assert (len(trend.report), trend.report["y"].max()) == (row.points, row.baseline)


def test_a_data_set_that_the_report_has_is_no_new_row():
    new = trends.new_volumes(2022)
    assert not {"H01", "Svara2022", "Hemibrain"} & set(new["dataset"])
    assert new["dataset"].is_unique and (new["technique"] == "electron").all()
    # Of versions the first one counts.
    assert "malecns-09-2025" in set(new["connectome_id"])


def test_what_an_interested_party_states_enters_no_trend(monkeypatch):
    rows = tables.load("recordings", own=True)
    ours = rows["vouches"].notna()
    rows.loc[ours, "vouches"] = "interested_party"
    load = tables.load
    monkeypatch.setattr(
        tables, "load", lambda name, **kw: rows if name == "recordings" else load(name, **kw)
    )
    assert not len({t.trend_id: t for t in trends.trends()}["neurons-fluorescence"].since)


def test_the_title_says_how_many_trends_have_a_verdict():
    verdicts = [trends.outcome(trend).verdict for trend in LISTED]
    assert [v for v in verdicts if v != trends.FEW] == [trends.INSIDE], "the title is of before"
    page = (ROOT / "book/trends.md").read_text(encoding="utf-8")
    assert "# Did the trends hold? Only one can be tested so far\n" in page


def test_a_cell_of_the_chapter_fits_a_screen():
    cells = jupytext.read(ROOT / "book/trends.md").cells
    code = [cell.source.splitlines() for cell in cells if cell.cell_type == "code"]
    assert code and max(map(len, code)) <= 30
    assert max(len(line) for lines in code for line in lines) <= 96


# ---------------------------------------------------------------- scores of predictions

NO_DAY = pd.Timestamp("NaT")


def prediction(**changed):
    row = {
        "table": "recordings",
        "column": "neurons",
        "group": "method",
        "group_value": "fluorescence_imaging",
        "year": 2020,
        "closes": pd.Timestamp("2020-12-31"),
        "baseline": 1e4,
        **dict(zip(predictions.QUANTILES, (1e4, 3e4, 1e5, 3e5, 1e6), strict=True)),
    }
    return SimpleNamespace(**{**row, **changed})


def rows(*given, looked_up="2021-02-01"):
    """Return rows of (year, neurons, whose word)."""
    frame = pd.DataFrame(given, columns=["year", "neurons", "vouches"])
    return frame.assign(
        method="fluorescence_imaging", submission_date=NO_DAY, looked_up=pd.Timestamp(looked_up)
    )


def test_a_closed_prediction_is_scored_against_no_change():
    found = predictions.settle(
        prediction(), rows((2020, 1e5, "primary"), (2020, 500, "primary"), (2021, 1e9, "primary"))
    )
    assert (found.state, found.value) == (predictions.SCORED, 1e5)
    assert found.loss < found.baseline_loss == pytest.approx(1) and found.better
    still = predictions.settle(prediction(), rows((2020, 1e4, "primary"), (2020, 500, "primary")))
    assert still.baseline_loss == 0 < still.loss and not still.better


def test_a_prediction_is_open_until_rows_were_looked_up_after_its_day():
    given = ((2020, 1e5, "primary"), (2020, 500, "primary"))
    found = predictions.settle(prediction(), rows(*given, looked_up="2020-12-31"))
    assert found.state == predictions.OPEN and math.isnan(found.loss) and found.better is None


def test_a_prediction_waits_for_enough_rows_that_count():
    one = rows((2020, 1e5, "primary"), (2020, 1e8, "interested_party"), (2019, 1, "primary"))
    assert predictions.settle(prediction(), one).state == predictions.WAITING
    volume = prediction(table="imaging_datasets")
    assert predictions.settle(volume, one).value == 1e5


def test_registered_predictions_are_open_and_can_be_scored():
    for row in tables.load("predictions").itertuples():
        table = tables.load(row.table, own=True)
        assert predictions.settle(row, table).state == predictions.OPEN
        later = table.iloc[:2].assign(
            **{"year": row.year, row.column: row.q50, row.group: row.group_value},
            looked_up=row.closes + pd.Timedelta(days=60),
            vouches="primary",
        )
        if row.column == "neurons":
            later["neurons"] = int(row.q50)
        found = predictions.settle(row, later)
        assert found.state == predictions.SCORED and found.loss > 0
