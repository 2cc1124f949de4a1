"""Parameters: what a page declares, what values it takes, and what the message of a bad one is."""

import ast
import itertools
import json
import math
import random
import re
import string
import time

import jupytext
import pytest

from sobe import tables
from sobe.analysis import fits, growth, organisms, specification
from sobe.charts.parameters import chapter_parameters, check
from sobe.errors import BuildError
from sobe.parameters import cell, domain, grammar, needs
from sobe.pipeline import notebook, parameters
from sobe.pipeline.__main__ import main
from sobe.pipeline.book import _differing, _file_name

ROOT = domain.ROOT
CHAPTERS = ("capability", "claims", "cost", "estimator", "funding", "recording", "scale", "trends")
DEFAULTS = {"n": 3, "x": 1.5, "s": "all", "on": True, "many": [1, 2], "any": None, "d": {}}
UNTYPED = domain.Declaration(
    "c", {name: domain.untyped("c", name, value) for name, value in DEFAULTS.items()}
)


# ---------------------------------------------------------------- the cell, and the head of a page


def test_declared_reads_plain_assignments_without_running():
    source = '"""Notes."""\nn = 3\nx: float = -1.5\nmany = [1, 2]\n# a comment\n'
    assert cell.declared(source, "c") == {"n": 3, "x": -1.5, "many": [1, 2]}


@pytest.mark.parametrize(
    "source", ["import os", "n = len('a')", "a, b = 1, 2", "n = (", "f()", "n: int", "a.b = 1"]
)
def test_declared_refuses_anything_else(source):
    with pytest.raises(BuildError, match="parameters cell of 'c'"):
        cell.declared(source, "c")


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_head_declares_the_names_of_the_cell_and_takes_its_defaults(name):
    page = ROOT / "book" / f"{name}.md"
    (tagged,) = [c.source for c in jupytext.read(page).cells if notebook.is_parameters(c)]
    assert cell.source(page.read_text(encoding="utf-8")) == tagged
    head = domain.front_matter(page.read_text(encoding="utf-8"), page.name)["parameters"]
    defaults = cell.declared(tagged, name)
    assert list(head) == [each for each in defaults if each != "lang"]
    found = domain.of_book(name)
    assert found.check(defaults) == defaults
    assert {each: one.default for each, one in found.parameters.items()} == defaults
    assert all(one.label and one.help.endswith(".") for one in found.parameters.values())


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_default_can_be_written_by_a_reader(name):
    found = domain.of_book(name)
    defaults = {each: one.default for each, one in found.parameters.items()}
    text = " ".join(f"{each}={grammar.written(value)}" for each, value in defaults.items())
    assert found.parse(text) == defaults


HEAD = """---
parameters:
  n:
    {}
---

```{{code-cell}} python
:tags: [parameters]

{}
```
"""
GOOD = "{type: integer, label: N, help: Many., minimum: 0, maximum: 9}"


@pytest.mark.parametrize(
    ("head", "cell_", "said"),
    [
        ("{type: whole, label: N, help: Many.}", "n = 3", "needs a type among"),
        ("{type: integer, help: Many., minimum: 0, maximum: 9}", "n = 3", "needs a label"),
        ("{type: integer, label: N, minimum: 0, maximum: 9}", "n = 3", "needs a help"),
        ("{type: integer, label: N, help: Many., minimum: 0}", "n = 3", "needs a maximum"),
        ("{type: number, label: N, help: Many., maximum: 1}", "n = 3.0", "needs a minimum"),
        ("{type: integer, label: N, help: Many., minimum: a, maximum: 9}", "n = 3", "needs a min"),
        (GOOD[:-1] + ", least: 1}", "n = 3", "'least' is not one of"),
        (GOOD, "n = 12", "its default is not allowed"),
        (GOOD, "n = 'a'", "its default is not allowed"),
        (GOOD, "m = 3", "no such name"),
        (GOOD, "n = 3\nm = 4", "lacks 'm'"),
        (GOOD[:-1] + ", at_most: m}", "n = 3", "at_most names no parameter: 'm'"),
        ("{type: choice, label: N, help: Many.}", "n = 'a'", "needs choices, or from"),
        ("{type: choice, label: N, help: Many., from: nowhere.a}", "n = 'a'", "needs choices"),
        ("{type: choice, label: N, help: Many., from: species.a}", "n = 'a'", "no such column"),
        ("{type: choice, label: N, help: M., choices: []}", "n = 'a'", "needs choices"),
        ("[1", "n = 3", "not valid YAML"),
    ],
)
def test_a_declaration_that_cannot_be_right_is_one_line(tmp_path, head, cell_, said):
    page = tmp_path / "page.md"
    page.write_text(HEAD.format(head, cell_), encoding="utf-8")
    with pytest.raises(BuildError, match=re.escape(said)) as caught:
        domain.of_page("page", page)
    assert "page.md" in str(caught.value)


