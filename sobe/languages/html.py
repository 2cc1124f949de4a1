"""Translation of HTML: foreign outputs of cells, and the theme and cards of a finished page.

Code, addresses and tables of the data package stay as they are.
"""

import html
import re
from collections.abc import Callable

from sobe.languages import WIDE
from sobe.languages.catalogue import CHINESE

_TOKENS = re.compile(
    r"(<!--(?:.*?-->|.*)|<!doctype[^<>]*>|</?[a-zA-Z](?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+>)",
    re.S | re.I,
)
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_ATTRIBUTE = re.compile(r"(\s)([\w:-]+)=\"([^\"]*)\"")
_READ = {
    "aria-label",
    "title",
    "alt",
    "placeholder",
    "data-row",
    "data-column",
    "data-sobe-rows",
    "data-sobe-columns",
    "aria-roledescription",
    "data-bs-title",
    "label",
}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"}
_VOID |= {"source", "track", "wbr"}
_SKIPPED = {"pre", "code", "style", "script", "math", "textarea", "kbd"}
#: Elements inside the article that are translated in the finished page: buttons and titles of the
#: theme. The rest of the article is prose and outputs, which are translated already.
_LATE = re.compile(
    r'class="[^"]*\b(?:above-input|toggle-details|bd-search-container|headerlink|admonition-title)\b'
)

#: A space between Chinese characters, with markup next to it where the prose has emphasis or a
#: glued text. Code and tables match as `skipped`: their texts were translated one by one.
_MARKUP = r'(?:</?(?:strong|em)>|<span class="pasted-[^"]*">|</span>)*'
_GAP = re.compile(
    rf"<(?P<skipped>{'|'.join(sorted(_SKIPPED))}|table)\b(?:.*?</(?P=skipped)>|.*)|"
    rf"(?<=[{WIDE}])(?P<before>{_MARKUP})[ \n]+(?P<after>{_MARKUP})(?=[{WIDE}])",
    re.S,
)


def translated(text: str, translate: Callable[[str], str]) -> str:
    """Translate HTML of a cell that is not ours, as of a data frame: all texts and attributes."""
    return _walked(text, translate, lambda name, token, inside: True)


def page(text: str, translate: Callable[[str], str]) -> str:
    """Translate a finished page: all around its article, and what `_LATE` matches inside it."""

    def wanted(name, token, outer):
        if _LATE.search(token):
            return True
        return False if name == "article" else outer

    return _GAP.sub(_closed, _walked(text, translate, wanted))


def _closed(gap):
    return gap[0] if gap["skipped"] else gap["before"] + gap["after"]


def _walked(
    text: str, translate: Callable[[str], str], wanted: Callable[[str, str, bool], bool]
) -> str:
    """Translate texts and spoken attributes where ``wanted(tag, token, outer)`` is true.

    ``outer`` says whether the element around is wanted.
    """
    out: list[str] = []
    # The open elements: (name, wanted, skipped, inside the data page).
    stack: list[tuple[str, bool, bool, bool]] = []
    for token in _TOKENS.split(text):
        if token.startswith("<") and (tag := _TAG.match(token)):
            name = tag[2].lower()
            if tag[1]:
                if any(open_tag[0] == name for open_tag in stack):
                    while stack.pop()[0] != name:
                        pass
                out.append(token)
                continue
            _, outer, skipped, package = stack[-1] if stack else ("", True, False, False)
            want = wanted(name, token, outer)
            # A table of the data package shows the data as they are, in every language.
            skip = (
                skipped
                or name in _SKIPPED
                or (name == "table" and package)
                or ('lang="zh"' in token and name != "html")
            )
            out.append(
                _attributes(token, translate)
                if want and (not skip or name in ("pre", "code"))
                else token
            )
            if name not in _VOID and not token.endswith("/>"):
                package = package or 'class="sobe-data"' in token
                stack.append((name, want, skip, package))
        elif (
            not token.strip()
            or token.startswith("<!")
            or not stack
            or not stack[-1][1]
            or stack[-1][2]
        ):
            out.append(token)
        else:
            text = html.unescape(token)
            translation = translate(text)
            out.append(token if translation == text else html.escape(translation, quote=False))
    return "".join(out)


def _attributes(token, translate):
    def one(match):
        if match[2] in _READ:
            text = html.unescape(match[3])
            if text and not CHINESE.search(text):
                translation = translate(text)
                if translation != text:
                    return f'{match[1]}{match[2]}="{html.escape(translation)}"'
        return match[0]

    return _ATTRIBUTE.sub(one, token)
