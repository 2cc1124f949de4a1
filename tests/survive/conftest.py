"""A small real book to be maltreated, and the account of what was tried.

`make survive` prints the account and writes it to `_build/survived.json`.
"""

import contextlib
import fcntl
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
TRIALS = []  # (trial, outcome), in the order tried
SEED = 2025

HEAD = """---
jupytext:
  text_representation:
    format_name: myst
kernelspec:
  name: python3
  display_name: Python 3
---

# {name}

```{{code-cell}} python
:tags: [remove-cell]
from sobe.charts.renderer import enable; enable()
```

```{{code-cell}} python
:tags: [parameters]
least = 0
lang = "en"
```

```{{code-cell}} python
:tags: [hide-input]
import altair as alt
from sobe.charts.figure import figure
from sobe.charts.display import link, table
from sobe.tables import load

rows = load("{name}")
rows = rows[rows["amount"] >= least]
chart = alt.Chart(rows).mark_point().encode(alt.X("amount:Q"), alt.Y("label:N"))
columns = {{"label": "Label", "amount": "Amount"}}
figure(
    chart, "{name}-amounts", "Amounts of {name}", "{marker}",
    tables=["{name}"], columns=columns, why="amounts")
```

```{{code-cell}} python
:tags: [hide-input]
shown = rows.assign(at=[link("here", url=url) for url in rows["url"]])
table(shown[["label", "amount", "at"]], "All of {name}", search=True)
```
{extra}
"""
FIELDS = [
    {"name": "label", "type": "string", "description": "What it is called."},
    {"name": "amount", "type": "integer", "unit": "1", "description": "How much."},
    {"name": "url", "type": "string", "description": "Where it is.", "format": "uri"},
    {"name": "source", "type": "string", "description": "Where it comes from."},
]
SOURCE = ("key", "title", "authors", "year", "doi", "url", "licence")
NAMES = ("ash", "birch")
STOPPED = "stopped; what was finished is untouched, and the same command goes on from there"
KILLS = {
    "SIGKILL": lambda process: process.send_signal(signal.SIGKILL),
    "SIGTERM": lambda process: process.send_signal(signal.SIGTERM),
    "Ctrl-C": lambda process: os.killpg(process.pid, signal.SIGINT),
}
CATALOGUE = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

