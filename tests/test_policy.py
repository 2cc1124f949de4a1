"""The pages' Content-Security-Policy: on every page, kept by all of them, and effective."""

import base64
import hashlib
import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest
from browsing import DRAWN, SEARCHED

from sobe.policy import guarded

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')


def directives(page):
    found = POLICY.findall(page)
    assert len(found) == 1, found
    return dict(part.strip().split(" ", 1) for part in found[0].split(";"))


def test_inline_scripts_are_named_by_their_hash():
    script = "let a = 1 < 2 && '&amp;';\n"
    page = f'<html><head><meta charset="utf-8"><script>{script}</script></head><body></body></html>'
    made = guarded(page)
    wanted = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert directives(made)["script-src"] == f"'self' file: 'sha256-{wanted}'"
    assert made.index("Content-Security-Policy") < made.index("<script>")
    assert made.index("charset") < made.index("Content-Security-Policy")


def test_data_in_pages_is_no_script():
    page = (
        '<html><head></head><body><script type="application/json">{"a": 1}</script>'
        '<script src="a.js"></script></body></html>'
    )
    assert directives(guarded(page))["script-src"] == "'self' file:"


def test_a_page_without_a_head_is_refused():
    with pytest.raises(ValueError, match="without a head"):
        guarded("<p>Hello</p>")


def pages(site):
    return sorted(site.rglob("*.html"))


def test_every_page_allows_nothing_from_elsewhere(site):
    assert len(pages(site)) > 30
    everywhere = set()
    for path in pages(site):
        said = directives(path.read_text(encoding="utf-8"))
        refused = ("child-src", "object-src", "media-src", "manifest-src", "base-uri")
        everywhere.add(tuple(sorted(said.items())))
        assert said["default-src"] == "'self'" and {said[name] for name in refused} == {"'none'"}
        sources = " ".join(said.values())
        assert not re.search(r"unsafe|https?:|\*|blob:|nonce", sources), (path.name, sources)
        # Nothing of ours needs a script or a style within a page.
        assert "sha256" not in sources, (path.name, sources)
    assert len(everywhere) == 1, everywhere


@pytest.fixture(scope="module")
def served(site):
    """The address of the site over http."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(params=["file", "http"])
def opened(request, chromium, site, served):
    """`opened(path)` gives the page, with what it complained of in `page.said`."""
    base = site.as_uri() if request.param == "file" else served
    page = chromium.new_context().new_page()
    page.said, page.scheme = [], request.param
    page.add_init_script(
        "addEventListener('securitypolicyviolation', "
        "e => console.error('VIOLATION', e.violatedDirective, e.blockedURI))"
    )
    page.on("console", lambda m: page.said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("dialog", lambda dialog: (page.said.append(dialog.message), dialog.dismiss()))

    def open_(path):
        page.said.clear()
        page.goto(f"{base}/{path}")
        page.wait_for_function(DRAWN, timeout=20_000)
        page.said[:] = [
            text for text in page.said if "favicon" not in text and "status of 404" not in text
        ]
        return page

    open_.page = page
    yield open_
    page.context.close()


@pytest.mark.browser
def test_pages_keep_to_it_and_work(opened, site):
    """Every page over http; that all keep to it from files is seen where they are drawn offline.

    Figures have pages that differ in what is drawn alone: a few of them.
    """
    figures = [path for path in pages(site) if path.parent.name == "figures"]
    assert len({POLICY.search(path.read_text(encoding="utf-8"))[1] for path in figures}) == 1
    every = [path for path in pages(site) if path not in figures[3:]]
    for path in every if opened.page.scheme == "http" else [site / "cost.html"]:
        page = opened(path.relative_to(site).as_posix())
        assert not page.said, (path.name, page.said)
        states = page.evaluate(
            "[...document.querySelectorAll('.sobe-chart')].map(d => d.dataset.state)"
        )
        assert set(states) <= {"drawn"}, path.name
    page = opened("estimator.html")
    before = page.text_content("[data-result=first_cost]")
    select = page.locator("[data-sobe-estimator] select").first
    select.select_option(index=1 if select.evaluate("s => s.selectedIndex") == 0 else 0)
    page.wait_for_function(
        "text => document.querySelector('[data-result=first_cost]').textContent !== text",
        arg=before,
    )
    page = opened("cost.html")
    page.locator(".sobe-card [role=tab]").nth(1).click()
    assert page.locator(".sobe-card [data-panel=table]").first.is_visible()
    page = opened("search.html?q=neuron")
    page.wait_for_selector("#search-results li")
    page.wait_for_selector("#search-results li p.context")
    assert not page.said
    page = opened(f"search.html?q={quote('<img src=x onerror=alert(1)>')}")
    page.wait_for_function(SEARCHED)
    page.wait_for_load_state("networkidle")
    assert not page.said


SCRIPT = "document.body.append(Object.assign(document.createElement('script'),"


@pytest.mark.browser
@pytest.mark.parametrize(
    "injected",
    [
        f"{SCRIPT} {{textContent: 'window.ran = 1'}}))",
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\">')",
        "document.body.insertAdjacentHTML('beforeend', "
        "'<iframe srcdoc=\"<script>parent.ran = 1</scr' + 'ipt>\"></iframe>')",
        f"{SCRIPT} {{src: 'data:text/javascript,window.ran=1'}}))",
        f"{SCRIPT} {{src: 'https://example.org/x.js'}}))",
        "{ const a = document.createElement('a'); a.href = 'javascript:window.ran = 1'; "
        "document.body.append(a); a.click(); }",
    ],
)
def test_what_is_put_into_a_page_does_not_run(opened, injected):
    page = opened("changelog.html")
    with page.expect_console_message(lambda message: message.text.startswith("VIOLATION")):
        page.evaluate(f"() => {{ {injected} }}")
    page.evaluate("() => new Promise(done => setTimeout(done))")  # what was begun before has run
    assert page.evaluate("window.ran") is None


@pytest.mark.browser
def test_text_is_not_made_code(opened):
    page = opened("changelog.html")
    tried = """(() => { const t = setTimeout('window.ran = 1', 0);
        return new Promise(r => setTimeout(() => r(window.ran), 100)) })()"""
    assert page.evaluate(tried) is None
    assert "eval" not in POLICY.search(page.content())[1]
