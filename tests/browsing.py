"""What tests of pages in a browser share: visits without a network, states to wait for, checks."""

import gzip
from pathlib import Path

from conftest import ROOT

from sobe.pipeline.project import Project

PAGES = sorted(f"{name}.html" for name in [*Project(ROOT).pages, "search"])
# Charts are drawn when they come near the screen, or before printing.
DRAWN = """() => {
    if (document.readyState !== 'complete') return false;
    dispatchEvent(new Event('beforeprint'));
    return [...document.querySelectorAll('.sobe-chart')].every(
        d => d.dataset.state === 'drawn' || d.dataset.state === 'error');
}"""
CHARTS = """() => [...document.querySelectorAll('.sobe-chart')].map(d => ({
    id: d.id, state: d.dataset.state, theme: d.dataset.drawnTheme, text: d.innerText.slice(0, 300),
    marks: d.querySelectorAll(
        ['path', 'rect', 'text', 'line', 'image'].map(tag => `svg .role-mark ${tag}`).join()
    ).length}))"""
# Observers of sizes answer within three frames; then charts are drawn, and what opened fades in.
SETTLED = """async () => {
    /* A browser draws no frame for a page that it thinks unseen. */
    const soon = (ms) => new Promise(done => setTimeout(done, ms));
    const frame = () => Promise.race([new Promise(requestAnimationFrame), soon(500)]);
    const late = performance.now() + 30000;
    for (let i = 0; i < 3; i++) await frame();
    while (document.documentElement.dataset.charts === 'drawing') {
        if (performance.now() > late) throw new Error('charts are still being drawn');
        await frame();
    }
    const ends = document.getAnimations()
        .filter(a => a.effect.getComputedTiming().endTime < Infinity)
        .map(a => a.finished.catch(() => null));
    await Promise.race([Promise.all(ends), soon(5000)]);
}"""
CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
# Words in charts that are cut off or overlap, or that a row lacks (years may be left out).
CROWDED = """() => {
    const found = [];
    for (const svg of document.querySelectorAll('.sobe-chart svg.marks')) {
        const edge = svg.getBoundingClientRect(), kept = [];
        const chart = svg.closest('.sobe-chart');
        const right = Math.min(edge.right, chart.getBoundingClientRect().right);
        const figure = (svg.closest('.sobe-card') || svg.closest('.sobe-chart')).id;
        for (const words of svg.querySelectorAll('[aria-label^="Y-axis"]'
                + '[aria-label*="for a discrete scale"] .role-axis-label text'))
            if (words.textContent.trim() && !parseFloat(getComputedStyle(words).opacity))
                found.push([figure, 'left out', words.textContent]);
        for (const words of svg.querySelectorAll('text')) {
            const style = getComputedStyle(words), box = words.getBoundingClientRect();
            if (!words.textContent.trim() || style.visibility === 'hidden'
                || !parseFloat(style.opacity)) continue;
            if (box.left < edge.left - 1 || box.right > right + 1
                || words.textContent.includes('…'))
                found.push([figure, 'cut', words.textContent]);
            /* The box of a rotated text says little. */
            if (/rotate\\((?!0)/.test(words.getAttribute('transform'))) continue;
            for (const [other, text] of kept)
                if (Math.min(box.right, other.right) - Math.max(box.left, other.left) > 2
                    && Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top) > 4)
                    found.push([figure, 'upon each other', words.textContent, text]);
            kept.push([box, words.textContent]);
        }
    }
    return found;
}"""

ALL_OPEN = """() => { for (const e of document.querySelectorAll('.sobe-panel')) e.hidden = false;
    for (const e of document.querySelectorAll('details'))
        e.open = e.closest('table') ? e.open : true;
}"""
# Rows, records, sources, marks of charts, described tables and words of code are made alike: a few
# of each show an error, in a tenth of the time.
FEWER = """() => {
    const seen = {};
    for (const word of document.querySelectorAll('pre span')) {
        seen[word.className] = (seen[word.className] || 0) + 1;
        if (seen[word.className] > 8) word.replaceWith(...word.childNodes);
    }
    for (const row of document.querySelectorAll('tbody > tr:nth-child(n+9), '
            + '.sobe-records > article:nth-of-type(n+9), .sobe-sources > li:nth-child(n+9)'))
        row.remove();
    for (const mark of document.querySelectorAll('.role-mark > :nth-child(n+9), stop'))
        mark.remove();
    for (const table of document.querySelectorAll('.sobe-data:nth-of-type(n+9)'))
        table.remove(); }"""
