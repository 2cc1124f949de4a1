"""Releases of a small book: made, verified, published as versions, built again the same."""

import json
import os
import re
import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from browsing import listen
from conftest import ROOT, TinyBook

from sobe import commit
from sobe.errors import BuildError
from sobe.pipeline import execute
from sobe.pipeline.book import build_book
from sobe.pipeline.release import fresh, make
from sobe.publish import changes, checked, compare, versions

CFF = """cff-version: 1.2.0
title: Tiny
message: Please cite it.
type: software
version: {version}
date-released: "2026-01-02"
license: [CC-BY-4.0, MIT]
abstract: A tiny book.
authors: [{{name: Nobody}}]
references:
- {{type: report, title: Report, year: 2025, doi: 10.1234/x, authors: [{{name: Somebody}}]}}
"""
FOOTER = """    html_theme_options:
      use_fullscreen_button: false
      article_header_end: [version.html, article-header-buttons.html]
      footer_content_items: [provenance.html]
"""


class TinyRepository(TinyBook):
    """A tiny book as a git repository with a version, which can be released."""

    def __init__(self, root, version="1.0.0"):
        super().__init__(root)
        shutil.rmtree(root / "sobe")
        shutil.copytree(ROOT / "sobe", root / "sobe", ignore=shutil.ignore_patterns("__pycache__"))
        self.write("_config.yml", (root / "_config.yml").read_text() + FOOTER)
        self.write("_toc.yml", (root / "_toc.yml").read_text() + "  - file: book/changelog\n")
        self.write(
            "book/changelog.md",
            "# Changes\n\n```{include} ../CHANGELOG.md\n:start-after: '# Changelog'\n```\n\n"
            "## Data\n\n```{data-changes}\n```\n",
        )
        self.write(".gitignore", "_build/\ndist/\n__pycache__/\n")
        shutil.copyfile(ROOT / ".gitattributes", root / ".gitattributes")
        self.things("a,1", "b,2", "c,3")
        self.version(version)
        self.git("init", "-q")
        self.commit()

    def git(self, *arguments):
        subprocess.run(
            ["git", "-c", "user.name=n", "-c", "user.email=e", *arguments],
            cwd=self.root,
            check=True,
            capture_output=True,
        )

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-qm", "so")

    def things(self, *rows):
        self.write("data/things.csv", "\n".join(("name,value", *rows, "")))

    def version(self, version):
        self.write("CITATION.cff", CFF.format(version=version))
        self.write("CHANGELOG.md", f"# Changelog\n\n## {version} (2026-01-02)\n\n- Something.\n")
        code = (self.root / "sobe/__init__.py").read_text()
        self.write(
            "sobe/__init__.py", re.sub(r'__version__ = ".*"', f'__version__ = "{version}"', code)
        )
        tables = [
            {"name": name, "path": f"{name}.csv", "title": name, "description": name}
            for name in ("alpha", "beta", "things")
        ]
        for table in tables:
            table["schema"] = {"fields": [{"name": "a", "type": "integer", "description": "a"}]}
        tables[-1]["schema"] = {
            "primaryKey": "name",
            "fields": [
                {"name": "name", "type": "string", "description": "name"},
                {"name": "value", "type": "integer", "description": "value"},
            ],
        }
        self.write(
            "data/datapackage.json",
            json.dumps(
                {"name": "tiny", "version": version, "created": "2026-01-01", "resources": tables}
            ),
        )

    def second(self):
        """Commit 1.1.0, after 1.0.0 was released."""
        self.version("1.1.0")
        self.things("a,1", "b,20", "d,4")
        self.write("book/extra.md", "# Extra\n\nOnly in 1.1.0.\n")
        self.write("_toc.yml", (self.root / "_toc.yml").read_text() + "  - file: book/extra\n")
        make.write_record(self.root, "1.1.0", self.root / "dist")
        self.commit()


