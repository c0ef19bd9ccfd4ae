"""Grouped judging is record-by-record judging: the same counts, verdicts, times, sums and key evidence."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from traque.bulletins import from_values, load
from traque.hunt import HuntOptions, hunt, kinds
from traque.hunt.findings import Findings
from traque.logs import recognise
from traque.model import Bulletin, HuntResult
from traque.scan import kernel as kernel_engine
from traque.scan.matches import ALONE, Batch, Grouping, MatchedRecord
from traque.sources import Source

LISTED, NETWORK, NAME = "198.51.100.7", "192.0.2.0/28", "evil.example"
DATA = Path(__file__).resolve().parent.parent / "data" / "logs"


@pytest.fixture(autouse=True)
def _built() -> None:
    pytest.importorskip("traque._kernel", reason="the extension is not built")


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind is counted from the chunk after its first record on: many small chunks, many counted records."""
    whole = Source.chunks

    def chunks(self: Source) -> Iterator[bytes]:
        for chunk in whole(self):
            for at in range(0, len(chunk), 3000):
                yield chunk[at : at + 3000]

    monkeypatch.setattr(Source, "chunks", chunks)


def ways(
    monkeypatch: pytest.MonkeyPatch, bulletins: list[Bulletin], *paths: Path, hot: int = 1, **options: Any
) -> tuple[HuntResult, HuntResult]:
    """The answers without and with grouping."""
    results = []
    for threshold in (10**12, hot):
        monkeypatch.setattr(kinds, "HOT", threshold)
        results.append(hunt(bulletins, list(paths), options=HuntOptions(engine="kernel", jobs=1, **options)))
    return results[0], results[1]


def told(result: HuntResult) -> Any:
    """The answer without its own clock; of the evidence the first, the last and the first of each verdict."""
    answer = msgspec.to_builtins(result)
    answer["hunt"]["started"] = answer["hunt"]["finished"] = None
    for sighting in answer["sightings"]:
        evidence = sighting["evidence"]
        first_of: dict[str, Any] = {}
        for one in evidence:
            first_of.setdefault(one["verdict"], one)
        sighting["evidence"] = [evidence[0], evidence[-1], first_of]
    return answer


def check(plain: HuntResult, grouped: HuntResult) -> None:
    assert plain.sightings
    assert told(grouped) == told(plain)


