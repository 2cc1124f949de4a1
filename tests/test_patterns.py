"""No regular expression that reads text from outside takes more than linear time."""

import ast
import importlib
import json
import math
import pkgutil
import re
import signal
import time
from pathlib import Path
from re import _parser

import pytest

import sobe
from sobe.languages import catalogue, html
from sobe.publish.manifest import FILE_PATTERN

ROOT = Path(__file__).resolve().parents[1]
CALLS = "search|match|fullmatch|sub|findall|finditer|split"
#: Repeated in texts: what patterns repeat, and pieces that begin what they look for.
PIECES = [
    "a",
    "A",
    "0",
    "1",
    "-",
    "_",
    ".",
    "/",
    ",",
    "(",
    ")",
    "<",
    ">",
    "'",
    '"',
    "\\",
    "{",
    "}",
    "[",
    "]",
    "“",
    "”",
    "é",
    "中",
    "，",
    ":",
    ";",
    "#",
    "=",
    "*",
    "&",
    "!",
    "~",
    "·",
    "$",
    "a-",
    "a_",
    "a.",
    "a/",
    "1,",
    "1.",
    "1e",
    "$1",
    "et",
    "Aa",
    "[a](",
    "[^",
    "**",
    "x^2",
    "A.",
    "{1}",
    ".md:1",
    "url(#a)",
    "```",
    "<a",
    "<a>",
    "<a>",
    "<p>",
    "<head",
    "<code",
    "<table",
    "<!--",
    "<!doctype",
    "</",
    "<script",
    'id="a1"',
    '<a"b"',
    'class="',
    "https://",
    "https://a.",
    "10.1000/",
    "10.1000",
    '\\"',
    '"a":',
    'translate("',
    "if(",
    "<article",
    "</article>",
    '{"1":"',
    "@",
]
PIECES += [
    "a ",
    " a",
    " ",
    "\t",
    "\n",
    "a, ",
    "a; ",
    "a: ",
    " (",
    " (a",
    " and ",
    "a to ",
    " et al ",
]
PIECES += ["中 ", " × 10⁻", '<a b="', "<a b='", " a=", ' a="', "A a ", "Aa, ", "\x1b["]
PIECES += ["- 1", "1 ", "1 million ", "#a ", "if ", 'new Function("n",`', "；", "\u3000", "]("]
STARTS = ("", "a", "<a ", "“", "1")
ENDS = ("", "!\n")
LENGTH, SLOW = 400, 0.0004


def sources():
    return {path: path.read_text(encoding="utf-8") for path in ROOT.glob("sobe/**/*.py")}


def compiled():
    """Yield (name, pattern) of every compiled pattern in the globals of the package's modules."""

    def walk(value, name, depth=3):
        if isinstance(value, re.Pattern):
            yield name, value
        elif depth and isinstance(value, (list, tuple, set, frozenset, dict)):
            for part in value.values() if isinstance(value, dict) else value:
                yield from walk(part, name, depth - 1)

    for found in pkgutil.walk_packages(sobe.__path__, "sobe."):
        if not found.name.endswith("__main__"):
            for name, value in vars(importlib.import_module(found.name)).items():
                if not name.startswith("__"):
                    yield from walk(value, f"{found.name}.{name}")


def literal(text):
    """Yield (line, method, pattern) of the patterns that are written in calls of `re`."""
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in CALLS.split("|")
        ):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            flags = 0
            for name in re.findall(
                r"(?<= )re\.([A-Z]+)\b", " " + " ".join(map(ast.unparse, given[1:]))
            ):
                flags |= getattr(re, name)
            try:
                pattern = ast.literal_eval(given[0])
            except ValueError:  # made from names
                continue
            yield node.lineno, node.func.attr, re.compile(pattern, flags)


def scripts():
    """Yield (place, pattern) of the literals in the site's scripts, in Python's spelling."""
    body = r"/(?![*/])((?:[^/\\\n\[]|\\.|\[(?:[^\]\\]|\\.)*\])+)/[gimsuy]*"
    literals = re.compile(rf"(?<=[(=:,] ){body}|(?<=[(!]){body}")
    texts = {path.name: path.read_text(encoding="utf-8") for path in ROOT.glob("sobe/**/*.js")}
    for name, text in texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            for found in literals.finditer(line):
                pattern = (found[1] or found[2]).replace("[^]", r"[\s\S]").replace(r"\/", "/")
                yield f"{name}:{number}", re.compile(pattern)


