"""The site: rendered from executed notebooks in another folder, then put in place."""

import contextlib
import functools
import importlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
import types
from pathlib import Path

import yaml

from sobe import atomic, commit, signals
from sobe.errors import BuildError, keeping, reason
from sobe.pipeline import configuration, surroundings
from sobe.pipeline.execute import NOTE, SCRATCH
from sobe.pipeline.fingerprint import digest, environment_digest, file_digest, tree_digest
from sobe.pipeline.lock import only_build
from sobe.pipeline.project import read_yaml

#: In the build folder: prefix of folders that are being made, name of a site moved aside.
ASIDE, OLD = ".aside-", ".html-old"
_PARTIAL = f".*{atomic.PARTIAL}"


def _below_book(value):
    """Return a value of the configuration or contents with paths relative to book/."""
    if isinstance(value, dict):
        return {key: _below_book(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_below_book(item) for item in value]
    if isinstance(value, str) and value.startswith("book/"):
        return value.removeprefix("book/")
    return value


def _book_files(project):
    """Yield the files of book/, without hidden ones and notebooks that somebody opened there."""
    for path in sorted(project.book.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(project.book).parts)
        if path.is_file() and not hidden and path.suffix != ".ipynb":
            yield path


def _next_to_book(project):
    """Yield what a page may name by `../`: data/, sobe/ and the files at the top."""
    for path in sorted(project.root.iterdir()):
        if path.name in ("data", "sobe") or path.is_file() and path.name[0] not in "._":
            yield path


def make_tree(project, notebooks, edition="en", contents=None):
    """Lay out what Sphinx reads for an edition, under `_build/tree`; return its source folder.

    ``contents`` is the table of contents, if not the book's.

    Pages are at the top of the source folder, so that the front page is `index.html` itself. Links
    next to it lead to what is next to book/: `../data/…` means the same as in the checkout.
    """
    tree = project.build / "tree" / edition
    atomic.remove(tree)
    source = tree / "book"
    source.mkdir(parents=True)
    for path in _book_files(project):
        target = source / path.relative_to(project.book)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    for name, text in notebooks.items():
        (source / f"{name}.ipynb").write_text(text, encoding="utf-8")
    for path in _next_to_book(project):
        (tree / path.name).symlink_to(path)
    config = dict(project.config)
    config["execute"] = {**config.get("execute", {}), "execute_notebooks": "off"}
    config["sphinx"] = _below_book(config.get("sphinx", {}))
    # A chapter's .md stays for links that name it, but is not read as a page.
    config["exclude_patterns"] = [f"{name}.md" for name in notebooks]
    (source / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    contents = contents or _below_book(project.toc)
    (source / "_toc.yml").write_text(yaml.safe_dump(contents), encoding="utf-8")
    return source


def prepare(project):
    """Do what rendering needs in any case, while chapters execute.

    Modules imported here are loaded in the process of each edition, which is a fork.
    """
    import altair  # noqa: F401
    from sphinx.application import builtin_extensions

    named = configuration.sphinx_settings(project.config)["extensions"]
    for name in (*builtin_extensions, *named):
        with contextlib.suppress(ImportError):  # Sphinx will say so
            importlib.import_module(name)

    from sobe.charts.vega import stored

    if atomic.load(stored(project.cache)):
        return
    # In a process of its own: vl-convert starts threads that a fork of this one would lack.
    code = (
        "import sys; from sobe.signals import die_with_parent; die_with_parent(int(sys.argv[2])); "
        "from sobe.charts.vega import vega_bundle; vega_bundle(sys.argv[1])"
    )
    command = [sys.executable, "-c", code, str(project.cache), str(os.getpid())]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        problem = (
            "the chart library could not be bundled; build again, or make the environment again"
        )
        raise keeping(BuildError(f"{problem}: rm -rf .venv"), "vl-convert", done.stderr)


@functools.cache
def _save_work():
    """Let packages do once what they do again and again with the same result, or do in vain.

    pybtex looks for each of its plugins among all installed packages. For each translated message
    myst-parser makes a parser, and asks docutils for all its settings, for a document that it then
    leaves aside. myst-nb writes each notebook that it has read into a folder that nobody reads.
    """
    from docutils.utils import new_document
    from myst_nb import sphinx_ as notebooks
    from myst_parser.mdit_to_docutils import base
    from myst_parser.parsers import sphinx_ as messages
    from pybtex import plugin

    plugin._load_entry_point = functools.cache(plugin._load_entry_point)
    empty = base.make_document()
    base.make_document = functools.partial(new_document, empty["source"], empty.settings)
    messages.create_md_parser = _kept(messages.create_md_parser)
    notebooks.nbformat = types.SimpleNamespace(writes=lambda nb: "")


def _kept(create):
    """Return ``create``, which makes a parser for a configuration, such that it makes each once."""
    made = {}

    def kept(config, renderer):
        key = id(config), renderer
        if key not in made:
            made[key] = create(config, renderer), config  # kept too, else its id could come again
        return made[key][0]

    return kept


def render(project, source, out, settings=None, builder="html"):
    """Render the folder `source` in the folder `out` by Sphinx.

    Parameters
    ----------
    project, source, out
        The book, the folder from `make_tree`, and the folder to write.
    settings
        Sphinx's settings that override the book's configuration.
    builder
        Name of Sphinx's builder.

    Raises
    ------
    BuildError
        On any warning or error of Sphinx.
    """
    from sphinx.application import Sphinx
    from sphinx.errors import SphinxError
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    _save_work()
    os.environ["SOBE_BUNDLE_CACHE"] = str(project.cache)
    warnings = io.StringIO()
    failure = None
    try:
        with (
            contextlib.redirect_stderr(warnings),
            contextlib.redirect_stdout(io.StringIO()),
            patch_docutils(),
            docutils_namespace(),
        ):
            app = Sphinx(
                source,
                None,
                out,
                out.parent / ".doctrees",
                builder,
                {
                    **configuration.sphinx_settings(read_yaml(source / "_config.yml")),
                    "external_toc_path": (source / "_toc.yml").as_posix(),
                    **(settings or {}),
                },
                status=None,
                warning=warnings,
                freshenv=True,
                warningiserror=True,
                keep_going=True,
            )
            app.build()
            failed = app.statuscode != 0
    except Exception as error:
        if cause := _expected(error):  # Sphinx wraps what its extensions raise
            said = reason(cause) if isinstance(cause, OSError) else cause
            raise BuildError(f"the book did not render: {said}") from cause
        known = isinstance(error, SphinxError)
        failed, failure = True, f"{error.category}: {error}" if known else traceback.format_exc()
    if failed:
        messages = "\n".join(filter(None, (warnings.getvalue().strip(), failure)))
        raise BuildError(
            f"the book did not render; warnings are errors here:\n{_readable(messages, project)}"
        )
    # It holds a hash of the folder's path.
    (out / ".buildinfo").unlink(missing_ok=True)


def _expected(error):
    """Return the OSError, such as of a full disk, or BuildError behind one of Sphinx's, or None."""
    while error is not None and not isinstance(error, (OSError, BuildError)):
        error = getattr(error, "orig_exc", None) or error.__cause__ or error.__context__
    return error


def _readable(messages, project):
    """Return Sphinx's messages with the reader's own paths in them, not the tree's."""
    from sobe.pipeline.notebook import plain

    messages = re.sub(
        re.escape(f"{project.build / 'tree'}{os.sep}") + r"\w+" + re.escape(os.sep),
        "",
        plain(messages),
    )
    for name in project.chapters:
        messages = messages.replace(f"book/{name}.ipynb", f"book/{name}.md")
    # myst-nb counts lines of notebooks as 10000 times the cell, plus the line in it.
    return re.sub(r"\.md:(\d+)\d{4}:", r".md, cell \1:", messages)


def put_in_place(project, fresh):
    """Make the folder `fresh` the site; the old one, if any, may keep the name `fresh`."""
    atomic.put_in_place(fresh, project.site, project.build / OLD)


@contextlib.contextmanager
def building(project):
    """Hold the folder's build lock during the block, after clearing what killed builds left.

    If a signal ends this build, its own unfinished files are cleared as well.

    Raises
    ------
    BuildError
        As `only_build` does.
    """
    with only_build(project), signals.cleanup(lambda: recover(project)):
        recover(project)
        yield


def recover(project):
    """Put back a site that a killed build moved aside, and clear what the build left."""
    atomic.restore(project.build / OLD, project.site)
    if project.cache.exists() and not project.cache.is_dir():
        atomic.remove(project.cache)
    for left in (
        *project.build.glob(f"{ASIDE}*"),
        *project.build.glob(f"*/{_PARTIAL}"),
        *project.cache.glob(f"**/{_PARTIAL}"),
    ):
        clear(left)
    _remove_scratch(project.build)


def clear(left):
    """Remove a file or folder that a killed command left, and the scratch folders it names."""
    if left.is_dir():
        for note in left.rglob(NOTE):
            _remove_scratch(note.parent)
    atomic.remove(left)


def _remove_scratch(build):
    scratch = Path((atomic.load(build / NOTE) or b"").decode())
    if scratch.parent in (Path(tempfile.gettempdir()), Path("/tmp")) and scratch.name.startswith(
        SCRATCH
    ):
        atomic.remove(scratch)


def stamp(project, notebooks):
    """Return a hash of all that the site is made from."""
    pages = [p for p in _book_files(project) if p not in project.chapters.values()]
    around = [
        file
        for path in _next_to_book(project)
        for file in ([path] if path.is_file() else path.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    ]
    parts = {
        "files": tree_digest(
            project.root, [*pages, *around, project.root / "_config.yml", project.root / "_toc.yml"]
        ),
        "notebooks": {name: digest(text) for name, text in notebooks.items()},
        "environment": environment_digest(project),
        "variables": surroundings.reaching(surroundings.PAGES),
        "commit": repr(commit.of(project.root)),
    }
    return digest(json.dumps(parts, sort_keys=True))


def _listing(site):
    return {
        p.relative_to(site).as_posix(): file_digest(p)
        for p in sorted(site.rglob("*"))
        if p.is_file()
    }


def record(project, mark, fresh):
    """Note the files of the site in `fresh` and what it was made from, before it is in place."""
    note = {"stamp": mark, "files": _listing(fresh)}
    atomic.store(project.cache / "site.json", json.dumps(note).encode())


def is_current(project, mark):
    """Return whether the site in place was made from `mark` and is still whole."""
    try:
        note = json.loads(atomic.load(project.cache / "site.json") or b"{}")
        same = note.get("stamp") == mark and isinstance(note["files"], dict)
    except (ValueError, AttributeError, KeyError, RecursionError):  # not what `record` wrote
        return False
    return (
        same and (project.site / "index.html").is_file() and note["files"] == _listing(project.site)
    )
