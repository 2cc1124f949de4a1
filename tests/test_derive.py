"""Deriving the tables from upstream's data: reading, corrections, and data/ as the result."""

import contextlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from sobe import tables
from sobe.pipeline import derive as derive_main
from sobe.tables.derive import common, compute, funding, recordings, write
from sobe.tables.derive.bibliography import bibtex
from sobe.tables.derive.cells import number
from sobe.tables.derive.common import (
    Corrections,
    DeriveError,
    Upstream,
    as_text,
    bare_doi,
    slug,
    to_csv,
    unique_key,
)
from sobe.tables.rows import TableError

ROOT = Path(__file__).resolve().parents[1]
UPSTREAM = ROOT.parent / "shared" / "upstream"
needs_upstream = pytest.mark.skipif(
    not UPSTREAM.is_dir(), reason="upstream's data is not next to this checkout"
)


@needs_upstream
def test_data_is_what_upstream_gives():
    assert derive_main.first_difference(derive_main.derive(UPSTREAM)) is None


@needs_upstream
def test_deriving_twice_gives_the_same():
    assert derive_main.derive(UPSTREAM) == derive_main.derive(UPSTREAM)


@needs_upstream
def test_a_git_history_serves_for_the_broken_files(tmp_path):
    """Without data-before-split/, the files are in the commit before the one that broke them."""
    name = "costs/neuron-reconstruction-estimates.tsv"
    good = (UPSTREAM / "data-before-split" / name).read_bytes()
    file = tmp_path / "data" / name
    file.parent.mkdir(parents=True)
    file.write_bytes(good)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    for message in ("before", "after"):
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-qm", message], check=True)
        file.write_bytes(b"broken\n")
    subprocess.run([*git, "tag", "split"], check=True)
    from sobe.tables.derive import common

    original, common.BEFORE_SPLIT = common.BEFORE_SPLIT, "split^"
    try:
        assert len(Upstream(tmp_path).read(name)) == 9
    finally:
        common.BEFORE_SPLIT = original


def test_a_folder_that_is_not_upstream_is_one_clear_error(tmp_path, capsys):
    assert derive_main.main([str(tmp_path)]) == 1
    assert "is missing; give the top folder" in capsys.readouterr().err


@needs_upstream
def test_a_changed_cell_of_data_is_named(monkeypatch):
    files = derive_main.derive(UPSTREAM)
    name = "data/reconstruction_costs.csv"
    files[name] = files[name].replace("16556", "16000")
    difference = derive_main.first_difference(files)
    assert (
        difference.startswith(f"{name}, line 2") and "16556" in difference and "16000" in difference
    )


@pytest.fixture
def small(tmp_path):
    """A repository with one described table, and a page made from it."""
    for folder in ("data", "book"):
        (tmp_path / folder).mkdir()
    fields = [{"name": "n", "type": "integer"}]
    package = {
        "resources": [
            {"name": name, "path": f"{name}.csv", "schema": {"fields": fields}} for name in "ab"
        ]
    }
    (tmp_path / "data/datapackage.json").write_text(json.dumps(package))
    for name in ("data/a.csv", "data/b.csv"):
        (tmp_path / name).write_text("n\n1\n")
    (tmp_path / "book/c.bib").write_text("old\n")
    return tmp_path


def state(root):
    return {p.relative_to(root).as_posix(): p.read_text() for p in root.rglob("*") if p.is_file()}


NEW = {"data/a.csv": "n\n2\n", "data/b.csv": "n\n3\n", "book/c.bib": "new\n"}


def test_derived_files_are_put_in_place(small):
    before = state(small)
    write.write(NEW, small)
    assert state(small) == before | NEW


def test_a_bad_derived_table_replaces_nothing(small):
    before = state(small)
    with pytest.raises(
        TableError, match="data/b.csv, row 1 .*'x' is not valid; expected an integer"
    ):
        write.write(NEW | {"data/b.csv": "n\nx\n"}, small)
    assert state(small) == before


