"""The editions of the site: the source's own, and one for each language with catalogues."""

import contextlib
import json
import multiprocessing
import os
import sys

from sobe import atomic, languages, policy
from sobe.errors import BuildError
from sobe.pipeline import rendering
from sobe.pipeline.worker import Worker

FRONT = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={first}/index.html"></head>
<body><p>{links}</p></body></html>
"""


def of(project):
    """{language: folder} of the book's editions; empty for a book in one language."""
    found = {
        language: name
        for language, name in languages.EDITIONS.items()
        if name != "en" and languages.folder(project.book, language).is_dir()
    }
    return {"en": "en", **found} if found else {}


def settings(project, language, name, names):
    """What an edition's configuration adds to the book's, in a process that speaks its language."""
    title, author = (
        languages.translate(project.config.get("title", "")),
        languages.translate(project.config.get("author", "")),
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
    """Render the executed `notebooks` to HTML in `out`, an edition a folder, all at the same time.

    `report` is told of each edition that lacks messages; which, is kept in the cache as
    `missing-<edition>.json`. Raises BuildError as `site.render` does.
    """
    editions = of(project)
    atomic.remove(project.build / "tree")
    if not editions:
        _render_first(project, notebooks, out)
        return
    names = list(editions.values())
    asides = {name: out.parent / name / "html" for name in names}
    # Forked, as everything is imported by now; but for vl-convert, whose threads no fork inherits: one that
    # is in use here would wait in the fork for ever.
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
        atomic.write_whole(note, json.dumps(missing, ensure_ascii=False, indent=1))
        if missing:
            report(
                f"  the edition {name!r} lacks {len(missing)} messages (make messages), the first: {missing[0]!r}"
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
    address = os.environ.get("SOBE_BASE_URL") or (project.config.get("html") or {}).get("baseurl")
    if address:
        # Where addresses are not whole the protocol knows no map of maps.
        maps = "".join(
            f"<sitemap><loc>{address.rstrip('/')}/{name}/sitemap.xml</loc></sitemap>\n"
            for name in names
        )
        (out / "sitemap.xml").write_text(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{maps}</sitemapindex>\n',
            encoding="utf-8",
        )


@contextlib.contextmanager
def in_language(project, notebooks, language):
    """While the block runs this process speaks `language`: gives ({chapter: notebook text in it}, the Catalogue).

    For a language that is not the source's own.
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
    """Render one edition that is not the source's own; returns the catalogue it used."""
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
    """Render the edition in the source's own language, ready to be read."""
    rendering.render(project, rendering.make_tree(project, notebooks), out, own)
    policy.apply(out)


def _render_another(project, notebooks, out, *names):
    """`render_other`, ready to be read; returns the messages that had no translation."""
    translate = render_other(project, notebooks, out, *names)
    policy.apply(out)
    return list(translate.missing)
