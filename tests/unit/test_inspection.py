"""Inspections: what is recognised, which records are tried, why others are not understood."""

from __future__ import annotations

import gzip
import json
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traque.bulletins import from_values
from traque.errors import UsageError
from traque.hunt import HuntOptions, hunt
from traque.inspection import _tap, describe, inspect
from traque.inspection._tap import BLOCK, FIRST, Sampler
from traque.logs import rank, recognise, registry
from traque.model import Initiator, Outcome, Verdict
from traque.model.inspection import Inspection, SourceInspection
from traque.reports import Setting, inspection_json, inspection_page
from traque.scan.matches import TEXT_CAP
from traque.source_map import read_source_map

DATA = Path(__file__).resolve().parents[1] / "data" / "logs"
SSHD = "Jan  7 04:18:{:02d} bastion sshd[7]: Failed password for alice from 192.0.2.7 port 51022 ssh2\n"
UFW = "Jan  7 04:18:07 gw kernel: [1.0] [UFW BLOCK] IN=eth0 OUT= SRC={} DST={} LEN=60 PROTO=TCP SPT=51022 DPT=22 WINDOW=64240 SYN URGP=0\n"


def one(path: Path, **options: object) -> SourceInspection:
    (source,) = inspect([path], options=HuntOptions(**options)).sources  # type: ignore[arg-type]
    return source


def page(inspection: Inspection, **setting: object) -> str:
    return inspection_page(inspection, Setting(**setting)).decode()  # type: ignore[arg-type]


def test_a_log_that_is_understood(tmp_path: Path) -> None:
    log = tmp_path / "auth.log-20210110.gz"
    log.write_bytes(gzip.compress("".join(SSHD.format(n) for n in range(50)).encode()))
    source = one(log, own=("203.0.113.0/24",))
    taken, reading, clock = source.recognised, source.reading, source.clock
    assert (taken.containers, taken.encoding, taken.layout) == (("gzip",), "utf-8", "a line is a record")
    assert (taken.format, taken.by) == ("sshd", "its content")
    assert taken.confidence == pytest.approx(0.9)
    assert taken.others[0].format == "syslog"
    assert (reading.tried, reading.understood, reading.rate, reading.whole) == (50, 50, 1.0, True)
    assert (reading.zoneless, reading.yearless, reading.untimed) == (50, 50, 0)
    assert reading.initiators == {Initiator.SOURCE: 50}
    assert reading.outcomes == {Outcome.LOGIN_REFUSED: 50}
    assert reading.fields["source.ip"] == 50
    assert [example.number for example in reading.examples] == [1, 50]
    (end,) = reading.examples[0].endpoints
    assert (end.side, end.value, end.inside, end.opened, end.hit) == (
        "source",
        "192.0.2.7 port 51022",
        False,
        True,
        Verdict.AUTH_FAILED,
    )
    assert (clock.zone, clock.zone_from, clock.year_from) == ("UTC", "", "name")
    assert (source.coverage.stream, source.device) == ("auth.log", "bastion")
    assert any("--tz" in line for line in source.advice)


def test_why_records_are_not_understood(tmp_path: Path) -> None:
    log = tmp_path / "auth.log"
    lines = [SSHD.format(n) for n in range(40)]
    lines += ["  an indented line\n", "no time here\n", '{"a":1}\n', "<x>y</x>\n"]
    lines += ["2021-01-07T04:18:07Z something else\n", "\n", "# a comment\n", "\1\2\3\4\5\6\n"]
    lines += ["x" * (TEXT_CAP + 9) + "\n"]
    log.write_text("".join(lines))
    source = one(log)
    assert source.recognised.format == "sshd"
    assert source.reading.headers == 2
    assert {missed.reason.partition(":")[0]: missed.count for missed in source.reading.missed} == {
        "begins with a blank": 1,
        "not even a time is found": 1,
        "JSON without the fields of a known format": 1,
        "XML or HTML without the elements of a known format": 1,
        "a time is read, the rest is not understood": 1,
        "binary": 1,
        "longer than 64 KiB": 1,
    }
    assert source.reading.missed[0].examples[0].number == 41
    assert "not understood" in source.advice[0]
    assert "docs/add-a-log-format.md" in source.advice[0]


