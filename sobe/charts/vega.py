"""The page scripts of the site: the Vega bundle and the chart loader.

The bundle is made from vl-convert's own copy of Vega, Vega-Lite and vega-embed,
so nothing is downloaded and nothing large is committed.
"""

from pathlib import Path

from sobe import atomic


class BundleError(Exception):
    """The installed Altair and vl-convert do not belong together."""


def matching_vegalite(schema_version, available):
    """vl-convert's Vega-Lite version for Altair's schema ("v6.4.1" -> "6.4").

    Raises BundleError where vl-convert has no such Vega-Lite.
    """
    wanted = ".".join(schema_version.lstrip("v").split(".")[:2])
    if wanted not in available:
        raise BundleError(
            f"Altair writes Vega-Lite {wanted}, but the installed vl-convert-python "
            f"carries only {', '.join(available)}; pin versions that match."
        )
    return wanted


def wrap(script):
    """The bundle inside a function of its own.

    Its top-level names (`_`, `n`, `t`, …) would otherwise be globals of every
    page. What pages need it puts on `window` itself.
    """
    if "window.vegaEmbed=" not in script:
        raise BundleError("vl-convert's bundle no longer defines window.vegaEmbed")
    return f"(function(){{{script}\n}})();\n"


def vega_bundle(cache_dir=None):
    """The wrapped Vega bundle; kept in `cache_dir`, since making it takes a second.

    Raises BundleError where the versions do not match.
    """
    from importlib.metadata import version

    import altair
    import vl_convert

    vegalite = matching_vegalite(altair.SCHEMA_VERSION, vl_convert.get_vegalite_versions())
    major = vl_convert.get_vega_version().split(".")[0]
    if major != str(altair.VEGA_VERSION).split(".")[0]:
        raise BundleError(
            f"Altair expects Vega {altair.VEGA_VERSION}, but vl-convert-python carries "
            f"{vl_convert.get_vega_version()}; pin versions that match."
        )
    kept = None
    if cache_dir is not None:
        name = f"vega-{vegalite}-vlc-{version('vl-convert-python')}.js"
        kept = Path(cache_dir) / name
        if script := atomic.load(kept):
            return script.decode()
    script = wrap(vl_convert.javascript_bundle(vl_version=vegalite))
    if kept is not None:
        atomic.store(kept, script.encode())
    return script
