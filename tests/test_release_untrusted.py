"""Releases of strangers: nothing of them is believed, run or copied before it is checked."""

import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import zipfile
from types import SimpleNamespace

import pytest
from conftest import ROOT

from sobe import commit
from sobe.errors import BuildError
from sobe.pipeline.release import fresh, make
from sobe.publish import archive, changes, checked, compare, manifest, versions
from sobe.zips import write_zip

PAGE = b"<!DOCTYPE html><html><head><title>t</title></head><body></body></html>"


def digest(content):
    return hashlib.sha256(content).hexdigest()


class HandMade:
    """A release made by hand: small, whole, and honest until a test changes it."""

    def __init__(self, folder, version="1.0.0"):
        self.folder, self.version = folder, version
        folder.mkdir(parents=True)
        self.site = {"index.html": PAGE, "en/index.html": PAGE, "en/a.css": b"p{}"}
        self.data = {"things.csv": b"a\n1\n", "datapackage.json": b'{"resources": []}'}
        self.notebooks = {"alpha.ipynb": b"{}"}
        self.fields = {}
        self.write()

    def archive(self, what):
        return self.folder / versions.archive_name(self.version, what)

    def write(self):
        """Write archives, manifest and sums that fit each other."""
        for what in ("site", "data", "notebooks"):
            write_zip(self.archive(what), getattr(self, what))
        (self.folder / "CITATION.cff").write_text("cff-version: 1.2.0\n")
        with tarfile.open(self.folder / "brain-emulation-2025-1.0.0-source.tar", "w") as tar:
            tar.addfile(tarfile.TarInfo("book/index.md"), io.BytesIO())
        self.sign()

    def sign(self):
        """Write manifest and sums for what is in the folder, as a forger can."""
        for name in (versions.MANIFEST, compare.SUMS):
            (self.folder / name).unlink(missing_ok=True)
        text = json.dumps({**self.honest(), **self.fields})
        (self.folder / versions.MANIFEST).write_text(text)
        compare.write_sums(self.folder)

    def honest(self):
        return {
            "title": "Tiny",
            "version": self.version,
            "date": "2026-01-02",
            "commit": "0123456789" * 4,
            "committed": "2026-01-01T00:00:00+00:00",
            "address": "",
            "tools": {"python": "3.11.7"},
            "lock": "0" * 64,
            "packages": {"nothing": "1"},
            "data": {name: digest(content) for name, content in self.data.items()},
            "chapters": {
                "alpha": {
                    "source": "1" * 64,
                    "parameters": {"top": 3, "labels": ["a"], "none": None, "overrides": {"x": 1}},
                    "notebook": digest(b"{}"),
                }
            },
            "claims": {"growth": {"statement": "It grows.", "verdict": "holds"}},
            "pdfs": 0,
            "pages": ["index.html", "en/index.html"],
            "site": {name: digest(content) for name, content in self.site.items()},
            "files": {
                name: compare.sha256(self.folder / name) for name in compare.names(self.folder)
            },
        }


@pytest.fixture
def made(tmp_path):
    return HandMade(tmp_path / "dist" / "1.0.0")


def one_line(function, *arguments, match):
    """The call is refused with one message of one line; returns it."""
    with pytest.raises(BuildError, match=match) as caught:
        function(*arguments)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 700
    return str(caught.value)


def test_an_honest_release_is_taken_and_published(made):
    assert checked.release(made.folder)["title"] == "Tiny"
    site = versions.publish(made.folder.parent, "Tiny")
    assert (site / "1.0.0/en/a.css").read_bytes() == b"p{}"
    assert versions.publish(made.folder.parent, "Tiny") == site
    assert compare.difference(site / "latest", site / "1.0.0") is None


# ---------------------------------------------------------------- verifying


