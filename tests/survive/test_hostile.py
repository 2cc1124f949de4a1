"""Hostile text in a table, from the loader to chapter, card, downloads, search and browser."""

import csv
import functools
import io
import os
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest
from browsing import SEARCHED

from survive.conftest import grow, listing

pytestmark = [pytest.mark.survive, pytest.mark.browser]

LABELS = [
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<!--<script>",
    '"><img src=x onerror=alert(3)>',
    "' onmouseover='alert(4)",
    "javascript:alert(5)",
    "${alert(6)}",
    "{{ 7*7 }} {% raw %}",
    "`alert(8)`",
    "&lt;b&gt; &amp; <b>",
    "]]><x>",
    "שלום <i>",
    "x" * 9_000,
    'a\nb,"c"',
    "datum.x); alert(9",
    "[click](javascript:alert(10))",
    "%3Cscript%3E",
    "\\u003cscript\\u003e",
]
REFUSED = {
    "=cmd|' /C calc'!A0": "which spreadsheets take for a formula",
    "zebra\u202efish": "the unseen character U+202E",
    "a\x00b": "a NUL byte",
    "x" * 1_000_000: "",
}


@pytest.fixture(scope="module")
def hostile(grown, tmp_path_factory):
    """A book with all of it in one table, built."""

    def prepare(book):
        rows = [
            (label, i, f"https://example.org/?q={quote(label[:50])}", "wood")
            for i, label in enumerate(LABELS)
        ]
        book.table("ash", rows)
        source = 'wood,"<script>alert(\'source\')</script>","<b>A</b>",2025,10.1/x,https://example.org/,CC0\n'
        path = book.root / "data/sources.csv"
        path.write_text(path.read_text().splitlines()[0] + "\n" + source)
        book.furnish(grown.book)

    found = grow(tmp_path_factory, "hostile", prepare, ("ash",))
    return found.book.copy(tmp_path_factory.mktemp("hostile") / "book")


def test_downloads_hold_the_very_text(hostile):
    for name in ("figures/ash-amounts.csv", "data/ash.csv"):
        rows = list(
            csv.reader(io.StringIO((hostile.site / "en" / name).read_bytes().decode(), newline=""))
        )
        assert [row[0] for row in rows[1:]] == LABELS


@pytest.mark.parametrize("scheme", ["file", "http"])
def test_nothing_of_it_runs(hostile, chromium, scheme):
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=os.fspath(hostile.site))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = (
        (hostile.site / "en").as_uri()
        if scheme == "file"
        else f"http://127.0.0.1:{server.server_port}/en"
    )
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    page, said = context.new_page(), []
    page.add_init_script(
        "addEventListener('securitypolicyviolation', "
        "e => console.error('VIOLATION', e.violatedDirective))"
    )
    page.on("dialog", lambda dialog: (said.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on(
        "console",
        lambda m: said.append(m.text) if m.type == "error" and "404" not in m.text else None,
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    try:
        for name in ("ash.html", "data.html", "index.html", "figures/ash-amounts.html"):
            page.goto(f"{base}/{name}")
            page.wait_for_function(
                # Charts wait for a reader, or for printing.
                "() => { dispatchEvent(new Event('beforeprint')); return [...document"
                ".querySelectorAll('.sobe-chart')].every(d => d.dataset.state) }",
                timeout=20_000,
            )
            assert page.evaluate(
                "[...document.querySelectorAll('.sobe-chart')]"
                ".every(d => d.dataset.state === 'drawn')"
            )
            for tag in (
                "img[src='x']",
                "i:not([class])",
                "b b",
                "[onmouseover]",
                "[onerror]",
                "a[href^='javascript']",
            ):
                assert page.locator(tag).count() == 0, (name, tag)
            charts = page.locator(".sobe-chart-view[tabindex]")
            if charts.count():  # every tooltip, as its HTML
                charts.first.focus()
                for _ in LABELS:
                    page.keyboard.press("ArrowRight")
                    assert page.locator("#vg-tooltip-element").is_visible()
                    assert (
                        page.locator("#vg-tooltip-element :is(script, img, i, b, a)").count() == 0
                    )
        page.goto(f"{base}/ash.html")
        page.locator(".sobe-card [role=tab]").nth(1).click()
        shown = page.locator(".sobe-card [data-panel=table] tbody td:first-child").all_inner_texts()
        assert "<script>alert(1)</script>" in shown and "javascript:alert(5)" in shown
        assert not said, said
        for words in ("alert", "<img src=x onerror=alert(1)>", "script"):
            page.goto(f"{base}/search.html?q={quote(words)}")
            page.wait_for_function(SEARCHED)
            page.wait_for_load_state("networkidle")
            assert page.locator("#search-results :is(script, img)").count() == 0
        assert not [text for text in said if text.startswith(("dialog", "VIOLATION"))], said
    finally:
        context.close()
        server.shutdown()


@pytest.mark.parametrize("label", REFUSED, ids=lambda text: ascii(text[:12]))
def test_what_the_loader_refuses_stops_the_build(hostile, label, account):
    """With one message, whether a chapter reads the table or not; the site stays."""
    before = listing(hostile.site)
    good = (hostile.root / "data/sources.csv").read_text()
    for name in ("ash", "sources"):
        kept = (hostile.root / f"data/{name}.csv").read_bytes()
        if name == "ash":
            hostile.table("ash", [(label, 1, "https://example.org/", "wood")])
        else:
            out = io.StringIO(newline="")
            csv.writer(out, lineterminator="\n").writerows(
                [good.splitlines()[0].split(","), ["wood", label, "A", "2025", "10.1/x", "", "CC0"]]
            )
            (hostile.root / "data/sources.csv").write_text(out.getvalue())
        done = hostile.build()
        (hostile.root / f"data/{name}.csv").write_bytes(kept)
        assert done.code == 1
        line = next(line for line in done.err.splitlines() if f"data/{name}.csv, row 1" in line)
        assert REFUSED[label] in line and len(done.err) < 20_000
        assert listing(hostile.site) == before
        account("hostile cell in a table", "refused with file, row and column; site as it was")
