"""Containers made by an attacker: bounded, reported, and what is beside them is still read."""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard
from containers_made import COMPRESSIONS, a_log, read, read_noting, tar, zipped, zstd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from traque.diagnostics import Diagnostics
from traque.errors import (
    SourceCorrupt,
    SourceEncrypted,
    SourceLimit,
    SourceTruncated,
    SourceUnsupported,
)
from traque.sources import Entry, Limits, open_entry

LOG = a_log(500)
TIGHT = Limits(stream_floor=1 << 20, entry_floor=8 << 20, ratio=100)
ZEROS = bytes(16 << 20)
BOMBS: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: gzip.compress(ZEROS),
    "bzip2": lambda: COMPRESSIONS["bzip2"](ZEROS),
    "xz": lambda: lzma.compress(ZEROS),
    "lzma": lambda: COMPRESSIONS["lzma"](ZEROS),
    "zstd": lambda: zstd(ZEROS),
    "lz4": lambda: COMPRESSIONS["lz4"](ZEROS),
    "gzip-twice": lambda: gzip.compress(gzip.compress(ZEROS)),
    "zstd-in-gzip": lambda: gzip.compress(zstd(ZEROS)),
    "zip": lambda: zipped({"bomb": ZEROS}),
    "zip-lzma": lambda: zipped({"bomb": ZEROS}, zipfile.ZIP_LZMA),
    "zip-bzip2": lambda: zipped({"bomb": ZEROS}, zipfile.ZIP_BZIP2),
    "tar-gzip": lambda: gzip.compress(tar({"bomb": ZEROS})),
    "zip-in-tar": lambda: tar({"x.zip": zipped({"bomb": ZEROS})}),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_stopped_and_reported(name: str, tmp_path: Path) -> None:
    found = read(tmp_path, BOMBS[name](), limits=TIGHT)
    if name == "lz4":  # 255:1 at the most
        found = read(tmp_path, BOMBS[name](), limits=Limits(stream_floor=1 << 20, ratio=10))
    errors = [source.error for source in found if source.error]
    assert errors
    assert {type(error) for error in errors} == {SourceLimit}
    assert all("bomb" in str(error) and error.remedy for error in errors)
    assert 0 < sum(len(source.data) for source in found) <= 2 << 20


def test_the_default_limits_let_a_gigabyte_of_identical_lines_pass(tmp_path: Path) -> None:
    """Which no ratio tells from a bomb: gzip packs it 1000:1, zstd and xz much more."""
    line = b"2021-05-10T10:00:00+00:00 gate.example kernel: the same again from 192.0.2.1\n"
    block = line * 13_000
    packer = zstandard.ZstdCompressor().compressobj()
    packed = b"".join(packer.compress(block) for _ in range(1000)) + packer.flush()
    path = tmp_path / "same.log.zst"
    path.write_bytes(packed)
    entry = Entry(path=path, display="same.log.zst", size=len(packed), mtime=0)
    total = sum(len(c) for source in open_entry(entry, diagnostics=Diagnostics()) for c in source.chunks())
    assert total == 1000 * len(block) > 1e9
    assert total / len(packed) > 5000


def test_the_default_limits_stop_a_bomb_within_seconds(tmp_path: Path) -> None:
    # a block of 128 KiB of one byte (RFC 8878, 3.1.1.2): type 1, not the last
    rle = struct.pack("<L", (128 * 1024 << 3) | (1 << 1))[:3] + b"\0"
    packed = b"\x28\xb5\x2f\xfd\x00\x58" + rle * 100_000  # 13 GB
    path = tmp_path / "bomb.zst"
    path.write_bytes(packed)
    entry = Entry(path=path, display="bomb.zst", size=len(packed), mtime=0)
    total = 0
    error = None
    for source in open_entry(entry, diagnostics=Diagnostics()):
        try:
            for chunk in source.chunks():
                total += len(chunk)
        except SourceLimit as raised:
            error = raised
    assert error is not None
    assert error.where == "bomb.zst"
    assert total == Limits().stream_floor