def test_a_declaration_may_list_its_choices(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        HEAD.format("{type: choices, label: N, help: M., choices: [a, b, c]}", "n = ['a']"),
        encoding="utf-8",
    )
    assert domain.of_page("page", page).parse("n=[c,b]") == {"n": ["c", "b"]}


# ---------------------------------------------------------------- values that are taken


@pytest.mark.parametrize(
    "text, values",
    [
        ("", {}),
        ("n=30", {"n": 30}),
        ("n=+7", {"n": 7}),
        ("n=0", {"n": 0}),
        ("x=30", {"x": 30.0}),
        ("x=1e6", {"x": 1e6}),
        ("x=.5", {"x": 0.5}),
        ("x=1.0E-3", {"x": 0.001}),
        ("n=-2 x=-0.5", {"n": -2, "x": -0.5}),
        ("s=2020-01-01", {"s": "2020-01-01"}),
        ("s='a b=c'", {"s": "a b=c"}),
        ("on=false", {"on": False}),
        ("many='[3, 4]'", {"many": [3, 4]}),
        ("many=[a,'b']", {"many": ["a", "b"]}),
        ("any=null", {"any": None}),
        ("d={a:1,b:2.5}", {"d": {"a": 1, "b": 2.5}}),
    ],
)
def test_parse(text, values):
    found = UNTYPED.parse(text)
    assert found == values
    assert [type(v) for v in found.values()] == [type(v) for v in values.values()]


@pytest.mark.parametrize(
    "text",
    ["n=1.5", "n=true", "on=1", "on=yes", "x=fast", "many=3", "n=1 n=2", "s='", "d={a:1,a:2}"],
)
def test_parse_refuses_what_does_not_fit(text):
    with pytest.raises(BuildError):
        UNTYPED.parse(text)


@pytest.mark.parametrize(
    "chapter, text",
    [
        ("capability", "organisms=[mouse] since=2000 until=2000"),
        ("capability", "organisms=[silicon,human]"),
        ("cost", "reader_organism=macaque reader_budget_usd=1e5"),
        ("recording", "whole_brain=[human] hz_cap=1 since=2018"),
        ("recording", "since=1957 until=1962 hz_cap=1e5"),
        ("scale", "organisms=[macaque] voxel_nm=1 bytes_per_voxel=.01"),
        ("funding", "tiers=[10b] domains=[funding] since=2024"),
        ("claims", "draws=100 lang=zh_CN"),
        ("estimator", "overrides={gpus:50000,proofreaders:3e4} organism=human draws=500000"),
        ("estimator", "overrides={'gpus':'50000'}"),
        ("estimator", "seed=4294967295 project_years=0.1"),
    ],
)
def test_values_that_are_allowed(chapter, text):
    assert domain.of_book(chapter).parse(text)


# ---------------------------------------------------------------- values that are refused

