"""The parameters of a chapter, for the commands of a reader (`sobe.parameters` holds the rest)."""

import textwrap

from sobe.parameters import domain
from sobe.parameters.grammar import written

#: What PARAMS says for a run with the values that the chapter declares.
DEFAULTS = "defaults"


def of(project, name):
    """Return the `sobe.parameters.domain.Declaration` of a chapter."""
    return domain.of_page(name, project.chapters[name])


def help_text(declaration):
    """Return what `make chapter NAME=…` says without PARAMS: the parameters and how to write them.

    Parameters
    ----------
    declaration : sobe.parameters.domain.Declaration
        Of the chapter.
    """
    lines = [f"Parameters of the chapter {declaration.chapter!r}:", ""]
    for name, one in declaration.parameters.items():
        lines.append(f"  {name}={written(one.default)}")
        for text in (f"{one.label}. {one.help}" if one.help else "", f"Allowed: {one.allowed}"):
            lines += textwrap.wrap(text, 96, initial_indent="      ", subsequent_indent="      ")
    shown = [f"{name}={written(one.default)}" for name, one in declaration.parameters.items()]
    example = min(shown[1:] or shown or [""], key=len)
    lines += [
        "",
        f'Other values:  make chapter NAME={declaration.chapter} PARAMS="{example}"',
        f"These values:  make chapter NAME={declaration.chapter} PARAMS={DEFAULTS}",
        "Pairs have a space between them and none inside. A list is written [a,b].",
    ]
    return "\n".join(lines)
