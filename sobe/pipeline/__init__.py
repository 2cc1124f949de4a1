"""From chapters to what readers get: executed (cached), rendered once, released.

Here: the command lines (`python -m sobe.pipeline`, `….derive`, `….release`), papermill and its
kernels, the cache, Sphinx runs and the one Sphinx extension. Not here: what a chapter computes or
shows, nor how a page looks.
"""
