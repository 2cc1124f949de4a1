"""`make pdf`: lay out the document of each edition and run XeLaTeX."""

import calendar
import contextlib
import json
import multiprocessing
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import yaml

from sobe import keep, stop
from sobe.build import BuildError, editions, notebook, site
from sobe.build.apart import Apart
from sobe.build.execute import Executor
from sobe.build.fingerprint import digest, file_digest
from sobe.build.project import Project
from sobe.pdf.tables import latex
from sobe.pdf.words import WORDS
from sobe.release import commit

NAME = "brain-emulation-2025"
PACKAGES = "texlive-xetex texlive-lang-chinese texlive-latex-extra texlive-fonts-recommended latexmk fonts-noto-cjk fonts-liberation fonts-dejavu-core"
PROGRAMS = ("xelatex", "latexmk", "kpsewhich", "fc-list")
STYLES = (
    "xeCJK.sty",
    "ctexhook.sty",
    "tabulary.sty",
    "titlesec.sty",
    "newunicodechar.sty",
    "pdflscape.sty",
    "enumitem.sty",
    "booktabs.sty",
    "pzdr.tfm",
)
FACES = ("Noto Serif CJK SC", "Noto Sans CJK SC", "Liberation Serif", "DejaVu Sans")
PREAMBLE = Path(__file__).with_name("preamble.tex")
_SUPERSCRIPTS = "".join(
    rf"\newunicodechar{{{c}}}{{\textsuperscript{{{p}}}}}"
    for c, p in zip("⁻⁰⁴⁵⁶⁷⁸⁹", ("\\textminus{}", *"0456789"))
)
_FONTS = r"""
\usepackage{fontspec}
\setmainfont{Liberation Serif}\setsansfont{Liberation Sans}\setmonofont{Liberation Mono}[Scale=0.88]
\usepackage{xeCJK}
\setCJKmainfont{Noto Serif CJK SC}[BoldFont={Noto Serif CJK SC Bold},AutoFakeSlant=0.15]
\setCJKsansfont{Noto Sans CJK SC}[BoldFont={Noto Sans CJK SC Bold}]
\setCJKmonofont{Noto Sans CJK SC}[BoldFont={Noto Sans CJK SC Bold}]
"""
#: Quotation marks and the like are Latin in a Latin text, whatever stands beside them.
_LATIN = '\\xeCJKDeclareCharClass{Default}{"2018,"2019,"201C,"201D,"2013,"2014,"2026,"00B7}\n'


def lacking():
    """What `make pdf` needs of the system and does not find, as words; empty if nothing."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        return missing
    for style in STYLES:
        if not subprocess.run(["kpsewhich", style], capture_output=True, text=True).stdout.strip():
            missing.append(style)
    faces = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True).stdout
    return missing + [face for face in FACES if face not in faces]


def check():
    """Raise BuildError, in one sentence, where a system package is missing."""
    if missing := lacking():
        raise BuildError(
            f"the PDF needs {', '.join(missing)}; to install: apt-get install -y {PACKAGES}"
        )


def citation(project):
    """What stands on the title page: version, date and the report's DOI by CITATION.cff, and the commit ("" if
    unknown) with its time (seconds, or None)."""
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
    """Seconds that stand in a PDF as its time: SOURCE_DATE_EPOCH, else the commit's, else the release's date."""
    given = os.environ.get("SOURCE_DATE_EPOCH") or cited["time"]
    return str(
        given if given is not None else calendar.timegm(time.strptime(cited["date"], "%Y-%m-%d"))
    )


def _title_page(title, cited, words):
    lines = [
        words["independent"],
        words["version"].format(**cited),
        words["report"].format(**cited),
        words["licence"],
    ]
    if cited["commit"]:
        lines[1] += words["commit"].format(**cited)
    body = "\n\n".join(rf"{{\large {latex(line)}\par}}\vspace{{0.8em}}" for line in lines)
    return (
        r"\hypersetup{pageanchor=false}\begin{titlepage}\raggedright\vspace*{5cm}"
        rf"{{\sffamily\bfseries\Huge\color{{sobeink}}{latex(title)}\par}}\vspace{{2.5em}}{body}\end{{titlepage}}\hypersetup{{pageanchor=true}}"
    )


def _appendix(notebooks, words):
    """A page with the code of every chapter."""
    import nbformat

    parts = [
        "```{raw} latex\n\\clearpage\\appendix\n```\n",
        f"# {words['code']}\n\n{words['code_intro']}\n",
    ]
    for name, text in notebooks.items():
        nb = nbformat.reads(text, as_version=4)
        code = "\n\n".join(
            cell.source for cell in nb.cells if cell.cell_type == "code" and cell.source.strip()
        )
        parts.append(f"## {name}.md\n\n~~~~python\n{code}\n~~~~\n")
    return "\n".join(parts)


def _source(project, notebooks, name, title):
    """Lay out one edition's pages: the site's, under a root of their own, and an appendix; returns their folder."""
    source, words = site.make_tree(project, notebooks, f"pdf_{name}"), WORDS[name]
    (source / "document.md").write_text(f"# {title}\n", encoding="utf-8")
    (source / "code.md").write_text(_appendix(notebooks, words), encoding="utf-8")
    toc = {
        "format": "jb-book",
        "root": "document",
        "chapters": [{"file": name} for name in (*project.pages, "code")],
    }
    (source / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False), encoding="utf-8")
    return source


def _preamble(title, author, name):
    words = WORDS[name]
    text = PREAMBLE.read_text(encoding="utf-8")
    said = {
        key.upper(): words[key]
        for key in (
            "figure",
            "table",
            "contents",
            "figures",
            "tables",
            "references",
            "part",
            "language",
        )
    }
    for key, value in {
        **said,
        "TITLE": latex(title),
        "AUTHOR": latex(author),
        "SUPERSCRIPTS": _SUPERSCRIPTS,
    }.items():
        text = text.replace(f"@{key}@", value)
    return text + (_LATIN if name == "en" else "")


def _lay_out(project, notebooks, out, language, name, names, cited):
    """Write an edition's LaTeX, with its pictures, in the folder `out`."""
    settings = editions.settings(project, language, name, names)
    title = settings.get("project") or project.config.get("title", "")
    author = settings.get("author") or project.config.get("author", "")
    source = _source(project, notebooks, name, title)
    keep.remove(out)
    # Figures are drawn into it while Sphinx resolves them.
    out.mkdir(parents=True)
    site.render(
        project,
        source,
        out,
        {
            **settings,
            "nb_mime_priority_overrides": [("latex", "text/html", 0)],
            "latex_engine": "xelatex",
            "latex_use_xindy": False,
            "latex_show_urls": "no",
            "latex_show_pagerefs": False,
            "numfig": True,
            "latex_documents": [("document", f"{NAME}-{name}.tex", title, author, "manual", True)],
            "latex_elements": {
                "papersize": "a4paper",
                "pointsize": "10pt",
                "fncychap": "",
                "extraclassoptions": "openany,oneside",
                "fontpkg": _FONTS,
                "preamble": _preamble(title, author, name),
                "maketitle": _title_page(title, cited, WORDS[name]),
                "printindex": "",
                "sphinxsetup": "hmargin={2.2cm,2.2cm},vmargin={2.3cm,2.1cm},verbatimwithframe=false,verbatimvisiblespace={},"
                "InnerLinkColor={HTML}{0A4F7D},OuterLinkColor={HTML}{0A4F7D}",
                "makeindex": "",
                "babel": "",
                "polyglossia": "",
            },
        },
        builder="latex",
    )


