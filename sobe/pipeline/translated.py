"""papermill gives a chapter in another language: the outputs of the English execution, translated.

Nothing is executed, so no fit or draw is computed twice. A kernel with the same `lang` shows the
same, as `sobe.charts.translated` serves both.
"""

from nbformat import NotebookNode
from papermill.engines import Engine, papermill_engines

from sobe.charts import translated
from sobe.pipeline import notebook

ENGINE = "sobe-translation"
INJECTED = "injected-parameters"


class TranslationEngine(Engine):
    """Counts a chapter's cells instead of executing them."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, **_unused):
        """Count the cells of code, papermill's cell of parameters among them."""
        for count, cell in enumerate(
            (cell for cell in nb_man.nb.cells if cell.cell_type == "code"), start=1
        ):
            cell.execution_count = count
            if _is_injected(cell):
                # It is about how the page is made, not part of its text.
                cell.metadata["tags"].append("remove-cell")


def _is_injected(cell):
    return INJECTED in cell.metadata.get("tags", [])


def _translated(output, count, translate):
    changed = {}
    if output.output_type == "execute_result":
        changed["execution_count"] = count
    if "data" in output:
        changed["data"] = translated.translated(output.data, translate, book=True)
    return NotebookNode(output | changed)  # where set, nbformat would make objects of all of it


papermill_engines.register(ENGINE, TranslationEngine)


def translated_notebook(text, language, translate):
    """Return a chapter in another language, as the text of a notebook.

    Parameters
    ----------
    text
        The notebook as executed in English.
    language, translate
        The other language and its Catalogue.
    """
    from papermill.execute import execute_notebook

    nb = notebook.from_text(text)
    # Set aside: papermill copies and writes all that it has, which takes longer than translation.
    kept = []
    for cell in nb.cells:
        if cell.cell_type == "code":
            kept.append(cell.outputs)
            cell.outputs = []
    done = execute_notebook(
        nb,
        None,
        parameters={"lang": language},
        engine_name=ENGINE,
        kernel_name="python3",
        progress_bar=False,
    )
    own = [cell for cell in done.cells if cell.cell_type == "code" and not _is_injected(cell)]
    for cell, outputs in zip(own, kept, strict=True):
        cell.outputs = [_translated(one, cell.execution_count, translate) for one in outputs]
    return notebook.to_text(notebook.clean(done))
