"""The merged style sheet: rules that no page can use are left out; addresses follow the file."""

import pytest

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
    (tmp_path / "one.css").write_text(".a{x:1}")
    (tmp_path / "two.css").write_text(".a{x:2}.z{x:3}")
    styles.merge(tmp_path, ["one.css", "two.css", "one.css", "none.css"], "book.css")
    assert (tmp_path / "book.css").read_text() == ".a{x:1}\n.a{x:2}\n"
    assert sorted(path.name for path in tmp_path.glob("*.css")) == ["book.css"]