# Most of axe's time goes into contrast. Words with the same classes, colours and letters, in parts
# that are painted alike, contrast alike: the first two of a kind are looked at. Axe cannot tell the
# background of words in charts; `CONTRAST` does.
KINDS = """() => {
    const seen = {}, paths = new Map();
    const path = (e) => {
        if (!e) return '';
        if (!paths.has(e)) {
            const s = getComputedStyle(e);
            paths.set(e, [path(e.parentElement), e.tagName, e.getAttribute('class'), s.opacity,
                s.backgroundColor, s.backgroundImage].join(' '));
        }
        return paths.get(e);
    };
    for (const e of document.querySelectorAll('[data-of-its-kind]'))
        e.removeAttribute('data-of-its-kind');
    for (const e of document.body.querySelectorAll('*:not(svg *)')) {
        const worded = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
        if (!worded && !e.matches('input, select, textarea')) continue;
        if (!e.checkVisibility({ visibilityProperty: true })) continue;
        const s = getComputedStyle(e);
        const kind = [path(e), s.color, s.fontSize, s.fontWeight, s.position, s.textShadow].join();
        seen[kind] = (seen[kind] || 0) + 1;
        if (seen[kind] <= 2) e.setAttribute('data-of-its-kind', '');
    }
    axe.configure({ rules: [{ id: 'color-contrast', selector: '[data-of-its-kind]' }] });
}"""
# What depends on colours is asked for in either theme, all else at either width.
ALL_RULES = "{ rules: { 'label-content-name-mismatch': { enabled: true } } }"
NO_CONTRAST = "{ rules: { 'color-contrast': { enabled: false } } }"
COLOURS = '{ runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } }'

# Vega-Lite says this of every chart that is as wide as the page and as high as its
# rows need; nothing is amiss, and there is no way to say that it is meant.
MEANT = 'WARN Dropping "fit-y" because spec has discrete height.'

# All results are listed.
SEARCHED = "() => document.querySelector('.search-summary')?.textContent"


def listen(page):
    """Collect what a page complains of, in a list: errors, warnings, and requests that fail."""
    said = []

    def hear(message):
        if message.type in ("error", "warning") and message.text != MEANT:
            said.append(message.text)

    def miss(request):
        # A page that is left, or gets another width, no longer wants a script or a picture.
        if request.failure != "net::ERR_ABORTED":
            said.append(f"failed: {request.url}")

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", miss)
    return said


class Visit:
    """A page open in the browser without a network, and what it tried or complained of.

    `opened` are the files that it read, `asked` the addresses elsewhere.
    """

    def __init__(self, browser, width):
        self.width = width
        self.context = browser.new_context(viewport={"width": width, "height": 900})
        self.context.set_offline(True)
        self.opened, self.asked = set(), []
        self.context.route("**/*", self._route)
        self.page = self.context.new_page()
        self.said = listen(self.page)

    def _route(self, route):
        url = route.request.url
        if url.startswith(("file:", "data:", "blob:")):
            if url.startswith("file:"):
                self.opened.add(Path(url.removeprefix("file://").partition("?")[0]))
            route.continue_()
        else:
            self.asked.append(url)
            route.abort()

    def open(self, path):
        """Open a file at this visit's width, and wait until its charts are drawn."""
        if self.page.viewport_size["width"] != self.width:
            self.page.set_viewport_size({"width": self.width, "height": 900})
        if self.page.url.startswith("file:"):
            self.page.evaluate("localStorage.clear()")  # words that a search is to highlight
        self.page.goto("about:blank")
        for kept in (self.opened, self.asked, self.said):
            kept.clear()
        self.page.goto(path.as_uri())
        self.page.wait_for_function(DRAWN, timeout=20_000)
        return self.page