@pytest.fixture(scope="module")
def tiny_repository(tmp_path_factory):
    """Two releases of a tiny book, 1.0.0 and 1.1.0, the second with a page and other rows."""
    root = tmp_path_factory.mktemp("release") / "a book"
    root.mkdir()
    book = TinyRepository(root)
    make.release(root, "1.0.0", pdf=False)
    book.first = {
        name: (root / "dist/site/1.0.0" / name).read_bytes()
        for name in compare.names(root / "dist/site/1.0.0")
    }
    book.second()
    make.release(root, "1.1.0", pdf=False)
    return book


def refused(book, version, said):
    before = compare.names(book.root / "dist")
    with pytest.raises(BuildError, match=said) as error:
        make.release(book.root, version, pdf=False)
    assert "\n" not in str(error.value)
    assert compare.names(book.root / "dist") == before


def test_a_release_holds_its_sums_and_its_manifest(tiny_repository):
    folder = tiny_repository.root / "dist/1.0.0"
    assert checked.release(folder)["version"] == "1.0.0"
    assert subprocess.run(["sha256sum", "--quiet", "-c", compare.SUMS], cwd=folder).returncode == 0
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["version"] == "1.0.0" and len(manifest["commit"]) == 40
    assert (
        manifest["data"]["things.csv"]
        == compare.hashlib.sha256(b"name,value\na,1\nb,2\nc,3\n").hexdigest()
    )
    assert manifest["chapters"]["alpha"]["parameters"] == {"top": 3, "scale": 1.5, "label": "all"}
    assert set(manifest["chapters"]["alpha"]) == {"source", "notebook", "parameters"}
    assert manifest["packages"] == {"nothing": "1"}
    assert {"index.html", "alpha.html", "changelog.html"} <= set(manifest["pages"])
    site = tiny_repository.root / "dist/site/1.0.0"
    assert manifest["site"] == {name: compare.sha256(site / name) for name in compare.names(site)}
    assert {path.name for path in folder.iterdir()} == {
        "CITATION.cff",
        "SHA256SUMS",
        "manifest.json",
        "brain-emulation-2025-1.0.0-source.tar",
        *(
            versions.archive_name("1.0.0", what)
            for what in ("site", "data", "notebooks", "figures")
        ),
    }


def test_a_release_is_made_once(tiny_repository):
    refused(tiny_repository, "1.0.0", "1.0.0 has been released .* never written again")


def test_an_earlier_version_is_as_it_was_released(tiny_repository):
    site = tiny_repository.root / "dist/site/1.0.0"
    assert {
        name: (site / name).read_bytes() for name in compare.names(site)
    } == tiny_repository.first


def test_latest_is_the_newest(tiny_repository):
    site = tiny_repository.root / "dist/site"
    assert compare.difference(site / "latest", site / "1.1.0") is None
    assert "url=latest/index.html" in (site / "index.html").read_text()


def test_the_changelog_tells_what_changed_in_the_data(tiny_repository):
    site = tiny_repository.root / "dist/site"
    page = re.sub(r">\s+<", "><", (site / "1.1.0/changelog.html").read_text())
    row = "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>".format
    assert row("b", "value", "2", "20") in page
    assert row("d", "", "", "added") in page and row("c", "", "", "removed") in page
    assert row("a", "value", "1", "1") not in page
    assert "No release came before this one" in (site / "1.0.0/changelog.html").read_text()


