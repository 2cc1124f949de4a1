"""Issue forms, filled forms (good, bad and hostile), and the answer to them."""

import datetime
import functools
import importlib.util
import json
import re
import shutil
import time
from pathlib import Path

import pytest
import yaml
from conftest import EXAMPLE

from sobe import tables
from sobe.errors import BuildError
from sobe.pipeline import contribute
from sobe.pipeline.configuration import sphinx_settings
from sobe.site import card, collect
from sobe.tables import TableError, own, proposal
from sobe.tables.load import own_fields

ROOT = Path(__file__).resolve().parents[1]
FORMS = ROOT / ".github/ISSUE_TEMPLATE"
TODAY = datetime.date(2026, 11, 26)
OFFERED = proposal.offered(ROOT / "data")
VALUES = EXAMPLE
RECORD = """@article{n, title={New}, author={Nobody, Nora}, year={2025}, doi={10.1000/nobody.1}}"""


@functools.cache
def form(name):
    return yaml.safe_load((FORMS / f"{name}.yml").read_text(encoding="utf-8"))


def filled(name="recordings", values=None, record="", accepted=True, **other):
    """Return the Markdown that GitHub makes of a filled form."""
    given = {**(VALUES if values is None else values), **other, "table": name, "record": record}
    parts = []
    for part in form(name)["body"]:
        if part["type"] == "markdown":
            continue
        value = given.get(part["id"]) or "_No response_"
        if part["type"] == "checkboxes":
            option = part["attributes"]["options"][0]["label"]
            value = f"- [{'x' if accepted else ' '}] {option}"
        parts.append(f"### {part['attributes']['label']}\n\n{value}")
    return "\n\n".join(parts)


def refused(body, today=TODAY):
    """Return the lines that say what is wrong with a body."""
    content = body if isinstance(body, bytes) else body.encode()
    with pytest.raises(proposal.ProposalError) as caught:
        proposal.read(content, today, ROOT / "data")
    return str(caught.value).split("\n")


# ---------------------------------------------------------------- the forms


def test_every_form_is_as_the_tables_describe_it():
    for name in OFFERED:
        made = contribute.form_text(proposal.form(name, ROOT / "data"))
        text = (FORMS / f"{name}.yml").read_text(encoding="utf-8")
        assert text == made, f"{name}.yml is out of date: make forms"
    others = {path.stem for path in FORMS.glob("*.yml")} - set(OFFERED)
    assert others == {"error", "translation"}


@pytest.mark.parametrize("name", OFFERED)
def test_the_fields_of_a_form_are_the_columns_of_its_table(name):
    parts = {part["id"]: part for part in form(name)["body"] if "id" in part}
    columns = {field["name"]: field for field in own_fields(name)}
    assert list(parts) == ["table", *columns, "record", "licence"]
    labels = [part["attributes"].get("label") for part in parts.values()]
    assert len(set(labels)) == len(labels)
    for column, field in columns.items():
        part = parts[column]
        assert part["attributes"]["description"].startswith(field["description"])
        if values := field.get("constraints", {}).get("enum"):
            assert part["type"] == "dropdown" and part["attributes"]["options"] == values
    for column in ("place", "looked_up", "vouches"):
        assert parts[column]["validations"]["required"]
    assert parts["licence"]["attributes"]["options"][0]["required"] is True
    assert "CC BY 4.0" in parts["licence"]["attributes"]["options"][0]["label"]
    assert form(name)["labels"] == ["proposal"]


@pytest.mark.parametrize("path", sorted(FORMS.glob("*.yml")), ids=lambda path: path.stem)
def test_a_form_is_one_that_github_takes(path):
    """By GitHub's syntax for issue forms: known keys and types, ids and labels once."""
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(found) == {"name", "description", "title", "labels", "body"}
    assert len(found["name"]) > 3 and len(found["description"]) > 3
    idents = [part["id"] for part in found["body"] if part["type"] != "markdown"]
    assert len(set(idents)) == len(idents) and all(map(re.compile(r"[\w-]+").fullmatch, idents))
    for part in found["body"]:
        assert set(part) <= {"type", "id", "attributes", "validations"}
        assert part["type"] in ("markdown", "input", "textarea", "dropdown", "checkboxes")
        if part["type"] == "dropdown":
            options = part["attributes"]["options"]
            assert all(isinstance(value, str) for value in options)
            assert len(set(options)) == len(options) and "None" not in options


def test_an_error_is_reported_with_its_place():
    where = next(part for part in form("error")["body"] if part.get("id") == "where")
    assert where["type"] == "input" and where["validations"]["required"]


