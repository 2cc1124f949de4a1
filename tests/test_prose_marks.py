"""What the prose of a page gets: verdicts at the ends of sentences, and terms with explanations."""

import re

import pytest
from docutils import nodes

from sobe import languages
from sobe.site import prose
from sobe.site.nodes import OutputNode


def paragraph(*parts):
    """A paragraph of texts and verdicts; a verdict is written as "[…]"."""
    made = nodes.paragraph()
    for part in parts:
        if isinstance(part, str) and part.startswith("["):
            made += OutputNode(kind="badge", data={"text": part})
        else:
            made += nodes.Text(part) if isinstance(part, str) else part
    return made


def written(children):
    return "".join(
        node["data"]["text"] if isinstance(node, OutputNode) else node.astext() for node in children
    )


@pytest.mark.parametrize(
    "parts, placed",
    [
        (("It grew ", "[v]", " since then. It is."), "It grew since then [v]. It is."),
        (("One. Two ", "[v]", " ends; three."), "One. Two ends [v]; three."),
        (("It holds. ", "[v]", " Next."), "It holds [v]. Next."),
        (("It costs $1.5 ", "[v]", " now"), "It costs $1.5 now [v]"),
        (("它增长", "[v]", "。下一句。"), "它增长 [v]。下一句。"),
        # Two verdicts in one sentence: each stays behind its part.
        (("A ", "[v]", " and b ", "[w]", " too."), "A [v] and b [w] too."),
    ],
)
def test_a_verdict_is_at_the_end_of_its_sentence(parts, placed):
    assert written(prose._placed(paragraph(*parts))) == placed


def test_a_verdict_behind_emphasis_stays_with_its_sentence():
    made = paragraph(nodes.strong("", "The insight"), ". ", "[v]", " According to it.")
    assert written(prose._placed(made)) == "The insight [v]. According to it."


@pytest.fixture
def marked(tmp_path):
    """Marks the terms of a small glossary in paragraphs."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/glossary.csv").write_text(
        "en,zh,explanation,explanation_zh\n"
        "EM,电镜,Electrons.,电子。\nrate,率,How often.,频率。\ninformation rate,速率,Bits.,比特。\n"
        "nothing,无,,\n",
        encoding="utf-8",
    )

    def mark(*parts):
        section = nodes.section()
        for part in parts:
            section += part
        left = list(prose.terms(tmp_path, languages.current().folder))
        for text in list(section.findall(nodes.Text)):
            if prose._is_prose(text):
                left = prose._mark(text, left)
        return [(term.astext(), term["explanation"]) for term in section.findall(prose.term)]

    return mark


def test_the_first_use_of_a_term_is_marked(marked):
    found = marked(paragraph("The information rates of EM, them, and a rate of EM."))
    assert found == [("information rates", "Bits."), ("EM", "Electrons."), ("rate", "How often.")]


def test_links_code_headings_and_tables_are_left(marked):
    link, code = nodes.reference("", "EM"), nodes.literal("", "EM")
    cell = nodes.table("", paragraph("EM"))
    assert marked(nodes.title("", "EM"), paragraph(link, code, " nothing"), cell) == []


def test_every_term_with_an_explanation_has_it_in_chinese(project):
    rows = [row for row in prose.glossary(project.book) if row["explanation"]]
    assert len(rows) >= 15
    for row in rows:
        assert row["explanation_zh"] and not re.search("[a-z]{4}", row["explanation_zh"]), row["en"]
