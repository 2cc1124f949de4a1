"""`make pdf`: write the document of each edition, and lay it out with WeasyPrint."""

import calendar
import contextlib
import gc
import json
import logging
import multiprocessing
import os
import shutil
import subprocess
import time

import yaml

from sobe import atomic, cff, commit, languages
from sobe.errors import BuildError
from sobe.languages import edition
from sobe.pipeline import editions, rendering
from sobe.pipeline.execute import Executor
from sobe.pipeline.fingerprint import digest, file_digest
from sobe.pipeline.project import Project
from sobe.pipeline.worker import Worker
from sobe.print import builder

NAME = "brain-emulation-2025"
PACKAGES = (
    "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig",
    "fonts-liberation fonts-dejavu-core",
)
FACES = ("Liberation Serif", "Liberation Sans", "Liberation Mono", "DejaVu Sans")


def lacking(found):
    """Return the names of what `make pdf` needs of the system and does not find.

    ``found`` are the languages of the editions.
    """
    missing = []
    try:
        import weasyprint  # noqa: F401
    except OSError:
        missing.append("the library Pango")
    if shutil.which("fc-list") is None:
        return [*missing, "fc-list"]
    faces = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True).stdout
    own = [face for kind in ("serif", "sans") for face in _fonts(found)[kind]]
    return missing + [face for face in (*own, *FACES) if face not in faces]


def _fonts(found):
    """Return the fonts and packages that languages add, by kind."""
    return {
        kind: [font for language in found for font in language.fonts[kind]]
        for kind in ("serif", "sans", "packages")
    }


def check(project):
    """Raise BuildError, in one sentence, where a system package is missing."""
    found = languages.of(project.book).values()
    if missing := lacking(found):
        packages = " ".join([PACKAGES[0], *_fonts(found)["packages"], PACKAGES[1]])
        raise BuildError(
            f"the PDF needs {', '.join(missing)}; to install: apt-get install -y {packages}"
        )


def engine():
    """Return the versions of WeasyPrint and of Pango, the system's library that it uses."""
    import weasyprint
    from weasyprint.text.ffi import pango

    major, minor = divmod(pango.pango_version(), 10000)
    return f"WeasyPrint {weasyprint.__version__}, Pango {major}.{minor // 100}.{minor % 100}"


def citation(project):
    """Return the facts of the title page.

    Returns
    -------
    dict
        ``version``, ``date`` and ``doi`` (of the report) from CITATION.cff, ``commit`` ("" if
        unknown), and its ``time`` (seconds, or None).

    Raises
    ------
    BuildError
        For a CITATION.cff that lacks one of them.
    """
    found = commit.of(project.root)
    cited = cff.read(project.root)
    if not (doi := cited["references"][0].get("doi")):
        cff.refuse("references: doi", "missing; the title page of a PDF shows it")
    return {
        "version": cited["version"],
        "date": cited["date-released"],
        "doi": doi,
        "commit": str(found) if found.id else "",
        "time": found.time,
    }


def epoch(cited):
    """Return the time of a PDF, in seconds, as text.

    It is SOURCE_DATE_EPOCH, else the time of the commit, else the date of the release.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH") or cited["time"]
    if given is None:
        given = calendar.timegm(time.strptime(cited["date"], "%Y-%m-%d"))
    return str(given)


def _source(project, notebooks, name, title):
    """Lay out one edition's pages, as those of the site, under a new root; return their folder."""
    source = rendering.make_tree(project, notebooks, f"pdf_{name}")
    (source / "document.md").write_text(f"# {title}\n", encoding="utf-8")
    toc = {
        "format": "jb-book",
        "root": "document",
        # Pages of single records are there to be linked to, which paper cannot.
        "chapters": [{"file": name} for name in project.pages if not name.startswith("record-")],
    }
    (source / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False), encoding="utf-8")
    return source