@pytest.fixture
def verifier(made, tmp_path, monkeypatch):
    """`verifier()` verifies the release, where building its commit again gives the honest files."""
    honest = tmp_path / "honest"
    shutil.copytree(made.folder, honest)
    here = {"python": "3.11.7"}

    def assemble(root, commit, version, address, out, pdf=True, surrounding=None):
        shutil.copytree(honest, out)
        read = json.loads((out / versions.MANIFEST).read_text())
        read["tools"] = here
        (out / versions.MANIFEST).write_text(json.dumps(read))
        (out / compare.SUMS).unlink()
        compare.write_sums(out)

    root = tmp_path / "root"
    (root / "_build").mkdir(parents=True)
    (root / "requirements.txt").write_text("nothing==1\n")
    made.fields = {"lock": compare.sha256(root / "requirements.txt")}
    made.sign()
    shutil.rmtree(honest)
    shutil.copytree(made.folder, honest)
    calls = []

    def answered(root, *arguments, **_):
        calls.append(arguments)
        return "1767225600\n"

    monkeypatch.setattr(make, "assemble", assemble)
    monkeypatch.setattr(make, "git", answered)
    monkeypatch.setattr(make.rendering, "building", lambda project: contextlib.nullcontext())
    monkeypatch.setattr(make, "Project", lambda root: SimpleNamespace(build=root / "_build"))

    def verify():
        said = []
        make.verify_release(root, made.folder, said.append)
        return said[-1]

    verify.here, verify.calls, verify.root = here, calls, root
    return verify


def test_an_honest_release_is_verified(verifier):
    assert verifier().endswith("the same, to the byte")


def test_r1_a_commit_that_is_an_option_reaches_no_git(made, verifier, tmp_path):
    victim = tmp_path / "victim.txt"
    victim.write_text("precious")
    made.fields["commit"] = f"--output={victim}"
    made.sign()
    one_line(verifier, match="commit is --output=.*expected 40 hexadecimal digits")
    assert victim.read_text() == "precious" and verifier.calls == []


def test_r1_values_follow_the_end_of_options(verifier):
    verifier()
    (asked,) = verifier.calls
    assert asked[-2:] == ("--end-of-options", "0123456789" * 4)


@pytest.mark.parametrize(
    "field, value",
    [
        ("title", "Forged"),
        ("date", "2020-01-01"),
        ("claims", {"growth": {"statement": "It shrinks.", "verdict": "holds"}}),
        ("packages", {"other": "2"}),
        ("committed", "2020-01-01T00:00:00+00:00"),
        ("pages", ["index.html"]),
    ],
)
@pytest.mark.parametrize("tools", [{"python": "3.11.7"}, {"python": "9.9.9"}])
def test_r2_a_forged_field_is_found_whatever_the_tools(made, verifier, field, value, tools):
    made.fields |= {field: value, "tools": tools}
    made.sign()
    one_line(verifier, match=f"built again, the release differs: manifest.json, {field}")


def test_r2_other_tools_are_named_and_never_called_the_same_to_the_byte(made, verifier):
    made.fields["tools"] = {"python": "9.9.9"}
    made.sign()
    said = verifier()
    assert "to the byte" not in said
    assert "built with python 9.9.9; here is python 3.11.7" in said


def test_r2_with_other_tools_the_files_that_differ_are_named(made, verifier):
    made.fields["tools"] = {"python": "9.9.9"}
    made.site["en/a.css"] = b"p{color:red}"
    made.write()
    said = one_line(verifier, match="^not verified: built with python 9.9.9; here is python 3.11.7")
    assert "these files differ: brain-emulation-2025-1.0.0-site.zip" in said


# ---------------------------------------------------------------- publishing


def test_r3_an_archive_that_its_sum_does_not_fit_is_not_published(made):
    write_zip(made.archive("site"), {**made.site, "index.html": b"evil"})
    one_line(versions.publish, made.folder.parent, "T", match="site.zip has another sum")
    assert not (made.folder.parent / "site").exists()


def test_r3_an_archive_with_its_sum_forged_is_not_published(made):
    write_zip(made.archive("site"), {**made.site, "index.html": b"evil"})
    made.fields["site"] = made.honest()["site"]
    made.sign()
    one_line(
        versions.publish, made.folder.parent, "T", match="site.zip: index.html has another sum"
    )