def lines(kind: str, rng: random.Random, moments: Iterator[datetime]) -> Iterator[str]:
    """Records of one format, in which few values come often."""
    addresses = [LISTED] * 6 + ["192.0.2.3", "192.0.2.99", "203.0.113.4", "10.0.0.8", f"www.{NAME}"]
    for at in moments:
        theirs, ours = rng.choice(addresses), f"203.0.113.{rng.randrange(3)}"
        port, service = rng.randrange(1024, 65536), rng.choice((22, 443, 8080, 51000))
        syslog = f"{at:%b} {at.day:2d} {at:%H:%M:%S} gate "
        if kind == "sshd":
            said = rng.choice(
                ["Failed password for {u}", "Failed password for invalid user {u}"] * 9
                + ["Accepted password for {u}", "Invalid user {u}", "Connection closed by"]
            )
            said = f"{said} from".removesuffix("by from") + ("by" if said.endswith("by") else "")
            end = "" if said.endswith("by") or said.startswith("Invalid") else " ssh2"
            user = rng.choice(["root", "admin", "bob"])
            yield f"{syslog}sshd[{port}]: {said.format(u=user)} {theirs} port {port}{end}"
        elif kind == "netfilter":
            ends = (theirs, ours) if rng.random() < 0.5 else (ours, theirs)
            ports = (port, service) if rng.random() < 0.5 else (service, port)
            flags = rng.choice(["SYN", "ACK SYN", "ACK", "RST", "ACK PSH", "ACK FIN"])
            yield (
                f"{syslog}kernel: [{rng.random() * 1e5:.6f}] [UFW {rng.choice(['BLOCK', 'ALLOW'])}] IN=eth0 OUT= "
                f"SRC={ends[0]} DST={ends[1]} LEN={rng.randrange(2000)} TTL=5 ID={port} PROTO=TCP SPT={ports[0]} "
                f"DPT={ports[1]} WINDOW={port} RES=0x00 {flags} URGP=0"
            )
        elif kind == "webaccess":
            target = rng.choice([f"/a?x={port}", "/login", "/", f"/?u={theirs}", f"/{NAME}", "-"])
            status, user = rng.choice((200, 302, 401, 404)), rng.choice(["-", "-", "alice"])
            yield (
                f'{theirs} - {user} [{at:%d/%b/%Y:%H:%M:%S} +0100] "{rng.choice(["GET", "POST"])} {target} HTTP/1.1" '
                f'{status} {rng.choice([port, "-"])} "https://{rng.choice([NAME, "www.example"])}/{port}" "curl/{port}"'
            )
        elif kind == "squid":
            url = rng.choice([f"http://{theirs}/a/{port}", f"http://{theirs}/", f"{theirs}:443"])
            method = "CONNECT" if url.endswith(":443") else "GET"
            yield (
                f"{at.timestamp():.3f} {port:6d} 10.0.0.{rng.randrange(4)} TCP_MISS/{rng.choice((200, 404, 503))} {port} "
                f"{method} {url} - HIER_DIRECT/{rng.choice([theirs, '203.0.113.9'])} text/html"
            )
        elif kind == "fortigate":
            yield (
                f'date={at:%Y-%m-%d} time={at:%H:%M:%S} devname="F" logid="1" type="traffic" vd="root" srcip={theirs} '
                f'srcport={port} dstip={ours} dstport={service} sessionid={port} action="{rng.choice(ACTIONS)}" '
                f"duration=3 sentbyte={rng.choice((0, port))} rcvdbyte={rng.choice((0, port))} sentpkt=3 "
                f"rcvdpkt={rng.randrange(40)}"
            )
        elif kind == "postfix":
            yield f"{at:%b} {at.day:2d} {at:%H:%M:%S} mx1 postfix/{mail(rng, theirs, port)}"
        elif kind == "suricata":
            yield eve(rng, at, theirs, ours, port)
        else:
            ends = (theirs, ours) if rng.random() < 0.5 else (ours, theirs)
            state = rng.choice(["S0", "SF", "REJ", "OTH"])
            yield zeek(kind, at, f"C{port}", (ends[0], port, ends[1], service), state, rng.randrange(5000))


def mail(rng: random.Random, theirs: str, port: int) -> str:
    user, name = rng.choice(["root", "bob", f"user{port}"]), rng.choice([NAME, f"mx{port}.example"])
    client, server = f"smtpd[{port}]:", f"smtp[{port}]: {port:X}:"
    said = {
        f"{client} connect from unknown[{theirs}]": "",
        f"{client} warning: unknown[{theirs}]: SASL LOGIN authentication failed: UGFz,": f" sasl_username={user}",
        f"{client} NOQUEUE: reject: RCPT from unknown[{theirs}]: 554 5.7.1 No;": f" from=<{user}@{name}> "
        f"to=<info@www.example> proto=ESMTP helo=<{name}>",
        f"{server} to=<{user}@{name}>, relay=mx.{name}[{theirs}]:25, delay=0.{port},": " "
        f"delays=0.1/0/0.4/0.6, dsn=2.0.0, status=sent (250 Ok: queued as {port:X})",
    }
    return "".join(rng.choice(list(said.items())))


