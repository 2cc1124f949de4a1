"""Releases: a commit built in a clean clone, compared, packed and verified.

Here: what runs builds for a release. Not here: what a release consists of (`sobe.publish`).
"""
