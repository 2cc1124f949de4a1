"""YAML and JSON from outside: numbers by our own grammar, each key once, else one line."""

import re
import time

import pytest
import yaml

from sobe import cff, plain, tables
from sobe.analysis.estimator import EstimatorError, scenario, uncertainty
from sobe.errors import BuildError
from sobe.parameters import domain
from sobe.paths import ROOT
from sobe.pipeline import book
from sobe.pipeline.project import read_yaml

#: As written, and what is said to be expected. PyYAML or another YAML takes each for something.
NUMBERS = {
    **dict.fromkeys(
        (
            *(
                "1_000",
                "0o17",
                "017",
                "0x1F",
                "0b101",
                "1:30",
                "1:30:00",
                "1:30.5",
                "02020",
                "-0x1",
            ),
            *(
                ".inf",
                "-.inf",
                "+.INF",
                ".nan",
                ".NaN",
                "1e400",
                "1e-400",
                "1,000",
                "1,000.5",
                "5.",
            ),
            *("1_0.5", "1e3_0", "+1_0", "0123456789", "1_", "00", "01.5", "1e0001"),
        ),
        "a number, such as 1000, 0.5 or 1e9",
    ),
    **dict.fromkeys(("yes", "No", "on", "OFF", "Yes", "True", "FALSE", "off"), "true or false"),
    **dict.fromkeys(("Null", "NULL"), "null"),
    **dict.fromkeys(("2025-01-01", "2025-01-01 10:00:00", "2025-01-01T10:00:00Z"), "a date"),
    "=": "a text",
}
TAKEN = {
    **{"0": 0, "-1": -1, "+5": 5, "10": 10, "1.5": 1.5, ".5": 0.5, "-0.25": -0.25},
    **{"1e9": 1e9, "1e3": 1e3, "1E3": 1e3, "1.0e+10": 1e10, "2.5e-3": 2.5e-3, "9.7e3": 9700.0},
    **{"true": True, "false": False, "null": None, "~": None, "": None, "'1e9'": "1e9"},
    **{'"yes"': "yes", "yes please": "yes please", "mouse": "mouse", "1.16.4": "1.16.4"},
    **{".md": ".md", "y": "y", "10 mm³": "10 mm³", "10%": "10%", "１２": "１２", "1-2": "1-2"},
}


@pytest.mark.parametrize("text", TAKEN)
def test_what_can_be_read_in_one_way_is_taken(text):
    found = plain.read_yaml(f"a:\n  - {text}\n  - b: {text}\n")
    assert found == {"a": [TAKEN[text], {"b": TAKEN[text]}]}
    assert type(found["a"][0]) is type(TAKEN[text])


@pytest.mark.parametrize("text", NUMBERS)
def test_what_can_be_read_in_two_ways_is_one_line(text):
    with pytest.raises(plain.PlainError) as raised:
        plain.read_yaml(f"x: 1\na: {text}\n")
    said = str(raised.value)
    assert said.startswith("line 2: a: ") and NUMBERS[text] in said and "\n" not in said
    assert repr(text) in said


#: Files that are read so: a text with one value in line 3, and the function that reads it.
def _written(tmp_path, text, name="x.yml"):
    path = tmp_path / name
    path.write_text(f"title: x\n{text}\n", encoding="utf-8")
    return path


def _scenario(tmp_path, text):
    scenario.read_scenario(_written(tmp_path, f"parameters:\n  project_years: {text}"))


def _overrides(tmp_path, text):
    text = f"parameters: {{overrides: {{\n  gpus: {text}}}}}"
    scenario.read_scenario(_written(tmp_path, text))


def _sweep(tmp_path, text):
    scenario.read_sweep(_written(tmp_path, f"grid:\n  project_years: [5, {text}]"))


def _draws(tmp_path, text):
    text = f"parameters:\n  draws: {text}\ngrid: {{organism: [mouse]}}"
    scenario.read_sweep(_written(tmp_path, text))


def _configuration(tmp_path, text):
    read_yaml(_written(tmp_path, f"execute:\n  timeout: {text}", "_config.yml"))


def _head(tmp_path, text):
    domain.front_matter(f"---\nparameters:\n  a:\n    maximum: {text}\n---\n", "book/x.md")


