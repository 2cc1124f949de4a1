"""A rerun that is worth keeping: a chapter with other values, as a page and as a notebook.

Both begin with the values that differ from the published ones, and with what changed by them:
every number of the prose, and the figures whose data differ. The page is rendered by Sphinx as the
book's are, alone in a folder of its own. The notebook has its numbers in its prose, and its charts
as pictures next to their specs, so that Jupyter Lab and VS Code show both without a network.
"""

import ast
import base64
import contextlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path

import pandas as pd

from sobe import atomic, languages, policy, signals
from sobe.charts import outputs, theme
from sobe.charts.display import Code, table
from sobe.charts.translated import GLUED
from sobe.languages import edition, translate
from sobe.parameters.grammar import written
from sobe.pipeline import editions, rendering
from sobe.pipeline.fingerprint import digest
from sobe.pipeline.translated import INJECTED

_GLUE = re.compile(r"\{glue(?::text)?\}`([\w-]+)`")
_CITE = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")
_LINK = re.compile(r"\[([^\[\]]+)\]\((\w[\w-]*)\.md((?:#[\w-]+)?)\)")
#: What only a page shows: directives, labels and classes of blocks.
_PAGE_ONLY = re.compile(
    r"^:::.*\n?|^\([\w-]+\)=\n|^\{\.[\w-]+\}\n|^```\{(?:loading-cells|figure-here)\}.*\n```\n?",
    re.M,
)
_ELSEWHERE = re.compile(r'href="([a-z][\w-]*)\.html')
_NOTE = ".made"


def glued(nb):
    """Return {name: text} of the numbers and verdicts that a notebook gives its prose."""
    found = {}
    for output in _outputs(nb):
        name = output.get("metadata", {}).get("scrapbook", {}).get("name")
        data = output.get("data", {})
        if name is None:
            continue
        if badge := data.get(GLUED + outputs.mime("badge")):
            found[name] = badge["text"]
        elif list(data) == [GLUED + "text/plain"]:
            with contextlib.suppress(ValueError, SyntaxError):
                found[name] = str(ast.literal_eval(data[GLUED + "text/plain"]))
    return found


def _outputs(nb):
    return (output for cell in nb.cells for output in cell.get("outputs", []))


def figures(nb):
    """Return {name: declaration} of the figures of a notebook, in its order."""
    mime = outputs.mime("figure")
    found = (output["data"][mime] for output in _outputs(nb) if mime in output.get("data", {}))
    return {declaration["name"]: declaration for declaration in found}


def rows_of(declaration):
    """Return the rows of a figure's table."""
    return declaration.get("rows") or declaration["spec"]["datasets"][declaration["dataset"]]


def filled(source, values):
    """Return Markdown with the values of glued names in place of their roles.

    Dollar signs are escaped, as notebooks take two of them for the ends of a formula.
    """
    text = _GLUE.sub(lambda match: values.get(match[1], match[1]), source)
    text = _CITE.sub(lambda match: f"({match[1].replace(',', ', ')})", text)
    text = _PAGE_ONLY.sub("", text)
    fenced = re.split(r"(^```.*?^```$)", text, flags=re.M | re.S)
    fenced[::2] = [re.sub(r"(?<!\\)\$", r"\\$", part) for part in fenced[::2]]
    return "".join(fenced)


def changed_numbers(nb, old, new):
    """Return (place in the text, published, here) of every number of the prose that changed."""
    rows, seen = [], set()
    for cell in nb.cells:
        if cell.cell_type != "markdown":
            continue
        for match in _GLUE.finditer(cell.source):
            name = match[1]
            if name in seen or old.get(name) == new.get(name):
                continue
            seen.add(name)
            before = _plain(filled(cell.source[: match.start()], new))
            after = _plain(filled(cell.source[match.end() :], new))
            place = f"{_tail(before)}[…]{_head(after)}"
            rows.append((place, old.get(name), new.get(name)))
    return rows


def _plain(text):
    """Return the text of a paragraph's Markdown; a paragraph ends at a line of its own."""
    text = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", text)
    return re.sub(r"\*\*|\\(?=\$)", "", text)


def _tail(text):
    last = text.rsplit("\n", 1)[-1]
    return last if len(last) <= 50 else "… " + last[-50:].partition(" ")[2]


def _head(text):
    first = text.split("\n", 1)[0]
    return first if len(first) <= 40 else first[:40].rpartition(" ")[0] + " …"


def changed_figures(old, new):
    """Return (title, rows published, rows here, whether the data differ) of each figure."""
    rows = []
    for name in dict.fromkeys([*old, *new]):
        title = (new.get(name) or old[name])["title"]
        before, after = (rows_of(each[name]) if name in each else None for each in (old, new))
        counts = ["" if each is None else str(len(each)) for each in (before, after)]
        same = name in old and name in new and _data(old[name]) == _data(new[name])
        rows.append((title, *counts, not same))
    return rows


