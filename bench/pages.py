"""What a reader's browser loads, compared with the same chapters and Altair's default renderer.

`make bench` runs it. The book is built twice: as it is, and in a copy by plain Jupyter Book
without this book's extension, so that charts come as Altair writes them. Headless Chromium opens
every chapter of both from a local server. What the default would fetch from a content delivery
network is answered here with Vega's bundle: its scripts in one file, its size counted once, and
no time lost on the way. So times flatter the default; bytes do it justice.

It prints a table and writes `_build/bench-pages.json`.
"""

import argparse
import functools
import gzip
import http.server
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlsplit

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench import LEFT_OUT, ROOT  # noqa: E402

PAGES = (
    "index",
    "capability",
    "cost",
    "recording",
    "scale",
    "funding",
    "claims",
    "estimator",
    "trends",
)  # all that have charts
# Ours are drawn for a reader, who is there at once.
SEEN = """addEventListener('DOMContentLoaded', () => dispatchEvent(new Event('pointermove')));
new MutationObserver(() => { if (document.querySelector('svg.marks, canvas.marks'))
    window.firstChart ??= performance.now()
}).observe(document, { childList: true, subtree: true })"""


def built(root):
    """The folder of pages of a plain build in `root` with Altair's default renderer."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    settings = config["sphinx"]["config"]
    settings["extensions"].remove("sobe.pipeline.extension")
    for place in ("article_header_end", "footer_content_items"):  # parts that the extension brings
        settings.get("html_theme_options", {}).pop(place, None)
    (root / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    # The book's renderer is also that of live notebooks; here it is Altair's own. Outputs are shown
    # by the HTML that a live notebook shows, as plain Jupyter Book has no nodes for our kinds.
    for file, ours, default in (
        ("charts/renderer.py", 'renderers.enable("sobe")', 'renderers.enable("default")'),
        ("site/nodes.py", "outputs.mime(kind), 1) for kind in KINDS]", "kind, 1) for kind in ()]"),
    ):
        path = root / "sobe" / file
        text = path.read_text(encoding="utf-8")
        assert ours in text, f"{path} no longer has {ours}"
        path.write_text(text.replace(ours, default), encoding="utf-8")
    env = {key: value for key, value in os.environ.items() if key != "SOBE_BOOK"} | {
        "PYTHONPATH": str(root)
    }
    command = [Path(sys.executable).parent / "jupyter-book", "build", "."]
    done = subprocess.run(
        command, cwd=root, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        sys.exit(f"error: the plain build failed:\n{done.stdout}{done.stderr}")
    return root / "_build" / "html"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A file server that says nothing."""

    def log_message(self, *_):
        """Nothing."""


def serve(folder):
    """(server, address) of a server of `folder` on a free port."""
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"


def weight(path):
    """Bytes of a file as servers send it: compressed, unless it is already."""
    content = path.read_bytes()
    return len(content) if path.suffix in (".woff2", ".png") else len(gzip.compress(content, 9))


def opened(browser, address, folder, page, bundle):
    """What one page asks for, and milliseconds to its first chart: on the clock, and of work of
    the page's thread, which says more on a machine that is not alone."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(SEEN)
    asked = []

    def route(found):
        url = found.request.url
        asked.append(url)
        if url.startswith(address):
            found.continue_()
        else:
            script = bundle.read_text(encoding="utf-8") if "/vega@" in url else ""
            found.fulfill(
                body=script,
                content_type="text/javascript",
                headers={"Access-Control-Allow-Origin": "*"},
            )

    context.route("**/*", route)
    tab = context.new_page()
    devtools = context.new_cdp_session(tab)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    tab.goto(f"{address}/{page}", wait_until="commit")
    tab.wait_for_function("() => window.firstChart", timeout=30_000, polling=5)
    work = {m["name"]: m["value"] for m in devtools.send("Performance.getMetrics")["metrics"]}[
        "TaskDuration"
    ] * 1e3
    first = tab.evaluate("window.firstChart")
    tab.wait_for_load_state("load")
    tab.wait_for_timeout(300)
    context.close()
    local = [folder / urlsplit(url).path.lstrip("/") for url in asked if url.startswith(address)]
    sizes = {path: weight(path) for path in local if path.is_file()}
    outside = weight(bundle) if any("/vega@" in url for url in asked) else 0
    return {
        "own": sum(size for path, size in sizes.items() if "_static" not in path.parts),
        "all": sum(sizes.values()) + outside,
        "requests": len(asked),
        "first_chart_ms": first,
        "first_chart_cpu_ms": work,
    }


def main():
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="how often; medians are shown")
    runs = parser.parse_args().runs
    chromium = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if chromium is None:
        sys.exit(
            "no Chromium here, so pages were not measured; "
            "to install it: apt-get install -y chromium"
        )
    from playwright.sync_api import sync_playwright

    subprocess.run(
        [sys.executable, "-m", "sobe.pipeline", "book"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    site = ROOT / "_build" / "html" / "en"
    bundle = site / "_static" / "sobe" / "vega.js"
    result = {}
    with (
        tempfile.TemporaryDirectory(prefix="sobe-pages-") as folder,
        sync_playwright() as playwright,
    ):
        root = Path(folder) / "book"
        shutil.copytree(ROOT, root, ignore=LEFT_OUT)
        plain = built(root)
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for name, pages, prefix in (("ours", site, ""), ("default", plain, "book/")):
            server, address = serve(pages)
            for page in PAGES:
                found = [
                    opened(browser, address, pages, f"{prefix}{page}.html", bundle)
                    for _ in range(runs)
                ]
                result.setdefault(page, {})[name] = {
                    key: statistics.median(f[key] for f in found) for key in found[0]
                }
            server.shutdown()
        browser.close()
    print(
        f"{'page':12}{'own kB':>8}{'all kB':>8}{'of default':>11}{'requests':>9}{'of default':>11}"
        f"{'first chart ms':>15}{'of default':>11}{'cpu ms':>8}{'of default':>11}"
    )
    for page, by in result.items():
        ours, default = by["ours"], by["default"]
        by["ratio"] = {key: ours[key] / default[key] for key in ours}
        print(
            f"{page:12}{ours['own'] / 1e3:8.0f}{ours['all'] / 1e3:8.0f}"
            f"{by['ratio']['all']:11.2f}{ours['requests']:9.0f}"
            f"{by['ratio']['requests']:11.2f}{ours['first_chart_ms']:15.0f}{by['ratio']['first_chart_ms']:11.2f}"
            f"{ours['first_chart_cpu_ms']:8.0f}{by['ratio']['first_chart_cpu_ms']:11.2f}"
        )
    (ROOT / "_build" / "bench-pages.json").write_text(
        json.dumps(result, indent=2) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
