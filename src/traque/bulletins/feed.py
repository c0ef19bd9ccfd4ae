"""News feeds: RSS 1.0 and 2.0, Atom, JSON Feed. The entries are read as the pages that they are.

An entry's title is the heading of its text. Its link is for the reader. The feed is one bulletin: most
publishers give each advisory a few lines, and the entries of one feed overlap.

Formats: https://www.rssboard.org/rss-specification, https://www.rfc-editor.org/rfc/rfc4287,
https://www.jsonfeed.org/version/1.1/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from traque.bulletins import _json, _xml
from traque.bulletins._build import Head
from traque.bulletins._document import Document
from traque.bulletins._fields import moment
from traque.bulletins._reader import BulletinReader
from traque.bulletins.html import state_fragment
from traque.errors import MalformedBulletin
from traque.expressions import expression
from traque.model import Bulletin

_XML = expression(
    rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*"
    rb"<(?:rss|(?:[a-z]+:)?feed\b[^>]*2005/Atom|rdf:RDF\b[^>]*purl\.org/rss)",
    re.DOTALL,
)
_JSON = expression(
    rb'\{[^{}\[\]]{0,200}"version"\s*:\s*"https?:(?:\\?/){2}(?:www\.)?jsonfeed\.org(?:\\?/)version'
)
_TEXTS: Final = ("encoded", "content", "description", "summary")
_DATES: Final = ("published", "pubDate", "updated", "date", "lastBuildDate")


class _Entry(NamedTuple):
    title: str
    links: tuple[str, ...]
    texts: tuple[str, ...]
    date: datetime | None


def _sniff(head: bytes, _name: str) -> float:
    return 0.95 if _XML.match(head) or _JSON.match(head.lstrip()) else 0.0


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    if data.lstrip().startswith(b"{"):
        title, entries = _from_json(data, name)
    else:
        title, entries = _from_xml(data, name)
    found = list(entries)
    dates = [entry.date for entry in found if entry.date]
    document = Document(Head(format=SPEC.name, title=title, published=max(dates, default=None)))
    for number, entry in enumerate(found, 1):
        where = f"entry {number}"
        document.heading(where, " ".join(entry.title.split()))
        for link in entry.links:
            document.link(where, link)
        for text in entry.texts:
            state_fragment(document, text, where)
    return (document.bulletin(),)


def _from_xml(data: bytes, name: str) -> tuple[str, Iterator[_Entry]]:
    root, _ = _xml.parse(data, name)
    channel = next(_xml.below(root, "channel"), root)
    entries = _xml.below(root, "item", "entry")
    return _xml.text_at(channel, "title"), (_element(entry) for entry in entries)


def _element(entry: Any) -> _Entry:
    links = [link.get("href") or _xml.text(link) for link in _xml.children(entry, "link")]
    texts = [_whole(found) for tag in _TEXTS for found in _xml.children(entry, tag)]
    dates = (_date(_xml.text(found)) for tag in _DATES for found in _xml.children(entry, tag))
    return _Entry(
        _xml.text_at(entry, "title"), tuple(links), _longest(texts), next((day for day in dates if day), None)
    )


def _whole(element: Any) -> str:
    """An element's text; of XHTML inside it, its markup."""
    if len(element):
        from lxml import etree

        return str(etree.tostring(element, encoding="unicode", with_tail=False))
    return _xml.text(element)


def _from_json(data: bytes, name: str) -> tuple[str, Iterator[_Entry]]:
    feed, _ = _json.load(data, name)
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise MalformedBulletin("this JSON feed has no items", where=name, remedy="fetch the feed again")
    return _json.text(feed.get("title")), (_item(item) for item in _json.objects(feed["items"]))


def _item(item: dict[str, Any]) -> _Entry:
    texts = [_json.text(item.get(key)) for key in ("content_html", "content_text", "summary")]
    links = tuple(filter(None, (_json.text(item.get(key)) for key in ("url", "external_url"))))
    return _Entry(_json.text(item.get("title")), links, _longest(texts), moment(item.get("date_published")))


def _longest(texts: list[str]) -> tuple[str, ...]:
    """The full text, which begins like the summary."""
    full = max(texts, key=len, default="")
    return (full,) if full else ()


def _date(text: str) -> datetime | None:
    if found := moment(text):
        return found
    from email.utils import parsedate_to_datetime

    try:
        read = parsedate_to_datetime(text)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


SPEC: Final = BulletinReader(
    name="feed",
    title="news feeds (RSS, Atom, JSON Feed)",
    extensions=(".rss", ".atom"),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