@pytest.mark.parametrize(
    "title", ["</title><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a & b <c>"]
)
def test_r4_a_title_is_escaped_and_the_front_page_guarded(made, title):
    page = (versions.publish(made.folder.parent, title) / "index.html").read_text()
    assert "<script>" not in page and "<img" not in page and "<c>" not in page
    assert 'http-equiv="Content-Security-Policy"' in page
    assert page.index("Content-Security-Policy") < page.index("<title>")
    assert re.search(r'<a href="1\.0\.0/index\.html">1\.0\.0</a>', page)


def test_r5_an_altered_page_is_found_before_publishing(made):
    site = versions.publish(made.folder.parent, "T")
    (site / "1.0.0/en/index.html").write_text("altered")
    HandMade(made.folder.parent / "1.1.0", "1.1.0")
    one_line(
        versions.publish, made.folder.parent, "T", match="en/index.html has another sum; remove"
    )
    assert not (site / "1.1.0").exists()


@pytest.mark.parametrize(
    "place", ["1.0.0", "1.0.0/en", "1.0.0/en/index.html", "latest", "versions.js"]
)
def test_r5_a_link_in_the_site_is_refused(made, tmp_path, place):
    site = versions.publish(made.folder.parent, "T")
    outside = tmp_path / "outside"
    shutil.copytree(site / "1.0.0", outside)
    target = site / place
    keep = tmp_path / "kept"
    target.rename(keep)
    target.symlink_to(keep, target_is_directory=keep.is_dir())
    one_line(versions.publish, made.folder.parent, "T", match="not a plain|belongs to no release")


@pytest.mark.parametrize("name", ["0.9.0", "stray.html", "latest.old", ".git"])
def test_r5_what_belongs_to_no_release_is_refused(made, name):
    site = versions.publish(made.folder.parent, "T")
    (site / name).mkdir()
    one_line(
        versions.publish, made.folder.parent, "T", match=f"{re.escape(name)} belongs to no release"
    )


@pytest.mark.parametrize("change", ["extra", "missing"])
def test_r5_a_file_more_or_less_is_found(made, change):
    site = versions.publish(made.folder.parent, "T")
    if change == "extra":
        (site / "1.0.0/en/more.js").write_text("alert(1)")
    else:
        (site / "1.0.0/en/a.css").unlink()
    one_line(
        versions.publish,
        made.folder.parent,
        "T",
        match="more.js is in no manifest|a.css is missing",
    )


def test_a_release_in_a_folder_of_another_version_is_refused(made):
    made.folder.rename(made.folder.with_name("2.0.0"))
    one_line(
        versions.publish, made.folder.parent, "T", match="2.0.0/manifest.json: version is 1.0.0"
    )


# ---------------------------------------------------------------- the source archive


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository of two commits with a git of its own settings."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    root = tmp_path / "repository"
    root.mkdir()

    def run(*arguments):
        command = ["git", "-c", "user.name=n", "-c", "user.email=e", *arguments]
        done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    run("init", "-q")
    for number, text in enumerate(("first\n", "second\n")):
        (root / "book.md").write_text(text)
        (root / "tests.md").write_text("kept\n")
        run("add", "-A")
        run("commit", "-qm", f"{number}")
    return SimpleNamespace(root=root, git=run, head=run("rev-parse", "HEAD"))


def files_of(repository, inside):
    """{name: content} of the source archive of the newest commit."""
    with fresh.clean(repository.root, inside) as clone:
        content = fresh.archive(clone, repository.head, "x/")
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar.getmembers() if m.isreg()}


HONEST = {"x/book.md": b"second\n", "x/tests.md": b"kept\n"}


def test_r6_local_attributes_change_no_archive(repository, tmp_path):
    info = repository.root / ".git/info"
    info.mkdir(exist_ok=True)
    (info / "attributes").write_text("tests.md export-ignore\nbook.md export-subst\n")
    assert files_of(repository, tmp_path) == HONEST


def test_r6_neither_do_attributes_of_the_user(repository, tmp_path):
    (tmp_path / "mine").write_text("tests.md export-ignore\n")
    repository.git("config", "core.attributesFile", str(tmp_path / "mine"))
    config = tmp_path / "home/.gitconfig"
    config.write_text(f"[core]\n attributesFile = {tmp_path / 'mine'}\n autocrlf = true\n")
    assert files_of(repository, tmp_path) == HONEST