def _data(declaration):
    """Return what a figure shows of its data sets, without their names, made from the rows."""
    spec = {key: part for key, part in declaration["spec"].items() if key != "datasets"}
    # Where an expression names a field it is in quotes, or follows "datum.".
    shown = set(re.findall(r"\w+", json.dumps([spec, declaration["columns"]])))
    sets = declaration["spec"].get("datasets", {}).values()
    return sorted(
        json.dumps([{key: row[key] for key in row if shown & set(key.split())} for row in rows])
        for rows in sets
    )


def summary(declaration, values, published, nb):
    """Return what a rerun begins with: a paragraph of Markdown, and tables as outputs.

    Parameters
    ----------
    declaration : sobe.parameters.domain.Declaration
        Of the chapter.
    values : dict
        Those that differ from the chapter's own.
    published, nb : nbformat.NotebookNode
        The chapter as published, and as run with ``values``.
    """
    named = declaration.parameters
    given = [
        (
            translate(named[name].label or name),
            Code(name),
            Code(written(named[name].default)),
            value,
        )
        for name, value in ((name, Code(written(value))) for name, value in values.items())
    ]
    old, new = glued(published), glued(nb)
    prose = {name for cell in nb.cells if cell.cell_type == "markdown" for name in _names(cell)}
    numbers = changed_numbers(nb, old, new)
    drawn = changed_figures(figures(published), figures(nb))
    said = translate(
        "**This is a rerun, not the published chapter.** Of the {n} numbers and verdicts in its "
        "prose {changed} differ from the published ones, and of its {figures} figures {drawn}.",
        n=len(prose & set(new)),
        changed=len(numbers),
        figures=len(drawn),
        drawn=sum(row[-1] for row in drawn),
    )
    heads = (translate("Published"), translate("In this rerun"))
    tables = []
    if given:
        columns = [translate("Parameter"), translate("Name"), *heads]
        tables.append((given, columns, translate("Values that differ from the published ones")))
    if numbers:
        columns = [translate("In the text"), *heads]
        tables.append((numbers, columns, translate("Numbers of the prose that changed")))
    if drawn:
        words = {True: translate("differ"), False: translate("same")}
        columns = [
            translate("Figure"),
            translate("Rows, published"),
            translate("Rows, in this rerun"),
        ]
        rows = [(*row[:-1], words[row[-1]]) for row in drawn]
        tables.append((rows, [*columns, translate("Data")], translate("Figures")))
    return said, [table(pd.DataFrame(rows, columns=heads), name) for rows, heads, name in tables]


def _names(cell):
    return _GLUE.findall(cell.source)


def _with_summary(nb, text, tables):
    """Return a copy of a notebook with the summary behind its title."""
    import nbformat

    made = nbformat.from_dict(json.loads(json.dumps(nb)))
    cells = [nbformat.v4.new_markdown_cell(text)]
    for shown in tables:
        output = nbformat.v4.new_output("display_data", outputs.bundle(shown.kind, shown.data))
        cell = nbformat.v4.new_code_cell(f"# {shown.data['caption']}", outputs=[output])
        cell.metadata["tags"] = ["remove-input"]
        cells.append(cell)
    made.cells[1:1] = cells
    for number, cell in enumerate(made.cells):
        cell["id"] = f"cell-{number}"
    return made


