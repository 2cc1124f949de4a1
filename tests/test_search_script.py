"""The search script in Node, which playwright brings: words that every object has are no words."""

import json
import subprocess
from pathlib import Path

import pytest
import sphinx

ROOT = Path(__file__).resolve().parents[1]
_driver = pytest.importorskip("playwright._impl._driver")
INDEX = {
    "docnames": ["a"],
    "filenames": ["a.md"],
    "titles": ["Neurons"],
    "terms": {"neuron": 0, "cell": [0]},
    "titleterms": {"neuron": 0},
    "alltitles": {"Neurons": [[0, None]]},
    "indexentries": {},
    "objects": {},
    "objnames": {},
    "objtypes": {},
}
PROGRAM = """
globalThis.window = globalThis;
globalThis.location = { protocol: "file:", search: "" };
globalThis.DOCUMENTATION_OPTIONS = {};
globalThis.document = {
  readyState: "loading", addEventListener() {}, querySelectorAll: () => [],
  getElementById: () => null, body: { appendChild() {} }, createElement: () => ({}),
};
globalThis._ready = () => {};
const vm = require("vm");
const run = (text) => vm.runInThisContext(text);
const [tools, ours, index, words, early] = JSON.parse(require("fs").readFileSync(0, "utf8"));
run(tools);
if (early) run(`Search.setIndex(${index})`);
run(ours);
if (!early) run(`Search.setIndex(${index})`);
const found = words.map((word) => run(
  `Search.performTermsSearch(new Set([${JSON.stringify(word)}]), new Set()).length`));
console.log(JSON.stringify(found));
"""


def search(words, ours, early):
    node, *_ = _driver.compute_driver_executable()
    tools = Path(sphinx.__file__).parent / "themes/basic/static/searchtools.js"
    given = [tools.read_text(encoding="utf-8"), ours, json.dumps(INDEX), words, early]
    return subprocess.run(
        [node, "-e", PROGRAM], input=json.dumps(given), capture_output=True, text=True, timeout=60
    )


WORDS = ["neuron", "cell", "nothing", "constructor", "__proto__", "tostring", "toString"]
WORDS += ["valueOf", "hasownproperty", "isprototypeof", "__defineGetter__", "prototype", "neu"]


@pytest.mark.parametrize("early", [True, False], ids=["index first", "script first"])
def test_words_that_every_object_has_are_not_found(early):
    script = (ROOT / "sobe/site/static/search.js").read_text(encoding="utf-8")
    done = search(WORDS, script, early)
    assert done.returncode == 0, done.stderr
    found = dict(zip(WORDS, json.loads(done.stdout), strict=True))
    assert {word for word, number in found.items() if number} == {"neuron", "cell", "neu"}


def test_sphinx_alone_fails():
    """Without our script the word is an error: the test above can fail."""
    assert search(["constructor"], "", True).returncode != 0
