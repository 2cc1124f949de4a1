"""Text in data, parameters and scenario files is data: refused or shown, never executed."""

import csv
import json
import re
from pathlib import Path

import pytest

from sobe.analysis.estimator import EstimatorError
from sobe.analysis.estimator.scenario import read_scenario, read_sweep
from sobe.charts import display, outputs
from sobe.errors import BuildError
from sobe.parameters import domain
from sobe.site import TEMPLATES, card
from sobe.tables import TableError, load

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def one(tmp_path):
    """`one(label, url)` loads a table with one row of them."""
    fields = [
        {"name": "label", "type": "string"},
        {"name": "url", "type": "string", "format": "uri"},
    ]
    (tmp_path / "datapackage.json").write_text(
        json.dumps({"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": fields}}]})
    )

    def load_one(label="x", url="https://example.org/"):
        with open(tmp_path / "t.csv", "w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows([("label", "url"), (label, url)])
        return load("t", tmp_path)

    return load_one


@pytest.mark.parametrize(
    "label", ["=1+1", "=cmd|' /C calc'!A0", "+1-2", "-x", "@SUM(A1)", "-", '=HYPERLINK("a")']
)
def test_formulas_of_spreadsheets_are_refused(one, label):
    with pytest.raises(
        TableError,
        match=r"t\.csv, row 1 \(line 2\), column 'label': .* not beginning with =, \+, - or @",
    ) as caught:
        one(label)
    assert str(caught.value).count("\n") == 0


@pytest.mark.parametrize("label", ["-5", "+3.5e6", "−5", "a=b", "1-2", "(=x)", "~ 5"])
def test_numbers_and_other_texts_are_taken(one, label):
    assert one(label)["label"].tolist() == [label]


@pytest.mark.parametrize(
    "mark",
    [
        "\x00",
        "\x07",
        "\x1b",
        "\x7f",
        "\x85",
        "\u200e",
        "\u200f",
        "\u202e",
        "\u2066",
        "\u061c",
        "\u2028",
        "\uffff",
    ],
)
def test_unseen_characters_are_refused(one, mark):
    wanted = "a NUL byte" if mark == "\x00" else f"the unseen character U\\+{ord(mark):04X}"
    with pytest.raises(TableError, match=f"row 1 .*column 'label': .* holds {wanted}"):
        one(f"Zeb{mark}rafish")


@pytest.mark.parametrize(
    "label", ["שלום", "مرحبا", "脑仿真", "naïve", "two\nlines", "a\tb", "𝛼", "👩‍🔬"]
)
def test_all_scripts_are_taken(one, label):
    assert one(label)["label"].tolist() == [label]


@pytest.mark.parametrize("size", [10_001, 1_000_000])
def test_a_cell_as_long_as_a_book_is_refused(one, size):
    with pytest.raises(TableError, match=r"row 1 .*at most|row 1 .*field larger than") as caught:
        one("x" * size)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "//example.org",
        "http:/x",
        "https://a b",
        'https://a"onclick=alert(1)',
        "https://<b>",
        "https://a\\b",
    ],
)
def test_addresses_other_than_of_the_web_are_refused(one, url):
    with pytest.raises(
        TableError, match="row 1 .*column 'url': .*expected an address that begins with http"
    ):
        one(url=url)


def test_every_address_of_the_tables_is_declared_one():
    package = json.loads((ROOT / "data/datapackage.json").read_text())
    fields = [
        f for r in package["resources"] for f in r["schema"]["fields"] if f["name"].endswith("url")
    ]
    assert len(fields) > 5 and all(f.get("format") == "uri" for f in fields)


HOSTILE = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_tables_and_cards_show_what_they_are_given():
    import pandas as pd

    made = display.table(
        pd.DataFrame({HOSTILE: [HOSTILE, display.link(HOSTILE, url="javascript:alert(1)")]}),
        HOSTILE,
    ).html()
    columns, rows = [{"name": HOSTILE, "type": "string"}], [[HOSTILE], ["javascript:alert(1)"]]
    templates = outputs.environment(TEMPLATES).get_template("record.html").module
    made += templates.data_table(card.table(columns, rows, HOSTILE))
    assert (
        "<script" not in made
        and "<img" not in made
        and "javascript:alert" in made
        and "href" not in made
    )


def test_a_source_leads_nowhere_but_to_the_web():
    source = dict.fromkeys(("doi", "authors", "year", "licence"), "") | {
        "url": "javascript:alert(1)",
        "title": HOSTILE,
    }
    record = dict.fromkeys(("title", "subtitle", "note", "description"), HOSTILE) | {
        "name": "x",
        "page": "cost",
        "log_switch": None,
        "spec": {"title": HOSTILE},
        "columns": [],
        "rows": [],
        "tables": [],
        "sources": [source],
    }
    cited = {"title": "t", "version": "1", "date": "2026-01-01", "authors": [], "licence": "l"}
    made = card.card(record, cited)
    listed = made.partition('<ul class="sobe-sources">')[2].partition("</ul>")[0]
    assert "alert(1)" in listed and "href" not in listed
    assert made.count("<script") == 1 and "<img src=x" not in made


