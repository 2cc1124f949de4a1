"""The PDF editions: the same chapters as one plain HTML document, laid out by WeasyPrint.

`build` makes the PDFs, `builder` is the Sphinx builder that writes the document, `document` numbers
its sections, figures and tables and refers to them, `outputs` reads the HTML that cells show, and
`words`, `document.html` and `print.css` are the document's own words, frame and look.
"""
