"""The ledger: every claim computed or excused, every number of the summary covered."""

import re
from pathlib import Path

import pandas as pd
import pytest

from sobe import tables
from sobe.claims import ledger, page
from sobe.claims.cost import implied_fall
from sobe.claims.registry import FUNCTIONS, Tables, reading
from sobe.claims.verdicts import (
    CONTRADICTED,
    DEPENDS,
    MAGNITUDE,
    NOT_CHECKABLE,
    REPRODUCED,
    VERDICTS,
)
from sobe.show import table

ROOT = Path(__file__).resolve().parent.parent
SUMMARY = ROOT.parent / "shared" / "seed" / "summary.zh.txt"


@pytest.fixture(scope="module")
def claims():
    return tables.load("claims")


@pytest.fixture(scope="module")
def entries():
    return ledger.entries()


# ---------------------------------------------------------------- the table


def test_every_claim_is_computed_or_says_what_is_missing(claims):
    computed = claims["computes"].notna()
    assert set(claims.loc[computed, "computes"]) == set(FUNCTIONS), (
        "functions without claims, or claims without functions"
    )
    assert claims.loc[computed, "data_needed"].isna().all()
    assert claims.loc[~computed, "data_needed"].notna().all()


def test_every_claim_states_what_its_precision_needs(claims):
    needed = {
        "exact": {"value"},
        "digits": {"value"},
        "about": {"value"},
        "range": {"low", "high"},
        "at_most": {"high"},
        "at_least": {"low"},
        "not_numeric": set(),
    }
    for row in claims.itertuples():
        stated = {name for name in ("value", "low", "high") if pd.notna(getattr(row, name))}
        assert stated == needed[row.precision], row.claim_id
        assert pd.isna(row.unit) == (row.precision == "not_numeric"), row.claim_id
        assert row.precision != "not_numeric" or pd.isna(row.computes), row.claim_id


def test_units_and_sections_can_be_written():
    fields = {field["name"]: field for field in tables.schema("claims")["schema"]["fields"]}
    assert set(fields["unit"]["constraints"]["enum"]) == set(ledger._WRITTEN)
    assert fields["section"]["constraints"]["enum"] == list(page.SECTIONS)
    assert fields["chapter"]["constraints"]["enum"] == list(page.CHAPTERS)


def test_every_claim_has_a_place_and_the_sources_of_its_readings(entries):
    places = set(tables.load("claim_places")["claim_id"])
    kept = tables.load("claim_sources").groupby("claim_id")["source"].agg(set)
    for key, entry in entries.items():
        assert key in places
        used = {source for reading in entry.readings for source in reading.sources}
        assert kept[key] == used | {"sobe2025-summary"}, key


def test_each_reading_names_the_sources_of_its_rows(entries):
    assert all(reading.sources for entry in entries.values() for reading in entry.readings)
    sources = {reading.label: set(reading.sources) for reading in entries["growth"].readings}
    rows = tables.load("recordings").dropna(subset=["year", "neurons"])
    wanted = set(rows.loc[rows["method"] == "electrophysiology", "source"])
    assert sources["Neurons, electrophysiology, all recordings, all years"] == wanted
    with pytest.raises(ValueError, match="'nothing' has no source"):
        reading("nothing", 1, "recordings: 0 rows", [])


def test_every_computed_claim_has_a_verdict_and_readings(entries):
    for key, entry in entries.items():
        assert entry.verdict in VERDICTS
        assert (entry.verdict == NOT_CHECKABLE) == (not entry.readings), key
        labels = [reading.label for reading in entry.readings]
        assert len(labels) == len(set(labels)), f"{key}: two readings of one name"


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
            scaled(
                "value",
                1 / 1.7,
                "organism == 'drosophila' and quantity == 'brain_volume' and book_choice",
            ),
            MAGNITUDE,
            DEPENDS,
        ),
        (
            "mouse-fly-volume",
            "organisms",
            scaled("value", 30, "organism == 'drosophila' and quantity == 'brain_volume'"),
            MAGNITUDE,
            CONTRADICTED,
        ),
        (
            "worm-neurons",
            "organisms",
            scaled("value", 2, "organism == 'c_elegans' and quantity == 'neurons'"),
            REPRODUCED,
            MAGNITUDE,
        ),
        (
            "cost-2030",
            "reconstruction_costs",
            scaled("cost_per_neuron_usd", 1 / 2, "kind == 'illustration'"),
            MAGNITUDE,
            DEPENDS,
        ),
        (
            "cost-1986",
            "reconstruction_costs",
            scaled("total_nominal_usd", 3.4, "estimate_id == 'worm-1986'"),
            DEPENDS,
            REPRODUCED,
        ),
        (
            "simulations",
            "simulation_models",
            lambda frame: frame.head(12),
            CONTRADICTED,
            REPRODUCED,
        ),
        (
            "no-whole-brain",
            "recording_coverage",
            scaled("neurons", 2, "organism == 'zebrafish_larva'"),
            REPRODUCED,
            CONTRADICTED,
        ),
        (
            "neuroscience-money",
            "megaprojects",
            scaled("cost_per_year_usd", 2, "megaproject_id == 'brain-megaprojects-cumulative'"),
            REPRODUCED,
            DEPENDS,
        ),
        (
            "growth",
            "recordings",
            lambda frame: frame.assign(
                neurons=1 + frame.index * 0, information_rate_per_s=1.0 + frame.index * 0
            ),
            DEPENDS,
            CONTRADICTED,
        ),
    ],
)
def test_a_verdict_changes_with_the_data(key, name, edit, before, after):
    assert ledger.entries(only=[key])[key].verdict == before
    assert ledger.entries(changed(name, edit), [key])[key].verdict == after


