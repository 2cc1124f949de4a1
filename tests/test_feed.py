"""The feed of changes: strict Atom, and the same events as the page of changes."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import atoma
import pytest
from conftest import ROOT
from defusedxml import ElementTree

from sobe.publish import changes, feed
from sobe.site import figures, records

RECORD = {
    "tables": {
        "recordings": {"added": ["new-2027"], "changed": [["demas-2021", "neurons", "1", "2"]]},
        "corrections": {"added": ["170", "171"]},
    },
    "claims": {
        "changed": [
            ["growth", "verdict", "not settled", "holds"],
            ["growth", "computed", "3.5×", "4×"],
        ]
    },
}
CHANGELOG = "# Changelog\n\n## 1.1.0 (2027-01-02)\n\n- News.\n"


@pytest.fixture(scope="module")
def package():
    return figures.Package(ROOT / "data")


@pytest.fixture
def folder(tmp_path):
    text = json.dumps({"version": "1.1.0", "since": "1.0.0", **RECORD})
    (tmp_path / "1.1.0.json").write_text(text, encoding="utf-8")
    return tmp_path


def written(events, base="https://example.org/en/"):
    return feed.atom(events, "Book & co", "Authors", "en", base, "2026-11-23")


ATOM = "{http://www.w3.org/2005/Atom}"
#: RFC 4287, sections 4.1.1 and 4.1.2: what a feed and an entry must and may hold, without what
#: this feed never has.
ONE = {"feed": ("id", "title", "updated", "subtitle"), "entry": ("id", "title", "updated")}
MAY = {"feed": ("author", "link", "entry"), "entry": ("link", "published", "summary", "category")}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


def parse(text):
    """Read an Atom feed by the letter of RFC 4287; raise ValueError for what it forbids."""
    root = ElementTree.fromstring(text)
    if root.tag != f"{ATOM}feed":
        raise ValueError(f"the root is {root.tag}")
    for element in (root, *root.findall(f"{ATOM}entry")):
        kind = element.tag.removeprefix(ATOM)
        names = [child.tag.removeprefix(ATOM) for child in element]
        for name in ONE[kind]:
            if names.count(name) != 1:
                raise ValueError(f"{kind} has {names.count(name)} {name}")
        if extra := set(names) - {*ONE[kind], *MAY[kind]}:
            raise ValueError(f"{kind} has {extra}")
        for child in element:
            name, text = child.tag.removeprefix(ATOM), child.text or ""
            if name in ("updated", "published") and not TIME.fullmatch(text):
                raise ValueError(f"{name} is {text!r}")
            if name == "id" and not re.match("[a-z][a-z0-9+.-]*:", text):
                raise ValueError(f"the id {text!r} is no IRI")
            if name == "link" and not child.get("href"):
                raise ValueError("a link leads nowhere")
        if "link" not in names:
            raise ValueError(f"{kind} has no link")
    if root.find(f"{ATOM}author/{ATOM}name") is None:
        raise ValueError("nobody wrote the feed")
    return atoma.parse_atom_bytes(text_of(root))


def text_of(root):
    return ElementTree.tostring(root)


def test_a_strict_parser_takes_the_feed(package, folder):
    events = changes.events(package, folder, CHANGELOG)
    read = parse(written(events))
    assert read.title.value == "Book & co: what changed"
    assert len(read.entries) == len(events) > 20
    assert len({entry.id_ for entry in read.entries} | {read.id_}) == len(events) + 1
    assert read.updated == max(entry.updated for entry in read.entries)
    addresses = [link.href for entry in read.entries for link in entry.links]
    assert all(address.startswith("https://example.org/en/") for address in addresses)
    assert [author.name for author in read.authors] == ["Authors"]


@pytest.mark.parametrize("tag", ["id", "title", "updated", "author", "link"])
@pytest.mark.parametrize("spoil", [r"<b>\g<0></b>", r"\g<0>\g<0>", ""])
def test_the_strict_parser_refuses_what_atom_forbids(package, tmp_path, tag, spoil):
    """Else the test above could not fail."""
    if spoil.startswith(r"\g") and tag in ("author", "link"):
        pytest.skip("a feed may have several")
    text = written(changes.events(package, tmp_path))
    element = rf"<{tag}\b[^>]*?/>" if tag == "link" else rf"<{tag}>.*?</{tag}>"
    broken = re.sub(element, spoil, text, count=2 if tag == "link" else 1)
    assert broken != text
    with pytest.raises(ValueError):
        parse(broken)


def test_rows_corrections_and_verdicts_are_events(package, folder):
    events = {event.id: event for event in changes.events(package, folder, CHANGELOG)}
    verdict = events["verdict:1.1.0:growth"]
    assert (verdict.kind, verdict.day) == ("verdict", "2027-01-02")
    assert verdict.title == (
        "The claim “Since the 1980s the capacity to acquire data has grown about five-fold per "
        "decade” was judged “not settled” in version 1.0.0; it now is “holds”."
    )
    assert verdict.text == "The reason: the value computed was 3.5×, and is now 4×."
    assert verdict.address == "claims.html#claim-growth"
    assert events["table:1.1.0:corrections"].kind == "correction"
    of_table = events["table:1.1.0:recordings"]
    assert of_table.title == "“Recordings of neural activity” changed with version 1.1.0"
    assert of_table.text.endswith("neurons of Demas et al., 2021 changed from 1 to 2.")
    row = events["row:recordings:lueckmann-2025"]
    assert row.day == "2026-11-26"
    assert row.title == "A recording of 71,700 neurons by Lueckmann et al. (2025) was added."
    assert row.name == "Lueckmann et al."
    assert row.address == "record-recordings.html#recordings-lueckmann-2025"
    assert next(iter(events.values())).day == "2027-01-02"  # the newest is first


def test_the_page_of_changes_lists_what_the_feed_says(package, folder):
    events = changes.events(package, folder, CHANGELOG)
    page = changes.html(folder, events, package)
    for event in events:
        if event.kind == "verdict":
            assert f"{event.title}</a> {event.text}</li>" in page
            assert f"<li>{event.title} {event.text}</li>" in page  # and with the release
    read = parse(written(events, base=""))
    linked = re.findall(r'<li><time datetime="[^"]*">[^<]*</time> <a href="([^"]*)">', page)
    assert linked == [entry.links[0].href for entry in read.entries]


def test_the_feed_is_the_same_each_time_and_has_a_day_without_events(package, tmp_path):
    events = changes.events(package, tmp_path)
    assert written(events) == written(changes.events(package, tmp_path))
    empty = parse(written([]))
    assert f"{empty.updated:%Y-%m-%d}" == "2026-11-23" and not empty.entries


def test_a_release_without_a_day_is_no_event(package, folder):
    assert not [e for e in changes.events(package, folder, "") if e.id.startswith("verdict")]


def test_every_record_has_an_anchor_of_its_own(package):
    for kind, names in records.KINDS.items():
        anchors = [
            records.anchor(name, records.key_of(package.tables[name], row))
            for name in names
            for row in package.rows(name)
        ]
        assert len(set(anchors)) == len(anchors) > 20, kind
        assert all(re.fullmatch("[a-z][a-z0-9-]*", one) for one in anchors)


# ---------------------------------------------------------------- the newest fact


def test_the_newest_fact_is_that_of_the_tables_asked_for(package):
    all_days = changes.newest(package)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", all_days)
    assert changes.newest(package, ["recordings"]) == max(
        row["looked_up"] for row in package.rows("recordings")
    )
    old = changes.newest(package, ["capability_scores"])
    assert "" < old <= all_days
    assert changes.newest(package, ["funding_tiers"]) == ""


def days_since(newest, today):
    """Run the script on a page whose newest fact is of a day; return the note, "" if none."""
    script = (ROOT / "sobe/site/static/fresh.js").read_text(encoding="utf-8")
    frame = """
      const added = [];
      const heading = { after: (note) => added.push(note) };
      const article = { querySelector: () => heading };
      const held = { dateTime: NEWEST };
      const document = {
        querySelector: (what) => what === "article" ? article : held,
        createElement: () => ({ setAttribute() {} }),
      };
      const window = { sobeTranslate: (text, parts) => text.replace("{day}", parts.day) };
      Date.now = () => Date.parse(TODAY);
      SCRIPT
      process.stdout.write(added.map((note) => note.textContent).join());
    """
    parts = {"NEWEST": json.dumps(newest), "TODAY": json.dumps(today), "SCRIPT": script}
    for name, text in parts.items():
        frame = frame.replace(name, text, 1)
    done = subprocess.run([node(), "-e", frame], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def node():
    found = shutil.which("node")
    if found:
        return found
    playwright = pytest.importorskip("playwright")
    return str(Path(playwright.__file__).parent / "driver" / "node")


def test_a_page_says_that_its_facts_are_old_on_the_readers_day():
    assert days_since("2026-11-26", "2027-11-20") == ""
    assert "from 2026-11-26" in days_since("2026-11-26", "2027-12-01")
