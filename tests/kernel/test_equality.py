"""The kernel equals the oracle, in both directions, however the stream is cut.

Records are made of planted values (exact, near misses, escaped, joined to others) and of noise from
an alphabet of the bytes that the rules turn on. Every record is scanned in one chunk, in chunks
cut at random, byte by byte, and moved along so that values straddle the kernel's blocks.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from traque.model import Observable
from traque.observables import canonical
from traque.scan import kernel, oracle
from traque.scan.matches import Engine, Hit, MatchedRecord

pytest.importorskip("traque._kernel", reason="the extension is not built")

KINDS = {
    "ipv4": ["192.0.2.1", "198.51.100.0", "203.0.113.255", "10.2.3.4", "1.2.3.4", "105.0.0.0"],
    "ipv4-net": ["192.0.2.0/24", "192.0.2.0/28", "10.0.0.0/8", "203.0.113.0/25"],
    "ipv6": ["2001:db8::1", "2001:db8::", "64:ff9b::c000:201", "::1", "1:2:3:4:5:6:7:8", "2001:db8::1:443"],
    "ipv6-net": ["2001:db8::/32", "2001:db8:0:1::/64", "64:ff9b::/96"],
    "hash": [
        "f1d2c3b4a5968778695a4b3c2d1e0f00",
        "0123456789abcdef0123456789abcdef01234567",
        "00" * 32,
        "ab" * 64,
    ],
    "domain": [
        "evil.example",
        "www.evil.example",
        "a.b.c.test",
        "vil.example",
        "bücher.example",
        "github.io",
        "x.1y",
    ],
    "email": ["user@evil.example", "o'brien+x@mail.test", "a.b@bücher.example"],
    "url": [
        "http://evil.example/gate.php?id=1&b=2",
        "evil.example/x",
        "https://192.0.2.1:8443/A/b",
        "http://[2001:db8::1]/p",
        "evil.example/a,b;c(d)'e",
        "http://bücher.example/%C3%A9?q=%20",
        "ftp://evil.example:21/f",
        "evil.example?q",
    ],
    "file-name": [
        "evil-loader.exe",
        r"C:\Temp\evil loader.dll",
        "/opt/evil.sh",
        "a.exe",
        "vil-loader.exe",
        r"\\srv\share\é.exe",
        "%TEMP%/x.bin.tmp",
        "evil.exe",
        "éa.evil.exe",
        "((evil))",
    ],
    "registry-key": [r"HKLM\Software\Evil", r"HKLM\System\CurrentControlSet\Services\evil", r"evil\run\x12"],
    "user-agent": ["EvilBot/1.0 (Windows NT 10.0; x64)", "evil/2", "(evil bot/1)"],
    "mutex": [r"Global\evil", "((((((", "aaaaaa", "/evil/", r"a\evilé", "ébcdeé"],
    "x509-certificate": ["ab" * 16, "3b1efd3a66ea28b16697394703a72ca340a05bd5", "0f" * 32],
    "ja3": ["f1d2c3b4a5968778695a4b3c2d1e0f00"],
}
"""Indicators by group, as a bulletin writes them."""

_TYPES = {
    "ipv4": "ipv4-addr",
    "ipv6": "ipv6-addr",
    "hash": "md5",
    "domain": "domain-name",
    "email": "email-addr",
}

ESCAPES = [
    b"\\n", b"\\t", b"\\\\n", b"\\u0022", b"\\u0041", b"\\x22", b"\\x41", b"\\042", b"#011", b"#101", b"%20", b"%2520",
    b"%41", b"%252540", b"%3A%2F%2F", b"%2F", b"\x1b[31m", b"\\u001b[1;31m", b"^[[38:5:1m", b"\\e[K", b"\\/", b"\\/\\/",
    b"&amp;", b"&quot;", b"&#9;", b"\\u0026", b"\\u003d", b"\\u002f", b"%40", b"\\0",
]  # fmt: skip

JOINTS = [
    b"", b" ", b".", b":", b"/", b"//", b"://", b"@", b"-", b"--", b"..", b",", b";", b"'", b'"', b"(", b")", b"[", b"]",
    b"=", b"?", b"#", b"%", b"&", b"_", b"0", b"1", b"443", b":443", b".80", b".https", b"#53", b"/24", b"a", b"f", b"x", b"0x",
    b"v", b"http://", b"https://", b"hxxp:", b"user:pw@", b"www.", b"not", b".org", b"s", b"\r", b"\x00", b"\xc3\xa9", b"\xe9",
    b"\xe2\x80\x94", b"Chrome/", b".in-addr.arpa", b".ip6.arpa", b"(4)", b"(0)", b"::ffff:", b"IPv6:", b"SHA256=", b"mailto:",
    b"[.]", b"^", b"{", b"}", b"|", b"<", b">", b"!", b"?", b"\xf0\x9f\x98\x80", b"\xcc\x88", b"%eth0",
    b"\\", b"\\\\", b"C:\\", b"\\d", b".bak", b".e", b"e.", b":ab", b"ab:", b":abc",
]  # fmt: skip

ALPHABET = b'0123456789....::://%%\\\\"()[]@#ux-_+=;,?&aefnt \r\x00\x1b\xc3\xbc\xe9\xff'


@cache
def indicators(group: str) -> tuple[Observable, ...]:
    """The indicators of a group (or of all), in canonical form."""
    groups = KINDS if group == "all" else [group]
    return tuple(
        canonical(_TYPES.get(name, "ipv4-addr" if "net" in name else name), value)
        for name in groups
        for value in KINDS[name]
    )


@cache
def engines(group: str) -> tuple[Engine, list[Engine]]:
    """The specification on the indicators of a group, and the kernel by every path that the processor has."""
    known = indicators(group)
    return oracle.compile(known), [kernel.compile(known, path) for path in kernel.paths()]


def scan(engine: Engine, chunks: Sequence[bytes]) -> tuple[list[MatchedRecord], int]:
    """All records of a stream, and how many were counted."""
    scanner = engine.scanner()
    matched = [record for chunk in chunks for record in scanner.feed(chunk).matched]
    matched += scanner.finish().matched
    return matched, scanner.records


def cuts(data: bytes, rng: random.Random) -> list[bytes]:
    """``data`` in chunks of random sizes."""
    places = sorted(rng.randrange(len(data) + 1) for _ in range(rng.randrange(12)))
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


def written(value: str) -> list[bytes]:
    """Ways in which a record may write an indicator."""
    utf8 = value.encode()
    forms = [utf8, utf8.upper(), value.encode("latin-1", "replace"), utf8.replace(b"/", b"\\/")]
    forms.append(b"".join(b"%%%02X" % byte if not chr(byte).isalnum() else bytes((byte,)) for byte in utf8))
    forms.append(utf8.replace(b"=", b"\\u003d").replace(b"&", b"&amp;"))
    labels = utf8.split(b".")
    forms.append(b"".join(b"(%d)%b" % (len(label), label) for label in labels) + b"(0)")
    forms.append(b".".join(reversed(labels)) + b".in-addr.arpa")
    forms.append(b".".join(label.rjust(3, b"0") for label in labels))
    forms.append(b"::ffff:" + utf8)
    forms += [utf8.replace(b"\\", b"\\" * 2), utf8.replace(b"\\", b"/"), utf8.replace(b"/", b"\\" * 4)]
    forms += [utf8.replace(b" ", b"+"), utf8.replace(b" ", b"%20"), utf8.replace(b"\\", b"\\" * 17)]
    forms += [utf8.replace(b"HKLM", b"HKEY_LOCAL_MACHINE"), utf8.replace(b"HKLM", rb"\REGISTRY\MACHINE")]
    forms.append(b":".join(utf8[at : at + 2] for at in range(0, len(utf8), 2)))
    return forms


def near(value: bytes, rng: random.Random) -> bytes:
    """One byte removed, doubled or changed."""
    at = rng.randrange(len(value) + 1)
    change = bytes((rng.choice(ALPHABET),))
    return rng.choice(
        [
            value[:at] + value[at + 1 :],
            value[:at] + change + value[at:],
            value[:at] + change + value[at + 1 :],
        ]
    )


def record(group: str, rng: random.Random) -> bytes:
    """A record with something in it that may match."""
    values = [value for name in (KINDS if group == "all" else [group]) for value in KINDS[name]]
    parts = []
    for _ in range(rng.randrange(1, 7)):
        value = rng.choice(
            written(rng.choice(values).partition("/")[0] if "net" in group else rng.choice(values))
        )
        noise = bytes(rng.choices(ALPHABET, k=rng.randrange(12)))
        parts.append(
            rng.choice(
                [value, value, value, near(value, rng), noise, rng.choice(ESCAPES), rng.choice(JOINTS)]
            )
        )
        parts.append(rng.choice([rng.choice(JOINTS), rng.choice(ESCAPES), b" "]))
    return b"".join(parts)


def assert_equal(group: str, data: bytes, rng: random.Random) -> None:
    """Both engines say the same of ``data``, by every path, under every strategy."""
    specification, by_path = engines(group)
    expected = scan(specification, [data])
    for fast in by_path:
        assert scan(fast, [data]) == expected
        assert scan(fast, cuts(data, rng)) == expected
        assert_equal_moved(fast, expected[0], data, rng)
    assert scan(by_path[0], [data[at : at + 1] for at in range(len(data))]) == expected


def assert_equal_moved(
    fast: Engine, expected: Sequence[MatchedRecord], data: bytes, rng: random.Random
) -> None:
    """What the kernel finds does not depend on where in its blocks and segments it stands."""
    pad = rng.randrange(1, 130)
    moved = b"-" * pad + b"\n" + data
    assert hits(scan(fast, [moved])[0], -pad - 1) == hits(expected)
    block = (
        (b"." * 63 + b"\n") * 63 + b"~" * rng.randrange(64) + b"\n"
    )  # the next block or segment begins inside
    assert hits(scan(fast, [block + data])[0], -len(block)) == hits(expected)


def hits(matched: Sequence[MatchedRecord], by: int = 0) -> list[Hit]:
    """All hits, moved by so many bytes."""
    return [
        Hit(hit.start + by, hit.end + by, hit.indicator, hit.relation) for one in matched for hit in one.hits
    ]


@pytest.mark.parametrize("group", [*KINDS, "all"])
@given(seed=st.integers(0, 2**64))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
def test_planted_values(group: str, seed: int) -> None:
    """Records made of values, near misses, escapes and joints."""
    rng = random.Random(seed)
    data = b"".join(
        record(group, rng) + rng.choice([b"\n", b"\r\n", b"\n\n"]) for _ in range(rng.randrange(1, 5))
    )
    assert_equal(group, data[: len(data) - rng.randrange(3)], rng)


@given(
    data=st.lists(
        st.sampled_from(sorted({bytes((b,)) for b in ALPHABET} | set(ESCAPES) | set(JOINTS) | {b"\n"}))
    ),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=150, deadline=None)
@example(data=[b"1.2.3.4", b"\r"], seed=0)
def test_noise(data: list[bytes], seed: int) -> None:
    """Whatever bytes come, both engines say the same."""
    assert_equal("all", b"".join(data), random.Random(seed))
