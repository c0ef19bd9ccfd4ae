"""Bytes from an http(s) address that a person named: bounded in size, time and redirects.

Only ``http`` and ``https`` are spoken, also after a redirect, and never ``http`` after ``https``. Credentials
go to the named server alone, never along a redirect, and in the clear to this machine only. Proxies come
from the environment (``https_proxy``...), as everywhere else. Nothing of an answer is decompressed.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException, HTTPMessage
from typing import IO, Final

import msgspec

from traque.bulletins._fetching import Credentials
from traque.errors import BulletinUnreachable, UsageError

LARGEST: Final = 256 << 20
"""Bytes of one answer."""
SECONDS: Final = 300.0
"""For one address, from the first look-up to the last byte."""
SILENCE: Final = 30.0
"""Seconds without a byte after which the other end is given up."""
REDIRECTS: Final = 5

_CHUNK: Final = 1 << 16
_OFFLINE: Final = "or fetch it on a machine that can reach it, and name the file"
_NOT_MODIFIED: Final = 304
_STATUS: Final = {
    401: ("asks for credentials", "set TRAQUE_FETCH_TOKEN, or TRAQUE_FETCH_USER and TRAQUE_FETCH_PASSWORD"),
    403: ("refuses access", "ask its owner for access, and check the credentials"),
    404: ("has nothing there", "check the address"),
    406: ("does not speak TAXII 2.1 there", "ask its owner for the address of a TAXII 2.1 server"),
    410: ("has nothing there any more", "look for the new address on the publisher's site"),
    429: ("asks to come back later", "wait, and try again"),
}


class Answer(msgspec.Struct, frozen=True):
    """What the server said; header names in lower case. Not ``modified``: the copy at hand still holds."""

    url: str
    headers: dict[str, str]
    body: bytes
    modified: bool = True


def address(url: str) -> str:
    """``url`` if it is one that may be fetched; UsageError says why not."""
    try:
        parts = urllib.parse.urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"this is no address: {error}", where=repr(url)) from None
    if parts.scheme not in ("http", "https") or not host:
        raise UsageError(
            "only http:// and https:// addresses are fetched", where=url, remedy="name a file without --fetch"
        )
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            "an address with a password in it ends in histories and logs",
            where=f"{parts.scheme}://{host}",
            remedy="set TRAQUE_FETCH_USER and TRAQUE_FETCH_PASSWORD in the environment instead",
        )
    if not url.isascii() or any(ord(character) <= 32 for character in url):
        raise UsageError("an address holds ASCII without blanks", where=repr(url), remedy="percent-encode it")
    return urllib.parse.urlunsplit(parts._replace(fragment=""))


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port."""
    parts = urllib.parse.urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def get(
    url: str,
    *,
    accept: str = "*/*",
    headers: Mapping[str, str] | None = None,
    credentials: Credentials = Credentials(),  # noqa: B008 -- frozen
    largest: int = LARGEST,
    seconds: float = SECONDS,
) -> Answer:
    """What is at ``url``; BulletinUnreachable says what went wrong and what to do."""
    stated = {"Accept": accept, "User-Agent": "traque", **(headers or {})}
    request = urllib.request.Request(url, headers=stated)  # noqa: S310 -- other schemes have no handler below
    request.add_header("Accept-Encoding", "identity")
    if authorization := credentials.header():
        if not (url.startswith("https://") or _is_loopback(origin(url)[1])):
            raise UsageError(
                "credentials would travel in the clear", where=url, remedy="use the https:// address"
            )
        request.add_unredirected_header("Authorization", authorization)
    done: list[Answer | Exception] = []
    # A server may send a byte now and then for ever, in its header too: only another thread can stop waiting.
    worker = threading.Thread(target=_run, args=(request, largest, done), daemon=True)
    worker.start()
    worker.join(seconds)
    if not done:
        raise BulletinUnreachable(
            f"the server takes longer than {seconds:.0f} s", where=url, remedy=f"try again later, {_OFFLINE}"
        )
    if isinstance(done[0], Answer):
        return done[0]
    raise _explained(done[0], url)


