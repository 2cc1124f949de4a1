"""What hosts of static files need: files at the root of a site, no data: in style sheets."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

from sobe.policy import DIRECTIVES
from sobe.publish import versions
from sobe.site import hosts

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("address", ["", "https://example.org/book", "https://example.org/book/"])
def test_a_site_has_what_hosts_need(tmp_path, address):
    hosts.write(tmp_path, "A & B", address)
    assert (tmp_path / ".nojekyll").read_bytes() == b""
    page = (tmp_path / "404.html").read_text(encoding="utf-8")
    style = re.search("<style>(.*)</style>", page, re.S)[1].encode()
    assert base64.b64encode(hashlib.sha256(style).digest()).decode() in page  # the policy allows it
    assert "A &amp; B" in page and "Content-Security-Policy" in page and 'lang="zh-CN"' in page
    front = re.search(r'<a id="front" href="([^"]*)"( hidden)?>', page)
    if address:
        assert front[1] == "https://example.org/book/index.html" and not front[2]
        assert "<script" not in page
    else:  # a script finds the front page; without it the link would lead astray
        assert front[2] and "sha256-" in page and "Shorten the address" in page


def test_the_address_of_the_build_is_taken(tmp_path, monkeypatch):
    monkeypatch.setenv("SOBE_BASE_URL", "https://example.org/x")
    hosts.write(tmp_path, "T")
    assert 'href="https://example.org/x/index.html"' in (tmp_path / "404.html").read_text()


@pytest.mark.parametrize(
    ("css", "files"),
    [
        ('a{background:url("data:image/svg+xml,%3Csvg/%3E")}', [b"<svg/>"]),
        ("a{--b:url(\"data:image/svg+xml;charset=utf-8,%3Csvg a='1'/%3E\")}", [b"<svg a='1'/>"]),
        ('a{b:url("data:image/svg+xml,x")}c{d:url("data:image/svg+xml,y")}', [b"x", b"y"]),
        ("a{background:url(b.png)}", []),
        ("a{color:red}", []),
    ],
)
def test_images_in_style_sheets_become_files(tmp_path, css, files):
    sheet = tmp_path / "styles" / "x.css"
    sheet.parent.mkdir()
    sheet.write_text(css)
    hosts.images_as_files(tmp_path)
    text = sheet.read_text()
    assert "data:" not in text
    names = re.findall(r"url\((image-[^)]*)\)", text)
    assert [(sheet.parent / name).read_bytes() for name in names] == files
    hosts.images_as_files(tmp_path)
    assert sheet.read_text() == text


def test_no_style_sheet_that_is_shipped_needs_a_data_address(tmp_path):
    """Ours have none; those of the theme have them in the form that becomes files."""
    import pydata_sphinx_theme
    import sphinx_book_theme

    assert "data:" not in "".join(DIRECTIVES.values())
    for path in ROOT.glob("sobe/site/static/*.css"):
        assert "url(" not in path.read_text(encoding="utf-8"), path.name
    for package in (pydata_sphinx_theme, sphinx_book_theme):
        for path in Path(package.__file__).parent.rglob("*.css"):
            (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    hosts.images_as_files(tmp_path)
    assert any(tmp_path.glob("image-*.svg"))
    for path in tmp_path.glob("*.css"):
        assert "data:" not in path.read_text(encoding="utf-8"), path.name


def test_a_site_of_versions_may_have_what_hosts_need(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    hosts.write(site, "T", "")
    versions.check_site(site, {})
    (site / ".htaccess").write_text("x")
    with pytest.raises(Exception, match="belongs to no release"):
        versions.check_site(site, {})


@pytest.mark.built
def test_the_built_site_has_what_hosts_need(project):
    assert (project.site / ".nojekyll").is_file() and (project.site / "404.html").is_file()
    for path in project.site.rglob("*.css"):
        assert "url(data:" not in path.read_text(encoding="utf-8").replace('"', ""), path


SCRIPT = """
const [script, address, root] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const parts = { front: { hidden: true }, hint: { hidden: false } };
globalThis.location = { pathname: address };
globalThis.document = { getElementById: (id) => parts[id] };
globalThis.fetch = async (asked) => {
  if (root === null) throw new Error("offline");
  return { ok: asked === root + "404.html", text: async () => 'name="sobe-missing"' };
};
require("vm").runInThisContext(script);
setTimeout(() => console.log(JSON.stringify(parts)), 200);
"""


@pytest.mark.parametrize(
    ("address", "root", "front"),
    [
        ("/a/b/c/d.html", "/a/", "/a/index.html"),
        ("/a/b/c/", "/a/b/", "/a/b/index.html"),
        ("/x", "/", "/index.html"),
        ("/%C3%A9/x", "/%C3%A9/", "/%C3%A9/index.html"),
        ("//evil.example/x", "//evil.example/", None),
        ("/a/x", "/other/", None),
        ("/a/x", None, None),
        ("/" + "a/" * 5000, "/a/", "/a/index.html"),
    ],
)
def test_the_script_finds_the_front_page(tmp_path, address, root, front):
    import json
    import subprocess

    driver = pytest.importorskip("playwright._impl._driver")
    hosts.write(tmp_path, "T", "")
    script = re.search("<script>(.*)</script>", (tmp_path / "404.html").read_text(), re.S)[1]
    node, *_ = driver.compute_driver_executable()
    done = subprocess.run(
        [node, "-e", SCRIPT],
        input=json.dumps([script, address, root]),
        capture_output=True,
        text=True,
        timeout=60,
    )
    parts = json.loads(done.stdout)
    assert parts["front"].get("href") == front
    assert parts["front"]["hidden"] == (front is None) != parts["hint"]["hidden"]


def test_programs_are_told_of_the_map_where_the_address_is_known(tmp_path):
    hosts.write(tmp_path, "T", "https://example.org/book/")
    said = (tmp_path / "robots.txt").read_text()
    assert (
        said.endswith("Sitemap: https://example.org/book/sitemap.xml\n") and "Disallow" not in said
    )
    assert "Sitemap" not in hosts.robots("")
