"""Binary formats that are named, and everything else, that is not."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traque.diagnostics import Diagnostics
from traque.errors import SourceError
from traque.sources import open_entry, walk
from traque.sources.encoding import detect
from traque.sources.recognise import encoded_container

NOW = 1_620_640_800
PADDING = bytes(600)


def utmp(kind: int, line: bytes, user: bytes, seconds: int, order: str = "<") -> bytes:
    return struct.pack(
        f"{order}hxxi32s4s32s256shhiii16s20x", kind, 9, line, b"ts/0", user, b"h", 0, 0, 0, seconds, 0, b""
    )


NAMED = {
    "Windows event log (EVTX)": b"ElfFile\0" + PADDING,
    "Windows event log (EVT)": b"\x30\0\0\0LfLe" + PADDING,
    "packet capture (pcap)": b"\xd4\xc3\xb2\xa1\2\0\4\0" + PADDING,
    "packet capture (pcapng)": b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a" + PADDING,
    "Parquet": b"PAR1\x15\4\x15\0" + PADDING,
    "Arrow": b"ARROW1\0\0" + PADDING,
    "Avro": b"Obj\x01" + PADDING,
    "SQLite database": b"SQLite format 3\0" + PADDING,
    "systemd journal": b"LPKSHHRH" + PADDING,
    "NetFlow capture (nfcapd)": b"\x0c\xa5\2\0" + PADDING,
    "NetFlow v5 flows": struct.pack(">HHLLLLBBH", 5, 1, 9, NOW, 0, 0, 0, 0, 0) + bytes(48),
    "NetFlow v9 flows": struct.pack(">HHLLLLHH", 9, 1, 9, NOW, 0, 0, 0, 8) + bytes(4),
    "IPFIX flows": struct.pack(">HHLLLHH", 10, 24, NOW, 0, 0, 2, 8) + bytes(4),
    "Snort unified2": struct.pack(">LL", 7, 52) + bytes(52) + struct.pack(">LL", 2, 60) + bytes(60),
    "login records (utmp)": utmp(7, b"pts/0", b"root", NOW) + utmp(8, b"pts/0", b"", NOW + 1),
    "dnstap": b"\0\0\0\0\0\0\0\x22\0\0\0\2\0\0\0\x01\0\0\0\x16protobuf:dnstap.Dnstap" + PADDING,
    "Microsoft Office document": b"PK\3\4\x14\0\6\0\x08\0"
    + bytes(16)
    + b"\x13\0\0\0[Content_Types].xml"
    + PADDING,
}


@pytest.mark.parametrize("title", NAMED)
def test_named(title: str) -> None:
    assert encoded_container(NAMED[title], "file") == title
    assert detect(NAMED[title]) == "utf-8"


def test_variants() -> None:
    big_endian = utmp(7, b"pts/0", b"root", NOW, ">") + utmp(8, b"pts/0", b"", NOW, ">")
    assert encoded_container(big_endian, "wtmp") == "login records (utmp)"
    datagram = NAMED["NetFlow v5 flows"]
    assert encoded_container(struct.pack(">L", len(datagram)) + datagram, "x.bin") == "NetFlow v5 flows"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"PAR1 is not Parquet\n",
        b"Obj\x01 without anything\n",
        b"PAR1 and ElfFile, quoted in a log\n" * 50,
        b"2021-05-10 10:00:00 a copytruncated log\n" + bytes(3000),
        bytes(4000) + b"2021-05-10 10:00:00 a copytruncated log\n",
        bytes(8192),
        b"\5\0\0\0\1" + bytes(8187) + b"text behind a binary header\n",
        b"\0\5",
        b"\0\x09\0\0\0\0",
        b"\0\n" * 40,
        bytes(384 * 3),
    ],
)
def test_not_named(head: bytes) -> None:
    assert encoded_container(head, "access.log") is None


@given(st.binary(max_size=1200), st.text(max_size=10))
def test_any_bytes(head: bytes, name: str) -> None:
    named = encoded_container(head, name)
    assert named is None or b"\0" in head


@pytest.mark.parametrize("title", NAMED)
def test_cut_heads(title: str) -> None:
    for length in range(40):
        assert encoded_container(NAMED[title][:length], "x") in (None, title)


KEPT_AS_TEXT = {"applesystemlog.asl"} | {
    f"log.{kind}.vc0" for kind in ("access", "admin", "diagnosticlog", "events", "policytrace", "sensorslog")
}
"""Binary headers, but the values in them are plain text, and found."""


def test_the_real_samples(samples: Path) -> None:
    """Exactly the binary formats are named, in all real logs; every text is left alone."""
    folders: dict[str, set[str]] = {}
    for entry in walk([samples / "logs"], diagnostics=Diagnostics()):
        for source in open_entry(entry, diagnostics=Diagnostics()):
            head = source.head()
            named = encoded_container(head, source.name)
            folder = source.path.split("/", maxsplit=1)[0]
            if named is not None:
                folders.setdefault(folder, set()).add(named)
                assert (
                    folder in {"evtx", "netflow_raw", "netflow_derived", "parquet_derived", "pcap"}
                    or "tmp" in source.name
                )
            elif b"\0" in head:
                assert source.name in KEPT_AS_TEXT or detect(head) == "utf-16-le", source.path
            else:
                assert folder not in {"evtx", "netflow_raw", "parquet_derived", "pcap"}, source.path
    assert folders == {
        "evtx": {"Windows event log (EVTX)"},
        "netflow_derived": {"NetFlow v5 flows", "NetFlow capture (nfcapd)", "packet capture (pcap)"},
        "netflow_raw": {"NetFlow v5 flows", "NetFlow v9 flows", "IPFIX flows"},
        "parquet_derived": {"Parquet"},
        "pcap": {"packet capture (pcap)", "packet capture (pcapng)"},
        "plaso": {"login records (utmp)"},
    }


def _text(source_path: Path) -> tuple[bytes, SourceError | None]:
    from traque.sources.encoding import Transcoder

    (entry,) = walk([source_path], diagnostics=Diagnostics())
    parts: list[bytes] = []
    error = None
    for source in open_entry(entry, diagnostics=Diagnostics()):
        encoding = detect(source.head())
        try:
            parts.extend(source.chunks())
        except SourceError as raised:
            error = raised
    data = b"".join(parts)
    if encoding != "utf-8":
        transcoder = Transcoder(encoding)
        data = transcoder.feed(data) + transcoder.finish()
    return data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n"), error


def test_the_seven_rotations_are_the_web_log(samples: Path) -> None:
    folder = samples / "logs" / "rotation_derived"
    names = ["log.1", "log.2.zip", "log.3.gz", "log.4.zst", "log.5.bz2", "log.6.xz", "log.7.gz"]
    read = {name: _text(folder / f"access.{name}") for name in names}
    assert all(error is None for _, error in read.values())
    whole = (samples / "logs" / "web" / "apache10k.log").read_bytes()
    assert sorted(line for data, _ in read.values() for line in data.splitlines()) == sorted(
        whole.splitlines()
    )
    assert _text(folder / "bundle.tar.gz") == read["log.2.zip"]
    assert _text(folder / "access.utf16le.log") == read["log.7.gz"]
    assert _text(folder / "access.bom.crlf.log") == read["log.7.gz"]
    cut, error = _text(folder / "access.truncated.gz")
    assert type(error).__name__ == "SourceTruncated"
    assert read["log.7.gz"][0].startswith(cut)
    assert len(cut) > 300_000
