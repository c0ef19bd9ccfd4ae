"""Small tools that formats share: field values, endpoints, ports, and what an HTTP status says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from traque.model import Initiator, Outcome

Fields = dict[str, str | int]

UNSPECIFIED: Final = "0.0.0.0"  # noqa: S104 - compared with, never bound
"""How devices write that there is no address."""

SEVERAL: Final = 50
"""How many answers or recipients of one record are kept."""

_NUMBERS: Final = (".port", ".bytes", ".packets", ".status_code")

SERVICES: Final = frozenset(
    {
        1080,
        1194,
        1433,
        1521,
        1723,
        1812,
        1883,
        2049,
        2375,
        3128,
        3306,
        3389,
        4500,
        5000,
        5060,
        5061,
        5432,
        5601,
    }
    | {5672, 5900, 5985, 5986, 6379, 6443, 8000, 8008, 8080, 8081, 8088, 8443, 8888, 9000, 9090, 9200, 9443}
    | {10443, 11211, 27017}
)
"""Ports above 1023 on which services usually listen."""


def fields_of(pairs: Iterable[tuple[str, object]], into: Fields | None = None) -> Fields:
    """ECS fields from pairs. Absent values (None, empty, ``-``) are left out.

    Ports, byte counts and status codes become int; one that is no number is left out. The first of two
    equal names stays.
    """
    fields: Fields = {} if into is None else into
    for name, value in pairs:
        if value is None or value in ("", "-") or name in fields:
            continue
        if name.endswith(_NUMBERS):
            number = number_of(value)
            if number is not None:
                fields[name] = number
        elif isinstance(value, str):
            fields[name] = value
        elif isinstance(value, bool):
            fields[name] = "true" if value else "false"
        elif isinstance(value, int | float):
            fields[name] = str(value)
    return fields


def mailboxes(value: object) -> str | None:
    """The addresses of one or several ``Name <local@domain>``, with commas between."""
    several = value[:SEVERAL] if isinstance(value, list) else [value]
    found = [one.rpartition("<")[2].rstrip("> ") for one in several if isinstance(one, str)]
    return ",".join(found) or None


def number_of(value: object) -> int | None:
    """A whole number of up to 18 digits, written as number or text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value < 10**18 else None
    if isinstance(value, float):
        return int(value) if 0 <= value < 10**15 else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    return None


def is_address(text: str) -> bool:
    """Whether the text has the shape of an IPv4 or IPv6 address (its values are not checked)."""
    return _address().fullmatch(text) is not None


def host_and_port(text: str) -> tuple[str, str]:
    """``host:port``, ``[v6]:port``, or a bare host; the port is empty when absent."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, rest.removeprefix(":")
    host, colon, port = text.rpartition(":")
    if colon and ":" not in host and port.isdigit():
        return host, port
    return text, ""


def side(name: str, host: str, port: object = None) -> list[tuple[str, object]]:
    """The fields of an endpoint, ``source`` or ``destination``: its ``.ip`` or ``.domain``, and ``.port``."""
    kind = "ip" if is_address(host) else "domain"
    return [(f"{name}.{kind}", host), (f"{name}.port", port)]


def url_fields(url: str) -> list[tuple[str, object]]:
    """``url.*`` and ``destination.*`` fields of a full URL, and of ``host:port`` as CONNECT has it."""
    scheme, mark, rest = url.partition("://")
    authority = re.split(r"[/?#]", rest if mark else url, maxsplit=1)[0]
    host, port = host_and_port(authority.rpartition("@")[2])
    if not mark:
        return side("destination", host, port)
    path, question, query = rest[len(authority) :].partition("#")[0].partition("?")
    default = {"http": "80", "https": "443"}.get(scheme.lower(), "")
    return [
        ("url.full", url),
        ("url.domain", host),
        ("url.path", path),
        ("url.query", query if question else None),
        *side("destination", host, port or default),
    ]


def is_service(port: int) -> bool:
    """Whether services usually listen on the port."""
    return port < 1024 or port in SERVICES


def opener(source_port: object, destination_port: object) -> Initiator:
    """Which end opened the exchange, by its ports alone: a service port answers, a high port asks."""
    source, destination = number_of(source_port), number_of(destination_port)
    if source is not None and destination is not None and is_service(source) and not is_service(destination):
        return Initiator.DESTINATION
    return Initiator.SOURCE


def http_outcome(status: object, *, user: bool = False) -> Outcome:
    """What an HTTP status says. ``user``: the record names the account that the request claimed.

    A 401, 403 or 407 refuses a log-in only when there was an account; without one it asks for it. A 2xx or
    3xx with an account is a log-in that was accepted.
    """
    code = number_of(status)
    if code is None or not 100 <= code <= 599:
        return Outcome.UNANSWERED if code == 0 else Outcome.UNKNOWN
    if user and code in (401, 403, 407):
        return Outcome.LOGIN_REFUSED
    if code >= 400:
        return Outcome.REFUSED
    if user and code >= 200:
        return Outcome.LOGIN_ACCEPTED
    return Outcome.DATA


@cache
def _address() -> re.Pattern[str]:
    return re.compile(r"(?:\d{1,3}\.){3}\d{1,3}|(?=[^:]*:[^:]*:)[0-9A-Fa-f:]{2,}(?:[\d.]{7,15})?(?:%\w+)?")
