"""The page scripts: made here, kept apart from the page's names, versions matched."""

import json
import re

import pytest

from sobe.charts import theme, vega
from sobe.site import scripts


def test_the_bundle_is_one_function_and_kept(tmp_path):
    script = vega.vega_bundle(tmp_path)
    assert script.startswith("(function(){") and script.endswith("})();\n")
    assert "window.vegaEmbed=" in script
    kept = list(tmp_path.iterdir())
    assert len(kept) == 1
    kept[0].write_text("half")
    assert vega.vega_bundle(tmp_path) == script


def test_a_version_that_does_not_match_is_told():
    assert vega.matching_vegalite("v6.4.1", ["5.8", "6.4"]) == "6.4"
    with pytest.raises(vega.BundleError, match="Altair writes Vega-Lite 7.0"):
        vega.matching_vegalite("v7.0.0", ["5.8", "6.4"])


def test_an_unknown_bundle_is_told():
    with pytest.raises(vega.BundleError):
        vega.wrap("var a = 1")


def test_the_loader_holds_the_theme():
    source = scripts.loader()
    themes = json.loads(re.search(r"const THEMES = (\{.*\});\n", source)[1])
    assert themes["dark"] == theme.config("dark") and themes["dark_of"] == theme.DARK_OF
    assert scripts.MARKER not in source
