"""Numbers in a text, written as a Chinese reader expects them."""

import pytest

from sobe import languages
from sobe.languages import slots
from sobe.languages.catalogue import Catalogue
from sobe.paths import ROOT

CHINESE = languages.of(ROOT / "book")["zh_CN"]


def catalogue(messages):
    """Return a Chinese catalogue of these messages."""
    return Catalogue(messages, language=CHINESE)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("86 billion", "860 亿"),
        ("$100 billion", "1,000 亿美元"),
        ("$16,000", "1.6 万美元"),
        ("$16,600", "1.66 万美元"),
        ("70 million", "7,000 万"),
        ("1.2 trillion", "1.2 万亿"),
        ("$92", "92 美元"),
        ("$2.16", "2.16 美元"),
        ("140,000", "14 万"),
        ("2,500", "2,500"),
        ("123,456,789", "123,456,789"),
        ("302", "302"),
        ("1986", "1986"),
        ("3.5×", "3.5 倍"),
        ("95 %", "95 %"),
        ("12%", "12%"),
        ("−5", "−5"),
        ("1.2 × 10¹⁵", "1.2 × 10¹⁵"),
        ("1.2e+06", "120 万"),
        ("3.83e+17", "3.83 × 10¹⁷"),
        ("9e15", "9,000 万亿"),
        ("$25.60 billion", "256.0 亿美元"),
        ("$25.69 billion", "256.9 亿美元"),
        ("$1.50 million", "150 万美元"),
        ("$1.500 million", "150.0 万美元"),
        ("$43.0 million", "4,300 万美元"),
        ("4.0×", "4.0 倍"),
        ("$25.60", "25.60 美元"),
        ("1.2e+06", "120 万"),
    ],
)
def test_a_number(text, expected):
    assert catalogue({})(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("From $1 to $10 million", "From {1} to {2}"),
        ("$100K+", "$100K+"),
        ("10.1038/s41593-021-00980-9", "10.1038/s41593-021-00980-9"),
        ("GCaMP6f", "GCaMP6f"),
    ],
)
def test_slots_stand_for_numbers_only(text, expected):
    said, _ = slots.slotted(text)
    assert said == expected or "10.1038" in text and "{" in said


def test_the_version_of_a_release_is_a_slot():
    """Else the translation of the printed citation is lost with the next release."""
    said, found = slots.slotted("The authors. (2027). The book (Version 1.10.0).")
    assert said == "The authors. ({1}). The book (Version {2})."
    assert [match[0] for match in found] == ["2027", "1.10.0"]
    translate = catalogue({"The book (Version {1}).": "本书（{1} 版）。"})
    assert translate("The book (Version 0.2.0).") == "本书（0.2.0 版）。"
    for text in ("a report (section 40.3.2)", "Version 1.2.3.4", "version 1.2.0-rc"):
        assert slots.slotted(text)[0] == text


@pytest.mark.parametrize(
    "text",
    [
        "doi:10.5281/zenodo.18377594",
        "10.5281/zenodo.18377594",
        "c9684b5a698fae7a7cab6d0e23392b24f17d54a8",
    ],
)
def test_an_identifier_stays_and_is_not_missing(text):
    translate = catalogue({})
    assert translate(text) == text and not translate.missing


def test_a_message_is_used_with_its_numbers():
    translate = catalogue({"{1} years": "{1} 年", "Stated: {1} a year": "所称：每年 {1}"})
    assert translate("6.3 years") == "6.3 年"
    assert translate(" Stated: $500 million a year ") == " 所称：每年 5 亿美元 "
    assert translate("Something new") == "Something new" and list(translate.missing) == [
        "Something new"
    ]


def test_numbers_leave_no_spaces_between_chinese_characters():
    translate = catalogue({"{1} neurons": "{1} 个神经元", "about {1}": "约 {1}"})
    assert (
        translate("86 billion neurons") == "860 亿个神经元"
        and translate("302 neurons") == "302 个神经元"
    )
    assert (
        translate("about 15,000,000×") == "约 1,500 万倍" and translate("2× to 3×") == "2 倍至 3 倍"
    )
    assert translate("甲 乙") == "甲 乙"  # of the data


def test_messages_are_put_together():
    translate = catalogue({"Neurons": "神经元", "all years": "全部年份", "Mouse": "小鼠"})
    assert translate("Neurons, all years") == "神经元，全部年份"
    assert translate("MOUSE") == "小鼠"
    assert translate("1 MB to 3 GB") == "1 MB 至 3 GB"
    assert translate("$38 ($10 to $138)") == "38 美元（10 美元至 138 美元）"
    assert not translate.missing


def test_a_text_of_the_data_is_translated_where_there_is_a_message():
    translate = catalogue(
        {"Imaging": "成像", "fly": "果蝇", "of {1} mm": "{1} mm 的", "9 mm": "九毫米"}
    )
    assert translate.known("imaging") == "成像" and translate.known("Tanaka") == "Tanaka"
    assert translate.known("Fly, imaging") == "果蝇，成像"
    assert translate.known("Fly, Tanaka") == "Fly, Tanaka"
    assert translate.known("of 2 mm") == "2 mm 的" and translate.known("9 mm") == "九毫米"
    assert not translate.missing
