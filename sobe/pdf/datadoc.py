"""The data package in print: what each table holds, and every column of it."""

from sobe.pdf.tables import breakable, latex
from sobe.web.datadoc import _rules
from sobe.web.record import unit_words


def documented(package, say):
    """LaTeX: a section a table, and its columns with type, unit, rules and meaning."""
    return "\n\n".join(_table(package, name, say) for name in package.tables)


def _table(package, name, say):
    resource = package.tables[name]
    address = rf"\texttt{{{latex(breakable(resource['path']))}}}"
    fields = "\n".join(_field(field, say) for field in resource["schema"]["fields"])
    return (
        rf"\subsection{{{latex(say(resource['title']))}}}\label{{table-{name}}}" "\n"
        rf"{latex(say(resource['description']))} {{\footnotesize {address}, {latex(say(f'{len(package.rows(name)):,} rows'))}.}}" "\n"
        rf"\begin{{description}}[font=\normalfont\ttfamily,leftmargin=1.4em,itemsep=0pt,parsep=0pt]\footnotesize" "\n"
        f"{fields}\n" r"\end{description}"
    )


def _field(field, say):
    facts = ", ".join(filter(None, [field["type"], unit_words(field.get("unit")), *_rules(field.get("constraints", {}))]))
    return rf"\item[{latex(breakable(field['name']))}] {{\color{{sobemuted}}({latex(breakable(say(facts)))})}} {latex(say(field.get('description', '')))}"
