"""Shapes keep their contract: what stands in a part changes nothing that a judgement reads."""

from __future__ import annotations

import json
import random
import re
import struct
from collections.abc import Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from traque.hunt.kinds import VALUE_FIELDS, _marked, _Number, _Text
from traque.logs import RecordReader, netfilter, recognise, registry
from traque.logs._envelope import SHAPE as ENVELOPE
from traque.logs._fields import is_address
from traque.model import ABSENT, STATED, Event, Members, Shape, TimeRule
from traque.scan import kernel
from traque.timestamps import read
from traque.triage.judge import judge
from traque.triage.locate import ANSWERS, ASKED, ENDPOINTS, RELATED, URLS, Place
from traque.triage.perimeter import Perimeter, parse_address

Signer = pytest.importorskip("traque._kernel", reason="the extension is not built").Signer

DATA = Path(__file__).resolve().parent.parent / "data" / "logs"
SUMS = ("source_bytes", "destination_bytes")
READ = (*sorted(ENDPOINTS), ASKED, *ANSWERS, *RELATED)
PERIMETER = Perimeter(own=("203.0.113.0/24",))
"""Of the samples' addresses some are inside."""

HEADS = {
    "webaccess": DATA / "webaccess/good.log",
    "fortigate": DATA / "fortigate/good.log",
    "squid": DATA / "squid/good.log",
    "suricata": DATA / "suricata/good.log",
    "zeek": DATA / "zeek/good.log",
    "zeek-tsv": DATA / "zeek/good-tsv.log",
    "syslog": DATA / "sshd/good.log",
}
"""Every reader with shapes, by a source that it reads."""

PORTS = ("0", "1", "22", "53", "123", "443", "5000", "8080", "32768", "51022", "65535", "99999")
NUMBERS = ("0", "1", "2", "3", "40", "5300", "999999999999")
NAMES = ("a.example", "www.evil.example", "host-7", "dead.beef", "x")
ADDRESSES = (
    "192.0.2.9",
    "198.51.100.200",
    "2001:db8::7",
    "203.0.113.77",
    "10.1.2.3",
    "::ffff:10.0.0.1",
    "fd00::1",
)
ACCOUNTS = (
    "root",
    "user",
    "invalid",
    "from",
    "for",
    "N/A",
    "ssh2",
    "a=b",
    "bob@example.org",
    "-x",
    "status",
    "port",
)
TEXTS = (
    *PORTS, *NUMBERS, *NAMES, *ADDRESSES, *ACCOUNTS, "-", "", "x y", "deny", "blocked", "S0", "SF", "T", "F", "true",
    "null", "alert", "dns", "200", "404", "POST", "/", "/login", "/a?b=c", "http://a.example/", "TCP_DENIED/403", "=",
    "x=y", 'x"y', "x\\", "x\\/y", "<", ">", "[", "]", "(", ",", ";", " from 203.0.113.1 port 22 ssh2", "to=<a@b.example>",
    "status=deferred", "srcip=192.0.2.1", "HTTP/1.1", "- -", "\t", "é", "a: b", "Accepted", "sasl_username=eve",
)  # fmt: skip
POOLS: Mapping[str, tuple[str, ...]] = {
    "count": NUMBERS,
    **dict.fromkeys(SUMS, NUMBERS),
    **dict.fromkeys(("source_port", "destination_port"), PORTS),
    **dict.fromkeys(("source_ip", "destination_ip"), ADDRESSES),
    **dict.fromkeys(("source", "destination", "domain"), (*ADDRESSES, *NAMES)),
    "account": ACCOUNTS,
}
"""What is put in the place of a part, besides anything of :data:`TEXTS`."""


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


