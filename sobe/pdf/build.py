"""`make pdf`: lay out the document for each edition and run XeLaTeX."""

import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import yaml

from sobe.build import BuildError, editions, notebook, site
from sobe.build.messages import _notebooks
from sobe.pdf.tables import BREAK

PACKAGES = "texlive-xetex texlive-lang-chinese texlive-latex-extra latexmk fonts-noto-cjk fonts-liberation"
PROGRAMS = ("xelatex", "latexmk", "kpsewhich", "fc-list")
STYLES = ("xeCJK.sty", "needspace.sty", "tabulary.sty", "newunicodechar.sty", "pdflscape.sty")
FACES = ("Noto Serif CJK SC", "Noto Sans CJK SC", "Liberation Serif")
NAME = "brain-emulation-2025"

_WORDS = {
    "en": {"figure": "Figure", "table": "Table", "contents": "Contents", "code": "Code", "built": "Version {version}, {date}",
           "doi": "Built on the report's data: doi:10.5281/zenodo.18377594", "licence": "Text, figures and data: CC BY 4.0. Code: MIT.",
           "independent": "An independent edition, recomputed from the data of the State of Brain Emulation Report 2025. The report's authors do not endorse it.",
           "intro": "The cells behind the figures, chapter by chapter.", "next": "continued on next page", "before": "continued from previous page"},
    "zh": {"figure": "图", "table": "表", "contents": "目录", "code": "代码", "built": "版本 {version}，{date}",
           "doi": "所依据的报告数据：doi:10.5281/zenodo.18377594", "licence": "文字、图表与数据：CC BY 4.0；代码：MIT。",
           "independent": "独立版本，依据《大脑模拟现状报告 2025》的数据重新计算。报告作者未对本版予以认可。",
           "intro": "各章图表背后的代码单元。", "next": "续下页", "before": "接上页"},
}  # fmt: skip
_SUPERSCRIPTS = "".join(rf"\newunicodechar{{{c}}}{{\textsuperscript{{{p}}}}}" for c, p in zip("⁻⁰⁴⁵⁶⁷⁸⁹", ("\\textminus{}", *"0456789")))
_PREAMBLE = rf"""
\usepackage{{newunicodechar}}
\newunicodechar{{{BREAK}}}{{\allowbreak{{}}}}
{_SUPERSCRIPTS}
\usepackage{{pdflscape}}
\newcommand{{\sobetable}}{{\footnotesize\setlength{{\tabcolsep}}{{3pt}}\emergencystretch=3em\sloppy}}
\setlength{{\emergencystretch}}{{3em}}
\fvset{{fontsize=\scriptsize}}
\AtBeginDocument{{\renewcommand{{\figurename}}{{FIGURE}}\renewcommand{{\tablename}}{{TABLE}}\renewcommand{{\contentsname}}{{CONTENTS}}\renewcommand{{\chaptername}}{{}}}}
"""
_FONTS = r"""
\usepackage{fontspec}
\setmainfont{Liberation Serif}\setsansfont{Liberation Sans}\setmonofont{Liberation Mono}[Scale=0.88]
\usepackage{xeCJK}
\setCJKmainfont{Noto Serif CJK SC}[AutoFakeSlant=0.15]
\setCJKsansfont{Noto Sans CJK SC}\setCJKmonofont{Noto Sans CJK SC}
"""


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
        raise BuildError(f"the PDF needs {', '.join(missing)}; to install: apt-get install -y {PACKAGES}")


def _citation(project):
    try:
        return yaml.safe_load((project.root / "CITATION.cff").read_text(encoding="utf-8")) or {}
    except OSError:
        return {}


def _escaped(text):
    return re.sub(r"([&%$#_{}])", r"\\\1", text)


def _title_page(project, title, words):
    cited = _citation(project)
    built = words["built"].format(version=cited.get("version", "0"), date=cited.get("date-released", ""))
    lines = [words["independent"], built, words["doi"], words["licence"]]
    body = "\n\n".join(rf"{{\large {_escaped(line)}\par}}\vspace{{1em}}" for line in lines)
    return rf"\begin{{titlepage}}\raggedright\vspace*{{5cm}}{{\Huge\bfseries {_escaped(title)}\par}}\vspace{{3em}}{body}\end{{titlepage}}"


