"""Inputs from the field that no other module has: line ends, archives, lost messages."""

import io
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from sobe.errors import BuildError
from sobe.languages import LanguageError, po
from sobe.pipeline.cache import ExecutionCache
from sobe.pipeline.project import Project
from sobe.pipeline.release import make
from sobe.publish import archive

ROOT = Path(__file__).resolve().parents[1]


# ---------------------------------------------------------------- W1: line ends


def git(folder, *arguments):
    subprocess.run(
        ["git", "-c", "user.name=n", "-c", "user.email=e@x", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
    )


@pytest.mark.parametrize(
    "setting", ["core.autocrlf=true", "core.autocrlf=input", "core.eol=crlf", "core.eol=lf"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_clone_has_the_same_bytes_whatever_git_does_to_line_ends(tmp_path, setting, end):
    made = tmp_path / "made"
    made.mkdir()
    git(made, "init", "-q")
    (made / ".gitattributes").write_bytes((ROOT / ".gitattributes").read_bytes())
    for name in ("a.md", "b.py", "c.csv", "d.po", "Makefile", "e.js", "f.html", "g.yml"):
        (made / name).write_bytes(f"one{end}two{end}".encode())
    (made / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n\0")
    git(made, "add", "-A")
    git(made, "commit", "-qm", "x")
    git(tmp_path, "clone", "-q", "-c", setting, str(made), "clone")
    for path in (tmp_path / "clone").iterdir():
        if path.is_file() and path.suffix != ".png":
            assert b"\r" not in path.read_bytes(), path.name
    assert (tmp_path / "clone/p.png").read_bytes() == b"\x89PNG\r\n\x1a\n\0"


# ---------------------------------------------------------------- V3: releases without git


@pytest.mark.parametrize("act", ["release", "verify"])
def test_an_unpacked_archive_is_told_what_to_do(tmp_path, act):
    with pytest.raises(BuildError) as raised:
        if act == "verify":
            make.verify(tmp_path, print)
        else:
            make._needs_git(tmp_path)
    said = str(raised.value)
    assert "no git checkout" in said and "clone the repository" in said and "\n" not in said


def test_without_git_the_remedy_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match="git is not installed; install it"):
        make._needs_git(tmp_path)


# ---------------------------------------------------------------- E3: a cache of another input


def test_a_result_of_another_input_is_not_taken(tmp_path):
    """The key of what a chapter was made from is inside, so a file of another name fits nothing."""
    cache = ExecutionCache(Project(tmp_path))
    cache.store("recording", "key of the published chapter", {}, "published")
    cache.store("recording@1", "key of a rerun", {}, "a rerun")
    (cache.folder / "recording.json").write_bytes((cache.folder / "recording@1.json").read_bytes())
    assert cache.load("recording", "key of the published chapter") is None
    assert cache.load("recording@1", "key of a rerun") == "a rerun"


@pytest.mark.parametrize("at", [0, 10, 63, 64, 65, 70, -1])
def test_a_result_of_which_a_byte_changed_is_not_taken(tmp_path, at):
    cache = ExecutionCache(Project(tmp_path))
    cache.store("x", "key", {}, "text")
    path = cache.folder / "x.json"
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    assert cache.load("x", "key") is None


# ---------------------------------------------------------------- T1: catalogues

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
SPOILT = [
    'msgid "a"\n<<<<<<< HEAD\nmsgstr "b"\n',
    'msgid "a"\nmsgstr "b"\n=======\n',
    'msgid "a"\nmsgstr "b"\n>>>>>>> other\n',
    'msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "b"\n',
    'msgid "a\nmsgstr "b"\n',
    'msgid a\nmsgstr "b"\n',
    'msgid "a"\nmsgstr b\n',
    'msgstr "b"\n',
    'msgid "a"\nmsgid "c"\nmsgstr "b"\n',
    'msgid "a"\nmsgstr "b\\q"\n',
    "free text\n",
    'msgctxt "x"\nmsgid "a"\nmsgstr "b"\n',
    'msgid "a"\nmsgid_plural "as"\nmsgstr[0] "b"\n',
    'msgid "{n} rows"\nmsgstr "rows"\n',
    'msgid "{n} rows"\nmsgstr "{m} rows"\n',
    'msgid "{1} of {2}"\nmsgstr "{1} of {1}"\n',
    'msgid "In {glue:text}`year`"\nmsgstr "In"\n',
    'msgid "See [x](scale.md)"\nmsgstr "See x"\n',
    'msgid "See [x](scale.md)"\nmsgstr "See [x](cost.md)"\n',
    'msgid "By {cite}`a`"\nmsgstr "By {cite}`b`"\n',
]


@pytest.mark.parametrize("text", SPOILT)
def test_a_spoilt_catalogue_names_file_and_line(tmp_path, text):
    path = tmp_path / "book/locale/zh_CN/LC_MESSAGES/x.po"
    path.parent.mkdir(parents=True)
    path.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(LanguageError, match=r"x\.po:\d+: ") as raised:
        po.entries(path)
    assert "\n" not in str(raised.value)


# ---------------------------------------------------------------- archives


def whole():
    """A zip of two files, as bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a", b"one" * 100)
        made.writestr("b", b"two" * 100)
    return out.getvalue()


ZIPS = {
    "cut in the middle": lambda z: z[: len(z) // 2],
    "cut at its end": lambda z: z[:-10],
    "without its beginning": lambda z: z[40:],
    "one byte of a file": lambda z: z.replace(b"oneone", b"oneonf", 1),
    "one byte of a sum": lambda z: z[:14] + bytes([z[14] ^ 1]) + z[15:],
    "encrypted": lambda z: (
        z[:6] + b"\1" + z[7:].replace(b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\1\0")
    ),
    "another method": lambda z: z.replace(
        b"PK\1\2\x14\3\x14\0\0\0\0\0", b"PK\1\2\x14\3\x14\0\0\0\x63\0"
    ),
    "a name that is another": lambda z: z.replace(b"\0\0a" + b"one", b"\0\0c" + b"one"),
    "zeros": lambda z: b"\0" * len(z),
    "a list of files far away": lambda z: z[:-6] + b"\xff\xff\xff\x7f" + z[-2:],
    "more files than there are": lambda z: z[:-14] + b"\xff\x7f\xff\x7f" + z[-10:],
    "text": lambda z: b"not an archive\n" * 20,
    "gzip": lambda z: b"\x1f\x8b\x08" + z,
}


@pytest.mark.parametrize("kind", ZIPS)
def test_a_damaged_archive_is_one_line_and_nothing_is_unpacked(tmp_path, kind):
    spoilt = ZIPS[kind](whole())
    assert spoilt != whole()
    path, out = tmp_path / "x.zip", tmp_path / "out"
    path.write_bytes(spoilt)
    try:
        found = dict(archive.members(path))
    except BuildError as error:
        assert "x.zip" in str(error) and "\n" not in str(error)
        with pytest.raises(BuildError):
            archive.unpack(path, out)
        assert not out.exists() or not any(p.is_file() for p in out.rglob("*"))
    else:  # zip allows bytes around an archive; what is inside is then whole
        assert found == {"a": b"one" * 100, "b": b"two" * 100}


TARS = {
    "cut": lambda t: t[:700],
    "one byte of a head": lambda t: t[:100] + b"x" + t[101:],
    "text": lambda t: b"not an archive\n" * 100,
    "a size that is no number": lambda t: t[:124] + b"zzzzzzzzzzz\0" + t[136:],
}


@pytest.mark.parametrize("kind", TARS)
def test_a_damaged_tar_is_one_line(tmp_path, kind):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        info = tarfile.TarInfo("a")
        info.size = 600
        made.addfile(info, io.BytesIO(b"x" * 600))
    path = tmp_path / "x.tar"
    path.write_bytes(TARS[kind](out.getvalue()))
    with pytest.raises(BuildError, match="x.tar") as raised:
        archive.check_tar(path)
    assert "\n" not in str(raised.value)