def test_a_verdict_changes_with_the_claim():
    data = changed("claims", scaled("value", 0.6, "claim_id == 'mouse-fly-volume'"))
    assert ledger.entries(data, ["mouse-fly-volume"])["mouse-fly-volume"].verdict == DEPENDS


def test_only_the_tables_needed_are_read():
    data = Tables()
    ledger.entries(data, ["worm-neurons"])
    assert set(data) == {"claims", "organisms"}
    with pytest.raises(KeyError):
        ledger.entries(data, ["no-such-claim"])


def test_implied_fall(claims):
    assert implied_fall(claims) == pytest.approx((1 / 16_000) ** (10 / 44))


def test_numbers_are_written_as_claimed(entries):
    assert entries["growth"].claimed == "about 5×"
    assert entries["small-model-cost"].claimed == "$100 million to $200 million"
    assert entries["share-of-ideal"].claimed == "at most 1%"
    assert entries["data-barrier"].claimed == "no number"
    assert entries["worm-neurons"].computed == "302" and entries["data-barrier"].computed == ""


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
            "the summary's text is not here (it is not part of this repository): its numbers were not walked"
        )
    return SUMMARY.read_text(encoding="utf-8")


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


def test_the_claims_page_is_built(site, entries):
    text = (site / "claims.html").read_text(encoding="utf-8")
    for key, entry in entries.items():
        assert f'id="claim-{key}"' in text
        evidence = "readings" if entry.readings else "needed"
        assert f'href="#{evidence}-{key}"' in text and f'id="{evidence}-{key}"' in text
    assert 'data-sobe-menus="1 4"' in text


def test_every_claim_leads_to_a_section_that_exists(site, claims):
    for row in claims.dropna(subset=["anchor"]).itertuples():
        text = (site / f"{row.chapter}.html").read_text(encoding="utf-8")
        assert f'id="{row.anchor}"' in text, f"{row.claim_id}: {row.chapter}#{row.anchor}"


def test_chapters_show_the_verdict_beside_the_claim(site, entries):
    badge = re.compile(r'data-verdict="([^"]+)" href="claims\.html#claim-([a-z0-9-]+)"')
    shown = set()
    for name in ("index", "capability", "cost", "recording", "scale", "funding"):
        found = badge.findall((site / f"{name}.html").read_text(encoding="utf-8"))
        assert found, f"no verdict on {name}"
        assert all(entries[key].verdict == verdict for verdict, key in found)
        shown |= {key for _, key in found}
    # Of the numeric claims on the report's subject, those of the figures' spans stand in the ledger alone.
    missing = {
        k
        for k, e in entries.items()
        if e.claim["section"] in ("glance", "capability", "cost", "recording", "scale", "funding")
    } - shown
    assert missing <= {
        "figure-start",
        "figure-end",
        "mouse-map-earth",
        "size-or-resolution",
        "bee-and-mosquito",
    }


def test_a_menu_needs_its_column():
    with pytest.raises(ValueError, match="no column 'b'"):
        table(pd.DataFrame({"a": ["x"]}), "caption", menus=("b",))


@pytest.mark.browser
def test_the_ledger_can_be_filtered(site, chromium, entries):
    tab = chromium.new_page()
    tab.goto(f"file://{site}/claims.html")
    shown = "document.querySelectorAll('table[data-sobe-menus]')[0].querySelectorAll('tbody tr:not([hidden])').length"
    assert tab.evaluate(shown) == len(entries)
    tab.locator(".sobe-controls").first.locator("select").nth(0).select_option(NOT_CHECKABLE)
    assert tab.evaluate(shown) == sum(e.verdict == NOT_CHECKABLE for e in entries.values())
    tab.locator(".sobe-controls").first.locator("select").nth(1).select_option("Funding")
    funding = [
        e
        for e in entries.values()
        if e.verdict == NOT_CHECKABLE and e.claim["section"] == "funding"
    ]
    assert tab.evaluate(shown) == len(funding)
    tab.close()
