"""Loading of tables: good ones come back typed, and every error is named exactly."""

import copy
import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sobe import tables
from sobe.tables import TableError, own

REAL = Path(__file__).resolve().parents[1] / "data"

PACKAGE = {
    "name": "fixture",
    "resources": [
        {
            "name": "sources",
            "path": "sources.csv",
            "encoding": "utf-8",
            "schema": {
                "fields": [
                    {"name": "key", "type": "string", "constraints": {"required": True}},
                    {"name": "title", "type": "string", "constraints": {"required": True}},
                    {"name": "published", "type": "integer"},
                ],
                "primaryKey": "key",
                "missingValues": [""],
            },
        },
        {
            "name": "recordings",
            "path": "recordings.csv",
            "encoding": "utf-8",
            "schema": {
                "fields": [
                    {
                        "name": "key",
                        "type": "string",
                        "constraints": {"required": True, "pattern": "[a-z0-9]+"},
                    },
                    {
                        "name": "organism",
                        "type": "string",
                        "constraints": {"required": True, "enum": ["worm", "fly", "mouse"]},
                    },
                    {"name": "day", "type": "date", "constraints": {"minimum": "1950-01-01"}},
                    {
                        "name": "year",
                        "type": "year",
                        "constraints": {"minimum": 1950, "maximum": 2030},
                    },
                    {
                        "name": "neurons",
                        "type": "integer",
                        "unit": "neurons",
                        "description": "Neurons recorded",
                        "constraints": {"required": True, "minimum": 0},
                    },
                    {
                        "name": "rate",
                        "type": "number",
                        "unit": "Hz",
                        "description": "Sampling rate",
                        "constraints": {"minimum": 0, "maximum": 1000000},
                    },
                    {"name": "alive", "type": "boolean"},
                    {"name": "label", "type": "string", "constraints": {"unique": True}},
                    {"name": "parent", "type": "string"},
                    {"name": "source", "type": "string"},
                    {"name": "note", "type": "string"},
                ],
                "primaryKey": ["key"],
                "missingValues": [""],
                "foreignKeys": [
                    {"fields": "source", "reference": {"resource": "sources", "fields": "key"}},
                    {"fields": ["parent"], "reference": {"resource": "", "fields": ["key"]}},
                ],
            },
        },
    ],
}
HEADER = "key,organism,day,year,neurons,rate,alive,label,parent,source,note\n"
ROW1 = 'a1,worm,2013-05-01,2013,302,1.5,true,L1,,smith,"two\nlines, and ""quotes"""\n'  # lines 2-3
ROW2 = "a2,fly,,,140000,,,,a1,,\n"  # line 4
ROW3 = "a3,mouse,2025-04-09,2025,70000000,2e3,false,L3,a1,lee,μ-scan\n"  # line 5
GOOD = HEADER + ROW1 + ROW2 + ROW3
SOURCES = "key,title,published\nsmith,A worm,2013\nlee,A mouse,\n"


@pytest.fixture
def data(tmp_path, monkeypatch):
    for name in ("SOBE_DATA", "SOBE_READS"):
        monkeypatch.delenv(name, raising=False)
    directory = tmp_path / "data"
    directory.mkdir()
    write(directory)
    return directory