def test_r7_replaced_objects_change_no_archive(repository, tmp_path):
    repository.git("replace", repository.head, repository.git("rev-parse", "HEAD~1"))
    assert files_of(repository, tmp_path) == HONEST
    assert commit.of(repository.root).id == repository.head
    for from_archive in (False, True):
        surrounding = fresh.Surrounding(archive=from_archive)
        with (
            fresh.clean(repository.root, tmp_path) as clone,
            fresh.checkout(clone, repository.head, tmp_path, surrounding) as folder,
        ):
            assert (folder / "book.md").read_text() == "second\n"


def test_hooks_and_templates_of_a_checkout_do_not_run(repository, tmp_path):
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        (hooks / name).chmod(0o755)
    shutil.copytree(hooks, repository.root / ".git/hooks", dirs_exist_ok=True)
    config = tmp_path / "home/.gitconfig"
    (tmp_path / "template").mkdir()
    shutil.copytree(hooks, tmp_path / "template/hooks")
    config.write_text(
        f"[core]\n hooksPath = {hooks}\n[init]\n templateDir = {tmp_path / 'template'}\n"
    )
    (tmp_path / "ran").unlink(missing_ok=True)
    with (
        fresh.clean(repository.root, tmp_path) as clone,
        fresh.checkout(clone, repository.head, tmp_path),
    ):
        pass
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("owner", ["ours", "another"])
def test_r10_no_monitor_runs_and_git_checks_the_owner(repository, tmp_path, owner, capsys):
    monitor = tmp_path / "monitor"
    monitor.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    monitor.chmod(0o755)
    repository.git("config", "core.fsmonitor", str(monitor))
    if owner == "another":
        if os.getuid():
            pytest.skip("only root can give a checkout to another user")
        for place, folders, files in os.walk(repository.root):
            for name in (place, *(os.path.join(place, n) for n in (*folders, *files))):
                os.chown(name, 12345, 12345)
    commit._report_refusal.cache_clear()
    found = commit.of(repository.root)
    assert not (tmp_path / "ran").exists()
    if owner == "ours":
        assert found.id == repository.head and not found.changed
    else:
        assert found == commit.Commit()
        assert capsys.readouterr().err.count("belongs to another user") == 1


def test_the_environment_of_a_build_is_a_list_of_what_is_kept(monkeypatch, tmp_path):
    for name in (
        "EVIL",
        "GIT_DIR",
        "PYTHONSTARTUP",
        "LD_PRELOAD",
        "SOBE_DATA",
        "BASH_ENV",
        "SPHINXOPTS",
    ):
        monkeypatch.setenv(name, "x")
    given = fresh._environment(tmp_path, fresh.Surrounding(), {"SOBE_RELEASE": "1.0.0"})
    ours = {"PYTHONPATH", "PYTHONNOUSERSITE", "TZ", "LC_ALL", "PYTHONHASHSEED"}
    ours |= {"PYTHONDONTWRITEBYTECODE", "SOBE_RELEASE"}
    assert set(given) <= {*fresh.KEPT, *ours} and "PATH" in given


# ---------------------------------------------------------------- manifests


def mutated(field, value):
    """The honest manifest with one field changed, by its path with dots."""

    def change(read):
        *path, last = field.split("/")
        for part in path:
            read = read[int(part) if isinstance(read, list) else part]
        if value is ...:
            del read[last]
        else:
            read[int(last) if isinstance(read, list) else last] = value

    return change


