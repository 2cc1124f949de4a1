"""A book's repository: its folders, configuration and pages."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sobe import atomic, plain
from sobe.errors import BuildError, one_line
from sobe.parameters.domain import front_matter
from sobe.tables.rows import quote

_LARGEST = 10_000_000  # bytes of a page or of a configuration


def read_yaml(path):
    """Read the YAML mapping in `path`; raise BuildError where it is missing or malformed."""
    try:
        text = atomic.read_plain(path, _LARGEST, follow=True).decode("utf-8")
        found = plain.read_yaml(text)
    except FileNotFoundError:
        raise BuildError(f"{path.name} is missing from {path.parent}") from None
    except OSError as error:
        raise BuildError(f"{path.name} cannot be read: {error.strerror}") from None
    except plain.PlainError as error:
        raise BuildError(f"{path.name}, {error}") from None
    except ValueError as error:  # no plain file, not UTF-8
        raise BuildError(f"{path.name} is not valid YAML: {one_line(error)}") from None
    found = {} if found is None else found
    if not isinstance(found, dict):
        raise BuildError(f"{path.name}: expected keys with values, not {quote(found)}")
    return found


def _head(path):
    """Read the YAML at the head of a Markdown page, or {}."""
    try:
        text = atomic.read_plain(path, _LARGEST, follow=True).decode("utf-8")
    except ValueError as error:
        raise BuildError(f"{path.name} cannot be read as a page: {one_line(error)}") from None
    return front_matter(text, path.name)


def _toc_files(entry):
    """Yield every `file:` and `root:` of a table of contents, in order."""
    if isinstance(entry, list):
        for item in entry:
            yield from _toc_files(item)
    elif isinstance(entry, dict):
        for key, value in entry.items():
            if key in ("root", "file"):
                if not isinstance(value, str) or not value:
                    raise BuildError(
                        f"_toc.yml: {key!r} takes the path of a page, such as book/cost, "
                        f"not {quote(value)}"
                    )
                yield value
            else:
                yield from _toc_files(value)


@dataclass(frozen=True)
class Project:
    """A book's repository at `root`."""

    root: Path

    @property
    def book(self):
        """Folder of the pages."""
        return self.root / "book"

    @property
    def build(self):
        """Folder of everything that is built."""
        return self.root / "_build"

    @property
    def site(self):
        """Folder of the finished HTML."""
        return self.build / "html"

    @property
    def cache(self):
        """Folder of what is kept between builds."""
        return self.build / ".cache"

    @cached_property
    def config(self):
        """Content of `_config.yml`."""
        return read_yaml(self.root / "_config.yml")

    @cached_property
    def toc(self):
        """Content of `_toc.yml`."""
        return read_yaml(self.root / "_toc.yml")

    @cached_property
    def pages(self):
        """Paths of the pages in the table of contents, by name.

        Raises
        ------
        BuildError
            For an entry that is not a Markdown page of book/.
        """
        pages = {}
        for entry in _toc_files(self.toc):
            path = self.root / (entry if entry.endswith(".md") else f"{entry}.md")
            if "\0" in entry or path.parent != self.book or not path.is_file():
                shown = quote(f"book/{path.name}")[1:-1]
                raise BuildError(f"_toc.yml names {quote(entry)}, but there is no page {shown}")
            if path.stem in pages:
                raise BuildError(f"_toc.yml names {entry!r} twice")
            pages[path.stem] = path
        if not pages:
            raise BuildError("_toc.yml names no pages")
        return pages

    @cached_property
    def chapters(self):
        """Paths of the pages that are notebooks, whose head names a kernel, by name."""
        return {name: path for name, path in self.pages.items() if "kernelspec" in _head(path)}

    def timeout(self, chapter):
        """Return the seconds that a chapter may take, from `_config.yml`.

        Raises
        ------
        BuildError
            For a limit that is no number of seconds, or is for an unknown chapter.
        """
        settings = self.config.get("execute") or {}
        own = settings.get("chapter_timeouts") or {}
        if not isinstance(own, dict) or set(own) - set(self.chapters):
            raise BuildError(
                f"_config.yml: chapter_timeouts takes names of chapters with seconds, not {own!r}; "
                f"chapters: {', '.join(self.chapters)}"
            )
        seconds = own.get(chapter, settings.get("timeout", 300))
        if (
            isinstance(seconds, bool)
            or not isinstance(seconds, (int, float))
            or not 0 < seconds < float("inf")
        ):
            raise BuildError(
                f"_config.yml: the time limit of chapter {chapter!r} must be seconds, "
                f"not {seconds!r}"
            )
        return float(seconds)
