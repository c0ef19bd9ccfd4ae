"""ArcSight's Common Event Format, of any vendor, in syslog or not.

Of Infoblox's (NIOS "RPZ events") the message names the question that a response policy answered.

Incapsula's (Imperva "Cloud WAF: log file structure") are requests to a web site, in names of its own.

UniFi's events are CEF with ways of their own (Ubiquiti "UniFi System Logs & SIEM Integration"): UniFi OS
leaves the name out of the header and says who came from where in ``msg``; UniFi Network writes
``UNIFIutcTime``.
"""

from __future__ import annotations

import re
from functools import cache

import msgspec

from traque.logs._envelope import relayed, text_of
from traque.logs._fields import fields_of, http_outcome, url_fields
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._names import guess
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (
    *(
        TimeRule(layout, anchor=anchor)
        for anchor in (b" UNIFIutcTime=", b" rt=", b"|rt=", b" end=", b"|end=", b" start=", b"|start=")
        for layout in ("epoch", "syslog", "iso")
    ),
    TimeRule("syslog"),
    TimeRule("iso"),
)

# From the CEF dictionary where its words mean something else than elsewhere: bytes "in" flow from the source
# to the destination, "out" back.
_OWN = {
    "in": "source.bytes", "out": "destination.bytes", "duser": "user", "suser": "user", "cat": "category",
    "UNIFIadmin": "user",
}  # fmt: skip
_RECEIVED_IN = {"in": "destination.bytes", "out": "source.bytes"}
_MIRRORED = frozenset({"fortinet", "sonicwall", "check point", "zscaler"})
"""Vendors who write "in" for what the source received and "out" for what it sent, against the dictionary
(FortiOS "CEF support", SonicOS "ArcSight CEF fields", Check Point's and Zscaler's field mappings)."""


def understand(record: bytes) -> Event | None:
    """What a CEF record says."""
    text = text_of(record)
    start = text.find("CEF:")
    if start < 0:
        return None
    header = _header().match(text, start) or _unifi_os().match(text, start)
    if header is None:
        return None
    vendor, product, _, kind, name, *_ = (_unescape(part) for part in header.groups())
    values = _extension(text[header.end() :])
    own = _OWN | _RECEIVED_IN if vendor.lower() in _MIRRORED else _OWN
    if vendor == "Incapsula":
        return _incapsula(values, record)
    if product.startswith("UniFi"):
        return _unifi(values, product, name or kind, record)
    pairs: list[tuple[str, object]] = [
        (own.get(key, key), values[key]) for key in ("suser", *values) if key in values
    ]
    event = guess("cef", pairs, detail=f"CEF of {product}: ")
    if event is None:
        event = Event(format="cef", why=f"CEF of {product} without a known key")
    event.fields.setdefault("event.action", name)
    if product == "NIOS" and kind.startswith("RPZ"):
        event = _policy_zone(event, values.get("msg", ""), name)
    return msgspec.structs.replace(event, time=read(record, TIMES))


def _policy_zone(event: Event, said: str, action: str) -> Event:
    """Infoblox's response policy zone rewrote an answer, unless its rule is to let it pass."""
    asked = _rewritten().search(said)
    fields_of([("dns.question.name", asked[1] if asked else None)], event.fields)
    passed = action.upper() == "PASSTHRU"
    outcome = Outcome.RESOLVED if passed else Outcome.DENIED
    return msgspec.structs.replace(event, outcome=outcome, why=f"Infoblox response policy: {action}")


def _incapsula(values: dict[str, str], record: bytes) -> Event:
    """A request at Imperva's cloud: ``cpt`` is the client's port, ``sip`` and ``spt`` the site's server."""
    get = values.get
    url, action, status = get("request", ""), get("act", ""), get("cn1", "")
    pairs = [
        ("source.ip", get("src")),
        ("source.port", get("cpt")),
        ("server.ip", get("sip")),
        ("server.port", get("spt")),
        *(url_fields(url if "://" in url else f"{get('app', 'http').lower()}://{url}") if url else []),
        ("url.original", url),
        ("http.request.method", get("requestMethod")),
        ("http.response.status_code", status),
        ("http.request.headers.x-forwarded-for", get("xff")),
        ("http.request.referrer", get("ref")),
        ("user_agent.original", get("requestClientApplication")),
        ("destination.bytes", get("in")),
        ("event.action", action),
    ]
    if "BLOCKED" in action or "BLACKLISTED" in action or "CHALLENGED" in action:
        outcome = Outcome.DENIED
    elif status:
        outcome = http_outcome(status)
    elif "CACHED" in action:
        outcome = Outcome.DATA
    else:
        outcome = Outcome.ALLOWED if action == "REQ_PASSED" else Outcome.UNKNOWN
    return Event(
        format="cef",
        time=read(record, TIMES),
        fields=fields_of(pairs),
        initiator=Initiator.SOURCE,
        outcome=outcome,
        why=f"Incapsula {action} {status}".strip(),
    )


