"""Plain and compressed files as sources: heads, times, second readings, files that change underneath."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import struct
import sys
import tarfile
import threading
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from traque.diagnostics import Diagnostics
from traque.errors import SourceError, SourceTruncated, SourceUnreadable, SourceUnsupported
from traque.sources import Entry, Source, is_own_output, open_entry, walk

LOG = b"".join(
    b"2021-05-10T10:00:%02d host app: line %d from 192.0.2.1\n" % (n % 60, n) for n in range(40_000)
)


def entry_of(path: Path, *, size: int | None = None) -> Entry:
    status = path.stat()
    return Entry(
        path=path, display=path.name, size=status.st_size if size is None else size, mtime=status.st_mtime
    )


def sources(entry: Entry) -> list[Source]:
    return list(open_entry(entry, diagnostics=Diagnostics()))


def only(entry: Entry) -> Source:
    """The source of an entry that has one, before it is passed by."""
    return next(open_entry(entry, diagnostics=Diagnostics()))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_bytes(LOG)
    return path


def test_a_plain_file(log: Path) -> None:
    os.utime(log, (1_620_640_800, 1_620_640_800))
    source = only(entry_of(log))
    assert (source.path, source.name, source.container) == ("app.log", "app.log", ())
    assert source.mtime == datetime(2021, 5, 10, 10, tzinfo=UTC)
    assert source.head() == LOG[: 64 * 1024]
    assert source.head(10) == LOG[:10]
    assert source.head(3_000_000) == LOG
    chunks = list(source.chunks())
    assert b"".join(chunks) == LOG
    assert max(map(len, chunks)) <= 1 << 20
    assert source.consumed == len(LOG)


@pytest.mark.parametrize("size", [1, 7, 4096, 1 << 22])
def test_chunks_are_no_larger_than_asked(size: int, tmp_path: Path) -> None:
    path = tmp_path / "x.log.gz"
    path.write_bytes(gzip.compress(LOG[:20_000]))
    source = only(entry_of(path))
    source.head(100)
    chunks = list(source.chunks(size))
    assert b"".join(chunks) == LOG[:20_000]
    assert max(map(len, chunks)) <= size


def test_reading_again(log: Path) -> None:
    source = only(entry_of(log))
    assert b"".join(source.chunks()) == b"".join(source.chunks()) == LOG
    assert source.head(5) == LOG[:5]
    again = source.reopen()
    assert (again.path, again.head(5)) == (source.path, LOG[:5])


def test_reading_a_member_again_after_the_archive_was_left(tmp_path: Path) -> None:
    import tarfile
    import zipfile

    with tarfile.open(tmp_path / "x.tar.gz", "w:gz") as archive:
        for n in range(5):
            info = tarfile.TarInfo(f"{n}.log")
            info.size = 1000
            archive.addfile(info, io.BytesIO(LOG[n * 1000 : n * 1000 + 1000]))
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        for n in range(5):
            packed.writestr(f"{n}.log", LOG[n * 1000 : n * 1000 + 1000])
    for name in ("x.tar.gz", "x.zip"):
        all_of_them = sources(entry_of(tmp_path / name))
        assert [source.name for source in all_of_them] == [f"{n}.log" for n in range(5)]
        for n in (3, 0, 4, 3):
            assert b"".join(all_of_them[n].chunks()) == LOG[n * 1000 : n * 1000 + 1000]
            assert all_of_them[n].reopen().head(9) == LOG[n * 1000 : n * 1000 + 9]


def test_members_that_are_not_read_are_stepped_over(tmp_path: Path) -> None:
    import tarfile

    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        for n in range(3):
            info = tarfile.TarInfo(f"{n}.log")
            info.size = len(LOG)
            archive.addfile(info, io.BytesIO(LOG))
    read = []
    for n, source in enumerate(open_entry(entry_of(tmp_path / "x.tar"), diagnostics=Diagnostics())):
        if n == 1:
            next(source.chunks(10))
        elif n == 2:
            read.append(b"".join(source.chunks()))
    assert read == [LOG]


def test_the_time_in_a_gzip_header_goes_before_the_files(tmp_path: Path) -> None:
    path = tmp_path / "x.log-20210510.gz"
    path.write_bytes(gzip.compress(b"x\n", mtime=1_600_000_000))
    source = only(entry_of(path))
    assert (source.name, source.mtime) == ("x.log-20210510", datetime.fromtimestamp(1_600_000_000, UTC))
    path.write_bytes(gzip.compress(b"x\n", mtime=0))
    os.utime(path, (1_620_640_800, 1_620_640_800))
    assert only(entry_of(path)).mtime == datetime(2021, 5, 10, 10, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_a_member_without_a_time_has_its_archives(kind: str, tmp_path: Path) -> None:
    """Archives that are the same whenever they are made hold 0, or the first day that zip knows."""
    packed = io.BytesIO()
    if kind == "tar":
        with tarfile.open(fileobj=packed, mode="w") as archive:
            member = tarfile.TarInfo("x.log")
            member.size = 2
            archive.addfile(member, io.BytesIO(b"x\n"))
    else:
        with zipfile.ZipFile(packed, "w") as zipped:
            zipped.writestr(zipfile.ZipInfo("x.log"), b"x\n")
    path = tmp_path / f"x.{kind}"
    path.write_bytes(packed.getvalue())
    os.utime(path, (1_620_640_800, 1_620_640_800))
    assert only(entry_of(path)).mtime == datetime(2021, 5, 10, 10, tzinfo=UTC)


@pytest.mark.parametrize("mtime", [1e18, -1e18, float("nan"), None])
def test_an_absurd_time_is_none(mtime: float | None, log: Path) -> None:
    entry = Entry(path=log, display="x", size=len(LOG), mtime=mtime)
    assert only(entry).mtime is None


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.log").touch()
    source = only(entry_of(tmp_path / "empty.log"))
    assert source.head() == b""
    assert list(source.chunks()) == []


@pytest.mark.parametrize("name", ["x.log.gz", "x.log.zst", "x.tar", "x.log.7.bz2"])
def test_an_empty_file_with_a_containers_name_was_a_log(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    with pytest.raises(SourceTruncated, match="too short"):
        list(only(entry_of(tmp_path / name)).chunks())


def test_a_text_with_a_containers_name_is_a_text(tmp_path: Path) -> None:
    (tmp_path / "x.log.gz").write_bytes(LOG)
    assert b"".join(only(entry_of(tmp_path / "x.log.gz")).chunks()) == LOG


def failure(source: Source) -> tuple[bytes, SourceError | None]:
    parts: list[bytes] = []
    try:
        parts.extend(source.chunks())
    except SourceError as error:
        return b"".join(parts), error
    return b"".join(parts), None


def test_a_file_that_vanished(log: Path) -> None:
    entry = entry_of(log)
    log.unlink()
    source = only(entry)
    assert source.head() == b""
    data, error = failure(source)
    assert data == b""
    assert isinstance(error, SourceUnreadable)
    assert str(error).startswith("app.log: cannot be read: No such file")


def test_an_archive_that_vanishes_between_its_head_and_its_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import zipfile

    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.log", LOG)
    entry = entry_of(path)
    real = os.open
    opened = []

    def once(target: object, *arguments: int) -> int:
        if target == path:
            opened.append(target)
            if len(opened) > 1:
                raise PermissionError(13, "Permission denied")
        return real(target, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", once)
    _, error = failure(only(entry))
    assert isinstance(error, SourceUnreadable)
    assert error.remedy


def test_permission_denied(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    entry = entry_of(log)
    monkeypatch.setattr(os, "open", denied)
    data, error = failure(only(entry))
    assert data == b""
    assert isinstance(error, SourceUnreadable)
    assert "Permission denied" in str(error)
    assert "user" in error.remedy


def test_a_small_file_is_read_at_once_and_may_be_read_again(tmp_path: Path) -> None:
    small = tmp_path / "app.log"
    small.write_bytes(LOG[:8000])
    source = only(entry_of(small))
    assert source.text == source.head() == LOG[:8000]
    assert (source.size, source.consumed, source.head(10)) == (8000, 8000, LOG[:10])
    assert b"".join(source.chunks(3000)) == b"".join(source.chunks()) == LOG[:8000]
    (passed,) = sources(entry_of(small))
    assert passed.text is None
    assert b"".join(passed.chunks()) == passed.reopen().head() == LOG[:8000]


def test_a_small_file_that_changed_since_the_walk_is_read_as_a_large_one(tmp_path: Path) -> None:
    small = tmp_path / "app.log"
    small.write_bytes(LOG[:8000])
    entry = entry_of(small)
    with small.open("ab") as more:
        more.write(LOG[8000:9000])
    grown = only(entry)
    assert grown.text is None
    assert failure(grown) == (LOG[:9000], None)
    os.truncate(small, 1000)
    data, error = failure(only(entry))
    assert data == LOG[:1000]
    assert isinstance(error, SourceTruncated)


@pytest.mark.parametrize("content", [gzip.compress(LOG[:8000]), b"", LOG[: 64 * 1024 + 1]])
def test_what_is_not_a_small_text_is_not_read_at_once(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(content)
    assert only(entry_of(path)).text is None


def test_a_file_that_shrank_since_the_walk(log: Path) -> None:
    entry = entry_of(log)
    os.truncate(log, 1000)
    data, error = failure(only(entry))
    assert data == LOG[:1000]
    assert isinstance(error, SourceTruncated)
    assert "shrunk" in str(error)


def test_a_file_that_shrinks_while_it_is_read(log: Path) -> None:
    source = only(entry_of(log))
    chunks = source.chunks()
    first = next(chunks)
    os.truncate(log, len(first) + 10)
    rest = [next(chunks)]
    with pytest.raises(SourceTruncated):
        next(chunks)
    assert first + b"".join(rest) == LOG[: len(first) + 10]


def test_a_file_that_grows_is_read_to_its_size_at_the_start(log: Path) -> None:
    source = only(entry_of(log))
    source.head()
    with log.open("ab") as more:
        more.write(LOG)
    assert failure(source) == (LOG, None)


class _BadSector(io.FileIO):
    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError(5, "Input/output error")
        return super().read(-1 if size is None else size)


def test_an_input_output_error_in_the_middle(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("traque.sources.files.io", SimpleNamespace(FileIO=_BadSector))
    data, error = failure(only(entry_of(log)))
    assert data == LOG[: 64 * 1024]
    assert isinstance(error, SourceUnreadable)
    assert "Input/output error" in str(error)


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(log: Path) -> None:
    entry = entry_of(log)
    log.unlink()
    os.mkfifo(log)
    _, error = failure(only(entry))
    assert isinstance(error, SourceUnreadable)
    assert "regular" in str(error)


def test_a_named_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    (entry,) = walk([path], diagnostics=Diagnostics())
    writer = threading.Thread(target=lambda: path.write_bytes(gzip.compress(LOG)))
    writer.start()
    source = only(entry)
    assert failure(source) == (LOG, None)
    writer.join()
    with pytest.raises(SourceUnreadable, match="only once"):
        source.reopen()


class _Terminal(io.TextIOWrapper):
    """Standard input with these bytes in it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.log", LOG)
        archive.writestr("y.log", LOG)
    for data, expected in (
        (LOG, [("stdin", LOG)]),
        (gzip.compress(LOG), [("stdin", LOG)]),
        (packed.getvalue(), [("stdin/x.log", LOG), ("stdin/y.log", LOG)]),
    ):
        monkeypatch.setattr(sys, "stdin", _Terminal(data))
        (entry,) = walk(["-"], diagnostics=Diagnostics())
        found = [
            (source.path, b"".join(source.chunks()))
            for source in open_entry(entry, diagnostics=Diagnostics())
        ]
        assert found == expected


