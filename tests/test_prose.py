"""No number is typed into the prose of the pages: what a reader sees was computed."""

import re
from pathlib import Path

import pytest

BOOK = Path(__file__).resolve().parent.parent / "book"

WORDS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety dozen "
    "hundred thousand million billion trillion half twice double"
)
NUMBER = re.compile(
    rf"\d(?:[\d,.]*\d)?|\b(?:{'|'.join(WORDS.split())})(?:s|-fold)?\b", re.IGNORECASE
)

#: What is not prose, blanked before the search.
NOT_PROSE = [
    r"\A---\n(?:.*\n)*?---\n",  # the head of the page
    r"^(`{3,})\{code-cell\}(?:.*\n)*?\1$",  # code
    r"\{[a-z:]+\}`[^`]*`",  # glued numbers, citations
    r"\]\([^)]*\)",  # link targets
    r"`[^`]*`",  # names of files and columns
    r"^#.*$",  # headings
    r"^:{3,}.*$|^:[a-z-]+:.*$|^`{3,}.*$",  # directives and their options
]
#: Numbers that are no result: each entry with its reason.
ALLOWED = {
    "95% interval": "the level of an interval, fixed in sobe.analysis.fits",
    "90% intervals": "the level of an interval, fixed in sobe.analysis.estimator.uncertainty",
    "below 1 includes a rise": "a factor that leaves a cost as it is",
    "a level from 0 to 3": "the scale of the scores, fixed in the schema",
    "scores 2 or 3 in": "levels of that scale",
    "reach 2 or 3": "levels of that scale",
    "which is not 0": "a level of that scale",
    "animal model scores 0": "a level of that scale",
    "scores of 2 and 3": "levels of that scale",
    "a 2 for": "a level of that scale, as an example",
    "at least half of the": "the rule by which simulations are listed",
    "(Igarashi, 2019)": "the name of a paper",
    "appears twice": "a fact of the data, told in words",
    "A roadmap of 2008": "the year of a source",
    "Emulation Report 2025": "the name of the report",
    "CC BY 4.0": "the name of a licence",
    "January 2026": "the date of the data",
}


def typed_numbers(text):
    """(line, number, its surroundings) of every number in the prose of a page."""

    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])

    for pattern in NOT_PROSE:
        text = re.sub(pattern, blank, text, flags=re.MULTILINE)
    for words in ALLOWED:
        text = text.replace(words, " " * len(words))
    for number, line in enumerate(text.split("\n"), start=1):
        for found in NUMBER.finditer(line):
            yield number, found[0], line[max(0, found.start() - 40) : found.end() + 40].strip()


@pytest.mark.parametrize("page", sorted(path.name for path in BOOK.glob("*.md")))
def test_no_number_is_typed(page):
    text = (BOOK / page).read_text(encoding="utf-8")
    assert list(typed_numbers(text)) == [], (
        "glue these from the data (sobe.charts.display.say, sobe.charts.claims.glue_claims)"
    )


def test_every_exception_is_used():
    text = "".join(path.read_text(encoding="utf-8") for path in BOOK.glob("*.md"))
    assert [words for words in ALLOWED if words not in text] == []


@pytest.mark.parametrize(
    "prose, found",
    [
        ("It fell five-fold by 2030, to $1.50.", ["five-fold", "2030", "1.50"]),
        ("{glue:text}`n2` of {cite}`urai2022` [here](x2.html) in `f2`", []),
        ("# The 12 figures\n\nThere are thousands.", ["thousands"]),
        ("```{code-cell} python\nx = 5\n```\n\nThen 7.", ["7"]),
        ("---\na: 1\n---\n\n:::{note} 3\n:gutter: 3\n\ntwo\n:::", ["two"]),
        ("One row is one source, often.", []),
    ],
)
def test_the_search_finds_what_it_should(prose, found):
    assert [number for _, number, _ in typed_numbers(prose)] == found
