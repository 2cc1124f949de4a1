"""Two editions of a small book: what is executed for them, and the addresses they give."""

import pytest

from sobe.pipeline import messages
from sobe.pipeline.book import build_book

ROWS = 'from IPython.display import HTML\nHTML(f"<p>{len(rows)} rows</p>")'
SAID = {"{1} rows": "{1} 行", "Tiny": "小书", "nobody": "无人"}


@pytest.fixture
def bilingual(tiny):
    """The tiny book with a Chinese edition; its chapters show how many rows their tables have."""
    for name in ("alpha", "beta"):
        tiny.chapter(name, extra=tiny.cell(ROWS))
    messages.write(tiny.root / "book/locale/zh_CN/LC_MESSAGES/messages.po", SAID, "zh_CN")
    tiny.write("data/glossary.csv", "en,zh,note\n")
    return tiny


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
    assert executed(bilingual, capsys) == {"alpha", "beta"}
    english, chinese = shown(bilingual, "alpha")
    assert "<p>2 rows</p>" in english and "<p>2 行</p>" in chinese
    bilingual.write("data/alpha.csv", "a\n1\n2\n")
    assert executed(bilingual, capsys) == {"alpha"}
    english, chinese = shown(bilingual, "alpha")
    assert "<p>3 rows</p>" in english and "<p>3 行</p>" in chinese
    assert all("<p>2 " in text for text in shown(bilingual, "beta"))


def test_a_changed_translation_executes_nothing(bilingual, capsys):
    executed(bilingual, capsys)
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
