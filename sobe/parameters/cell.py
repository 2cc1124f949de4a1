"""The cell of a chapter that holds its parameters' own values, which papermill reads."""

from __future__ import annotations

import ast
import re
from typing import Any

from sobe.errors import BuildError

_CELL = re.compile(
    r"^```\{code-cell\}[^\n]*\n:tags: \[(?:[\w-]+, )*parameters(?:, [\w-]+)*\]\n(.*?)^```",
    re.M | re.S,
)


def source(page: str) -> str:
    """Return the source of the cell tagged `parameters` of a page's text, or ""."""
    found = _CELL.search(page)
    return found[1].strip("\n") if found else ""


def declared(source: str, chapter: str) -> dict[str, Any]:
    """Read {name: default} from a parameters cell; raise BuildError for anything but literals."""
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise BuildError(
            f"the parameters cell of {chapter!r} is not valid Python: {error}"
        ) from None
    found = {}
    for node in body:
        target: ast.expr | None = None
        value: ast.expr | None = None
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.AnnAssign):
            target, value = node.target, node.value
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        if not isinstance(target, ast.Name) or value is None:
            raise BuildError(
                f"the parameters cell of {chapter!r} may hold only `name = value` lines "
                f"(line {node.lineno})"
            )
        try:
            found[target.id] = ast.literal_eval(value)
        except ValueError:
            raise BuildError(
                f"line {node.lineno} of the parameters cell of {chapter!r} is not a plain value"
            ) from None
    return found