def test_a_missing_library_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "isal.igzip_lib", None)
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(LOG))
    _, error = failure(only(entry_of(path)))
    assert isinstance(error, SourceUnsupported)
    assert "isal" in str(error)


RESULT = b'{\n  "schema": "traque/hunt-result/1",\n  "hunt": {}}'
TABLE = b"verdict,kind,indicator,bulletins,role,records,first_seen,last_seen,undated\r\n"


STIX = (
    b'{\n  "type": "bundle",\n  "id": "bundle--03d10e53-cb21-5009-9895-c9717ef14800",\n  "objects": [\n'
    b'    {\n      "type": "identity",\n      "spec_version": "2.1",\n      "name": "%b",\n'
    b'      "identity_class": "system"\n    }'
)
MISP = (
    b'{\n  "Event": {\n    "uuid": "ea352948-6121-5079-9f24-401f6c5d0002",\n    "info": "%b",\n    "date": "'
)
RULES = b"# traque 0.1.0, made 2021-07-21, action alert\n192.0.2.1\n"


def test_own_output_is_left_out(tmp_path: Path) -> None:
    for name, data in (("result.json", RESULT), ("sightings.csv", TABLE)):
        (tmp_path / name).write_bytes(data)
        diagnostics = Diagnostics()
        assert list(open_entry(entry_of(tmp_path / name), diagnostics=diagnostics)) == []
        assert [noted.code for noted in diagnostics.report()] == ["source-own-output"]