"""
#: English and Chinese: a page's heading, what a chart and cards say.
WORDS = {
    "index": {"Trees": "树"},
    "ash": {"ash": "白蜡树"},
    "messages": {"Amounts of ash": "白蜡树之数量", "Label": "名称", "Amount": "数量"},
}


class Book:
    """A book in two languages: a page of data and two chapters, each with a table and a chart."""

    def __init__(self, root, names=NAMES, rows=5):
        self.root, self.names = Path(root), names
        for folder in ("book", "data", "sobe"):
            (self.root / folder).mkdir(parents=True)
        for file in (
            "_config.yml",
            "requirements.txt",
            "CITATION.cff",
            "LICENSE",
            "book/references.bib",
        ):
            shutil.copyfile(ROOT / file, self.root / file)
        pages = "".join(f"  - file: book/{name}\n" for name in [*names, "data"])
        self.write("_toc.yml", f"format: jb-book\nroot: book/index\nchapters:\n{pages}")
        self.write("book/index.md", f"# Trees\n\nTo [{names[0]}]({names[0]}.md).\n")
        self.write("book/data.md", "# Data\n\n```{data-tables}\n```\n")
        self.write("sobe/code.py", "x = 1\n")
        catalogues = self.root / "book/locale/zh_CN/LC_MESSAGES"
        catalogues.mkdir(parents=True)
        language = "book/locale/zh_CN/language.toml"
        shutil.copyfile(ROOT / language, self.root / language)
        for domain, words in WORDS.items():
            said = "".join(
                f'msgid "{message}"\nmsgstr "{chinese}"\n\n' for message, chinese in words.items()
            )
            (catalogues / f"{domain}.po").write_text(CATALOGUE + said, encoding="utf-8")
        resources = [
            {
                "name": name,
                "path": f"{name}.csv",
                "title": name.title(),
                "description": "Trees.",
                "schema": {"fields": FIELDS},
            }
            for name in names
        ]
        resources.append(
            {
                "name": "sources",
                "path": "sources.csv",
                "title": "Sources",
                "description": "Sources.",
                "schema": {
                    "fields": [{"name": n, "type": "string", "description": n} for n in SOURCE]
                },
            }
        )
        self.write("data/datapackage.json", json.dumps({"name": "trees", "resources": resources}))
        self.write(
            "data/sources.csv",
            ",".join(SOURCE) + "\nwood,Of wood,A. Sawyer,2025,10.1/x,https://example.org/,CC0\n",
        )
        self.write("data/glossary.csv", "en,zh,note\ntree,树,\n")
        for name in names:
            self.table(
                name,
                [(f"{name} {i}", i * 7 % 23, "https://example.org/", "wood") for i in range(rows)],
            )
            self.chapter(name)

    def write(self, name, text):
        """Write one file of the book."""
        (self.root / name).write_text(text, encoding="utf-8")

    def table(self, name, rows):
        """Write the table of a chapter; rows of label, amount, url, source."""
        import csv
        import io

        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\n").writerows(
            [("label", "amount", "url", "source"), *rows]
        )
        self.write(f"data/{name}.csv", out.getvalue())

    def chapter(self, name, marker="plain", code=""):
        """Write a chapter; `code` is one more cell at its end."""
        extra = f"\n```{{code-cell}} python\n{code}\n```\n" if code else ""
        self.write(f"book/{name}.md", HEAD.format(name=name, marker=marker, extra=extra))

    @property
    def site(self):
        """The folder of the finished site."""
        return self.root / "_build/html"

    @classmethod
    def at(cls, root, names=NAMES):
        """A book that is in a folder already."""
        found = cls.__new__(cls)
        found.root, found.names = Path(root), names
        return found

    def copy(self, root):
        """A copy of the book and of what was built of it."""
        shutil.copytree(self.root, root, symlinks=True)
        return Book.at(root, self.names)

    def furnish(self, other):
        """Begin with what a build of another book kept that is the same in all: Vega and fonts."""
        kept = other.root / "_build/.cache"
        for path in (*kept.glob("vega-*"), *kept.glob("figures/*.otf")):
            place = self.root / "_build/.cache" / path.relative_to(kept)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
            place.chmod(0o600)

    def start(self, *arguments, root=None, wrap=(), code=("-m", "sobe.pipeline"), **env):
        """Start a build in a process group of its own, marked so that its children can be found."""
        run = Process(uuid.uuid4().hex)
        known = {
            "SOBE_DATA": str((root or self.root) / "data"),
            "SURVIVE": run.mark,
            "PYTHONUNBUFFERED": "1",
        }
        command = [
            *wrap,
            sys.executable,
            *code,
            *map(str, arguments or ("--root", root or self.root, "book")),
        ]
        run.process = subprocess.Popen(
            command,
            cwd=root or self.root,
            env={**os.environ, **known, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return run

    def build(self, *arguments, **env):
        """Build to the end; returns the finished process."""
        return self.start(*arguments, **env).end()


@dataclass
class Process:
    """A build under way."""

    mark: str
    process: subprocess.Popen = None
    out: str = ""
    err: str = ""
    lasted: float = 0  # seconds until `killed` killed it, or it was done

    def end(self, seconds=300):
        """Wait for it; itself, with what it said."""
        try:
            self.out, self.err = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise
        return self

    @property
    def code(self):
        """Its exit code."""
        return self.process.returncode

    def left(self, seconds=5):
        """Processes of it that still live after `seconds`: their command lines."""
        deadline = time.monotonic() + seconds
        while (found := self._alive()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return found

    def _alive(self):
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if f"SURVIVE={self.mark}".encode() in (folder / "environ").read_bytes():
                    found.append(
                        (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:80]
                    )
            except OSError:
                continue
        return [line for line in found if line]

    def said_once(self):
        """Its one message, where it is one: no traceback, nothing said twice."""
        assert "Traceback" not in self.err and "Exception ignored" not in self.err, self.err
        lines = [line for line in self.err.splitlines() if line.startswith(("error: ", "stopped"))]
        assert len(lines) == 1 and self.err.startswith(lines[0]), self.err
        return lines[0]


def ready(process):
    """Wait until a command takes signals itself; before that it is Python starting."""
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        caught = int(status.read_text().split("SigCgt:")[1].split()[0], 16)
        if caught >> (signal.SIGTERM - 1) & 1:
            return
        time.sleep(0.001)


def killed(run, how, moment=None, once=lambda: False, see=lambda: None):
    """Kill a run at a moment, or, without one, as soon as `once()` is true.

    `see()` is called right before. Gives whether the run's work was still under way.
    """
    start = time.monotonic()
    ready(run.process)
    if moment is None:
        while not once() and run.process.poll() is None:
            time.sleep(0.001)
    else:
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.process.wait(max(0, start + moment - time.monotonic()))
    run.lasted = time.monotonic() - start
    see()
    under_way = run.process.poll() is None
    if under_way:
        KILLS[how](run.process)
    run.end()
    return under_way and run.code != 0 and "built in" not in run.out


def sooner(seconds, run):
    """Seconds to reckon with, after a run that was done before it was to be killed."""
    return min(0.9 * seconds, run.lasted)


def listing(folder):
    """{path: bytes} of a folder."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in Path(folder).rglob("*")
        if p.is_file()
    }


