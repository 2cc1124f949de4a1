"""What changed, in sentences: the same on the page of changes, in the feed and in the terminal."""

import contextlib
import json

import pytest
from conftest import ROOT

from sobe import languages
from sobe.languages.catalogue import Catalogue
from sobe.pipeline.release import __main__ as command
from sobe.pipeline.release import make
from sobe.publish import sentences
from sobe.site import figures


@pytest.fixture(scope="module")
def package():
    return figures.Package(ROOT / "data")


def row(package, table, **wanted):
    return next(one for one in package.rows(table) if wanted.items() <= one.items())


def added(package, table, **wanted):
    return sentences.added(package, table, row(package, table, **wanted))[0]


@pytest.mark.parametrize(
    ("table", "key", "said"),
    [
        (
            "recordings",
            {"recording_id": "vickers-2024"},
            "A recording of 7,500 neurons by Vickers and McCormick (2024) was added.",
        ),
        (
            "recording_coverage",
            {"coverage_id": "vickers-2024-calcium"},
            "A recording of 7,500 neurons (Mouse) by Vickers (2024) was added.",
        ),
        (
            "simulated_neurons",
            {"simulation_id": "lu-2024"},
            "A simulation of 86 billion neurons by Lu et al. (2024) was added.",
        ),
        (
            "simulation_evidence",
            {"model_id": "dhiman-2026"},
            "Evidence about a simulation by Dhiman (2026) was added.",
        ),
        (
            "simulation_models",
            {"model_id": "kim-2019"},
            "A simulation by Kim et al. (2019) was added.",
        ),
        (
            "connectomes",
            {"connectome_id": "l1em-2023"},
            "A connectome with 3,016 neurons was added: Larval fly brain, article, Science 379, "
            "2023 (Drosophila melanogaster, larva).",
        ),
        (
            "connectome_effort",
            {"effort_id": "flywire-proofreading-2024"},
            "A statement of the work behind a connectome was added: FlyWire, proofreading, 2024.",
        ),
        (
            "predictions",
            {"prediction_id": "electrophysiology-2027"},
            "A prediction was registered: Largest number of neurons recorded at once by "
            "electrophysiology, published in 2027.",
        ),
        ("sources", {"key": "shiu2024"}, "A row was added to “Sources”: Shiu et al., 2024."),
    ],
)
def test_a_row_is_told_by_what_it_is(package, table, key, said):
    assert added(package, table, **key) == said


def test_a_row_without_a_count_or_a_year_is_told_by_its_name(package):
    told = sentences.added(package, "recordings", {"authors": "Nobody, N.", "recording_id": "x"})
    assert told == ("A row was added to “Recordings of neural activity”: Nobody.", "Nobody")
    for neurons in ("", "many", "nan", "inf"):
        made = row(package, "recordings", recording_id="vickers-2024") | {"neurons": neurons}
        assert sentences.added(package, "recordings", made)[0].startswith("A row was added to")


@pytest.mark.parametrize(
    ("authors", "said"),
    [
        ("Vickers, Evan D.; McCormick, David A.", "Vickers and McCormick"),
        ("Lueckmann, Jan-Matthis; and others", "Lueckmann et al."),
        ("A, B.; C, D.; E, F.", "A et al."),
        ("Lu et al.", "Lu et al."),
        ("Kondo, Koshiba et al.", "Kondo, Koshiba et al."),
        ("Dhiman, Nalin", "Dhiman"),
        ("ION-CAS", "ION-CAS"),
        ("", ""),
    ],
)
def test_authors_are_named_in_short(authors, said):
    assert sentences.short(authors) == said


