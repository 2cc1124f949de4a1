"""Fixtures: the built book, a tiny book for the mechanics, and a browser."""

import contextlib
import fcntl
import os
import shutil
import signal
from pathlib import Path

import nbformat
import pytest
from reruns import RERUNS

from sobe.parameters import domain
from sobe.pipeline import rendering
from sobe.pipeline.book import build_book
from sobe.pipeline.execute import Executor, Run
from sobe.pipeline.project import Project

ROOT = Path(__file__).resolve().parent.parent

CHAPTER = """---
jupytext:
  text_representation:
    format_name: myst
kernelspec:
  name: python3
  display_name: Python 3
---

# {title}

```{{code-cell}} python
:tags: [parameters]
top = 3
scale = 1.5
label = "all"
```

```{{code-cell}} python
import os
from pathlib import Path

path = Path("../data/{table}.csv").resolve()
if "SOBE_READS" in os.environ:
    with open(os.environ["SOBE_READS"], "a", encoding="utf-8") as out:
        out.write(f"{{path}}\\n")
rows = path.read_text().split()
print(label, len(rows), top * scale, {marker!r})
```
"""

CONFIG = """title: Tiny
author: nobody
only_build_toc_files: true
execute: {execute_notebooks: force, timeout: 60}
html: {baseurl: ""}
latex: {use_jupyterbook_latex: false}
sphinx:
  config:
    extensions: [sphinx_copybutton, myst_nb, jupyter_book,
      sphinx_external_toc, sphinx_design, sphinx_book_theme, sobe.pipeline.extension]
    nb_ipywidgets_js: {}
"""


#: A recording that nobody made, as a row of ours and as what a filled form proposes.
EXAMPLE = {
    "authors": "Nobody, Nora; Else, Sam",
    "year": "2025",
    "method": "fluorescence_imaging",
    "neurons": "1234567",
    "temporal_resolution_hz": "2",
    "information_rate_per_s": "2469134",
    "date_status": "published",
    "rate_status": "given",
    "compiled_by": "this edition",
    "doi": "10.1000/nobody.1",
    "source": "urai2022",
    "place": "Figure 1, caption",
    "looked_up": "2026-11-25",
    "vouches": "primary",
}


# A script's background job ignores interrupts, and its children inherit that.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


#: Modules whose tests build the whole book again, its PDFs, or releases.
WHOLE = {"test_added_row", "test_pdf", "test_pseudo", "test_public", "test_recipes", "test_release"}


def pytest_collection_modifyitems(items):
    """Mark the tests that build a book or read a built one, and put those of this book first.

    Of two processes one begins with them, and the other with the rest: none waits for the build.
    """
    for item in items:
        if {"site", "executed", "built_tiny", "tiny_repository", "public"} & set(item.fixturenames):
            item.add_marker("built")
            if item.path.stem in WHOLE:
                item.add_marker("whole")
    items.sort(key=lambda item: not {"site", "executed"} & set(item.fixturenames))


#: What a command settles for its process (`sobe.pipeline.surroundings`), and so for later tests.
SETTLED = ("SOURCE_DATE_EPOCH", "FORCE_SOURCE_DATE", "SOBE_DATA")


@pytest.fixture(autouse=True)
def unsettled():
    """Put back what a command that ran in this process settled."""
    before = {name: os.environ.get(name) for name in SETTLED}
    yield
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@pytest.fixture(scope="session")
def project():
    """This repository's own book."""
    return Project(ROOT)


@contextlib.contextmanager
def turn(project):
    """Hold the book's folder: of the processes that run tests only one builds there at a time."""
    project.build.mkdir(exist_ok=True)
    with (project.build / ".tests").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def site(project):
    """The English edition of this repository's book, built by the same pipeline as `make book`."""
    with turn(project):
        build_book(project)
    return project.site / "en"


@pytest.fixture(scope="session")
def chinese(site):
    """The Chinese edition."""
    return site.parent / "zh"