def test_a_header_is_not_a_record_that_failed(tmp_path: Path) -> None:
    log = tmp_path / "export.csv"
    log.write_text("time,src_ip,dst_ip,action\n" + "2021-01-07T04:18:07Z,192.0.2.7,203.0.113.9,deny\n" * 3)
    source = one(log)
    assert source.recognised.format == "delimited"
    assert (source.reading.tried, source.reading.headers, source.reading.rate) == (3, 1, 1.0)
    assert any("general" in line for line in source.advice)


def test_an_unknown_log_says_what_to_do(tmp_path: Path) -> None:
    log = tmp_path / "strange.log"
    log.write_text("2021-01-07 04:18:07 ~ frobnicated 192.0.2.7\n" * 5)
    source = one(log)
    assert source.recognised.format == "unknown"
    assert (source.reading.tried, source.reading.understood) == (5, 0)
    assert "traque.toml" in source.advice[0]
    assert "docs/add-a-log-format.md" in source.advice[0]
    assert "0% of 5 records" in page(inspect([log]))


def test_the_source_map_decides_and_says_so(tmp_path: Path) -> None:
    log = tmp_path / "strange.log"
    log.write_text("nothing to see\n" * 60 + UFW.format("192.0.2.7", "203.0.113.9"))
    path = tmp_path / "traque.toml"
    path.write_text(
        '[[source]]\nfiles = "strange.*"\nformat = "netfilter"\ntz = "Europe/Paris"\nyear = 2021\n'
        'name = "edge"\nowner = "network team"\n'
    )
    source = one(log, source_map=read_source_map(path))
    assert source.recognised.format == "netfilter"
    assert source.recognised.by == f"given by {path}:1"
    assert (source.clock.zone, source.clock.zone_from) == ("Europe/Paris", f"{path}:1")
    assert (source.clock.year, source.clock.year_from) == (2021, "asked")
    assert (source.coverage.stream, source.owner, source.mapped) == ("edge", "network team", f"{path}:1")
    assert source.reading.understood == 1
    assert source.reading.examples[0].time is not None
    assert source.reading.examples[0].time.isoformat() == "2021-01-07T03:18:07+00:00"


def test_neither_end_inside_is_said(tmp_path: Path) -> None:
    log = tmp_path / "ufw.log"
    log.write_text("".join(UFW.format(f"192.0.2.{n}", "203.0.113.9") for n in range(9)))
    assert any("neither end is inside" in line for line in one(log).advice)
    assert not any("neither end" in line for line in one(log, own=("203.0.113.0/24",)).advice)


def test_archives_documents_and_other_encodings(tmp_path: Path) -> None:
    inside = tmp_path / "auth.log"
    inside.write_text("".join(SSHD.format(n) for n in range(5)))
    events = [
        {"eventTime": "2021-01-07T04:18:07Z", "eventSource": "s3", "eventName": "x", "n": n} for n in range(3)
    ]
    (tmp_path / "trail.json").write_text(json.dumps({"Records": events}))
    (tmp_path / "wide.log").write_bytes(inside.read_text().encode("utf-16"))
    with tarfile.open(tmp_path / "all.tar.gz", "w:gz") as archive:
        for name in ("auth.log", "trail.json", "wide.log"):
            archive.add(tmp_path / name, name)
    found = {source.member: source for source in inspect([tmp_path / "all.tar.gz"]).sources}
    assert found["auth.log"].recognised.containers == ("gzip", "tar")
    assert found["trail.json"].recognised.layout == "a JSON object is a record"
    assert found["trail.json"].reading.tried == 3
    assert found["wide.log"].recognised.encoding == "utf-16-le"
    assert found["wide.log"].recognised.format == "sshd"
    assert found["wide.log"].coverage.duplicate_of == "" or found["auth.log"].coverage.duplicate_of == ""
    assert {source.file for source in found.values()} == {str(tmp_path / "all.tar.gz")}


def test_what_cannot_be_decoded_or_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "events.evt").write_bytes(b"\x30\0\0\0LfLe" + b"\0" * 100)
    whole = gzip.compress("".join(SSHD.format(n % 60) for n in range(5000)).encode())
    (tmp_path / "cut.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.log").write_bytes(b"")
    answer = inspect([tmp_path])
    cut, empty, events = answer.sources
    assert answer.incomplete
    assert events.reading.tried == 0
    assert "export it as text" in events.advice[0]
    assert "not read to its end" in cut.advice[0]
    assert cut.reading.understood > 0
    assert "empty" in empty.advice[0]


