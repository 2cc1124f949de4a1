"""Loaders and parsers answer to any input, or fail with the error that they document."""

import ast
import csv
import io
import json
import string
import sys

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sobe import plain
from sobe.analysis.estimator import EstimatorError
from sobe.analysis.estimator import expressions as ex
from sobe.analysis.estimator.scenario import read_scenario, read_sweep
from sobe.errors import BuildError
from sobe.languages import LanguageError, language, po
from sobe.parameters import cell, domain
from sobe.tables import TableError, load

pytestmark = pytest.mark.survive

#: Cases, in all at least ten thousand; the same ones in every run.
MANY = settings(
    max_examples=2000,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
FEWER = settings(MANY, max_examples=1000)

TYPES = ("string", "integer", "number", "boolean", "year", "date")
texts = st.text(max_size=30) | st.sampled_from(
    [
        "",
        "1",
        "-1",
        "1e9",
        "1e999",
        "nan",
        "true",
        "2025",
        "2025-13-01",
        "2025-01-01",
        "=1",
        "\ufeff",
        "1_000",
        "١٢",
        '"',
        "a\nb",
        "9" * 400,
    ]
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder for tables: one column of each type, and a second table that a key names."""
    folder = tmp_path_factory.mktemp("fuzz")
    fields = [{"name": kind, "type": kind} for kind in TYPES]
    key = {"fields": ["string"], "reference": {"resource": "u", "fields": ["k"]}}
    (folder / "datapackage.json").write_text(
        json.dumps(
            {
                "resources": [
                    {
                        "name": "t",
                        "path": "t.csv",
                        "schema": {
                            "fields": fields,
                            "foreignKeys": [key],
                            "primaryKey": ["integer"],
                        },
                    },
                    {
                        "name": "u",
                        "path": "u.csv",
                        "schema": {
                            "fields": [{"name": "k", "type": "string"}],
                            "primaryKey": ["k"],
                        },
                    },
                ]
            }
        )
    )
    (folder / "u.csv").write_text("k\na\nb\n")
    return folder


def account_of(outcomes):
    """Both ways must have been gone, or the cases were of one kind."""
    assert {"taken", "refused"} <= set(outcomes), set(outcomes)


def tried(function, errors, outcomes):
    try:
        found = function()
    except errors as error:
        outcomes.append("refused")
        assert len(str(error)) < 2000 and type(error) in errors
        return None
    outcomes.append("taken")
    return found


def test_tables_of_any_cells(place):
    outcomes = []

    valid = st.tuples(
        st.sampled_from(["a", "b", ""]),
        st.integers(-9, 9**9).map(str),
        st.floats(allow_nan=False, allow_infinity=False).map(repr),
        st.sampled_from(["true", "false", ""]),
        st.integers(1000, 9999).map(str),
        st.dates().map(str),
    )

    @MANY
    @given(st.lists(valid | st.tuples(*[texts] * len(TYPES)), max_size=4))
    def check(rows):
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\n").writerows([TYPES, *rows])
        (place / "t.csv").write_bytes(out.getvalue().encode("utf-8", "surrogatepass"))
        table = tried(lambda: load("t", place), (TableError,), outcomes)
        if table is not None:
            assert len(table) == len(rows) and list(table) == list(TYPES)

    check()
    account_of(outcomes)


def test_tables_of_any_bytes(place):
    outcomes = []

    @MANY
    @given(
        st.binary(max_size=200) | st.text(alphabet='a1,"\n\r\0;\té', max_size=60).map(str.encode),
        st.booleans(),
    )
    def check(content, headed):
        (place / "t.csv").write_bytes((",".join(TYPES) + "\n").encode() * headed + content)
        tried(lambda: load("t", place), (TableError,), outcomes)

    check()
    account_of(outcomes)


def test_descriptions_of_any_shape(place, tmp_path):
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda x: (
            st.lists(x, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "name",
                        "path",
                        "schema",
                        "fields",
                        "type",
                        "constraints",
                        "resources",
                        "primaryKey",
                    ]
                ),
                x,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
    (tmp_path / "t.csv").write_text("a\n1\n")
    good = {"name": "t", "path": "t.csv", "schema": {"fields": [{"name": "a", "type": "integer"}]}}
    outcomes = []

    @FEWER
    @given(
        values,
        st.sampled_from(["", "name", "path", "schema", "fields", "field", "type", "constraints"]),
    )
    def check(value, where):
        made = json.loads(json.dumps(good))
        if where in ("name", "path", "schema"):
            made[where] = value
        elif where == "fields":
            made["schema"]["fields"] = value
        elif where == "field":
            made["schema"]["fields"] = [value]
        elif where:
            made["schema"]["fields"][0][where] = value
        (tmp_path / "datapackage.json").write_text(
            json.dumps({"resources": [made]} if where else value)
        )
        tried(lambda: load("t", tmp_path), (TableError,), outcomes)

    check()
    assert "refused" in outcomes


def test_formulas(place):
    pieces = st.sampled_from(
        [
            "a",
            "b",
            "1",
            "2.5",
            "1e308",
            "1e999",
            "(",
            ")",
            ",",
            "+",
            "-",
            "*",
            "/",
            "^",
            "<",
            "<=",
            "==",
            "if",
            "min",
            "max",
            "floor",
            "round",
            "log",
            "exp",
            "abs",
            " ",
            "__import__",
            ".",
            "'",
            "[",
            "lambda",
            "\n",
            "é",
            "\0",
        ]
    )
    outcomes = []

    @settings(MANY, max_examples=3000)
    @given(
        st.lists(pieces, max_size=12).map("".join)
        | st.text(max_size=40)
        | st.sampled_from(["(" * 3000, "-" * 3000, "a^" * 3000 + "a", "min(" * 3000])
    )
    def check(text):
        tree = tried(lambda: ex.parse(text), (EstimatorError,), outcomes)
        if tree is not None:
            json.dumps(tree)
            tried(lambda: ex.evaluate(tree, {"a": 2.0, "b": -0.0}), (EstimatorError,), [])

    check()
    account_of(outcomes)


DEFAULTS = {"f": 1.0, "i": 1, "s": "x", "b": True, "d": {}, "l": [], "n": None}


def test_parameters_on_the_command_line():
    outcomes = []
    declared = domain.Declaration(
        "c", {name: domain.untyped("c", name, value) for name, value in DEFAULTS.items()}
    )

    @MANY
    @given(
        st.lists(
            st.tuples(
                st.sampled_from([*DEFAULTS, "unknown", ""]),
                st.text(max_size=20)
                | st.sampled_from(
                    [
                        "1",
                        "1.5",
                        "x",
                        "true",
                        "{}",
                        "[]",
                        "nan",
                        "1e999",
                        "{a: 1}",
                        "!!python/name:os.system",
                        "9" * 5000,
                        "[" * 600,
                    ]
                ),
            ),
            max_size=3,
        ),
        st.booleans(),
    )
    def check(pairs, quoted):
        import shlex

        text = " ".join(
            f"{name}={shlex.quote(value) if quoted else value}" for name, value in pairs
        )
        found = tried(lambda: declared.parse(text), (domain.ParameterError,), outcomes)
        if found:
            assert found.keys() <= DEFAULTS.keys()
            json.dumps(found, allow_nan=False)

    check()
    account_of(outcomes)


@pytest.mark.parametrize("chapter", ["recording", "scale", "funding", "cost"])
def test_parameters_of_a_chapter_stay_in_their_domain(chapter):
    declared, outcomes = domain.of_book(chapter), []
    names = st.sampled_from(list(declared.parameters))
    numbers = st.integers() | st.floats() | st.floats(0.01, 1e5) | st.integers(1900, 2100)
    some = st.sampled_from(
        sorted({choice for one in declared.parameters.values() for choice in one.choices})
    )
    lists = st.lists(some, max_size=4).map(lambda items: f"[{','.join(items)}]")
    values = numbers.map(str) | some | lists | st.text(max_size=12)

    @FEWER
    @given(st.lists(st.tuples(names, values), min_size=1, max_size=3))
    def check(pairs):
        import shlex

        text = " ".join(f"{name}={shlex.quote(value)}" for name, value in pairs)
        found = tried(lambda: declared.parse(text), (domain.ParameterError,), outcomes)
        for name, value in (found or {}).items():
            one = declared.parameters[name]
            if one.limits:
                assert one.minimum <= value <= one.maximum
            else:
                listed = value if isinstance(value, list) else [value]
                assert listed and set(listed) <= set(one.choices)

    check()
    account_of(outcomes)


def test_parameters_reach_a_chapter_as_the_values_they_are():
    """papermill writes them as Python, which must read back as that value and nothing else."""
    from papermill.translators import PythonTranslator

    @FEWER
    @given(
        st.text()
        | st.sampled_from(['"', "\\", '\\"', "\n", "'''", '"""', "\u2028", "{x}", "$(x)"])
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.integers(-(2**63), 2**63 - 1)
        | st.booleans()
        | st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=2)
    )
    def check(value):
        assert ast.literal_eval(PythonTranslator.translate(value)) == value

    check()


