"""Files of a language: read strictly, with a file and a line for each error."""

import re

import pytest

from sobe import languages
from sobe.analysis import predictions, trends
from sobe.errors import BuildError
from sobe.languages import language, po
from sobe.paths import ROOT
from sobe.pipeline import messages

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
TREE = 'msgid "tree"\nmsgstr "树"\n'


def catalogue(tmp_path, text):
    folder = tmp_path / "book/locale/zh_CN/LC_MESSAGES"
    folder.mkdir(parents=True)
    path = folder / "cost.po"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def error(path):
    with pytest.raises(languages.LanguageError) as found:
        po.entries(path)
    assert str(found.value).startswith("book/locale/zh_CN/LC_MESSAGES/cost.po")
    return str(found.value).partition("cost.po")[2]


def test_a_catalogue_is_read_with_what_it_lacks(tmp_path):
    text = f'{TREE}\nmsgid "oak"\nmsgstr ""\n\n#, fuzzy\nmsgid "ash"\nmsgstr "榆"\n'
    path = catalogue(tmp_path, text)
    found = [(e.message, e.translation, e.lacking, e.line) for e in po.entries(path)]
    assert found == [("tree", "树", False, 5), ("oak", "", True, 8), ("ash", "榆", True, 12)]
    assert po.read(path) == {"tree": "树"}
    assert po.entries(path.with_name("none.po")) == []


def test_a_conflict_of_git_is_an_error_with_its_line(tmp_path):
    text = 'msgid "tree"\n<<<<<<< HEAD\nmsgstr "树"\n=======\nmsgstr "木"\n>>>>>>> other\n'
    assert error(catalogue(tmp_path, text)).startswith(":6: Git left a conflict, '<<<<<<< HEAD'")


def test_a_message_that_is_there_twice_is_an_error(tmp_path):
    text = f'{TREE}\nmsgid "oak"\nmsgstr "栎"\n\nmsgid ""\n"tr"\n"ee"\nmsgstr "木"\n'
    assert error(catalogue(tmp_path, text)).startswith(
        ":11: the message 'tree' is in line 5 already"
    )


def test_a_context_is_an_error(tmp_path):
    text = f'{TREE}\nmsgctxt "of decisions"\nmsgid "oak"\nmsgstr "栎"\n'
    assert error(catalogue(tmp_path, text)).startswith(":8: not a line of a catalogue")


@pytest.mark.parametrize(
    "message, translation, problem",
    [
        ("{1} to {2}", "{1} 至", "lacks '{2}'"),
        ("In {glue:text}`year`", "在 {glue:text}`years`", "lacks '{glue:text}`year`' and has"),
        ("{n} rows", "n 行", "lacks '{n}'"),
        ("[Scale](scale.md)", "[规模](cost.md)", "lacks '](scale.md)' and has '](cost.md)'"),
        ("{1} rows", "{1} 行，{1}", "has a part more or less often"),
    ],
)
def test_a_lost_part_is_an_error_with_its_line(tmp_path, message, translation, problem):
    text = f'{TREE}\nmsgid "{message}"\nmsgstr "{translation}"\n'
    found = error(catalogue(tmp_path, text))
    assert found.startswith(":8: the translation of") and problem in found
    # It does not matter while the translation does not count.
    path = catalogue(tmp_path / "fuzzy", text.replace("\n\nmsgid", "\n\n#, fuzzy\nmsgid"))
    assert len(po.entries(path)) == 2


@pytest.mark.parametrize("text", ['msgid "tree\nmsgstr "树"\n', f"{TREE}\noak\n"])
def test_a_damaged_catalogue_is_an_error_with_its_line(tmp_path, text):
    assert re.match(r":\d+: ", error(catalogue(tmp_path, text)))


def test_a_catalogue_in_another_encoding_is_an_error(tmp_path):
    path = catalogue(tmp_path, TREE)
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert "is not UTF-8" in error(path)


def test_make_messages_reports_the_error(tmp_path):
    path = catalogue(tmp_path, TREE + TREE)
    with pytest.raises(BuildError, match=r"cost.po:7: the message 'tree'"):
        messages.entries(path)


@pytest.fixture
def chinese(tmp_path):
    """The text of the Chinese language file, and where a copy of it goes."""
    text = (ROOT / "book/locale/zh_CN/language.toml").read_text(encoding="utf-8")
    path = tmp_path / "book/locale/xx/language.toml"
    path.parent.mkdir(parents=True)
    return text, path


@pytest.mark.parametrize(
    "before, after, problem",
    [
        ('tag = "zh-CN"\n', "", "tag is missing; sobe/languages/en.toml explains it"),
        ('tag = "zh-CN"\n', 'tag = "zh-CN"\nfont = ""\n', "font is not known; known are name"),
        ("powers = 16", 'powers = "16"', "numbers.powers must be a number, not '16'"),
        ('dollars = "{} 美元"', 'dollars = "美元"', "numbers.dollars must have {}, not '美元'"),
        ('to = "{0} 至 {1}"', 'to = "{0} 至"', "composed.to must have {0} and {1}"),
        ("[numbers]", "[numbers", "Expected ']'"),
    ],
)
def test_an_error_in_a_language_file_is_told(chinese, before, after, problem):
    text, path = chinese
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(languages.LanguageError) as found:
        languages.of(path.parents[2])
    assert str(found.value).startswith("book/locale/xx/language.toml: ")
    assert problem in str(found.value)


def test_the_languages_of_a_book_are_its_folders_with_a_file(chinese):
    text, path = chinese
    assert list(languages.of(path.parents[2])) == ["en"]
    path.write_text(text, encoding="utf-8")
    found = languages.of(path.parents[2])
    assert list(found) == ["en", "xx"] and found["xx"].tag == "zh-CN"
    with pytest.raises(languages.LanguageError, match="lang is one of 'en', 'xx', not 'zh_CN'"):
        languages.check("zh_CN", path.parents[2])


def test_the_package_has_no_text_of_one_language():
    """But for the file of English."""
    found = {}
    ends = (".py", ".js", ".css", ".html")
    for path in sorted(p for p in ROOT.glob("sobe/**/*") if p.suffix in ends):
        name = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8").replace("another place/又一处", "")  # a folder
        # What is quoted in a comment or docstring explains; `read_as_zh` is evidence.
        text = re.sub(r'"""(?:.|\n)*?"""|/\*(?:.|\n)*?\*/|#[^"\n]*$', "", text, flags=re.M)
        if left := re.findall(r"[\u3400-\u9fff]+|zh_CN|CJK", text):
            found[name] = left
    assert found == {}


def test_english_is_written_as_the_units_write_it():
    english = language.english()
    assert [english.numbers["dollars"], english.numbers["times"]] == ["${}", "{}×"]
    assert [word for _, word, _ in english.numbers["scales"]] == [
        " trillion",
        " billion",
        " million",
    ]


def test_words_that_only_some_data_bring_onto_a_page_are_messages():
    """Else they are English in a Chinese edition on the day on which they are first shown."""
    states = {predictions.OPEN, predictions.WAITING, predictions.SCORED}
    on_trends = {trends.FEW, trends.INSIDE, trends.ABOVE, trends.BELOW}
    assert len(states | on_trends) == 7
    assert states | on_trends <= messages.in_code()


def test_a_marked_message_is_the_text_itself():
    """It is translated where it is shown, and not where it is named."""
    languages.use(languages.catalogue.Catalogue({"scored": "x"}))
    try:
        assert languages.message("scored") == "scored" and languages.translate("scored") == "x"
    finally:
        languages.use(None)