def write(directory, recordings=GOOD, sources=SOURCES, package=PACKAGE):
    for name, content in (("recordings.csv", recordings), ("sources.csv", sources)):
        content = content if isinstance(content, bytes) else content.encode()
        (directory / name).write_bytes(content)
    (directory / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")


def frictionless_valid(directory):
    from frictionless import Package

    return Package(str(directory / "datapackage.json")).validate().valid


# ---------------------------------------------------------------- good tables


def test_types_values_order(data):
    table = tables.load("recordings", data)
    assert list(table.columns) == HEADER.strip().split(",")
    assert table.dtypes.astype(str).to_dict() == {
        "key": "str",
        "organism": "str",
        "day": "datetime64[us]",
        "year": "Int64",
        "neurons": "int64",
        "rate": "float64",
        "alive": "boolean",
        "label": "str",
        "parent": "str",
        "source": "str",
        "note": "str",
    }
    assert table["note"][0] == 'two\nlines, and "quotes"' and table["note"][2] == "μ-scan"
    assert table["day"][0] == pd.Timestamp(2013, 5, 1) and table["day"].isna().tolist() == [
        False,
        True,
        False,
    ]
    assert table["rate"].tolist()[::2] == [1.5, 2000.0] and np.isnan(table["rate"][1])
    assert table["alive"][0] and table["alive"][1] is pd.NA
    assert table["parent"].isna().tolist() == [True, False, False]
    assert table["neurons"].tolist() == [302, 140000, 70000000]


def test_types_without_missing(data):
    write(data, HEADER + ROW1 + ROW3)
    kinds = tables.load("recordings", data).dtypes.astype(str)
    assert (kinds["year"], kinds["alive"], kinds["neurons"]) == ("int64", "bool", "int64")


def test_attrs(data):
    attrs = tables.load("recordings", data).attrs
    assert attrs["units"] == {"neurons": "neurons", "rate": "Hz"}
    assert attrs["descriptions"] == {"neurons": "Neurons recorded", "rate": "Sampling rate"}
    assert attrs["path"] == str(data / "recordings.csv")


def test_header_only_keeps_types(data):
    write(data, HEADER)
    table = tables.load("recordings", data)
    assert (
        len(table) == 0
        and str(table["rate"].dtype) == "float64"
        and str(table["key"].dtype) == "str"
    )
    assert str(table["day"].dtype) == "datetime64[us]" and str(table["neurons"].dtype) == "int64"


def test_crlf_and_no_final_newline(data):
    good = tables.load("recordings", data)
    write(
        data,
        (HEADER + ROW2 + ROW3)
        .replace("\n", "\r\n")
        .replace("a1,,", ",,")
        .replace("a1,lee", ",lee")
        .rstrip(),
    )
    assert tables.load("recordings", data)["neurons"].tolist() == good["neurons"].tolist()[1:]


def test_names_and_schema(data):
    assert tables.names(data) == ["sources", "recordings"]
    assert tables.schema("sources", data)["path"] == "sources.csv"


def test_directory_from_environment(data, monkeypatch):
    monkeypatch.setenv("SOBE_DATA", str(data))
    assert tables.names() == ["sources", "recordings"] and len(tables.load("sources")) == 2


def test_reads_are_recorded(data, tmp_path, monkeypatch):
    log = tmp_path / "reads"
    monkeypatch.setenv("SOBE_READS", str(log))
    tables.load("sources", data)
    assert log.read_text().splitlines() == [str(data / "sources.csv")]
    tables.load("recordings", data)
    assert log.read_text().splitlines()[1:] == [
        str(data / "recordings.csv"),
        # Of another table, only the rows that this one refers to.
        f"{data / 'sources.csv'}\tkey\tlee",
        f"{data / 'sources.csv'}\tkey\tsmith",
    ]


def test_with_sources(data):
    table = tables.load("recordings", data)
    titled = tables.with_sources(table, data)
    assert titled["source_title"].fillna("-").tolist() == ["A worm", "-", "A mouse"]
    assert str(titled["source_title"].dtype) == "str" and "source_title" not in table
    assert titled.attrs == table.attrs
    with pytest.raises(ValueError, match="no column 'source'"):
        tables.with_sources(table.drop(columns="source"), data)
    with pytest.raises(ValueError, match="1 keys .* 'nobody'"):
        tables.with_sources(table.assign(source=["smith", "nobody", None]), data)


def test_frictionless_accepts_the_good_package(data):
    assert frictionless_valid(data)


def test_import_is_light():
    heavy = ("frictionless", "altair", "scipy")
    code = f"import sys, sobe.tables; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REAL.parent
    )
    assert run.stdout.strip() == "[]"


# ---------------------------------------------------------------- damaged tables


def rec(old, new):
    """Damage to recordings.csv: one replacement, which must apply."""
    assert GOOD.count(old) >= 1, old
    return {"recordings": GOOD.replace(old, new, 1)}


def src(old, new):
    assert old in SOURCES
    return {"sources": SOURCES.replace(old, new, 1)}


def described(change):
    package = copy.deepcopy(PACKAGE)
    change(package["resources"][1])
    return {"package": package}


