"""A small organisation's logs, made up: March 2021, six devices, seven intrusions of different depth.

All addresses are documentation addresses (RFC 5737, RFC 3849), all names end in ``example``. Who is
planted is written down while the lines are written, so the truth does not come from traque.
The same seed gives the same bytes.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2021, 3, 1, tzinfo=UTC)
END = datetime(2021, 4, 1, tzinfo=UTC)
GAP = (datetime(2021, 3, 8, tzinfo=UTC), datetime(2021, 3, 15, tzinfo=UTC))
"""The week whose firewall file is missing."""

OWN = "203.0.113.0/24"
ROUTER = "203.0.113.9"
"""One of our own routers; it is on the list, and in no log."""

BREAK_IN, BEACON, RELAY = "198.51.100.23", "192.0.2.66", "relay.evil.example"
WEB, PROBE, MAIL, DENIED = "198.51.100.77", "198.51.100.140", "2001:db8:bad::7", "192.0.2.200"
NEVER = ("198.51.100.3", "192.0.2.14", "2001:db8:bad::99", "never.evil.example")
LOOK_ALIKES = (
    "198.51.100.230",
    "198.51.100.2",
    "2001:db8:bad::70",
    "notrelay.evil.example",
    "relay.evil.example.org",
)
"""Values that contain an indicator or are contained in one, and are none."""

_STEP = timedelta(minutes=12)
_MAC = "MAC=00:00:5e:00:53:01:00:00:5e:00:53:02:08:00"


@dataclass
class Truth:
    """What was planted of one indicator."""

    verdicts: Counter[str] = field(default_factory=Counter)
    files: Counter[str] = field(default_factory=Counter)
    times: list[datetime] = field(default_factory=list)


class Estate:
    """Lines by file, and what was planted in them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 -- made-up traffic
        self.truth: dict[str, Truth] = defaultdict(Truth)
        self._files: dict[str, list[tuple[datetime, str]]] = defaultdict(list)

    @property
    def records(self) -> int:
        """Lines in all files."""
        return sum(len(lines) for lines in self._files.values())

    def log(self, path: str, time: datetime, line: str) -> None:
        """Add a line of background."""
        self._files[path].append((time, line))

    def plant(self, value: str, verdict: str, path: str, time: datetime, line: str) -> None:
        """Add a line in which ``value`` stands, and write down what it amounts to."""
        self.log(path, time, line)
        truth = self.truth[value]
        truth.verdicts[verdict] += 1
        truth.files[path] += 1
        truth.times.append(time)

    def write(self, folder: Path) -> None:
        """All files, in time order, wrapped as their names say."""
        wrap = {".gz": lambda data: gzip.compress(data, mtime=0), ".xz": lzma.compress, ".bz2": bz2.compress}
        for path, lines in sorted(self._files.items()):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            data = "".join(f"{line}\n" for _, line in sorted(lines, key=lambda pair: pair[0])).encode()
            target.write_bytes(wrap.get(target.suffix, bytes)(data))
            os.utime(target, (END.timestamp(), END.timestamp()))

    def visitor(self) -> str:
        """An outside address that is nobody in particular."""
        return f"{self.random.choice(('198.51.100', '192.0.2'))}.{self.random.randrange(201, 254)}"

    def host(self) -> str:
        """An inside client."""
        return f"10.20.{self.random.randrange(4)}.{self.random.randrange(10, 250)}"

    def port(self) -> int:
        """A client's port."""
        return self.random.randrange(32768, 61000)


def build(seed: int = 31) -> Estate:
    """The whole estate: ordinary traffic, then the planted records."""
    estate = Estate(seed)
    for write in (_firewall, _fortigate, _bastion, _proxy, _zeek, _mail):
        write(estate)
    return estate


def ticks(estate: Estate) -> Iterator[datetime]:
    """Moments of ordinary traffic, all month, never far apart."""
    time = START
    while time < END - _STEP:
        yield time + timedelta(seconds=estate.random.randrange(int(_STEP.total_seconds())))
        time += _STEP


def _at(day: int, hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2021, 3, day, hour, minute, second, tzinfo=UTC)


