"""`make messages`: bring the message catalogues up to date with the texts of the book.

Sphinx's gettext builder reads the chapters, and sphinx-intl merges their messages. The messages of
code are found by rendering the edition and noting what had no translation. Catalogues hold neither
times nor places, so they change only where a message does.
"""

import ast
import contextlib
import io
import re
import signal
import tempfile
from pathlib import Path

from sobe import atomic, languages
from sobe.errors import BuildError
from sobe.languages import po
from sobe.paths import ROOT
from sobe.pipeline import editions, rendering
from sobe.pipeline.execute import Executor

HEADER = r"""msgid ""
msgstr ""
"Language: {language}\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""


def write(path, entries, language, fuzzy=()):
    """Write {message: translation} to the .po file `path`, in the given order."""
    from babel.messages.pofile import escape

    parts = [
        ("#, fuzzy\n" if message in fuzzy else "")
        + f"msgid {escape(message)}\nmsgstr {escape(text)}\n"
        for message, text in entries.items()
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(path, HEADER.format(language=language) + "\n".join(parts))


def entries(path):
    """Read a .po file: ({message: translation or ""}, the set of fuzzy messages)."""
    try:
        found = po.entries(path)
    except languages.LanguageError as error:
        raise BuildError(str(error)) from None
    return {e.message: e.translation for e in found}, {e.message for e in found if e.fuzzy}


def update(project, report=print):
    """Bring the catalogues of all languages of the book up to date.

    Returns
    -------
    dict
        {language: number of messages without a translation}.

    Raises
    ------
    BuildError
        Where a chapter fails or a page does not render, or a catalogue is damaged.
    """
    from sphinx_intl.basic import update as merge

    lacking = {}
    wanted = list(editions.of(project))[1:]
    for language in wanted:
        for path in sorted(languages.folder(project.book, language).glob("*.po")):
            entries(path)
    with (
        rendering.building(project),
        tempfile.TemporaryDirectory(prefix=rendering.ASIDE, dir=project.build) as scratch,
    ):
        rendering.prepare(project)
        notebooks = Executor(project, report).chapters()
        source = rendering.make_tree(project, notebooks)
        pot = Path(scratch) / "pot" / "gettext"
        rendering.render(
            project,
            source,
            pot,
            {"gettext_compact": False, "gettext_location": False},
            builder="gettext",
        )
        for language in wanted:
            folder = languages.folder(project.book, language)
            folder.mkdir(parents=True, exist_ok=True)
            own = f"{languages.MESSAGES}.po"
            # sphinx-intl ends its helpers by a signal that our own handler would report.
            before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
            with contextlib.redirect_stdout(io.StringIO()):
                merge(
                    str(project.book / "locale"),
                    str(pot),
                    (language,),
                    line_width=-1,
                    ignore_obsolete=True,
                )
            signal.signal(signal.SIGTERM, before)
            templates = {path.stem for path in pot.glob("*.pot")}
            for path in sorted(folder.glob("*.po")):
                if path.name == own:
                    continue
                if path.stem not in templates:
                    path.unlink()
                    continue
                found, fuzzy = entries(path)
                write(path, found, language, fuzzy)
            _code(project, notebooks, Path(scratch), language, folder)
            lacking[language] = sum(
                sum(not text for text in found.values()) + len(fuzzy)
                for found, fuzzy in map(entries, sorted(folder.glob("*.po")))
            )
            where = folder.relative_to(project.root)
            report(f"{language}: {lacking[language]} messages to translate in {where}")
    return lacking


#: A message in our code or templates, and the import in code of what names it.
_MESSAGE = re.compile(r'\b(?:translate|message)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
_TRANSLATES = re.compile(r"^from sobe\.languages import .*\b(?:translate|message)\b", re.M)


def in_code():
    """Return every message of the package's code and templates.

    It is in `translate("…")`, or in `message("…")` where it is translated later.
    """
    package = ROOT / "sobe"
    texts = [
        path.read_text(encoding="utf-8")
        for path in sorted([*package.rglob("*.py"), *package.rglob("templates/*.html")])
    ]
    return {
        message
        for text in texts
        if text[:1] in "{<" or _TRANSLATES.search(text)
        for literals in _MESSAGE.findall(text)
        if re.search("[A-Za-z]{2}", message := ast.literal_eval(f"({literals})"))
    }


def _code(project, notebooks, scratch, language, folder):
    """Bring the catalogue of the code's messages up to date, from a rendered edition."""
    out = scratch / language / "html"
    translate = editions.render_other(project, notebooks, out, language)
    path = folder / f"{languages.MESSAGES}.po"
    old, fuzzy = entries(path)
    for named in ("title", "author"):
        translate(project.config.get(named, ""))
    for message in in_code():
        translate(message)
    found = {message: old[message] for message in old if message in translate.used}
    found |= {message: "" for message in translate.missing if message not in found}
    order = sorted(found, key=lambda message: (re.sub(r"\W", "", message).casefold(), message))
    write(path, {message: found[message] for message in order}, language, fuzzy)
