"""A MISP event with an attribute for each sighting, and a MISP sighting at each moment that is known.

A MISP sighting has no count: there is one at the first record, one at the last, and one at each record of the
evidence. The number of records and the verdicts stand in the attribute's comment and tags. Attributes are not
marked for detection (``to_ids``): this says what was seen, ``traque detect --for misp`` writes what to
look for. What is only the bulletin's own text (``self``) is left out. Inner addresses and accounts are not in
it.

Format: https://www.misp-standard.org/rfc/misp-standard-core.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from traque.model import Direction, HuntResult, Sighting, Verdict
from traque.reports._escape import printable
from traque.reports._ids import stable
from traque.reports._marks import TLPS, bulletins_of
from traque.reports._recalled import gone, remark
from traque.reports._renderer import Renderer, Setting
from traque.reports.json_ import laid_out

Object = dict[str, Any]

_NETWORK: Final = "Network activity"
_PAYLOAD: Final = "Payload delivery"
_TYPES: Final = {
    "ipv4-addr": ("ip-dst", _NETWORK), "ipv4-net": ("ip-dst", _NETWORK), "ipv6-addr": ("ip-dst", _NETWORK),
    "ipv6-net": ("ip-dst", _NETWORK), "domain-name": ("domain", _NETWORK), "url": ("url", _NETWORK),
    "email-addr": ("email-src", _PAYLOAD), "md5": ("md5", _PAYLOAD), "sha1": ("sha1", _PAYLOAD),
    "sha256": ("sha256", _PAYLOAD), "sha512": ("sha512", _PAYLOAD), "file-name": ("filename", _PAYLOAD),
    "user-agent": ("user-agent", _NETWORK), "registry-key": ("regkey", "Persistence mechanism"),
    "mutex": ("mutex", "Artifacts dropped"), "named-pipe": ("named pipe", "Artifacts dropped"),
    "windows-service": ("windows-service-name", "Artifacts dropped"), "asn": ("AS", _NETWORK),
    "ja3": ("ja3-fingerprint-md5", _NETWORK), "x509-certificate": ("x509-fingerprint-sha1", _NETWORK),
}  # fmt: skip
_OTHER: Final = ("text", "Other")
"""For the kinds that MISP has no type for (ja3s, ja4)."""
_FINGERPRINTS: Final = {32: "x509-fingerprint-md5", 64: "x509-fingerprint-sha256"}
_THREAT: Final = {
    Verdict.AUTHENTICATED: "1",
    Verdict.OUTBOUND: "1",
    Verdict.OUTBOUND_ATTEMPT: "2",
    Verdict.SESSION: "2",
}
"""MISP's threat levels by the worst verdict: 1 high, 2 medium, 3 low, 4 undefined."""


def _render(result: HuntResult, setting: Setting) -> bytes:
    return b"".join(_pieces(result, setting))


def _pieces(result: HuntResult, _setting: Setting) -> Iterator[bytes]:
    shown = [sighting for sighting in result.sightings if sighting.verdict is not Verdict.SELF]
    names = ", ".join(bulletin.title or bulletin.id for bulletin in result.bulletins[:5])
    ids = [bulletin.id for bulletin in result.bulletins]
    started = result.hunt.started.isoformat()
    event = {
        "uuid": stable("misp", "sightings", started, *ids),
        "info": printable(f"Sightings (traque): {names}"),
        "date": f"{result.hunt.finished:%Y-%m-%d}",
        "timestamp": _seconds(result.hunt.finished),
        "analysis": "1",
        "threat_level_id": _THREAT.get(shown[0].verdict, "3") if shown else "4",
        "published": False,
        "distribution": "0",
        "Orgc": {"name": "traque", "uuid": stable("misp", "organisation", "traque")},
        "Tag": [{"name": name} for name in _tags(result)],
    }
    yield laid_out({"Event": event})[: -len(b"\n  }\n}")] + b',\n    "Attribute": ['
    without = gone(result)
    for number, sighting in enumerate(shown):
        attribute = _attribute(result, sighting, remark(sighting, without))
        yield (b",\n      " if number else b"\n      ") + laid_out(attribute, 3)
    yield b"\n    ]\n  }\n}\n" if shown else b"]\n  }\n}\n"


def _tags(result: HuntResult) -> list[str]:
    tlps = [b.tlp.lower() for b in result.bulletins if b.tlp and b.tlp.lower() in TLPS]
    names = [f"tlp:{max(tlps, key=TLPS.index)}"] if tlps else []
    names += [f"PAP:{printable(b.pap).upper()}" for b in result.bulletins if b.pap]
    actors = (printable(actor).replace('"', "'") for b in result.bulletins for actor in b.actors)
    return list(dict.fromkeys([*names, *(f'misp-galaxy:threat-actor="{actor}"' for actor in actors)]))


def _attribute(result: HuntResult, sighting: Sighting, note: str) -> Object:
    ref = sighting.indicator
    name, category = _TYPES.get(ref.kind, _OTHER)
    if ref.kind == "x509-certificate":
        name = _FINGERPRINTS.get(len(ref.value), name)
    if name == "ip-dst" and sighting.direction is Direction.INBOUND:
        name = "ip-src"
    of = ", ".join(f"{verdict} {many}" for verdict, many in sighting.verdicts.items())
    listed = ", ".join(printable(b.id) for b in bulletins_of(result, ref)) or printable(ref.bulletin)
    told = f"{sighting.count} records: {of}; {sighting.direction}; in {listed}"
    thing: Object = {
        "uuid": stable("misp", "sighted", ref.bulletin, ref.kind, ref.value, result.hunt.started.isoformat()),
        "type": name,
        "category": category,
        "value": printable(ref.value),
        "to_ids": False,
        "timestamp": _seconds(result.hunt.finished),
        "distribution": "5",
        "comment": f"{told}. {note}" if note else told,
        "Tag": [{"name": f'traque:verdict="{sighting.verdict}"'}],
        "Sighting": _sightings(result, sighting),
    }
    if sighting.first_seen is not None and sighting.last_seen is not None:
        thing |= {"first_seen": sighting.first_seen.isoformat(), "last_seen": sighting.last_seen.isoformat()}
    return thing


def _sightings(result: HuntResult, sighting: Sighting) -> list[Object]:
    moments = {m for m in (sighting.first_seen, sighting.last_seen) if m is not None}
    moments |= {record.time for record in sighting.evidence if record.time is not None}
    ref = sighting.indicator
    names = (ref.bulletin, ref.kind, ref.value, result.hunt.started.isoformat())
    return [
        {
            "uuid": stable("misp", "sighting", *names, seconds),
            "type": "0",
            "date_sighting": seconds,
            "source": "traque",
        }
        for seconds in sorted({_seconds(moment) for moment in moments}, key=int)
    ]


def _seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))


SPEC = Renderer(
    name="misp",
    title="a MISP event with an attribute and sightings for each; no inner addresses",
    render=_render,
    pieces=_pieces,
    file_name="sightings.misp.json",
    media_type="application/json",
)
