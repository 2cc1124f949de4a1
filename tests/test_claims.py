"""The ledger: every claim computed or excused, every sentence of the summary covered."""

import math
import re
from pathlib import Path

import pandas as pd
import pytest

from sobe import tables
from sobe.analysis.claims import ledger, sentences, since, stability, verdicts
from sobe.analysis.claims.cost import implied_fall
from sobe.analysis.claims.registry import (
    FUNCTIONS,
    OWN,
    PROXY,
    SAME,
    Tables,
    assumed,
    computes,
    reading,
    readings,
    spread,
)
from sobe.analysis.claims.verdicts import (
    DOES_NOT_HOLD,
    HOLDS,
    NOT_CHECKABLE,
    NOT_GRADED,
    NOT_SETTLED,
    NOT_SUPPORTED,
    SUPPORTED,
    VERDICTS,
)
from sobe.charts import claims as claims_shown
from sobe.charts.display import table

ROOT = Path(__file__).resolve().parent.parent
SUMMARY = ROOT.parent / "shared" / "seed" / "summary.zh.txt"


@pytest.fixture(scope="module")
def claims():
    return tables.load("claims")


@pytest.fixture(scope="module")
def entries():
    return ledger.entries()


@pytest.fixture(scope="module")
def moves(entries):
    return stability.all_moves(entries)


# ---------------------------------------------------------------- the tables


def test_every_claim_is_judged_or_says_what_is_missing(claims, entries):
    assert set(FUNCTIONS) <= set(claims["claim_id"]), "functions without claims"
    for key, entry in entries.items():
        missing = pd.notna(entry.claim["data_needed"])
        assert missing == (entry.verdict == NOT_CHECKABLE), key


def test_every_claim_states_what_its_precision_needs(claims):
    needed = {
        "exact": {"value"},
        "digits": {"value"},
        "about": {"value"},
        "range": {"low", "high"},
        "about_range": {"low", "high"},
        "tier": {"low", "high"},
        "top_tier": {"low"},
        "at_most": {"high"},
        "at_least": {"low"},
        "not_numeric": set(),
    }
    for row in claims.itertuples():
        stated = {name for name in ("value", "low", "high") if pd.notna(getattr(row, name))}
        assert stated == needed[row.precision], row.claim_id
        assert row.precision == "not_numeric" or pd.notna(row.unit), row.claim_id


def test_what_a_claim_allows_follows_from_its_precision(claims):
    for _, claim in claims.iterrows():
        interval = verdicts.stated_interval(claim)
        if interval is not None:
            assert verdicts.allowed(claim) == pytest.approx(interval), claim["claim_id"]


def test_a_primary_reading_is_in_the_table_with_its_reason(claims):
    known = set(map(tuple, tables.load("claim_readings")[["claim_id", "reading_id"]].to_numpy()))
    for row in claims.itertuples():
        if pd.notna(row.primary):
            assert (row.claim_id, row.primary) in known
            assert pd.notna(row.primary_reason), row.claim_id
            assert row.kind == "literal", row.claim_id


def test_proxies_and_only_they_say_how_they_may_mislead():
    for row in tables.load("claim_readings").itertuples():
        assert pd.notna(row.misleads) == (row.kind == PROXY), (row.claim_id, row.reading_id)


def test_units_and_sections_can_be_written():
    fields = {field["name"]: field for field in tables.schema("claims")["schema"]["fields"]}
    assert set(fields["unit"]["constraints"]["enum"]) == set(ledger._WRITTEN)
    for column in ("section", "chapter"):
        assert fields[column]["constraints"]["enum"] == list(tables.labels("claims", column))
    described = tables.schema("summary_sentences")["schema"]["fields"]
    sentences = {field["name"]: field for field in described}
    assert fields["section"]["constraints"] == sentences["section"]["constraints"]
    assert set(tables.labels("claim_readings", "kind")) == {SAME, PROXY, OWN}


