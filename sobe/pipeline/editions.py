"""The editions of the site: the English source, and one for each language of book/locale."""

import contextlib
import gc
import multiprocessing
import os
import sys

from sobe import atomic, languages, policy
from sobe.errors import BuildError
from sobe.languages import lacking
from sobe.pipeline import rendering
from sobe.pipeline.worker import Worker
from sobe.site import hosts

FRONT = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={first}/index.html"></head>
<body><p>{links}</p></body></html>
"""


SITEMAPS = """<?xml version="1.0" encoding="UTF-8"?>
<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{maps}</sitemapindex>
"""


def of(project):
    """Return {name: Language} of the book's editions; {} for a book in one language.

    Raises
    ------
    BuildError
        For an error in a language's file.
    """
    try:
        found = languages.of(project.book)
    except languages.LanguageError as error:
        raise BuildError(str(error)) from None
    return found if len(found) > 1 else {}


def settings(project, language, editions):
    """Return what an edition adds to Sphinx's configuration, in a process in its language.

    ``editions`` are the languages of all editions.
    """
    title, author = (
        languages.translate(project.config.get(key, "")) for key in ("title", "author")
    )
    own = {}
    if language.code != "en":
        own = {"html_title": title, "author": author}
    return {
        "language": language.code,
        "locale_dirs": ["locale"],
        "gettext_compact": False,
        "project": title,
        "sobe_edition": language.folder,
        "sobe_editions": [(one.folder, one.tag, one.name) for one in editions],
        "sobe_citation": language.citation["style"],
        **own,
    }


def render(project, notebooks, out, report=print):
    """Render the executed `notebooks` to HTML in `out`, all editions at the same time.

    Each edition has a folder. `report` gets a line for each edition that lacks messages; the cache
    keeps them as `missing-<edition>.json`.

    Raises
    ------
    BuildError
        As `rendering.render` does.
    """
    editions = of(project)
    atomic.remove(project.build / "tree")
    if not editions:
        _render_first(project, notebooks, out)
        hosts.write(out, project.config.get("title", ""))
        return
    asides = {language: out.parent / editions[language].folder / "html" for language in editions}
    # A fork has everything imported, but not the threads of vl-convert: where it is in use, a fork
    # would wait for them for ever.
    context = multiprocessing.get_context("spawn" if "vl_convert" in sys.modules else "fork")
    gc.freeze()  # else each collection would look through all that is loaded, and a fork copy it
    others = {
        language: Worker(context, _render_another, project, notebooks, asides[language], language)
        for language in list(editions)[1:]
    }
    failure = None
    try:
        own = settings(project, editions["en"], editions.values())
        _render_first(project, notebooks, asides["en"], own)
    except BuildError as error:
        failure = error
    except BaseException:
        for other in others.values():
            other.kill()
        raise
    finally:
        gc.unfreeze()
    for language, other in others.items():
        try:
            lacks = other.result()
        except BuildError as error:
            failure = failure or BuildError(f"the edition {editions[language].folder!r}: {error}")
            continue
        lacking.note(project, language, lacks)
        for line in lacking.told(language, lacks):
            report(f"  {line}")
    if failure:
        raise failure
    out.mkdir(parents=True)
    for language, folder in asides.items():
        os.rename(folder, out / editions[language].folder)
    names = [language.folder for language in editions.values()]
    links = " · ".join(
        f'<a href="{one.folder}/index.html" lang="{one.tag}">{one.name}</a>'
        for one in editions.values()
    )
    (out / "index.html").write_text(
        policy.guarded(
            FRONT.format(title=project.config.get("title", ""), first=names[0], links=links)
        ),
        encoding="utf-8",
    )
    hosts.write(out, project.config.get("title", ""))
    address = os.environ.get("SOBE_BASE_URL") or (project.config.get("html") or {}).get("baseurl")
    if address:
        # Only with the site's full address: the protocol allows no relative ones.
        maps = "".join(
            f"<sitemap><loc>{address.rstrip('/')}/{name}/sitemap.xml</loc></sitemap>\n"
            for name in names
        )
        (out / "sitemap.xml").write_text(SITEMAPS.format(maps=maps), encoding="utf-8")


@contextlib.contextmanager
def in_language(project, notebooks, language):
    """Let this process write `language`, other than English, during the block.

    Yields
    ------
    tuple
        ({chapter: text of its notebook in that language}, the Catalogue).
    """
    from sobe.languages import edition
    from sobe.pipeline.translated import translated_notebook

    try:
        edition.check(project.book, language)
        translate = edition.catalogue(project.book, project.root / "data", language)
    except languages.LanguageError as error:
        raise BuildError(str(error)) from None
    languages.use(translate)
    try:
        yield (
            {
                chapter: translated_notebook(text, language, translate)
                for chapter, text in notebooks.items()
            },
            translate,
        )
    finally:
        languages.use(None)


def render_other(project, notebooks, out, language):
    """Render one edition in another language than English, and return its Catalogue."""
    from sobe.languages import edition

    editions = of(project)
    with in_language(project, notebooks, language) as (texts, translate):
        rendering.render(
            project,
            rendering.make_tree(project, texts, editions[language].folder),
            out,
            settings(project, editions[language], editions.values()),
        )
    edition.translate_pages(out, translate)
    return translate


def _render_first(project, notebooks, out, own=None):
    """Render the English edition, ready to be read."""
    rendering.render(project, rendering.make_tree(project, notebooks), out, own)
    policy.apply(out)


def _render_another(project, notebooks, out, language):
    """Do `render_other`, ready to be read; return what had no translation, as `lacking.of`."""
    translate = render_other(project, notebooks, out, language)
    policy.apply(out)
    return lacking.of(translate)