# ---------------------------------------------------------------- good bodies


@pytest.fixture
def root(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    shutil.rmtree(tmp_path / "data/own", ignore_errors=True)
    return tmp_path


@pytest.mark.parametrize("change", [str, lambda text: text.replace("\n", "\r\n")])
def test_a_filled_form_becomes_a_row(root, change):
    path, key = contribute.add_proposal(root, change(filled()).encode(), TODAY)
    assert (path, key) == ("data/own/recordings.csv", "nobody-2025")
    row = tables.load("recordings", root / "data", own=True).iloc[-1]
    for column in ("authors", "doi", "source", "place", "vouches"):
        assert row[column] == VALUES[column]
    assert row["neurons"] == 1_234_567 and str(row["looked_up"])[:10] == VALUES["looked_up"]
    # Another by the same authors has another key, and is added after it.
    more = filled(doi="10.1000/nobody.2", neurons="5", information_rate_per_s="10")
    assert contribute.add_proposal(root, more.encode(), TODAY)[1] == "nobody-2025-2"
    assert len((root / path).read_text(encoding="utf-8").splitlines()) == 3


@pytest.mark.parametrize("fence", ["{}", "```text\n{}\n```", "```\n{}\n```"])
def test_a_new_source_comes_with_its_record(root, fence):
    body = filled(source="", record=fence.format(RECORD))
    contribute.add_proposal(root, body.encode(), TODAY)
    row = tables.load("recordings", root / "data", own=True).iloc[-1]
    sources = tables.load("sources", root / "data").set_index("key")
    assert row["source"] == "nobody2025" and sources["title"]["nobody2025"] == "New"


@pytest.mark.parametrize("name", OFFERED)
def test_every_form_can_be_filled(root, name):
    """With the values of a row of the report under other names, a form is taken."""
    resource = tables.schema(name, root / "data")
    row = own.texts(root / "data", resource)[0]
    other = {"doi": "10.1000/x", "url": "https://example.org/x", "neurons": "77", "year": "2024"}
    other |= {"start_year": "2024", "label": "X", "dataset": "x", "project": "X", "authors": "X"}
    other |= {key: VALUES[key] for key in ("source", "place", "looked_up", "vouches")}
    key = resource["schema"]["primaryKey"]
    made = [column for column in ([key] if isinstance(key, str) else key) if column != "source"]
    values = row | {c: v for c, v in other.items() if c in row or c not in VALUES or c in ROW_END}
    values |= dict.fromkeys(made, "")
    path, _ = contribute.add_proposal(root, filled(name, values).encode(), TODAY)
    assert path == f"data/own/{resource['path']}"


ROW_END = ("place", "looked_up", "vouches")


# ---------------------------------------------------------------- bad bodies


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (filled(neurons="many"), "Neurons: 'many' is not valid; expected an integer, at least 1"),
        (filled(neurons="1,000"), "Neurons: '1,000' is not valid; expected an integer, at least 1"),
        (filled(method="telepathy"), "Method: 'telepathy' is not valid; expected text, one of"),
        (filled(place=""), "Place: the cell is empty and a value is required; expected text"),
        (filled(vouches=""), "Vouches: the cell is empty and a value is required; expected"),
        (filled(source=""), "Source: the cell is empty and a value is required; expected text"),
        (filled(looked_up="yesterday"), "Looked up: 'yesterday' is not valid; expected a date"),
        (filled(looked_up="2027-01-01"), "Looked up: '2027-01-01' is not valid; expected a day up"),
        (filled(accepted=False), "Licence: the box is not checked; expected: I publish"),
        (filled(record=RECORD), "Record of the source: given as well as the key of a source"),
        (filled(doi="doi.org/x"), "Doi: 'doi.org/x' is not valid; expected text, matching"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_its_field(body, line):
    found = refused(body)
    assert len(found) == 1 and found[0].startswith(line), found


def test_all_errors_are_told_at_once():
    found = refused(filled(neurons="x", year="then", place="", accepted=False))
    assert [line.partition(":")[0] for line in found] == ["Licence", "Year", "Neurons", "Place"]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"source": "nobody"}, "expected a value of key in data/sources.csv"),
        ({"doi": "10.1152/JN.1957.20.4.374"}, "is already in row 1 (line 2) of data/recordings"),
        ({"recording_id": "mountcastle-1957"}, "each value of the primary key once"),
    ],
)
def test_what_contradicts_other_rows_is_refused(root, other, message):
    before = sorted((p, p.read_bytes()) for p in root.rglob("*") if p.is_file())
    with pytest.raises(TableError) as caught:
        contribute.add_proposal(root, filled(**other).encode(), TODAY)
    assert message in str(caught.value)
    assert sorted((p, p.read_bytes()) for p in root.rglob("*") if p.is_file()) == before


