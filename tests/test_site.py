"""The built book: nothing in it asks another host for anything."""

import re
from html.parser import HTMLParser

import pytest

#: Tags and attributes by which opening a page fetches something.
FETCHES = {
    "script": ["src"],
    "link": ["href"],
    "img": ["src", "srcset"],
    "iframe": ["src"],
    "source": ["src", "srcset"],
    "video": ["src", "poster"],
    "audio": ["src"],
    "object": ["data"],
    "embed": ["src"],
    "use": ["href", "xlink:href"],
    "image": ["href", "xlink:href"],
    "input": ["src"],
    "track": ["src"],
    "form": ["action"],
}
OUTSIDE = re.compile(r"^\s*(https?:)?//", re.I)
PASSIVE_LINKS = {"canonical", "license", "author"}


class Fetches(HTMLParser):
    """Collects what a page would fetch from elsewhere."""

    def __init__(self):
        super().__init__()
        self.outside, self.ids, self.scripts = [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if attrs.get("id"):
            self.ids.append(attrs["id"])
        if tag == "script" and attrs.get("src"):
            self.scripts.append(attrs["src"])
        if tag == "link" and attrs.get("rel") in PASSIVE_LINKS:
            return
        for name in FETCHES.get(tag, []):
            if OUTSIDE.match(attrs.get(name) or ""):
                self.outside.append((tag, attrs[name]))
        if (
            tag == "meta"
            and attrs.get("http-equiv", "").lower() == "refresh"
            and "//" in attrs["content"]
        ):
            self.outside.append((tag, attrs["content"]))


@pytest.fixture(scope="module")
def parsed(site):
    """[(page, its parser)] of the pages that are ours."""
    found = []
    for page in sorted(site.rglob("*.html")):
        if "_static" not in page.relative_to(site).parts:
            parser = Fetches()
            parser.feed(page.read_text(encoding="utf-8"))
            found.append((page, parser))
    assert len(found) > 20
    return found


def test_no_page_fetches_from_another_host(parsed):
    outside = {page.name: p.outside for page, p in parsed if p.outside}
    assert outside == {}


def test_no_style_fetches_from_another_host(site):
    pattern = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])\s*((?:https?:)?//[^)'\"]+)", re.I)
    outside = {
        str(style.relative_to(site)): found
        for style in [*site.rglob("*.css"), *site.glob("*.html")]
        if (found := pattern.findall(style.read_text(encoding="utf-8")))
    }
    assert outside == {}


def test_nothing_of_the_theme_that_no_page_asks_for(site):
    static = site / "_static"
    assert not (static / "locales").exists() and not [*static.rglob("*.map")]
    asked = "".join(path.read_text(encoding="utf-8") for path in site.glob("*.html"))
    assert not [
        path for path in (static / "scripts").glob("*.js") if f"scripts/{path.name}" not in asked
    ]


def test_only_pages_with_charts_load_vega_and_no_page_waits_for_it(parsed):
    for page, parser in parsed:
        assert not any("vega.js" in src for src in parser.scripts), page.name
        has_chart = 'class="sobe-chart"' in page.read_text(encoding="utf-8")
        assert (
            any(src.split("?")[0].endswith("sobe/charts.js") for src in parser.scripts) == has_chart
        )


def test_ids_are_unique(parsed):
    for page, parser in parsed:
        charts = [i for i in parser.ids if i.startswith("chart-")]
        assert len(charts) == len(set(charts)), page.name


def test_every_page_of_the_contents_is_there(site, project):
    assert (site / "index.html").is_file()
    for name in project.pages:
        assert (site / f"{name}.html").is_file()


def test_no_path_of_this_machine_is_in_the_site(parsed, project):
    root = str(project.root)
    for page, _ in parsed:
        assert root not in page.read_text(encoding="utf-8"), page.name


@pytest.mark.parametrize("word", ["thebe", "requirejs", "mathjax"])
def test_no_network_helpers(parsed, word):
    for page, parser in parsed:
        assert not [s for s in parser.scripts if word in s.lower()], page.name


def test_buttons_are_named_by_what_they_show(site):
    """The theme's search and the folds of code had another name than their text."""
    for page in site.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "Toggle hidden content" not in text, page.name
        assert not re.search(r"<button[^>]*search-button-field[^>]*aria-label", text), page.name
