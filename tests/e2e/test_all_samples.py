"""A hunt through every sample log: no crash, nothing silently left out, and what a regular expression finds.

The independent search knows nothing of traque: the standard library unpacks, two regular expressions count
lines. A strict one (blanks and plain punctuation around the address) can miss real addresses, a loose one
(only digits and dots not around it) can hold false ones: the truth lies between.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

SEED = 161
HUNTED = 400
ANY = re.compile(rb"(?<![0-9A-Za-z.])(?:\d{1,3}\.){3}\d{1,3}(?![0-9A-Za-z.])")
DECODED = {"evtx", "pcap", "netflow_raw", "netflow_derived", "parquet_derived"}
"""Read through decoders: lines of their bytes mean nothing; their own tests count them."""
BULLETIN = "bulletins/certfr/CERTFR-2021-IOC-003-IOC.csv"


def unpacked(path: Path, name: str, data: bytes | None = None) -> Iterator[tuple[str, bytes]]:
    data = path.read_bytes() if data is None else data
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from unpacked(path, f"{name}/{member}", archive.read(member))
    elif data.startswith(b"\x1f\x8b"):
        try:
            yield from unpacked(path, name, gzip.decompress(data))
        except EOFError:
            return  # the truncated sample, tested elsewhere
    elif data.startswith(b"BZh"):
        yield from unpacked(path, name, bz2.decompress(data))
    elif data.startswith(b"\xfd7zXZ"):
        yield from unpacked(path, name, lzma.decompress(data))
    elif data.startswith(b"\x28\xb5\x2f\xfd"):
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)) as reader:
            yield from unpacked(path, name, reader.read())
    elif data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                if (file := archive.extractfile(member)) is not None:
                    yield from unpacked(path, f"{name}/{member.name}", file.read())
    elif data.startswith(b"\xff\xfe"):
        yield name, data.decode("utf-16").encode()
    else:
        yield name, data


def records(data: bytes) -> list[bytes]:
    """The elements of a JSON array that is written over many lines; else the lines."""
    try:
        whole = json.loads(data)
    except ValueError:
        return data.split(b"\n")
    return (
        [json.dumps(element).encode() for element in whole] if isinstance(whole, list) else data.split(b"\n")
    )


@pytest.fixture(scope="module")
def texts(samples: Path) -> dict[str, bytes]:
    logs = samples / "logs"
    files = sorted(path for path in logs.rglob("*") if path.is_file())
    return {n: data for path in files for n, data in unpacked(path, path.relative_to(logs).as_posix())}


def hunt(samples: Path, *wanted: str) -> dict[str, object]:
    command = [sys.executable, "-m", "traque", "hunt", *wanted, "--in", str(samples / "logs"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 3, done.stderr
    return json.loads(done.stdout)


def test_the_bulletin_is_in_none_of_the_samples_and_what_was_not_read_is_named(
    samples: Path, texts: dict[str, bytes]
) -> None:
    result = hunt(samples, str(samples / BULLETIN))
    assert result["sightings"] == []
    assert len(result["not_seen"]) == 161
    wanted = re.compile(
        rb"(?<!\d)(?:%s)(?!\d)" % b"|".join(re.escape(r["value"].encode()) for r in result["not_seen"])
    )
    assert not any(wanted.search(data) for data in texts.values())
    sources = {source["path"]: source for source in result["coverage"]["sources"]}
    assert set(texts) <= set(sources)
    unread = {path for path, source in sources.items() if not source["complete"]}
    assert all(sources[path]["why"] for path in unread)
    kinds = {path.split("/")[0] for path in unread}
    assert "netflow_raw" in kinds  # data whose template is in another file
    whys = {sources[path]["why"] for path in unread if path.startswith("netflow_raw/")}
    assert all("template" in why or "datagram" in why for why in whys), whys
    readable = {"fail2ban", "lnav", "loghub", "web", "zeek_json", "zeek_tsv", "suricata_eve", "excerpts"}
    readable |= {"evtx", "pcap", "parquet_derived"}
    assert not kinds & readable


def test_hundreds_of_addresses_are_found_as_often_as_between_a_strict_and_a_loose_expression(
    samples: Path, texts: dict[str, bytes]
) -> None:
    addresses = sorted({m.decode() for data in texts.values() for m in ANY.findall(data)})
    plain = [a for a in addresses if all(o == str(int(o)) and int(o) < 256 for o in a.split("."))]
    hunted = random.Random(SEED).sample(plain, HUNTED)
    result = hunt(samples, *hunted)
    counted = {
        (s["indicator"]["value"], seen["path"]): seen["count"]
        for s in result["sightings"]
        for seen in s["sources"]
    }
    repeats = {source["path"] for source in result["coverage"]["sources"] if source["duplicate_of"]}
    wrong = []
    for path, data in texts.items():
        if path in repeats or path.split("/")[0] in DECODED or "tmp" in path:
            continue
        lines = records(data)
        for address in hunted:
            raw = re.escape(address.encode())
            if address.encode() not in data:
                continue
            strict = re.compile(rb"(?<![0-9A-Za-z.:/\\%%#_-])%s(?![0-9A-Za-z./\\%%#_-])" % raw)
            loose = re.compile(rb"(?<![0-9])%s(?![0-9])" % raw)
            least = sum(1 for line in lines if strict.search(line))
            most = sum(1 for line in lines if loose.search(line))
            found = counted.get((address, path), 0)
            if not least <= found <= most:
                wrong.append((path, address, least, found, most))
    assert not wrong, wrong[:20]
    assert len(counted) > HUNTED // 2
