"""Every container: its samples, a round trip, every kind of damage. What can be read is always given."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from containers_made import COMPRESSIONS, a_log, lz4_frame, read, read_noting, tar, zipped, zstd

from traque.errors import SourceCorrupt, SourceTruncated, SourceUnsupported
from traque.sources.containers import Archive, Compression, Unsupported, containers, recognise

SAMPLES = Path(__file__).resolve().parents[1] / "data" / "sources"
SMALL = (SAMPLES / "small.log").read_bytes()
FILES = sorted(path for path in SAMPLES.glob("*/*") if path.is_file())
LOG = a_log(3000)
DECODED = [spec for spec in containers() if isinstance(spec, Compression | Archive)]
ARCHIVES: dict[str, Callable[[], bytes]] = {
    "tar-gnu": lambda: tar({"a.log": LOG[:99_999], "b.log": LOG[99_999:]}),
    "tar-pax": lambda: tar({"a.log": LOG[:99_999], "b" * 300 + ".log": LOG[99_999:]}, tarfile.PAX_FORMAT),
    "tar-ustar": lambda: tar({"a.log": LOG[:99_999], "b.log": LOG[99_999:]}, tarfile.USTAR_FORMAT),
    "zip": lambda: zipped({"a.log": LOG[:99_999], "b.log": LOG[99_999:]}),
    "zip-stored": lambda: zipped({"a.log": LOG[:99_999], "b.log": LOG[99_999:]}, zipfile.ZIP_STORED),
    "zip-bzip2": lambda: zipped({"a.log": LOG[:99_999], "b.log": LOG[99_999:]}, zipfile.ZIP_BZIP2),
    "zip-lzma": lambda: zipped({"a.log": LOG[:99_999], "b.log": LOG[99_999:]}, zipfile.ZIP_LZMA),
    "zip-from-pipe": lambda: zipped({"a.log": LOG[:99_999], "b.log": LOG[99_999:]}, seekable=False),
}
MADE = {name: make(LOG) for name, make in COMPRESSIONS.items()} | {n: make() for n, make in ARCHIVES.items()}


def file_name(made: str) -> str:
    """What such a file is called."""
    return f"x.log{containers()[made.split('-', maxsplit=1)[0]].suffixes[0]}"


def cuts(length: int, count: int = 60) -> list[int]:
    """Positions all over, the first and last bytes among them."""
    return sorted(
        {*range(1, 12), *range(length - 12, length), *range(0, length, max(1, length // count))} - {0}
    )


def test_every_decoding_module_has_samples() -> None:
    assert not containers().failures
    modules = {path.stem for path in Path(str(recognise.__code__.co_filename)).parent.glob("[a-z]*.py")}
    other = {"unsupported", "xlsx"}  # a workbook is no wrapping of a log: tests/unit/test_workbooks.py
    assert modules - other == {path.parent.name for path in FILES}
    assert len(modules) == len(containers())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_samples_hold_the_log(path: Path, tmp_path: Path) -> None:
    found = read(tmp_path, path.read_bytes(), path.name)
    assert [(source.data, source.error) for source in found] == [(SMALL, None)]
    assert found[0].name.split(".")[0] in {"small", "members", "named"}


@pytest.mark.parametrize("spec", DECODED, ids=lambda spec: spec.name)
def test_a_spec_is_whole(spec: Compression | Archive) -> None:
    assert spec.title
    assert spec.suffixes
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in spec.suffixes)
    assert spec.shortest > 0


@pytest.mark.parametrize("name", MADE)
def test_only_its_own_container_recognises_it(name: str) -> None:
    claims = [spec.name for spec in containers() if spec.recognise(MADE[name][:65_536])]
    assert claims == [name.split("-", maxsplit=1)[0]]


@pytest.mark.parametrize(
    "head", [b"", b"B", b"BZh9 is text", b"PK", b"\x1f", LOG[:600], b"Rar!", b"7z", b"0" * 600, bytes(600)]
)
def test_no_container_claims_what_is_none(head: bytes) -> None:
    assert recognise(head) is None


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("head", [True, False], ids=["peeked", "unpeeked"])
def test_round_trip(name: str, head: bool, tmp_path: Path) -> None:
    found = read(tmp_path, MADE[name], head=head)
    assert b"".join(source.data for source in found) == LOG
    assert all(source.error is None for source in found)
    assert all(source.container == (name.split("-", maxsplit=1)[0],) for source in found)


@pytest.mark.parametrize("name", MADE)
def test_cut_anywhere_gives_what_is_there_and_says_so(name: str, tmp_path: Path) -> None:
    whole = MADE[name]
    for cut in cuts(len(whole)):
        found = read(tmp_path, whole[:cut], file_name(name))
        errors = [source.error for source in found if source.error]
        data = b"".join(source.data for source in found)
        assert errors or (name.startswith("tar") and data == LOG), f"cut at {cut} went unnoticed"
        assert {type(error) for error in errors} <= {SourceTruncated, SourceUnsupported}, (cut, errors)
        if found[0].container:
            assert LOG.startswith(data), cut


READABLE: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: zlib.decompressobj(31).decompress(data),
    "bzip2": lambda data: bz2.BZ2Decompressor().decompress(data),
    "xz": lambda data: lzma.LZMADecompressor().decompress(data),
    "lzma": lambda data: lzma.LZMADecompressor().decompress(data),
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}


@pytest.mark.parametrize("name", READABLE)
def test_cut_gives_no_less_than_the_reference_decoder(name: str, tmp_path: Path) -> None:
    """But for the last symbol of a cut deflate stream, which ISA-L wants bits behind."""
    whole = MADE[name]
    for cut in cuts(len(whole), 25)[20:]:
        ours, theirs = read(tmp_path, whole[:cut])[0].data, READABLE[name](whole[:cut])
        assert len(ours) >= len(theirs) - (258 if name == "gzip" else 0), cut


@pytest.mark.parametrize("name", [n for n in MADE if n != "lzma" and not n.startswith("tar")])
def test_a_flipped_bit_never_passes(name: str, tmp_path: Path) -> None:
    """tar has no checksum over content and .lzma none at all; every other container must notice."""
    for position in range(0, len(MADE[name]), len(MADE[name]) // 25):
        damaged = bytearray(MADE[name])
        damaged[position] ^= 1 << position % 8
        found = read(tmp_path, bytes(damaged), file_name(name))
        data = b"".join(source.data for source in found)
        assert data == LOG or any(source.error for source in found), position


def test_a_wrong_checksum_loses_nothing_of_what_was_read(tmp_path: Path) -> None:
    for packed in (
        gzip.compress(SMALL),
        lz4_frame(SMALL),
        zstd(SMALL),
        lzma.compress(SMALL, check=lzma.CHECK_CRC64),
    ):
        damaged = bytearray(packed)
        damaged[-20 if packed[:1] == b"\xfd" else -3] ^= 0x10
        (source,) = read(tmp_path, bytes(damaged))
        assert isinstance(source.error, SourceCorrupt)
        assert source.data == SMALL or packed[:1] == b"\xfd"
    for archive in (zipped({"a.log": SMALL}), zipped({"a.log": SMALL}, zipfile.ZIP_STORED)):
        damaged = bytearray(archive)
        damaged[archive.rindex(b"PK\x01\x02") + 16] ^= 1  # its CRC in the directory
        (source,) = read(tmp_path, bytes(damaged))
        assert (source.data, type(source.error)) == (SMALL, SourceCorrupt)


@pytest.mark.parametrize("name", sorted(COMPRESSIONS.keys() - {"lzma"}))  # which nobody concatenates
def test_frames_one_after_the_other_with_padding(name: str, tmp_path: Path) -> None:
    make = COMPRESSIONS[name]
    packed = make(LOG[:1000]) + make(b"") + make(LOG[1000:]) + bytes(1024)
    found, noted = read_noting(tmp_path, packed)
    assert [(s.data, s.error) for s in found] == [(LOG, None)]
    assert "1,024 zero bytes" in noted["source-remark"][0]


@pytest.mark.parametrize("name", COMPRESSIONS)
def test_rubbish_behind_the_data(name: str, tmp_path: Path) -> None:
    """A few bytes are noted; as much as a frame could be a damaged one, and is not passed over."""
    found, noted = read_noting(tmp_path, COMPRESSIONS[name](LOG) + b"signed\n")
    assert [(s.data, s.error) for s in found] == [(LOG, None)]
    assert "not" in noted["source-remark"][0]
    (source,) = read(tmp_path, COMPRESSIONS[name](LOG) + b"\0\0" + b"x" * 64)
    assert (source.data, type(source.error)) == (LOG, SourceCorrupt)


def test_gzip_header_fields_and_time(tmp_path: Path) -> None:
    import struct

    body = zlib.compress(SMALL, wbits=-15)
    trailer = struct.pack("<LL", zlib.crc32(SMALL), len(SMALL))
    for flags, fields in (
        (0x08, b"name\0"),
        (0x10, b"comment\0"),
        (0x04, b"\x05\0extra"),
        (0x1E, b"\x01\0xname\0comment\0\x12\x34"),
    ):
        packed = b"\x1f\x8b\x08" + bytes([flags]) + struct.pack("<LBB", 0, 0, 3) + fields + body + trailer
        assert [(s.data, s.error) for s in read(tmp_path, packed)] == [(SMALL, None)]
    endless = b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 600_000
    assert isinstance(read(tmp_path, endless)[0].error, SourceCorrupt)


@pytest.mark.parametrize(
    "command", ["gzip -9", "bzip2", "xz -T2 --block-size=20000", "zstd --long=27", "lz4 -9", "lz4 -BD"]
)
def test_what_the_real_tools_write(command: str, tmp_path: Path) -> None:
    if shutil.which(command.split(maxsplit=1)[0]) is None:
        pytest.skip(f"{command.split(maxsplit=1)[0]} is not installed")
    packed = subprocess.run([*command.split(), "-c"], input=LOG, capture_output=True, check=True).stdout
    assert [(s.data, s.error) for s in read(tmp_path, packed)] == [(LOG, None)]


@pytest.mark.parametrize("layout", ["v7", "oldgnu", "gnu", "ustar", "posix"])
def test_what_gnu_tar_writes(layout: str, tmp_path: Path) -> None:
    if (
        shutil.which("tar") is None
        or b"GNU" not in subprocess.run(["tar", "--version"], capture_output=True, check=True).stdout
    ):
        pytest.skip("GNU tar is not installed")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "plain.log").write_bytes(SMALL)
    with (tree / "sparse.log").open("wb") as sparse:
        sparse.write(SMALL)
        sparse.seek(1 << 22)
        sparse.write(SMALL)
    (tree / "zlink.log").symlink_to("plain.log")
    (tree / "zlink2.log").hardlink_to(tree / "plain.log")
    sparse_option = ["--sparse"] if layout in ("gnu", "oldgnu", "posix") else []
    packed = subprocess.run(
        ["tar", f"--format={layout}", *sparse_option, "-cf", "-", "--sort=name", "-C", str(tree), "."],
        capture_output=True,
        check=True,
    ).stdout
    found, noted = read_noting(tmp_path, packed)
    assert all(source.error is None for source in found)
    by_name = {source.name: source.data for source in found}
    assert by_name["plain.log"] == SMALL
    assert by_name["sparse.log"].replace(b"\0", b"").count(b"sshd") == 2 * SMALL.count(b"sshd")
    assert noted["source-remark"]


@pytest.mark.parametrize(
    "head",
    [b"\x1f\x9d\x90", b"7z\xbc\xaf\x27\x1c\0\4", b"Rar!\x1a\x07\x01\0", b"LZIP\x01", b"MSCF\0\0\0\0"],
)
def test_recognised_but_not_decoded(head: bytes, tmp_path: Path) -> None:
    spec = recognise(head)
    assert isinstance(spec, Unsupported)
    (source,) = read(tmp_path, head + bytes(100), "x.log.Z")
    assert isinstance(source.error, SourceUnsupported)
    assert source.error.remedy
    assert spec.what(head) in str(source.error)
    assert "x.log.Z" in str(source.error)