def _eve(kind: str, **more: Any) -> bytes:
    entry: dict[str, Any] = {
        "timestamp": "2021-01-07T04:18:07.123456+0000", "flow_id": 1, "event_type": kind, "src_ip": "10.0.0.7",
        "src_port": 51022, "dest_ip": "192.0.2.7", "dest_port": 443, "proto": "TCP",
        "http": {"hostname": "www.example", "url": "/x", "status": 200}, "tls": {"sni": "www.example"},
        "dns": {"type": "answer", "rrname": "www.example", "answers": [{"rrname": "www.example", "rdata": "192.0.2.9"}]},
        "alert": {"action": "allowed", "signature_id": 7, "signature": "EXAMPLE"},
        "flow": {"pkts_toserver": 4, "pkts_toclient": 3, "bytes_toserver": 400, "bytes_toclient": 900, "state": "new"},
    }  # fmt: skip
    for name, value in more.items():
        entry[name] = {**entry["flow"], **value} if isinstance(value, dict) else value
    return json.dumps(entry, separators=(",", ":")).encode()


FLOWS: tuple[dict[str, Any], ...] = (
    {},
    {"dest_port": 53},
    {"src_port": 53, "direction": "to_client"},
    {"direction": "to_server", "flow": {"src_ip": "10.0.0.7", "dest_ip": "192.0.2.7"}},
    {"direction": "to_client", "flow": {"src_ip": "192.0.2.7", "dest_ip": "10.0.0.7"}},
    {"flow": {"src_ip": "198.51.100.1", "pkts_toclient": 0}},
    {"flow": {"src_ip": None, "pkts_toclient": 0}, "src_ip": "192.0.2.7", "dest_ip": "203.0.113.9"},
)
"""Flows as the events of one state them."""


def _postfix(process: str, message: str) -> bytes:
    return f"Jan  7 04:18:07 mx1 postfix/{process}[1]: {message}".encode()


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
    _conn(conn_state="RSTRH", service="http", request_body_len=3, user="bob", query="a.example", answers=["192.0.2.3"]),
    _conn(conn_state="OTH", local_resp=False, missed_bytes=0).replace(b'":', b'": ').replace(b',"', b', "'),
    *(_sshd(f"{word} {{}} 192.0.2.7 port 51022".format(rest)) for word, rest in (
        ("Failed password for root from", ""), ("Connection closed by invalid user x", ""),
    )),
    _sshd("Accepted publickey for root from 192.0.2.7 port 51022 ssh2: ED25519 SHA256:abc"),
    *(_eve(kind, **more) for kind in ("flow", "http", "tls", "fileinfo", "dns", "alert", "drop") for more in FLOWS),
    b'www.example 192.0.2.7 - - [07/Jan/2021:04:18:07 +0000] "POST /x HTTP/1.1" 200 51 "-" "curl"',
    _postfix("smtpd", "warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: UGFz, sasl_username=root"),
    _postfix("smtpd", "NOQUEUE: reject: RCPT from mx.example[192.0.2.7]: 554 5.7.1 No; from=<a@b.example> to=<c@d.example> "
             "proto=ESMTP helo=<e.example>"),
    _postfix("smtp", "3F2A: to=<a@b.example>, relay=mx.b.example[192.0.2.7]:25, delay=1.2, delays=0.1/0/0.4/0.6, dsn=2.0.0, "
             "status=sent (250 2.0.0 Ok: queued as 9C)"),
    *(f"1609993087.123    45 10.0.0.7 TCP_{done} 5120 {asked} {user} {end} -".encode()
      for done, end in (("TUNNEL/200", "HIER_DIRECT/192.0.2.7"), ("DENIED/403", "HIER_NONE/-"))
      for asked in ("CONNECT www.example:443", "GET http://www.example/x?y", "GET http://192.0.2.7:8080/")
      for user in ("-", "bob")),
    *(f'192.0.2.7 - {user} [07/Jan/2021:04:18:07 +0000] "{asked} HTTP/1.1" 200 51 "-" "curl"'.encode()
      for user in ("-", "bob") for asked in ("GET /x", "POST /login")),
)  # fmt: skip
"""Records of shapes that the samples do not have."""