SUM = "a" * 64
WRONG = {
    "no title": ("title", ..., "title is missing"),
    "no files": ("files", ..., "files is missing"),
    "title of two lines": ("title", "a\nb", r"title is a\\nb, expected one line"),
    "title with an escape": ("title", "a\x1b[2J", "title is"),
    "title a number": ("title", 5, "title is 5, expected one line"),
    "title a list": ("title", ["a"], "title is"),
    "empty title": ("title", "", "title is"),
    "huge title": ("title", "a" * 1_000_000, "title is a"),
    "version latest": ("version", "latest", "version is latest, expected a version"),
    "version with a path": ("version", "1.0.0/../x", "version is"),
    "version with a line": ("version", "1.0.0\n", "version is"),
    "version of zeros": ("version", "01.0.0", "version is"),
    "version of Arabic digits": ("version", "١.0.0", "version is"),
    "short commit": ("commit", "0123", "commit is 0123, expected 40 hexadecimal digits"),
    "commit in capitals": ("commit", "A" * 40, "commit is"),
    "commit HEAD": ("commit", "HEAD", "commit is"),
    "commit an option": ("commit", "--upload-pack=x", "commit is"),
    "commit null": ("commit", None, "commit is null"),
    "no date": ("date", "soon", "date is soon"),
    "31 February": ("date", "2026-02-31", "date is '2026-02-31', which is no day"),
    "hour 25": ("committed", "2026-01-01T25:00:00+00:00", "committed is"),
    "another zone": ("committed", "2026-01-01T00:00:00+01:00", "committed is"),
    "address of a script": ("address", "javascript:alert(1)", "address is"),
    "address with a quote": ("address", 'https://x/"><script>', "address is"),
    "address of a file": ("address", "file:///etc", "address is"),
    "no tools": ("tools", {}, "tools has 0 entries, expected 1 or more"),
    "tools a text": ("tools", "python", "tools is python, expected object"),
    "tool named by a path": ("tools/a\\/b", "1", None),
    "short sum": ("lock", "a" * 63, "lock is"),
    "sum with a dash": ("data/things.csv", "-" * 64, r"data.things.csv is ---"),
    "sum in a list": ("site/index.html", [SUM], r"site.index.html is"),
    "name with dots": ("site/..", SUM, None),
    "unknown field": ("evil", 1, "the manifest has the unknown field 'evil'"),
    "chapter without a source": (
        "chapters/alpha/source",
        ...,
        "source is missing in chapters.alpha",
    ),
    "chapter with more": ("chapters/alpha/run", "x", "chapters.alpha has the unknown field 'run'"),
    "parameter an object": (
        "chapters/alpha/parameters/top",
        {"a": {"b": 1}},
        "chapters.alpha.parameters.top",
    ),
    "claim a text": ("claims/growth", "holds", "claims.growth is holds, expected object"),
    "claim's text a number": ("claims/growth/verdict", 1, "claims.growth.verdict is 1"),
    "PDFs below 0": ("pdfs", -1, "pdfs is -1"),
    "PDFs a fraction": ("pdfs", 1.5, "pdfs is 1.5"),
    "PDFs true": ("pdfs", True, "pdfs is true"),
    "PDFs 10^9": ("pdfs", 10**9, "pdfs is 1000000000"),
    "no pages": ("pages", [], "pages has 0 entries, expected 1 or more"),
    "page twice": ("pages", ["index.html", "index.html"], "pages names something twice"),
    "page not in the site": (
        "pages/0",
        "other.html",
        "pages names 'other.html', which site does not list",
    ),
    "empty site": ("site", {}, "site has 0 entries"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_manifest_that_breaks_the_schema_gets_one_message(made, case):
    field, value, match = WRONG[case]
    file = made.folder / versions.MANIFEST
    read = json.loads(file.read_text())
    if case == "tool named by a path":
        read["tools"]["a/b"] = "1"
        match = "tools has the name 'a/b', expected a name of letters"
    elif case == "name with dots":
        read["site"]["../../x"] = SUM
        match = r"site has the name '\.\./\.\./x', expected the relative name of a file"
    else:
        mutated(field, value)(read)
    file.write_text(json.dumps(read))
    one_line(manifest.read, file, match=f"^1.0.0/manifest.json: {match}")
    one_line(checked.release, made.folder, match=match)


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../x",
        "a/../b",
        "a/./b",
        "a//b",
        "a\\b",
        "-rf",
        "a/-b",
        "C:x",
        "a\x00b",
        "a\nb",
        "",
        ".",
        "..",
        "a/",
        "a\u202eb",
        "x" * 600,
        "a/" * 100 + "..",
        "~\x7f",
        "a?b",
        "a*b",
    ],
)
def test_names_that_lead_elsewhere_are_refused(made, name):
    file = made.folder / versions.MANIFEST
    read = json.loads(file.read_text())
    read["site"][name] = SUM
    file.write_text(json.dumps(read))
    one_line(
        manifest.read, file, match="site has the name .*, expected the relative name of a file"
    )