@pytest.mark.parametrize(
    ("head", "name", "own"),
    [
        (RESULT, "result.json", True),
        (b'{"schema":"traque/hunt-result/2","x":1}', "old.JSON", True),
        (b"\xef\xbb\xbf" + TABLE, "sightings.csv", True),
        (RESULT, "access.log", False),
        (b'{"msg":"' + RESULT + b'"}', "eve.json", False),
        (b'{"schema":"other/1"}', "x.json", False),
        (b"verdict,kind\n", "sightings.csv", False),
        (b'{"event":{"module":"traque","dataset":"traque.sighting","kind":"alert"}}', "x.jsonl", True),
        (b'{"event":{"module":"iis","dataset":"traque.sighting"}}', "x.jsonl", False),
        (STIX % b"traque", "sightings.stix.json", True),
        (STIX % b"CERT-FR", "bulletin.json", False),
        (MISP % b"Sightings (traque): x", "sightings.misp.json", True),
        (MISP % b"APT31", "event.json", False),
        (b"Sighting 1 of 9: 192.0.2.1 (ipv4-addr), blocked\nlisted by    X", "explain.txt", True),
        (b"#!/usr/sbin/nft -f\n" + RULES, "traque.nft", True),
        (b"; " + RULES[2:], "traque.rpz.zone", True),
        (RULES, "access.log", False),
        (b"x " + RULES, "traque.nft", False),
        (b"", "result.json", False),
        (b" " * 60_000, "result.json", False),
    ],
)
def test_is_own_output(head: bytes, name: str, own: bool) -> None:
    assert is_own_output(head, name) is own


