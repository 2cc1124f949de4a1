"""The Vega bundle, the script of the site's charts.

It is made from the copy of Vega, Vega-Lite and vega-embed that vl-convert carries, so nothing is
downloaded and nothing large is committed.
"""

from collections.abc import Sequence
from pathlib import Path

from sobe import atomic


class BundleError(Exception):
    """The installed versions of Altair and vl-convert do not match."""


def matching_vegalite(schema_version: str, available: Sequence[str]) -> str:
    """Return vl-convert's version of Vega-Lite for Altair's schema ("v6.4.1" -> "6.4").

    Raises
    ------
    BundleError
        If vl-convert has no such version.
    """
    wanted = _short(schema_version)
    if wanted not in available:
        raise BundleError(
            f"Altair writes Vega-Lite {wanted}, but the installed vl-convert-python "
            f"carries only {', '.join(available)}; pin versions that match."
        )
    return wanted


def _short(schema_version: str) -> str:
    return ".".join(schema_version.lstrip("v").split(".")[:2])


def stored(cache_dir: Path | str) -> Path:
    """Return the file that keeps the bundle of the installed versions in ``cache_dir``."""
    from importlib.metadata import version

    import altair

    name = f"vega-{_short(altair.SCHEMA_VERSION)}-vlc-{version('vl-convert-python')}.js"
    return Path(cache_dir) / name


def wrap(script: str) -> str:
    """Return the bundle inside a function.

    Without it, the top-level names of the bundle (``_``, ``n``, ``t``, …) would be globals of every
    page. The bundle puts what pages need on ``window``.
    """
    if "window.vegaEmbed=" not in script:
        raise BundleError("vl-convert's bundle no longer defines window.vegaEmbed")
    return f"(function(){{{script}\n}})();\n"


def vega_bundle(cache_dir: Path | str | None = None) -> str:
    """Return the wrapped Vega bundle, stored in ``cache_dir`` because it takes a second to make.

    Raises
    ------
    BundleError
        If the versions of Altair and vl-convert do not match.
    """
    import altair
    import vl_convert

    vegalite = matching_vegalite(altair.SCHEMA_VERSION, vl_convert.get_vegalite_versions())
    major = vl_convert.get_vega_version().split(".")[0]
    if major != str(altair.VEGA_VERSION).split(".")[0]:
        raise BundleError(
            f"Altair expects Vega {altair.VEGA_VERSION}, but vl-convert-python carries "
            f"{vl_convert.get_vega_version()}; pin versions that match."
        )
    file = None if cache_dir is None else stored(cache_dir)
    if file is not None and (content := atomic.load(file)):
        return content.decode()
    # Its stub lacks the default of the first argument.
    script = wrap(vl_convert.javascript_bundle(vl_version=vegalite))  # type: ignore[call-arg]
    if file is not None:
        atomic.store(file, script.encode())
    return script