R, S, P = "data/recordings.csv", "data/sources.csv", "data/datapackage.json"
COLUMNS = "the columns key, organism, day, year, neurons, rate, alive, label, parent, source, note"
INTEGER, RATE = "an integer, at least 0", "a number, at least 0, at most 1000000"
THOUSANDS = ", without thousands separators"
YEAR = "a four-digit year, at least 1950, at most 2030"
DAY = "a date written YYYY-MM-DD, at least 1950-01-01"
KEY = "text, matching [a-z0-9]+"
ORGANISM = "text, one of worm, fly, mouse"

# Damage; file, row, line, column, value, expected; whether frictionless refuses it as well
# (None: not asked).
DAMAGES = {
    "integer-word": (rec("302", "many"), R, 1, 2, "neurons", "many", INTEGER, True),
    "integer-fractional": (rec("302", "302.5"), R, 1, 2, "neurons", "302.5", INTEGER, True),
    "integer-whole-but-decimal": (rec("302", "302.0"), R, 1, 2, "neurons", "302.0", INTEGER, True),
    "integer-exponent": (rec("302", "3e2"), R, 1, 2, "neurons", "3e2", INTEGER, True),
    "integer-thousands": (
        rec("140000", '"140,000"'),
        R,
        2,
        4,
        "neurons",
        "140,000",
        INTEGER + THOUSANDS,
        True,
    ),
    "integer-underscore": (
        rec("140000", "140_000"),
        R,
        2,
        4,
        "neurons",
        "140_000",
        INTEGER + THOUSANDS,
        None,
    ),
    "integer-too-large": (rec("302", "9" * 30), R, 1, 2, "neurons", "9" * 30, INTEGER, None),
    "integer-other-digits": (rec("302", "٣٠٢"), R, 1, 2, "neurons", "٣٠٢", INTEGER, None),
    "integer-below": (rec("140000", "-1"), R, 2, 4, "neurons", "-1", INTEGER, True),
    "number-word": (rec("1.5", "fast"), R, 1, 2, "rate", "fast", RATE, True),
    "number-comma": (rec("1.5", '"1,5"'), R, 1, 2, "rate", "1,5", RATE + THOUSANDS, True),
    "number-nan": (rec("2e3", "nan"), R, 3, 5, "rate", "nan", RATE, None),
    "number-inf": (rec("2e3", "inf"), R, 3, 5, "rate", "inf", RATE, True),
    "number-overflow": (rec("2e3", "2e999"), R, 3, 5, "rate", "2e999", RATE, True),
    "number-above": (rec("2e3", "2e7"), R, 3, 5, "rate", "2e7", RATE, True),
    "boolean-yes": (rec("true", "yes"), R, 1, 2, "alive", "yes", "true or false", True),
    "boolean-capital": (rec("true", "True"), R, 1, 2, "alive", "True", "true or false", None),
    "year-short": (rec(",2013,", ",213,"), R, 1, 2, "year", "213", YEAR, True),
    "year-above": (rec(",2025,", ",2099,"), R, 3, 5, "year", "2099", YEAR, True),
    "date-order": (rec("2013-05-01", "01-05-2013"), R, 1, 2, "day", "01-05-2013", DAY, True),
    "date-compact": (rec("2013-05-01", "20130501"), R, 1, 2, "day", "20130501", DAY, True),
    "date-impossible": (rec("2013-05-01", "2013-02-30"), R, 1, 2, "day", "2013-02-30", DAY, True),
    "date-below": (rec("2013-05-01", "1913-05-01"), R, 1, 2, "day", "1913-05-01", DAY, True),
    "enum": (rec("fly", "moth"), R, 2, 4, "organism", "moth", ORGANISM, True),
    "pattern": (rec("a2,", "A2,"), R, 2, 4, "key", "A2", KEY, True),
    "required": (rec("140000", ""), R, 2, 4, "neurons", "", INTEGER, True),
    "required-enum": (rec("fly", ""), R, 2, 4, "organism", "", ORGANISM, True),
    "unique": (rec("L3", "L1"), R, 3, 5, "label", "L1", "each value of the column once", True),
    "primary-key": (
        rec("a2,", "a1,"),
        R,
        2,
        4,
        "key",
        "a1",
        "each value of the primary key once",
        True,
    ),
    "primary-key-missing": (rec("a2,", ","), R, 2, 4, "key", "", KEY, True),
    "foreign-key": (
        rec("lee", "nobody"),
        R,
        3,
        5,
        "source",
        "nobody",
        "a value of key in data/sources.csv",
        True,
    ),
    "foreign-key-self": (
        rec("a1,lee", "zz,lee"),
        R,
        3,
        5,
        "parent",
        "zz",
        "a value of key in data/recordings.csv",
        True,
    ),
    "space-before": (
        rec("worm", " worm"),
        R,
        1,
        2,
        "organism",
        " worm",
        ORGANISM + ", without spaces around it",
        True,
    ),
    "space-after-text": (
        rec("μ-scan", "μ-scan\u00a0"),
        R,
        3,
        5,
        "note",
        "μ-scan\u00a0",
        "text, without spaces around it",
        None,
    ),
    "nul": (rec("μ", "\x00"), R, 3, 5, "note", "\x00-scan", "text", None),
    "too-few": (rec("a2,fly,,", "a2,fly,"), R, 2, 4, None, 10, "11 cells", True),
    "too-many": (rec("a2,fly,,", "a2,fly,,,"), R, 2, 4, None, 12, "11 cells", True),
    "blank-line": ({"recordings": HEADER + ROW1 + "\n" + ROW3}, R, 2, 4, None, 0, "11 cells", True),
    "unclosed-quote": (rec("μ-scan", '"μ-scan'), R, 3, 5, None, None, "a closing quote", None),
    "text-after-quote": (rec('"""\n', '"""x\n'), R, 1, 2, None, None, "well-formed CSV", None),
    "header-missing": (
        {"recordings": GOOD.replace("year,", "", 1)},
        R,
        None,
        1,
        "year",
        None,
        COLUMNS,
        True,
    ),
    "header-extra": (rec("note\n", "note,more\n"), R, None, 1, "more", "more", COLUMNS, True),
    "header-order": (rec("day,year", "year,day"), R, None, 1, "day", "year", COLUMNS, True),
    "header-twice": (rec("day,year", "day,day"), R, None, 1, "day", "day", COLUMNS, True),
    # frictionless strips header cells, so accepts this one
    "header-space": (rec("day,year", "day, year"), R, None, 1, "year", None, COLUMNS, None),
    "header-absent": ({"recordings": ROW2 + ROW3}, R, None, 1, "key", None, COLUMNS, True),
    "empty-file": (
        {"recordings": ""},
        R,
        None,
        None,
        None,
        None,
        "a header: " + HEADER.strip(),
        True,
    ),
    "byte-order-mark": (
        {"recordings": b"\xef\xbb\xbf" + GOOD.encode()},
        R,
        None,
        1,
        None,
        None,
        "UTF-8 without a mark",
        None,
    ),
    "latin-1": (
        {"recordings": GOOD.replace("μ", "µ").encode("latin-1")},
        R,
        None,
        5,
        None,
        b"\xb5",
        "UTF-8 text",
        True,
    ),
    "utf-16": (
        {"recordings": GOOD.encode("utf-16")},
        R,
        None,
        1,
        None,
        b"\xff",
        "UTF-8 text",
        True,
    ),
    "referenced-header": (
        src("key,", "id,"),
        S,
        None,
        1,
        "key",
        None,
        "the columns key, title, published",
        True,
    ),
    "referenced-row": (src(",2013", ""), S, 1, 2, None, 2, "3 cells", True),
    "path-up": (
        described(lambda r: r.update(path="../data/../recordings.csv")),
        P,
        None,
        None,
        None,
        "../data/../recordings.csv",
        "a path inside the data directory",
        None,
    ),
    "path-absolute": (
        described(lambda r: r.update(path="/etc/hostname")),
        P,
        None,
        None,
        None,
        "/etc/hostname",
        "a path inside the data directory",
        None,
    ),
    "encoding": (
        described(lambda r: r.update(encoding="latin-1")),
        P,
        None,
        None,
        None,
        "latin-1",
        "utf-8",
        None,
    ),
    "key-undeclared": (
        described(lambda r: r["schema"].update(primaryKey="id")),
        P,
        None,
        None,
        "id",
        "id",
        "one of alive, day, key, label, neurons, note, organism, parent, rate, source, year",
        None,
    ),
    "reference-undeclared": (
        described(lambda r: r["schema"]["foreignKeys"][0]["reference"].update(fields="doi")),
        P,
        None,
        None,
        "source",
        "doi",
        "columns of table 'sources'",
        None,
    ),
}


