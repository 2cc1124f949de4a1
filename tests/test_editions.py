"""Two editions of a small book: what is executed for them, and the addresses they give."""

import shutil

import pytest

from sobe.errors import BuildError
from sobe.languages import html, lacking
from sobe.paths import ROOT
from sobe.pipeline import messages
from sobe.pipeline.book import build_book

ROWS = 'from IPython.display import HTML\nHTML(f"<p>{len(rows)} rows</p>")'
SAID = {"{1} rows": "{1} 行", "Tiny": "小书", "nobody": "无人"}


@pytest.fixture(scope="module")
def built_bilingual(built_tiny, tmp_path_factory):
    """The tiny book with a Chinese edition; its chapters show how many rows their tables have."""
    root = tmp_path_factory.mktemp("bilingual") / "book"
    tiny = built_tiny.copy(root)
    for name in ("alpha", "beta"):
        tiny.chapter(name, extra=tiny.cell(ROWS))
    messages.write(tiny.root / "book/locale/zh_CN/LC_MESSAGES/messages.po", SAID, "zh_CN")
    shutil.copyfile(
        ROOT / "book/locale/zh_CN/language.toml", tiny.root / "book/locale/zh_CN/language.toml"
    )
    tiny.write("data/glossary.csv", "en,zh,note\n")
    build_book(tiny.project)
    return tiny


@pytest.fixture
def bilingual(built_bilingual, tmp_path):
    """The bilingual book, already built, for one test to change."""
    return built_bilingual.copy(tmp_path / "bilingual")


def executed(book, capsys):
    capsys.readouterr()
    build_book(book.project)
    return {
        line.split()[1]
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("  executed ")
    }


def shown(book, page):
    return [
        (book.project.site / edition / f"{page}.html").read_text(encoding="utf-8")
        for edition in ("en", "zh")
    ]


def test_a_changed_table_is_executed_once_for_both_editions(bilingual, capsys):
    english, chinese = shown(bilingual, "alpha")
    assert "<p>2 rows</p>" in english and "<p>2 行</p>" in chinese
    bilingual.write("data/alpha.csv", "a\n1\n2\n")
    assert executed(bilingual, capsys) == {"alpha"}
    english, chinese = shown(bilingual, "alpha")
    assert "<p>3 rows</p>" in english and "<p>3 行</p>" in chinese
    assert all("<p>2 " in text for text in shown(bilingual, "beta"))


def test_a_changed_translation_executes_nothing(bilingual, capsys):
    messages.write(
        bilingual.root / "book/locale/zh_CN/LC_MESSAGES/messages.po",
        SAID | {"{1} rows": "共 {1} 行"},
        "zh_CN",
    )
    assert executed(bilingual, capsys) == set()
    assert "<p>共 2 行</p>" in shown(bilingual, "alpha")[1]


def test_addresses_are_whole_where_the_sites_is_known(bilingual, monkeypatch):
    monkeypatch.setenv("SOBE_BASE_URL", "https://example.org/book/")
    build_book(bilingual.project)
    root = "https://example.org/book"
    for edition, text in zip(("en", "zh"), shown(bilingual, "alpha"), strict=True):
        own = f"{root}/{edition}/alpha.html"
        assert f'<link rel="canonical" href="{own}"' in text
        assert f'<meta property="og:url" content="{own}"' in text
        for tag, folder in (("en", "en"), ("zh-CN", "zh"), ("x-default", "en")):
            assert (
                f'<link rel="alternate" hreflang="{tag}" href="{root}/{folder}/alpha.html">' in text
            )
        assert f"<loc>{own}</loc>" in (bilingual.project.site / edition / "sitemap.xml").read_text(
            encoding="utf-8"
        )
        assert f"<loc>{root}/{edition}/sitemap.xml</loc>" in (
            bilingual.project.site / "sitemap.xml"
        ).read_text(encoding="utf-8")