def _appendix(project, notebooks, words):
    """A page with the code of every chapter."""
    import nbformat

    parts = [f"# {words['code']}\n\n{words['intro']}\n"]
    for name, text in notebooks.items():
        nb = nbformat.reads(text, as_version=4)
        code = "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "code" and cell.source.strip())
        parts.append(f"## {name}.md\n\n~~~~python\n{code}\n~~~~\n")
    return "\n".join(parts)


def _tree(project, notebooks, folder, title, words):
    """The source of one edition's document: the site's, with a root of its own and an appendix."""
    made = site.make_tree(project, notebooks).parent
    shutil.rmtree(folder, ignore_errors=True)
    shutil.move(made, folder)
    source = folder / "book"
    (source / "document.md").write_text(f"# {title}\n", encoding="utf-8")
    (source / "code.md").write_text(_appendix(project, notebooks, words), encoding="utf-8")
    pages = [{"file": name} for name in project.pages]
    toc = {"format": "jb-book", "root": "document", "chapters": [*pages, {"file": "code"}]}
    (source / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False), encoding="utf-8")
    return source


def _lay_out(project, notebooks, language, name, names):
    words = _WORDS[name]
    settings = editions.settings(project, language, name, names)
    title = settings.get("project") or project.config.get("title", "")
    folder = project.build / "pdf" / f".{name}"
    source = _tree(project, notebooks, folder / "tree", title, words)
    out = folder / "latex"
    shutil.rmtree(out, ignore_errors=True)
    preamble = _PREAMBLE.replace("FIGURE", words["figure"]).replace("TABLE", words["table"]).replace("CONTENTS", words["contents"])
    site.render(project, source, out, {
        **settings,
        "nb_mime_priority_overrides": [("latex", "text/html", 0)],
        "latex_engine": "xelatex", "latex_use_xindy": False, "latex_show_urls": "no", "numfig": True,
        "latex_documents": [("document", f"{NAME}-{name}.tex", title, settings.get("author", project.config.get("author", "")), "manual", True)],
        "latex_elements": {
            "papersize": "a4paper", "pointsize": "10pt", "fncychap": "", "extraclassoptions": "openany,oneside",
            "fontpkg": _FONTS, "preamble": preamble, "maketitle": _title_page(project, title, words), "printindex": "",
            "sphinxsetup": "hmargin={2.2cm,2.2cm},vmargin={2.3cm,2.3cm},verbatimwithframe=false,verbatimvisiblespace={}", "figure_align": "H",
            "makeindex": "", "babel": "", "polyglossia": "",
        },
    }, builder="latex")  # fmt: skip
    tex = out / f"{NAME}-{name}.tex"
    text = tex.read_text(encoding="utf-8")
    text = re.sub(r"(sphinxtablecontinued\{)[^}]*previous page[^}]*\}", rf"\1{words['before']}}}", text)
    text = re.sub(r"(sphinxtablecontinued\{)[^}]*next page[^}]*\}", rf"\1{words['next']}}}", text)
    tex.write_text(text, encoding="utf-8")
    return out


def _typeset(out, name):
    """Run XeLaTeX as often as it takes; returns the PDF's path."""
    done = subprocess.run(
        ["latexmk", "-xelatex", "-interaction=nonstopmode", "-halt-on-error", "-silent", f"{NAME}-{name}.tex"],
        cwd=out, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, timeout=900,
    )  # fmt: skip
    pdf = out / f"{NAME}-{name}.pdf"
    if done.returncode or not pdf.is_file():
        log = out / f"{NAME}-{name}.log"
        said = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else done.stdout
        errors = re.findall(r"^! .*(?:\n.*){0,4}", said, re.M)
        raise BuildError(f"XeLaTeX failed on {pdf.stem}:\n" + ("\n".join(errors[:3]) or notebook.plain(said[-2000:])))
    return pdf


def build(project, say=print):
    """Make the PDFs in `_build/pdf`; returns their paths. Raises BuildError in one message."""
    check()
    site.prepare(project)
    found = editions.of(project) or {"en": "en"}
    notebooks = _notebooks(project, say)
    os.makedirs(project.build / "pdf", exist_ok=True)
    laid = {name: _lay_out(project, notebooks, language, name, list(found.values())) for language, name in found.items()}
    with ThreadPoolExecutor(2) as pool:
        pdfs = list(pool.map(_typeset, laid.values(), laid))
    made = []
    for pdf in pdfs:
        target = project.build / "pdf" / pdf.name
        shutil.copyfile(pdf, target)
        say(f"made {target.relative_to(project.root)}")
        made.append(target)
    return made