def test_crossings_are_a_row_per_trend_and_a_column_per_line():
    nan, inf = math.nan, math.inf
    crossings = pd.DataFrame(
        [
            ("fast", 9, "Fly", 2031.7, 2030.2, 2040.9),
            ("fast", 9, "Mouse", 2050.0, 2040.0, inf),
            ("slow", 4, "Fly", 2060.0, nan, 2070.0),
            ("slow", 4, "Mouse", inf, nan, nan),
        ],
        columns=["trend", "n", "line", "year", "low", "high"],
    )
    shown = claims_shown.crossings_table(crossings, {"Fly": "Fly, 1 per s", "Mouse": "Mouse"})
    assert shown.to_dict("records") == [
        {
            "Trend": "fast",
            "n": 9,
            "Fly, 1 per s": "2031 (2030 to 2040)",
            "Mouse": "2050 (from 2040 on)",
        },
        {"Trend": "slow", "n": 4, "Fly, 1 per s": "2060 (to 2070)", "Mouse": "never"},
    ]
    open_ended = crossings.assign(low=nan, high=nan)[:1]
    assert claims_shown.crossings_table(open_ended, {"Fly": "Fly"})["Fly"][0] == "2031 (no limit)"


def test_every_claim_has_a_place_and_the_sources_of_its_readings(entries):
    places = set(tables.load("claim_places")["claim_id"])
    kept = tables.load("claim_sources").groupby("claim_id")["source"].agg(set)
    for key, entry in entries.items():
        assert key in places
        used = {source for reading in entry.readings for source in reading.sources}
        assert kept[key] == used | {"sobe2025-summary"}, key


# ---------------------------------------------------------------- readings


def test_a_reading_needs_a_source_and_an_interval_that_holds_it():
    with pytest.raises(ValueError, match="'nothing' has no source"):
        reading("nothing", 1, "recordings: 0 rows", [])
    with pytest.raises(ValueError, match="'x' is 5.0 with the interval 1.0 to 2.0"):
        reading("x", 5, "rows", ["s"], (1, 2))
    for value in (math.nan, math.inf):
        with pytest.raises(ValueError, match="'x' is"):
            reading("x", value, "rows", ["s"])
    with pytest.raises(ValueError, match="'x' has no values"):
        spread("x", {}, "rows", ["s"])


def test_a_spread_goes_from_the_smallest_to_the_largest():
    found = spread("x", {"a": 3, "b": 1, "c": 10}, "rows", ["t", "s", "t"])
    assert (found.value, found.low, found.high, found.sources) == (3, 1, 10, ("s", "t"))


def test_readings_and_table_must_name_the_same():
    data = Tables()
    table = data["claim_readings"]
    first = table[table["claim_id"] == "simulations"].iloc[0]
    data["claim_readings"] = table.drop(first.name)
    with pytest.raises(ValueError, match="'simulations': the reading 'figure-rows' is in sobe"):
        readings("simulations", data)
    extra = pd.DataFrame([{**first, "reading_id": "another"}])
    data["claim_readings"] = pd.concat([table, extra])
    with pytest.raises(ValueError, match="'simulations': the reading 'another' is in claim_read"):
        readings("simulations", data)
    with pytest.raises(ValueError, match="two functions compute the claim 'growth'"):
        computes("growth")(len)


def test_no_headline_reading_counts_silicon(entries):
    silicon = tables.load("simulation_models").query("organism == 'silicon'")["model_id"]
    scores = tables.load("capability_scores").dropna(subset=["score"])
    scores = scores[~scores["model_id"].isin(silicon)]
    for key, dimension in (
        ("connectivity-strong", "connectivity_accuracy"),
        ("behaviour-limited", "behavior"),
    ):
        rows = scores[scores["dimension"] == dimension]
        found = {r.id: r.value for r in entries[key].readings}
        assert found["without-silicon"] == pytest.approx((rows["score"] >= 2).mean())
        assert set(found) == {"figure-rows", "without-silicon"}


