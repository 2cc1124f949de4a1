"""The data package in print: what each table holds, and every column of it."""

from sobe.i18n import listing, say
from sobe.pdf.tables import breakable, latex
from sobe.web.datadoc import constraint_words
from sobe.web.record import unit_words


def documented(package, words):
    """LaTeX: a section a table, and its columns with type, unit, rules and meaning."""
    return "\n\n".join(_table(package, name, words) for name in package.tables)


def _table(package, name, words):
    resource = package.tables[name]
    facts = listing([resource["path"], say("{n} rows", n=f"{len(package.rows(name)):,}")])
    fields = "\n".join(map(_field, resource["schema"]["fields"]))
    return (
        rf"\subsection{{{latex(say(resource['title']))}}}\label{{table-{name}}}"
        "\n"
        rf"{latex(say(resource['description']))} {{\footnotesize {latex(breakable(facts))}{words['stop'].strip()}}}"
        "\n"
        rf"\begin{{description}}[font=\normalfont\ttfamily,leftmargin=1.4em,itemsep=0pt,parsep=0pt]\footnotesize"
        "\n"
        f"{fields}\n"
        r"\end{description}"
    )


def _field(field):
    facts = listing(
        filter(
            None,
            [
                say(field["type"]),
                unit_words(field.get("unit")),
                *constraint_words(field.get("constraints", {})),
            ],
        )
    )
    return rf"\item[{latex(breakable(field['name']))}] {{\color{{sobemuted}}({latex(breakable(facts))})}} {latex(say(field.get('description', '')))}"
