"""The PDFs: whole, inside their margins, with their fonts, and readable by machines."""

import os
import re
import shutil
import subprocess

import pytest

from sobe.build import BuildError
from sobe.pdf import build as pdf
from sobe.pdf import tables

SENTENCES = {
    "en": ("An independent edition", "neither hardware nor algorithms", "The claims ledger", "continued on next page"),
    "zh": ("独立版本", "大脑模拟模型", "主张核查表", "续下页"),
}
POINTS = 2 / 25.4 * 72.27  # 2 mm


@pytest.fixture(scope="module")
def made(project, site):
    missing = pdf.lacking()
    if missing:
        message = f"no {', '.join(missing)} here; to install: apt-get install -y {pdf.PACKAGES}"
        if os.environ.get("SOBE_REQUIRE_PDF"):
            pytest.fail(message)
        pytest.skip(message)
    return {path.stem[-2:]: path for path in pdf.build(project, lambda line: None)}


def log(project, name):
    return (project.build / "pdf" / f".{name}" / "latex" / f"{pdf.NAME}-{name}.log").read_text(errors="replace")


def source(project, name):
    return (project.build / "pdf" / f".{name}" / "latex" / f"{pdf.NAME}-{name}.tex").read_text(encoding="utf-8")


def test_both_are_made(made):
    assert set(made) == {"en", "zh"}
    assert all(path.read_bytes()[:5] == b"%PDF-" for path in made.values())


@pytest.mark.parametrize("name", ["en", "zh"])
def test_every_figure_is_in_it(made, project, site, name):
    shown = sum(
        len(set(re.findall(r'class="sobe-chart" id="(chart-\w{12})', (site / f"{page}.html").read_text(encoding="utf-8"))))
        for page in project.pages if page not in ("index", "figures"))
    drawn = set(re.findall(r"\\sphinxincludegraphics(?:\[[^]]*\])?\{\{?([^}.]+)", source(project, name)))
    assert len(drawn) >= shown > 10
    # Not one of them is a picture of pixels.
    images = subprocess.run(["pdfimages", "-list", made[name]], capture_output=True, text=True).stdout
    assert images.count("\n") <= 2


@pytest.mark.parametrize("name", ["en", "zh"])
def test_nothing_sticks_out_of_the_margin(made, project, name):
    over = [float(x) for x in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log(project, name))]
    assert max(over, default=0) <= POINTS


@pytest.mark.parametrize("name", ["en", "zh"])
def test_no_glyph_is_missing(made, project, name):
    assert "Missing character" not in log(project, name)


@pytest.mark.parametrize("name", ["en", "zh"])
def test_links_inside_are_alive(made, project, name):
    text = log(project, name)
    assert "undefined references" not in text and not re.search(r"name\{[^}]*\} has been referenced but does not exist", text)


@pytest.mark.parametrize("name", ["en", "zh"])
def test_fonts_are_embedded(made, name):
    lines = subprocess.run(["pdffonts", made[name]], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert lines and all(line.split()[-5] == "yes" for line in lines)


@pytest.mark.parametrize("name", ["en", "zh"])
def test_text_can_be_found(made, name):
    text = subprocess.run(["pdftotext", made[name], "-"], capture_output=True, text=True, check=True).stdout
    text = " ".join(text.split())
    assert [s for s in SENTENCES[name] if s not in text and s not in text.replace(" ", "")] == []


def test_a_missing_package_is_told_in_one_sentence(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(BuildError, match=r"the PDF needs xelatex, .*; to install: apt-get install -y texlive-xetex") as error:
        pdf.check()
    assert "\n" not in str(error.value)


def test_a_table_keeps_its_cells_and_links():
    html = ('<figure><figcaption>Costs</figcaption><table><thead><tr><th scope="col">What</th><th scope="col">USD</th></tr></thead>'
            '<tbody><tr><td><a href="https://example.org/a">A &amp; b</a></td><td class="number">$1</td></tr></tbody></table></figure>')
    before, found, after = tables.table(html)
    assert [part for part in found.astext().split("\n") if part] == ["Costs", "What", "USD", "A & b", "$1"]
    (link,) = found.findall(lambda node: node.tagname == "reference")
    assert link["refuri"] == "https://example.org/a"


def test_long_words_may_be_broken():
    assert tables.breakable("short") == "short"
    assert tables.BREAK in tables.breakable("sobe2025-digital-human-intelligence-costs")