def test_a_share_of_neurons_counts_cells_alone():
    data = Tables()
    rows = data["recording_coverage"].copy()
    fractions = rows["counted"] == "fraction_times_total"
    assert fractions.any()
    before = ledger.entries(data, ["sparse-data"])["sparse-data"].readings
    rows.loc[fractions, "neurons"] *= 1.2
    data["recording_coverage"] = rows
    assert ledger.entries(data, ["sparse-data"])["sparse-data"].readings == before


def test_the_fly_volume_that_gives_the_summary_s_ratios_is_among_the_readings(entries):
    found = {r.id: r for r in entries["human-fly-volume"].readings}
    assert found["recording-fly"].value == pytest.approx(3e7)
    assert found["recording-fly"].kind == OWN and found["brain-volumes"].kind == SAME
    mouse = {r.id: r for r in entries["mouse-fly-volume"].readings}
    assert mouse["recording-fly"].low <= 12_500 * (1 + 1e-9)


# ---------------------------------------------------------------- verdicts


def test_verdicts_follow_from_kind_and_primary(entries):
    for key, entry in entries.items():
        assert entry.verdict in VERDICTS
        if not entry.graded:
            assert entry.verdict == NOT_GRADED, key
        elif entry.primary is None:
            assert entry.verdict == NOT_CHECKABLE, key
        elif entry.primary.kind != SAME:
            assert entry.verdict not in (HOLDS, DOES_NOT_HOLD), key
        labels = [reading.label for reading in entry.readings]
        assert len(labels) == len(set(labels)), f"{key}: two readings of one name"


def test_what_cannot_be_proved_does_not_hold(entries):
    """A universal negative, a sign without an interval, and the row that states the claim."""
    assert entries["no-whole-brain"].primary.kind == PROXY
    for key in ("speed-or-size", "size-or-resolution"):
        primary = entries[key].primary
        assert primary.low < primary.value < primary.high and primary.kind == PROXY
    assert entries["neuroscience-money"].verdict == NOT_SUPPORTED
    assert entries["neuroscience-money"].factor > 9


def test_the_metaphors_show_data_and_no_grade(entries):
    found = {key for key, entry in entries.items() if not entry.graded}
    assert found == {"crystal-diamond", "share-of-ideal", "session-length", "ten-faced-cube"}
    shown = claims_shown.readings_table(
        {key: entries[key] for key in ("share-of-ideal", "session-length")}
    )
    assert len(shown) and set(shown["Compared"]) == {"not graded"}
    assert all(not entries[key].definitions for key in found)


def test_every_explanation_is_made_of_values(entries):
    for key, entry in entries.items():
        text = entry.explanation
        assert text and not re.search(r"\bnan\b|\binf\b|∞", text), key
        if entry.primary is not None and entry.graded:
            assert entry.primary.label in text and entry.computed in text, key
            assert entry.allows in text, key
    assert "higher by a factor of at least: 2" in entries["mouse-budget"].explanation
    assert "lower by a factor of at least: 1.6" in entries["human-fly-neurons"].explanation


def test_how_many_definitions_agree(entries):
    assert entries["mouse-fly-volume"].definitions == "1 of 4 agree"
    assert entries["share-of-nih"].definitions == "1 of 2 agree, 1 cannot be told apart"
    assert entries["data-barrier"].definitions == ""


# ---------------------------------------------------------------- verdicts follow the data


def changed(name, edit):
    """All tables, one of them edited."""
    data = Tables()
    data[name] = edit(data[name].copy())
    return data


def scaled(column, factor, query):
    def edit(frame):
        rows = frame.query(query).index
        frame[column] = frame[column].astype(float)
        frame.loc[rows, column] *= factor
        return frame

    return edit


