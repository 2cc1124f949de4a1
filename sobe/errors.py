"""Errors that a command reports as one message."""


class BuildError(Exception):
    """A mistake or failure the reader can act on; shown as its message alone."""


def reason(error):
    """Return an OSError in words: "No space left on device: /book/_build/html/index.html"."""
    words = error.strerror or str(error)
    return f"{words}: {error.filename}" if error.filename else words