def eve(rng: random.Random, at: datetime, theirs: str, ours: str, port: int) -> str:
    event = rng.choice(["flow", "flow", "dns", "http", "tls", "alert", "alert", "drop", "fileinfo"])
    service = 53 if event == "dns" else rng.choice((80, 443, 8443))
    outward = rng.random() < 0.5
    asker, server = (ours, theirs) if outward else (theirs, ours)
    flow: dict[str, object] = {
        "pkts_toserver": 3, "pkts_toclient": rng.choice((0, 1, 5)), "bytes_toserver": port, "bytes_toclient": port // 2,
        "start": at.isoformat(),
    }  # fmt: skip
    entry: dict[str, object] = {
        "timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.250000+0200", "flow_id": port * 7, "event_type": event, "src_ip": asker,
        "src_port": port, "dest_ip": server, "dest_port": service, "proto": "TCP",
    }  # fmt: skip
    if rng.random() < 0.4:  # what the server sent
        entry |= {"src_ip": server, "src_port": service, "dest_ip": asker, "dest_port": port}
        if event in ("alert", "drop"):
            entry["direction"] = "to_client"
    if event in ("alert", "drop"):
        entry["alert"] = {"action": rng.choice(("allowed", "blocked")), "signature_id": port}
        if rng.random() < 0.5:
            flow |= {"src_ip": asker, "dest_ip": server, "src_port": port, "dest_port": service}
    name = rng.choice([NAME, f"h{port}.example"])
    entry["dns"] = {
        "type": "answer",
        "rrname": name,
        "answers": [{"rrname": name, "rdata": rng.choice((theirs, "192.0.2.99"))}],
    }
    entry["http"] = {
        "hostname": name,
        "url": f"/{port}",
        "status": rng.choice((200, 404)),
        "http_user_agent": f"curl/{port}",
    }
    for part in ("dns", "http"):
        if event != part and (event != "alert" or part == "dns"):
            del entry[part]
    return json.dumps(entry | {"flow": flow}, separators=(",", ":"))


def zeek(kind: str, at: datetime, uid: str, ends: tuple[object, ...], state: str, size: int) -> str:
    names = (
        "ts",
        "uid",
        "id.orig_h",
        "id.orig_p",
        "id.resp_h",
        "id.resp_p",
        "proto",
        "duration",
        "orig_bytes",
    )
    names = (*names, "resp_bytes", "conn_state", "missed_bytes")
    values = (at.timestamp() + 0.25, uid, *ends, "tcp", 1.5, size, 2 * size, state, 0)
    if kind == "zeek-tsv":
        return "\t".join(map(str, values))
    entry = dict(zip(names, values, strict=True))
    if kind == "zeek-path":
        entry = {"_path": "conn", "_write_ts": at.timestamp(), **entry, "local_orig": size % 2 == 0}
    if state == "S0":
        for name in ("duration", "orig_bytes", "resp_bytes"):
            del entry[name]
    return json.dumps(entry)


HEADER = (
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#fields\tts\tuid\t"
    "id.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tduration\torig_bytes\tresp_bytes\tconn_state\tmissed_bytes\n"
)


def steady(begin: datetime, step: timedelta, count: int) -> Iterator[datetime]:
    return (begin + step * n for n in range(count))


def shuffled(begin: datetime, step: timedelta, count: int) -> Iterator[datetime]:
    """A log whose clock goes to and fro."""
    rng = random.Random(3)
    return (begin + step * rng.randrange(count) for _ in range(count))


def write(path: Path, kind: str, moments: Iterator[datetime], seed: int = 161) -> None:
    text = "\n".join(lines(kind, random.Random(seed), moments)) + "\n"
    path.write_text((HEADER if kind == "zeek-tsv" else "") + text)