def test_hostile_text_reaches_no_terminal(tmp_path: Path) -> None:
    log = tmp_path / "a\x1b[2Jb.log"
    log.write_bytes(b"2021-01-07T04:18:07Z \x1b]0;owned\x07 \xe2\x80\xae text 192.0.2.7\n\xff\xfe\n" * 3)
    answer = inspect([log])
    for text in (page(answer), page(answer, unicode=False), inspection_json(answer).decode()):
        assert "\x1b" not in text
        assert "\x07" not in text
        assert "\u202e" not in text


def test_nothing_to_inspect() -> None:
    with pytest.raises(UsageError, match="nothing to inspect"):
        inspect([])
    with pytest.raises(UsageError, match="nothing to search"):
        inspect(["/nowhere/at/all"])


def test_what_is_inspected_is_what_is_hunted() -> None:
    """The same sources, formats, records, times and streams."""
    options = HuntOptions(jobs=1)
    hunted = hunt([from_values(["192.0.2.255"])], [DATA], options=options).coverage
    seen = inspect([DATA], options=options)
    assert [source.coverage for source in seen.sources] == list(hunted.sources)
    assert seen.streams == hunted.streams
    assert [s.recognised.format for s in seen.sources if s.recognised.title] == [
        s.format for s in hunted.sources if s.format in registry()
    ]


@pytest.mark.parametrize("path", sorted(DATA.glob("*/*.log")), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_the_first_of_the_ranking_is_what_is_chosen(path: Path) -> None:
    head = path.read_bytes()
    chosen = recognise(head, path.name)
    ranking = rank(head, path.name)
    if chosen.format == "unknown":
        assert not ranking or ranking[0][1] <= 0.2
    else:
        assert ranking[0] == (chosen.format, chosen.confidence)


@given(
    st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"")), max_size=60),
    st.integers(1, 50),
    st.integers(1, 8),
    st.integers(1, 64),
)
def test_the_sampler_gives_the_same_records_however_the_text_is_cut(
    lines: list[bytes], cut: int, first: int, block: int
) -> None:
    text = b"\n".join(lines)

    def sample(step: int, *, every: bool) -> tuple[list[tuple[int, bytes, bool]], bool]:
        taken: list[tuple[int, bytes, bool]] = []
        sampler = Sampler(lambda *record: taken.append(record), every=every)
        for at in range(0, len(text), step):
            sampler.feed(text[at : at + step])
        sampler.finish()
        return taken, sampler.skipped

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_tap, "FIRST", first)
        patch.setattr(_tap, "BLOCK", block)
        whole = text.split(b"\n")
        if not whole[-1]:
            whole.pop()
        expected = [(number, line, False) for number, line in enumerate(whole, 1)]
        assert sample(cut, every=True) == (expected, False)
        some, skipped = sample(cut, every=False)
        assert (some, skipped) == sample(max(1, len(text)), every=False)
        assert some == [record for record in expected if record in some]
        assert some[:first] == expected[:first]
        assert skipped is (len(some) < len(expected))


def test_a_large_source_is_sampled_and_says_so(tmp_path: Path) -> None:
    log = tmp_path / "auth.log"
    line = SSHD.format(7)
    many = FIRST + 5 * BLOCK // len(line)
    log.write_text(line * many)
    answer = inspect([log])
    reading = answer.sources[0].reading
    assert FIRST + 4 <= reading.tried <= FIRST + 7
    assert not reading.whole
    assert answer.sources[0].coverage.records == many
    assert f"{FIRST:,} records" in answer.sampling
    assert "a sample was tried" in page(answer)
    assert inspect([log], every=True).sources[0].reading.tried == many


@pytest.mark.parametrize("spec", list(registry()), ids=lambda spec: spec.name)
def test_every_log_format_describes_itself(spec: object) -> None:
    details = describe(spec.name, {"logs": "traque.logs"})[0]  # type: ignore[attr-defined]
    assert details.about
    assert details.knows
    assert details.read, "its example is understood"
    assert details.fields