def test_a_derivation_cut_short_is_all_or_nothing(small, monkeypatch):
    """Cut short at any step, the tables are old, or become new with the next command."""

    class Killed(BaseException):
        pass

    before, outcomes = state(small), set()
    for step in range(20):
        for name, text in before.items():
            (small / name).write_text(text)
        left = [step]

        def counted(real, left=left):
            def call(*args, **kwargs):
                if not left[0]:
                    raise Killed
                left[0] -= 1
                return real(*args, **kwargs)

            return call

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", counted(os.replace))
            patch.setattr(os, "rename", counted(os.rename))
            # A killed process clears nothing.
            patch.setattr(write.atomic, "remove", lambda path: None)
            with contextlib.suppress(Killed):
                write.write(NEW, small)
        write.finish(small)
        after = {
            name: text
            for name, text in state(small).items()
            if not name.startswith(".derived.part")
        }
        assert after in (before, before | NEW), step
        outcomes.add(after == before)
        write.write(NEW, small)
        assert state(small) == before | NEW
    assert outcomes == {True, False}


def test_one_derivation_at_a_time(small):
    with (
        write.atomic.locked(small / "data"),
        pytest.raises(DeriveError, match="another derivation is writing"),
    ):
        write.write(NEW, small)


def test_a_row_with_too_many_cells_is_refused(tmp_path):
    file = tmp_path / "data" / "x.tsv"
    file.parent.mkdir()
    file.write_text("a\tb\n1\t2\n1\t2\t3\n")
    with pytest.raises(TableError, match=r"x.tsv, row 2 \(line 3\): 3 cells; expected 2 cells"):
        Upstream(tmp_path).read("x.tsv")
    file.write_text("a\tb\n1\n")
    with pytest.raises(TableError, match=r"x.tsv, row 1 \(line 2\): 1 cells; expected 2 cells"):
        Upstream(tmp_path).read("x.tsv")


def test_columns_outside_the_schema_are_refused():
    with pytest.raises(DeriveError, match="extra"):
        to_csv([{"a": 1, "extra": 2}], ["a"])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$1,450,000", 1450000),
        ("3.02E+02", 302.0),
        ("", None),
        ("-", None),
        ("$306.95", 306.95),
        ("6.4e+13", 6.4e13),
    ],
)
def test_number(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (302.0, "302"),
        (0.08, "0.08"),
        (1.7e14, "170000000000000"),
        (8.5e18, "8.5e+18"),
        ("x", "x"),
    ],
)
def test_cell_text(value, text):
    assert as_text(value) == text


def test_keys():
    assert slug("Djurfeldt, Lundqvist et al.", 2006) == "djurfeldt-lundqvist-2006"
    taken = set()
    assert [unique_key("a", taken) for _ in range(3)] == ["a", "a-2", "a-3"]


def test_doi_is_freed_of_its_link():
    assert (
        bare_doi("https://dx.doi.org/10.1016%2Fj.jneumeth.2017.07.001")
        == "10.1016/j.jneumeth.2017.07.001"
    )
    assert bare_doi("https://www.example.org/paper") == ""


def test_ledger_numbers_rows_in_a_stable_order():
    corrections = Corrections()
    assert corrections.fix("b", "k", "c", " two\nlines ", 2, "why") == 2
    corrections.drop("a", "row", "why")
    rows = corrections.rows()
    assert [(row["correction_id"], row["table"], row["theirs"]) for row in rows] == [
        ("001", "a", "row"),
        ("002", "b", "two lines"),
    ]
    assert [row["kind"] for row in rows] == ["left_out", "corrected"]


def test_a_doubt_keeps_the_value_and_says_why():
    corrections = Corrections()
    corrections.doubt("t", "k", "c", 0.052, "26 times the brain")
    (row,) = corrections.rows()
    assert (row["kind"], row["theirs"], row["ours"]) == ("doubtful", "0.052", "0.052")