#: (chapter, PARAMS, what the one line says), by kind. A name in capitals is the row of the review.
REFUSED = {
    "unknown choice": [
        ("scale", "organisms=[moose]", "'moose' is not one of them"),  # P2
        ("scale", "organisms=[moose]", "nearest: mouse"),
        ("scale", "organisms=[1,2]", "'1' is not one of them"),  # P2
        ("recording", "whole_brain=[moose] since=2000", "nearest: mouse"),  # P2
        ("cost", "reader_organism=“mouse”", "quotes around it are plain or none"),  # P3
        ("cost", "reader_organism=“mouse”", "nearest: mouse"),
        ("cost", "reader_organism=moose", "nearest: mouse"),  # P3
        ("capability", "organisms=[mouse,moose]", "'moose'"),  # P3
        ("funding", "tiers=[1m,1M]", "'1M' is not one of them"),  # P3
        ("funding", "tiers=[1m,1M]", "nearest: 1m"),
        ("funding", "domains=[all]", "'all'"),
        ("estimator", "modality=EM", "nearest: em"),
        ("estimator", "proofreading=improve", "nearest: improved"),
        ("estimator", "organism=fruitfly", "allowed: one of c_elegans, zebrafish_larva"),
        ("scale", "organisms=[MOUSE]", "nearest: mouse"),
        ("scale", "organisms=['C elegans']", "nearest: c_elegans"),
        ("recording", "whole_brain=[macaque]", "'macaque'"),  # no firing rate, so no line
        ("scale", "organisms=[ｍouse]", "nearest: mouse"),
        ("scale", "organisms=[мouse]", "nearest: mouse"),  # a Cyrillic letter
        ("cost", "reader_organism=小鼠", "is not one of them"),
        ("cost", "reader_organism=' mouse'", "nearest: mouse"),
        ("cost", "lang=zh", "nearest: zh_CN"),
        ("cost", "lang=english", "allowed: one of en, zh_CN"),
        ("cost", "lang=[en]", "'[en]' is not one of them"),
    ],
    "out of range": [
        ("scale", "voxel_nm=0", "'0' is too small; allowed: a number from 1 to 1000 (nm)"),  # P4
        ("scale", "voxel_nm=-10", "'-10' is too small"),  # P4
        ("scale", "bytes_per_voxel=1e308", "nearest: 1000"),  # P4
        ("cost", "reader_budget_usd=0", "nearest: 100000"),  # C2
        ("cost", "reader_budget_usd=-5", "too small"),  # C2
        ("cost", "reader_budget_usd=1e300", "nearest: 1e13"),  # C2
        ("cost", "mouse_budget_usd=1e-300", "too small"),
        ("recording", "hz_cap=0", "nearest: 1"),
        ("recording", "hz_cap=-0.0", "too small"),
        ("recording", "hz_cap=100001", "nearest: 100000"),
        ("recording", "since=0", "nearest: 1950"),
        ("recording", "since=1949", "too small"),
        ("capability", "until=99999", "nearest: 2100"),
        ("claims", "draws=0", "nearest: 100"),
        ("claims", "draws=-1", "too small"),
        ("estimator", "draws=10000000", "nearest: 500000"),  # D7
        ("estimator", "project_years=0", "too small"),
        ("estimator", "microscope_budget=-1", "too small"),
        ("estimator", "seed=-1", "nearest: 0"),
        ("funding", "last_year=2101", "nearest: 2100"),
    ],
    "overflow": [
        ("recording", "hz_cap=1e999", "is not a number"),
        ("recording", "hz_cap=-1e999", "is not a number"),
        ("recording", "hz_cap=1e-999", "is not a number"),
        ("recording", "hz_cap=inf", "is not a number"),
        ("recording", "hz_cap=nan", "is not a number"),
        ("recording", "hz_cap=.inf", "is not a number"),
        ("recording", "hz_cap=" + "9" * 400, "is not a number"),
        ("recording", "since=" + "9" * 400, "is not a year"),
        ("recording", "since=9223372036854775808", "is not a year"),
        ("claims", "draws=9223372036854775808", "is not a whole number"),
        ("scale", "voxel_nm=1e9999", "is not a number"),
        ("scale", "voxel_nm=" + "1" * 1001, "has 1,001 characters"),
        ("estimator", "overrides={gpus:1e999}", "gpus"),
        ("cost", "reader_organism=" + "m" * 900_000, "characters"),  # D8
        ("cost", "x" * 900_000, "900,000 characters"),
    ],
    "numbers of another grammar": [
        ("recording", "since=02020", "'02020' is not a year"),  # E6
        ("recording", "hz_cap=1:30", "'1:30' is not a number"),  # E6
        ("recording", "since=0x7d0", "is not a year"),
        ("recording", "since=0o3720", "is not a year"),
        ("recording", "since=0b11111010000", "is not a year"),
        ("recording", "since=2_000", "is not a year"),
        ("recording", "since=2,000", "is not a year"),
        ("recording", "since=２０００", "is not a year"),
        ("recording", "since=٢٠٠٠", "is not a year"),
        ("recording", "since=2000.0", "is not a year"),
        ("recording", "since=2000.0", "nearest: 2000"),
        ("recording", "since=2e3", "is not a year"),
        ("recording", "since=true", "is not a year"),
        ("recording", "since=None", "is not a year"),
        ("recording", "since=2020-01-01", "is not a year"),
        ("recording", "hz_cap=30Hz", "is not a number"),
        ("recording", "hz_cap=30.", "is not a number"),
        ("recording", "hz_cap='30 '", "is not a number"),
        ("recording", "hz_cap=1+1", "is not a number"),
        ("recording", "hz_cap=1,5", "is not a number"),
        ("recording", "hz_cap=−30", "is not a number"),  # a minus sign, not a hyphen
        ("recording", "hz_cap=1e", "is not a number"),
        ("recording", "hz_cap=[30]", "is not a number"),
    ],
    "how it is written": [
        (
            "capability",
            "organisms=[mouse, human]",
            "without spaces: organisms=[mouse,human]",
        ),  # P10
        ("recording", "hz_cap = 30", "without spaces around '=': hz_cap=30"),  # P10
        ("recording", "hz_cap =30", "without spaces around '=': hz_cap=30"),
        ("recording", "hz_cap= 30", "without spaces around '=': hz_cap=30"),
        ("recording", "since=1990 hz_cap = 30 until=2000", "hz_cap=30"),
        ("recording", "whole_brain=mouse", "written whole_brain=[c_elegans,drosophila]"),
        ("recording", "whole_brain=mouse,human", "is not a list in brackets"),
        ("recording", "whole_brain=[mouse", "does not end with ]"),
        ("recording", "whole_brain=mouse]", "is not a list in brackets"),
        ("recording", "whole_brain=(mouse)", "is not a list in brackets"),
        ("recording", "whole_brain=[[mouse]]", "is not a list in brackets"),
        ("recording", "whole_brain=[mouse,,human]", "is not a list in brackets"),
        ("recording", "whole_brain=[mouse,]", "is not a list in brackets"),
        ("recording", "whole_brain=[mouse,human", "does not end with ]"),
        ("recording", "whole_brain=[mouse;human]", "'mouse;human'"),
        ("recording", "whole_brain='", "a quote that is not closed"),
        ("recording", "hz_cap", "'=' and a value are missing"),
        ("recording", "hz_cap=", "its value is missing"),
        ("recording", "=30", "a name is missing"),
        ("recording", "hz_cap=30,since=1990", "is not a number"),
        ("recording", "hz_cap:30", "'=' and a value are missing"),
        ("recording", "--hz_cap=30", "no parameter '--hz_cap'"),
        ("estimator", "overrides={gpus: 100}", "without spaces: overrides={gpus:100}"),
        ("estimator", "overrides=[gpus]", "is not names with numbers"),
        ("estimator", "overrides={gpus}", "is not names with numbers"),
        ("estimator", "overrides={gpus:{a:1}}", "is not names with numbers"),
        ("estimator", "overrides=gpus:100", "is not names with numbers"),
    ],
    "names": [
        ("recording", "hzcap=30", "nearest: hz_cap"),
        ("recording", "HZ_CAP=30", "no parameter 'HZ_CAP'"),
        ("recording", "organism=mouse", "no parameter 'organism'"),
        ("recording", "sinse=1990", "nearest: since"),
        ("recording", "__class__=1", "no parameter '__class__'"),
        ("recording", "since=1990 since=1991", "since is given twice"),
        ("recording", "since=1990 hz_cap=1 since=1990", "since is given twice"),
        ("estimator", "overrides={gpus:1,gpus:2}", "'gpus' is given twice"),
        ("scale", "organisms=[mouse,human,mouse]", "'mouse' comes twice"),
        ("funding", "domains=[technology,technology]", "'technology' comes twice"),
        ("index", "since=1990", "its parameters: lang"),
        ("recording", "\u200bsince=1990", "no parameter"),
    ],
    "empty": [
        ("capability", "organisms=[]", "is empty; at least one is needed"),  # C1
        ("scale", "organisms=[]", "is empty"),
        ("funding", "tiers=[]", "is empty"),
        ("funding", "domains=[]", "is empty"),
        ("recording", "whole_brain=[]", "is empty"),
        ("recording", "whole_brain='[ ]'", "is empty"),
        ("recording", "whole_brain=['']", "is empty"),
        ("recording", "whole_brain=''", "its value is missing"),
        ("cost", "reader_organism=''", "its value is missing"),
        ("cost", "reader_organism=' '", "is not one of them"),
        ("estimator", "overrides={:1}", "is not names with numbers"),
    ],
    "relations and data": [
        ("capability", "since=2035 until=2030", "2035 is more than until, 2030"),  # C1
        ("capability", "since=2035 until=2030", "written since=2030 until=2035"),
        ("funding", "since=2030", "2030 is more than last_year, 2024"),  # C1
        ("recording", "since=2024 until=2024", "no recordings with a throughput"),  # C1
        ("recording", "since=2026", "2026 is more than until, 2025"),
        ("recording", "until=1979", "1980 is more than until, 1979"),
        ("recording", "since=1950 until=1957", "no recordings with a throughput"),
        ("recording", "since=2020", "only 4 recordings with a throughput"),
        ("recording", "since=1990 until=1993", "only 3 recordings with a throughput"),
        ("capability", "since=1950 until=1981", "no published count of simulated neurons"),
        ("funding", "since=1900 last_year=1928", "no funding of listed projects"),
        ("funding", "since=2025 last_year=2024", "more than last_year"),
        ("estimator", "overrides={organism:human}", "parameter overrides"),  # E7
        ("estimator", "overrides={model:1}", "parameter overrides"),
        ("estimator", "overrides={self:1}", "parameter overrides"),
        ("estimator", "overrides={nothing:1}", "'nothing' is not one of them"),
        ("estimator", "overrides={first_cost:1}", "is computed, not given"),
        ("estimator", "overrides={gpus:-1}", "gpus"),
        ("estimator", "overrides={uptime:2}", "uptime"),
        ("estimator", "overrides={gpus:many}", "gpus"),
        ("estimator", "overrides={project_years:5}", "'project_years' is a parameter of its own"),
        ("estimator", "overrides={proofreaders:1e-300}", "overrides"),
    ],
}