@pytest.mark.parametrize("case", DAMAGES.values(), ids=DAMAGES)
def test_damage(case, data):
    damage, file, row, line, column, value, expected, refused = case
    write(data, **damage)
    with pytest.raises(TableError) as caught:
        tables.load("recordings", data)
    error = caught.value
    assert (error.file, error.row, error.line, error.column, error.value, error.expected) == (
        file,
        row,
        line,
        column,
        value,
        expected,
    )
    assert str(error).startswith(file) and str(error).endswith("expected " + expected)
    if refused:
        assert not frictionless_valid(data)


@pytest.mark.parametrize(
    "damage, message",
    [
        (
            rec("302", "many"),
            "data/recordings.csv, row 1 (line 2), column 'neurons': 'many' is not valid; "
            "expected an integer, at least 0",
        ),
        (
            rec("a2,", "a1,"),
            "data/recordings.csv, row 2 (line 4), column 'key': 'a1' is already in row 1 (line 2); "
            "expected each value of the primary key once",
        ),
        (rec("day,year", "year,day"), "'year' is where 'day' belongs"),
        (
            {"recordings": GOOD.replace("μ", "µ").encode("latin-1")},
            f"data/recordings.csv, line 5: byte {GOOD.encode().index('μ'.encode())} is not UTF-8; "
            "expected UTF-8 text",
        ),
    ],
)
def test_message(damage, message, data):
    write(data, **damage)
    with pytest.raises(TableError) as caught:
        tables.load("recordings", data)
    assert message in str(caught.value)