def everything():
    """Return {(pattern, flags): (name, methods)} of all patterns of the package."""
    found = {}
    texts = sources()
    together = "\n".join(texts.values())
    for name, pattern in compiled():
        short = name.rpartition(".")[2]
        called = re.compile(rf"\b{re.escape(short)}\.({CALLS})\(")
        own = texts.get(ROOT / (name.rpartition(".")[0].replace(".", "/") + ".py"), "")
        methods = set(called.findall(own) or called.findall(together) or ["fullmatch"])
        found.setdefault(pattern, (name, set()))[1].update(methods)
    for path, text in texts.items():
        for line, method, pattern in literal(text):
            if method != "compile":
                place = f"{path.relative_to(ROOT)}:{line}"
                found.setdefault(pattern, (place, set()))[1].add(method)
    for name, pattern in scripts():
        found.setdefault(pattern, (name, set()))[1].add("search")
    found.setdefault(re.compile(FILE_PATTERN), ("FILE_PATTERN", {"match"}))
    package = json.loads((ROOT / "data/datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            if pattern := field.get("constraints", {}).get("pattern"):
                place = f"{resource['name']}.{field['name']}"
                found.setdefault(re.compile(pattern), (place, {"fullmatch"}))
    return {pattern: of for pattern, of in found.items() if isinstance(pattern.pattern, str)}


class TooSlow(Exception):
    pass


def seconds(run, text, times=1):
    """Return the least time of a few runs; 9 for one that does not end within half a second.

    Only the time of this process counts, however busy the machine is.
    """

    def stop(*_):
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, stop)
    best = 9.0
    try:
        for _ in range(times):
            signal.setitimer(signal.ITIMER_VIRTUAL, 0.5)
            start = time.thread_time()
            run(text)
            best = min(best, time.thread_time() - start)
    except TooSlow:
        return 9.0
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return best


def superlinear(run, pieces=PIECES, starts=STARTS, ends=ENDS):
    """Return (text, ratio) where four times the length takes far more than four times as long."""
    for piece in pieces:
        for start in starts:
            for end in ends:
                short, longer = (
                    start + piece * (size * LENGTH // len(piece)) + end for size in (1, 4)
                )
                # Quadratic time on the longest shows; a linear pattern takes microseconds.
                if seconds(run, longer) > SLOW:
                    ratio = math.inf
                    for _ in range(3):
                        ratio = min(ratio, growth(run, short, longer))
                        if ratio <= 9 or ratio == math.inf:
                            break
                    if ratio > 9:
                        return (start, piece, end), round(ratio, 1)
    return None


def growth(run, short, longer):
    """Return by what factor the longer text takes more time, 0 where that is little.

    A busy machine disturbs single measures.
    """
    after = seconds(run, longer, 3)
    if after >= 9:
        return math.inf
    before = seconds(run, short, 3)
    return after / max(before, 1e-9) if after > SLOW else 0


def unbounded(parsed):
    """Whether a parsed pattern repeats a part without a limit that texts of ours would reach.

    Else what a match looks at is as short as the pattern itself, and no text makes it slow. What is
    not known counts as a repeat.
    """
    for kind, given in parsed:
        if kind in (_parser.LITERAL, _parser.NOT_LITERAL, _parser.ANY, _parser.AT, _parser.IN):
            continue
        if kind is _parser.SUBPATTERN:
            inner = [given[-1]]
        elif kind is _parser.BRANCH:
            inner = given[1]
        elif kind in (_parser.ASSERT, _parser.ASSERT_NOT):
            inner = [given[1]]
        elif kind is _parser.MAX_REPEAT and given[1] == 1:
            inner = [given[2]]
        else:
            return True
        if any(map(unbounded, inner)):
            return True
    return False


def runner(pattern, method):
    if method in ("match", "fullmatch"):
        return getattr(pattern, method)
    return lambda text: sum(1 for _ in pattern.finditer(text))


@pytest.fixture(scope="module")
def patterns():
    return everything()


def test_the_patterns_are_found(patterns):
    assert len(patterns) > 100
    names = {name for name, _ in patterns.values()}
    assert {"sobe.languages.html._TOKENS", "sobe.languages.catalogue._COMPOSED"} <= names
    assert any(name.startswith("charts.js:") for name in names)
    assert any(name.startswith("sobe/site/pages.py:") for name in names)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"\s+$",
        r"<[^>]+>",
        r"(\d+\.?\d*)[eE]",
        r"[a-z0-9]+([_:=-][a-z0-9-]+)+$",
        r"\(.*\)",
    ],
)
def test_a_slow_pattern_is_told(pattern):
    assert superlinear(runner(re.compile(pattern), "search"))


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"^(?:ab|c[de])?f(?=g)(?<!h)$", False),
        (r"(a|b*)", True),
        (r"(?!a+)b", True),
        (r"a{2,}?", True),
        (r"(?:a{0,90})?", True),
        (r"(?P<x>a)(?P=x)", True),
    ],
)
def test_a_repeat_is_told(pattern, found):
    assert unbounded(_parser.parse(pattern)) is found


def test_every_pattern_takes_linear_time(patterns):
    slow = {
        (name, method): found
        for pattern, (name, methods) in patterns.items()
        if unbounded(_parser.parse(pattern.pattern, pattern.flags))
        for method in methods
        if (found := superlinear(runner(pattern, method)))
    }
    assert not slow


@pytest.mark.parametrize(
    "run",
    [
        lambda text: catalogue.Catalogue({"a": "甲"})(text),
        lambda text: catalogue.is_neutral(text),
        lambda text: html.translated(text, catalogue.Catalogue({"a": "甲"})),
        lambda text: html.page(text, catalogue.Catalogue({"a": "甲"})),
    ],
    ids=["a message", "neutral", "HTML of a cell", "a page"],
)
def test_translation_takes_linear_time(run):
    assert superlinear(run, starts=("", "<a "), ends=("!",)) is None


def test_the_text_of_the_field_ends_at_once():
    """A hundred letters took for ever."""
    for size in (56, 100, 20_000):
        start = time.thread_time()
        catalogue.Catalogue({})("a-" * (size // 2) + "!")
        assert time.thread_time() - start < 1


def test_a_composed_text_is_tried_once_per_part():
    text = "; ".join("a, b (c): d" for _ in range(12))
    start = time.thread_time()
    assert catalogue.Catalogue({"z": "乙"})(text) == text
    assert time.thread_time() - start < 2