@pytest.fixture(scope="session")
def executed(project):
    """{(chapter, PARAMS): notebook} of the chapters in `reruns`, as published and as run there.

    All are executed at once, and kept as those of a build: a second process finds them.
    """
    published = [(name, "") for name in dict.fromkeys(name for name, _ in RERUNS)]
    runs = {
        (name, text): Run(name, project.chapters[name], domain.of_book(name).parse(text))
        for name, text in (*published, *RERUNS)
    }
    with turn(project), rendering.building(project):
        found = Executor(project, lambda line: None).notebooks([*runs.values()])
    return {one: nbformat.reads(found[run.label], as_version=4) for one, run in runs.items()}


class TinyBook:
    """A book of two chapters, `alpha` and `beta`, each reading one table of its name."""

    def __init__(self, root):
        self.root = root
        for folder in ("book", "data", "sobe"):
            (root / folder).mkdir()
        self.write("_config.yml", CONFIG)
        self.write(
            "_toc.yml",
            "format: jb-book\nroot: book/index\nchapters:\n"
            "  - file: book/alpha\n  - file: book/beta\n",
        )
        self.write("book/index.md", "# Tiny\n\nTo [alpha](alpha.md).\n")
        for name in ("alpha", "beta"):
            self.chapter(name)
            self.write(f"data/{name}.csv", "a\n1\n")
        self.write(
            "data/datapackage.json",
            '{"name": "tiny", "resources": [{"name": "alpha", "path": "alpha.csv"},'
            ' {"name": "beta", "path": "beta.csv"}]}',
        )
        self.write("sobe/code.py", "x = 1\n")
        self.write("requirements.txt", "nothing==1\n")

    @property
    def project(self):
        """A fresh look at the folder, as a new process would have."""
        return Project(self.root)

    def copy(self, root):
        """A copy of the book and of what was built of it."""
        shutil.copytree(self.root, root, symlinks=True)
        book = object.__new__(TinyBook)
        book.root = root
        return book

    def write(self, name, text):
        """Write one file of the book."""
        (self.root / name).write_text(text, encoding="utf-8")

    def chapter(self, name, marker="plain", extra=""):
        """Write a chapter that prints `marker`; `extra` is added to its page."""
        text = CHAPTER.format(title=name.title(), table=name, marker=marker)
        self.write(f"book/{name}.md", text + extra)

    def cell(self, code):
        """One more code cell, for `extra`."""
        return f"\n```{{code-cell}} python\n{code}\n```\n"


@pytest.fixture(scope="session")
def built_tiny(tmp_path_factory):
    """A tiny book built once; tests copy it."""
    root = tmp_path_factory.mktemp("tiny") / "book"
    root.mkdir()
    book = TinyBook(root)
    build_book(book.project)
    return book


@pytest.fixture
def tiny(built_tiny, tmp_path):
    """A tiny book, already built, for one test to change."""
    return built_tiny.copy(tmp_path / "tiny")


CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium. Where there is none the test is skipped, or, where
    SOBE_REQUIRE_BROWSER is set, fails."""
    if CHROMIUM is None:
        message = "no Chromium here; to install it: apt-get install -y chromium"
        if os.environ.get("SOBE_REQUIRE_BROWSER"):
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def visits(chromium):
    """{width: a visit}, which the tests of a process share: see `browsing.Visit`."""
    from browsing import Visit

    found = {width: Visit(chromium, width) for width in (390, 1440)}
    yield found
    for visit in found.values():
        visit.context.close()


@pytest.fixture(scope="session")
def fingers(chromium):
    """A visit that can be touched."""
    from browsing import Visit

    visit = Visit(chromium, 1200, has_touch=True)
    yield visit
    visit.context.close()


@pytest.fixture
def estimator(site, fingers):
    """The estimator's page, as published, computed and unfolded; it is to complain of nothing."""
    from browsing import read_estimator

    page = fingers.open(site / "estimator.html", until=None)
    read_estimator(page)
    yield page
    assert fingers.said == fingers.asked == []