@pytest.mark.parametrize("kind", REFUSED)
def test_each_kind_has_ten_inputs(kind):
    assert len(REFUSED[kind]) >= 10


@pytest.mark.parametrize(
    ("chapter", "text", "said"), list(itertools.chain(*REFUSED.values())), ids=lambda x: x[:40]
)
def test_a_value_that_is_not_allowed_is_one_line(chapter, text, said):
    start = time.monotonic()
    with pytest.raises(domain.ParameterError) as caught:
        domain.of_book(chapter).parse(text)
    message = str(caught.value)
    assert said in message and message.startswith(f"chapter {chapter!r}")
    assert "\n" not in message and len(message) < 500
    assert time.monotonic() - start < 5
    assert caught.value._render_traceback_() == [f"error: {message}"]


def test_the_message_of_the_command_is_that_line(capsys):
    assert main(["--root", str(ROOT), "chapter", "scale", "organisms=[moose]"]) == 1
    assert capsys.readouterr().err == (
        "error: chapter 'scale', parameter organisms: 'moose' is not one of them; allowed: a list "
        "of c_elegans, zebrafish_larva, drosophila, mouse, macaque, human (each once); "
        "nearest: mouse; written organisms=[c_elegans,zebrafish_larva]\n"
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"since": 2000.0}, "is not a year"),
        ({"since": True}, "is not a year"),
        ({"since": "2000"}, "is not a year"),
        ({"hz_cap": math.nan}, "is not a number"),
        ({"hz_cap": math.inf}, "is not a number"),
        ({"hz_cap": 10**400}, "too large"),
        ({"whole_brain": "mouse"}, "is not a list"),
        ({"whole_brain": ("mouse",)}, "is not a list"),
        ({"whole_brain": ["mouse", ["human"]]}, "is not one of them"),
        ({"whole_brain": [1]}, "is not one of them"),
        ({"lang": None}, "is not one of them"),
        ({1: 2}, "no parameter '1'"),
    ],
)
def test_values_that_did_not_come_as_text_are_checked_too(given, said):
    with pytest.raises(domain.ParameterError, match=re.escape(said)):
        domain.of_book("recording").check(given)


