"""The build of the book: execute chapters (cached), then render them once.

`python -m sobe.build --help` says what can be asked of it.
"""


class BuildError(Exception):
    """A mistake or failure the reader can act on; shown as its message alone."""


def told(error):
    """An OSError in words: "No space left on device: /book/_build/html/index.html"."""
    words = error.strerror or str(error)
    return f"{words}: {error.filename}" if error.filename else words
