"""Rows of ours next to those derived from the report: loading, errors, caching, publishing."""

import csv
import hashlib
import io
import json
import shutil
from pathlib import Path

import pytest
from conftest import EXAMPLE

from sobe import tables
from sobe.analysis.claims.registry import Tables
from sobe.pipeline import computed
from sobe.pipeline import derive as derive_main
from sobe.pipeline.fingerprint import table_digests
from sobe.pipeline.project import Project
from sobe.publish import changes
from sobe.site import datadoc
from sobe.site.figures import Package
from sobe.tables import own
from sobe.tables.derive.common import DeriveError

ROOT = Path(__file__).resolve().parents[1]
DESCRIPTOR = json.loads((ROOT / "data/datapackage.json").read_text(encoding="utf-8"))
RESOURCES = {resource["name"]: resource for resource in DESCRIPTOR["resources"]}
PROVENANCE = [field["name"] for field in DESCRIPTOR["provenance"]]
DERIVED = [name for name, resource in RESOURCES.items() if resource["origin"] == "derived"]

ROW = EXAMPLE | {
    "recording_id": "nobody-2025",
    "doi": "10.1000/Nobody.1",
    "looked_up": "2026-11-26",
}


@pytest.fixture
def root(tmp_path):
    """A repository that is only tables and a book's page."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    shutil.rmtree(tmp_path / "data/own", ignore_errors=True)
    return tmp_path


def columns(name):
    return [field["name"] for field in RESOURCES[name]["schema"]["fields"]] + PROVENANCE


def put(root, *rows, name="recordings"):
    """Write rows of ours, each the row above with other values."""
    path = root / "data" / own.own_path(RESOURCES[name])
    path.parent.mkdir(parents=True, exist_ok=True)
    given = [dict.fromkeys(columns(name), "") | row for row in rows]
    path.write_text(own.as_csv(columns(name), given), encoding="utf-8")


def refused(root, name="recordings"):
    with pytest.raises(tables.TableError) as caught:
        tables.load(name, root / "data", own=True)
    tables.load(name, root / "data")  # the report's rows are as they were
    return str(caught.value)


# ---------------------------------------------------------------- loading


def test_rows_of_ours_come_last_and_say_where_they_are_from(root):
    put(root, ROW)
    report = tables.load("recordings", root / "data")
    both = tables.load("recordings", root / "data", own=True)
    assert list(both.columns) == [*report.columns, *PROVENANCE]
    assert len(both) == len(report) + 1 and "nobody-2025" not in set(report["recording_id"])
    ours = both.iloc[-1]
    assert (ours["recording_id"], ours["neurons"], ours["vouches"]) == (
        "nobody-2025",
        1_234_567,
        "primary",
    )
    assert both["vouches"].notna().sum() == 1
    assert both[report.columns].iloc[:-1].equals(report.astype(both[report.columns].dtypes))


def test_without_a_file_of_ours_there_are_no_rows_of_ours(root):
    both = tables.load("recordings", root / "data", own=True)
    assert both["vouches"].isna().all() and list(both.columns)[-3:] == PROVENANCE
    assert len(both) == len(tables.load("recordings", root / "data"))


@pytest.mark.parametrize("column", ["source", *PROVENANCE])
def test_a_row_of_ours_without_its_source_place_day_or_voucher_is_refused(root, column):
    put(root, ROW, ROW | {"recording_id": "b", "doi": "", "neurons": "1", column: ""})
    message = refused(root)
    assert message.startswith(f"data/own/recordings.csv, row 2 (line 3), column {column!r}: ")
    assert "the cell is empty and a value is required; expected " in message


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("vouches", "hearsay", "one of primary, secondary, interested_party"),
        ("looked_up", "26.11.2026", "a date written YYYY-MM-DD"),
        ("method", "telepathy", "one of electrophysiology, fluorescence_imaging"),
        ("place", "=1+1", "not beginning with =, +, - or @"),
        ("source", "nobody", "a value of key in data/sources.csv"),
    ],
)
def test_a_row_of_ours_keeps_to_the_rules_of_its_table(root, column, value, expected):
    put(root, ROW | {column: value})
    message = refused(root)
    assert message.startswith(f"data/own/recordings.csv, row 1 (line 2), column {column!r}")
    assert repr(value) in message and expected in message


def test_duplicates_are_named_all_in_one_error(root):
    with (root / "data/recordings.csv").open(encoding="utf-8", newline="") as lines:
        theirs = list(csv.DictReader(lines))
    known = next(row for row in theirs if row["doi"].lower() != row["doi"])
    other = next(
        row for row in theirs if "et al" in row["authors"] and row["year"] and row["neurons"]
    )
    family = other["authors"].split(" et al")[0]
    put(
        root,
        ROW | {"recording_id": "a", "doi": known["doi"].lower()},
        ROW
        | {"recording_id": "b", "doi": "", "authors": f"{family}, A.; Else, B."}
        | {column: other[column] for column in ("year", "neurons")},
        ROW | {"recording_id": "c", "doi": "10.1000/nobody.3", "neurons": "5"},
        ROW | {"recording_id": "d", "doi": "10.1000/NOBODY.3", "neurons": "6"},
    )
    message = refused(root)
    assert message.startswith("data/own/recordings.csv, row 1 (line 2), column 'doi': ")
    at = theirs.index(known) + 1, theirs.index(other) + 1
    assert f"row {at[0]} (line {at[0] + 1}) of data/recordings.csv" in message
    assert f"row 2 (line 3): authors, year, neurons '{family}" in message
    assert f"row {at[1]} (line {at[1] + 1}) of data/recordings.csv" in message
    assert "row 4 (line 5): doi '10.1000/NOBODY.3' is already in row 3 (line 4)" in message
    assert "no row twice" in message


def test_a_key_is_taken_once_in_both_files(root):
    taken = tables.load("recordings", root / "data")["recording_id"][0]
    put(root, ROW | {"recording_id": taken})
    message = refused(root)
    assert f"{taken!r} is already in row 1 (line 2) of data/recordings.csv" in message
    assert "each value of the primary key once" in message


def test_a_table_without_sources_takes_no_rows_of_ours(root):
    put(root, {"correction_id": "999"}, name="corrections")
    assert "no rows of ours for a table without sources" in refused(root, "corrections")


def test_a_file_of_ours_that_no_table_reads_is_refused(root):
    put(root, ROW)
    (root / "data/own/recordings.csv").rename(root / "data/own/recording.csv")
    message = refused(root)
    assert message.startswith("data/own/recording.csv: rows of ours for no derived table")


def test_rows_of_ours_may_refer_to_rows_of_ours(root):
    given = {key: ROW[key] for key in ("year", "authors", "source", *PROVENANCE)}
    model = given | {"model_id": "m", "organism": "mouse", "in_upstream_figure": "false"}
    put(root, model | {"url": "https://example.org/m"}, name="simulation_models")
    score = {"model_id": "m", "dimension": "behavior", "score": "1", "source": "urai2022"}
    dimension = tables.load("capability_dimensions")["dimension"][0]
    place = {name: ROW[name] for name in PROVENANCE}
    put(root, score | place | {"dimension": dimension}, name="capability_scores")
    both = tables.load("capability_scores", root / "data", own=True)
    assert both.iloc[-1]["model_id"] == "m"


def test_claims_are_judged_by_the_reports_rows(root, monkeypatch):
    put(root, ROW)
    monkeypatch.setenv("SOBE_DATA", str(root / "data"))
    assert len(Tables()["recordings"]) == len(tables.load("recordings", own=True)) - 1


# ---------------------------------------------------------------- what is derived


def test_every_table_says_whether_it_is_derived():
    """`make data` writes those that say so, and nobody else does."""
    sums = (ROOT / derive_main.SUMS).read_text(encoding="utf-8").splitlines()
    written = {line.partition("  ")[2] for line in sums}
    assert written == {f"data/{RESOURCES[name]['path']}" for name in DERIVED}
    assert {r["origin"] for r in RESOURCES.values()} == {"derived", "computed", "own"}
    computed_tables = [n for n, r in RESOURCES.items() if r["origin"] == "computed"]
    assert [f"data/{RESOURCES[n]['path']}" for n in computed_tables] == [computed.CLAIM_SOURCES]


def test_no_derived_table_was_edited_by_hand():
    for line in (ROOT / derive_main.SUMS).read_text(encoding="utf-8").splitlines():
        known, _, name = line.partition("  ")
        assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == known, (
            f"{name} was edited: rows of ours belong into data/own/, others come from `make data`"
        )


def test_deriving_again_refuses_to_erase_an_edit_by_hand(root, monkeypatch):
    monkeypatch.setattr(derive_main, "ROOT", root)
    derive_main.refuse_edits()
    with (root / "data/recordings.csv").open("a", encoding="utf-8") as out:
        out.write("edited\n")
    with pytest.raises(DeriveError) as caught:
        derive_main.refuse_edits()
    message = str(caught.value)
    assert message.startswith("data/recordings.csv was edited by hand")
    assert "rows of ours into data/own/recordings.csv" in message
    (root / derive_main.SUMS).unlink()
    derive_main.refuse_edits()


@pytest.mark.parametrize("name", DERIVED)
def test_rules_on_duplicates_name_columns(name):
    fields = {field["name"] for field in RESOURCES[name]["schema"]["fields"]}
    assert not fields & set(PROVENANCE)
    for rule in RESOURCES[name].get("duplicates", []):
        assert set(rule) <= fields, name
    assert not any("duplicates" in r for n, r in RESOURCES.items() if n not in DERIVED)


# ---------------------------------------------------------------- caching


def reads(root, monkeypatch, tmp_path, work):
    """Return what ``work`` reads, as a build notes it."""
    log = tmp_path / "reads.log"
    log.unlink(missing_ok=True)
    monkeypatch.setenv("SOBE_READS", str(log))
    work()
    monkeypatch.delenv("SOBE_READS")
    lines = log.read_text(encoding="utf-8").splitlines()
    return {line.removeprefix(f"{root.resolve()}/") for line in lines}


def test_only_chapters_that_read_rows_of_ours_depend_on_them(root, monkeypatch, tmp_path):
    data, project = root / "data", Project(root)
    report = reads(root, monkeypatch, tmp_path, lambda: tables.load("recordings", data))
    both = reads(root, monkeypatch, tmp_path, lambda: tables.load("recordings", data, own=True))
    before = [table_digests(project, names) for names in (report, both)]
    put(root, ROW)
    after = [table_digests(project, names) for names in (report, both)]
    assert after[0] == before[0]
    changed = {name for name in both if before[1][name] != after[1][name]}
    assert changed == {"data/own/recordings.csv"}


def test_a_new_source_concerns_only_chapters_that_name_it(root, monkeypatch, tmp_path):
    data, project = root / "data", Project(root)
    table = tables.load("recordings", data)
    titled = reads(root, monkeypatch, tmp_path, lambda: tables.with_sources(table, data))
    whole = reads(root, monkeypatch, tmp_path, lambda: tables.load("sources", data))
    assert whole == {"data/sources.csv"} and len(titled) == table["source"].nunique()
    before = table_digests(project, titled), table_digests(project, whole)
    text = (data / "sources.csv").read_text(encoding="utf-8")
    more = "new2025,article,A title,New; Nora,2025,,,,,2026-11-26\n"
    (data / "sources.csv").write_text(text + more, encoding="utf-8")
    assert table_digests(project, titled) == before[0]
    assert table_digests(project, whole) != before[1]
    key = table["source"][0]
    row = next(line for line in text.split("\n") if line.startswith(f"{key},"))
    (data / "sources.csv").write_text(text.replace(row, row.replace(",20", ",19", 1)))
    assert table_digests(project, titled) != before[0]


# ---------------------------------------------------------------- publishing


def test_the_published_package_has_one_file_per_table_and_is_valid(root, tmp_path):
    from frictionless import Package as Frictionless

    put(root, ROW)
    package = Package(root / "data")
    datadoc.write(package, ROOT, tmp_path / "out")
    out = tmp_path / "out/data"
    assert not (out / "own").exists()
    assert Frictionless(str(out / "datapackage.json")).get_resource("recordings").validate().valid
    rows = list(csv.DictReader(io.StringIO((out / "recordings.csv").read_text(encoding="utf-8"))))
    assert rows[-1]["recording_id"] == "nobody-2025" and rows[-1]["place"] == ROW["place"]
    assert {row["vouches"] for row in rows[:-1]} == {""}
    assert len(package.rows("recordings")) == len(rows)
    # Tables without rows of ours are published as they are.
    for name in ("megaprojects", "glossary"):
        path = RESOURCES[name]["path"]
        assert (out / path).read_bytes() == (ROOT / "data" / path).read_bytes()


def test_without_rows_of_ours_the_description_is_published_as_written(root):
    written = (root / "data/datapackage.json").read_bytes()
    assert own.files(root / "data")["datapackage.json"] == written


def test_changes_between_releases_name_rows_of_ours(root, tmp_path):
    shutil.copytree(root / "data", tmp_path / "before")
    put(root, ROW)
    found = changes.between(tmp_path / "before", root / "data", {}, {})
    assert found["tables"] == {"recordings": {"added": ["nobody-2025"]}}