class Kind:
    """What the kernel makes of a record: what it shares with its kind, and its parts."""

    def __init__(self, head: str, record: bytes) -> None:
        found = signer(head).signature(record)
        self.record = record
        self.signature, parts = found or (b"", [])
        self.parts = [(start, end, role) for start, end, role in parts]
        self.values = {
            role: {self.text(at): at} for at, (*_, role) in enumerate(self.parts) if role in VALUE_FIELDS
        }
        """Of each role its text, counted as the place of its part: that tells which one a judgement took."""

    @property
    def shape(self) -> int:
        """The number of its shape, expressions first."""
        return int(struct.unpack("<4I", self.signature[-16:])[0])

    def text(self, part: int) -> str:
        start, end, _ = self.parts[part]
        return self.record[start:end].decode("utf-8", "replace")

    def sums(self) -> dict[str, int]:
        return {role: int(self.text(at)) for at, (*_, role) in enumerate(self.parts) if role in SUMS}


@cache
def reader(head: str) -> RecordReader:
    path = HEADS[head]
    return recognise(path.read_bytes(), path.name).reader


@cache
def signer(head: str) -> Signer:
    return signing(tuple(reader(head).shapes), reader(head).times)


def signing(shapes: tuple[Shape, ...], times: tuple[TimeRule, ...]) -> Signer:
    return Signer(kernel.compiled(shapes, times), list(PERIMETER.inside))


def ordered(shapes: tuple[Shape, ...]) -> list[Shape]:
    """In the order of their numbers."""
    return [
        *(one for one in shapes if isinstance(one, str)),
        *(one for one in shapes if isinstance(one, Members)),
    ]


def shapes() -> list[tuple[str, Shape]]:
    return [(head, shape) for head in HEADS for shape in ordered(reader(head).shapes)]


@cache
def records() -> list[tuple[str, bytes]]:
    """All with a shape, by the reader that has it."""
    lines = {line for path in sorted(DATA.glob("*/*.log")) for line in path.read_bytes().splitlines()}
    every = sorted(lines | set(ALIKE))
    return [(head, line) for head in HEADS for line in every if Kind(head, line).signature]


def facts(kind: Kind, event: Event | None) -> Any:
    """All that judgements read; values and sums by their roles, where they are what stands in the record."""
    if event is None:
        return None
    marked = _marked(event, kind.values)
    found: list[Any] = [event.initiator, event.outcome, bool(ENDPOINTS & event.fields.keys())]
    found += [any(name in event.fields for name in URLS), event.fields.get("network.direction")]
    for place in (
        place for place in Place if place is not Place.CARRIED
    ):  # records with what is carried are never counted
        judged = judge(marked, place, PERIMETER)
        found.append((place, judged.verdict, judged.direction, judged.at_worst))
        found += [_role(kind, value) for value in (judged.asset, judged.account, judged.port)]
        sums = kind.sums()
        sides = ("source", "destination") if place is Place.SOURCE else ("destination", "source")
        for side, count in zip(sides, (judged.inward, judged.outward), strict=True):
            role = f"{side}_bytes"
            assert role not in sums or count in (None, sums[role]), kind.record
            found.append(role if count is not None and role in sums else count)
    return found


def _role(kind: Kind, value: object) -> object:
    """The role that a value came from; it must be what the record has there."""
    if not isinstance(value, _Text | _Number):
        return value
    ((text, at),) = value.counts.items()
    assert str(value) == str(text), kind.record
    return kind.parts[at][2], "value"


def replaced(head: str, kind: Kind, rng: random.Random) -> Kind:
    """A record of the same kind, with other texts in its parts as far as the kernel takes them for the same."""
    for at in rng.sample(range(len(kind.parts)), len(kind.parts)):
        start, end, role = kind.parts[at]
        pool = (*POOLS.get(role, ()), rng.choice(TEXTS))
        text = rng.choice(pool).encode()
        if role == "time":
            text = _other_digit(kind.record[start:end], rng)
        other = Kind(head, kind.record[:start] + text + kind.record[end:])
        if other.signature == kind.signature:
            kind = other
    return kind


def _other_digit(text: bytes, rng: random.Random) -> bytes:
    digits = [at for at, byte in enumerate(text) if 0x30 <= byte <= 0x39]
    at = rng.choice(digits)
    return text[:at] + b"%d" % rng.randrange(10) + text[at + 1 :]