@pytest.mark.parametrize(
    "key, name, edit, before, after",
    [
        (
            "mouse-fly-volume",
            "organisms",
            scaled("value", 1 / 1.7, "organism == 'drosophila' and quantity == 'brain_volume'"),
            DOES_NOT_HOLD,
            NOT_SETTLED,
        ),
        (
            "worm-neurons",
            "neuron_counts",
            scaled("count", 2, "count_id == 'c-elegans-white'"),
            HOLDS,
            DOES_NOT_HOLD,
        ),
        (
            "mouse-budget",
            "reconstruction_costs",
            scaled("cost_per_neuron_usd", 1 / 3, "kind != 'illustration'"),
            NOT_SUPPORTED,
            NOT_SETTLED,
        ),
        (
            "no-whole-brain",
            "recording_coverage",
            scaled("neurons", 2, "coverage_id == 'favre-bulle-2018-calcium'"),
            SUPPORTED,
            NOT_SUPPORTED,
        ),
        (
            "neuroscience-money",
            "nih_budgets",
            scaled("amount_usd", 1 / 12, "category == 'neuroscience'"),
            NOT_SUPPORTED,
            SUPPORTED,
        ),
        (
            "growth",
            "recordings",
            lambda frame: frame.assign(
                neurons=frame["neurons"].astype(float) ** 0.2,
                information_rate_per_s=frame["information_rate_per_s"] ** 0.2,
            ),
            NOT_SETTLED,
            DOES_NOT_HOLD,
        ),
    ],
)
def test_a_verdict_changes_with_the_data(key, name, edit, before, after):
    assert ledger.entries(only=[key])[key].verdict == before
    assert ledger.entries(changed(name, edit), [key])[key].verdict == after


def test_a_verdict_changes_with_the_claim():
    data = changed("claims", scaled("allows_low", 0.5, "claim_id == 'mouse-fly-volume'"))
    assert ledger.entries(data, ["mouse-fly-volume"])["mouse-fly-volume"].verdict == NOT_SETTLED


def test_only_the_tables_needed_are_read():
    data = Tables()
    ledger.entries(data, ["simulations"])
    assert set(data) == {"claims", "claim_readings", "simulation_models"}
    with pytest.raises(KeyError):
        ledger.entries(data, ["no-such-claim"])


def test_implied_fall(claims):
    assert implied_fall(claims) == pytest.approx((1 / 16_000) ** (10 / 44))


def test_numbers_are_written_as_claimed(entries):
    assert entries["growth"].claimed == "about 5×"
    assert entries["small-model-cost"].claimed == "about $100 million to $200 million"
    assert entries["small-brains"].claimed == "fewer than 1 million"
    assert entries["figure-start"].claimed == "1960"
    assert entries["data-barrier"].claimed == "no number"
    assert entries["meeting-room"].claimed == "no number"
    assert entries["worm-neurons"].computed == "302" and entries["data-barrier"].computed == ""


# ---------------------------------------------------------------- stability


def test_every_graded_claim_is_moved_and_no_other(entries, moves):
    moved = {move.claim_id for move in moves}
    for key, entry in entries.items():
        if key in moved:
            assert entry.graded and entry.primary is not None, key
    assert moved >= {"growth", "mouse-budget", "ladder-first-mouse", "meeting-room"}


def test_the_used_value_of_an_assumption_gives_the_verdict(entries):
    """Moving nothing changes nothing."""
    table = tables.load("claim_assumptions")
    assert (table.groupby(["claim_id", "assumption_id"])["used"].sum() == 1).all()
    for row in table[table["used"]].itertuples():
        if row.assumption_id in ("allows-low", "allows-high"):
            column = row.assumption_id.replace("-", "_")
            assert entries[row.claim_id].claim[column] == row.value
    about = [
        m for m in stability.moves(entries["human-fly-neurons"], Tables()) if m.moved == "about"
    ]
    assert {m.to: m.verdict for m in about} == {
        "a factor of 1.1": DOES_NOT_HOLD,
        "a factor of 1.25": DOES_NOT_HOLD,
        "a factor of 1.5": DOES_NOT_HOLD,
        "a factor of 2": HOLDS,
    }


