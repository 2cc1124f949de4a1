"""The Chinese edition: complete, consistent, and the same book."""

import csv
import html
import json
import re

import nbformat
import pytest
from browsing import CHARTS, Visit, complaints, show, too_wide, undrawn
from reruns import CHINESE as CHINESE_RUNS

from sobe import languages
from sobe.charts import translated
from sobe.errors import BuildError
from sobe.languages import edition, lacking
from sobe.languages.catalogue import NEUTRAL, Catalogue, is_formula, names, tidy
from sobe.languages.html import page as finished
from sobe.parameters import domain
from sobe.paths import ROOT
from sobe.pipeline import editions
from sobe.pipeline.messages import entries
from sobe.pipeline.translated import translated_notebook
from sobe.publish import changes
from sobe.site import scripts

CHINESE = languages.of(ROOT / "book")["zh_CN"]
CLOSED = CHINESE.text["closed"]
SKIPPED = re.compile(
    r"<(script|pre|style|code|svg)\b.*?</\1>|<!--.*?-->|<(?:em|i|cite)>[^<]*</(?:em|i|cite)>|"
    r"<(?P<marked>\w+)\b[^>]* lang=\"en\"[^>]*>.*?</(?P=marked)>|<dl class=\"citation\".*?</dl>|"
    r"<(?P<kept>\w+)\b[^>]* translate=\"no\"[^>]*>.*?</(?P=kept)>|"
    r"<div class=\"citation\".*?</div>|<a class=\"reference internal\"[^>]*>|"
    r"<table class=\"sobe-table[^\"]*\" data-sobe-data><caption>[^<]*行</caption>.*?</table>",
    re.S,
)
#: Words in small letters that are no English left over: units, code, names.
WORDS = NEUTRAL | {"peta", "recordings", "sources", "organisms", "imaging", "datasets", "mouse"}
WORDS |= {"human", "drosophila", "and"}
#: What a verdict's link holds; its brackets are only for those who do not see its frame.
BRACKETS = '<span class="sobe-bracket">[</span>成立<span class="sobe-bracket">]</span>'
_WORD = re.compile(r"(?<![\w.@/_*(-])[a-z]{3,}(?![\w@/_*(]|-\w|\.\w)")


@pytest.fixture(scope="module")
def catalogues(project):
    folder = languages.folder(project.book, "zh_CN")
    return {path.stem: entries(path) for path in sorted(folder.glob("*.po"))}


@pytest.fixture(scope="module")
def terms(project):
    with (project.root / "data/glossary.csv").open(encoding="utf-8", newline="") as lines:
        return {row["en"]: row["zh"].split("；") for row in csv.DictReader(lines)}


def against(messages, terms):
    """(term, message, translation) where the translation has none of the term's own."""
    found = []
    for message, text in messages.items():
        said = re.sub(r"\{[\w:]+\}(?:`[^`]*`)?|\([^)]*\.(?:md|py)\)|\w+_\w+", "", message)
        for term, ours in terms.items():
            if (
                text
                and re.search(rf"\b{re.escape(term)}s?\b", said, re.I)
                and not any(one in text for one in ours)
            ):
                found.append((term, message, text))
    return found


@pytest.fixture(scope="module")
def untranslated(chinese, project):
    """Texts that have no translation yet: the build tells of them, a release refuses them."""
    return lacking.noted(project, "zh_CN")["texts"]


def is_untranslated(text, untranslated):
    """Whether a text, or the beginning of it that a page describes itself by, is known to lack."""
    start = text.rstrip(" …")
    return any(part in text or start in part for part in untranslated)


def english(text, named=frozenset()):
    """English words left in a text that a Chinese reader sees."""
    if (
        text in named
        or is_formula(text)
        or re.search(r"\bet al\b|^[A-Z][\w-]+ and [A-Z][\w-]+ [\[\d]", text)
    ):
        return []
    text = re.sub(r"https?://\S+|www\.\S+|[\w.-]+\.(?:com|org|gov|edu)\S*", "", text)
    return [word for word in _WORD.findall(text) if word not in WORDS]


def test_the_catalogues_follow_the_glossary(catalogues, terms):
    assert len(terms) >= 25
    assert {
        name: found
        for name, (messages, _) in catalogues.items()
        if (found := against(messages, terms))
    } == {}