def test_earliest_error_is_named(data):
    # Row 1 is wrong in a late column, row 2 in an early one: the row decides.
    write(data, **{"recordings": GOOD.replace("true", "yes").replace("fly", "moth")})
    with pytest.raises(TableError) as caught:
        tables.load("recordings", data)
    assert (caught.value.row, caught.value.column) == (1, "alive")


def test_long_values_are_cut_in_the_message(data):
    write(data, **rec("302", "x" * 5000))
    with pytest.raises(TableError) as caught:
        tables.load("recordings", data)
    assert len(str(caught.value)) < 300 and len(caught.value.value) == 5000


def test_unknown_table_lists_the_known(data):
    with pytest.raises(
        TableError, match="no table 'recording'; expected one of sources, recordings"
    ):
        tables.load("recording", data)


def test_missing_csv(data):
    (data / "sources.csv").unlink()
    for name in ("sources", "recordings"):  # directly, and through the foreign key
        with pytest.raises(TableError, match="data/sources.csv: the file cannot be read") as caught:
            tables.load(name, data)
        assert caught.value.expected == "a CSV file"


def test_link_out_of_the_directory(data, tmp_path):
    (data / "sources.csv").rename(tmp_path / "outside.csv")
    (data / "sources.csv").symlink_to(tmp_path / "outside.csv")
    with pytest.raises(TableError, match="inside the data directory"):
        tables.load("sources", data)


@pytest.mark.parametrize(
    "content, line, expected",
    [
        (None, None, "a Frictionless data package"),
        (b'{"resources": [\n,]}', 2, "a Frictionless data package"),
        (b'{"a": ' + b"9" * 5000 + b"}", None, "a Frictionless data package"),
        (b"[" * 100_000, None, "a Frictionless data package"),
        (b'{"title":\n "\xff"}', 2, "UTF-8 text"),
        (b"[]", None, "a mapping"),
        (b"{}", None, "a list"),
        (b'{"resources": [{"path": "a.csv"}]}', None, "text"),
        (
            b'{"resources": [{"name": "recordings"}, {"name": "recordings"}]}',
            None,
            "each table once",
        ),
        (b'{"resources": [{"name": "recordings", "path": "a.csv"}]}', None, "a mapping"),
    ],
)
def test_bad_description(content, line, expected, data):
    (data / "datapackage.json").unlink()
    if content is not None:
        (data / "datapackage.json").write_bytes(content)
    with pytest.raises(TableError) as caught:
        tables.load("recordings", data)
    assert (caught.value.file, caught.value.line, caught.value.expected) == (P, line, expected)