def check(head: str, record: bytes, rng: random.Random) -> None:
    reading = reader(head)
    kind = Kind(head, record)
    other = replaced(head, kind, rng)
    times = read(record, reading.times), read(other.record, reading.times)
    one, two = reading.parse(record), reading.parse(other.record)
    if one is None or one.time != times[0]:
        return  # never trusted
    assert two is not None, (record, other.record)
    assert two.time == times[1], (record, other.record)
    assert facts(other, two) == facts(kind, one), (record, other.record)
    for name in ("url.path", "url.original", "url.query", "url.scheme", "url.port"):
        # a URL that is whole is found as such
        if one.fields.get(name) != two.fields.get(name) and str(two.fields.get(name, "/")).startswith("/"):
            of_urls = [other.text(at) for at, (*_, role) in enumerate(other.parts) if role == "path"]
            text = str(two.fields.get(name, "")).removeprefix("/")
            assert any(text in part or text in part.replace("\\/", "/") for part in of_urls), (
                name,
                record,
                other.record,
            )
    in_parts = [kind.text(at) for at in range(len(kind.parts))] + [
        other.text(at) for at in range(len(other.parts))
    ]
    for name in READ:
        if one.fields.get(name) != two.fields.get(name):
            for text in str(two.fields.get(name, "")).split(","):
                assert any(text in part or text in part.replace("\\/", "/") for part in in_parts), (
                    name,
                    record,
                    other.record,
                )