SCENARIOS = {
    "overrides: {organism: human}": "parameter overrides",  # E7
    "overrides: {gpus: -1}": "gpus",
    "overrides: {project_years: 3}": "'project_years' is a parameter of its own",
    "organism: " + "m" * 900_000: "there is no organism",  # D8
    "overrides: {gpus: " + "m" * 900_000 + "}": "gpus",
    "colour: red": "no parameter 'colour'",
    "draws: 10000000": "nearest: 500000",  # D7
    "draws: 1.5": "is not a whole number",
    "draws: yes": "'yes' is not written as true or false",
    "seed: -1": "nearest: 0",
    "project_years: 0": "project_years (year) must be above zero, not 0",
    "microscope_budget: 1e300": "microscope_budget",
    "mouse_budget_usd: 0": "too small",
    "lang: fr": "one of en, zh_CN",
}


@pytest.mark.parametrize("text", SCENARIOS, ids=lambda text: text[:40])
def test_a_scenario_is_refused_before_the_run(text, tmp_path, capsys):
    file = tmp_path / "s.yml"
    file.write_text(f"title: x\nparameters:\n  {text}\n", encoding="utf-8")
    assert main(["--root", str(ROOT), "scenario", str(file)]) == 1
    said = capsys.readouterr().err
    assert SCENARIOS[text] in said and str(file) in said
    assert said.count("\n") == 1 and len(said) < 800


