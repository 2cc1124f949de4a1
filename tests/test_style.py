"""The rules of CONTRIBUTING.md's style guide that a program can check."""

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (".md", ".py", ".js", ".css", ".html", ".csv", ".json", ".yml", ".toml", "")
#: Wrong words, and what to write instead.
WORDS = {
    r"stands?": "is",
    r"beside": "next to, or compared with",
    r"mend(?:s|ed|ing)?": "correct",
    r"faults?": "error",
    r"anew": "again",
    r"hangs? on": "depends on",
    r"comes? of": "results from",
    r"\d+ %(?! ?\d)": "95%, closed up",
}
#: Files that quote or test those words.
QUOTES = ("CONTRIBUTING.md", "tests/test_style.py", "tests/test_numbers_zh.py")
LONGEST = 25

#: What is no sentence of a page, blanked before sentences are counted.
NOT_PROSE = (
    r"\A---\n.*?\n---\n",  # the head of a page
    r"^(`{3,}|:{3,}).*?^\1\s*$",  # code and directives
    r"^(?:\||#|:::|\().*$",  # tables, headings, labels
)
NAMES = (r"\{[a-z:]+\}`[^`]*`", r"`[^`]*`", r"\]\([^)]*\)")


def tracked():
    """Return the repository's own text files; all plain files where there is no git."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout")
    names = [name for name in done.stdout.splitlines() if Path(name).suffix in TEXT]
    return [name for name in names if not name.startswith(("LICENSE", "book/locale", ".zenodo"))]


def wrong_words(text):
    """Return (line, word, what to write instead) of each wrong word."""
    return [
        (number, found[0], better)
        for number, line in enumerate(text.splitlines(), 1)
        for pattern, better in WORDS.items()
        for found in re.finditer(rf"\b{pattern}(?![\w-])", line, re.IGNORECASE)
        if not found[0].isupper()  # a code, as STAND in RIS
    ]


def long_sentences(text):
    """Return the sentences of a page with more than `LONGEST` words."""
    for pattern in NOT_PROSE:
        text = re.sub(
            pattern,
            "\n\n",
            text,
            flags=re.DOTALL | re.MULTILINE if ".*?" in pattern else re.MULTILINE,
        )
    for pattern in NAMES:
        text = re.sub(pattern, "x", text)
    paragraphs = re.split(r"\n\s*\n|\n\s*(?:[-*]|\d+\.) ", text)
    sentences = [s for p in paragraphs for s in re.split(r"(?<=[.?!:;])\s+", p.strip())]
    return [" ".join(s.split()) for s in sentences if len(s.split()) > LONGEST]


@pytest.mark.parametrize("name", tracked())
def test_words(name):
    path = ROOT / name
    if name in QUOTES or not path.is_file():
        return
    assert wrong_words(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", [n for n in tracked() if n.endswith(".md")])
def test_sentences(name):
    assert long_sentences((ROOT / name).read_text(encoding="utf-8")) == []


def test_sentences_of_the_tables_descriptions():
    """The page of data shows them."""
    package = json.loads((ROOT / "data/datapackage.json").read_text(encoding="utf-8"))
    texts = [
        part.get(key, "")
        for resource in package["resources"]
        for part in (resource, *resource["schema"]["fields"])
        for key in ("title", "description", "inclusion")
    ]
    assert len(texts) > 1000
    assert long_sentences("\n\n".join(texts)) == []


@pytest.mark.parametrize("name", [n for n in tracked() if re.fullmatch(r"sobe/.*\.py", n)])
def test_the_first_line_of_a_docstring_is_a_sentence(name):
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, kinds) and (text := ast.get_docstring(node)):
            assert text.split("\n\n")[0].rstrip().endswith((".", ":")), text.split("\n")[0]


@pytest.mark.parametrize(
    "text, found",
    [
        ("It stands here.", ["stands"]),
        ("A standard outstanding stand-in, code STAND.", []),
        ("95 % of draws, 95% of draws", ["95 %"]),
        ("Corrected beside the Mended one", ["beside", "Mended"]),
    ],
)
def test_the_search_for_words_finds_what_it_should(text, found):
    assert sorted(word for _, word, _ in wrong_words(text)) == sorted(found)


def test_the_search_for_long_sentences_finds_what_it_should():
    long = "one " * 26
    assert long_sentences(f"Short.\n\n{long}.\n\n```\n{long}\n```\n\n| {long} |\n") == [
        f"{long.strip()} ."
    ]
    assert long_sentences("- " + "one " * 20 + "\n- " + "two " * 20) == []
