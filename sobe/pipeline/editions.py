"""The editions of the site: the English source, and one for each language with catalogues."""

import contextlib
import json
import multiprocessing
import os
import sys

from sobe import atomic, languages, policy
from sobe.errors import BuildError
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
    """Return {language: folder} of the book's editions; {} for a book in one language."""
    found = {
        language: name
        for language, name in languages.EDITIONS.items()
        if name != "en" and languages.folder(project.book, language).is_dir()
    }
    return {"en": "en", **found} if found else {}


def settings(project, language, name, names):
    """Return what an edition adds to Sphinx's configuration, in a process in its language."""
    title, author = (
        languages.translate(project.config.get(key, "")) for key in ("title", "author")
    )
    own = {}
    if language != "en":
        own = {
            "html_title": title,
            "author": author,
            "html_search_options": {"glossary": str(project.root / "data/glossary.csv")},
        }
    return {
        "language": language,
        "locale_dirs": ["locale"],
        "gettext_compact": False,
        "project": title,
        "sobe_edition": name,
        "sobe_editions": names,
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
    names = list(editions.values())
    asides = {name: out.parent / name / "html" for name in names}
    # A fork has everything imported, but not the threads of vl-convert: where it is in use, a fork
    # would wait for them for ever.
    context = multiprocessing.get_context("spawn" if "vl_convert" in sys.modules else "fork")
    others = {
        name: Worker(
            context, _render_another, project, notebooks, asides[name], language, name, names
        )
        for language, name in list(editions.items())[1:]
    }
    failure = None
    try:
        _render_first(project, notebooks, asides["en"], settings(project, "en", "en", names))
    except BuildError as error:
        failure = error
    except BaseException:
        for other in others.values():
            other.kill()
        raise
    for name, other in others.items():
        try:
            missing = other.result()
        except BuildError as error:
            failure = failure or BuildError(f"the edition {name!r}: {error}")
            continue
        note = project.cache / f"missing-{name}.json"
        atomic.remove(note)
        atomic.write(note, json.dumps(missing, ensure_ascii=False, indent=1))
        if missing:
            report(
                f"  the edition {name!r} lacks {len(missing)} messages (make messages), "
                f"the first: {missing[0]!r}"
            )
    if failure:
        raise failure
    out.mkdir(parents=True)
    for name, folder in asides.items():
        os.rename(folder, out / name)
    links = " · ".join(
        f'<a href="{name}/index.html" lang="{languages.TAGS[name]}">{languages.NAMES[name]}</a>'
        for name in names
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

    translate = edition.catalogue(project.book, project.root / "data", language)
    languages.use(translate)
    try:
        yield (
            {
                chapter: translated_notebook(project.chapters[chapter], text, language, translate)
                for chapter, text in notebooks.items()
            },
            translate,
        )
    finally:
        languages.use(None)


def render_other(project, notebooks, out, language, name, names):
    """Render one edition in another language than English, and return its Catalogue."""
    from sobe.languages import edition

    with in_language(project, notebooks, language) as (texts, translate):
        rendering.render(
            project,
            rendering.make_tree(project, texts, name),
            out,
            settings(project, language, name, names),
        )
    edition.translate_pages(out, translate)
    return translate


def _render_first(project, notebooks, out, own=None):
    """Render the English edition, ready to be read."""
    rendering.render(project, rendering.make_tree(project, notebooks), out, own)
    policy.apply(out)


def _render_another(project, notebooks, out, *names):
    """Do `render_other`, ready to be read; return the messages that had no translation."""
    translate = render_other(project, notebooks, out, *names)
    policy.apply(out)
    return list(translate.missing)
