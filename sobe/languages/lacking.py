"""What an edition lacks: messages that have no translation, by catalogue.

A build tells of them and shows them in English; a release refuses them.
"""

import json

from sobe import atomic, languages
from sobe.errors import BuildError
from sobe.languages import po

#: How many messages of a catalogue are shown.
_SHOWN = 3


def of(translate):
    """Return {catalogue: messages} without a translation, and the texts that stayed English.

    Parameters
    ----------
    translate : Catalogue
        By which the edition was rendered.

    Returns
    -------
    dict
        ``messages`` ({catalogue: [message]}) and ``texts`` (a sorted list).
    """
    found = {page: list(dict.fromkeys(messages)) for page, messages in translate.prose.items()}
    if translate.missing:
        found[languages.MESSAGES] = list(translate.missing)
    return {"messages": found, "texts": sorted(translate.untranslated)}


def told(language, lacks):
    """Return what a build says: one line for the edition and one per catalogue."""
    messages = lacks["messages"]
    if not messages:
        return []
    total = sum(map(len, messages.values()))
    lines = [f"{language}: {total} messages have no translation, and are shown in English:"]
    for name, found in messages.items():
        shown = ", ".join(repr(_short(message)) for message in found[:_SHOWN])
        more = ", …" if len(found) > _SHOWN else ""
        lines.append(f"  {name}.po: {len(found)}, such as {shown}{more}")
    return [*lines, "  make messages adds them to the catalogues"]


def _short(message):
    return message if len(message) <= 60 else message[:59] + "…"


def note(project, language, lacks):
    """Keep what an edition lacks, for `noted`."""
    path = _path(project, language)
    atomic.remove(path)
    atomic.write(path, json.dumps(lacks, ensure_ascii=False, indent=1))


def noted(project, language):
    """Return what the last build of an edition found to be lacking."""
    path = _path(project, language)
    if not path.is_file():
        return {"messages": {}, "texts": []}
    return json.loads(path.read_text(encoding="utf-8"))


def _path(project, language):
    return project.cache / f"missing-{language}.json"


def refuse(project, built=True):
    """Raise BuildError if an edition lacks a translation, with one line per catalogue.

    The catalogues themselves are read, and, with ``built``, what the last build found.
    """
    lines = []
    for language in list(languages.of(project.book))[1:]:
        folder = languages.folder(project.book, language)
        found = {
            path.stem: [entry.message for entry in po.entries(path) if entry.lacking]
            for path in sorted(folder.glob("*.po"))
        }
        if built:
            for name, messages in noted(project, language)["messages"].items():
                found[name] = list(dict.fromkeys([*found.get(name, []), *messages]))
        for name, messages in found.items():
            if messages:
                where = (folder / f"{name}.po").relative_to(project.root)
                lines.append(f"{where}: {len(messages)}, the first {_short(messages[0])!r}")
    if lines:
        raise BuildError(
            "a release has no message without a translation:\n  "
            + "\n  ".join(lines)
            + '\nrun make messages, fill in each empty msgstr, remove the marks "#, fuzzy", and '
            "commit"
        )
