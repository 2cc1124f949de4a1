"""Cards in a real browser: keyboard, tables, embedding, search, servers."""

import functools
import gzip
import http.server
import json
import re
import threading

import pytest
from browsing import DRAWN, PAGES, complaints, show, too_wide, undrawn

pytestmark = pytest.mark.browser

CARD = "#figure-cost-per-neuron"


@pytest.fixture
def opened(visits, site):
    """Opens pages of the site in a browser without a network, one at a time."""

    def page(name, width=1440, theme="light"):
        name, mark, words = name.partition("?")
        return visits[1440].open(site / name, mark + words, width, theme)

    return page


@pytest.mark.parametrize("name", ["cost.html", "recording.html", "claims.html"])
def test_print_shows_charts_and_tables_whole(opened, name):
    """On a sheet of A4, its margins taken off; dark pages are printed dark on light."""
    page = opened(name, width=1280, theme="dark")
    page.emulate_media(media="print")
    show(page, 718)
    wide = page.evaluate("""() =>
        [...document.querySelectorAll('.sobe-chart svg.marks, .bd-article table')]
        .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
        .map((e) => e.outerHTML.slice(0, 120))""")
    assert not wide
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.sobe-table td')).color")
        == "rgb(31, 40, 48)"
    )


READ = """() => [document.querySelector('.sobe-spoken').innerText.trim(),
    document.querySelectorAll('#vg-tooltip-element.visible').length,
    document.querySelector('.sobe-ring').checkVisibility({ visibilityProperty: true })]"""


def test_every_figure_alone_is_drawn_fits_and_is_read_by_keyboard(visits, site):
    """Its own page needs no network; its marks, one by one, say what the tooltip says.

    An embedded one fits the height that its code gives it.
    """
    visit = visits[390]
    codes = "".join(path.read_text(encoding="utf-8") for path in site.glob("*.html"))
    heights = dict(
        re.findall(r"figures/([\w-]+)\.html&#34; title=.*?height=&#34;(\w+)&#34;", codes)
    )
    figures = json.loads((site / "figures" / "index.json").read_text())["figures"]
    assert set(heights) == {figure["name"] for figure in figures}
    unfit = []
    for figure in figures:
        page = visit.open(site / figure["files"]["embed"], width=358)
        trouble = [*undrawn(page), *too_wide(page), *complaints(visit, but="WARN ")]
        assert not trouble, (figure["name"], trouble)
        assert page.locator(".sobe-chart").count() == 1, figure["name"]
        page.focus(".sobe-chart-view")
        for key, place in (("ArrowRight", "(1 of "), ("ArrowRight", "(2 of "), ("End", "")):
            page.keyboard.press(key)
            spoken, *shown = page.evaluate(READ)
            assert place in spoken and ": " in spoken, figure["name"]
            assert shown == [1, True], figure["name"]
        last, of = spoken.rpartition("(")[2].rstrip(")").split(" of ")
        assert last == of and int(of) > 1, figure["name"]
        page.keyboard.press("Escape")
        assert page.evaluate(READ) == ["", 0, False], figure["name"]
        given = int(heights[figure["name"]])
        for width in (358, 720):
            show(page, width)
            needed = page.evaluate("document.body.getBoundingClientRect().bottom")
            if not needed <= given <= needed + 260:
                unfit.append((figure["name"], width, given, needed))
        assert not complaints(visit, but="WARN "), figure["name"]
    assert not unfit


def test_nothing_delays_the_page_but_one_sheet_and_one_small_script(site):
    """The chart library is not asked for by the page; its script loads it for the first chart."""
    for name in PAGES:
        html = (site / name).read_text(encoding="utf-8")
        held = re.findall(r"<script (?![^>]*(?:defer|text/late))[^>]*src=\"([^\"]*)", html)
        assert held == ["_static/sobe/head.js"], name
        sheets = re.findall(r'<link[^>]*href="([^"]*)"[^>]*rel="stylesheet"', html)
        sheets += re.findall(r'<link[^>]*rel="stylesheet"[^>]*href="([^"]*)"', html)
        assert {sheet.partition("?")[0] for sheet in sheets} == {"_static/sobe/book.css"}, name
    sheet = site / "_static/sobe/book.css"
    assert b"@import" not in sheet.read_bytes()
    assert len(gzip.compress(sheet.read_bytes())) < 30_000