@pytest.mark.parametrize("head", HEADS)
def test_what_stands_in_a_part_changes_nothing(head: str) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    of_head = [record for known, record in records() if known == head]
    assert of_head
    for record in of_head:
        for _ in range(max(2, min(40, 4000 // len(of_head)))):
            check(head, record, rng)


@pytest.mark.parametrize(
    ("head", "shape"), [(h, s) for h, s in shapes() if isinstance(s, str)], ids=lambda value: str(value)[-60:]
)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_whatever_matches_an_expression(head: str, shape: str, data: st.DataObject, seed: int) -> None:
    """Records made from the expression alone, whose loosely matched parts no device writes."""
    record = data.draw(st.from_regex(re.compile(shape.encode()), fullmatch=True))
    if Kind(head, record).signature:
        check(head, record, random.Random(seed))


@pytest.mark.parametrize(
    ("head", "shape"),
    [(h, s) for h, s in shapes() if isinstance(s, Members)],
    ids=lambda value: str(value)[-60:],
)
def test_whatever_has_these_members(head: str, shape: Members) -> None:
    """Records with any of the values that the shape names, in any order."""
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    checked = 0
    for _ in range(60):
        record = _made(shape, rng)
        if Kind(head, record).signature:
            check(head, record, rng)
            checked += 1
    assert checked > 10


def _made(shape: Members, rng: random.Random) -> bytes:
    values: dict[str, str] = {}
    for path, role in shape.roles:
        if rng.random() < 0.5 or role in ("time", "source_ip", "destination_ip"):
            values[f"{path}x" if path.endswith(".") else path] = rng.choice(POOLS.get(role, TEXTS))
    for path, conditions in shape.given:
        condition = rng.choice(conditions)
        if condition == ABSENT:
            values.pop(path, None)
        elif condition.startswith("="):
            values[path] = condition[1:]
        elif condition.startswith("@"):
            values[path] = values[condition[1:]]
        elif condition == STATED:
            values.setdefault(path, rng.choice(TEXTS[:20]))
    order = list(values)
    rng.shuffle(order)
    if shape.syntax == "pairs":
        values |= {"date": "2021-01-07", "time": "04:18:07", "logid": "0000000013", "devname": "F"}
        rest = [name for name in order if name not in ("date", "time", "logid", "devname")]
        names = ("date", "time", "logid", "devname", *rest)
        return " ".join(
            f'{name}="{values[name]}"' if " " in values[name] else f"{name}={values[name]}" for name in names
        ).encode()
    document: dict[str, Any] = {}
    for path in order:
        value: Any = int(values[path]) if values[path].isdigit() else values[path]
        if path == "timestamp":
            value = f"2021-01-07T04:18:{rng.randrange(10, 60)}.123456+0000"
        elif path == "ts":
            value = 1609993087.25 + rng.randrange(1000)
        *above, name = path.split(".")
        place = document
        for step in above:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                break
        else:
            place[name] = value
    return json.dumps(document, separators=(",", ":")).encode()


def test_every_shape_has_a_record() -> None:
    known = {(head, Kind(head, record).shape) for head, record in records()}
    missing = [
        (head, str(shape)[:400])
        for head in HEADS
        for number, shape in enumerate(ordered(reader(head).shapes))
        if (head, number) not in known
    ]
    assert not missing


def test_every_shape_states_its_time() -> None:
    for head, shape in shapes():
        if isinstance(shape, str):
            assert "(?P<time" in shape, (head, shape)
        else:
            assert "time" in {role for _, role in shape.roles}, (head, shape)


def test_the_check_sees_a_part_that_matters() -> None:
    """A reply's source port is the service's: as a free part it would hide which ports answered."""
    shape = r"(?P<time>Jan  7 04:18:07) gate kernel: .*SPT=(?P<free>[0-9]{1,5}) DPT=.*"
    record = _packet("PROTO=TCP SPT=443 DPT=51022 WINDOW=1 RES=0x00 ACK SYN URGP=0")
    patched = pytest.MonkeyPatch()
    with patched.context() as patch:
        patch.setitem(globals(), "signer", lambda head: signing((shape,), reader(head).times))
        rng = random.Random(161)
        seen = [_is_wrong("syslog", record, rng) for _ in range(50)]
    assert any(seen)


def _is_wrong(head: str, record: bytes, rng: random.Random) -> bool:
    try:
        check(head, record, rng)
    except AssertionError:
        return True
    return False


def test_every_declared_shape_is_compiled_by_the_kernel() -> None:
    for spec in registry():
        kernel.compiled((*spec.shapes, *(f"{ENVELOPE}{shape}" for shape in spec.message_shapes)), ())


@pytest.mark.parametrize(
    "shape", ["(?P<free>[", "(?P<other>x)", Members(syntax="json", given=(), roles=(("a", "other"),)),
              Members(syntax="json", given=(("a", ("maybe",)),), roles=())], ids=str
)  # fmt: skip
def test_a_bad_shape_is_refused(shape: Shape) -> None:
    with pytest.raises(ValueError, match=r"other|maybe|\(\?P<free>"):
        kernel.compiled((shape,), ())


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_classes_of_addresses_are_the_perimeters(data: st.DataObject) -> None:
    """What the kernel takes for an address inside is inside, and else not; what it takes for none is whole."""
    text = data.draw(
        st.one_of(
            st.ip_addresses().map(str),
            st.ip_addresses(network="203.0.113.0/24").map(str),
            st.ip_addresses(v=4).map(lambda address: f"::ffff:{address}"),
            st.from_regex(r"[0-9a-f:.]{1,20}", fullmatch=True),
            st.from_regex(r"[A-Za-z0-9.-]{1,20}", fullmatch=True),
        )
    )
    shape = r"(?P<time>[0-9T:Z-]+) (?P<source>[^ ]*) (?P<free>x)"
    signing_it = signing((shape,), (TimeRule("iso"),))

    def signature(host: str) -> Any:
        return signing_it.signature(f"2021-01-07T04:18:07Z {host} x".encode())

    found, parts = signature(text)
    if "source" not in [role for *_, role in parts]:
        return
    inside, outside, name = (signature(host)[0] for host in ("10.0.0.1", "192.0.2.1", "a.example"))
    address = parse_address(text)
    expected = name if address is None else inside if PERIMETER.is_inside(text) else outside
    assert found == expected
    assert is_address(text) == (address is not None)


def test_the_one_pass_form_of_a_beginning_is_the_plain_one() -> None:
    plain, one_pass = re.compile(r"[^=]*IN=\Z"), re.compile(rf"{netfilter._UP_TO_IN}\Z")
    texts = ("".join(letters) for length in range(8) for letters in product("IN=x", repeat=length))
    assert all(bool(plain.match(text)) == bool(one_pass.match(text)) for text in texts)