def test_other_members_are_read_beside_a_bomb(tmp_path: Path) -> None:
    found = read(tmp_path, zipped({"bomb": ZEROS, "good.log": LOG}), limits=TIGHT)
    assert [type(source.error) for source in found] == [SourceLimit, type(None)]
    assert found[1].data == LOG


def test_many_members_cannot_do_what_one_may_not(tmp_path: Path) -> None:
    found = read(tmp_path, zipped({f"{n}": ZEROS[: 1 << 20] for n in range(64)}), limits=TIGHT)
    assert sum(len(source.data) for source in found) <= 9 << 20
    assert isinstance(found[-1].error, SourceLimit)
    assert found[-1].path == "sample.bin"


def test_too_many_members(tmp_path: Path) -> None:
    for packed in (tar({f"{n}": b"x" for n in range(20)}), zipped({f"{n}": b"x" for n in range(20)})):
        found = read(tmp_path, packed, limits=Limits(members=10))
        assert [source.data for source in found[:-1]] == [b"x"] * 10
        assert isinstance(found[-1].error, SourceLimit)


@pytest.mark.parametrize(
    "wrap", [gzip.compress, lambda d: tar({"n": d}), lambda d: zipped({"n": d})], ids=["gzip", "tar", "zip"]
)
def test_nesting(wrap: Callable[[bytes], bytes], tmp_path: Path) -> None:
    packed = LOG
    for depth in range(1, 11):
        packed = wrap(packed)
        (source,) = read(tmp_path, packed)
        if depth <= Limits().depth:
            assert (source.data, source.error) == (LOG, None)
            assert len(source.container) == depth
        else:
            assert (source.data, type(source.error)) == (b"", SourceLimit)


def test_a_support_bundle_as_they_come(tmp_path: Path) -> None:
    inner = tar({"logs/auth.log.1.gz": gzip.compress(LOG), "logs/auth.log": LOG})
    bundle = tar({"node1.tar.xz": lzma.compress(inner), "README": b"read me\n"})
    found = read(tmp_path, gzip.compress(bundle), "bundle.tgz")
    assert [source.path for source in found] == [
        "bundle.tgz/node1.tar.xz/logs/auth.log.1.gz",
        "bundle.tgz/node1.tar.xz/logs/auth.log",
        "bundle.tgz/README",
    ]
    assert [source.name for source in found] == ["auth.log.1", "auth.log", "README"]
    assert found[0].container == ("gzip", "tar", "xz", "tar", "gzip")
    assert found[0].data == found[1].data == LOG