@pytest.mark.parametrize(
    "change",
    [
        lambda field: field.update(type="geopoint"),
        lambda field: field.update(constraints={"minLength": 3}),
    ],
)
def test_unsupported_rules_are_not_passed_over(change, data):
    write(data, **described(lambda resource: change(resource["schema"]["fields"][0])))
    with pytest.raises(TableError, match="not supported") as caught:
        tables.load("recordings", data)
    assert (caught.value.file, caught.value.column) == (P, "key")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda r: r["schema"]["fields"][0].update(type=["string"]),
            "table 'recordings'.schema.fields[0].type is ['string']; expected text",
        ),
        (
            lambda r: r["schema"]["fields"][1]["constraints"].update(enum="worm"),
            "table 'recordings'.schema.fields[1].constraints.enum is 'worm'; expected a list",
        ),
        (
            lambda r: r["schema"]["foreignKeys"][0].update(reference=None),
            "table 'recordings'.schema.foreignKeys[0].reference is None; expected a mapping",
        ),
        (
            lambda r: r["schema"].update(missingValues=[None]),
            "table 'recordings'.schema.missingValues[0] is None; expected text",
        ),
        (
            lambda r: r["schema"]["fields"][4]["constraints"].update(minimum="few"),
            "column 'neurons': table 'recordings': minimum is 'few'; "
            "expected a valid minimum for an integer",
        ),
        (
            lambda r: r["schema"]["fields"][4]["constraints"].update(minimum=float("nan")),
            "not JSON (NaN is not a number of JSON); expected a Frictionless data package",
        ),
        (
            lambda r: r["schema"]["fields"][1]["constraints"].update(enum=[["worm"]]),
            "enum is [['worm']]; expected a valid enum for text",
        ),
        (
            lambda r: r["schema"]["fields"][0]["constraints"].update(pattern="("),
            "pattern is '('; expected a valid pattern for text",
        ),
        (
            lambda r: r["schema"]["fields"].append({"name": "key", "type": "string"}),
            "expected columns of different names",
        ),
        (
            lambda r: r.update(path="a\0b.csv"),
            "'a\\x00b.csv' is not valid; expected a path inside the data directory",
        ),
    ],
)
def test_a_damaged_description_is_one_error_that_says_where(change, message, data):
    write(data, **described(change))
    with pytest.raises(TableError) as caught:
        tables.load("recordings", data)
    assert caught.value.file == P and message in str(caught.value)


def test_a_long_header_is_cut_in_the_message(data):
    write(data, "x" * 100_000 + "\n")
    with pytest.raises(TableError, match="the header lacks 'key' and has 'xxx") as caught:
        tables.load("recordings", data)
    assert len(str(caught.value)) < 500


def test_an_earlier_row_is_named_before_an_unclosed_quote(data):
    write(data, **{"recordings": HEADER + ROW1 + "a2,fly\n" + '"open'})
    with pytest.raises(TableError, match="row 2 .*: 2 cells; expected 11 cells"):
        tables.load("recordings", data)


def test_error_survives_pickling(data):
    write(data, **rec("302", "many"))
    with pytest.raises(TableError) as caught:
        tables.load("recordings", data)
    copied = pickle.loads(pickle.dumps(caught.value))
    assert str(copied) == str(caught.value) and copied.row == 1


# ---------------------------------------------------------------- the tables of the book


@pytest.fixture
def real(monkeypatch):
    monkeypatch.delenv("SOBE_DATA", raising=False)
    if not (REAL / "datapackage.json").exists():
        pytest.skip("data/datapackage.json does not exist yet")
    return REAL


def test_every_real_table_loads(real):
    for name in tables.names():
        table = tables.load(name)
        assert len(table) > 0, name
        assert list(table.columns) == [
            field["name"] for field in tables.schema(name)["schema"]["fields"]
        ]


def test_frictionless_validates_the_real_package(real, tmp_path):
    """As published: with rows of ours in the file of their table."""
    from frictionless import Package

    for name, content in own.files(real).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    report = Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "note"])[:10]