def test_facts_seen_are_applied_and_recorded(monkeypatch):
    facts = [
        {"fact_id": "f1", "key": "a", "column": "n", "value": "80", "says": "about 80"},
        {"fact_id": "f2", "key": "a", "column": "region", "value": "head", "says": "the head"},
    ]
    monkeypatch.setattr(common, "seen_facts", lambda table: facts)
    corrections, rows = Corrections(), {"a": {"n": 187, "region": None}}
    assert common.apply_seen(rows, "t", corrections) == {("a", "n"), ("a", "region")}
    assert rows == {"a": {"n": 80, "region": "head"}}
    (row,) = corrections.rows()  # a column that upstream lacks is no correction
    assert (row["theirs"], row["ours"], row["seen"]) == ("187", "80", "f1")
    with pytest.raises(DeriveError, match="f1: t has no row 'a'"):
        common.apply_seen({}, "t", corrections)


@pytest.mark.parametrize(
    ("neurons", "organism", "counted"),
    [
        (95_200, "drosophila", "fraction_times_total"),
        (40_600, "drosophila", "fraction_times_total"),
        (95_201, "drosophila", "not_stated"),
        (1_400, "drosophila", "not_stated"),  # too few for its form to tell
        (80_000, "zebrafish_larva", "not_stated"),  # every round number is a share of 100,000
        (75_909, "mouse", "not_stated"),
    ],
)
def test_a_share_times_a_total_is_told_by_its_form(neurons, organism, counted):
    totals = {"drosophila": 140_000, "zebrafish_larva": 100_000, "mouse": 70_000_000}
    row = {"neurons": neurons, "organism": organism}
    assert recordings._counted(row, totals) == counted


@pytest.mark.parametrize(
    ("link", "doi"),
    [
        (
            "https://www.biorxiv.org/content/10.1101/2023.12.15.571964v1",
            "10.1101/2023.12.15.571964",
        ),
        ("https://www.nature.com/articles/s41592-024-02458-5", "10.1038/s41592-024-02458-5"),
        ("https://doi.org/10.1038/nmeth.2434", "10.1038/nmeth.2434"),
        ("https://example.org/paper", None),
    ],
)
def test_dois_of_the_coverage_table_are_registered_ones(link, doi):
    assert recordings._registered_doi(link, "key", Corrections()) == doi


@pytest.mark.parametrize(
    ("funder", "link", "ours"),
    [
        ("governmental", "https://www.hhmi.org/news/x", "philanthropic"),
        ("commercial", "https://wellcome.org/reports/x", "philanthropic"),
        ("governmental", "https://www.nsf.gov/x", "governmental"),
        ("academic", "https://www.simonsfoundation.org/x", "academic"),
        ("commercial", None, "commercial"),
    ],
)
def test_a_funder_is_compared_with_its_own_link(funder, link, ours):
    row = {"project_id": "p", "source": "s", "funder_type": funder, "reference_url": link}
    funding._check_funder(row, Corrections())
    assert row["funder_type"] == ours


def test_bibliography_has_each_source_once():
    text = bibtex(tables.load("sources"))
    keys = [line.split("{")[1].rstrip(",") for line in text.splitlines() if line.startswith("@")]
    assert keys == list(tables.load("sources")["key"])
    assert (ROOT / "book" / "references.bib").read_text(encoding="utf-8") == text


@needs_upstream
def test_hardware_is_in_bytes_and_its_doubts_are_of_its_rows(monkeypatch):
    corrections = Corrections()
    rows = {row["system_id"]: row for row in compute._hardware(Upstream(UPSTREAM), corrections)}
    assert rows["nvidia-a100-sxm-80gb"]["memory_bytes"] == 80e9
    assert rows["nvidia-a100-sxm-80gb"]["flops"] == 310e12
    assert {entry["key"] for entry in corrections.entries} <= set(rows)
    monkeypatch.setattr(compute, "_HARDWARE_DOUBTS", {("no-such", "price_usd"): "why"})
    with pytest.raises(DeriveError, match="has no system no-such"):
        compute._hardware(Upstream(UPSTREAM), Corrections())