SWEEPS = {
    "parameters: {draws: 1000000}\ngrid: {organism: [mouse]}": "from 1 to 500,000",  # D7
    "parameters: {draws: 10}\ngrid: {organism: [mouse]}": "nearest: 100",
    "grid: {microscope_budget: [1.0e+6, 1.0e+20]}": "nearest: 1e13",
    "grid: {project_years: [5, 5000]}": "nearest: 200",
    "parameters: {project_years: 0.01}\ngrid: {organism: [mouse]}": "nearest: 0.1",
    "grid: {organism: [mouse, moose]}": "'moose'",
}


@pytest.mark.parametrize("text", SWEEPS, ids=lambda text: text[:40])
def test_a_sweep_is_refused_before_the_run(text, tmp_path, capsys):
    file = tmp_path / "s.yml"
    file.write_text(f"title: x\n{text}\n", encoding="utf-8")
    command = ["--root", str(tmp_path), "sweep", str(file), "--out", str(tmp_path / "out")]
    assert main(command) == 1
    said = capsys.readouterr().err
    assert SWEEPS[text] in said and str(file) in said and said.count("\n") == 1
    assert not (tmp_path / "out").exists()


# ---------------------------------------------------------------- the notebook of a chapter


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_checks_its_parameters_before_it_uses_them(name):
    code = [c for c in jupytext.read(ROOT / "book" / f"{name}.md").cells if c.cell_type == "code"]
    place = next(at for at, one in enumerate(code) if notebook.is_parameters(one))
    assert code[place + 1].source == f'check("{name}", globals())'
    assert "hide-input" in code[place].metadata["tags"]
    assert sum(one.source == f'chapter_parameters("{name}")' for one in code) == 1
    defaults = cell.declared(code[place].source, name)
    check(name, {**defaults, "other": 1})
    with pytest.raises(domain.ParameterError, match="'xx'"):
        check(name, {**defaults, "lang": "xx"})


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_import_of_a_chapter_hides_another(name):
    code = [c.source for c in jupytext.read(ROOT / "book" / f"{name}.md").cells]
    lines = [line for source in code for line in source.splitlines() if " import " in line]
    names = [each.strip() for line in lines for each in line.partition(" import ")[2].split(",")]
    assert names and len(set(names)) == len(names)


