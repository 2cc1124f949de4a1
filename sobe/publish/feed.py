"""The feed of changes, in Atom, for readers who follow the book.

It says what the page of changes says: both are made from `sobe.publish.changes.events`.
"""

from __future__ import annotations

import datetime
import io
import uuid
from collections.abc import Iterable
from html import escape
from typing import Any

from feedgenerator import Atom1Feed

from sobe.languages import translate
from sobe.publish.changes import FEED, Event

#: Names of entries are hashed under this one, so that they never depend on an address.
_BOOK = uuid.uuid5(uuid.NAMESPACE_URL, "https://doi.org/10.5281/zenodo.18377594#executable-edition")


def atom(
    events: Iterable[Event], title: str, author: str, language: str, base: str, day: str
) -> str:
    """Return the feed as text.

    Parameters
    ----------
    events
        What changed, newest first.
    title, author, language
        Of the book; the language as a tag ("zh-Hans").
    base
        Address of the edition with a slash at its end; "" where it is not known, which makes the
        links relative to the feed.
    day
        Day of the version ("2026-11-23"), the feed's own where nothing changed.
    """
    feed = Atom1Feed(
        title=translate("{book}: what changed", book=title),
        link=f"{base}changelog.html",
        description=translate("New rows, corrections, and verdicts that moved."),
        language=language,
        author_name=author,
        feed_url=f"{base}{FEED}",
        feed_guid=_name(f"feed:{language}"),
    )
    listed = list(events)
    for event in listed:
        feed.add_item(
            title=event.title,
            link=base + event.address,
            description=escape(event.text),
            pubdate=_time(event.day),
            updateddate=_time(event.day),
            unique_id=_name(f"{language}:{event.id}"),
            categories=(event.kind,),
        )
    if not listed:  # the library would take the time of day
        feed.latest_post_date = lambda: _time(day)
    out = io.StringIO()
    feed.write(out, "utf-8")
    return out.getvalue() + "\n"


def _name(text: str) -> str:
    return uuid.uuid5(_BOOK, text).urn


def _time(day: str) -> Any:
    return datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.UTC)