def milliseconds(page, field, changes):
    """The median time that a page takes to show a change of a field, in milliseconds."""
    return page.evaluate(
        """([selector, changes]) => {
            const field = document.querySelector(selector);
            const times = [];
            for (let i = 1; i <= changes; i += 1) {
                const start = performance.now();
                field.value = String(i);
                field.dispatchEvent(new Event('input', { bubbles: true }));
                times.push(performance.now() - start);
            }
            return times.sort((a, b) => a - b)[(changes - 1) / 2];
        }""",
        [field, changes],
    )


def address_of(page):
    """The address of a page as it is now; Playwright's own is told of changes a little later."""
    return page.evaluate("location.href")


def lay_out(page, within=".sobe-estimator"):
    """Lay a part of a page out whole: what a browser leaves out, as it is far away, has no text."""
    page.evaluate(
        """within => {
            for (const e of document.querySelectorAll(`${within}, ${within} *`))
                if (getComputedStyle(e).contentVisibility === 'auto')
                    e.style.contentVisibility = 'visible';
        }""",
        within,
    )


def read_estimator(page, unfold=True):
    """Give the estimator a reader, and wait until it has computed; open what is folded in it."""
    page.wait_for_selector("html[data-addressed]")
    page.mouse.move(5, 5)
    page.mouse.move(6, 6)
    page.wait_for_selector("[data-sobe-estimator][data-state=shown]")
    lay_out(page)
    if unfold:
        page.evaluate(
            """() => { for (const e of document.querySelectorAll(
                '.sobe-estimator-all, [data-every-number]')) e.open = true; }"""
        )
        page.wait_for_selector("[data-number]", state="attached")
        page.wait_for_selector("[data-default]", state="attached")


def show(page, width=None, theme=None):
    """Give the page a width and a theme, and wait until its charts have followed."""
    if width:
        page.set_viewport_size({"width": width, "height": 900})
    if theme:
        # The theme's scripts come with a reader, and set the theme that they know.
        page.evaluate("() => { dispatchEvent(new Event('pointermove')) }")
        page.wait_for_selector("html:not([data-theirs=late])")
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    page.evaluate(SETTLED)


def undrawn(page, theme=None):
    """The charts that are not drawn, have no mark or are of another theme."""
    return [
        f"not drawn: {chart}"
        for chart in page.evaluate(CHARTS)
        if chart["state"] != "drawn" or not chart["marks"] or theme not in (None, chart["theme"])
    ]


def too_wide(page):
    """By how much the page scrolls sideways, if it does."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{wide} px too wide"] if wide > 0 else []


def complaints(visit, but=None):
    """What the page asked of the network, and what it complained of, `but` for how some begin."""
    said = [text for text in visit.said if but is None or not text.startswith(but)]
    return [f"asked for {visit.asked}"] * bool(visit.asked) + [f"said {said}"] * bool(said)


def load_axe(page):
    """Give a page axe, unless it has it."""
    # Imported here: `make test-next` has no browser, and no axe.
    import axe_playwright_python

    if not page.evaluate("typeof axe !== 'undefined'"):
        folder = Path(axe_playwright_python.__file__).parent
        page.evaluate((folder / "axe.min.js").read_text(encoding="utf-8"))


def axe(page, rules, within="html"):
    """What axe finds in the page, or a part of it, with all of it open."""
    page.evaluate(ALL_OPEN)
    # What is laid out late seems overlapped to axe, which then says nothing of its contrast.
    lay_out(page, "body")
    page.evaluate(SETTLED)
    page.evaluate(FEWER)
    load_axe(page)
    page.evaluate(KINDS)
    options = f"Object.assign({{ resultTypes: ['violations'], preload: false }}, {rules})"
    found = page.evaluate(f"axe.run('{within}', {options})")
    assert found["passes"], "axe looked at nothing"
    return [f"axe: {v['id']}: {[n['target'] for n in v['nodes'][:3]]}" for v in found["violations"]]


def weigh(files):
    """Bytes of files as compressed for a reader."""
    return sum(len(gzip.compress(f.read_bytes(), 9)) for f in files if f.is_file())