NAMES = {
    "../../etc/passwd": "etc/passwd",
    "/var/log/auth.log": "var/log/auth.log",
    "a/../../b": "a/b",
    "C:\\Windows\\x.evtx": "Windows/x.evtx",
    "..\\..\\x.log": "x.log",
    "//server/share/x": "server/share/x",
    "..": "unnamed",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_that_leave_the_archive(name: str, tmp_path: Path) -> None:
    for packed in (tar({name: LOG}), zipped({name: LOG})):
        (source,), noted = read_noting(tmp_path, packed)
        assert source.path == f"sample.bin/{NAMES[name]}"
        assert source.data == LOG
        assert len(noted["source-unsafe-name"]) == 1


def test_nul_in_a_zip_name(tmp_path: Path) -> None:
    packed = zipped({"ab.log_evil": LOG}).replace(b"ab.log_evil", b"ab.log\0evil")
    (source,), noted = read_noting(tmp_path, packed)
    assert (source.path, source.data) == ("sample.bin/ab.log", LOG)
    assert noted["source-unsafe-name"]


def test_an_empty_zip_name(tmp_path: Path) -> None:
    packed = zipped({"ab.log_evil": LOG}).replace(b"ab.log_evil", b"\0b.log_evil")
    (source,), noted = read_noting(tmp_path, packed)
    assert (source.path, source.data) == ("sample.bin/unnamed", LOG)
    assert noted["source-unsafe-name"]


def test_names_in_no_encoding(tmp_path: Path) -> None:
    packed = tar({"caf\udce9.log": LOG}, tarfile.GNU_FORMAT)
    (source,) = read(tmp_path, packed)
    assert source.path == "sample.bin/caf\\xe9.log"
    source.path.encode("utf-8")


def test_duplicate_names_are_both_read(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x.log", LOG)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("x.log", LOG[:100])
    assert [source.data for source in read(tmp_path, buffer.getvalue())] == [LOG, LOG[:100]]


def test_an_encrypted_member_is_named_and_the_rest_read(tmp_path: Path) -> None:
    packed = bytearray(zipped({"secret.log": LOG, "open.log": LOG}))
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    found = read(tmp_path, bytes(packed))
    assert [(source.name, source.data, type(source.error)) for source in found] == [
        ("secret.log", b"", SourceEncrypted),
        ("open.log", LOG, type(None)),
    ]
    assert "password" in str(found[0].error)


@pytest.mark.parametrize("method", [1, 9, 97, 98, 1234])
def test_an_unknown_zip_method(method: int, tmp_path: Path) -> None:
    packed = bytearray(zipped({"odd.log": LOG, "good.log": LOG}))
    struct.pack_into("<H", packed, 8, method)
    struct.pack_into("<H", packed, packed.index(b"PK\x01\x02") + 10, method)
    found = read(tmp_path, bytes(packed))
    assert [type(source.error) for source in found] == [SourceUnsupported, type(None)]


@pytest.mark.parametrize("method", [93, 95], ids=["zstd", "xz"])
def test_newer_zip_methods(method: int, tmp_path: Path) -> None:
    body = zstd(LOG) if method == 93 else lzma.compress(LOG)
    packed = bytearray(zipped({"x.log": body}, zipfile.ZIP_STORED))
    directory = packed.index(b"PK\x01\x02")
    for at, crc_at, size_at in ((8, 14, 22), (directory + 10, directory + 16, directory + 24)):
        struct.pack_into("<H", packed, at, method)
        struct.pack_into("<L", packed, crc_at, zlib.crc32(LOG))
        struct.pack_into("<L", packed, size_at, len(LOG))
    assert [(source.data, source.error) for source in read(tmp_path, bytes(packed))] == [(LOG, None)]


def test_zip64(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("x.log", "w", force_zip64=True) as member:
        member.write(LOG)
    assert [(s.data, s.error) for s in read(tmp_path, buffer.getvalue())] == [(LOG, None)]
    many = zipped({str(n): b"" for n in range(66_000)}, zipfile.ZIP_STORED)
    assert len(read(tmp_path, many, head=False)) == 66_000


def test_a_zip_behind_something_else(tmp_path: Path) -> None:
    """A directory that hides members, or a broken one: the members are found by their headers."""
    packed = zipped({"a.log": LOG, "b.log": LOG})
    end = packed.rindex(b"PK\x05\x06")
    one_hidden = bytearray(packed)
    second = packed.rindex(b"PK\x01\x02")
    one_hidden[second : second + 2] = b"??"
    found = read(tmp_path, bytes(one_hidden))
    assert [source.data for source in found[:2]] == [LOG, LOG]
    assert isinstance(found[2].error, SourceCorrupt)
    assert found[2].path == "sample.bin"
    found = read(tmp_path, packed[:end])
    assert [source.data for source in found] == [LOG, LOG, b""]
    assert isinstance(found[2].error, SourceTruncated)


def test_an_empty_archive_is_still_a_source(tmp_path: Path) -> None:
    for packed in (tar({}), zipped({})):
        found = read(tmp_path, packed)
        assert [(source.path, source.data) for source in found if not source.error] in (
            [("sample.bin", b"")],
            [("sample.bin", packed)],
        )


def test_a_damaged_tar_header_costs_its_member_only(tmp_path: Path) -> None:
    packed = bytearray(tar({"a.log": LOG, "b.log": LOG, "c.log": LOG}))
    packed[packed.index(b"b.log") + 1] ^= 0xFF
    found = read(tmp_path, bytes(packed))
    assert [(source.name, source.data) for source in found[:2]] == [("a.log", LOG), ("c.log", LOG)]
    assert isinstance(found[2].error, SourceCorrupt)


def test_tars_one_after_the_other(tmp_path: Path) -> None:
    found = read(tmp_path, tar({"a.log": LOG}) + tar({"b.log": LOG}))
    assert [(source.name, source.data, source.error) for source in found] == [
        ("a.log", LOG, None),
        ("b.log", LOG, None),
    ]


@pytest.mark.parametrize(
    "size", [b"77777777777\0", b"\x80" + bytes(3) + b"\xff" * 8, b"\xff" * 12, b"-1234567890\0"]
)
def test_absurd_tar_sizes(size: bytes, tmp_path: Path) -> None:
    packed = bytearray(tar({"a.log": LOG, "b.log": LOG}))
    packed[124:136] = size
    packed[148:156] = b"%06o\0 " % (sum(packed[:148]) + 8 * 32 + sum(packed[156:512]))
    found = read(tmp_path, bytes(packed))
    assert any(isinstance(source.error, SourceTruncated | SourceCorrupt) for source in found) or found[0].data


def test_an_endless_pax_header(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.type = tarfile.XHDTYPE
    info.size = 64 << 20
    packed = info.tobuf(tarfile.USTAR_FORMAT) + bytes(64 << 20) + tar({"a.log": LOG})
    tracemalloc.start()
    found = read(tmp_path, packed)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found[0].data == LOG
    assert isinstance(found[1].error, SourceCorrupt)
    assert peak < 8 << 20


def test_a_zip_directory_that_points_elsewhere(tmp_path: Path) -> None:
    packed = bytearray(zipped({"a.log": LOG, "b.log": LOG}))
    struct.pack_into("<L", packed, packed.index(b"PK\x01\x02") + 42, 0xFFFFFF)
    found = read(tmp_path, bytes(packed))
    assert isinstance(found[0].error, SourceCorrupt)
    assert found[1].data == LOG


def test_members_that_share_their_bytes_are_bounded(tmp_path: Path) -> None:
    """A thousand directory entries for one compressed stream."""
    packed = zipped({"x": ZEROS[: 1 << 20]})
    at, end = packed.index(b"PK\x01\x02"), packed.index(b"PK\x05\x06")
    directory = packed[at:end] * 1000
    record = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1000, 1000, len(directory), at, 0)
    found = read(tmp_path, packed[:at] + directory + record, limits=TIGHT)
    assert sum(len(source.data) for source in found) <= 9 << 20
    assert isinstance(found[-1].error, SourceLimit)


@pytest.mark.parametrize("long_window", [28, 31])
def test_a_zstd_window_that_wants_the_memory(long_window: int, tmp_path: Path) -> None:
    exponent = (long_window - 10) << 3
    packed = (
        b"\x28\xb5\x2f\xfd\x00"
        + bytes([exponent])
        + struct.pack("<L", (5 << 3) | 1)[:3]
        + b"12345"
        + bytes(20)
    )
    (source,) = read(tmp_path, packed)
    assert isinstance(source.error, SourceLimit)


def test_an_xz_dictionary_that_wants_the_memory(tmp_path: Path) -> None:
    packed = lzma.compress(LOG, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 29}])
    (source,) = read(tmp_path, packed)
    assert isinstance(source.error, SourceLimit)


def _stream_of(size: int) -> Iterator[bytes]:
    block = a_log(10_000)
    for _ in range(size // len(block) + 1):
        yield block


@pytest.mark.parametrize("kind", ["plain", "gzip", "zstd", "xz", "zip", "tar-gzip", "one-line"])
def test_memory_is_flat(kind: str, tmp_path: Path) -> None:
    """200 MB of log pass through a few megabytes."""
    size = 200_000_000
    path = tmp_path / "big.log"
    with path.open("wb") as file:
        if kind == "plain":
            file.writelines(_stream_of(size))
        elif kind == "one-line":
            file.writelines(b"x" * 1_000_000 for _ in range(200))
        elif kind == "gzip":
            with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as packed:
                packed.writelines(_stream_of(size))
        elif kind == "zstd":
            with zstandard.ZstdCompressor(level=1).stream_writer(file, closefd=False) as packed:
                for block in _stream_of(size):
                    packed.write(block)
        elif kind == "xz":
            with lzma.LZMAFile(file, "w", preset=0) as packed:
                packed.writelines(_stream_of(size // 4))
        elif kind == "zip":
            with (
                zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
                archive.open("x", "w", force_zip64=True) as member,
            ):
                for block in _stream_of(size):
                    member.write(block)
        else:
            info = tarfile.TarInfo("x.log")
            info.size = size
            with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as packed:
                packed.write(info.tobuf())
                packed.writelines(b"y" * 999_999 + b"\n" for _ in range(200))
                packed.write(bytes(-size % 512 + 1024))
    entry = Entry(path=path, display="big.log", size=path.stat().st_size, mtime=0)
    tracemalloc.start()
    total = 0
    for source in open_entry(entry, diagnostics=Diagnostics()):
        source.head()
        for chunk in source.chunks():
            total += len(chunk)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total >= size // (4 if kind == "xz" else 1)
    assert peak < 6 << 20


@pytest.mark.parametrize("taken", [0, 1, 10_000_000], ids=["unread", "begun", "read"])
def test_without_directory_members_are_found_whatever_is_read_of_each(taken: int, tmp_path: Path) -> None:
    for seekable in (True, False):
        packed = zipped({"a.log": LOG, "b.log": LOG[:-7], "c.log": LOG[:-9]}, seekable=seekable)
        path = tmp_path / "x.zip"
        path.write_bytes(packed[: packed.index(b"PK\x01\x02")])
        entry = Entry(path=path, display="x.zip", size=path.stat().st_size, mtime=0)
        names = []
        for source in open_entry(entry, diagnostics=Diagnostics()):
            names.append(source.path)
            if source.path == "x.zip":
                continue
            chunks = source.chunks(100)
            got = b"".join(chunk for chunk, _ in zip(chunks, range(taken), strict=False))
            assert LOG.startswith(got)
        assert names == ["x.zip/a.log", "x.zip/b.log", "x.zip/c.log", "x.zip"]


def test_a_zip64_member_without_directory(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("x.log", "w", force_zip64=True) as member:
        member.write(LOG)
    packed = buffer.getvalue()
    found = read(tmp_path, packed[: packed.index(b"PK\x01\x02")])
    assert [(source.data, type(source.error)) for source in found] == [
        (LOG, type(None)),
        (b"", SourceTruncated),
    ]


def test_an_error_of_the_wrapping_is_told_of_the_member_and_of_the_archive(tmp_path: Path) -> None:
    packed = gzip.compress(tar({"a.log": LOG, "b.log": LOG}))
    found = read(tmp_path, packed[: len(packed) - 500], "x.tgz")
    assert [source.path for source in found] == ["x.tgz/a.log", "x.tgz/b.log", "x.tgz"]
    for source in found[1:]:
        assert isinstance(source.error, SourceTruncated)
        assert source.error.where == source.path


SMALL = {
    **{name: make(LOG[:3000]) for name, make in COMPRESSIONS.items()},
    "tar": tar({"a.log": LOG[:700], "b.log": LOG[:900]}),
    "tar-pax": tar({"a" * 200: LOG[:700], "b.log": LOG[:900]}, tarfile.PAX_FORMAT),
    "zip": zipped({"a.log": LOG[:700], "b.log": LOG[:900]}),
    "zip-from-pipe": zipped({"a.log": LOG[:700], "b.log": LOG[:900]}, seekable=False),
    "zip-lzma": zipped({"a.log": LOG[:700], "b.log": LOG[:900]}, zipfile.ZIP_LZMA),
    "tar-gzip": gzip.compress(tar({"a.log": LOG[:700]})),
}
edits = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=40)), min_size=1, max_size=4
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(SMALL)), edits, st.sampled_from(["x.log", "x.gz", "x.zip", "x.tar"]))
def test_whatever_is_done_to_a_container_only_source_errors_come(
    tmp_path: Path, name: str, changes: list[tuple[float, int, bytes]], file_name: str
) -> None:
    data = SMALL[name]
    for place, removed, added in changes:
        at = int(place * len(data))
        data = data[:at] + added + data[at + removed :]
    found = read(tmp_path, data, file_name)
    assert found
    assert all(source.path.encode("utf-8") for source in found)