def test_plain_papermill_gives_the_line_alone(capsys):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shell.run_cell("from sobe.charts.parameters import check")
    shell.run_cell(cell.source((ROOT / "book/scale.md").read_text(encoding="utf-8")))
    shell.run_cell('organisms = ["moose"]\ncheck("scale", globals())')
    said = capsys.readouterr().out
    assert said.startswith("error: chapter 'scale', parameter organisms: 'moose'")
    assert said.count("\n") == 1 and "Traceback" not in said


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_table_of_parameters(name):
    shown = chapter_parameters(name).data
    declared = domain.of_book(name).parameters
    assert [row[1]["text"] for row in shown["rows"]] == list(declared)
    for row, one in zip(shown["rows"], declared.values(), strict=True):
        assert row[3]["text"] == grammar.written(one.default)
        assert json.dumps(row) and one.label in json.dumps(row, ensure_ascii=False)
    kept = json.loads(json.dumps(shown["parameters"], allow_nan=False))
    assert [one["name"] for one in kept] == list(declared)
    assert all("type" in one and "default" in one for one in kept)


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_help_in_the_terminal_names_all_and_how_to_run(name):
    text = parameters.help_text(domain.of_book(name))
    for each in domain.of_book(name).parameters.values():
        assert f"  {each.name}={grammar.written(each.default)}" in text and each.help[:30] in text
    assert f"make chapter NAME={name} PARAMS=defaults" in text
    assert max(map(len, text.splitlines())) <= 110