def test_what_flips_a_verdict_is_found(entries, moves):
    bee = stability.changes(entries["bee"], moves)
    assert [(move.to, move.verdict) for move in bee["source"]] == [("menzel2012", HOLDS)]
    room = stability.changes(entries["meeting-room"], moves)
    assert [move.to for move in room["assumption"]] == ["people that a meeting room seats: 500"]
    mouse = stability.changes(entries["ladder-first-mouse"], moves)
    assert [move.verdict for move in mouse["primary"]] == [verdicts.CONSISTENT]


def test_a_claim_rests_on_its_sources(entries, moves):
    left_out = [m for m in moves if m.claim_id == "growth" and m.moved == "source"]
    assert {m.to for m in left_out} == set(entries["growth"].primary.sources)


def test_an_assumption_needs_one_used_value():
    data = Tables()
    data["claim_assumptions"] = data["claim_assumptions"].assign(used=False)
    with pytest.raises(ValueError, match="'growth': 0 used values of the assumption 'electro"):
        assumed(data, "growth", "electrophysiology-hz")


# ---------------------------------------------------------------- the summary

# A run of digits or Chinese numerals.
NUMBER = re.compile(r"[0-9](?:[0-9,.]*[0-9])?|[零一二两三四五六七八九十百千万亿几]+")
# Where such a run states no quantity of the report's subject.
NO_CLAIM = re.compile(
    "|".join(
        [
            r"现状(?:报告)? 2025",  # the title
            r"^### [123] ",  # numbers of headings
            r"一[样个种整只幅间体]|下一代|同一性",  # "a", "one", "same"
            r"这两个案例",  # "both of these"
            r"三光子",  # a kind of microscope
            r"BRAIN Initiative\) 2\.0",  # a name
        ]
    ),
    re.MULTILINE,
)


def uncovered(text, places):
    """(line, number, its surroundings) of numbers in ``text`` that lie in no place of a claim."""
    for number, line in enumerate(text.split("\n"), start=1):
        spans = [m.span() for m in NO_CLAIM.finditer(line)]
        for words in places.loc[places["line"] == number, "text"]:
            spans += [m.span() for m in re.finditer(re.escape(words), line)]
        for found in NUMBER.finditer(line):
            if not any(start <= found.start() and found.end() <= end for start, end in spans):
                yield number, found[0], line[max(0, found.start() - 8) : found.end() + 8]


def summary():
    if not SUMMARY.is_file():
        pytest.skip(
            "the summary's text is not here (it is not part of this repository): "
            "its numbers were not walked"
        )
    return SUMMARY.read_text(encoding="utf-8")


def test_every_sentence_of_the_summary_is_in_the_table():
    """A sentence that was dropped, added or altered changes the list of sums."""
    found = [sentences.digest(sentence) for sentence in sentences.sentences(summary())]
    assert list(tables.load("summary_sentences")["sha256"]) == found


def test_a_dropped_and_an_altered_sentence_are_seen():
    text = "# 题\n\n**第一句。**第二句 有 3 个？\n列\t格 A\n”\n"
    whole = sentences.sentences(text)
    assert whole == ["题", "第一句。", "第二句有3个？", "列", "格A"]
    assert sentences.sentences(text.replace("第一句。", "")) != whole
    assert sentences.digest(whole[2]) != sentences.digest(whole[2].replace("3", "4"))