def test_corrections_say_what_was_and_why(package):
    first = sentences.correction(package, row(package, "corrections", correction_id="001"))
    assert first == (
        "In “Brain research funding”, project of Canadian Brain Research Strategy was corrected "
        "from Canadian Brain Research Stratergy to Canadian Brain Research Strategy: misspelt."
    )
    kinds = {}
    for one in package.rows("corrections"):
        kinds.setdefault(one["kind"], []).append(sentences.correction(package, one))
    assert all("called doubtful: " in said for said in kinds["doubtful"])
    assert all(
        said.startswith("The report's row “") and "“”" not in said for said in kinds["left_out"]
    )
    missing = row(package, "corrections", kind="corrected", theirs="")
    assert "was missing in the report, and is now " in sentences.correction(package, missing)


RECORD = {
    "version": "1.1.0",
    "since": "1.0.0",
    "tables": {
        "recordings": {
            "added": ["vickers-2024"],
            "removed": ["old-2001"],
            "changed": [["vickers-2024", "month", "", "3"], ["vickers-2024", "year", "2023", ""]],
        },
        "sources": {"added": [f"s{i}" for i in range(sentences.MOST + 3)]},
        "gone": {"removed": ["x"]},
    },
    "claims": {
        "changed": [
            ["no-such-claim", "verdict", "not settled", "holds"],
            ["growth", "verdict", "not settled", "holds"],
            ["growth", "claimed", "5×", "4×"],
            ["growth", "computed", "3.5×", "4×"],
            ["neuron-counts", "computed", "1", "2"],
        ]
    },
}


def test_a_release_is_told_verdicts_first(package):
    told = sentences.of_record(package, RECORD)
    assert told[0] == (
        "The claim “no such claim” was judged “not settled” in version 1.0.0; it now is “holds”. "
        "The values shown are as before; the rule or the uncertainty changed."
    )
    assert told[1].endswith("The reason: the value computed was 3.5×, and is now 4×.")
    # A claim whose verdict is as before is no news.
    assert not [said for said in told if "neuron" in said and said.startswith("The claim")]
    assert told[2:6] == [
        "A recording of 7,500 neurons by Vickers and McCormick (2024) was added.",
        "In “Recordings of neural activity”, month of Vickers and McCormick, 2024 is now 3.",
        "In “Recordings of neural activity”, year of Vickers and McCormick, 2024 is now missing; "
        "it was 2023.",
        "A row was removed from “Recordings of neural activity”: old-2001.",
    ]
    assert told[6 + sentences.MOST].startswith("And 3 more rows were added to “")
    assert told[-1] == "A row was removed from “gone”: x."
    assert all(said[0].isupper() and said.endswith(".") for said in told)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ([["growth", "claimed", "5×", "4×"]], "the claim was read as 5×, and is now read as 4×."),
        ([["growth", "statement", "a", "b"]], "The reason: the wording of the claim changed."),
    ],
)
def test_the_reason_is_what_changed_with_the_verdict(package, columns, said):
    changed = {"changed": [["growth", "verdict", "holds", "not settled"], *columns]}
    [(claim, _, reason)] = sentences.of_claims(package, changed, "1.0.0")
    assert claim == "growth" and reason.endswith(said)


def test_sentences_are_in_the_language_of_the_edition(package):
    known = {"Evidence about a simulation by {authors} ({year}) was added.": "{year}：{authors}"}
    languages.use(Catalogue(known))
    try:
        assert added(package, "simulation_evidence", model_id="dhiman-2026") == "2026：Dhiman"
    finally:
        languages.use(None)


def test_make_changes_prints_the_news(monkeypatch, tmp_path, capsys):
    (tmp_path / "dist").mkdir()
    (tmp_path / "book").mkdir()
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(make, "_releasing", lambda _: contextlib.nullcontext())
    monkeypatch.setattr(make, "record", lambda *_: json.dumps(RECORD))
    assert command.main(["changes", "1.1.0"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[2] == "A recording of 7,500 neurons by Vickers and McCormick (2024) was added."
    assert said[-1] == "wrote book/changes/1.1.0.json"
    monkeypatch.setattr(make, "record", lambda *_: None)
    assert command.main(["changes", "1.1.0"]) == 0
    assert "nothing to compare with" in capsys.readouterr().out