@pytest.mark.parametrize(
    "change, version, said",
    [
        (
            lambda b: b.write("book/index.md", "# Other\n"),
            "1.2.0",
            "commit or stash what `git status` shows",
        ),
        (lambda b: b.write("book/new.md", "# New\n"), "1.2.0", "commit or stash"),
        (lambda b: None, "1.2", "'1.2' is not a version"),
        (lambda b: None, "", "say which: make release VERSION="),
        (lambda b: None, "1.2.0", "CITATION.cff says version 1.1.0, not 1.2.0"),
        (
            lambda b: (b.version("1.2.0"), b.write("sobe/__init__.py", "\n"), b.commit()),
            "1.2.0",
            "sobe/__init__.py says version nothing, not 1.2.0",
        ),
        (
            lambda b: (b.version("1.2.0"), b.write("CHANGELOG.md", "# Changelog\n"), b.commit()),
            "1.2.0",
            "CHANGELOG.md has no heading '## 1.2.0",
        ),
        (
            lambda b: (
                b.version("1.2.0"),
                b.write("CHANGELOG.md", "## 1.2.0 (2026-03-03)\n"),
                b.commit(),
            ),
            "1.2.0",
            "dates 1.2.0 to 2026-03-03",
        ),
        (
            lambda b: (b.version("1.2.0"), b.commit()),
            "1.2.0",
            "run make changes VERSION=1.2.0 and commit it",
        ),
    ],
)
def test_what_may_not_be_released_is_refused(tiny_repository, tmp_path, change, version, said):
    book = object.__new__(TinyRepository)
    book.root = tmp_path / "book"
    shutil.copytree(
        tiny_repository.root,
        book.root,
        symlinks=True,
        # The site of versions, not the package's folder of that name.
        ignore=lambda folder, _: (
            {"_build", "site"} if Path(folder).name in ("a book", "dist") else ()
        ),
    )
    change(book)
    refused(book, version, said)


def test_without_tex_there_is_no_release(tiny_repository, monkeypatch, tmp_path):
    book = object.__new__(TinyRepository)
    book.root = tmp_path / "book"
    shutil.copytree(
        tiny_repository.root,
        book.root,
        symlinks=True,
        ignore=shutil.ignore_patterns("_build", "dist"),
    )
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").symlink_to(shutil.which("git"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    shutil.rmtree(book.root / "book/changes")
    book.git("add", "-A")
    book.git("commit", "-qm", "so")
    with pytest.raises(
        BuildError, match="the PDF needs fc-list; to install: apt-get install"
    ) as error:
        make.release(book.root, "1.1.0")
    assert "\n" not in str(error.value) and not (book.root / "dist").exists()


def test_a_release_built_again_is_the_same(tiny_repository):
    said = []
    make.verify_release(tiny_repository.root, tiny_repository.root / "dist/1.0.0", said.append)
    assert said[-1].endswith("the same, to the byte")


def test_a_changed_release_is_found_out(tiny_repository, tmp_path):
    folder = tmp_path / "1.0.0"
    shutil.copytree(tiny_repository.root / "dist/1.0.0", folder)
    (folder / "CITATION.cff").write_text("spoiled")
    (folder / "more").write_text("")
    with pytest.raises(BuildError, match="more is not in SHA256SUMS; CITATION.cff has another sum"):
        make.verify_release(tiny_repository.root, folder)
    (folder / "more").unlink()
    compare.write_sums(folder)  # sums that fit what was changed do not help
    with pytest.raises(
        BuildError, match="CITATION.cff is not in the manifest as SHA256SUMS has it"
    ):
        make.verify_release(tiny_repository.root, folder)
    manifest = json.loads((folder / "manifest.json").read_text())  # neither does a forged manifest
    manifest["files"]["CITATION.cff"] = compare.sha256(folder / "CITATION.cff")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    compare.write_sums(folder)
    with pytest.raises(BuildError, match="differs: CITATION.cff: byte 0 of 7 and"):
        make.verify_release(tiny_repository.root, folder)


def test_two_builds_in_other_places_zones_and_locales_are_the_same(tiny_repository):
    counted = make.verify(tiny_repository.root, pdf=False, report=lambda line: None)
    assert counted["site"]["html"] >= 6 and counted["site"]["ipynb"] == 2