def test_every_sentence_has_claims_or_a_reason(entries):
    table = tables.load("summary_sentences")
    named = set()
    for row in table.itertuples():
        keys = set() if pd.isna(row.claims) else set(row.claims.split())
        named |= keys
        assert keys <= set(entries), row.sentence_id
        assert bool(keys) == (row.status != "not a claim"), row.sentence_id
        assert pd.isna(row.reason) == bool(keys), row.sentence_id
        metaphor = bool(keys) and not any(entries[key].graded for key in keys)
        assert metaphor == (row.status == "metaphor"), row.sentence_id
        assert len(row.paraphrase) > 3 and not re.search(r"[\u4e00-\u9fff]", row.paraphrase)
    assert named == set(entries), "claims of no sentence"


def test_every_number_of_the_summary_is_claimed():
    assert list(uncovered(summary(), tables.load("claim_places"))) == []


def test_every_place_is_in_the_summary():
    lines = summary().split("\n")
    for place in tables.load("claim_places").itertuples():
        assert place.text in lines[place.line - 1], f"{place.claim_id}: line {place.line}"


def test_the_walk_finds_a_number_without_a_claim():
    places = pd.DataFrame({"line": [1], "text": ["约五倍"]})
    text = "增长约五倍,约 16,000 美元\n一种约五倍"
    assert [found[:2] for found in uncovered(text, places)] == [(1, "16,000"), (2, "五")]


# ---------------------------------------------------------------- the pages


def test_chapters_get_what_they_cite(monkeypatch):
    import myst_nb

    given = {}
    monkeypatch.setattr(myst_nb, "glue", lambda name, value, display: given.update({name: value}))
    claims_shown.glue_claims(
        "growth", "mouse-budget", "small-model-cost", "data-barrier", "cost-2030"
    )
    assert given["claimed-growth"] == "about 5×" and given["number-growth"] == "5×"
    assert given["year-growth"] == "1980" and given["year-cost-2030"] == "2030"
    assert "number-small-model-cost" not in given and "claimed-data-barrier" not in given
    verdict = "not checkable"
    leads = {"text": verdict, "verdict": verdict, "url": "claims.html#claim-data-barrier"}
    assert given["verdict-data-barrier"].kind == "badge"
    shown = given["verdict-data-barrier"].data
    assert {key: shown[key] for key in leads} == leads
    assert shown["means"] == "No data at hand can decide it."
    assert shown["why"].startswith("To decide it would take ")
    assert "×" in given["verdict-growth"].data["why"]  # the computed value


def test_the_claims_page_is_built(site, entries):
    text = (site / "claims.html").read_text(encoding="utf-8")
    for key, entry in entries.items():
        assert f'id="claim-{key}"' in text and f'id="read-{key}"' in text
        assert (f'id="needed-{key}"' in text) == (entry.verdict == NOT_CHECKABLE), key
        assert (f'id="readings-{key}"' in text) == bool(entry.readings), key
        assert (f'id="stability-{key}"' in text) == (entry.graded and entry.primary is not None)
        assert entry.claim["read_as_zh"] in text, key
    assert 'data-sobe-menus="1 2 7"' in text
    for identity in re.findall(r'href="#([a-z0-9-]+)"', text):
        assert f'id="{identity}"' in text, identity


def test_every_dissent_is_shown(site):
    text = (site / "claims.html").read_text(encoding="utf-8")
    for row in tables.load("dissents").itertuples():
        assert f'href="#claim-{row.claim_id}"' in text and row.who in text


def test_every_claim_leads_to_a_section_that_exists(site, claims):
    for row in claims.dropna(subset=["anchor"]).itertuples():
        text = (site / f"{row.chapter}.html").read_text(encoding="utf-8")
        assert f'id="{row.anchor}"' in text, f"{row.claim_id}: {row.chapter}#{row.anchor}"