def test_scenario_files(tmp_path):
    names = [
        "title",
        "about",
        "parameters",
        "grid",
        "organism",
        "modality",
        "proofreading",
        "microscope_budget",
        "project_years",
        "overrides",
        "draws",
        "seed",
    ]
    leaves = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=8)
        | st.sampled_from(["mouse", "em", "current", 1e8, 10.0, "1e9"])
    )
    values = st.recursive(
        leaves,
        lambda x: (
            st.lists(x, max_size=3)
            | st.dictionaries(st.sampled_from(names) | st.text(max_size=4), x, max_size=3)
        ),
        max_leaves=8,
    )
    case = st.fixed_dictionaries(
        {},
        optional={
            "organism": st.sampled_from(["mouse", "human", "unicorn"]) | values,
            "modality": st.sampled_from(["em", "exm"]),
            "microscope_budget": st.floats(1e3, 1e10) | values,
            "project_years": st.floats(1, 50) | values,
            "overrides": values,
        },
    )
    made = st.fixed_dictionaries(
        {"title": st.just("x") | values},
        optional={
            "about": st.text(max_size=8),
            "parameters": case | values,
            "grid": st.fixed_dictionaries({"organism": st.just(["mouse"])}) | values,
        },
    )
    file, outcomes = tmp_path / "s.yml", []

    @FEWER
    @given(
        made.map(lambda value: yaml.safe_dump(value, allow_unicode=True).encode())
        | st.binary(max_size=80)
        | st.text(alphabet="title: x[]{}&*!|>-#'\"\n\t:,", max_size=60).map(str.encode)
    )
    def check(content):
        file.write_bytes(content)
        tried(lambda: read_scenario(file), (EstimatorError,), outcomes)
        tried(lambda: read_sweep(file), (EstimatorError,), outcomes)

    check()
    account_of(outcomes)