def test_a_source_that_is_there_is_named(root):
    known = own.texts(root / "data", {"path": "sources.csv"})[-2]
    text = RECORD.replace("10.1000/nobody.1", known["doi"] or "10.1000/z").replace(
        "title={New}", f"title={{{known['title']}}}"
    )
    text = text.replace("2025", known["year"])
    with pytest.raises(BuildError, match=f"has it already, as '{known['key']}'"):
        contribute.add_proposal(root, filled(source="", record=text).encode(), TODAY)


def test_the_command_says_each_error_on_a_line(tmp_path, capsys):
    file = tmp_path / "issue.md"
    file.write_text(filled(neurons="x", place=""), encoding="utf-8")
    assert contribute.main(["proposal", "--file", str(file)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2 and all(line.startswith("error: ") for line in lines)
    assert contribute.main(["proposal"]) == 1
    assert "make proposal FILE=issue.md" in capsys.readouterr().err


# ---------------------------------------------------------------- hostile bodies


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("", "Table: '' is not valid; expected one of"),
        ("hello\n" + filled(), "'hello' is before the first field; expected a filled form"),
        (b"\xff", "byte 0 is not UTF-8"),
        (b"a" * (proposal.LARGEST + 1), "a body of 262,145 bytes; expected at most 262,144"),
        (filled(neurons="=1+1"), "Neurons: '=1+1' is not valid"),
        (filled(authors='=HYPERLINK("http://x")'), "Authors: '=HYPERLINK(\"http://x\")' is not"),
        (filled(authors="@all"), "Authors: '@all' is not valid; expected text, not beginning with"),
        (filled(authors="a\x1b[31mb"), "Authors: 'a\\x1b[31mb' holds the unseen character U+001B"),
        (filled(authors="a\u202eb"), "Authors: 'a\\u202eb' holds the unseen character U+202E"),
        (filled(authors="a\x00b"), "Authors: 'a\\x00b' holds a NUL byte"),
        (filled(place="see\n```\n$(reboot)\n```"), "Place: 'see\\n```\\n$(reboot)\\n```' is not"),
        (filled(place="<!-- x -->"), "Place: '<!-- x -->' is not valid; expected text without"),
        (filled(place="x" * 30_000), "Place: a cell of 30,000 characters; expected text, of at"),
        (filled() + "\n\n### Neurons\n\n5", "'Neurons': a second heading; expected each field"),
        (filled() + "\n\n### Password\n\n5", "'Password': table 'recordings' has no such field"),
        (filled(place="p 1\n### Year\n\n1066"), "'Year': a second heading; expected each field"),
        (filled("megaprojects").replace("megaprojects", "nothing"), "Table: 'nothing' is not"),
        (filled().replace("recordings", "sources"), "Table: 'sources' is not valid; expected one"),
        (filled().replace("recordings", "../own/x"), "Table: '../own/x' is not valid"),
        (filled().replace("recordings", "megaprojects"), "'Authors': table 'megaprojects' has no"),
        (filled().replace("- [x]", "- [x] not really:"), "Licence: the box is not checked"),
    ],
)
def test_a_hostile_body_is_refused(body, line):
    found = refused(body)
    assert any(one.startswith(line) for one in found), found
    assert not any(re.search(r"[\x00-\x08\x0b-\x1f\u202e]", one) for one in found)


@pytest.mark.parametrize(
    "body",
    [
        "### " * 50_000,
        "### x" + " " * 200_000 + "y",
        "\n".join(f"### {i}" for i in range(30_000)),
        filled(source="", record="`" * 200_000),
        filled(source="", record="```text\n" + "\n```x" * 40_000),
    ],
)
def test_a_hostile_body_takes_no_time(root, body):
    begin = time.monotonic()
    with pytest.raises((proposal.ProposalError, TableError)) as caught:
        contribute.add_proposal(root, body.encode(), TODAY)
    assert time.monotonic() - begin < 5
    assert len(str(caught.value).splitlines()) <= 51


# ---------------------------------------------------------------- the answer