def _firewall(estate: Estate) -> None:
    """Netfilter through syslog: no year in the times, weekly rotations named by their date."""

    def path(time: datetime) -> str:
        weeks = (min(time, END) - START) // timedelta(days=7) if time > START else 0
        return f"firewall/ufw.log-{START + timedelta(days=7 * (weeks + 1)):%Y%m%d}.gz"

    def line(time: datetime, action: str, source: str, port: int) -> str:
        server = f"203.0.113.{estate.random.randrange(20, 40)}"
        return (
            f"{time:%b} {time.day:2d} {time:%H:%M:%S} fw1 kernel: [{time.timestamp() % 4e6:.6f}] "
            f"[UFW {action}] IN=eth0 OUT= {_MAC} SRC={source} DST={server} LEN=44 TOS=0x00 PREC=0x00 "
            f"TTL=44 ID={estate.random.randrange(65536)} PROTO=TCP SPT={estate.port()} DPT={port} "
            "WINDOW=1024 RES=0x00 SYN URGP=0"
        )

    def missing(time: datetime) -> bool:
        return GAP[0] <= time < GAP[1]

    for time in ticks(estate):
        if not missing(time):
            action = estate.random.choice(("BLOCK", "BLOCK", "ALLOW"))
            estate.log(
                path(time), time, line(time, action, estate.visitor(), estate.random.choice((22, 443, 445)))
            )
    early = datetime(2021, 2, 28, 23, 12, 45, tzinfo=UTC)
    for time in (early, *(_at(day, 4, 7 * k % 60, k) for day in (2, 5, 17, 30) for k in range(10))):
        estate.plant(PROBE, "blocked", path(time), time, line(time, "BLOCK", PROBE, 23))
    time = _at(20, 11, 40)
    estate.log(path(time), time, line(time, "BLOCK", "198.51.100.2", 443))


def _fortigate(estate: Estate) -> None:
    """A FortiGate's traffic log: sessions to the web server, and what its policy denied."""
    path = "firewall/fortigate-2021-03.log.xz"

    def line(time: datetime, source: str, action: str, sent: int, received: int) -> str:
        return (
            f'date={time:%Y-%m-%d} time={time:%H:%M:%S} devname="FGT-PARIS" devid="FGT60E0000000000" '
            f'logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" '
            f'eventtime={int(time.timestamp())}000000000 tz="+0000" srcip={source} srcport={estate.port()} '
            f'srcintf="wan1" srcintfrole="wan" dstip=203.0.113.25 dstport=443 dstintf="dmz" '
            f'dstintfrole="dmz" policyid={12 if sent else 0} proto=6 action="{action}" '
            f"sentbyte={sent} rcvdbyte={received} sentpkt={sent // 200} rcvdpkt={received // 900}"
        )

    for time in ticks(estate):
        received = estate.random.randrange(3000, 90000)
        estate.log(path, time, line(time, estate.visitor(), "close", 1800, received))
    for k in range(4):
        time = _at(11, 22, 10 + k)
        estate.plant(WEB, "session", path, time, line(time, WEB, "close", 2200, 48000 + k))
    for k in range(12):
        time = _at(19 + k % 3, 2, 3 * k)
        estate.plant(DENIED, "blocked", path, time, line(time, DENIED, "deny", 0, 0))


def _bastion(estate: Estate) -> None:
    """The log-in host. Two accounts are tried from one address, then one of them is accepted."""
    path = "hosts/auth.log-20210401"

    def line(time: datetime, verb: str, account: str, source: str) -> str:
        number = estate.random.randrange(900, 30000)
        return (
            f"{time:%Y-%m-%dT%H:%M:%S}+00:00 bastion sshd[{number}]: {verb} password for {account} "
            f"from {source} port {estate.port()} ssh2"
        )

    for time in ticks(estate):
        verb, account = estate.random.choice(
            (("Accepted", "backup"), ("Failed", "root"), ("Failed", "admin"))
        )
        source = "10.20.0.5" if verb == "Accepted" else estate.visitor()
        estate.log(path, time, line(time, verb, account, source))
    for k in range(14):
        time = _at(9, 2, 40 + k, 7 * k % 60)
        account = ("jdoe", "asmith")[k % 2]
        estate.plant(BREAK_IN, "auth-failed", path, time, line(time, "Failed", account, BREAK_IN))
    for time in (_at(9, 2, 55, 12), _at(10, 23, 4, 51)):
        estate.plant(BREAK_IN, "authenticated", path, time, line(time, "Accepted", "jdoe", BREAK_IN))
    time = _at(12, 8, 0, 3)
    estate.log(path, time, line(time, "Failed", "root", "198.51.100.230"))