CATALOGUE = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


def test_catalogues(tmp_path):
    """A catalogue is entries with all their parts, or one line with file and line."""
    path, outcomes = tmp_path / "book/locale/xx/LC_MESSAGES/x.po", []
    path.parent.mkdir(parents=True)
    words = st.text(max_size=12) | st.sampled_from(
        ["{1} of {2}", "{glue:text}`x`", "[a](b.md)", "{cite}`x`", "{", "`", "\\n", "%s", "树"]
    )
    quoted = words.map(lambda text: json.dumps(text, ensure_ascii=False))
    line = (
        st.builds("{} {}".format, st.sampled_from(["msgid", "msgstr", "msgctxt", ""]), quoted)
        | st.builds("#{} {}".format, st.sampled_from(["", ",", "~", ":", "|", "."]), words)
        | st.sampled_from(
            ["", "<<<<<<< HEAD", "=======", '"', 'msgid "', "msgid_plural", "#, fuzzy"]
        )
        | words
    )
    pair = st.builds("msgid {}\nmsgstr {}\n".format, quoted, quoted)
    texts = st.lists(line | pair, max_size=8).map("\n".join).map(lambda t: (CATALOGUE + t).encode())

    @MANY
    @given(
        texts
        | st.binary(max_size=80)
        | st.text(alphabet='msgidtr "\\\n#{}`', max_size=60).map(str.encode)
    )
    def check(content):
        path.write_bytes(content)
        found = tried(lambda: po.entries(path), (LanguageError,), outcomes)
        for entry in found or []:
            if not entry.lacking:
                assert sorted(po.PARTS.findall(entry.message)) == sorted(
                    po.PARTS.findall(entry.translation)
                )

    check()
    account_of(outcomes)


def test_languages_files(tmp_path):
    """A language's file with one line changed is a language, or one line says what is wrong."""
    good = language._ENGLISH.read_text(encoding="utf-8").splitlines()
    path, outcomes = tmp_path / "book/locale/xx/language.toml", []
    path.parent.mkdir(parents=True)

    @FEWER
    @given(
        st.integers(0, len(good) - 1),
        st.text(max_size=20)
        | st.sampled_from(["name = 3", "powers = []", "[numbers]", "x = nan", 'tag = "x y"', "\0"])
        | st.none(),
    )
    def check(at, text):
        lines = [*good[:at], *([] if text is None else [text]), *good[at + 1 :]]
        path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
        tried(lambda: language.read(path, "xx"), (LanguageError,), outcomes)

    check()
    account_of(outcomes)


def test_yaml_is_read_in_one_way():
    """Whatever is taken, PyYAML reads as the same, but for numbers that it leaves as text."""
    outcomes = []
    plain_text = st.text(
        alphabet="0123456789.eE+-_:xob,abcyesnoNaI~ '\"[]{}#&*!|>%@\n", max_size=20
    )

    def same(ours, theirs):
        if isinstance(ours, dict):
            assert ours.keys() == theirs.keys()
            for key in ours:
                same(ours[key], theirs[key])
        elif isinstance(ours, list):
            assert len(ours) == len(theirs)
            for one, other in zip(ours, theirs, strict=True):
                same(one, other)
        elif isinstance(theirs, str) and not isinstance(ours, str):
            assert float(theirs) == ours
        else:
            assert ours == theirs and type(ours) is type(theirs)

    @MANY
    @given(plain_text | plain_text.map(lambda text: f"a: {text}"))
    def check(text):
        found = tried(lambda: (plain.read_yaml(text),), (plain.PlainError,), outcomes)
        if found:
            same(found[0], yaml.safe_load(text))

    check()
    account_of(outcomes)


def test_parameters_cells():
    outcomes = []

    @FEWER
    @given(
        st.text(max_size=40)
        | st.text(alphabet=string.ascii_letters[:4] + "=:()[]{}1 .,'\"\n#-+*", max_size=40)
        | st.sampled_from(
            [
                "a = 1",
                "a: int = 1",
                "a = __import__('os')",
                "a, b = 1, 2",
                "import os",
                "a = " + "(" * 500,
            ]
        )
    )
    def check(source):
        tried(lambda: cell.declared(source, "c"), (BuildError,), outcomes)

    check()
    account_of(outcomes)


def test_the_limit_of_recursion_is_the_usual_one():
    """Deep cases above mean something only then."""
    assert sys.getrecursionlimit() <= 3000