def test_the_command_on_a_page_is_one_that_runs():
    for name in CHAPTERS:
        page = (ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")
        found, text = re.search(r'^\$ make chapter NAME=(\w+) PARAMS="(.*)"$', page, re.M).groups()
        assert found == name and domain.of_book(name).parse(text)


# ---------------------------------------------------------------- what the data allow


def test_windows_that_are_taken_can_be_fitted():
    rows = specification.dated(tables.load("recordings"))
    rows["rate"] = rows["neurons"] * rows["temporal_resolution_hz"].clip(upper=organisms.HZ_CAP)
    rated = rows.dropna(subset=["rate", "date"])
    windows = [(s, u) for s in range(1955, 2026, 5) for u in range(s, 2026, 5)]
    windows += [(s, 2025) for s in range(2014, 2025)] + [(s, s + 3) for s in range(1985, 2020, 3)]
    taken = 0
    for since, until in windows:
        if needs.lacking("recording", {"since": since, "until": until}):
            continue
        taken += 1
        window = rated[rated["date"].between(since, until)]
        electric = window[window["method"] == "electrophysiology"]
        growth.within(window["date"], window["rate"], window["method"])
        for found in (window, electric):
            fits.log_linear(found["date"], found["rate"])
    assert 10 < taken < len(windows)


# ---------------------------------------------------------------- names of outputs


def name_of(chapter, text):
    declared = domain.of_book(chapter)
    return _file_name(chapter, _differing(declared, declared.parse(text)))


def test_another_input_has_another_name_and_the_same_input_the_same():
    inputs = [
        "organisms=[mouse]",
        "organisms=[mouse,human]",
        "organisms=[human,mouse]",
        "voxel_nm=25",
        "voxel_nm=25.5",
        "voxel_nm=2.5e1 bytes_per_voxel=2",
        "lang=zh_CN",
        "lang=zh_CN voxel_nm=25",
        "organisms=[c_elegans,zebrafish_larva,drosophila,mouse,macaque,human] voxel_nm=9",
        "bytes_per_voxel=1.2345678901234567",
        "bytes_per_voxel=1.2345678901234569",
    ]
    names = [name_of("scale", text) for text in inputs]
    assert len(set(names)) == len(inputs)
    assert names == [name_of("scale", text) for text in inputs]
    assert names[0] == "scale-organisms=mouse" and names[3] == "scale-voxel_nm=25"
    same = ("voxel_nm=25 organisms=[mouse]", "organisms=[mouse] voxel_nm=2.5e1 lang=en")
    assert len({name_of("scale", text) for text in same}) == 1


def test_inputs_that_differ_behind_the_150th_letter_have_their_own_names():  # P6
    few = [f"overrides={{gpus:{n},proofreaders:1000,uptime:0.5}} seed={n}" for n in range(20)]
    long = [text + " mouse_budget_usd=123456789.25 human_budget_usd=1234567891.5" for text in few]
    long += [text + " draws=1000 organism=zebrafish_larva modality=exm_molecular" for text in long]
    names = [name_of("estimator", text) for text in long if "gpus:0," not in text]
    assert len(set(names)) == len(names) == 38
    assert all(len(name.encode()) <= 150 for name in names)


def test_values_of_any_text_have_names_that_a_file_system_takes():
    generator = random.Random(5)
    letters = string.printable + '中文ÄßéЖ𝔸/\\\0:*?"<>|'
    seen = {}
    for _ in range(2000):
        text = "".join(generator.choices(letters, k=generator.choice([0, 1, 2, 5, 60, 300])))
        name = _file_name("c", {"s": text})
        assert len(f"{name}.ipynb".encode()) <= 200 and not set(name) & set('/\\\0:*?"<>|\n')
        assert seen.setdefault(name, text) == text
    # Where a file system takes two cases for one, they still differ.
    assert len({_file_name("c", {"s": text}).casefold() for text in ("a", "A", "é", "É")}) == 4


# ---------------------------------------------------------------- where a cell fails


def test_cells_are_counted_as_in_the_page():
    page = (ROOT / "book/recording.md").read_text(encoding="utf-8")
    nb = notebook.read(ROOT / "book/recording.md")
    at = next(n for n, one in enumerate(nb.cells) if notebook.is_parameters(one))
    for index in range(len(nb.cells)):
        assert notebook.index_in_source(nb, index, False) == index
        run = index if index <= at else index + 1
        assert notebook.index_in_source(nb, run, True) == index
        line = notebook.line_of(page, nb.cells, index)
        first = nb.cells[index].source.splitlines()[0]
        assert page.splitlines()[line - 1] == first
    assert notebook.index_in_source(nb, at + 1, True) == at  # papermill's own cell


def test_a_cell_with_the_text_of_another_has_its_own_line():
    page = "# T\n\n```{code-cell}\nx\n```\n\nx\n\n```{code-cell}\nx\n```\n"
    cells = jupytext.reads(page, fmt="md:myst").cells
    lines = [notebook.line_of(page, cells, index) for index in range(len(cells))]
    assert lines == [1, 4, 7, 10]


# ---------------------------------------------------------------- any text at all


def test_any_text_is_a_value_or_one_short_line():
    """Seeded; whatever is taken is a value that a notebook and JSON hold, inside its domain."""
    generator = random.Random(16)
    pieces = [*"[]{}(),:='\"\\ \n\t-+.eE0123456789", "mouse", "human", "nan", "inf", "1e9", "since"]
    pieces += [
        "until=",
        "whole_brain=",
        "hz_cap=",
        "true",
        "null",
        "\0",
        "“",
        "é",
        "中",
        "🧠",
        "$(x)",
    ]
    pieces += ["organisms=", "[mouse,human]", "2000", " ", " ", "0x1", "1_0", "\u202e", "__class__"]
    declared = {name: domain.of_book(name) for name in ("recording", "scale", "estimator")}
    taken = 0
    for _ in range(6000):
        chapter = generator.choice(list(declared))
        text = "".join(generator.choices(pieces, k=generator.randint(1, 8)))
        if generator.random() < 0.7:
            name = generator.choice(list(declared[chapter].parameters))
            text = f"{name}={text}"
        try:
            values = declared[chapter].parse(text)
        except domain.ParameterError as error:
            assert "\n" not in str(error) and len(str(error)) < 600, text
            continue
        taken += bool(values)
        assert json.loads(json.dumps(values, allow_nan=False)) == values
        assert ast.literal_eval(repr(values)) == values
        assert declared[chapter].check(values) == values
        again = " ".join(f"{name}='{grammar.written(value)}'" for name, value in values.items())
        assert declared[chapter].parse(again) == values
    assert taken > 20


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "hz_cap=" + "1" * n,
        lambda n: "hz_cap=" + "1." * n,
        lambda n: "whole_brain=" + "[" * n,
        lambda n: "whole_brain=[" + "mouse," * n,
        lambda n: "overrides={" + "a:1," * n + "}",
        lambda n: " ".join(["a"] * n),
        lambda n: "'" * n,
        lambda n: "=" * n,
        lambda n: "whole_brain=[" + "a-" * n + "!]",
    ],
)
def test_the_time_to_refuse_a_text_is_short_at_any_length(make):
    for size in (1000, 10_000, 100_000, 1_000_000):
        start = time.monotonic()
        with pytest.raises(domain.ParameterError) as caught:
            RECORDING.parse(make(size))
        assert time.monotonic() - start < 1 and len(str(caught.value)) < 500


RECORDING = domain.of_book("recording")
