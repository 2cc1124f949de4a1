"""The merged style sheet: rules that no page can use are left out; addresses follow the file."""

import re

import pytest

from sobe.paths import ROOT
from sobe.site import styles


@pytest.mark.parametrize(
    "sheet, kept",
    [
        (".a{x:y}.z{x:y}", ".a{x:y}"),
        (".a,.z .b{x:y}", ".a{x:y}"),
        (".a .b:not(.z){x:y}", ".a .b:not(.z){x:y}"),
        ("#b:is(.z, .y)>p{x:y}", "#b:is(.z, .y)>p{x:y}"),
        ('a[href=".z"]{x:y}', 'a[href=".z"]{x:y}'),
        ("/* .a{} */.z{x:y}", ""),
        ("@media print{.z{x:y}}", ""),
        ("@media print{.a{x:y}.z{x:y}}", "@media print{.a{x:y}\n}"),
        ("@font-face{src:url(z.woff)}", "@font-face{src:url(z.woff)}"),
        ('.a::after{content:"}.z{"}.z{x:y}', '.a::after{content:"}.z{"}'),
        ('@charset "utf-8";.a{x:y}', '@charset "utf-8";\n.a{x:y}'),
        (r".a\:z{x:y}", r".a\:z{x:y}"),
    ],
)
def test_rules_that_no_page_can_use_are_left_out(sheet, kept):
    assert styles.pruned(sheet, {"a", "b"}).strip() == kept


def test_addresses_follow_the_sheet():
    sheet = "a{b:url(\"x.svg\")}c{d:url('data:image/png,x') url(#e) url(https://f)}"
    moved = styles.moved(sheet, "_static/styles/theme.css", "_static/sobe/book.css")
    assert "url(../../_static/styles/x.svg)" in moved
    assert "url('data:image/png,x') url(#e) url(https://f)" in moved


def test_properties_that_nothing_uses_are_left_out():
    sheet = ":root{--a:1;--b:var(--c);--c:2;--d:3}p{margin:var(--b, 0)}"
    assert styles.used(sheet) == ":root{--b:var(--c);--c:2;}p{margin:var(--b, 0)}"


def test_sheets_are_merged_in_order_and_removed(tmp_path):
    (tmp_path / "index.html").write_text('<p class="a">')
    for name, text in (("theme/one.css", ".a{x:1}.z{x:2}"), ("own/two.css", ".a{x:3}.z{x:4}")):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    sheets = ["theme/one.css", "own/two.css", "theme/one.css", "theme/none.css"]
    styles.merge(tmp_path, sheets, "own/book.css")
    # Of our own sheets every rule stays: a library may make what it is for.
    assert (tmp_path / "own/book.css").read_text() == ".a{x:1}\n.a{x:3}.z{x:4}"
    assert [path.name for path in tmp_path.rglob("*.css")] == ["book.css"]


def test_an_imported_sheet_is_merged_before_the_one_that_imports_it(tmp_path):
    """A browser would ask for it only when it has the other."""
    static = tmp_path / "_static"
    (static / "theme").mkdir(parents=True)
    (static / "sobe").mkdir()
    (static / "basic.css").write_text(".a { background: url(dot.png) } .b { top: 0 }")
    (static / "theme/x.css").write_text('@import "../basic.css";\n.a { top: 1px }')
    (tmp_path / "page.html").write_text('<p class="a">')
    styles.merge(tmp_path, ["_static/theme/x.css"], "_static/sobe/book.css")
    sheet = (static / "sobe/book.css").read_text()
    assert "@import" not in sheet and ".b" not in sheet
    assert sheet.index("url(../../_static/dot.png)") < sheet.index("top: 1px")
    assert not (static / "basic.css").exists()


def test_colours_are_there_without_scripts():
    """A script sets the theme: until then, or without it, the light colours count."""
    static = ROOT / "sobe" / "site" / "static"
    text = "".join(
        (static / name).read_text(encoding="utf-8") for name in ("sobe.css", "cards.css")
    )
    blocks = re.findall(r'^html:not\(\[data-theme="dark"\]\) \{(.*?)^\}', text, re.M | re.S)
    light = set(re.findall(r"--[a-z-]+(?=:)", "".join(blocks)))
    dark = "".join(re.findall(r'^html\[data-theme="dark"\] \{(.*?)^\}', text, re.M | re.S))
    assert {name for name in re.findall(r"--sobe-[a-z-]+(?=:)", dark)} <= light
    assert {"--sobe-line", "--sobe-muted", "--sobe-v-holds"} <= light
