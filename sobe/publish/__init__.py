"""What a build says it is, and what is published of it.

Here: citation and provenance on every page, the RO-Crate, manifests and archives of releases, the
checks of a release that is not trusted, and the site of all versions. Not here: anything that
runs a build (`sobe.pipeline.release`).
"""
