"""papermill giving a chapter in another language: the English execution's outputs, translated.

Nothing is run, so no fit or draw is computed twice. A kernel with the same `lang` shows the same
(`sobe.charts.translated` serves both).
"""

from papermill.engines import Engine, papermill_engines

from sobe.charts import translated
from sobe.pipeline import notebook

ENGINE = "sobe-translation"
INJECTED = "injected-parameters"


class TranslationEngine(Engine):
    """Fills a chapter's cells with kept outputs instead of running them."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, *, kept, translate, **_unused):
        """`kept` is the chapter as executed in English, `translate` the Catalogue of the other language."""
        cells = [cell for cell in nb_man.nb.cells if INJECTED not in cell.metadata.get("tags", [])]
        for cell, done in zip(cells, kept.cells, strict=True):
            if cell.cell_type == "code":
                cell.outputs = [_translated(output, translate) for output in done.outputs]
        for cell in nb_man.nb.cells:
            if INJECTED in cell.metadata.get("tags", []):
                # Of the page's making, not of what it says.
                cell.metadata["tags"].append("remove-cell")
        # papermill's cell of parameters counts as well.
        for count, cell in enumerate(
            (cell for cell in nb_man.nb.cells if cell.cell_type == "code"), start=1
        ):
            cell.execution_count = count
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count


def _translated(output, translate):
    if "data" in output:
        output["data"] = translated.translated(output["data"], translate, book=True)
    return output


papermill_engines.register(ENGINE, TranslationEngine)


def translated_notebook(source, text, language, translate):
    """The chapter at `source`, executed in English as the notebook `text`, in `language`; as text."""
    import nbformat
    from papermill.execute import execute_notebook

    done = execute_notebook(
        notebook.read(source),
        None,
        parameters={"lang": language},
        engine_name=ENGINE,
        kernel_name="python3",
        progress_bar=False,
        kept=nbformat.reads(text, as_version=4),
        translate=translate,
    )
    return notebook.to_text(notebook.clean(done))