def test_the_first_picture_of_a_page_loads_at_once_and_the_others_when_they_are_near(site):
    for name in PAGES:
        html = (site / name).read_text(encoding="utf-8")
        stills = re.findall(r'<picture class="sobe-still.*?(<img [^>]*>)', html)
        assert all('loading="lazy"' in image for image in stills[1:]), name
        assert not stills or 'fetchpriority="high"' in stills[0], name
        assert not stills or "lazy" not in stills[0], name


FAR = """(e) => e.checkVisibility() && !e.checkVisibility({ contentVisibilityAuto: true })"""


def test_a_table_far_from_the_screen_is_found_linked_and_printed(chromium, site):
    """It takes no time at first; its address, a search in the page and paper reach it."""
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto((site / "claims.html").as_uri())
    page.evaluate("sobeParts.all()")
    rows = page.locator(".sobe-table-figure tr:has(.sobe-target[id])")
    last = rows.last
    assert last.evaluate(FAR)
    ident = last.locator(".sobe-target").first.get_attribute("id")
    page.goto("about:blank")  # so that the table waits again
    page.goto(f"{(site / 'claims.html').as_uri()}#{ident}")
    page.wait_for_function(
        "id => { const y = document.getElementById(id).getBoundingClientRect().y;"
        " return y >= 0 && y < innerHeight }",
        arg=ident,
    )
    last = page.locator(f"tr:has([id='{ident}'])")
    assert not last.evaluate(FAR)
    page.evaluate("scrollTo(0, 0)")
    words = last.locator("td").last.text_content().strip()
    assert page.evaluate("words => find(words, true)", words)
    page.emulate_media(media="print")
    assert not page.locator(".sobe-card, .sobe-table-figure").evaluate_all(
        f"all => all.some({FAR})"
    )
    context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_the_picture_of_a_figure_gives_way_without_moving_the_page(chromium, site, width):
    context = chromium.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    held = []
    page.route("**/vega.js*", lambda route: held.append(route))  # the library is slow
    page.goto((site / "cost.html").as_uri())
    still = page.locator(f"{CARD} .sobe-still img")
    page.wait_for_function("e => e.complete && e.naturalWidth > 0", arg=still.element_handle())
    page.wait_for_timeout(500)
    assert not held  # nobody moved
    page.mouse.move(5, 5)
    still.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    assert still.is_visible() and held
    before = page.locator(CARD).bounding_box()["height"]
    held[0].continue_()
    page.wait_for_selector(f"{CARD} .sobe-chart[data-state=drawn]", timeout=20_000)
    assert still.is_hidden()
    assert abs(page.locator(CARD).bounding_box()["height"] - before) <= 8
    assert page.locator(".sobe-chart:not([data-state])").count()  # those far below wait
    context.close()


def test_a_tap_shows_the_card_of_a_mark(chromium, site):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto((site / "cost.html").as_uri())
    chart = page.locator(f"{CARD} .sobe-chart")
    chart.scroll_into_view_if_needed()
    chart.tap()  # a picture until now
    page.wait_for_selector(f"{CARD} .sobe-chart[data-state=drawn]", timeout=20_000)
    mark = chart.locator("svg .role-mark.mark-symbol path").first
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    # A finger next to the mark.
    page.touchscreen.tap(box["x"] + box["width"] / 2 + 9, box["y"] + box["height"] / 2 + 9)
    assert page.locator("#vg-tooltip-element.visible").inner_text().count("\n") > 2
    assert chart.locator(".sobe-ring").is_visible()
    page.touchscreen.tap(5, box["y"])
    page.wait_for_selector(f"{CARD} .sobe-ring", state="hidden")
    context.close()