def test_a_term_against_the_glossary_is_found(terms):
    assert against({"Whole brains and neurons": "整个大脑和神经细胞"}, terms)
    assert not against({"Whole brains and neurons": "全脑和神经元"}, terms)


@pytest.mark.parametrize(
    "text, left",
    [
        ("Cost per neuron", ["per", "neuron"]),
        ("每个神经元的 cost", ["cost"]),
        ("小鼠，10 nm", []),
        ("first_cost / neurons", []),
        ("Stringer et al., 2019", []),
        ("rows found", ["rows", "found"]),
        ("12 个 elegans", []),
    ],
)
def test_english_is_found(text, left):
    assert english(text) == left


def gaps(text):
    """Spaces between Chinese characters in a page's HTML, but for what is set apart."""
    text = re.sub(r"</?(?:strong|em)>", "", SKIPPED.sub("|", text))
    text = re.sub(r"<[^>]*>", "|", re.sub(r'<span class="pasted-text">(.*?)</span>', r"\1", text))
    return re.findall(rf".{{0,12}}[{CLOSED}]\s+[{CLOSED}].{{0,12}}", text)


@pytest.mark.parametrize(
    "text, closed",
    [
        (
            "<p>预期为 <strong>约 1 美元</strong>。 它</p>",
            "<p>预期为<strong>约 1 美元</strong>。它</p>",
        ),
        (
            '<p>共 <span class="pasted-text">860 亿</span> 个，\n每</p>',
            '<p>共 <span class="pasted-text">860 亿</span>个，每</p>',
        ),
        (
            "<p><strong>主张。</strong> 在 <code>a 甲 乙</code> 中 </p>",
            "<p><strong>主张。</strong>在 <code>a 甲 乙</code> 中 </p>",
        ),
        (
            f'<p>如此 <a class="sobe-verdict">{BRACKETS}</a> 的 2030 年</p>',
            f'<p>如此 <a class="sobe-verdict">{BRACKETS}</a> 的 2030 年</p>',
        ),
        (
            '<p>因此 <a href="b.html">单独列出</a> 的 <abbr title="c">突触</abbr> 数</p>',
            '<p>因此<a href="b.html">单独列出</a>的<abbr title="c">突触</abbr>数</p>',
        ),
        (
            '<p><a href="b">甲</a> <a href="c">乙</a></p>',
            '<p><a href="b">甲</a> <a href="c">乙</a></p>',
        ),
        (
            "<p>来源： <a>How</a>，Urai 等。 <code>key</code></p>",
            "<p>来源：<a>How</a>，Urai 等。<code>key</code></p>",
        ),
        (
            '<td class="number sobe-wraps" data-v="1">1 倍（1 倍至 2 倍）</td>',
            '<td class="number sobe-wraps" data-v="1">1 倍'
            '<span class="sobe-together">（1 倍至 2 倍）</span></td>',
        ),
        ("<h3>甲。 <a>#</a></h3>", "<h3>甲。 <a>#</a></h3>"),
        (
            "<table><tr><td>甲 乙</td></tr></table><p>甲 乙</p>",
            "<table><tr><td>甲 乙</td></tr></table><p>甲乙</p>",
        ),
    ],
)
def test_chinese_prose_has_no_spaces_of_its_markup(text, closed):
    assert finished(text, Catalogue({}, language=CHINESE)) == closed


