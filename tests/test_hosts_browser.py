"""The site where hosts put it: under a sub-path, with their policy, in a frame, without scripts."""

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest
from browsing import DRAWN, SEARCHED, show

from sobe.site import hosts

pytestmark = pytest.mark.browser


class Host(SimpleHTTPRequestHandler):
    """Serves a folder at /a/book/, with a host's own policy, and its 404 page at any depth."""

    missing = False

    def end_headers(self):
        # Not on the 404 page, whose script is inline: with it the page gives a hint instead.
        if self.path.startswith("/a/book/") and not self.missing:
            self.send_header("Content-Security-Policy", "default-src 'self'")
        super().end_headers()

    def do_GET(self):
        if self.path == "/frame":
            page = b'<iframe sandbox="allow-scripts" src="/a/book/en/cost.html"></iframe>'
            self._send(200, page)
        elif self.path.startswith("/a/book/"):
            super().do_GET()
        else:
            self.send_error(404)

    def translate_path(self, path):
        return super().translate_path(path.removeprefix("/a/book"))

    def send_error(self, code, message=None, explain=None):
        if self.path.startswith("/a/book/"):
            with open(f"{self.directory}/404.html", "rb") as file:
                self._send(404, file.read())
        else:
            self._send(404, b"not of this site")

    def _send(self, code, content):
        self.missing = True
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def host(site):
    handler = functools.partial(Host, directory=str(site.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def page(chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.said = []
    bad = ("error", "warning")
    page.on("console", lambda said: page.said.append(said.text) if said.type in bad else None)
    page.on("pageerror", lambda error: page.said.append(str(error)))
    yield page
    context.close()


def test_a_hosts_own_policy_leaves_nothing_out(host, page):
    page.goto(f"{host}/a/book/en/cost.html")
    page.wait_for_function(DRAWN, timeout=30_000)
    assert page.locator(".sobe-chart").count()
    assert not page.locator(".sobe-chart:not([data-state=drawn])").count()
    assert not [said for said in page.said if "Content Security Policy" in said]
    shown = page.evaluate("""() => [...document.querySelectorAll('.fa-solid')].map(icon => {
        const style = getComputedStyle(icon);
        return [icon.className, style.clipPath, style.maskImage];
    })""")
    assert shown
    for name, outline, mask in shown:
        assert mask == "none" and outline.startswith("polygon("), name


@pytest.mark.parametrize("place", ["en/nothing.html", "nothing", "en/a/b/c/d", "x/", "en/cost"])
def test_an_address_without_a_page_leads_to_the_front_page(host, page, place):
    assert page.goto(f"{host}/a/book/{place}").status == 404
    front = page.locator("#front")
    front.wait_for(state="visible", timeout=20_000)
    assert front.get_attribute("href") == "/a/book/index.html"


@pytest.mark.parametrize(
    "policy", ["default-src 'self'", "script-src 'none'", "default-src 'none'"]
)
def test_under_a_policy_without_inline_scripts_it_says_what_to_do(page, tmp_path, policy):
    hosts.write(tmp_path, "A book", address="")
    text = (tmp_path / "404.html").read_text(encoding="utf-8")
    headers = {"Content-Security-Policy": policy, "Content-Type": "text/html; charset=utf-8"}
    page.route("**/*", lambda route: route.fulfill(status=404, body=text, headers=headers))
    page.goto("http://site.test/a/book/en/nothing.html")
    assert "Shorten the address" in page.locator("#hint").inner_text()
    assert page.locator("#hint").is_visible() and not page.locator("#front").is_visible()


def test_a_sandboxed_frame_shows_the_charts(host, page):
    """Its scripts may use no storage."""
    page.goto(f"{host}/frame")
    frame = page.frames[1]
    frame.wait_for_function(DRAWN, timeout=30_000)
    assert frame.locator(".sobe-chart svg").count()


def test_without_scripts_there_are_pictures(host, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{host}/a/book/en/cost.html")
    pictures = page.locator('img[src^="figures/"]')
    assert pictures.count()
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        assert picture.is_visible() and picture.bounding_box()["height"] > 50
    context.close()


@pytest.mark.parametrize(
    "word",
    ["constructor", "__proto__", "hasOwnProperty", "toString", "valueOf", "prototype", "<b>", "*("]
    + ["constructor neurons", "a" * 5_000],
)
def test_a_search_for_a_word_that_objects_have_finds_no_error(site, visits, word):
    visit = visits[1440]
    visit.open(site / "search.html", f"?q={quote(word)}", until=SEARCHED)
    show(visit.page)
    assert not visit.said