def test_tabs_work_by_keyboard(opened):
    page = opened("cost.html")
    tabs = page.locator(f"{CARD} [role=tab]")
    tabs.first.focus()
    for expected, key in (
        ("Table", "ArrowRight"),
        ("Sources", "ArrowRight"),
        ("Download, cite", "End"),
        ("Chart", "ArrowRight"),
        ("Download, cite", "ArrowLeft"),
        ("Chart", "Home"),
    ):
        page.keyboard.press(key)
        chosen = page.locator(f"{CARD} [role=tab][aria-selected=true]")
        assert chosen.inner_text() == expected
        assert chosen.evaluate("e => e === document.activeElement")
        panels = page.locator(f"{CARD} [role=tabpanel]:visible")
        assert panels.count() == 1 and panels.get_attribute(
            "aria-labelledby"
        ) == chosen.get_attribute("id")


def test_the_ring_around_a_card_that_leads_on_is_seen(opened):
    page = opened("index.html")
    page.keyboard.press("Tab")  # as one who uses the keyboard
    links = page.locator(".sd-card .sd-stretched-link")
    assert links.count() == 4 and all(links.all_text_contents())
    for link in links.all():
        link.focus()
        style, width, offset, overflow = link.evaluate("""a => {
            const ring = getComputedStyle(a, '::after');
            return [ring.outlineStyle, parseFloat(ring.outlineWidth),
                parseFloat(ring.outlineOffset), getComputedStyle(a.closest('.sd-card')).overflow];
        }""")
        assert style == "solid" and width >= 2
        assert overflow == "visible" or offset <= -width  # else the card hides it


@pytest.mark.parametrize("width", [390, 1440])
def test_marks_are_read_by_keyboard(opened, width):
    page = opened("cost.html", width=width)
    page.locator(f"{CARD} .sobe-chart-view").focus()
    page.keyboard.press("ArrowRight")
    assert "White" in page.locator(f"{CARD} .sobe-spoken").inner_text()
    for _ in range(9):
        box = page.locator("#vg-tooltip-element.visible").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        page.keyboard.press("ArrowRight")
    assert "(9 of 9)" in page.locator(f"{CARD} .sobe-spoken").inner_text()
    page.keyboard.press("Escape")
    assert page.locator(f"{CARD} .sobe-ring").is_hidden()


def test_an_axis_is_made_linear_and_back(opened):
    page = opened("cost.html")
    labels = page.locator(f"{CARD} .role-axis-label text")
    before = labels.all_text_contents()
    assert "$100" in before
    page.locator(f"{CARD} [data-scale=linear]").click()
    page.wait_for_function(
        f"() => document.querySelector('{CARD}').textContent.includes('$14,000')"
    )
    page.locator(f"{CARD} [data-scale=log]").click()
    page.wait_for_function(
        f"() => !document.querySelector('{CARD} .role-axis-label').textContent.includes('$14,000')"
    )
    show(page)
    assert labels.all_text_contents() == before


def test_a_long_table_is_sorted_searched_and_paged(opened):
    page = opened("recording.html")
    card = page.locator("#figure-information-rate")
    card.get_by_role("tab", name="Table").click()
    rows = card.locator("tbody tr")
    assert rows.count() == 25
    card.get_by_role("button", name="Neurons").first.click()
    card.get_by_role("button", name="Neurons").first.click()
    assert card.locator("th[aria-sort=descending]").count() == 1
    values = [
        float(cell.get_attribute("data-v") or cell.inner_text().replace(",", ""))
        for cell in card.locator("tbody tr td:nth-child(4)").all()
    ]
    assert values == sorted(values, reverse=True)
    first = rows.first.inner_text()
    card.get_by_role("button", name="Next").click()
    assert rows.first.inner_text() != first
    card.get_by_label("Search").fill("hubel")
    assert rows.count() == 1 and "1 found of" in card.locator("output").inner_text()


