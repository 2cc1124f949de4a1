"""The build of the book: execute chapters (cached), then render them once.

`python -m sobe.build --help` says what can be asked of it.
"""


class BuildError(Exception):
    """A mistake or failure the reader can act on; shown as its message alone."""
