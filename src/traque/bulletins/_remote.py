"""What ``--fetch`` names: bulletins at http(s) addresses, and the collections of TAXII servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from traque.bulletins import _cache, _http, _taxii
from traque.bulletins._fetching import Credentials, Remote
from traque.errors import BulletinUnreachable, UsageError
from traque.model import Bulletin

Parse = Callable[[bytes, str, str], list[Bulletin]]
"""Makes bulletins of bytes, a file's name and the place to show."""

_TAXII_PREFIX: Final = "taxii+"


def fetch(remote: Remote, parse: Parse) -> Iterator[Bulletin]:
    """Every bulletin at the addresses, in their order; UsageError and BulletinUnreachable in words."""
    asked = [(url.removeprefix(_TAXII_PREFIX), url.startswith(_TAXII_PREFIX)) for url in remote.addresses]
    checked = [(_http.address(url), forced or _taxii.is_taxii(url)) for url, forced in asked]
    _only_one_server(remote.credentials, [url for url, _ in checked])
    if remote.added_after and not any(taxii for _, taxii in checked):
        raise UsageError("--added-after is for TAXII servers, and none is named", remedy="leave it out")
    for url, taxii in checked:
        if taxii:
            for collection in _taxii.read(url, remote.added_after, remote.credentials):
                yield from (_of(collection, one) for one in parse(collection.bundle, "collection.json", url))
        else:
            yield from _file(url, remote.credentials, parse)


def _only_one_server(credentials: Credentials, urls: Sequence[str]) -> None:
    if credentials.header() and len({_http.origin(url) for url in urls}) > 1:
        raise UsageError(
            "credentials are set, and --fetch names several servers: which of them are they for?",
            remedy="fetch from one server at a time, or unset TRAQUE_FETCH_TOKEN and TRAQUE_FETCH_USER",
        )


def _of(collection: _taxii.Collection, bulletin: Bulletin) -> Bulletin:
    return msgspec.structs.replace(
        bulletin,
        title=bulletin.title or collection.title,
        notes=(*collection.notes, *bulletin.notes),
    )


def _file(url: str, credentials: Credentials, parse: Parse) -> list[Bulletin]:
    now = datetime.now(UTC).replace(microsecond=0)
    known = _cache.load(url)
    try:
        answer = _http.get(url, headers=known[0].conditions() if known else None, credentials=credentials)
    except BulletinUnreachable as error:
        if known is None:
            raise
        raise BulletinUnreachable(
            error.what,
            where=error.where,
            remedy=f"{error.remedy}; the copy of {_day(known[0])} is at {_cache.place(url)}",
        ) from None
    if known is not None and not answer.modified:
        body, note = known[1], f"not changed since it was fetched on {_day(known[0])}"
    else:
        body, note = answer.body, f"fetched on {now:%Y-%m-%d %H:%M} UTC"
        _cache.save(url, body, answer.headers, now)
    if answer.modified and answer.url != url:
        note = f"{note} from {answer.url}"
    return [msgspec.structs.replace(b, notes=(note, *b.notes)) for b in parse(body, _cache.name_of(url), url)]


def _day(copy: _cache.Copy) -> str:
    return f"{copy.fetched:%Y-%m-%d %H:%M} UTC"