ACTIONS = ("deny", "close", "timeout", "server-rst")
KINDS = (
    "fortigate",
    "sshd",
    "netfilter",
    "webaccess",
    "squid",
    "zeek",
    "zeek-path",
    "zeek-tsv",
    "postfix",
    "suricata",
)
BULLETIN = [from_values((LISTED, NETWORK, NAME, f"http://{LISTED}/"))]
SPRING = datetime(2021, 3, 27, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize("order", [steady, shuffled])
@pytest.mark.parametrize("kind", KINDS)
def test_grouped_as_one_by_one(
    kind: str,
    order: Callable[[datetime, timedelta, int], Iterator[datetime]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    small_chunks: None,
) -> None:
    """Over a change to summer time, with window edges inside an hour."""
    log = tmp_path / f"{kind}-20210401.log"
    write(log, kind, order(SPRING, timedelta(seconds=71), 3000))
    window = {
        "since": datetime(2021, 3, 28, 3, 17, 5, tzinfo=UTC),
        "until": datetime(2021, 3, 29, 11, 59, 59, 250_000, tzinfo=UTC),
    }
    for options in (
        {"zone": "Europe/Paris"},
        {"zone": "Australia/Lord_Howe", "own": ("203.0.113.0/24",)},
        {},
    ):
        check(*ways(monkeypatch, BULLETIN, log, **window, **options))


def test_a_sweep_is_one_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_chunks: None) -> None:
    """More ends, ports and accounts than are counted, known beforehand or not; the same ones are told."""
    firewall, guesses = tmp_path / "ufw.log", tmp_path / "auth.log"
    said = (
        "Jan  7 04:{:02d}:{:02d} gate kernel: [12.5] [UFW {}] IN=eth0 OUT= SRC={} DST={} LEN=60 TTL=5 ID=1 "
    )
    said += "PROTO=TCP SPT={} DPT={} WINDOW=1 RES=0x00 SYN URGP=0\n"
    rng = random.Random(7)
    with firewall.open("w") as out:
        for n in range(9000):
            # some records hold a mark, so that they are judged alone
            word = "ALLOW CERTFR-2021-IOC-003" if n % 11 == 0 else "BLOCK"
            end = (
                f"203.0.{rng.randrange(112, 114)}.{rng.randrange(256)}"
                if n % 3
                else f"10.0.{rng.randrange(16)}.{n % 251}"
            )
            out.write(said.format(n // 60 % 60, n % 60, word, LISTED, end, 1024 + n, 1 + rng.randrange(3000)))
    with guesses.open("w") as out:
        for n in range(6000):
            user = rng.choice(("root", f"user{rng.randrange(2500)}", "a b"))
            out.write(
                f"Jan  7 04:18:07 bastion sshd[{n}]: Failed password for {user} from {LISTED} port {n + 1} ssh2\n"
            )
    bulletin = from_values((LISTED, NETWORK))
    marked = [msgspec.structs.replace(bulletin, id="CERTFR-2021-IOC-003", format="text")]
    for options in ({}, {"own": ("203.0.113.0/24",)}):
        plain, grouped = ways(monkeypatch, marked, firewall, guesses, year=2021, **options)
        check(plain, grouped)
    judged = []
    judge = Findings._judge_record
    monkeypatch.setattr(
        Findings, "_judge_record", lambda self, record: (judged.append(1), judge(self, record))
    )
    ways(monkeypatch, [bulletin], firewall, year=2021)
    assert len(judged) - 9000 < 150


@pytest.mark.parametrize("count", [63, 64, 400])
def test_a_small_file_full_of_matches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    log = tmp_path / "auth.log"
    failed = f"Jan  7 04:18:07 bastion sshd[1]: Failed password for root from {LISTED} port 51022 ssh2\n"
    log.write_text(failed * count)
    plain, grouped = ways(monkeypatch, BULLETIN[:1], log, year=2021, hot=64)
    check(plain, grouped)
    assert [sighting.count for sighting in grouped.sightings] == [count]


def test_a_year_less_log_over_new_year(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_chunks: None
) -> None:
    """The latest moment that the file's name admits lies inside an hour of the log."""
    log = tmp_path / "auth.log-20210101"
    write(log, "sshd", steady(datetime(2020, 12, 30, tzinfo=UTC), timedelta(seconds=120), 3000))
    check(*ways(monkeypatch, BULLETIN, log, zone="Asia/Kolkata"))


def test_one_accepted_among_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_chunks: None) -> None:
    log = tmp_path / "auth.log"
    failed = f"Jan  7 04:18:07 bastion sshd[{{}}]: Failed password for root from {LISTED} port 51022 ssh2\n"
    accepted = f"Jan  7 04:18:08 bastion sshd[7]: Accepted password for root from {LISTED} port 51022 ssh2\n"
    log.write_text("".join(accepted if n == 15_000 else failed.format(n) for n in range(20_000)))
    plain, grouped = ways(monkeypatch, BULLETIN[:1], log, year=2021, hot=1000)
    check(plain, grouped)
    (sighting,) = grouped.sightings
    assert dict(sighting.verdicts) == {"authenticated": 1, "auth-failed": 19_999}


def test_records_that_hold_the_bulletins_name_are_judged_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_chunks: None
) -> None:
    marked = [msgspec.structs.replace(BULLETIN[0], id="CERTFR-2021-IOC-003", format="text")]
    log = tmp_path / "access.log"
    said = '203.0.113.4 - - [07/Jan/2021:04:18:07 +0000] "GET /{} HTTP/1.1" 200 51 "-" "{}"\n'
    log.write_text(
        "".join(said.format("CERTFR-2021-IOC-003" if n % 7 == 0 else n, LISTED) for n in range(500))
    )
    plain, grouped = ways(monkeypatch, marked, log)
    check(plain, grouped)
    assert dict(grouped.sightings[0].verdicts) == {"self": 72, "trace": 428}


def test_most_records_are_counted_and_not_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_chunks: None
) -> None:
    for kind in KINDS:
        log = tmp_path / f"{kind}.log"
        write(log, kind, steady(SPRING, timedelta(seconds=1), 5000))
        data = log.read_bytes()
        reader = recognise(data[:65536], log.name).reader
        scanner = kernel_engine.compile([BULLETIN[0].indicators[0].observable]).scanner()
        scanner.group(
            Grouping(
                shapes=reader.shapes,
                times=reader.times,
                inside=(),
                marks=(),
                clock=lambda _begin, _zoned, _dated: (0, False),
                after=1,
            )
        )
        alone = {record.offset for record in _trusting(scanner, data)}
        counted = sum(kind.inside.count for kind in scanner.counted())
        total = sum(LISTED.encode() in line for line in data.splitlines())
        assert len(alone) + counted == total, kind
        assert counted > total / 4, kind