def write(project, declaration, values, published, text, out, report=print):
    """Write a rerun: the page ``out``/CHAPTER.html with its files, and the notebook ``out``.ipynb.

    Nothing is done where both were made from the same before. A notebook that somebody changed
    since is kept under another name, which is reported.

    Parameters
    ----------
    project, declaration, values
        The book, and as `summary` takes them.
    published, text : str
        The notebooks of the chapter, as published and as run with ``values``.
    out : Path
        The folder of the page.
    report : callable
        Called with each line of progress.

    Returns
    -------
    Path
        The notebook.

    Raises
    ------
    BuildError
        Where the page does not render.
    """
    import nbformat

    name = declaration.chapter
    file, note, old = out.with_name(f"{out.name}.ipynb"), out / _NOTE, out.with_name(f".{out.name}")
    atomic.restore(old, out)
    mark = rendering.stamp(project, {name: text, "published": published})
    noted = note.read_text(encoding="utf-8") if note.is_file() else ""
    made, _, content = noted.partition("\n")
    found = digest(file.read_bytes()) if file.is_file() else None
    edited = found not in (None, content.strip())
    kept = file.with_name(f"{out.name}.edited-{found[:8]}.ipynb") if edited else None
    if found and not edited and made == mark and (out / f"{name}.html").is_file():
        return file
    published, nb = (nbformat.reads(each, as_version=4) for each in (published, text))
    with _language(project, values.get("lang", "en")) as (settings, catalogue):
        said, tables = summary(declaration, values, published, nb)
        rendering.prepare(project)
        aside = Path(tempfile.mkdtemp(prefix=rendering.ASIDE, dir=project.build))
        try:
            page = aside / "html"
            _render(project, name, _with_summary(nb, said, tables), page, settings)
            if catalogue:
                edition.translate_pages(page, catalogue)
            policy.apply(page)
            own = _notebook(_with_summary(nb, said, tables), glued(nb), page, _site(project))
            body = json.dumps(own, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
            (page / _NOTE).write_text(f"{mark}\n{digest(body)}", encoding="utf-8")
            # Both are whole, and on this disk, before one of them takes its name.
            atomic.write(aside / file.name, body)
            out.parent.mkdir(parents=True, exist_ok=True)
            with signals.deferred():
                atomic.put_in_place(page, out, old)
                if edited:
                    # Until here it had its own name, so that a stopped run loses nothing.
                    os.replace(file, kept)
                os.replace(aside / file.name, file)
            if edited:
                report(f"not as this command wrote it, so kept under another name: {kept.name}")
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return file


@contextlib.contextmanager
def _language(project, language):
    """Let this process write ``language``; yield Sphinx's settings for it and the Catalogue."""
    if language == "en":
        yield None, None
        return
    catalogue = edition.catalogue(project.book, project.root / "data", language)
    languages.use(catalogue)
    try:
        own = {"language": language, "locale_dirs": ["locale"], "gettext_compact": False}
        yield own, catalogue
    finally:
        languages.use(None)


def _site(project):
    """Return the path of the book's pages from a folder two below the build folder."""
    first = editions.of(project).get("en")
    return f"../../{project.site.name}" + (f"/{first.folder}" if first else "")


def _render(project, name, nb, out, settings):
    """Render one chapter alone; what it links to elsewhere in the book is in the built site."""
    site = _site(project)
    prose = ""
    for cell in nb.cells:
        if INJECTED in cell.metadata.get("tags", []):
            cell.metadata["tags"].append("remove-cell")  # the summary says the same
        if cell.cell_type == "markdown":
            cell.source = _LINK.sub(
                lambda m: (
                    m[0] if m[2] == name else f'<a href="{site}/{m[2]}.html{m[3]}">{m[1]}</a>'
                ),
                cell.source,
            )
            prose += cell.source
    if _CITE.search(prose):
        import nbformat

        listed = "```{bibliography}\n:filter: docname in docnames\n```"
        cell = nbformat.v4.new_markdown_cell(f"## {translate('References')}\n\n{listed}")
        cell["id"] = "references"
        nb.cells.append(cell)
    contents = {"format": "jb-book", "root": name}
    text = json.dumps(nb)
    source = rendering.make_tree(project, {name: text}, "rerun", contents)
    rendering.render(project, source, out, settings)
    if name != "index":
        (out / "index.html").unlink(missing_ok=True)  # a redirect, without a head
    page = out / f"{name}.html"
    here = {path.stem for path in out.glob("*.html")}
    page.write_text(
        _ELSEWHERE.sub(
            lambda m: m[0] if m[1] in here else f'href="{site}/{m[1]}.html',
            page.read_text(encoding="utf-8"),
        ),
        encoding="utf-8",
    )


def _notebook(nb, values, page, site):
    """Return a notebook for any reader of notebooks: numbers in the prose, charts as pictures."""
    site = site.removeprefix("../")
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            cell.source = filled(cell.source, values)
            cell.source = _LINK.sub(rf"[\1]({site}/\2.html\3)", cell.source)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            for kind in ("figure", "chart"):
                if outputs.mime(kind) in data:
                    output["data"] = _drawn(kind, data, page)
                    said = data[outputs.mime(kind)]
                    words = list(filter(None, (said.get(key) for key in ("title", "subtitle"))))
                    if words and "image/png" in output["data"]:
                        output.metadata["image/png"] = {"alt": ". ".join(words)}
    return nb


def _drawn(kind, data, page):
    """Return a chart's bundle with its picture, and its spec in Vega-Lite's own MIME type.

    Without HTML: notebooks prefer it, and do not run its scripts before they are trusted.
    """
    found = data[outputs.mime(kind)]
    name = found.get("name") if kind == "figure" else found.get("figure")
    picture = page / "figures" / f"{name}.png"
    if not name or not picture.is_file():
        return data
    version = re.search(r"/v(\d+)", found["spec"].get("$schema", "/v6"))
    config = {**theme.config("light"), "background": theme.BACKGROUND["light"]}
    return {
        outputs.mime(kind): found,
        f"application/vnd.vegalite.v{version[1]}+json": {**found["spec"], "config": config},
        "image/png": base64.b64encode(picture.read_bytes()).decode(),
        "text/plain": data["text/plain"],
    }
