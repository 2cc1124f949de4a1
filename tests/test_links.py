"""The check of links: which addresses it asks, and what counts as an answer."""

import importlib.util
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def links():
    specification = importlib.util.spec_from_file_location("links", ROOT / "bench/links.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


class Answers(BaseHTTPRequestHandler):
    """Answers with the status that the path names."""

    def do_GET(self):
        self.send_response(int(self.path[1:]))
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()


@pytest.mark.parametrize(
    "status, why", [(200, None), (403, None), (429, None), (404, "status 404"), (500, "status 500")]
)
def test_what_counts_as_an_answer(links, server, status, why):
    assert links.problem(f"{server}/{status}") == why


def test_a_closed_port_and_a_wrong_address_are_problems(links):
    assert links.problem("http://127.0.0.1:9/")
    assert links.problem("http://[bad/")


def test_addresses_of_pages_and_tables_are_asked_once(links, tmp_path):
    page, table = tmp_path / "_build/html/en/a.html", tmp_path / "data/t.csv"
    for path in (page, table):
        path.parent.mkdir(parents=True)
    page.write_text('<a href="https://x.org/?a=1&amp;b=2#part">x</a> <a href="b.html">b</a>')
    table.write_text("source_url,doi,note\nhttps://x.org/?a=1&b=2,10.1/x,http://no.org\n")
    assert list(links.addresses(tmp_path)) == ["https://x.org/?a=1&b=2", "https://doi.org/10.1/x"]
