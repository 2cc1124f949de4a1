"""The PDF editions: all chapters as one plain HTML document, laid out by WeasyPrint.

Here: `builder`, the Sphinx builder that writes the document; `document`, which numbers sections,
figures and tables; `outputs`; the document's own words, template and style sheet. Not here: the run
that makes the PDF files (`sobe.pipeline.pdf`).
"""