def test_a_tab_has_the_code_and_the_page_has_none(opened):
    page = opened("cost.html")
    assert not page.locator(".cell_input").count() and not page.locator("details.hide").count()
    code = page.locator(f"{CARD} .sobe-code")
    assert not code.is_visible()
    page.locator(CARD).get_by_role("tab", name="Code").click()
    assert code.is_visible() and '"cost-per-neuron"' in code.inner_text()
    assert code.locator(".highlight span").count() > 20
    place = page.locator(f"{CARD} .sobe-code-foot a").first.get_attribute("href")
    loading = page.locator(f'[id="{place.removeprefix("#")}"]')
    assert 'tables.load("reconstruction_costs")' in loading.inner_text()


def test_without_scripts_everything_is_there(chromium, site):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "cost.html").as_uri())
    assert page.locator(f"{CARD} noscript img, {CARD} .sobe-chart img").count() == 1
    assert (
        page.locator(f"{CARD} tbody tr").count() == 9
        and page.locator(f"{CARD} tbody tr").last.is_visible()
    )
    assert page.locator(f"{CARD} .sobe-files a").first.is_visible()
    assert not page.locator(f"{CARD} [role=tablist]").is_visible()
    context.close()


class Strict(http.server.SimpleHTTPRequestHandler):
    """A server that allows a page its own scripts and nothing made from text."""

    def end_headers(self):
        self.send_header("Content-Security-Policy", "script-src 'self'")
        super().end_headers()

    def log_message(self, *_):
        """Nothing."""


def test_on_a_strict_server_charts_draw_and_addresses_are_whole(chromium, site):
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Strict, directory=str(site))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    context = chromium.new_context()
    page, said = context.new_page(), []
    page.on(
        "console", lambda message: said.append(message.text) if message.type == "error" else None
    )
    for name in ("cost.html", "capability.html", "figures/cost-per-neuron.html"):
        page.goto(f"{address}/{name}")
        page.wait_for_function(DRAWN, timeout=20_000)
        assert page.locator(".sobe-chart[data-state=drawn]").count(), name
    page.goto(f"{address}/cost.html")
    page.click("#figure-cost-per-neuron-tab-files")
    assert (
        f"{address}/cost.html#figure-cost-per-neuron"
        in page.locator("#figure-cost-per-neuron-bibtex").text_content()
    )
    assert (
        f'src="{address}/figures/cost-per-neuron.html"'
        in page.locator("#figure-cost-per-neuron-embed").text_content()
    )
    server.shutdown()
    context.close()
    assert not [text for text in said if "404" not in text]


@pytest.mark.parametrize(
    "words, name",
    [("Hubel Wiesel", "recording"), ("superscript ccortex", "data"), ("Zanichelli", "cite")],
)
def test_search_finds_a_cell_or_an_author(opened, words, name):
    page = opened(f"search.html?q={words}")
    page.wait_for_selector(f'#search-results li a[href*="{name}.html"]', timeout=20_000)


@pytest.mark.parametrize(
    "edition, words, page",
    [("en", "mouse connectome cost", "cost"), ("zh", "每个神经元 成本", "cost")],
)
def test_search_gives_the_chapter_first_and_excerpts_are_prose(opened, edition, words, page):
    found = opened(f"../{edition}/search.html?q={words}").locator("#search-results li")
    assert found.first.locator("a").get_attribute("href").startswith(f"{page}.html")
    kinds = {
        text.partition(" · ")[0] for text in found.locator(".sobe-found-kind").all_inner_texts()
    }
    assert len(kinds) >= 3
    for excerpt in found.locator("p.context").all_inner_texts():
        assert not re.search(r"import |\{glue|<[a-z]+[ >]|#\w+-", excerpt), excerpt
