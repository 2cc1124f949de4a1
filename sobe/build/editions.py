"""The editions of the site: the source's own, and one for each language with catalogues."""

import contextlib
import json
import multiprocessing
import os
import sys
import traceback

from sobe import i18n, keep, stop
from sobe.build import BuildError, site, told

FRONT = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={first}/index.html"></head>
<body><p>{links}</p></body></html>
"""


def of(project):
    """{language: folder} of the book's editions; empty for a book in one language."""
    found = {
        language: name for language, name in i18n.EDITIONS.items()
        if name != "en" and i18n.folder(project.book, language).is_dir()
    }  # fmt: skip
    return {"en": "en", **found} if found else {}


def settings(project, language, name, names):
    """What an edition's configuration adds to the book's, in a process that speaks its language."""
    title, author = i18n.say(project.config.get("title", "")), i18n.say(project.config.get("author", ""))
    own = {}
    if language != "en":
        own = {"html_title": title, "author": author, "html_search_options": {"glossary": str(project.root / "data/glossary.csv")}}
    return {
        "language": language, "locale_dirs": ["locale"], "gettext_compact": False, "project": title,
        "sobe_edition": name, "sobe_editions": names, **own,
    }  # fmt: skip


def render(project, notebooks, out, report=print):
    """Render the executed `notebooks` to HTML in `out`, an edition a folder, all at the same time.

    `report` is told of each edition that lacks messages; which, is kept in the cache as
    `missing-<edition>.json`. Raises BuildError as `site.render` does.
    """
    editions = of(project)
    keep.remove(project.build / "tree")
    if not editions:
        site.render(project, site.make_tree(project, notebooks), out)
        return
    names = list(editions.values())
    asides = {name: out.parent / name / "html" for name in names}
    # Forked, as everything is imported by now; but for vl-convert, whose threads no fork inherits: one that
    # is in use here would wait in the fork for ever.
    context = multiprocessing.get_context("spawn" if "vl_convert" in sys.modules else "fork")
    others = {}
    for language, name in list(editions.items())[1:]:
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_apart, args=(os.getpid(), project, notebooks, asides[name], language, name, names, there))
        process.start()
        there.close()
        others[name] = (process, here)
    failure = None
    try:
        site.render(project, site.make_tree(project, notebooks), asides["en"], settings(project, "en", "en", names))
    except BuildError as error:
        failure = error
    except BaseException:
        for process, _ in others.values():
            process.kill()
        raise
    for name, (process, here) in others.items():
        try:
            said, missing = here.recv()
        except EOFError:
            said, missing = f"the edition {name!r} stopped without a word", []
        process.join()
        note = project.cache / f"missing-{name}.json"
        keep.remove(note)
        keep.write_whole(note, json.dumps(missing, ensure_ascii=False, indent=1))
        if missing:
            report(f"  the edition {name!r} lacks {len(missing)} messages (make messages), the first: {missing[0]!r}")
        if said and not failure:
            failure = BuildError(f"the edition {name!r}: {said}")
    if failure:
        raise failure
    out.mkdir(parents=True)
    for name, folder in asides.items():
        os.rename(folder, out / name)
    links = " · ".join(f'<a href="{name}/index.html" lang="{i18n.TAGS[name]}">{i18n.NAMES[name]}</a>' for name in names)
    (out / "index.html").write_text(
        FRONT.format(title=project.config.get("title", ""), first=names[0], links=links), encoding="utf-8")
    address = os.environ.get("SOBE_BASE_URL") or (project.config.get("html") or {}).get("baseurl")
    if address:
        # Where addresses are not whole the protocol knows no map of maps.
        maps = "".join(f"<sitemap><loc>{address.rstrip('/')}/{name}/sitemap.xml</loc></sitemap>\n" for name in names)
        (out / "sitemap.xml").write_text(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{maps}</sitemapindex>\n',
            encoding="utf-8")


@contextlib.contextmanager
def spoken(project, notebooks, language):
    """While the block runs this process speaks `language`: gives ({chapter: notebook text in it}, the Catalogue).

    For a language that is not the source's own.
    """
    from sobe.build.said import said
    from sobe.i18n import edition

    say = edition.catalogue(project.book, project.root / "data", language)
    i18n.use(say)
    try:
        yield {chapter: said(project.chapters[chapter], text, language, say) for chapter, text in notebooks.items()}, say
    finally:
        i18n.use(None)


def render_other(project, notebooks, out, language, name, names):
    """Render one edition that is not the source's own; returns the catalogue it used."""
    from sobe.i18n import edition

    with spoken(project, notebooks, language) as (told, say):
        site.render(project, site.make_tree(project, told, name), out, settings(project, language, name, names))
    edition.translate_pages(out, say)
    return say


def _apart(parent, project, notebooks, out, language, name, names, answer):
    """`render_other` in a process of its own; sends what went wrong, or nothing."""
    stop.die_with_parent(parent)
    said, missing = "", []
    try:
        missing = list(render_other(project, notebooks, out, language, name, names).missing)
    except BuildError as error:
        said = str(error)
    except OSError as error:
        said = told(error)
    except BaseException:
        said = traceback.format_exc()
    with contextlib.suppress(BrokenPipeError):
        answer.send((said, missing))
    os._exit(0)