def test_no_page_has_spaces_between_chinese_characters(chinese):
    assert gaps("<p>预期为 <strong>约</strong></p>") and not gaps("<p>2030 年</p><p> 约</p>")
    found = {
        path.name: left
        for path in sorted(chinese.glob("*.html"))
        if (left := gaps(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_scripts_have_what_they_say_in_chinese(catalogues, chinese):
    said = [catalogues["messages"][0].get(words.strip()) for words in scripts.messages()]
    head = (chinese / "_static/sobe/head.js").read_text(encoding="utf-8")
    assert len(said) > 15 and any(said)
    assert all(words in head for words in said if words)


@pytest.mark.parametrize("run", CHINESE_RUNS, ids=" ".join)
def test_a_kernel_in_chinese_shows_what_the_edition_shows(project, executed, run):
    published = executed[run[0], ""]
    translate = edition.catalogue(project.book, project.root / "data", "zh_CN")
    made = translated_notebook(nbformat.writes(published), "zh_CN", translate)
    shown, translated = (
        [cell.get("outputs") for cell in nb.cells if cell.cell_type == "code"]
        for nb in (executed[run], nbformat.reads(made, as_version=4))
    )
    assert shown == translated
    assert any(CHINESE.writes(json.dumps(outputs, ensure_ascii=False)) for outputs in shown)


def test_an_unknown_language_is_one_error(project):
    with pytest.raises(
        BuildError, match="lang: 'fr' is not one of them; allowed: one of en, zh_CN"
    ):
        domain.of_book("cost").parse("lang=fr")
    with pytest.raises(languages.LanguageError, match="not 'de'"):
        translated.catalogue("de")


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
                for tag, folder in (("en", "en"), ("zh-CN", "zh"), ("x-default", "en")):
                    assert re.search(
                        rf'<link rel="alternate" hreflang="{tag}" href="[^"]*{folder}/{page.name}"',
                        text,
                    ), page


def test_both_editions_have_the_same_files(site, chinese):
    def files(root):
        return {
            p.relative_to(root).as_posix()
            for p in root.rglob("*")
            if p.is_file() and "_static" not in p.parts
        }

    assert files(site) == files(chinese)


def texts(page):
    """Texts of a page as a reader sees or hears them, without code and cited works."""
    text = page.read_text(encoding="utf-8")
    body = SKIPPED.sub("", text[text.find("<body") :])
    found = re.findall(r">([^<]+)<", body) + re.findall(
        r'\s(?:aria-label|title|alt|placeholder)="([^"]+)"', body
    )
    head = re.findall(
        r'<meta (?:name|property)="(?:og:)?(?:description|title|image:alt)" content="([^"]*)"'
        r"|<title>([^<]*)",
        text,
    )
    return [tidy(html.unescape(part)) for part in [*found, *map("".join, head)] if part.strip()]


def test_no_english_is_left_in_chinese_pages(chinese, project, untranslated):
    named = names(project.root / "data")
    left = {}
    package = json.loads((project.root / "data/datapackage.json").read_text(encoding="utf-8"))[
        "resources"
    ]
    fields = [field for table in package for field in table["schema"]["fields"]]
    # The data page tells of tables, columns and values by the names they have in the files.
    codes = {table["name"] for table in package} | {field["name"] for field in fields}
    codes |= {
        value
        for field in fields
        for value in map(str, field.get("constraints", {}).get("enum", []))
    }
    codes |= {word for value in codes for word in value.split()}
    codes |= {"quantities", "silicon", "any", "published", "all"}
    for page in sorted([*chinese.glob("*.html"), *(chinese / "figures").glob("*.html")]):
        known = codes if page.name == "data.html" else set()
        if found := [
            (text, words)
            for text in texts(page)
            if (words := set(english(text, named)) - known)
            and not is_untranslated(text, untranslated)
        ]:
            left[page.relative_to(chinese).as_posix()] = found
    assert left == {}


def test_english_in_a_page_is_found(chinese, tmp_path):
    text = (chinese / "cost.html").read_text(encoding="utf-8")
    page = tmp_path / "cost.html"
    for before, after in (
        ("<h1>", "<h1>The cost of wiring "),
        ('aria-label="', 'aria-label="Search this table '),
        ('name="description" content="', 'name="description" content="The summary claims '),
    ):
        assert before in text
        page.write_text(text.replace(before, after, 1), encoding="utf-8")
        assert [part for part in texts(page) if english(part)], after


def test_the_files_of_figures_are_chinese(chinese, untranslated):
    figures = chinese / "figures"
    for record in json.loads((figures / "index.json").read_text(encoding="utf-8"))["figures"]:
        name = record["name"]
        if is_untranslated(record["title"], untranslated):
            continue
        assert not english(record["title"]), name
        assert not english(record["description"]) or untranslated, name
        assert CHINESE.writes(
            (figures / f"{name}.csv").read_text(encoding="utf-8").split("\n")[0]
        ), name
        assert CHINESE.writes(
            (figures / f"{name}.svg").read_text(encoding="utf-8").partition("<text")[2]
        ), name
        said = json.loads((figures / f"{name}.json").read_text(encoding="utf-8"))
        assert all(
            CHINESE.writes(column["name"]) and not english(column["description"])
            for column in said["columns"]
            if not is_untranslated(column["name"], untranslated)
            and not is_untranslated(column["description"], untranslated)
            and column["name"] not in ("Hz", "n", "DOI", "R²")
        ), name
        assert '<html lang="zh-CN"' in (figures / f"{name}.html").read_text(encoding="utf-8")


def test_the_pages_say_their_language(site, chinese):
    assert '<html lang="zh-CN"' in (chinese / "index.html").read_text(encoding="utf-8")
    assert '<html lang="en"' in (site / "index.html").read_text(encoding="utf-8")


def test_a_book_without_catalogues_has_one_edition(tiny):
    assert editions.of(tiny.project) == {}


#: What a chart shows: words drawn, and the names and values of its tooltips.
SAID = """() => window.sobeViews.flatMap(({ view, id }) => {
  const found = [];
  const visit = (item) => {
    if (typeof item.text === "string") found.push(item.text);
    if (Array.isArray(item.text)) found.push(...item.text.map(String));
    if (item.tooltip && typeof item.tooltip === "object")
      found.push(...Object.entries(item.tooltip).flat().map(String));
    for (const child of item.items || []) visit(child);
  };
  visit(view.scenegraph().root);
  const binds = [...document.getElementById(id).querySelectorAll(".vega-bind")]
    .map((bind) => bind.textContent);
  return [...new Set([...found, ...binds])];
})"""
WATCH = """window.sobeViews = [];
document.addEventListener("sobe:drawn", (event) =>
  window.sobeViews.push({ view: event.target.sobeView, id: event.target.id }), true);"""


@pytest.mark.browser
def test_every_chinese_page_is_drawn(chromium, chinese, project, untranslated):
    visit = Visit(chromium, 1440)
    visit.page.add_init_script(WATCH)
    named = names(project.root / "data")
    trouble = []
    try:
        for path in sorted(chinese.glob("*.html")):
            page = visit.open(path)
            for width in (1440, 390):
                show(page, width)
                where = f"{path.name}, {width} px"
                trouble += [
                    f"{where}: {what}"
                    for what in (*complaints(visit), *undrawn(page), *too_wide(page))
                ]
                said = page.evaluate(SAID)
                trouble += (
                    [f"{where}: no chart says anything"]
                    if not said and page.evaluate(CHARTS)
                    else []
                )
                trouble += [
                    f"{where}: {words}"
                    for words in said
                    if (english(words, named) or re.search(r"\$(?!\d+[KMB]\+)", words))
                    and not is_untranslated(words, untranslated)
                ]
    finally:
        visit.context.close()
    assert not trouble, "\n".join(trouble)


@pytest.mark.browser
@pytest.mark.parametrize(
    "query, page",
    [
        ("连接组", "claims"),
        ("大脑模拟", "index"),
        ("Zanichelli", "cost"),
        ("神经元成本", "cost"),
        ("每个神经元 成本", "cost"),
        ("斑马鱼幼鱼", "scale"),
    ],
)
def test_the_chinese_search_finds(visits, chinese, query, page):
    found = visits[1440].open(chinese / "search.html", f"?q={query}", until=None)
    found.wait_for_selector(
        f'#search-results li a[href*="{page}.html"]', timeout=20_000
    )  # they come one by one
    assert not visits[1440].asked


@pytest.mark.browser
def test_the_switch_leads_to_the_same_page(visits, chinese):
    page = visits[1440].open(chinese / "cost.html")
    page.click("a.sobe-language")
    page.wait_for_url("**/en/cost.html")
    page.click("a.sobe-language")
    page.wait_for_url("**/zh/cost.html")


def test_the_record_of_changes_is_chinese(project, tmp_path):
    """But for the names of tables, rows and columns."""
    (tmp_path / "1.1.0.json").write_text(
        changes.text(
            "1.1.0",
            "1.0.0",
            {
                "tables": {
                    "claims": {
                        "added": ["growth"],
                        "removed": ["size"],
                        "changed": [["speed", "value", "5", "6"]],
                    }
                },
                "claims": {"changed": [["growth", "verdict", "holds", "not settled"]]},
            },
        ),
        encoding="utf-8",
    )
    with editions.in_language(project, {}, "zh_CN"):
        words = re.sub(r"<[^>]+>", " ", changes.html(tmp_path))
    assert re.findall(r"[A-Za-z]+", words) == [
        "growth",
        "claims",
        "speed",
        "value",
        "growth",
        "size",
    ]
    assert "成立" in words and "尚无定论" in words
