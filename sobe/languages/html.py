"""Translation of HTML: foreign outputs of cells, and the theme and cards of a finished page.

Code, addresses and tables of the data package stay as they are.
"""

import html
import re
from collections.abc import Callable, Set
from functools import lru_cache

from sobe.languages.catalogue import Catalogue, tidy

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
#: theme, and the title of the index. The rest is prose and outputs, which are translated already.
_LATE = re.compile(
    r'class="[^"]*\b(?:above-input|toggle-details|bd-search-container|headerlink|admonition-title)\b|'
    r'<h1 id="index"'
)

#: What may be next to a space where the prose has emphasis or a glued text.
_MARKUP = r'(?:</?(?:strong|em|a|abbr)>|<(?:a|abbr) [^<>]*>|<span class="pasted-[^"]*">|</span>)*'
#: Full-width marks, which have room of their own next to any text. Quotation marks are Latin too.
_MARKS = "，。、；：？！（）《》「」"
#: A number and its interval in a cell: where characters break anywhere, it breaks between the two.
_INTERVAL = re.compile(r'(<td class="number sobe-wraps"[^<>]*>[^<（]*)(（[^<（）]*）)(?=</td>)')
#: A start tag of an element with a language of its own, or that is the same in every language.
_OWN = re.compile(r"""\s(?:lang|translate="no")[\s=>]""")


@lru_cache(maxsize=4)
def _gap(ranges: str) -> re.Pattern[str]:
    """Return the pattern of a space between two of the characters, with markup next to it.

    Code and tables match as `skipped`: their texts were translated one by one.
    """
    return re.compile(
        rf"<(?P<skipped>{'|'.join(sorted(_SKIPPED))}|table)\b(?:.*?</(?P=skipped)>|.*)|"
        rf"(?<=[{ranges}])(?P<before>{_MARKUP})[ \n]+(?P<after>{_MARKUP})(?=[{ranges}])|"
        rf"(?<=[{_MARKS}])(?P<left>{_MARKUP})[ \n]+(?P<right>{_MARKUP})(?=[^\s<#]|<code\b)",
        re.S,
    )


def translated(text: str, translate: Catalogue) -> str:
    """Translate HTML of a cell that is not ours, as of a data frame: all texts and attributes."""
    return _walked(text, translate, lambda name, token, inside: True)


def page(text: str, translate: Catalogue) -> str:
    """Translate a finished page: all around its article, and what `_LATE` matches inside it."""

    def wanted(name: str, token: str, outer: bool) -> bool:
        if _LATE.search(token):
            return True
        return False if name == "article" else outer

    text = _walked(text, translate, wanted)
    ranges = translate.language.text["closed"]
    if not ranges:
        return text
    text = _INTERVAL.sub(r'\1<span class="sobe-together">\2</span>', text)
    return _gap(ranges).sub(_closed, text)


#: Elements that hold nothing but text, so a text's language is their attribute.
_TEXT_ONLY = {"option", "title", "text", "tspan"}


def marked(text: str, untranslated: Set[str]) -> str:
    """Mark the texts of a page that stayed English by ``lang="en"``, on the element of each.

    A text that shares its element with others gets a ``<span>`` of its own.
    """
    if not untranslated:
        return text
    tokens = _TOKENS.split(text)
    starts: list[int] = []  # of the open elements, from the outermost
    for at, token in enumerate(tokens):
        if token.startswith("<") and (tag := _TAG.match(token)):
            if tag[1]:
                while starts and _name(tokens[starts.pop()]) != tag[2].lower():
                    pass
            elif tag[2].lower() not in _VOID and not token.endswith("/>"):
                starts.append(at)
        elif token.strip() and starts and tidy(html.unescape(token)) in untranslated:
            start = tokens[starts[-1]]
            name = _name(start)
            if name in _SKIPPED or any(_OWN.search(tokens[open_]) for open_ in starts[1:]):
                continue
            alone = at == starts[-1] + 1 and tokens[at + 1].lower().startswith(f"</{name}")
            if alone or name in _TEXT_ONLY:
                tokens[starts[-1]] = f'{start[:-1]} lang="en">'
            else:
                tokens[at] = f'<span lang="en">{token}</span>'
    return "".join(tokens)


def _name(token: str) -> str:
    found = _TAG.match(token)
    return found[2].lower() if found else ""


def _closed(gap: re.Match[str]) -> str:
    if gap["skipped"]:
        return gap[0]
    before, after = gap["before"] or gap["left"] or "", gap["after"] or gap["right"] or ""
    # Links one after the other, as in a menu, stay apart.
    return gap[0] if "</a>" in before and "<a " in after else before + after


def _walked(text: str, translate: Catalogue, wanted: Callable[[str, str, bool], bool]) -> str:
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
                if stack and stack[-1][0] == name:  # as nearly always
                    stack.pop()
                elif any(open_tag[0] == name for open_tag in stack):
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
                or (name != "html" and _OWN.search(token) is not None)
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
            not stack
            or not stack[-1][1]
            or stack[-1][2]
            or not token.strip()
            or token.startswith("<!")
        ):
            out.append(token)
        else:
            text = html.unescape(token)
            lacking = tidy(text) in translate.untranslated
            translation = text if lacking else translate(text)
            out.append(token if translation == text else html.escape(translation, quote=False))
    return "".join(out)


def _attributes(token: str, translate: Catalogue) -> str:
    def one(match: re.Match[str]) -> str:
        if match[2] in _READ:
            text = html.unescape(match[3])
            if text and not translate.is_done(text):
                translation = translate(text)
                if translation != text:
                    return f'{match[1]}{match[2]}="{html.escape(translation)}"'
        return match[0]

    return _ATTRIBUTE.sub(one, token)
