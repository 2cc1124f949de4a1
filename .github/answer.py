"""Take the text of a proposal out of an event of GitHub, and answer it with what was found.

`answer.py body FILE` writes the issue's text into a file. `answer.py post FILE` comments on the
issue with the content of a file, as plain text. Both read the event that GITHUB_EVENT_PATH names;
the issue's text is never a part of a command.
"""

import json
import os
import re
import sys
import urllib.request
from pathlib import Path

LONGEST = 20_000
#: Controls but for tab and line feed, and marks that change the direction of text.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def body(event):
    """Return the text of the issue."""
    return event["issue"]["body"] or ""


def comment(output):
    """Return a comment that shows a text as it is: in a fence longer than any inside it."""
    text = UNSEEN.sub("\ufffd", output)
    if len(text) > LONGEST:
        text = text[:LONGEST] + "\n(cut)"
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"What `make proposal` says:\n\n{fence}text\n{text.strip()}\n{fence}\n"


def request(event, text, token):
    """Return the request that posts a comment on the event's issue."""
    address = event["issue"]["comments_url"]
    if not address.startswith("https://api.github.com/repos/"):
        raise SystemExit(f"error: {address!r} is no address of GitHub's interface")
    return urllib.request.Request(
        address,
        json.dumps({"body": text}).encode(),
        {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"},
    )


def main(what, file):
    """Run one of the two commands."""
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    if what == "body":
        Path(file).write_text(body(event), encoding="utf-8", newline="")
    else:
        text = comment(Path(file).read_text(encoding="utf-8", errors="replace"))
        urllib.request.urlopen(request(event, text, os.environ["GITHUB_TOKEN"]), timeout=60)


if __name__ == "__main__":
    main(*sys.argv[1:])
