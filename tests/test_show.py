"""Tables, links and grids as a chapter shows them."""

import pandas as pd
import pytest

from sobe import show


def test_cells_are_escaped():
    page = show.table(
        pd.DataFrame({"<b>": ["<script>alert(1)</script>"]}), 'A "caption" & more'
    ).data
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert "&lt;b&gt;" in page and 'aria-label="A &quot;caption&quot; &amp; more"' in page


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", None, float("nan")])
def test_only_web_addresses_become_links(url):
    assert show.link("x", url=url).html() == "x"


def test_a_doi_becomes_a_link():
    assert (
        show.link("<x>", doi="10.1/a<b>").html()
        == '<a href="https://doi.org/10.1/a%3Cb%3E">&lt;x&gt;</a>'
    )
    assert (
        show.link("x", doi=None, url='https://a.org/?q="').html()
        == '<a href="https://a.org/?q=&quot;">x</a>'
    )


def test_missing_says_so():
    page = show.table(pd.DataFrame({"a": [None, "1"], "b": [1.5, float("nan")]}), "c").data
    assert page.count("not known") == 2


def test_numbers_stand_to_the_right():
    page = show.table(pd.DataFrame({"money": ["$1", "not known"], "word": ["a1", "b"]}), "c").data
    assert '<th scope="col" class="number">money' in page and '<th scope="col">word' in page


def test_a_number_in_prose_must_be_written_out():
    with pytest.raises(TypeError, match="rate is 3.5"):
        show.say(rate=3.5)


def test_grid_keeps_order_and_escapes():
    frame = pd.DataFrame(
        {
            "Tier": ["$1M+", "$1M+", "$10M+"],
            "Domain": ["B", "A", "A"],
            "idea": ["<i>", "two", "three"],
            "detail": ["more", None, None],
            "zh": ["一", "二", "三"],
        }
    )
    page = show.grid(
        frame, "Ladder", row="Tier", column="Domain", title="idea", detail="detail", aside="zh"
    ).data
    assert (
        page.index("$1M+")
        < page.index("&lt;i&gt;")
        < page.index("two")
        < page.index("$10M+")
        < page.index("three")
    )
    assert 'data-row="$1M+"' in page and 'data-column="A"' in page and "<span>more</span>" in page
    assert 'lang="zh"' in page