def _typeset(out, name, cited):
    """Run XeLaTeX as often as it takes; returns the PDF's path."""
    here = os.getpid()
    done = subprocess.run(
        [
            "latexmk",
            "-xelatex",
            "-interaction=nonstopmode",
            "-halt-on-error",
            "-silent",
            f"{NAME}-{name}.tex",
        ],
        cwd=out,
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        timeout=900,
        env={**os.environ, "SOURCE_DATE_EPOCH": epoch(cited), "FORCE_SOURCE_DATE": "1"},
        preexec_fn=lambda: stop.die_with_parent(here),
    )
    pdf = out / f"{NAME}-{name}.pdf"
    if done.returncode or not pdf.is_file():
        log = out / f"{NAME}-{name}.log"
        said = (
            log.read_text(encoding="utf-8", errors="replace")
            if log.is_file()
            else done.stdout + done.stderr
        )
        errors = re.findall(r"^! .*(?:\n.*){0,4}", said, re.M)
        raise BuildError(
            f"XeLaTeX failed on {pdf.stem}:\n"
            + ("\n".join(errors[:3]) or notebook.plain(said[-2000:]))
        )
    return pdf


def _edition(root, notebooks, language, name, names, cited):
    """Make one edition's PDF, in a process of its own; returns its path."""
    project = Project(root)
    out = project.build / "pdf" / f".{name}" / "latex"
    speaking = (
        editions.spoken(project, notebooks, language)
        if language != "en"
        else contextlib.nullcontext((notebooks, None))
    )
    with speaking as (notebooks, _):
        _lay_out(project, notebooks, out, language, name, names, cited)
    return _typeset(out, name, cited)


def _is_current(note, mark, targets):
    held = json.loads(keep.kept(note) or b"{}")
    return held == {"stamp": mark, "files": {path.name: file_digest(path) for path in targets}}


def build(project, say=print):
    """Make the PDFs in `_build/pdf`, unless they are up to date; returns their paths.

    Raises BuildError in one message, leaving finished PDFs as they were.
    """
    check()
    cited = citation(project)
    folder = project.build / "pdf"
    with site.building(project):
        found = editions.of(project) or {"en": "en"}
        targets = [folder / f"{NAME}-{name}.pdf" for name in found.values()]
        notebooks = Executor(project, say).chapters()
        mark, note = digest(site.stamp(project, notebooks) + epoch(cited)), folder / ".made.json"
        if _is_current(note, mark, targets):
            for target in targets:
                say(f"nothing changed: {target.relative_to(project.root)}")
            return targets
        jobs = [
            (project.root, notebooks, language, name, list(found.values()), cited)
            for language, name in found.items()
        ]
        # Fresh processes: drawing charts starts threads, which a fork would lose.
        context = multiprocessing.get_context("spawn")
        making = [Apart(context, _edition, *job) for job in jobs]
        try:
            made = [each.result() for each in making]
        finally:
            for each in making:
                each.kill()
        for pdf, target in zip(made, targets):
            keep.write_whole(target, pdf.read_bytes())
            say(f"made {target.relative_to(project.root)}")
        keep.keep(
            note,
            json.dumps(
                {"stamp": mark, "files": {path.name: file_digest(path) for path in targets}}
            ).encode(),
        )
    return targets