def test_chapters_show_the_verdict_next_to_the_claim(site, entries):
    badge = re.compile(r'data-verdict="([^"]+)" href="claims\.html#claim-([a-z0-9-]+)"')
    shown = set()
    for name in ("index", "capability", "cost", "recording", "scale", "funding"):
        found = badge.findall((site / f"{name}.html").read_text(encoding="utf-8"))
        assert found, f"no verdict on {name}"
        assert all(entries[key].verdict == verdict for verdict, key in found)
        shown |= {key for _, key in found}
    # Of the claims on the report's subject, those of figures alone are in the ledger only.
    parts = ("glance", "capability", "cost", "recording", "scale", "funding")
    missing = {k for k, e in entries.items() if e.claim["section"] in parts} - shown
    assert missing <= {"figure-start", "figure-end", "many-dimensions-hard", "ten-faced-cube"}


def test_a_menu_needs_its_column():
    with pytest.raises(ValueError, match="no column 'b'"):
        table(pd.DataFrame({"a": ["x"]}), "caption", menus=("b",))


@pytest.mark.browser
def test_the_ledger_can_be_filtered(site, chromium, entries):
    tab = chromium.new_page()
    tab.goto(f"file://{site}/claims.html")
    tab.evaluate("sobeParts.all()")  # as a reader's first sign does
    shown = (
        "document.querySelectorAll('table[data-sobe-menus]')[0]"
        ".querySelectorAll('tbody tr:not([hidden])').length"
    )
    assert tab.evaluate(shown) == len(entries)
    tab.locator(".sobe-controls").first.locator("select").nth(0).select_option(NOT_CHECKABLE)
    assert tab.evaluate(shown) == sum(e.verdict == NOT_CHECKABLE for e in entries.values())
    tab.locator(".sobe-controls").first.locator("select").nth(2).select_option("Funding")
    funding = [
        e
        for e in entries.values()
        if e.verdict == NOT_CHECKABLE and e.claim["section"] == "funding"
    ]
    assert tab.evaluate(shown) == len(funding)
    tab.close()


# ---------------------------------------------------------------- with what came since


@pytest.fixture(scope="module")
def again(entries):
    return since.entries(entries)


def test_a_claim_has_a_verdict_with_what_came_since_only_where_its_tables_have_new_rows(
    entries, again
):
    assert again["cost-1986"] is None and again["mouse-budget"] is None
    assert again["growth"].rows == tables.load("recordings", own=True)["vouches"].notna().sum()
    for key, new in again.items():
        assert new is None or new.rows > 0, key
    # New rows move what is computed, not what the summary claims.
    assert again["growth"].entry.primary.value != entries["growth"].primary.value
    assert again["growth"].entry.claimed == entries["growth"].claimed


def test_what_an_interested_party_states_moves_no_verdict(entries, monkeypatch):
    load = tables.load

    def stated(name, *args, **kw):
        rows = load(name, *args, **kw)
        if name == "recordings" and "vouches" in rows:
            rows.loc[rows["vouches"].notna(), "vouches"] = "interested_party"
        return rows

    monkeypatch.setattr(tables, "load", stated)
    new = since.entries(["growth"])["growth"]
    assert new is None


def test_the_check_of_the_summary_has_no_row_of_ours(entries, again):
    """Judging with new rows changes nothing of the report's own ledger."""
    fresh = ledger.entries(Tables())
    assert {key: entry.verdict for key, entry in fresh.items()} == {
        key: entry.verdict for key, entry in entries.items()
    }
    # One source may serve the report's rows and ours.
    sources = set(tables.load("recordings", own=True)["source"])
    ours = sources - set(tables.load("recordings")["source"])
    assert not ours & set(fresh["growth"].primary.sources)
    assert ours & set(again["growth"].entry.primary.sources)


def test_the_ledger_shows_both_verdicts(entries, again):
    shown = claims_shown.claims_table(entries, again).set_index(pd.Index(list(entries)))
    column = shown["With what came since"]
    assert column["cost-1986"] == claims_shown.NO_NEW_ROWS
    assert column["growth"].text == again["growth"].entry.verdict
    assert shown["Verdict"]["growth"].text == entries["growth"].verdict