READERS = [_scenario, _overrides, _sweep, _draws, _configuration, _head]


@pytest.mark.parametrize("text", [text for text in NUMBERS if text not in ("1,000", "1,000.5")])
@pytest.mark.parametrize("read", READERS)
def test_every_file_of_ours_refuses_it_with_its_line(tmp_path, read, text):
    with pytest.raises((EstimatorError, BuildError)) as raised:
        read(tmp_path, text)
    said = str(raised.value)
    name = "book/x.md" if read is _head else str(tmp_path)
    assert name in said or "_config.yml" in said
    assert ", line 3: " in said and NUMBERS[text] in said and "\n" not in said


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("text", ["10", "200"])
def test_every_file_of_ours_takes_a_number(tmp_path, read, text):
    read(tmp_path, text)


DOUBLED = [
    "title: x\ntitle: y\n",
    "title: x\nabout: y\n'title': z\n",
    "title: x\nparameters: {organism: mouse, organism: human}\n",
    "title: x\nparameters:\n  organism: mouse\n  modality: em\n  organism: mouse\n",
    "title: x\nparameters:\n  overrides: {gpus: 1, proofreaders: 2, gpus: 3}\n",
    "title: x\nparameters: {}\nparameters: {organism: human}\n",
    "title: x\ngrid: {organism: [mouse], organism: [human]}\n",
    "title: x\ngrid:\n  organism: [mouse]\ngrid:\n  organism: [human]\n",
    'title: x\nparameters: {"seed": 1, seed: 2}\ngrid: {organism: [mouse]}\n',
    "title: x\nparameters: {draws: 100, draws: 200}\ngrid: {organism: [mouse]}\n",
    "title: x\nabout: a\nabout: b\n",
    "title: x\nparameters: {overrides: {}, overrides: {gpus: 1}}\n",
]


@pytest.mark.parametrize("text", DOUBLED)
@pytest.mark.parametrize("read", [scenario.read_scenario, scenario.read_sweep])
def test_a_key_that_is_there_twice_is_one_line(tmp_path, read, text):
    path = tmp_path / "x.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EstimatorError) as raised:
        read(path)
    found = re.fullmatch(
        r"(.*), line (\d+): (\w+): the key is already in line (\d+); expected each key once",
        str(raised.value),
    )
    assert found and found[1] == str(path), str(raised.value)
    lines = text.splitlines()
    assert found[3] in lines[int(found[2]) - 1] and found[3] in lines[int(found[4]) - 1]


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_yaml, "execute: {timeout: 1}\nexecute: {timeout: 2}\n"),
        (read_yaml, "root: book/a\nroot: book/b\n"),
        (read_yaml, "sphinx: {config: {a: 1, a: 2}}\n"),
        (lambda path: domain.front_matter(f"---\n{path.read_text()}\n---\n", "x"), "a: 1\na: 2"),
        (
            lambda path: domain.front_matter(f"---\n{path.read_text()}\n---\n", "x"),
            "parameters:\n  since: {minimum: 1, minimum: 2}",
        ),
    ],
)
def test_so_is_one_of_the_configuration_and_of_a_head(tmp_path, read, text):
    path = tmp_path / "_config.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BuildError, match=r", line \d: \w+: the key is already in line \d"):
        read(path)


#: A few lines that name more values than memory holds.
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{after}: &{after} [{','.join(['*' + before] * 9)}]\n"
    for before, after in zip("abcdefghi", "bcdefghij", strict=True)
)


@pytest.mark.parametrize(
    "read",
    [
        lambda path: read_yaml(path),
        lambda path: cff.read(path.parent),
        lambda path: scenario.read_scenario(path),
        lambda path: domain.front_matter(f"---\n{BOMB}---\n", "x"),
        lambda path: domain.front_matter("---\n- " + BOMB.replace("\n", "\n  ") + "\n---\n", "x"),
    ],
)
def test_aliases_are_refused_at_once(tmp_path, read):
    path = tmp_path / "CITATION.cff"
    path.write_text(BOMB, encoding="utf-8")
    start = time.thread_time()
    with pytest.raises((BuildError, EstimatorError), match="alias|YAML") as raised:
        read(path)
    assert time.thread_time() - start < 2 and "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "1: a",
        "true: a",
        "[a]: b",
        "{a: b}: c",
        "<<: {a: b}",
        "null: a",
        "1.5: a",
        "? : a",
        "1:0: a",
        "yes: a",
        "2025-01-01: a",
        "1e3: a",
    ],
)
def test_a_key_that_is_no_name_is_one_line(text):
    with pytest.raises(plain.PlainError, match="line 1: .*is not a name|line 1: not valid YAML"):
        plain.read_yaml(text)


