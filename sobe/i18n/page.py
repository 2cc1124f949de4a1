"""A finished HTML page in another language.

Sphinx has put the translated prose in already. What is left is what code wrote: outputs of cells,
glued numbers, cards, the theme's own words. Code, addresses and data files stay as they are.
"""

import html
import json
import re

from sobe.i18n import spec
from sobe.i18n.catalogue import CHINESE

_TOKENS = re.compile(r"(<!--.*?-->|<!doctype[^>]*>|</?[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>)", re.S | re.I)
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_ATTRIBUTE = re.compile(r"(\s)([\w:-]+)=\"([^\"]*)\"")
_READ = {"aria-label", "title", "alt", "placeholder", "data-row", "data-column", "data-sobe-rows", "data-sobe-columns",
         "aria-roledescription", "data-bs-title", "label"}  # fmt: skip
_META = re.compile(r'<meta [^>]*(?:name|property)="(?:description|og:\w+|twitter:\w+)"')
_VOID = set("area base br col embed hr img input link meta param source track wbr".split())
_SKIPPED = {"pre", "code", "style", "script", "math", "textarea", "kbd"}
_OURS = re.compile(r'class="[^"]*\b(?:sobe-|cell_output|pasted-text|toggle-details|above-input|sobe)')


def _classed(token):
    return bool(_OURS.search(token)) or "data-sobe" in token


def translated(text, say, report=True):
    """The HTML `text` with everything in it given by `say`.

    What `say` has no message for stays; with `report` it is noted as missing, unless it stands in
    prose, which has catalogues of its own.
    """
    out, stack = [], []
    for token in _TOKENS.split(text):
        if token.startswith("<") and (tag := _TAG.match(token)):
            name = tag[2].lower()
            if tag[1]:
                if any(open_tag[0] == name for open_tag in stack):
                    while stack.pop()[0] != name:
                        pass
                out.append(token)
                continue
            ours = bool(stack and stack[-1][1]) or _classed(token)
            prose = bool(stack and stack[-1][2]) or name == "article"
            # A table of the data package is the data, whatever the page's language.
            data = name == "table" and bool(stack) and stack[-1][4] == "package"
            skip = data or bool(stack and stack[-1][3]) or name in _SKIPPED or 'lang="zh"' in token and name != "html"
            out.append(token if skip and name not in ("pre", "code") else _attributes(token, _quietly(say, report and (ours or not prose))))
            if name not in _VOID and not token.endswith("/>"):
                kind = "package" if 'class="sobe-data"' in token else "chart" if "sobe-chart" in token and "sobe-chart-" not in token else "estimator" if "data-sobe-estimator" in token else (stack[-1][4] if stack else "")
                if name == "script":
                    kind = (kind or "data") if 'type="application/json"' in token else ""
                stack.append((name, ours, prose, skip, kind))
        elif not token or token.startswith("<!") or not stack:
            out.append(token)
        elif stack[-1][0] == "script":
            out.append(_script(token, stack[-1][4], say))
        elif stack[-1][3] or not token.strip():
            out.append(token)
        else:
            _, ours, prose, _, _ = stack[-1]
            text = html.unescape(token)
            said = _quietly(say, report and (ours or not prose))(text)
            out.append(token if said == text else html.escape(said, quote=False))
    return "".join(out)


def _quietly(say, report):
    """`say`, or where nothing is to be reported, the same without noting what is missing."""
    if report:
        return say

    def quiet(text):
        before = dict(say.missing)
        said = say(text)
        say.missing = before
        return said

    return quiet


def _attributes(token, say):
    meta = _META.match(token)

    def one(match):
        if match[2] in _READ or meta and match[2] == "content":
            text = html.unescape(match[3])
            if text and not CHINESE.search(text):
                said = say(text)
                if said != text:
                    return f'{match[1]}{match[2]}="{html.escape(said)}"'
        return match[0]

    return _ATTRIBUTE.sub(one, token)


def _script(text, kind, say):
    """JSON that a page's script reads: a chart's spec, or the estimator's model."""
    if kind == "chart":
        data = spec.translated(json.loads(text), say)
    elif kind == "estimator":
        data = _leaves(json.loads(text), say)
    else:
        return text
    written = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


#: Keys of a script's JSON whose values are words, whatever they look like.
_NAMED = {"stages", "texts", "options"}


def _leaves(value, say, named=False):
    """JSON with its texts translated; identifiers (no capital letter, no space) are not texts."""
    if isinstance(value, dict):
        return {key: _leaves(item, say, named or key in _NAMED) for key, item in value.items()}
    if isinstance(value, list):
        return [_leaves(item, say, named) for item in value]
    if isinstance(value, str) and (named or " " in value or value[:1].isupper()):
        return say(value)
    return value