@pytest.mark.parametrize(
    "name", ["a.html", "en/_static/a-b.js", ".nojekyll", "a b.csv", "大脑.html", "a..b"]
)
def test_names_of_a_site_are_taken(made, name):
    file = made.folder / versions.MANIFEST
    read = json.loads(file.read_text())
    read["site"][name] = SUM
    file.write_text(json.dumps(read))
    assert name in manifest.read(file)["site"]


@pytest.mark.parametrize(
    "text, match",
    [
        ("{}", "title is missing"),  # R9
        ("", "cannot be read"),
        ("[]", r"the manifest is \[\], expected object"),
        ("null", "the manifest is null"),
        ("{", "cannot be read"),
        ('{"title": "a", "title": "b"}', "the key 'title' appears twice"),
        ('{"pdfs": NaN}', "NaN is not a number of JSON"),
        ('{"pdfs": 1e999}', "1e999 is too large for a number"),
        ("[" * 100_000, "too many brackets"),
        ('{"pdfs": ' + "9" * 5000 + "}", "cannot be read|is missing"),
        (b"\xff\xfe{}", "cannot be read"),
        ("{}" + " " * (manifest.LIMIT + 1), "more than 20,000,000 bytes"),
    ],
)
def test_a_manifest_that_is_no_manifest_gets_one_message(made, text, match):
    content = text if isinstance(text, bytes) else text.encode()
    (made.folder / versions.MANIFEST).write_bytes(content)
    one_line(checked.release, made.folder, match=match)


@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "device", "missing"])
def test_a_manifest_that_is_no_plain_file_is_not_read(made, kind):
    file = made.folder / versions.MANIFEST
    file.unlink()
    if kind == "link":
        file.symlink_to("/etc/passwd")
    elif kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "device":
        file.symlink_to("/dev/zero")
    one_line(manifest.read, file, match="1.0.0/manifest.json cannot be read")


# ---------------------------------------------------------------- the folder and its archives


def altered(made, change):
    change(made)
    return made.folder


@pytest.mark.parametrize(
    "change, match",
    [
        (lambda m: (m.folder / "more").write_text(""), "more is not in SHA256SUMS"),
        (
            lambda m: (m.folder / "deep").mkdir() or (m.folder / "deep/x").write_text(""),
            "deep/x is not in",
        ),
        (lambda m: (m.folder / "CITATION.cff").unlink(), "CITATION.cff is missing"),
        (lambda m: (m.folder / "CITATION.cff").write_text("x"), "CITATION.cff has another sum"),
        (lambda m: (m.folder / "link").symlink_to("/etc/passwd"), "link is not a plain file"),
        (lambda m: os.mkfifo(m.folder / "pipe"), "pipe is not a plain file"),
        (lambda m: (m.folder / compare.SUMS).unlink(), "SHA256SUMS is missing"),
        (lambda m: (m.folder / compare.SUMS).write_text("x\n"), "SHA256SUMS, line 1: 'x'"),
        (lambda m: (m.folder / compare.SUMS).write_text(f"{SUM}  ../x\n"), "SHA256SUMS, line 1"),
        (lambda m: (m.folder / compare.SUMS).write_bytes(b"\xff"), "SHA256SUMS cannot be read"),
        (
            lambda m: (m.folder / compare.SUMS).write_text(f"{SUM}  a\n{SUM}  a\n"),
            "SHA256SUMS, line 2",
        ),
    ],
)
def test_a_folder_holds_what_is_listed_and_nothing_else(made, change, match):
    one_line(checked.release, altered(made, change), match=match)


