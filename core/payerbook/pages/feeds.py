"""Feeds of changes (Atom, RFC 4287; JSON Feed 1.1) and the calendar of what is ahead (iCalendar, RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree

import msgspec

from payerbook.pages.catalog import Catalog
from payerbook.pages.places import CHANGES, UPCOMING, payer_name
from payerbook.pages.record import CALLED, Entry, newest

ATOM, JSON = "atom.xml", "feed.json"
CALENDAR = "upcoming/payerbook.ics"
LONGEST = 100
"""Changes in a feed."""
_ATOM = "http://www.w3.org/2005/Atom"


def pages(catalog: Catalog, entries: Sequence[Entry], page: str, title: str, base_url: str) -> Iterator[tuple[str, str]]:
    """The two feeds of a page of changes; without `base_url` their addresses are relative to them."""
    folder = page.removesuffix("index.md")
    address = f"{base_url}/{folder}" if base_url else "./"
    shown = list(newest(entries, LONGEST))
    yield folder + ATOM, _atom(catalog, shown, title, folder, address)
    yield folder + JSON, _json(catalog, shown, title, folder, address if base_url else "")


def _headline(catalog: Catalog, entry: Entry) -> str:
    names = {head.id: payer_name(head) for head in catalog.answers.packs()}
    who = names[entry.payers[0]] if len(entry.payers) == 1 else f"{names[entry.payers[0]]} and {len(entry.payers) - 1} more"
    return f"{entry.change.on} {CALLED[entry.change.what].word}: {entry.change.title} ({who})"


def _text(entry: Entry) -> str:
    change = entry.change
    parts = [" ".join((change.changed or "").split())]
    if change.before is not None and change.before != change.after:
        parts.append(f"Before: {change.before}")
    if change.after is not None:
        parts.append(f"Now: {change.after}")
    parts += [f"Source: {source.title}, {source.publisher} (grade {source.grade})." for source in change.sources]
    return "\n".join(part for part in parts if part)


def _atom(catalog: Catalog, entries: Sequence[Entry], title: str, folder: str, address: str) -> str:
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en"})
    latest = max((entry.told for entry in entries), default=catalog.today)
    _element(feed, "id", f"urn:payerbook:{folder.strip('/').replace('/', ':')}")
    _element(feed, "title", title)
    _element(feed, "updated", _moment(latest))
    _element(feed, "link", rel="self", type="application/atom+xml", href=address + ATOM)
    _element(feed, "link", rel="alternate", type="text/html", href=address)
    _element(_element(feed, "author"), "name", "payerbook")
    _element(feed, "rights", "The rules are under CC0 1.0. Not legal or billing advice.")
    for entry in entries:
        item = _element(feed, "entry")
        _element(item, "id", f"urn:uuid:{entry.uid}")
        _element(item, "title", _headline(catalog, entry))
        _element(item, "updated", _moment(entry.told))
        _element(item, "link", rel="alternate", type="text/html", href=f"{address}{_where(entry, folder)}#{entry.anchor}")
        _element(item, "category", term=entry.change.topic)
        _element(item, "content", _text(entry), type="text")
    ElementTree.indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="unicode") + "\n"


def _where(entry: Entry, folder: str) -> str:
    """The page of a change, seen from its feed: its month's in the feed of all, else the page beside the feed."""
    return f"{entry.month}/" if f"{folder}index.md" == CHANGES else ""


def _element(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    made.text = text
    return made


def _moment(day: date) -> str:
    return f"{day}T00:00:00Z"


def _json(catalog: Catalog, entries: Sequence[Entry], title: str, folder: str, address: str) -> str:
    data: dict[str, Any] = {"version": "https://jsonfeed.org/version/1.1", "title": title, "language": "en-US"}
    if address:
        data |= {"home_page_url": address, "feed_url": address + JSON}
    data["authors"] = [{"name": "payerbook"}]
    data["items"] = [
        {
            "id": f"urn:uuid:{entry.uid}",
            **({"url": f"{address}{_where(entry, folder)}#{entry.anchor}"} if address else {}),
            "title": _headline(catalog, entry),
            "content_text": _text(entry) or entry.change.title,
            "date_published": _moment(entry.told),
            "tags": [entry.change.topic, *entry.payers],
        }
        for entry in entries
    ]
    return msgspec.json.format(msgspec.json.encode(data), indent=1).decode() + "\n"


def calendar(catalog: Catalog, entries: Iterable[Entry], base_url: str) -> str:
    """All-day events for changes that are ahead, as iCalendar."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//payerbook//what is ahead//EN", "METHOD:PUBLISH", "X-WR-CALNAME:payerbook"]
    for entry in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{entry.uid}",
            f"DTSTAMP:{entry.told:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{entry.change.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{entry.change.on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_value(_headline(catalog, entry))}",
            f"DESCRIPTION:{_value(_text(entry))}",
            *([f"URL:{base_url}/{UPCOMING.removesuffix('index.md')}#{entry.anchor}"] if base_url else []),
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _value(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _folded(line: str) -> str:
    """A line in pieces of at most 75 bytes, as the format wants it."""
    pieces: list[str] = []
    piece = ""
    for letter in line:
        if len((piece + letter).encode()) > (75 if not pieces else 74):
            pieces.append(piece)
            piece = ""
        piece += letter
    return "\r\n ".join([*pieces, piece])