def test_own_output_is_left_out_in_archives(tmp_path: Path) -> None:
    path = tmp_path / "result.json.gz"
    path.write_bytes(gzip.compress(RESULT))
    assert sources(entry_of(path)) == []


def test_own_pdf_is_known_by_its_last_line(tmp_path: Path) -> None:
    ours, other = tmp_path / "report.pdf", tmp_path / "other.pdf"
    ours.write_bytes(b"%PDF-1.4\n" + b"x" * 100_000 + b"\n%%EOF\n% traque hunt report\n")
    other.write_bytes(b"%PDF-1.4\n% traque hunt report\n" + b"x" * 100_000 + b"\n%%EOF\n")
    assert sources(entry_of(ours)) == []
    assert len(sources(entry_of(other))) == 1


def exported(folder: Path) -> Path:
    """A folder of exported detection files; the path of its list."""
    listed = folder / "rules" / "suricata" / "traque-ip.lst"
    listed.parent.mkdir(parents=True)
    listed.write_bytes(b"192.0.2.1\n")
    file = {
        "path": "suricata/traque-ip.lst",
        "bytes": 10,
        "sha256": hashlib.sha256(b"192.0.2.1\n").hexdigest(),
    }
    document = {"schema": "traque/detection/1", "targets": [{"files": [file]}]}
    (folder / "rules" / "detection.json").write_text(json.dumps(document))
    (folder / "app.log").write_bytes(LOG)
    return listed


def test_exported_lists_are_left_out(tmp_path: Path) -> None:
    exported(tmp_path)
    diagnostics = Diagnostics()
    walked = walk([tmp_path], diagnostics=diagnostics)
    assert [entry.display for entry in walked] == ["app.log", "rules/detection.json"]
    assert [noted.examples for noted in diagnostics.report()] == [("rules/suricata/traque-ip.lst",)]


@pytest.mark.parametrize("content", [b"192.0.2.7\n", b"192.0.2.1\n192.0.2.2\n"])
def test_an_exported_list_that_was_changed_is_searched(tmp_path: Path, content: bytes) -> None:
    exported(tmp_path).write_bytes(content)
    walked = walk([tmp_path], diagnostics=Diagnostics())
    assert "rules/suricata/traque-ip.lst" in [entry.display for entry in walked]


@pytest.mark.parametrize("document", ["[]", "{", '{"schema":"other/1"}', '{"schema":1}'])
def test_what_is_no_detection_document_lists_nothing(tmp_path: Path, document: str) -> None:
    exported(tmp_path)
    (tmp_path / "rules" / "detection.json").write_text(document)
    assert len(walk([tmp_path], diagnostics=Diagnostics())) == 3


def test_a_gzip_header_with_a_full_extra_field(tmp_path: Path) -> None:
    path = tmp_path / "x.gz"
    extra = struct.pack("<H", 65_535) + bytes(65_535)
    body = zlib.compress(LOG, wbits=-15)
    trailer = struct.pack("<LL", zlib.crc32(LOG), len(LOG))
    path.write_bytes(b"\x1f\x8b\x08\x04" + bytes(6) + extra + body + trailer)
    assert failure(only(entry_of(path))) == (LOG, None)
