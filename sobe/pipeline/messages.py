"""The message catalogues, brought up to date with what the book says (`make messages`).

Chapters are read by Sphinx's gettext builder and merged by sphinx-intl. What code says is found
by rendering the edition and noting what had no message. No times, no places: a catalogue changes
only where a message does.
"""

import contextlib
import io
import re
import signal
import tempfile
from pathlib import Path

from sobe import atomic, languages
from sobe.paths import ROOT
from sobe.pipeline import editions, rendering
from sobe.pipeline.execute import Executor

HEADER = 'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'


def write(path, entries, language, fuzzy=()):
    """Write {message: translation} to the .po file `path`, in the given order."""
    from babel.messages.pofile import escape

    parts = [
        f"{'#, fuzzy' + chr(10) if message in fuzzy else ''}msgid {escape(message)}\nmsgstr {escape(text)}\n"
        for message, text in entries.items()
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write_whole(path, HEADER.format(language=language) + "\n".join(parts))


def entries(path):
    """({message: translation, or ""}, fuzzy messages) of a .po file."""
    from babel.messages.pofile import read_po

    if not path.is_file():
        return {}, set()
    with path.open("rb") as file:
        found = [m for m in read_po(file, ignore_obsolete=True) if m.id]
    return {m.id: m.string for m in found}, {m.id for m in found if m.fuzzy}


def update(project, report=print, wanted=("zh_CN",)):
    """Bring the catalogues of the `wanted` languages up to date; returns {language: messages without translation}.

    Raises BuildError where a chapter fails or a page does not render.
    """
    from sphinx_intl.basic import update as merge

    lacking = {}
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
            # sphinx-intl's helpers are ended by a signal that our own handler would report.
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
            report(
                f"{language}: {lacking[language]} messages to translate in {folder.relative_to(project.root)}"
            )
    return lacking


#: What our code and templates say, whichever branch this build took.
_SAID = re.compile(r'\btranslate\(\s*"((?:[^"\\]|\\.)*)"')
_SPEAKS = re.compile(r"^from sobe\.languages import .*\btranslate\b", re.M)


def spoken():
    """Every message that stands in the package's own code as `translate("…")`."""
    package = ROOT / "sobe"
    texts = [
        path.read_text(encoding="utf-8")
        for path in sorted([*package.rglob("*.py"), *package.rglob("templates/*.html")])
    ]
    return {
        message
        for text in texts
        if text[:1] in "{<" or _SPEAKS.search(text)
        for message in _SAID.findall(text)
        if re.search("[A-Za-z]{2}", message)
    }


def _code(project, notebooks, scratch, language, folder):
    """Bring the catalogue of what code says up to date, from a rendered edition."""
    name = languages.EDITIONS[language]
    translate = editions.render_other(
        project, notebooks, scratch / name / "html", language, name, ["en", name]
    )
    path = folder / f"{languages.MESSAGES}.po"
    old, fuzzy = entries(path)
    for named in ("title", "author"):
        translate(project.config.get(named, ""))
    for message in spoken():
        translate(message)
    found = {message: old[message] for message in old if message in translate.used}
    found |= {message: "" for message in translate.missing if message not in found}
    write(
        path,
        dict(
            sorted(found.items(), key=lambda item: (re.sub(r"\W", "", item[0]).casefold(), item[0]))
        ),
        language,
        fuzzy,
    )