def test_a_build_that_takes_in_its_surroundings_is_found_out(tiny_repository, tmp_path):
    """The comparison fails where it should: a chapter that prints where it is."""
    book = object.__new__(TinyRepository)
    book.root = tmp_path / "book"
    shutil.copytree(
        tiny_repository.root,
        book.root,
        symlinks=True,
        ignore=shutil.ignore_patterns("_build", "dist"),
    )
    book.chapter("alpha", extra=book.cell("os.environ['TZ'], print(os.getcwd())"))
    book.commit()
    with pytest.raises(
        BuildError,
        match=r"two builds .* differ: .*notebooks.zip, in it alpha.ipynb: byte [\d,]+ of .*/one",
    ):
        make.verify(book.root, pdf=False, report=lambda line: None)


def test_the_site_of_versions_can_be_made_again_and_mended(tiny_repository):
    site = tiny_repository.root / "dist/site"
    kept = site.with_name("kept")
    shutil.copytree(site, kept)
    try:
        shutil.rmtree(site / "latest")
        shutil.rmtree(site / "1.0.0")
        (site / "versions.js").unlink()
        (site.parent / ".making-left").mkdir()
        make.publish(tiny_repository.root)
        assert compare.difference(site, kept) is None
        assert not list(site.parent.glob(".*"))
    finally:
        shutil.rmtree(kept)


def test_chapters_executed_one_or_two_at_a_time_are_the_same(tiny, monkeypatch):
    first = {
        name: (tiny.project.site / name).read_bytes() for name in compare.names(tiny.project.site)
    }
    shutil.rmtree(tiny.project.build)
    monkeypatch.setattr(execute, "AT_ONCE", 1)
    build_book(tiny.project)
    assert {
        name: (tiny.project.site / name).read_bytes() for name in compare.names(tiny.project.site)
    } == first


# ---------------------------------------------------------------- the parts


@pytest.fixture
def twins(tmp_path):
    for side in ("one", "other"):
        (tmp_path / side / "deep").mkdir(parents=True)
        (tmp_path / side / "deep/page.html").write_bytes(b"x" * 5000 + b"same" + b"y" * 100)
        (tmp_path / side / "first.csv").write_text("a\n")
    return tmp_path / "one", tmp_path / "other"


def test_equal_folders_have_no_difference(twins):
    assert compare.difference(*twins) is None


@pytest.mark.parametrize("place", [0, 1, 2500, 5001, 5103])
def test_a_changed_byte_is_named_by_file_and_place(twins, place):
    path = twins[1] / "deep/page.html"
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert compare.difference(*twins).startswith(
        f"deep/page.html: byte {place:,} of 5,104 and 5,104: "
    )


def test_a_missing_file_and_a_cut_one_are_named(twins):
    (twins[0] / "deep/page.html").write_bytes(b"x" * 10)
    assert compare.difference(*twins).startswith("deep/page.html: byte 10 of 10 and 5,104")
    (twins[1] / "a.txt").write_text("")
    assert compare.difference(*twins) == f"a.txt is only in {twins[1]}"


def test_a_difference_in_an_archive_is_named_by_its_member(twins):
    from sobe.zips import write_zip

    for folder, word in zip(twins, (b"one", b"onE"), strict=True):
        write_zip(folder / "all.zip", {"b/c.txt": word, "a.txt": b"same"})
    assert compare.difference(*twins).startswith("all.zip, in it b/c.txt: byte 2 of 3 and 3")


def test_the_commit_of_a_clone_an_archive_and_neither(tiny_repository, tmp_path):
    root = tiny_repository.root
    here = commit.of(root)
    assert not here.changed and len(here.id) == 40 and here.time > 1_700_000_000
    for archive in (False, True):
        with fresh.checkout(root, here.id, tmp_path, fresh.Surrounding(archive=archive)) as folder:
            assert (folder / ".git").exists() is not archive
            assert commit.of(folder) == here
            if not archive:
                (folder / "book/index.md").write_text("# Changed\n")
                assert str(commit.of(folder)) == f"{here.id[:12]}, changed"
    assert commit.of(tmp_path) == commit.Commit() and str(commit.of(tmp_path)) == "unknown"
    # A book unpacked inside another repository does not take that one's commit.
    inside = root / "_build" / "unpacked"
    inside.mkdir(parents=True)
    assert not commit.of(inside).id


