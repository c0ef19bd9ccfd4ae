"""TAXII 2.1: what a server's collections hold, page by page.

The address may be that of the discovery, of an API root, of the collections, of one collection, or of its
objects; what the server says decides. All requests stay with the server that was named. A collection that
may not be read, or an API root on another server, is noted and left out.

Format: https://docs.oasis-open.org/cti/taxii/v2.1/os/taxii-v2.1-os.html (sections 4, 5 and 3.4: paging)
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from traque.bulletins import _http
from traque.bulletins._fetching import Credentials
from traque.errors import BulletinUnreachable, MalformedBulletin
from traque.expressions import expression

MEDIA_TYPE: Final = "application/taxii+json;version=2.1"
_ADDRESS = expression(r"/taxii2/?$|/collections(?:/[^/]+(?:/objects)?)?/?$")
_PAGES: Final = 10_000
_BYTES: Final = 1 << 30
"""Pages of a collection that are read, and bytes of all their objects."""
_COLLECTIONS: Final = 1000


class Collection(msgspec.Struct, frozen=True):
    """One collection: its name, its objects as a STIX bundle, and notes."""

    url: str
    id: str
    title: str
    bundle: bytes
    notes: tuple[str, ...] = ()


class _Envelope(msgspec.Struct):
    objects: list[msgspec.Raw] = []
    more: bool = False
    next: str | int | None = None


def is_taxii(url: str) -> bool:
    """Whether an address is written like one of a TAXII 2.1 server."""
    return bool(_ADDRESS.search(urllib.parse.urlsplit(url).path))


def read(
    url: str,
    added_after: datetime | None = None,
    credentials: Credentials = Credentials(),  # noqa: B008
) -> Iterator[Collection]:
    """Every readable collection behind ``url``; MalformedBulletin when it is no TAXII 2.1 server's."""
    yield from _Server(url, added_after, credentials).collections()


class _Server:
    def __init__(self, url: str, added_after: datetime | None, credentials: Credentials) -> None:
        self._url = url
        self._after = _timestamp(added_after) if added_after else ""
        self._credentials = credentials
        self._notes: list[str] = []

    def collections(self) -> Iterator[Collection]:
        path = urllib.parse.urlsplit(self._url).path
        if found := re.search(r"/collections/([^/]+)/objects/?$", path):
            yield self._collection(re.sub(r"objects/?$", "", self._url), {"id": found[1]})
            return
        answer = self._json(self._url)
        listed = list(self._listed(answer))[:_COLLECTIONS]
        readable = [(url, facts) for url, facts in listed if facts.get("can_read") is not False]
        shut = [facts for _, facts in listed if facts.get("can_read") is False]
        self._notes += [f"collection {_word(f.get('title') or f.get('id'))} may not be read" for f in shut]
        for url, facts in readable:
            yield self._collection(url, facts)
        if not readable:
            raise MalformedBulletin(
                "the server offers no collection that may be read",
                where=self._url,
                remedy="check the address, and the credentials in TRAQUE_FETCH_TOKEN or TRAQUE_FETCH_USER",
            )

    def _listed(self, answer: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """The collections that an answer leads to, each with its address and what is known of it."""
        if isinstance(answer.get("collections"), list):
            base = self._url if "/collections" in self._url else _below(self._url, "collections/")
            for facts in answer["collections"]:
                if isinstance(facts, dict) and isinstance(facts.get("id"), str):
                    yield _below(base, urllib.parse.quote(facts["id"], safe="") + "/"), facts
        elif isinstance(answer.get("api_roots"), list):
            for root in answer["api_roots"]:
                yield from self._of_root(
                    urllib.parse.urljoin(self._url, root) if isinstance(root, str) else ""
                )
        elif "can_read" in answer and isinstance(answer.get("id"), str):
            yield _below(self._url, ""), answer
        elif "versions" in answer:
            yield from self._of_root(_below(self._url, ""))
        elif "collections" not in answer:
            raise MalformedBulletin(
                "this is no TAXII 2.1 resource: neither discovery, API root nor collections",
                where=self._url,
                remedy="name the address of the discovery (it ends in /taxii2/) or of a collection",
            )

    def _of_root(self, root: str) -> Iterator[tuple[str, dict[str, Any]]]:
        try:
            same = _http.origin(root) == _http.origin(self._url)
        except ValueError:
            same = False
        if not same:
            self._notes.append("an API root on another server is left out")
            return
        here = _below(root, "collections/")
        for facts in self._json(here).get("collections") or ():
            if isinstance(facts, dict) and isinstance(facts.get("id"), str):
                yield _below(here, urllib.parse.quote(facts["id"], safe="") + "/"), facts

    def _collection(self, url: str, facts: dict[str, Any]) -> Collection:
        notes, self._notes = tuple(self._notes), []
        objects = list(self._objects(_below(url, "objects/")))
        bundle = b'{"type":"bundle","id":%s,"objects":[%s]}' % (
            msgspec.json.encode(_word(facts.get("id"))),
            b",".join(objects),
        )
        if self._after:
            notes += (f"only what was added after {self._after}",)
        return Collection(url, _word(facts.get("id")), _word(facts.get("title")), bundle, notes)

    def _objects(self, url: str) -> Iterator[bytes]:
        asked = {"added_after": self._after} if self._after else {}
        seen: set[str] = set()
        left = _BYTES
        for _ in range(_PAGES):
            page = f"{url}?{urllib.parse.urlencode(asked)}" if asked else url
            answer = self._get(page, left)
            left -= len(answer.body)
            envelope = _decoded(answer.body, _Envelope, page)
            yield from (bytes(one) for one in envelope.objects)
            if not envelope.more:
                return
            if envelope.next is not None:
                asked["next"] = str(envelope.next)
            elif last := answer.headers.get("x-taxii-date-added-last"):
                asked["added_after"] = last
            step = asked.get("next", "") + asked.get("added_after", "")
            if step in seen or not (envelope.next or step):
                raise MalformedBulletin(
                    "the server says that there is more, and sends the same page again",
                    where=page,
                    remedy="tell its owner; fetch a part with --added-after",
                )
            seen.add(step)
        raise MalformedBulletin(
            f"more than {_PAGES} pages", where=url, remedy="fetch a part of it with --added-after"
        )

    def _json(self, url: str) -> dict[str, Any]:
        found: dict[str, Any] = _decoded(self._get(url, _BYTES).body, dict[str, Any], url)
        return found

    def _get(self, url: str, left: int) -> _http.Answer:
        if left <= 0:
            raise BulletinUnreachable(
                f"the collection is larger than {_BYTES >> 20} MiB",
                where=url,
                remedy="fetch a part of it with --added-after",
            )
        return _http.get(
            url, accept=MEDIA_TYPE, credentials=self._credentials, largest=min(left, _http.LARGEST)
        )


def _decoded(body: bytes, kind: type[Any], url: str) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        raise MalformedBulletin(
            "the answer is not that of a TAXII 2.1 server",
            where=url,
            remedy="name the address of the discovery (it ends in /taxii2/) or of a collection",
        ) from None


def _below(url: str, name: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}", query=""))


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
