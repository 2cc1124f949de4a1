"""The PDF editions: the same chapters through Sphinx's LaTeX builder and XeLaTeX.

`sphinx` turns what cells show into figures and tables of the document, `tables` reads HTML tables,
`build` lays out the document and runs XeLaTeX.
"""