def _run(request: urllib.request.Request, largest: int, done: list[Answer | Exception]) -> None:
    try:
        done.append(_fetched(request, largest))
    except Exception as error:  # noqa: BLE001 - told by the thread that waits
        done.append(error)


def _fetched(request: urllib.request.Request, largest: int) -> Answer:
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(),
    ):
        opener.add_handler(handler)
    try:
        with opener.open(request, timeout=SILENCE) as answer:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.url, headers, _body(answer, headers, request.full_url, largest))
    except urllib.error.HTTPError as error:
        with error:  # it holds the connection
            if error.code == _NOT_MODIFIED:
                return Answer(request.full_url, {}, b"", modified=False)
            raise


def _body(answer: IO[bytes], headers: Mapping[str, str], url: str, largest: int) -> bytes:
    stated = headers.get("content-length", "")
    length = int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 20 else None
    too_large = BulletinUnreachable(
        f"larger than {largest >> 20} MiB", where=url, remedy="check that it is a bulletin; fetch it yourself"
    )
    if length is not None and length > largest:
        raise too_large
    parts: list[bytes] = []
    size = 0
    while chunk := answer.read(_CHUNK):
        parts.append(chunk)
        size += len(chunk)
        if size > largest:
            raise too_large
    if length is not None and size < length:
        raise BulletinUnreachable(
            f"the server stopped after {size} of {length} bytes", where=url, remedy=f"try again, {_OFFLINE}"
        )
    return b"".join(parts)


class _Redirects(urllib.request.HTTPRedirectHandler):
    max_redirections = REDIRECTS
    max_repeats = 2

    def redirect_request(  # noqa: PLR0917 -- the library's own
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        scheme = urllib.parse.urlsplit(newurl).scheme
        if scheme not in ("http", "https") or (req.type == "https" and scheme == "http"):
            fp.close()
            raise BulletinUnreachable(
                f"the server leads on to {scheme or 'nowhere'}:, which is not followed",
                where=req.full_url,
                remedy="look at the publisher's site for the address",
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _explained(error: Exception, url: str) -> Exception:
    """The error of ours that ``error`` is; itself when it is a fault of this program."""
    if isinstance(error, BulletinUnreachable):
        return error
    if isinstance(error, urllib.error.HTTPError):
        what, remedy = _refused(error)
    else:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        what, remedy = _unreachable(reason)
    return BulletinUnreachable(what, where=url, remedy=remedy) if what else error


def _refused(error: urllib.error.HTTPError) -> tuple[str, str]:
    if "infinite loop" in str(error.reason):  # urllib's word for both
        return f"the server leads on more than {REDIRECTS} times, or in a circle", "check the address"
    if "is not allowed" in str(error.reason):
        return "the server leads on to an address that is not followed", "look for it on the publisher's site"
    what, remedy = _STATUS.get(error.code, (f"answers with status {error.code}", "try again later"))
    return f"the server {what}", remedy


def _unreachable(reason: object) -> tuple[str, str]:
    remedy = f"check the network and the address, {_OFFLINE}"
    if isinstance(reason, ssl.SSLCertVerificationError):
        what = f"the server's certificate is not trusted: {reason.verify_message}"
        return what, "check the address, and the trusted certificates"
    if isinstance(reason, socket.gaierror):
        return "the server's name is not known here: no network?", remedy
    if isinstance(reason, TimeoutError):
        return "the server does not answer in time", remedy
    if isinstance(reason, OSError):
        return f"the server cannot be reached: {reason.strerror or reason}", remedy
    if isinstance(reason, HTTPException | ValueError):
        return f"the server does not speak HTTP: {type(reason).__name__}", "check the address"
    return (f"the server cannot be reached: {reason}", remedy) if isinstance(reason, str) else ("", "")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
