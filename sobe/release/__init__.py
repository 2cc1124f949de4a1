"""What a build says it is, that it can be made again, and what is published of it.

`commit` and `citing` say which commit and which work a page belongs to; `page` puts that on every
page, `crate` into `ro-crate-metadata.json`. `compare` and `fresh` build a commit again and compare.
`make`, `versions` and `changes` make releases: `python -m sobe.release --help`.
"""
