"""The PDF editions: the same chapters through Sphinx's LaTeX builder and XeLaTeX.

`sphinx` exchanges what cells show for figures and tables and names each in the text, `figures`
draws charts, `tables` fits columns to the page, `datadoc` lists the data package, `words` and
`preamble.tex` are the document's own words and look, and `build` runs XeLaTeX.
"""