def same(left, right):
    """Assert that two listings are equal, naming the first file that is not."""
    differing = sorted(
        name for name in left.keys() | right.keys() if left.get(name) != right.get(name)
    )
    assert not differing, f"{len(differing)} files differ, first {differing[0]}"


def once(tmp_path_factory, name, make):
    """Let `make(folder)` make what the two processes that run tests share; the folder."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder, making = base / name, base / f"{name}-making"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            make(making)
            making.rename(folder)
    return folder


class Grown(NamedTuple):
    """A book that was built from nothing."""

    book: Book
    pages: dict  # its site's listing
    seconds: float  # that the build took


def grow(tmp_path_factory, name, prepare=lambda book: None, names=NAMES):
    """Build a book once, in a folder that no test changes."""

    def make(folder):
        book = Book(folder / "book", names)
        prepare(book)
        start = time.monotonic()
        done = book.build()
        assert done.code == 0, done.out + done.err
        (folder / "seconds").write_text(str(time.monotonic() - start))

    folder = once(tmp_path_factory, name, make)
    book = Book.at(folder / "book", names)
    return Grown(book, listing(book.site), float((folder / "seconds").read_text()))


@pytest.fixture(scope="session")
def grown(tmp_path_factory):
    """The book built from nothing."""
    return grow(tmp_path_factory, "grown")


@pytest.fixture(scope="session")
def other(grown, tmp_path_factory):
    """The book with its first chapter changed, built from nothing but Vega and fonts."""

    def prepare(book):
        book.chapter(book.names[0], "other")
        book.furnish(grown.book)

    return grow(tmp_path_factory, "other", prepare)


@pytest.fixture
def book(grown, tmp_path):
    """The built book, for one test to damage."""
    return grown.book.copy(tmp_path / "book")


@pytest.fixture(scope="session")
def temporary():
    """A folder for temporary files, to be left empty; its path is short, for sockets."""
    with tempfile.TemporaryDirectory(prefix="s-") as folder:
        yield Path(folder)


@pytest.fixture
def moments(request):
    """Seeded moments: `moments(n, seconds)` spread over the seconds, one in each n-th of them."""
    chance = random.Random(f"{SEED} {request.node.name}")
    return lambda n, seconds: [(i + chance.random()) * seconds / n for i in range(n)]


@pytest.fixture
def account(record_property):
    """`account(trial, outcome)` notes for the closing table what was tried and what it did."""
    return lambda trial, outcome: record_property("tried", (trial, outcome))


def pytest_runtest_logreport(report):
    """Collect the notes of a test, which may have run in another process."""
    if report.when == "teardown":
        TRIALS.extend(tuple(note) for name, note in report.user_properties if name == "tried")


def table():
    """The account as Markdown."""
    lines = ["| Trial | Times tried | Outcome |", "| --- | ---: | --- |"]
    for trial in dict.fromkeys(trial for trial, _ in TRIALS):
        outcomes = Counter(outcome for name, outcome in TRIALS if name == trial)
        told = "; ".join(
            f"{outcome} ({n})" if len(outcomes) > 1 else outcome for outcome, n in outcomes.items()
        )
        lines.append(f"| {trial} | {sum(outcomes.values())} | {told} |")
    return "\n".join(lines)


def pytest_terminal_summary(terminalreporter):
    """Print the account, and keep it."""
    if TRIALS:
        terminalreporter.section("tried, and survived")
        terminalreporter.line(table())
        (ROOT / "_build").mkdir(exist_ok=True)
        (ROOT / "_build/survived.json").write_text(
            json.dumps(TRIALS, indent=1) + "\n", encoding="utf-8"
        )
