"""The HTML site: how an output becomes part of a page.

Here: docutils nodes (`nodes`), cards of figures (`collect`, `card`), their files and pictures, the
documentation of the data, the switch between editions, templates, scripts and style sheets. Not
here: the outputs themselves (`sobe.charts`) and the run of Sphinx (`sobe.pipeline`).
"""

from pathlib import Path

from sobe.charts import outputs

TEMPLATES = Path(__file__).resolve().parent / "templates"


def template(path: str, /, **values) -> str:
    """Return the template ``path``, of the site or of an output, filled with ``values``."""
    return outputs.environment(TEMPLATES, outputs.TEMPLATES).get_template(path).render(values)
