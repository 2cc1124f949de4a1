"""Sphinx's configuration from `_config.yml`, in the form that Jupyter Book defines.

Jupyter Book, which is tied to old versions of Sphinx, does not read it here; a test compares both.
"""

import re

from sobe.errors import BuildError
from sobe.tables.rows import quote

#: What Jupyter Book sets where `_config.yml` does not.
DEFAULTS = {
    "html_theme": "sphinx_book_theme",
    "html_sourcelink_suffix": "",
    "myst_url_schemes": ["mailto", "http", "https"],
    "numfig": True,
    "pygments_style": "sphinx",
    "suppress_warnings": ["myst.domains"],
}
#: Sphinx's name of each key; None for a key that only others read. Keys with a dot are in sections.
SETTINGS = {
    "title": "html_title",
    "author": "author",
    "copyright": "copyright",
    "logo": "html_logo",
    "only_build_toc_files": "external_toc_exclude_missing",
    "exclude_patterns": "exclude_patterns",
    "execute.execute_notebooks": "nb_execution_mode",
    "execute.timeout": "nb_execution_timeout",
    "execute.chapter_timeouts": None,
    "execute.stderr_output": "nb_output_stderr",
    "parse.myst_enable_extensions": "myst_enable_extensions",
    "html.baseurl": "html_baseurl",
    "repository.url": None,
    "latex.use_jupyterbook_latex": None,
    "sphinx.config": None,
}
#: What the keys that only we interpret take; Sphinx checks the types of its own.
KINDS = {
    "title": str,
    "author": str,
    "copyright": str,
    "only_build_toc_files": bool,
    "exclude_patterns": list,
    "html.baseurl": str,
    "parse.myst_enable_extensions": list,
    "latex.use_jupyterbook_latex": bool,
    "sphinx.config": dict,
}
WORDS = {str: "text", bool: "true or false", list: "a list", dict: "a section"}
_SECTIONS = {key.partition(".")[0] for key in SETTINGS if "." in key}
_EXCLUDED = ("_build", "Thumbs.db", ".DS_Store", "**.ipynb_checkpoints")


def sphinx_settings(config):
    """Translate the content of `_config.yml` to Sphinx's names.

    Parameters
    ----------
    config : dict
        What `_config.yml` says. What is under `sphinx: config` goes over all else.

    Returns
    -------
    dict
        For Sphinx's `confoverrides`. The extension `jupyter_book` is left out: it only declares
        settings of Jupyter Book's own command.

    Raises
    ------
    BuildError
        For a key that is not known here, or a section that is not one.
    """
    settings = dict(DEFAULTS)
    for key, value in _flat(config):
        kind = KINDS.get(key)
        if kind and value is not None and not isinstance(value, kind):
            raise BuildError(f"_config.yml: {key} takes {WORDS[kind]}, not {quote(value)}")
        if key not in SETTINGS:
            raise BuildError(
                f"_config.yml: {quote(key)} is not known; known are {', '.join(sorted(SETTINGS))} "
                "(a setting of Sphinx goes under sphinx: config)"
            )
        if SETTINGS[key]:
            settings[SETTINGS[key]] = value
    settings["exclude_patterns"] = sorted({*_EXCLUDED, *settings.get("exclude_patterns", ())})
    settings |= (config.get("sphinx") or {}).get("config") or {}
    if address := (config.get("repository") or {}).get("url"):
        if not re.fullmatch(r"https://[^\s<>\"'\\]+", str(address)):
            raise BuildError(
                f"_config.yml: repository: url is {address!r}, expected an address with https://"
            )
        options = settings.get("html_theme_options", {})
        settings["html_theme_options"] = {**options, "repository_url": address}
    settings["extensions"] = [
        name for name in settings.get("extensions", ()) if name != "jupyter_book"
    ]
    return settings


def _flat(config):
    """Yield the (key, value) pairs of a configuration; keys of a section as "section.key"."""
    for key, value in config.items():
        if key not in _SECTIONS:
            yield key, value
        elif isinstance(value or {}, dict):
            yield from ((f"{key}.{name}", item) for name, item in (value or {}).items())
        else:
            raise BuildError(f"_config.yml: {key!r} must be a section, not {quote(value)}")
