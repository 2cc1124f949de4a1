"""The Chinese edition: complete, consistent, and the same book."""

import csv
import html
import re

import pytest

from sobe.build import editions
from sobe.build.messages import entries
from sobe.i18n import edition
from sobe.i18n.catalogue import CHINESE, is_neutral, names, tidy
from test_browser import CHARTS, Visit

PLACEHOLDER = re.compile(r"\{[\w:]+\}`[^`]*`|\{\d+\}|\{[a-z]+\}|\]\([^)]*\)")
SKIPPED = re.compile(r"<(script|pre|style|code|svg)\b.*?</\1>|<!--.*?-->|<(?:em|i|cite)>[^<]*</(?:em|i|cite)>|<dl class=\"citation\".*?</dl>|<div class=\"citation\".*?</div>", re.S)


@pytest.fixture(scope="module")
def catalogues(project):
    folder = edition.folder(project.book, "zh_CN")
    return {path.stem: entries(path) for path in sorted(folder.glob("*.po"))}


def test_every_message_is_translated(catalogues):
    untranslated = {name: [m for m, text in found.items() if not text] for name, (found, _) in catalogues.items()}
    assert {name: found for name, found in untranslated.items() if found} == {}
    assert {name: fuzzy for name, (_, fuzzy) in catalogues.items() if fuzzy} == {}


def test_no_placeholder_is_lost(catalogues):
    lost = []
    for name, (found, _) in catalogues.items():
        if name == "scripts":
            continue
        for message, text in found.items():
            if text and sorted(PLACEHOLDER.findall(message)) != sorted(PLACEHOLDER.findall(text)):
                lost.append((name, message))
    assert lost == []


def test_every_page_has_a_catalogue(project, catalogues):
    assert set(project.pages) <= set(catalogues)


def test_the_catalogues_follow_the_glossary(project, catalogues):
    wrong = []
    with (project.root / "data/glossary.csv").open(encoding="utf-8", newline="") as lines:
        terms = list(csv.DictReader(lines))
    assert len(terms) >= 25
    for name, (found, _) in catalogues.items():
        if name == "scripts":
            continue
        for message, text in found.items():
            said = re.sub(r"\{[\w:]+\}`[^`]*`|\([^)]*\.(?:md|py)\)|\w+_\w+", "", message)
            for term in terms:
                if text and re.search(rf"\b{re.escape(term['en'])}s?\b", said, re.I) and not any(
                    one in text for one in term["zh"].split("；")
                ):
                    wrong.append((term["en"], message, text))
    assert wrong == []


def test_scripts_hold_the_pieces_that_are_exchanged(catalogues):
    from sobe.bundle import STATIC

    source = "".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
    assert [piece for piece in catalogues["scripts"][0] if piece not in source] == []


def test_the_front_page_leads_to_the_editions(site, project):
    front = (site.parent / "index.html").read_text(encoding="utf-8")
    assert "url=en/index.html" in front and 'href="zh/index.html"' in front


def test_every_page_leads_to_itself_in_the_other_language(site, chinese):
    for here, there, back in ((site, chinese, "zh"), (chinese, site, "en")):
        for page in here.glob("*.html"):
            text = page.read_text(encoding="utf-8")
            if "sidebar-toggle" in text:
                assert f'href="../{back}/{page.name}"' in text, page
                assert (there / page.name).is_file()


def _texts(page):
    """Texts of a page's article as a reader sees them, without code and cited works."""
    text = page.read_text(encoding="utf-8")
    body = SKIPPED.sub("", text[text.find("<article"):text.find("</article>")])
    return [tidy(html.unescape(part)) for part in re.findall(r">([^<]+)<", body) if part.strip()]


def test_no_english_is_left_in_chinese_pages(chinese, project):
    named = names(project.root / "data")
    left = {}
    for page in sorted(chinese.glob("*.html")):
        found = [
            text for text in _texts(page)
            if not CHINESE.search(text) and text not in named and not is_neutral(text, named)
            and len(re.findall(r"\b[a-z]{3,}\b", text)) >= 2 and not re.search(r"\d{4}|et al|\w_\w|[=*^/]", text)
        ]
        if found:
            left[page.name] = found
    assert left == {}


def test_the_pages_say_their_language(site, chinese):
    assert '<html lang="zh-CN"' in (chinese / "index.html").read_text(encoding="utf-8")
    assert '<html lang="en"' in (site / "index.html").read_text(encoding="utf-8")


def test_a_book_without_catalogues_has_one_edition(tiny):
    assert editions.of(tiny.project) == {}


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1440])
def test_every_chinese_page_is_drawn(chromium, chinese, width):
    visit = Visit(chromium, width)
    trouble = []
    try:
        for path in sorted(chinese.glob("*.html")):
            page = visit.open(path)
            trouble += [f"{path.name}: {chart}" for chart in page.evaluate(CHARTS) if chart["state"] != "drawn" or not chart["marks"]]
            trouble += [f"{path.name} said {visit.said}"] if visit.said or visit.asked else []
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            trouble += [f"{path.name} is {wide} px too wide"] if wide > 0 else []
            words = page.evaluate("""() => [...document.querySelectorAll('.sobe-chart svg text')].map(t => t.textContent)""")
            trouble += [f"{path.name}: {w}" for w in words if len(re.findall(r"\b[a-z]{3,}\b", w)) >= 2 and "et al" not in w and not CHINESE.search(w)]
    finally:
        visit.context.close()
    assert not trouble, "\n".join(trouble)


@pytest.mark.browser
def test_the_chinese_search_finds_a_word(chromium, chinese):
    visit = Visit(chromium, 1440)
    try:
        visit.page.goto((chinese / "search.html").as_uri() + "?q=大脑")
        visit.page.wait_for_selector("#search-results li", timeout=20_000)
        assert not visit.asked
    finally:
        visit.context.close()
