"""Sphinx's configuration from `_config.yml`: what Jupyter Book makes of it as well."""

import pytest
from jupyter_book.config import get_final_config

from sobe.errors import BuildError
from sobe.pipeline.configuration import sphinx_settings

#: What Jupyter Book's has more: defaults of extensions, or settings of its own command.
THEIRS = {
    "comments_config",
    "html_favicon",
    "latex_engine",
    "nb_execution_allow_errors",
    "nb_execution_cache_path",
    "nb_execution_excludepatterns",
    "nb_execution_in_temp",
    "use_jupyterbook_latex",
    "use_multitoc_numbering",
}


def test_it_is_what_jupyter_book_makes_of_it(project):
    ours = sphinx_settings(project.config)
    theirs, _ = get_final_config(
        user_yaml=project.config,
        cli_config={"latex_individualpages": False},
        sourcedir=project.root,
    )
    assert set(ours) <= set(theirs)
    assert set(theirs) - set(ours) <= THEIRS
    extra = {"jupyter_book", "sphinx_multitoc_numbering"}
    assert ours.pop("extensions") == [n for n in theirs["extensions"] if n not in extra]
    assert ours == {name: theirs[name] for name in ours}


@pytest.mark.parametrize(
    "config, message",
    [
        ({"html": {"favicon": "x.png"}}, "'html.favicon' is not known; known are author, "),
        ({"titel": "Trees"}, "'titel' is not known"),
        ({"execute": "off"}, "'execute' must be a section, not 'off'"),
    ],
)
def test_what_is_not_known_is_an_error(config, message):
    with pytest.raises(BuildError, match=f"^_config.yml: {message}"):
        sphinx_settings(config)


def test_an_empty_section_says_nothing():
    assert sphinx_settings({"html": None, "sphinx": None}) == sphinx_settings({})
