"""Errors that a command reports as one message."""


class BuildError(Exception):
    """An error that the user can act on; only its message is shown, without a traceback."""


def reason(error):
    """Return an OSError as text: "No space left on device: /book/_build/html/index.html"."""
    words = error.strerror or str(error)
    return f"{words}: {error.filename}" if error.filename else words


def one_line(error: object, longest: int = 300) -> str:
    """Return the text of an error of others on one line, cut where it is long."""
    return " ".join(str(error).split())[:longest]
