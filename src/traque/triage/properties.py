r"""Values that are no peer but say what was done: user agents, files, fingerprints.

A record states them in fields of their own (:data:`FIELDS`). ``/`` and ``\`` are alike there, and so are a
blank, ``+`` and ``%20``; case makes no difference.
"""

from __future__ import annotations

from typing import Final

from traque.expressions import expression
from traque.model import Event, Observable

_URL: Final = ("url.path", "url.original", "url.full")
_HASHES: Final = ("file.hash.{}", "process.hash.{}")

FIELDS: Final = {
    "user-agent": ("user_agent.original",),
    "file-name": ("file.name", "file.path", "process.name", "process.executable", *_URL),
    "md5": (*(name.format("md5") for name in _HASHES), "related.hash"),
    "sha1": (*(name.format("sha1") for name in _HASHES), "related.hash"),
    "sha256": (*(name.format("sha256") for name in _HASHES), "related.hash"),
    "sha512": (*(name.format("sha512") for name in _HASHES), "related.hash"),
    "ja3": ("tls.client.ja3",),
    "ja3s": ("tls.server.ja3s",),
    "ja4": ("tls.client.ja4",),
    "x509-certificate": tuple(
        f"tls.{side}.hash.{name}" for side in ("server", "client") for name in ("md5", "sha1", "sha256")
    ),
    "registry-key": ("registry.path", "registry.key"),
    "named-pipe": ("file.name", "file.path"),
    "windows-service": ("service.name",),
    "mutex": (),
    "asn": (),
}
"""Of each such kind: the fields in which a record states a value of it."""

_WHOLE: Final = frozenset({"user-agent"})
"""Kinds of which only the whole field is the value: many a user agent begins like a shorter one."""

_SEPARATORS = expression(r"[/\\]+")
_FINGERPRINT = expression(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){15,31}")
_BLANKS = expression(r"\+|%20")


def carries(observable: Observable, event: Event) -> bool:
    """Whether a field of the observable's kind holds it."""
    wanted = _plain(observable.value)
    return any(
        wanted == text if observable.kind in _WHOLE else wanted in text for text in _stated(observable, event)
    )


def is_only_a_part(observable: Observable, event: Event) -> bool:
    """Whether the record states a longer value, of which the observable is a part: another user agent."""
    if observable.kind not in _WHOLE:
        return False
    wanted = _plain(observable.value)
    texts = _stated(observable, event)
    return wanted not in texts and any(wanted in text for text in texts)


def _stated(observable: Observable, event: Event) -> list[str]:
    found = (event.fields.get(name) for name in FIELDS.get(observable.kind, ()))
    return [_plain(text) for text in found if isinstance(text, str)]


def _plain(text: str) -> str:
    if _FINGERPRINT.fullmatch(text):
        text = text.replace(":", "")
    return _BLANKS.sub(" ", _SEPARATORS.sub("/", text.lower())).strip()
