"""A language made from the English, to prove that a language is data.

Its words are a third longer and their letters have accents, and every text is in brackets: what
readers see without them has escaped translation. `book` makes a copy of the checkout whose only
other language it is, by what a translator does: a language file, `make messages`, and translations.
The package is not touched.
"""

import json
import os
import re
import shutil
import subprocess
import sys

from sobe.languages import po
from sobe.pipeline import messages

#: Its name, as that of accented English in the systems that have one.
CODE, TAG = "en_XA", "en-XA"
OPEN, CLOSE = "⟦", "⟧"
_ACCENTS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "áƀçđéƒĝĥíĵķļɱñóþɋŕšţúṽŵẋýžÁƁÇĐÉƑĜĤÍĴĶĻṀÑÓÞɊŔŠŢÚṼŴẊÝŽ",
)
#: What a translation keeps: roles, slots, code, addresses, targets of links, and HTML.
_KEPT = re.compile(rf"{po.PARTS.pattern}|`[^`]*`|https?://[^\s)]+|</?[a-z][^>]*>|&\w+;")
_EXPRESSION = re.compile(r"\bdatum\.|\bformat\(")
_QUOTED = re.compile(r"'([^']*)'")


def accented(text):
    """Return a text with accents on all letters and its vowels doubled; parts stay."""
    out, at = [], 0
    for kept in _KEPT.finditer(text):
        out += [_letters(text[at : kept.start()]), kept[0]]
        at = kept.end()
    return "".join([*out, _letters(text[at:])])


def _letters(text):
    return re.sub("([aeiou])", r"\1\1", text).translate(_ACCENTS)


def said(message):
    """Return the translation of a message."""
    if _EXPRESSION.search(message):
        return _QUOTED.sub(_quoted, message)
    return f"{OPEN}{accented(message)}{CLOSE}"


def _quoted(match):
    is_words = re.search("[A-Za-z]{4}", match[1])
    return f"'{accented(match[1])}'" if is_words else match[0]


def language_file(english):
    """Return the text of the language's file, made from that of English."""
    out, section = [], ""
    own = {"name": "Pseudo", "folder": "xa", "tag": TAG}
    for line in english.splitlines():
        if line.startswith("["):
            section = line
        match = re.match(r'(\w+) = (".*?(?<!\\)")', line)
        if match and not section:
            line = f"{match[1]} = {json.dumps(own.get(match[1], json.loads(match[2])))}"
        elif match and section in ("[composed]", "[print]"):
            text = json.loads(match[2])
            made = (
                said(text) if section == "[print]" and re.search("[a-z]", text) else accented(text)
            )
            line = f"{match[1]} = {json.dumps(made, ensure_ascii=False)}"
        elif line.startswith("scales = "):
            line = accented(line.replace("scales", "\0")).replace("\0", "scales")
        out.append(line)
    return "\n".join(out) + "\n"


def checkout(root, folder):
    """Copy the files of the checkout ``root`` that Git knows, without its other languages."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file() and not name.startswith("book/locale/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name)
    for kept in ("executed", "figures"):
        if (root / "_build/.cache" / kept).is_dir():
            shutil.copytree(root / "_build/.cache" / kept, folder / "_build/.cache" / kept)


def make(folder, *command):
    """Run a command of the pipeline there; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "sobe.pipeline", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
    )
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout


def translate(folder):
    """Fill every message of the catalogues that has no translation."""
    for path in sorted((folder / "book/locale" / CODE / "LC_MESSAGES").glob("*.po")):
        found = {e.message: e.translation or said(e.message) for e in po.entries(path)}
        messages.write(path, found, CODE)


def book(root, folder):
    """Make the copy in ``folder``, and build it; return what the build printed."""
    checkout(root, folder)
    home = folder / "book/locale" / CODE
    home.mkdir(parents=True)
    english = (root / "sobe/languages/en.toml").read_text(encoding="utf-8")
    (home / "language.toml").write_text(language_file(english), encoding="utf-8")
    make(folder, "messages")
    translate(folder)
    return make(folder, "book")


#: Writes the document of the PDF; to lay it out takes long, and changes no word.
_DOCUMENT = """
from pathlib import Path
from sobe.pipeline import pdf, rendering
from sobe.pipeline.execute import Executor
from sobe.pipeline.project import Project
project = Project(Path.cwd())
with rendering.building(project):
    notebooks = Executor(project, print).chapters()
    print(pdf.document(project, notebooks, "CODE", pdf.citation(project)))
"""


def document(folder):
    """Return the path of the document of its PDF, before it is laid out."""
    command = [sys.executable, "-c", _DOCUMENT.replace("CODE", CODE)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return folder / done.stdout.split()[-1] / "document.html"