def test_another_commit_renders_the_pages_anew_and_executes_nothing(
    tiny_repository, tmp_path, capsys
):
    book = object.__new__(TinyRepository)
    book.root = tmp_path / "book"
    shutil.copytree(
        tiny_repository.root,
        book.root,
        symlinks=True,
        ignore=shutil.ignore_patterns("_build", "dist"),
    )
    build_book(book.project)
    before = commit.of(book.root)
    assert before.short in (book.project.site / "index.html").read_text()
    assert build_book(book.project) is False
    book.git("commit", "--allow-empty", "-qm", "again")
    after = commit.of(book.root)
    capsys.readouterr()
    assert build_book(book.project) is True
    assert "executed" not in capsys.readouterr().out
    page = (book.project.site / "index.html").read_text()
    assert after.id != before.id and after.short in page and before.short not in page


def test_rows_claims_and_columns_are_compared():
    before = {"a": {"x": "1", "y": "2"}, "b": {"x": "1", "y": "2"}}
    after = {"b": {"x": "1", "y": "3", "z": "new"}, "c": {"x": "1"}}
    assert changes.compare_rows(before, after) == {
        "added": ["c"],
        "removed": ["a"],
        "changed": [["b", "y", "2", "3"], ["b", "z", "", "new"]],
    }
    assert changes.compare_rows(before, before) == {}


def test_rows_without_a_key_are_told_apart_by_all_they_hold():
    rows = [{"x": "1"}, {"x": "1"}, {"x": "2"}]
    assert list(changes._by_key([], rows)) == ["1", "1 (2)", "2"]


def test_a_changed_verdict_is_told_and_escaped(tmp_path):
    (tmp_path / "1.1.0.json").write_text(
        changes.text(
            "1.1.0",
            "1.0.0",
            {
                "tables": {},
                "claims": {"changed": [["growth", "verdict", "reproduced", "<script>"]]},
            },
        )
    )
    (tmp_path / "1.10.0.json").write_text(
        changes.text("1.10.0", "1.1.0", {"tables": {}, "claims": {}})
    )
    said = changes.html(tmp_path)
    assert "<td>growth</td> <td>Verdict</td> <td>reproduced</td> <td>&lt;script&gt;</td>" in said
    assert "<script>" not in said and said.index("1.10.0") < said.index("changes-1.1.0")
    assert "No row, claim or verdict changed." in said


def test_the_list_of_versions_is_newest_first_and_safe():
    text = versions.listing({"1.10.0": {"date": "</script>", "pages": ["en/index.html"]}})
    assert text.startswith("window.sobeVersions = [") and "</script>" not in text
    assert sorted(["1.9.0", "1.10.0", "1.2.0"], key=versions.order)[-1] == "1.10.0"


# ---------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def served(tiny_repository):
    """The address of the site of versions, over http."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            if self.path != "/favicon.ico":  # which browsers ask for unbidden
                return super().do_GET()
            self.send_response(204)
            self.end_headers()

    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Quiet, directory=tiny_repository.root / "dist/site")
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["file", "http"])
def address(request, tiny_repository, served):
    """The site of versions over file:// and over http://."""
    return (
        served if request.param == "http" else (tiny_repository.root / "dist/site").as_uri() + "/"
    )


@pytest.fixture
def open_page(chromium, address):
    """Opens a page of the site of versions; what the browser complains of ends the test."""
    context = chromium.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    said = listen(page)

    def opened(path):
        page.goto(address + path)
        page.wait_for_selector(".sobe-versions summary")
        return page

    yield opened
    context.close()
    assert said == []


def links(page):
    page.click(".sobe-versions summary")
    return {
        a.text_content(): a.evaluate("a => a.href")
        for a in page.query_selector_all(".sobe-versions a")
    }