def _unifi(values: dict[str, str], product: str, name: str, record: bytes) -> Event:
    """An event of UniFi: a log-in to its administration, else guessed as any other."""
    said = _accessed().search(values.get("msg", ""))
    if said is None:
        pairs = [(_OWN.get(key, key), value) for key, value in values.items()]
        event = guess("cef", pairs, detail=f"CEF of {product}: ") or Event(format="cef")
        event.fields.setdefault("event.action", name)
        return msgspec.structs.replace(event, time=read(record, TIMES))
    user = values.get("UNIFIadmin") or said["user"]
    pairs = [("source.ip", said["host"]), ("user.name", user), ("event.action", name)]
    return Event(
        format="cef",
        time=read(record, TIMES),
        fields=fields_of(pairs),
        initiator=Initiator.SOURCE,
        outcome=Outcome.LOGIN_ACCEPTED,
        why=f"CEF of {product}: {said['action']}",
    )


@cache
def _rewritten() -> re.Pattern[str]:
    return re.compile(r'^"?rpz \S{1,20} \S{1,20} rewrite (\S{1,255}) ')


@cache
def _accessed() -> re.Pattern[str]:
    # The name comes first and is anyone's text: the address is the last thing in the message.
    return re.compile(
        r"^(?P<user>.{1,128}?) (?P<action>accessed (?:the )?UniFi .{0,200}?)\. "
        r"Source IP: (?P<host>[0-9A-Fa-f.:]{2,45})$"
    )


@cache
def _unifi_os() -> re.Pattern[str]:
    """``CEF:0|Ubiquiti|UniFi OS|4.3.6|admins|1|``: no name between the class and the severity."""
    return re.compile(r"CEF: ?0\|(Ubiquiti)\|(UniFi OS)\|([^|]{0,40})\|([^|]{0,80})\|()\d{1,2}\|(?=\w+=)")


def _extension(text: str) -> dict[str, str]:
    """The extension's pairs. A value runs to the next key; custom fields also stand under their labels."""
    keys = list(_key().finditer(text))
    values: dict[str, str] = {}
    for index, key in enumerate(keys):
        end = keys[index + 1].start() if index + 1 < len(keys) else len(text)
        values.setdefault(key[1], _unquoted(_unescape(text[key.end() : end].strip())))
    for name, label in list(values.items()):
        if name.endswith("Label") and (value := values.get(name.removesuffix("Label"))):
            values.setdefault(label, value)
    return values


def _unquoted(text: str) -> str:
    """SonicWall writes quotes around names."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    return _escape().sub(lambda found: {"n": "\n", "r": "\r"}.get(found[1], found[1]), text)


@cache
def _header() -> re.Pattern[str]:
    return re.compile(r"CEF: ?\d{1,2}(?:\.\d{1,2})?\|" + r"((?:[^|\\]|\\.)*+)\|" * 6, re.DOTALL)


@cache
def _key() -> re.Pattern[str]:
    return re.compile(r"(?:^|(?<=[\s|]))([A-Za-z][\w.\-]{0,127}+)=")


@cache
def _escape() -> re.Pattern[str]:
    return re.compile(r"\\([\\=|nr\"])")


def sniff(head: Head) -> float:
    """Its marker and header leave little doubt."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """The marker is found wherever it stands, with an envelope before it or not."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="cef",
    title="Common Event Format (CEF)",
    example=b"CEF:0|Example|Wall|1.0|100|Connection denied|5|rt=1609993087123 src=192.0.2.7 spt=51022 "
    b"dst=203.0.113.9 dpt=22 proto=TCP act=deny",
    knows="Guessed from CEF's keys, and said so: src initiated unless its port is a service's; act says "
    "denied or allowed, a log-in's outcome or the bytes back say what came of it.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    begins=("CEF:",),
    message=relayed(understand),
)