@pytest.fixture(scope="module")
def answer():
    spec = importlib.util.spec_from_file_location("answer", ROOT / ".github/answer.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "text", ["fine", "```\n@all <img src=x>\n````", "`" * 50, "a\x1b[2J\u202eb"]
)
def test_no_output_leaves_the_fence_of_its_comment(answer, text):
    made = answer.comment(text)
    first, *inside, last = made.split("\n\n", 1)[1].rstrip("\n").split("\n")
    assert first == f"{last}text" and set(last) == {"`"} and len(last) >= 3
    assert not any(re.match(rf" {{0,3}}{last}`*\s*$", line) for line in inside)
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", made)
    assert len(answer.comment("x" * 10**6)) < 21_000


def test_the_body_goes_from_the_event_into_a_file(answer, tmp_path, monkeypatch):
    text = "$(touch pwned) `id`\r\n### x"
    event = {"issue": {"body": text, "comments_url": "https://api.github.com/repos/a/b/issues/1/c"}}
    (tmp_path / "event.json").write_text(json.dumps(event))
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))
    answer.main("body", tmp_path / "issue.md")
    assert (tmp_path / "issue.md").read_bytes() == text.encode()
    assert answer.body({"issue": {"body": None}}) == ""
    asked = answer.request(event, "hello", "secret")
    assert json.loads(asked.data) == {"body": "hello"} and asked.get_method() == "POST"
    event["issue"]["comments_url"] = "https://evil.example/repos/"
    with pytest.raises(SystemExit, match="no address of GitHub's interface"):
        answer.request(event, "hello", "secret")


def test_the_workflow_may_read_and_comment_and_runs_no_text_of_the_issue():
    text = (ROOT / ".github/workflows/proposal.yml").read_text(encoding="utf-8")
    found = yaml.safe_load(text)
    (job,) = found["jobs"].values()
    assert found["permissions"] == {} and job["permissions"] == {
        "contents": "read",
        "issues": "write",
    }
    assert found[True] == {"issues": {"types": ["opened", "edited"]}}
    # Of the event only the issue's number is written out, and never in a command.
    assert set(re.findall(r"\$\{\{\s*(.*?)\s*\}\}", text)) == {
        "github.event.issue.number",
        "github.token",
    }
    for step in job["steps"]:
        assert "${{" not in step.get("run", "")
        if "uses" in step:
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"])
    ci = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert all(use in ci for use in re.findall(r"uses: (\S+)", text))
    assert job["steps"][0]["with"] == {"persist-credentials": False}


# ---------------------------------------------------------------- links to the form


class App:
    """As much of Sphinx's application as an address needs."""

    def __init__(self, options):
        self.config = type("Config", (), {"html_theme_options": options})()


def test_an_error_is_reported_where_the_repository_is_known():
    settings = sphinx_settings({"repository": {"url": "https://github.com/a/b"}})
    app = App(settings["html_theme_options"])
    address = collect.report(app, "figure-cost-per-neuron")
    assert address == (
        "https://github.com/a/b/issues/new?template=error.yml&where=figure-cost-per-neuron"
        "&title=Error%3A+figure-cost-per-neuron"
    )
    assert collect.report(App({}), "figure-x") == ""
    for wrong in ("javascript:alert(1)", "http://x", 'https://x"y', 5):
        with pytest.raises(BuildError, match="expected an address with https://"):
            sphinx_settings({"repository": {"url": wrong}})


def test_figures_and_claims_link_to_the_form():
    record = dict.fromkeys(("title", "subtitle", "note", "description"), "Words") | {
        "name": "x",
        "page": "cost",
        "log_switch": None,
        "spec": {"title": "Words"},
        "columns": [],
        "rows": [],
        "tables": [],
        "sources": [],
    }
    cited = {"title": "t", "version": "1", "date": "2026-01-01", "authors": [], "licence": "l"}
    assert "Report an error" not in card.card(record, cited)
    made = card.card(record, cited, report="https://e.org/new?a=1&b=2")
    assert 'href="https://e.org/new?a=1&amp;b=2"' in made and ">Report an error</a>" in made

    rows = [[{"text": "It grows", "id": "claim-growth"}, "yes", {"text": "x", "id": "read-growth"}]]
    (with_link,) = collect._reported(App({"repository_url": "https://github.com/a/b/"}), rows)
    assert with_link[0]["report"].startswith("https://github.com/a/b/issues/new?template=error.yml")
    assert "where=claim-growth" in with_link[0]["report"] and with_link[1:] == rows[0][1:]
    data = {"caption": "c", "columns": [{"name": n, "number": False} for n in "abc"]}
    data |= {"search": False, "menus": [], "unprinted": []}
    page = collect.outputs.html("table", data | {"rows": [with_link]})
    assert page.count('class="sobe-report"') == 1 and "&amp;where=claim-growth" in page
    (without,) = collect._reported(App({}), rows)
    assert "sobe-report" not in collect.outputs.html("table", data | {"rows": [without]})