@pytest.mark.browser
def test_every_version_leads_to_the_same_page_in_the_others(open_page, address):
    page = open_page("1.0.0/alpha.html")
    assert links(page) == {
        "1.1.0": f"{address}1.1.0/alpha.html",
        "1.0.0": f"{address}1.0.0/alpha.html",
    }
    assert page.get_attribute(".sobe-versions a[aria-current]", "href").endswith("1.0.0/alpha.html")
    page.click(".sobe-versions a >> text=1.1.0")
    page.wait_for_url("**/1.1.0/alpha.html")
    assert page.text_content(".sobe-versions summary") == "Version 1.1.0"


@pytest.mark.browser
def test_a_page_that_a_version_lacks_leads_to_its_front_page(open_page, address):
    assert links(open_page("1.1.0/extra.html"))["1.0.0"] == f"{address}1.0.0/index.html"


@pytest.mark.browser
def test_only_old_versions_bear_a_notice(open_page, address):
    page = open_page("1.0.0/beta.html")
    assert "This is version 1.0.0; the newest is 1.1.0." in page.text_content(".sobe-banner")
    assert page.get_attribute(".sobe-banner a", "href") == "../1.1.0/beta.html"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for path in ("1.1.0/beta.html", "latest/beta.html"):
        assert open_page(path).query_selector(".sobe-banner") is None


@pytest.mark.browser
def test_a_page_of_latest_names_its_lasting_place(open_page, address):
    page = open_page("latest/alpha.html")
    link = page.query_selector(".sobe-provenance a[href$='alpha.html']")
    assert (
        link.text_content() == "1.1.0/alpha.html"
        and link.evaluate("a => a.href") == f"{address}1.1.0/alpha.html"
    )
    assert links(page)["1.0.0"] == f"{address}1.0.0/alpha.html"


@pytest.mark.browser
def test_the_switch_works_by_keyboard(open_page):
    page = open_page("latest/index.html")
    page.focus(".sobe-versions summary")
    page.keyboard.press("Enter")
    assert page.is_visible(".sobe-versions ul")
    page.keyboard.press("Escape")
    assert not page.is_visible(".sobe-versions ul")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


@pytest.mark.browser
def test_without_the_list_a_page_is_whole(chromium, tiny_repository, tmp_path):
    """A version taken away from the others: no switch, and its version in words."""
    shutil.copytree(tiny_repository.root / "dist/site/1.0.0", tmp_path / "alone")
    context = chromium.new_context()
    page = context.new_page()
    page.goto((tmp_path / "alone/alpha.html").as_uri())
    page.wait_for_load_state()
    assert (
        page.text_content(".sobe-versions").strip() == "1.0.0"
        and page.query_selector(".sobe-banner") is None
    )
    context.close()


def test_no_page_of_a_build_that_is_no_release_asks_for_the_list(site):
    assert (
        "versions.js" not in (site / "index.html").read_text() and "SOBE_RELEASE" not in os.environ
    )


@pytest.mark.parametrize("command", ["release", "verify"])
def test_an_unpacked_archive_is_told_to_be_no_checkout(tmp_path, command):
    """It knows its commit, but git has nothing to make a release from."""
    (tmp_path / "sobe").mkdir()
    (tmp_path / "sobe/commit.txt").write_text("0" * 40 + " 1767225600\n")
    assert commit.of(tmp_path).id
    run = {
        "release": lambda: make.check(tmp_path, "1.0.0", tmp_path / "dist"),
        "verify": lambda: make.verify(tmp_path, print),
    }[command]
    with pytest.raises(
        BuildError, match="no git checkout, as an unpacked archive .*: clone the re"
    ):
        run()


@pytest.mark.parametrize("command", ["release", "verify"])
def test_without_git_the_remedy_is_one_line(tmp_path, monkeypatch, command):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match="^git is not installed; install it, and run the same"):
        make.check(tmp_path, "1.0.0", tmp_path) if command == "release" else make.verify(tmp_path)