def _write(project, notebooks, out, language, found, cited):
    """Write an edition's document, with its pictures, in the folder `out`."""
    settings = editions.settings(project, language, found)
    title = settings.get("project") or project.config.get("title", "")
    author = settings.get("author") or project.config.get("author", "")
    source = _source(project, notebooks, language.folder, title)
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
                "words": language.print,
                "language": language.tag,
                "direction": language.direction,
                "fonts": _fonts(found),
                "style": language.style("print.css"),
                "halved": language.text["halved"],
                "cited": cited,
                "time": when,
            },
        },
        builder=builder.NAME,
    )


class _Troubles(logging.Handler):
    """Keeps WeasyPrint's errors: a picture that is missing, a link that leads nowhere."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.messages = []

    def emit(self, record):
        """Keep a message."""
        self.messages.append(record.getMessage())


def _typeset(out, name):
    """Lay out the document in the folder `out`; return the path of the PDF.

    Raises
    ------
    BuildError
        With what WeasyPrint could not find.
    """
    import weasyprint

    troubles = _Troubles()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(troubles)
    try:
        pdf = weasyprint.HTML(out / "document.html").write_pdf(pdf_variant="pdf/ua-1")
    finally:
        logger.removeHandler(troubles)
    if troubles.messages:
        listed = "\n".join(troubles.messages[:5])
        raise BuildError(f"the PDF {NAME}-{name} is not whole:\n{listed}")
    path = out / f"{NAME}-{name}.pdf"
    path.write_bytes(pdf)
    return path


def document(project, notebooks, code, cited):
    """Write the document of an edition's PDF, with its pictures; return their folder.

    Parameters
    ----------
    project, notebooks
        The book, and its chapters as executed in English.
    code
        The language.
    cited
        What `citation` returns.
    """
    found = languages.of(project.book)
    out = project.build / "pdf" / f".{found[code].folder}" / "print"
    translated = (
        editions.in_language(project, notebooks, code)
        if code != "en"
        else contextlib.nullcontext((notebooks, None))
    )
    with translated as (notebooks, translate):
        _write(project, notebooks, out, found[code], list(found.values()), cited)
        if translate:
            edition.mark(out / "document.html", translate)
    return out


def _edition(root, notebooks, code, cited):
    """Make one edition's PDF, in a worker; return its path.

    The worker ends with it: to look for what nothing needs any more is a tenth of its time.
    """
    gc.disable()
    project = Project(root)
    name = languages.of(project.book)[code].folder
    return _typeset(document(project, notebooks, code, cited), name)


def _is_current(note, mark, targets):
    held = json.loads(atomic.load(note) or b"{}")
    return held == {"stamp": mark, "files": {path.name: file_digest(path) for path in targets}}


def build(project, report=print):
    """Make the PDFs in `_build/pdf`, unless they are up to date, and return their paths.

    Raises
    ------
    BuildError
        In one message; PDFs from earlier are then unchanged.
    """
    check(project)
    cited = citation(project)
    folder = project.build / "pdf"
    with rendering.building(project):
        found = languages.of(project.book)
        targets = [folder / f"{NAME}-{one.folder}.pdf" for one in found.values()]
        notebooks = Executor(project, report).chapters()
        mark = digest(rendering.stamp(project, notebooks) + epoch(cited))
        note = folder / ".made.json"
        if _is_current(note, mark, targets):
            for target in targets:
                report(f"nothing changed: {target.relative_to(project.root)}")
            return targets
        jobs = [(project.root, notebooks, code, cited) for code in found]
        # Fresh processes: drawing charts starts threads, which a fork would lose.
        context = multiprocessing.get_context("spawn")
        making = [Worker(context, _edition, *job) for job in jobs]
        try:
            made = [each.result() for each in making]
        finally:
            for each in making:
                each.kill()
        for pdf, target in zip(made, targets, strict=True):
            atomic.write(target, pdf.read_bytes())
            report(f"made {target.relative_to(project.root)}")
        files = {path.name: file_digest(path) for path in targets}
        atomic.store(note, json.dumps({"stamp": mark, "files": files}).encode())
    return targets
