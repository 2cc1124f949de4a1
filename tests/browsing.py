"""What tests of pages in a browser share: visits without a network, states to wait for, checks."""

import functools
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
# Most of axe's time goes into contrast. Words of one colour and size on the same layers of paint
# contrast alike, whatever they are called: two of a kind are looked at, for axe cannot tell what
# lies behind some. So too links within text, and what they are told by. Nor can axe tell the
# background of words in charts; `CONTRAST` does.
KINDS = """() => {
    const seen = {}, paints = new Map(), clear = 'rgba(0, 0, 0, 0)';
    const paint = (e) => {
        if (!e) return '';
        if (!paints.has(e)) {
            const s = getComputedStyle(e);
            const own = [s.opacity, s.backgroundColor, s.backgroundImage,
                ['static', 'relative'].includes(s.position) ? 'static' : s.position].join(' ');
            paints.set(e, paint(e.parentElement) + (own === `1 ${clear} none static` ? '' : own));
        }
        return paints.get(e);
    };
    const few = (mark, ...kind) => {
        const name = mark + kind.join();
        seen[name] = (seen[name] || 0) + 1;
        return seen[name] <= 2 ? mark : null;
    };
    for (const e of document.body.querySelectorAll('*:not(svg *)')) {
        e.removeAttribute('data-of-its-kind');
        const worded = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
        const link = e.matches('a[href]');
        if (!worded && !link && !e.matches('input, select, textarea')) continue;
        if (!e.checkVisibility({ visibilityProperty: true })) continue;
        const s = getComputedStyle(e);
        const kind = [paint(e), s.color, s.fontSize, s.fontWeight, s.textShadow];
        const told = [e.parentElement.tagName, getComputedStyle(e.parentElement).color,
            s.textDecoration, s.borderBottom, s.display, s.fontFamily, s.fontStyle];
        e.setAttribute('data-of-its-kind',
            [link || worded ? few('words', ...kind) : few('field', ...kind),
                link && few('link', ...kind, ...told)].filter(Boolean).join(' '));
    }
    axe.configure({ rules: [
        { id: 'color-contrast', selector: '[data-of-its-kind~=words], [data-of-its-kind~=field]' },
        { id: 'link-in-text-block', selector: 'a[href][data-of-its-kind~=link]' }] });
}"""
# What depends on colours is asked for in either theme, all else at either width.
ALL_RULES = "{ rules: { 'label-content-name-mismatch': { enabled: true } } }"
NO_CONTRAST = "{ rules: { 'color-contrast': { enabled: false } } }"
COLOURS = '{ runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } }'

# Vega-Lite says this of every chart that is as wide as the page and as high as its
# rows need; that is as it should be, and there is no way to say so.
MEANT = 'WARN Dropping "fit-y" because spec has discrete height.'

# What the address says of the page is done.
READY = "() => document.documentElement.dataset.addressed"

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

    `opened` are the files that it read, `asked` the addresses elsewhere. Tests share a few visits
    (`visits` and `fingers` in conftest): each opens its own pages, and the browser has read the
    scripts before.
    """

    def __init__(self, browser, width, **options):
        self.width = width
        self.context = browser.new_context(viewport={"width": width, "height": 900}, **options)
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

    def open(self, path, after="", width=None, theme="light", until=DRAWN):
        """Open a file, `after` which its address goes on, and wait until its charts are drawn.

        Nothing is left of what was opened before.
        """
        for page in self.context.pages:
            if page != self.page:
                page.close()
        if self.page.url.startswith("file:"):  # words that a search is to highlight, and a theme
            self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.page.goto("about:blank")
        wanted = {"width": width or self.width, "height": 900}
        if self.page.viewport_size != wanted:
            self.page.set_viewport_size(wanted)
        self.page.mouse.move(0, 0)
        self.page.emulate_media(media="null", color_scheme=theme)
        for kept in (self.opened, self.asked, self.said):
            kept.clear()
        self.page.goto(path.resolve().as_uri() + after)
        if until:
            self.page.wait_for_function(until, timeout=20_000)
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


@functools.cache
def packed(file, _changed):
    """Bytes of a file as compressed for a reader."""
    return len(gzip.compress(file.read_bytes(), 9))


def weigh(files):
    """Bytes of files as compressed for a reader."""
    return sum(packed(file, file.stat().st_mtime_ns) for file in files if file.is_file())
