"""Shapes keep their contract: what a named group admits changes nothing that a judgement reads."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from traque.logs import RecordReader, recognise, registry
from traque.logs._envelope import SHAPE as ENVELOPE
from traque.model import Event, Initiator, Stamp
from traque.timestamps import read
from traque.triage.locate import ANSWERS, ASKED, ENDPOINTS, RELATED, URLS

DATA = Path(__file__).resolve().parent.parent / "data" / "logs"
SUMS = ("source_bytes", "destination_bytes")
READ = (*sorted(ENDPOINTS), ASKED, *ANSWERS, *RELATED, "user.name", "host.name", "observer.name")

HEADS = {
    "webaccess": DATA / "webaccess/good.log",
    "fortigate": DATA / "fortigate/good.log",
    "squid": DATA / "squid/good.log",
    "zeek": DATA / "zeek/good.log",
    "zeek-tsv": DATA / "zeek/good-tsv.log",
    "syslog": DATA / "sshd/good.log",
}
"""Every reader with shapes, by a source that it reads."""


def _packet(rest: str, service: str = "") -> bytes:
    return (
        "Jan  7 04:18:07 gate kernel: [12.5] [UFW BLOCK] IN=eth0 OUT= MAC=00:16 SRC=192.0.2.7 DST=203.0.113.9 "
        f"LEN=60 {service}TTL=52 ID=1 {rest}"
    ).encode()


def _sshd(message: str) -> bytes:
    return f"Jan  7 04:18:07 bastion sshd[1]: {message}".encode()


PACKETS = {"sentpkt": 9, "rcvdpkt": 80}


def _session(**more: object) -> bytes:
    named = (
        'devname="FGT-A" devid="F" logid="0000000013" type="traffic" subtype="forward" vd="root" tz="+0100"'
    )
    ends = "srcip=192.0.2.7 dstip=203.0.113.9 dstport=22"
    pairs = " ".join(f"{name}={value}" for name, value in more.items())
    return f"date=2021-01-07 time=04:18:07 {named} {ends} {pairs}".encode()


def _conn(**more: object) -> bytes:
    ends = {"id.orig_h": "192.0.2.7", "id.orig_p": 51022, "id.resp_h": "203.0.113.9", "id.resp_p": 443}
    entry = {"ts": 1609993087.123456, "uid": "C1", **ends, "proto": "tcp", **more}
    return json.dumps(entry, separators=(",", ":")).encode()


ALIKE = (
    _packet("PROTO=TCP SPT=51022 DPT=22 WINDOW=1024 RES=0x00 SYN URGP=0 ", "TOS=0x00 PREC=0x00 "),
    _packet("PROTO=TCP SPT=51022 DPT=443 WINDOW=1024 RES=0x00 ACK PSH FIN URGP=0"),
    _packet("PROTO=TCP SPT=443 DPT=51022 WINDOW=1024 RES=0x00 ACK RST URGP=0"),
    _packet("PROTO=TCP SPT=51022 DPT=51023 WINDOW=1024 RES=0x00 ACK SYN URGP=0"),
    _packet("PROTO=UDP SPT=51022 DPT=123 LEN=56"),
    _packet("PROTO=UDP SPT=53 DPT=51022 LEN=56"),
    _packet("PROTO=UDP SPT=5353 DPT=5353 LEN=56"),
    _packet("PROTO=ICMP TYPE=8 CODE=0 ID=1 SEQ=1"),
    _sshd("Disconnected from invalid user x 192.0.2.7 port 51022 [preauth]"),
    _sshd("Disconnected from 192.0.2.7 port 51022"),
    _sshd("Invalid user x from 192.0.2.7 port 51022"),
    _sshd("Failed password for invalid user x from 192.0.2.7 port 51022 ssh2"),
    _conn(
        service="ssl", duration=1.5, orig_bytes=1200, resp_bytes=5300, conn_state="SF", local_orig=False,
        local_resp=True, missed_bytes=0, history="ShADadFf", orig_pkts=9, orig_ip_bytes=1600, resp_pkts=8,
        resp_ip_bytes=5700,
    ),
    _session(srcport=51022, sessionid=7, proto=6, action="close", duration=9, sentbyte=120, rcvdbyte=0, **PACKETS),
    _session(eventtime=1609989487, srcport=51022, sessionid=7, duration=9, sentbyte=0, rcvdbyte=53, **PACKETS),
    _conn(conn_state="S0", missed_bytes=0),
    _conn(conn_state="OTH", local_resp=False, missed_bytes=0).replace(b'":', b'": ').replace(b',"', b', "'),
)  # fmt: skip
"""Records of shapes that the samples do not have."""


@cache
def reader(head: str) -> RecordReader:
    path = HEADS[head]
    return recognise(path.read_bytes(), path.name).reader


def shapes() -> list[tuple[str, str]]:
    return [(head, shape) for head in HEADS for shape in reader(head).shapes]


def records() -> list[tuple[str, bytes]]:
    lines = {line for path in sorted(DATA.glob("*/*.log")) for line in path.read_bytes().splitlines()}
    return [(head, line) for head in HEADS for line in sorted(lines | set(ALIKE))]


def shape_of(head: str, record: bytes) -> re.Pattern[bytes] | None:
    compiled = (re.compile(shape.encode()) for shape in reader(head).shapes)
    return next((shape for shape in compiled if shape.fullmatch(record)), None)


def groups_of(shape: str) -> dict[str, re.Pattern[bytes]]:
    """What each named group admits."""
    found = {}
    for begin in re.finditer(r"\(\?P<(\w+)>", shape):
        at, depth, in_class = begin.end(), 1, False
        while depth:
            character = shape[at]
            if character == "\\":
                at += 1
            elif in_class:
                in_class = character != "]"
            else:
                in_class = character == "["
                depth += (character == "(") - (character == ")")
            at += 1
        found[begin[1]] = re.compile(shape[begin.end() : at - 1].encode())
    return found


def replaced(found: re.Match[bytes], texts: dict[str, bytes]) -> bytes:
    """The record with other texts in its groups."""
    record, out, at = found.string, b"", 0
    for name in sorted(found.groupdict(), key=found.start):
        if found[name] is not None:
            out += record[at : found.start(name)] + texts[name]
            at = found.end(name)
    return out + record[at:]


def facts(event: Event | None, times: Stamp | None, found: re.Match[bytes]) -> Any:
    """All that a judgement reads, without what is summed and without the time where the rules read it."""
    if event is None:
        return None
    fields = event.fields
    responder = "source" if event.initiator is Initiator.DESTINATION else "destination"
    summed = {name for name in SUMS if found.groupdict().get(name) is not None}
    return (
        event.initiator,
        event.outcome,
        [fields.get(name) for name in READ],
        fields.get(f"{responder}.port"),
        any(name in fields for name in URLS),
        fields.get("network.direction") in ("outbound", "egress"),
        [
            fields.get(name.replace("_", ".")) == int(found[name])
            if name in summed
            else fields.get(name.replace("_", "."))
            for name in SUMS
        ],
        event.time == times,
    )


def check(data: st.DataObject, head: str, record: bytes, shape: re.Pattern[bytes]) -> None:
    reading = reader(head)
    found = shape.fullmatch(record)
    assert found is not None
    admitted = groups_of(shape.pattern.decode())
    texts = {
        name: data.draw(st.from_regex(admitted[name], fullmatch=True), label=name)
        for name, text in found.groupdict().items()
        if text is not None
    }
    other = replaced(found, texts)
    again = shape.fullmatch(other)
    assert again is not None, other
    assert {name: text for name, text in again.groupdict().items() if text is not None} == texts
    times = read(record, reading.times), read(other, reading.times)
    if None in times:
        return  # never grouped
    one = facts(reading.parse(record), times[0], found)
    assert facts(reading.parse(other), times[1], again) == one, other


@pytest.mark.parametrize(
    ("head", "record"), [(h, r) for h, r in records() if shape_of(h, r)], ids=lambda value: str(value)[:60]
)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_a_group_admits_changes_nothing(head: str, record: bytes, data: st.DataObject) -> None:
    shape = shape_of(head, record)
    assert shape is not None
    check(data, head, record, shape)


@pytest.mark.parametrize(("head", "shape"), shapes(), ids=lambda value: str(value)[-60:])
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_has_the_shape(head: str, shape: str, data: st.DataObject) -> None:
    """Records made from the shape alone, whose loosely matched parts no device writes."""
    pattern = re.compile(shape.encode())
    record = data.draw(st.from_regex(pattern, fullmatch=True))
    check(data, head, record, pattern)


def test_every_shape_has_a_record() -> None:
    known = {
        (head, shape.pattern.decode()) for head, record in records() if (shape := shape_of(head, record))
    }
    assert set(shapes()) <= known


def test_every_shape_states_its_time_and_only_known_groups() -> None:
    for head, shape in shapes():
        names = {name.rstrip("0123456789") for name in groups_of(shape)}
        assert "time" in names, (head, shape)
        assert names <= {"time", "free", *SUMS}, (head, shape)


def test_the_check_sees_a_group_that_matters() -> None:
    """A reply's source port is the service's: as a free group it would hide which ports answered."""
    shape = re.compile(rb"Jan  7 04:18:07 gate kernel: .*SPT=(?P<free>[0-9]{1,5}) DPT=.*")

    @settings(database=None, deadline=None)
    @given(data=st.data())
    def checked(data: st.DataObject) -> None:
        check(data, "syslog", _packet("PROTO=TCP SPT=443 DPT=51022 WINDOW=1 RES=0x00 ACK SYN URGP=0"), shape)

    with pytest.raises(AssertionError, match="SPT="):
        checked()


def test_every_declared_shape_is_compiled_by_the_kernel() -> None:
    kernel = pytest.importorskip("traque._kernel", reason="the extension is not built")
    for spec in registry():
        kernel.Shapes([*spec.shapes, *(ENVELOPE + shape for shape in spec.message_shapes)], [])
    for head in HEADS:
        kernel.Shapes(list(reader(head).shapes), [])