def a_zip(path, *entries, **options):
    """Write a zip of (name, content, attributes) by hand."""
    with zipfile.ZipFile(path, "w", options.get("compression", zipfile.ZIP_STORED)) as out:
        for name, content, *attributes in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = options.get("compression", zipfile.ZIP_STORED)
            info.external_attr = attributes[0] if attributes else 0o644 << 16
            out.writestr(info, content)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "entries, match",
    [
        ([("../evil", b"")], "has a name that no file of a release may have"),
        ([("/etc/evil", b"")], "has a name"),
        ([("a/../../evil", b"")], "has a name"),
        ([("a\\..\\evil", b"")], "has a name"),
        ([("C:evil", b"")], "has a name"),
        ([("-evil", b"")], "has a name"),
        ([("link", b"/etc/passwd", 0o120777 << 16)], "is not a plain file"),
        ([("pipe", b"", 0o010644 << 16)], "is not a plain file"),
        ([("folder/", b"")], "is not a plain file"),
        ([("a", b"1"), ("a", b"2")], "is there twice"),
        ([("a", b"1"), ("A", b"2")], "is there twice"),
    ],
)
def test_hostile_archives_are_refused_and_nothing_is_unpacked(tmp_path, entries, match):
    a_zip(tmp_path / "x.zip", *entries)
    one_line(list, archive.members(tmp_path / "x.zip"), match=match)
    one_line(archive.unpack, tmp_path / "x.zip", tmp_path / "out" / "in", match=match)
    assert not (tmp_path / "evil").exists() and not (tmp_path / "out/evil").exists()


def test_a_bomb_is_not_opened(tmp_path, monkeypatch):
    a_zip(tmp_path / "bomb.zip", ("a", b"0" * 10_000_000), compression=zipfile.ZIP_DEFLATED)
    one_line(list, archive.members(tmp_path / "bomb.zip"), match="'a' is compressed")
    monkeypatch.setattr(archive, "MOST_BYTES", 100)
    a_zip(tmp_path / "big.zip", ("a", b"0" * 60), ("b", b"0" * 60))
    one_line(
        list,
        archive.members(tmp_path / "big.zip"),
        match="'b' brings the archive to more than 100 bytes",
    )
    monkeypatch.setattr(archive, "MOST_MEMBERS", 1)
    a_zip(tmp_path / "many.zip", ("a", b""), ("b", b""))
    one_line(
        list, archive.members(tmp_path / "many.zip"), match="'b' is one of more than 1 members"
    )


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06", b"no zip", b"PK\x03\x04" + b"\0" * 100])
def test_what_is_no_zip_gets_one_message(tmp_path, content):
    (tmp_path / "x.zip").write_bytes(content)
    one_line(list, archive.members(tmp_path / "x.zip"), match="x.zip is not a readable zip")


@pytest.mark.parametrize(
    "name, kind",
    [
        ("../evil", tarfile.REGTYPE),
        ("l", tarfile.SYMTYPE),
        ("h", tarfile.LNKTYPE),
        ("d", tarfile.CHRTYPE),
        ("f", tarfile.FIFOTYPE),
    ],
)
def test_hostile_tars_are_refused(tmp_path, name, kind):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        tar.addfile(info)
    one_line(archive.check_tar, tmp_path / "x.tar", match="has a name|is not a plain file")
    (tmp_path / "y.tar").write_bytes(b"no tar")
    one_line(archive.check_tar, tmp_path / "y.tar", match="y.tar is not a readable tar")


def test_the_record_of_changes_reads_only_a_checked_release(made, tmp_path, monkeypatch):
    write_zip(made.archive("data"), {"datapackage.json": b"{}"})
    monkeypatch.setattr(changes, "judged", lambda root: {})
    one_line(make.record, tmp_path, "1.1.0", made.folder.parent, match="data.zip has another sum")


@pytest.mark.parametrize("path", ["../../secret.csv", "/etc/passwd", "a/../../b", None, ""])
def test_a_data_package_of_a_release_leads_nowhere_else(tmp_path, path):
    package = {"resources": [{"name": "t", "path": path, "schema": {}}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(package))
    one_line(changes.tables_of, tmp_path, match="expected a file below the data")


def test_the_books_own_title_chapters_and_claims_fit_the_schema(made):
    given = make.facts(ROOT)
    for chapter in given["chapters"].values():
        chapter["notebook"] = SUM
    file = made.folder / versions.MANIFEST
    file.write_text(json.dumps({**json.loads(file.read_text()), **given}))
    assert set(manifest.read(file)["chapters"]) >= {"recording", "estimator"}