def _proxy(estate: Estate) -> None:
    """Squid's native log: one client goes through a relay, its name below and beside others."""
    path = "proxy/squid-access-2021-03.log.gz"

    def line(time: datetime, client: str, result: str, name: str) -> str:
        denied = result.startswith("TCP_DENIED")
        size = 4100 if denied else estate.random.randrange(5000, 300000)
        route = "HIER_NONE/-" if denied else f"HIER_DIRECT/{estate.visitor()}"
        took = estate.random.randrange(20, 9000)
        return f"{time.timestamp():.3f} {took:6d} {client} {result} {size} CONNECT {name}:443 - {route} -"

    for time in ticks(estate):
        name = f"www{estate.random.randrange(40)}.shop.example"
        estate.log(path, time, line(time, estate.host(), "TCP_TUNNEL/200", name))
    for k in range(5):
        time = _at(10, 23, 20 + 5 * k, k)
        name = RELAY if k % 2 else f"cdn.{RELAY}"
        estate.plant(RELAY, "outbound", path, time, line(time, "10.20.1.50", "TCP_TUNNEL/200", name))
    time = _at(15, 9, 0, 30)
    estate.plant(RELAY, "outbound-attempt", path, time, line(time, "10.20.1.50", "TCP_DENIED/403", RELAY))
    for k, name in enumerate(("notrelay.evil.example", "relay.evil.example.org")):
        time = _at(16, 10, k)
        estate.log(path, time, line(time, estate.host(), "TCP_TUNNEL/200", name))


def _zeek(estate: Estate) -> None:
    """Zeek's connections as JSON: a server calls out every night."""
    path = "zeek/2021-03/conn.json.gz"

    def line(time: datetime, client: str, server: str, state: str) -> str:
        answered = state == "SF"
        return json.dumps(
            {
                "ts": time.timestamp(),
                "uid": f"C{estate.random.getrandbits(64):016x}",
                "id.orig_h": client,
                "id.orig_p": estate.port(),
                "id.resp_h": server,
                "id.resp_p": 443,
                "proto": "tcp",
                "service": "ssl" if answered else "-",
                "duration": 1.5,
                "orig_bytes": 2400 if answered else 0,
                "resp_bytes": 5200 if answered else 0,
                "conn_state": state,
                "local_orig": True,
                "missed_bytes": 0,
            }
        )

    for time in ticks(estate):
        estate.log(path, time, line(time, estate.host(), estate.visitor(), "SF"))
    for day in range(11, 31):
        time = _at(day, 3, 30, day)
        estate.plant(BEACON, "outbound", path, time, line(time, "10.20.3.80", BEACON, "SF"))
    time = _at(31, 3, 30, 31)
    estate.plant(BEACON, "outbound-attempt", path, time, line(time, "10.20.3.80", BEACON, "S0"))


def _mail(estate: Estate) -> None:
    """Postfix: one sender over IPv6, let in at the door and refused at the recipient."""
    path = "mail/mail.log-202103.bz2"

    def line(time: datetime, text: str) -> str:
        return (
            f"{time:%Y-%m-%dT%H:%M:%S}+00:00 mx1 postfix/smtpd[{estate.random.randrange(900, 30000)}]: {text}"
        )

    for time in ticks(estate):
        estate.log(path, time, line(time, f"connect from mail.shop.example[{estate.visitor()}]"))
    for k in range(3):
        time = _at(6, 14, 2 * k)
        estate.plant(MAIL, "contact", path, time, line(time, f"connect from unknown[{MAIL}]"))
    time = _at(25, 7, 7)
    estate.log(path, time, line(time, "connect from unknown[2001:db8:bad::70]"))


def bulletin() -> bytes:
    """The bulletin: a MISP event that lists them all, and one value that no one could hunt."""

    def attribute(kind: str, value: str, **more: object) -> dict[str, object]:
        return {"type": kind, "category": "Network activity", "value": value, "to_ids": True, **more}

    addresses = (BREAK_IN, BEACON, WEB, PROBE, MAIL, DENIED, ROUTER)
    event = {
        "uuid": "5b1d0a3e-0000-4000-8000-00000000d3e0",
        "info": "Routers used as relays by FAKE BEAR",
        "date": "2021-04-02",
        "Orgc": {"name": "CERT-EXAMPLE", "uuid": "5b1d0a3e-0000-4000-8000-00000000d3e1"},
        "Tag": [{"name": "tlp:clear"}],
        "Attribute": [
            *(attribute("ip-src", value) for value in addresses),
            attribute("domain", RELAY),
            *(attribute("domain" if value.endswith("example") else "ip-src", value) for value in NEVER),
            attribute("ip-dst", "0.0.0.0/0", comment="a mistake of the publisher"),
            attribute("link", "https://cert.example/advisory", category="External analysis", to_ids=False),
        ],
    }
    return json.dumps({"Event": event}, indent=1).encode()