def test_a_missing_translation_is_told_and_shown_in_english(bilingual, capsys):
    catalogue = bilingual.root / "book/locale/zh_CN/LC_MESSAGES/messages.po"
    messages.write(catalogue, {"Tiny": "小书", "nobody": "无人"}, "zh_CN")
    messages.write(catalogue.with_name("beta.po"), {"Beta": "乙"}, "zh_CN")
    bilingual.write("book/index.md", "# Tiny\n\nTo *the* [alpha](alpha.md).\n")
    capsys.readouterr()
    build_book(bilingual.project)
    told = [line.strip() for line in capsys.readouterr().out.splitlines()]
    lacks = lacking.noted(bilingual.project, "zh_CN")
    total = sum(map(len, lacks["messages"].values()))
    assert f"zh_CN: {total} messages have no translation, and are shown in English:" in told
    assert "index.po: 2, such as 'Tiny', 'To *the* [alpha](alpha.md).'" in told
    assert "alpha.po: 1, such as 'Alpha'" in told
    count = len(lacks["messages"]["messages"])  # texts of the theme too
    assert any(line.startswith(f"messages.po: {count}, such as ") for line in told)
    assert "{1} rows" in lacks["messages"]["messages"] and "2 rows" in lacks["texts"]
    english, chinese = shown(bilingual, "alpha")
    assert "<p>2 rows</p>" in english and '<p lang="en">2 rows</p>' in chinese
    front = shown(bilingual, "index")[1]
    assert '<p lang="en">To <em>the</em> <a' in front and '<h1 lang="en">Tiny<' in front
    assert "<h1>乙<" in shown(bilingual, "beta")[1]


def test_only_a_release_refuses_a_missing_translation(bilingual):
    folder = bilingual.root / "book/locale/zh_CN/LC_MESSAGES"
    bilingual.write("book/index.md", "# Tiny\n\nNew one.\n")
    for name in ("index", "alpha", "beta"):
        said = {"Tiny": "小书"} if name == "index" else {name.title(): "树"}
        messages.write(folder / f"{name}.po", said, "zh_CN")
    build_book(bilingual.project)
    # A message that is in no catalogue yet is known from the build alone.
    lacking.refuse(bilingual.project, built=False)
    messages.write(folder / "beta.po", {"Beta": "树", "oak": ""}, "zh_CN")
    with pytest.raises(BuildError) as error:
        lacking.refuse(bilingual.project)
    lines = str(error.value).splitlines()
    where = "  book/locale/zh_CN/LC_MESSAGES"
    assert lines[0] == "a release has no message without a translation:"
    assert lines[1] == f"{where}/beta.po: 1, the first 'oak'"
    assert f"{where}/index.po: 1, the first 'New one.'" in lines
    assert "alpha.po" not in str(error.value)
    assert lines[-1] == (
        'run make messages, fill in each empty msgstr, remove the marks "#, fuzzy", and commit'
    )
    with pytest.raises(BuildError, match="beta.po: 1, the first 'oak'"):
        lacking.refuse(bilingual.project, built=False)
    lacking.note(bilingual.project, "zh_CN", {"messages": {}, "texts": []})
    messages.write(folder / "beta.po", {"Beta": "树", "oak": "栎"}, "zh_CN")
    lacking.refuse(bilingual.project)


def test_a_build_reports_a_damaged_catalogue(bilingual):
    catalogue = bilingual.root / "book/locale/zh_CN/LC_MESSAGES/alpha.po"
    catalogue.write_text("<<<<<<< HEAD\n", encoding="utf-8")
    with pytest.raises(BuildError, match=r"zh_CN/LC_MESSAGES/alpha.po:1: Git left a conflict"):
        build_book(bilingual.project)


@pytest.mark.parametrize(
    "page, marked",
    [
        ("<td>New one</td>", '<td lang="en">New one</td>'),
        ("<p>旧 <b>New one</b></p>", '<p>旧 <b lang="en">New one</b></p>'),
        ("<p>旧 <b>旧</b> New one</p>", '<p>旧 <b>旧</b><span lang="en"> New one</span></p>'),
        ("<td>New\n  one</td>", '<td lang="en">New\n  one</td>'),
        ("<td>New one more</td>", "<td>New one more</td>"),
        ("<code>New one</code>", "<code>New one</code>"),
        ('<p lang="en">New one</p>', '<p lang="en">New one</p>'),
    ],
)
def test_what_stayed_english_is_marked(page, marked):
    page, marked = (f'<html lang="zh-CN"><body>{text}</body></html>' for text in (page, marked))
    assert html.marked(page, {"New one"}) == marked
    assert html.marked(page, set()) == page


def test_what_stayed_english_in_a_picture_is_marked():
    picture = '<svg lang="zh-CN"><text x="1">{}New one</text><text>旧</text></svg>'
    assert html.marked(picture.format(""), {"New one"}) == picture.replace(
        '<text x="1">{}', '<text x="1" lang="en">'
    )