def _trusting(scanner: kernel_engine.KernelScanner, data: bytes) -> Iterator[MatchedRecord]:
    for at in range(0, len(data), 4096):
        yield from _judged(scanner, scanner.feed(data[at : at + 4096]))
    yield from _judged(scanner, scanner.finish())


def _judged(scanner: kernel_engine.KernelScanner, batch: Batch) -> Iterator[MatchedRecord]:
    trusted = set()
    for record in batch.matched:
        if record.kind not in trusted:
            yield record
        if record.kind not in (ALONE, *trusted):
            trusted.add(record.kind)
            scanner.trust(record.kind, record.offset)
    yield from scanner.settle().matched


@pytest.mark.parametrize(
    "path", sorted(DATA.glob("*/good*.log")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_own_samples_many_times(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_chunks: None
) -> None:
    log = tmp_path / path.name
    data = path.read_bytes()
    header = b"".join(line for line in data.splitlines(keepends=True) if line.startswith(b"#"))
    body = b"".join(line for line in data.splitlines(keepends=True) if not line.startswith(b"#"))
    log.write_bytes(header + body * 30)
    wanted = [from_values(("192.0.2.0/24", NAME, "2001:db8::/32", "203.0.113.9"))]
    check(*ways(monkeypatch, wanted, log, own=("203.0.113.0/24",), year=2021))


def test_the_estate(samples: Path, monkeypatch: pytest.MonkeyPatch, small_chunks: None) -> None:
    bulletin = load([str(samples / "bulletins/certfr/CERTFR-2021-IOC-003-IOC.csv")])
    window = {"since": datetime(2021, 1, 1, tzinfo=UTC), "until": datetime(2021, 7, 21, tzinfo=UTC)}
    check(*ways(monkeypatch, list(bulletin), samples / "estate/logs", own=("203.0.113.0/24",), **window))
