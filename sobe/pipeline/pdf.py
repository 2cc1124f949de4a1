"""`make pdf`: write the document of each edition and lay it out with WeasyPrint."""

import calendar
import contextlib
import json
import logging
import multiprocessing
import os
import shutil
import subprocess
import time

import yaml

from sobe import atomic, commit
from sobe.errors import BuildError
from sobe.pipeline import editions, rendering
from sobe.pipeline.execute import Executor
from sobe.pipeline.fingerprint import digest, file_digest
from sobe.pipeline.project import Project
from sobe.pipeline.worker import Worker
from sobe.print import builder
from sobe.print.words import WORDS

NAME = "brain-emulation-2025"
PACKAGES = (
    "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig "
    "fonts-noto-cjk fonts-liberation fonts-dejavu-core"
)
FACES = (
    "Noto Serif CJK SC",
    "Noto Sans CJK SC",
    "Liberation Serif",
    "Liberation Sans",
    "Liberation Mono",
    "DejaVu Sans",
)


def lacking():
    """What `make pdf` needs of the system and does not find, as words; empty if nothing."""
    missing = []
    try:
        import weasyprint  # noqa: F401
    except OSError:
        missing.append("the library Pango")
    if shutil.which("fc-list") is None:
        return [*missing, "fc-list"]
    faces = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True).stdout
    return missing + [face for face in FACES if face not in faces]


def check():
    """Raise BuildError, in one sentence, where a system package is missing."""
    if missing := lacking():
        raise BuildError(
            f"the PDF needs {', '.join(missing)}; to install: apt-get install -y {PACKAGES}"
        )


def engine():
    """WeasyPrint and the library of the system that it lays out text with, by their versions."""
    import weasyprint
    from weasyprint.text.ffi import pango

    major, minor = divmod(pango.pango_version(), 10000)
    return f"WeasyPrint {weasyprint.__version__}, Pango {major}.{minor // 100}.{minor % 100}"


def citation(project):
    """What the title page says: version, date and the report's DOI by CITATION.cff, the commit ("" if unknown)
    and its time (seconds, or None)."""
    found = commit.of(project.root)
    path = project.root / "CITATION.cff"
    try:
        cited = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {
            "version": str(cited["version"]),
            "date": str(cited["date-released"]),
            "doi": cited["references"][0]["doi"],
            "commit": str(found) if found.id else "",
            "time": found.time,
        }
    except (OSError, KeyError, IndexError, TypeError, yaml.YAMLError) as error:
        raise BuildError(
            f"CITATION.cff has no version, date-released or DOI of the report for the title page: {error!r}"
        ) from None


def epoch(cited):
    """The time that a PDF gives as its own, in seconds: SOURCE_DATE_EPOCH, else the commit's, else the release's date."""
    given = os.environ.get("SOURCE_DATE_EPOCH") or cited["time"]
    return str(
        given if given is not None else calendar.timegm(time.strptime(cited["date"], "%Y-%m-%d"))
    )


def _source(project, notebooks, name, title):
    """Lay out one edition's pages: the site's, under a root of their own; returns their folder."""
    source = rendering.make_tree(project, notebooks, f"pdf_{name}")
    (source / "document.md").write_text(f"# {title}\n", encoding="utf-8")
    toc = {
        "format": "jb-book",
        "root": "document",
        "chapters": [{"file": name} for name in project.pages],
    }
    (source / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False), encoding="utf-8")
    return source


def _write(project, notebooks, out, language, name, names, cited):
    """Write an edition's document, with its pictures, in the folder `out`."""
    settings = editions.settings(project, language, name, names)
    title = settings.get("project") or project.config.get("title", "")
    author = settings.get("author") or project.config.get("author", "")
    source = _source(project, notebooks, name, title)
    atomic.remove(out)
    out.mkdir(parents=True)
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(epoch(cited))))
    rendering.render(
        project,
        source,
        out,
        {
            **settings,
            "nb_mime_priority_overrides": [(builder.NAME, "text/html", 2)],
            "sobe_print": {
                "title": title,
                "author": author,
                "words": WORDS[name],
                "cited": cited,
                "time": when,
            },
        },
        builder=builder.NAME,
    )


class _Troubles(logging.Handler):
    """Keeps WeasyPrint's errors: a picture that is not there, a link that leads nowhere."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.said = []

    def emit(self, record):
        """Keep a message."""
        self.said.append(record.getMessage())


def _typeset(out, name):
    """Lay out the document in the folder `out`; returns the path of the PDF.

    Raises BuildError with what WeasyPrint could not find.
    """
    import weasyprint

    troubles = _Troubles()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(troubles)
    try:
        pdf = weasyprint.HTML(out / "document.html").write_pdf(pdf_variant="pdf/ua-1")
    finally:
        logger.removeHandler(troubles)
    if troubles.said:
        raise BuildError(f"the PDF {NAME}-{name} is not whole:\n" + "\n".join(troubles.said[:5]))
    path = out / f"{NAME}-{name}.pdf"
    path.write_bytes(pdf)
    return path


def _edition(root, notebooks, language, name, names, cited):
    """Make one edition's PDF, in a process of its own; returns its path."""
    project = Project(root)
    out = project.build / "pdf" / f".{name}" / "print"
    speaking = (
        editions.in_language(project, notebooks, language)
        if language != "en"
        else contextlib.nullcontext((notebooks, None))
    )
    with speaking as (notebooks, _):
        _write(project, notebooks, out, language, name, names, cited)
    return _typeset(out, name)


def _is_current(note, mark, targets):
    held = json.loads(atomic.kept(note) or b"{}")
    return held == {"stamp": mark, "files": {path.name: file_digest(path) for path in targets}}


def build(project, report=print):
    """Make the PDFs in `_build/pdf`, unless they are up to date; returns their paths.

    Raises BuildError in one message, leaving finished PDFs as they were.
    """
    check()
    cited = citation(project)
    folder = project.build / "pdf"
    with rendering.building(project):
        found = editions.of(project) or {"en": "en"}
        targets = [folder / f"{NAME}-{name}.pdf" for name in found.values()]
        notebooks = Executor(project, report).chapters()
        mark, note = (
            digest(rendering.stamp(project, notebooks) + epoch(cited)),
            folder / ".made.json",
        )
        if _is_current(note, mark, targets):
            for target in targets:
                report(f"nothing changed: {target.relative_to(project.root)}")
            return targets
        jobs = [
            (project.root, notebooks, language, name, list(found.values()), cited)
            for language, name in found.items()
        ]
        # Fresh processes: drawing charts starts threads, which a fork would lose.
        context = multiprocessing.get_context("spawn")
        making = [Worker(context, _edition, *job) for job in jobs]
        try:
            made = [each.result() for each in making]
        finally:
            for each in making:
                each.kill()
        for pdf, target in zip(made, targets):
            atomic.write_whole(target, pdf.read_bytes())
            report(f"made {target.relative_to(project.root)}")
        atomic.keep(
            note,
            json.dumps(
                {"stamp": mark, "files": {path.name: file_digest(path) for path in targets}}
            ).encode(),
        )
    return targets