def test_published_tables_hold_no_formulas(site):
    files = [*site.glob("figures/*.csv"), *site.glob("data/**/*.csv")]
    assert len(files) > 20
    for path in files:
        for row in csv.reader(path.open(encoding="utf-8", newline="")):
            for cell in row:
                assert not re.match(r"[=+@\t\r]|-(?![0-9.])", cell), (path.name, cell)


DECLARED = domain.Declaration(
    "c",
    {
        name: domain.untyped("c", name, value)
        for name, value in {
            "hz_cap": 30.0,
            "since": 1990,
            "organism": "mouse",
            "overrides": {},
            "log": True,
        }.items()
    },
)


@pytest.mark.parametrize(
    "text",
    [
        "hz_cap=__import__('os')",
        "hz_cap=nan",
        "hz_cap=1e999",
        "since=!!python/object/apply:os.system",
        "since=1.5",
        "since=2e3",
        "overrides=[1]",
        "log=1",
        "since=9" + "9" * 5000,
        "hz_cap='!!python/name:os.system'",
        "overrides=" + "{" * 3000,
        "since=" + "(" * 3000,
        "os=1",
        "__class__=1",
        "since=1 since=2",
        "hz_cap",
        "=1",
        "since='",
    ],
)
def test_hostile_parameters_are_one_message(text):
    with pytest.raises(BuildError) as caught:
        DECLARED.parse(text)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 500


def test_a_text_parameter_is_a_text():
    given = DECLARED.parse("organism=\"__import__('os').system('x')\"")
    assert given == {"organism": "__import__('os').system('x')"}


SCENARIOS = {
    "object": "title: x\nparameters: !!python/object/apply:os.system ['touch /tmp/owned']",
    "name": "title: x\nparameters: {organism: !!python/name:os.system ''}",
    "code": "title: x\nparameters: {microscope_budget: \"__import__('os')\"}",
    "expression": "title: x\nparameters: {project_years: 1+1}",
    "nan": "title: x\nparameters: {project_years: .nan}",
    "infinite": "title: x\nparameters: {microscope_budget: .inf}",
    "huge": "title: x\nparameters: {project_years: " + "9" * 5000 + "}",
    "unknown": "title: x\nparameters: {__class__: 1}",
    "deep": "title: x\nparameters: " + "[" * 2000 + "]" * 2000,
    "bomb": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
    )
    + "title: x\nparameters: {overrides: *j}",
    "small bomb": "title: x\nparameters: {overrides: {a: &a [x,x,x,x,x,x,x,x,x], "
    + ", ".join(
        f"{c}: &{c} [{','.join(['*' + p] * 9)}]"
        for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "}}",
    "itself": "title: x\nparameters: &p {overrides: *p}",
    "bytes": "title: \xff\x00",
    "twice": "title: [x]\nparameters: {}",
    "date": "title: x\nparameters: {project_years: 2025-01-01}",
}


@pytest.mark.parametrize("kind", SCENARIOS)
@pytest.mark.parametrize("read", [read_scenario, read_sweep])
def test_hostile_scenarios_are_one_message(tmp_path, kind, read):
    file = tmp_path / "s.yml"
    file.write_text(
        SCENARIOS[kind] + ("\ngrid: {organism: [mouse]}" if read is read_sweep else ""),
        encoding="latin-1",
    )
    with pytest.raises((EstimatorError, BuildError)) as caught:
        found = read(file)
        domain.of_book("estimator").check(found.parameters)  # as make scenario does
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 1000


def test_yaml_is_loaded_safely_everywhere():
    for path in [*ROOT.glob("sobe/**/*.py"), *ROOT.glob("bench/*.py"), *ROOT.glob("book/*.md")]:
        text = path.read_text(encoding="utf-8")
        bad = re.findall(
            r"yaml\.(?:load|load_all|unsafe_\w+|full_\w+|Loader|UnsafeLoader|FullLoader)\b\(?|[^\w.]eval\(|[^\w.]exec\(|pickle\.loads?\(|pickle\.Unpickler\(",
            text,
        )
        assert not bad, (path.name, bad)


def test_dependencies_are_pinned_with_hashes():
    text = (ROOT / "requirements.txt").read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) > 50
    for entry in entries:
        assert re.match(r"[\w.\[\]-]+==\S+", entry) and "--hash=sha256:" in entry, (
            entry.splitlines()[0]
        )
