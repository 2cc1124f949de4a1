"""The search script in Node, which playwright brings: how it cuts queries and ranks its finds."""

import json
import subprocess
from pathlib import Path

import pytest

from sobe.site import scripts, search

_driver = pytest.importorskip("playwright._impl._driver")
PROGRAM = """
globalThis.window = globalThis;
globalThis.document = { readyState: "loading", addEventListener() {} };
const vm = require("vm");
const [script, index, queries] = JSON.parse(require("fs").readFileSync(0, "utf8"));
vm.runInThisContext(script);
sobeSearch.prepare(index);
console.log(JSON.stringify(queries.map((query) => {
  const { words, found } = sobeSearch.find(query);
  return [words.map((forms) => forms[0].text), found.map(({ address }) => address)];
})));
"""


def entry(kind, title, text, at="", words=""):
    return {"kind": kind, "title": title, "text": text, "at": at, "words": words}


INDEX = {
    "pages": [
        {
            "name": "capability",
            "title": "What simulations capture",
            "entries": [
                entry("page", "What simulations capture", "Models of a mouse and of a fly."),
                entry("figure", "Scores", "Connectome and cost of a mouse.", "figure-scores"),
            ],
        },
        {
            "name": "cost",
            "title": "The price of wiring, 每个神经元的成本",
            "entries": [
                entry("page", "The price of wiring, 每个神经元的成本", "A mouse has many cells."),
                entry("section", "Budgets", "What money buys. Constructor.", "budgets"),
                entry("table", "Rows of costs", "All rows.", "table-costs", "superscript hubel"),
            ],
        },
    ],
    "synonyms": [
        ["connectome", "连接组", "wiring"],
        ["cost", "成本", "price"],
        ["neuron", "神经元"],
    ],
}


def found(*queries, index=INDEX):
    node, *_ = _driver.compute_driver_executable()
    given = [(scripts.STATIC / "search.js").read_text(encoding="utf-8"), index, queries]
    done = subprocess.run(
        [node, "-e", PROGRAM], input=json.dumps(given), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_titles_and_words_for_the_same_thing_come_first():
    [(words, places)] = found("mouse connectome cost")
    assert words == ["mouse", "connectome", "cost"]
    assert places[0] == "cost.html" and "capability.html#figure-scores" in places


def test_chinese_is_cut_into_terms_and_pairs():
    (spaced, first), (run, second), (pair, _), (one, _) = found(
        "每个神经元 成本", "每个神经元的成本", "图谱", "脑"
    )
    assert spaced == run == ["每个", "神经元", "成本"]
    assert first[0] == second[0] == "cost.html"
    assert pair == ["图谱"] and one == ["脑"]


def test_a_word_of_a_table_finds_it_and_a_plural_its_singular():
    (_, hubel), (_, costs), (_, nothing) = found("Superscript HUBEL", "budget", "xyzzy")
    assert hubel == ["cost.html#table-costs"]
    assert costs[0] == "cost.html#budgets"
    assert nothing == []


WORDS = ["__proto__", "toString", "hasOwnProperty", "prototype", "valueOf", "*(", "", "[-"]


def test_words_that_every_object_has_find_nothing():
    assert [places for _, places in found(*WORDS)] == [[]] * len(WORDS)
    assert found("constructor")[0][1][0] == "cost.html#budgets"  # a word of the text


def test_the_words_of_one_thing_are_in_both_languages():
    groups = search.synonyms(Path(__file__).resolve().parents[1] / "book")
    proofreading = next(group for group in groups if "proofreading" in group)
    assert "校对" in proofreading and len(groups) >= 30