def test_what_was_read_can_be_written():
    found = plain.read_yaml("a: {b: [1, x]}\n")
    assert yaml.safe_load(yaml.safe_dump(found)) == found == {"a": {"b": [1, "x"]}}
    assert type(found["a"]) is dict  # else Sphinx warns of its settings' type


def test_the_limit_of_draws_is_one_number():
    declared = domain.of_book("estimator").parameters
    assert declared["draws"].maximum == uncertainty.MOST_DRAWS
    assert declared["seed"].maximum == uncertainty.MOST_SEED


@pytest.mark.parametrize("draws", [0, 500_001, 10_000_000, 1e3, "many", True, None, -5])
def test_draws_beyond_the_limit_are_one_line(tmp_path, draws):
    path = tmp_path / "x.yml"
    given = yaml.safe_dump({"draws": draws})
    path.write_text(f"title: x\ngrid: {{organism: [mouse]}}\nparameters:\n  {given}")
    said = r"line 4: draws must be a whole number from 1 to 500,000, not "
    with pytest.raises(EstimatorError, match=said):
        scenario.read_sweep(path)
    with pytest.raises(EstimatorError, match="from 1 to 500,000"):
        uncertainty.draw(draws=draws)


def test_a_sweep_with_many_draws_is_told_before_any_case(tmp_path):
    path = tmp_path / "x.yml"
    path.write_text("title: x\nparameters: {draws: 500001}\ngrid: {organism: [mouse]}\n")
    with pytest.raises(BuildError, match="from 1 to 500,000, not 500001"):
        book.run_sweep(None, path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


# ---------------------------------------------------------------- JSON

JSON = {
    '{"a": 1, "a": 2}': "the key 'a' appears twice",
    '{"a": {"b": 1, "c": 2, "b": 1}}': "the key 'b' appears twice",
    '[{"x": 1, "\\u0078": 2}]': "the key 'x' appears twice",
    '{"": 1, "": 1}': "the key '' appears twice",
    '{"a": NaN}': "NaN is not a number of JSON",
    '{"a": [Infinity]}': "Infinity is not a number of JSON",
    '{"a": -Infinity}': "-Infinity is not a number of JSON",
    '{"a": 1e999}': "1e999 is too large for a number",
    '{"a": ' + "9" * 5000 + "}": "digits",
    "[" * 100_000: "too many brackets",
    '{"a" 1}': "line 1: Expecting ':' delimiter",
    '{"a": 01}': "line 1: Expecting",
    '{"a": 1_000}': "line 1: Expecting",
    "{'a': 1}": "line 1: Expecting",
    '{"a": 1,}': "line 1: ",
    '{"a": "x\n"}': "line 1: Invalid control character",
    '{"a": 1} {}': "line 1: Extra data",
    "": "line 1: Expecting value",
    "\ufeff{}": "BOM|Expecting value",
}


@pytest.mark.parametrize("text", JSON, ids=lambda text: text[:20])
def test_json_that_can_be_read_in_two_ways_is_one_line(text):
    with pytest.raises(plain.PlainError, match=JSON[text]) as raised:
        plain.read_json(text)
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 400


@pytest.mark.parametrize("text", JSON, ids=lambda text: text[:20])
def test_a_description_of_tables_is_read_so(tmp_path, text):
    (tmp_path / "datapackage.json").write_text(text, encoding="utf-8")
    with pytest.raises(tables.TableError) as raised:
        tables.load("recordings", tmp_path)
    said = str(raised.value)
    assert "datapackage.json" in said and "not JSON" in said and "\n" not in said


def test_the_book_s_own_description_is_read():
    text = (ROOT / "data/datapackage.json").read_text(encoding="utf-8")
    assert plain.read_json(text)["resources"]
