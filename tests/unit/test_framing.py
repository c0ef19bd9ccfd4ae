"""Documents as one record a line: nothing is lost or moved, and the records are those that a parser sees."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traque.bulletins import from_values
from traque.hunt import HuntOptions, hunt
from traque.model import Verdict
from traque.sources.framing import framed_head, framing_of

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
ELEMENTS = st.lists(
    st.dictionaries(st.text(max_size=6), VALUES, min_size=1, max_size=4), min_size=1, max_size=6
)


def frame(text: bytes, cuts: list[int]) -> tuple[bytes, bool]:
    framing = framing_of(text)
    assert framing is not None
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    out = b"".join(framing.feed(text[a:b]) for a, b in pairwise(places))
    return out + framing.finish(), framing.lost


def records(framed: bytes) -> list[object]:
    return [json.loads(line) for line in framed.split(b"\n") if line.strip()]


@settings(max_examples=150, deadline=None)
@given(
    ELEMENTS,
    st.sampled_from([None, 1, 4]),
    st.sampled_from(["[", "Records", "value", "records"]),
    st.lists(st.integers(0, 10_000), max_size=6),
    st.booleans(),
)
def test_array_documents_are_one_element_a_line(
    elements: list[dict[str, object]], indent: int | None, around: str, cuts: list[int], plain: bool
) -> None:
    whole = elements if around == "[" else {around: elements}
    text = json.dumps(whole, indent=indent, ensure_ascii=plain).encode("utf-8", "surrogatepass")
    framed, lost = frame(text, cuts)
    assert not lost
    assert len(framed) == len(text)
    assert records(framed) == elements
    changed = [(a, b) for a, b in zip(text, framed, strict=True) if a != b]
    assert all(b in b" \n" for _, b in changed)


@settings(max_examples=60, deadline=None)
@given(ELEMENTS, st.lists(st.integers(0, 10_000), max_size=6))
def test_objects_over_several_lines_are_one_a_line(
    elements: list[dict[str, object]], cuts: list[int]
) -> None:
    text = "\r\n".join(json.dumps(one, indent=2) for one in elements).encode() + b"\n"
    framed, lost = frame(text, cuts)
    assert not lost
    assert records(framed) == elements


@settings(max_examples=60, deadline=None)
@given(ELEMENTS, st.integers(1, 10_000), st.lists(st.integers(0, 10_000), max_size=4))
def test_a_cut_document_passes_whole(elements: list[dict[str, object]], end: int, cuts: list[int]) -> None:
    text = json.dumps({"Records": elements * 3}, indent=1).encode()
    text = text[: max(40, end % len(text))]
    if framing_of(text) is None:
        return
    framed, lost = frame(text, cuts)
    assert lost
    assert len(framed) == len(text)
    assert framed.translate(None, b' \r\n,[]{}"Records:') == text.translate(None, b' \r\n,[]{}"Records:')


@settings(max_examples=100, deadline=None)
@given(
    ELEMENTS,
    st.sampled_from([None, 1]),
    st.sampled_from(["", " ", "\t ", "\n", "\r\n"]),
    st.lists(st.integers(0, 10_000), max_size=6),
)
def test_objects_that_touch_are_one_a_line(
    elements: list[dict[str, object]], indent: int | None, between: str, cuts: list[int]
) -> None:
    text = between.join(json.dumps(one, indent=indent) for one in [*elements, {"}{": "last"}]).encode()
    if framing_of(text) is None:  # lines, or a single one
        assert "\n" in between
        return
    framing = framing_of(text)
    assert framing is not None
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    framed = b"".join(framing.feed(text[a:b]) for a, b in pairwise(places)) + framing.finish()
    assert not framing.lost
    assert records(framed) == [*elements, {"}{": "last"}]
    for at, byte in enumerate(framed):
        if byte not in b" \n":
            assert text[framing.original_offset(at)] == byte


def test_braces_in_strings_do_not_touch() -> None:
    assert framing_of(b'{"a":"}{"}\n{"b":"} {"}\n') is None


def test_a_hunt_tells_the_place_of_objects_that_touch(tmp_path: Path) -> None:
    log = tmp_path / "firehose"
    one = '{"time":"2021-01-07T04:18:0%dZ","src_ip":"192.0.2.%d","dst_ip":"198.51.100.7","action":"deny"}'
    log.write_text("".join(one % (at, at) for at in range(5)) + "\n" + one % (7, 7))
    result = hunt([from_values(["192.0.2.3", "192.0.2.7"])], [log], options=HuntOptions())
    assert {s.indicator.value: s.count for s in result.sightings} == {"192.0.2.3": 1, "192.0.2.7": 1}
    text = log.read_bytes()
    for sighting in result.sightings:
        (evidence,) = sighting.evidence
        assert text[evidence.offset :].startswith(sighting.indicator.value.encode())
        assert evidence.line == (1 if sighting.indicator.value.endswith("3") else 2)
        assert evidence.text.startswith("{")
        assert evidence.text.endswith("}")
    assert result.coverage.sources[0].records == 6


def test_members_around_the_list_are_records_of_their_own() -> None:
    text = b'{"@odata.context":"https://graph.example/x","value":[{"a":1},{"a":2}],"@odata.nextLink":"https://n.example"}'
    framed, lost = frame(text, [])
    assert not lost
    assert framed.split(b"\n")[1:3] == [b'{"a":1}', b'{"a":2} ']
    assert b"https://graph.example/x" in framed
    assert b"https://n.example" in framed


def test_documents_one_after_the_other() -> None:
    text = b'{"Records":[{"a":1},{"a":2}]}\n{"Records":[{"a":3}]}\n[]\n'
    framed, lost = frame(text, [1, 5, 27, 28, 29, 30, 31])
    assert not lost
    assert records(framed) == [{"a": 1}, {"a": 2}, {"a": 3}]


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1}\n{"a":2}\n',
        b'{"a":[{"b":1}]}\n',
        b"Jan  7 04:18:07 host prog: [{\n",
        b"[2021-01-07 04:18:07] x\n",
        b"[Thu Jan 07 04:18:07 2021] [error] x\n",
        b"",
        b"\n\n",
        b"<?php echo 1;\n",
        b"<134>Jan  7 04:18:07 h p: <Event>\n",
        b"{ not json\n",
    ],
)
def test_lines_are_left_alone(text: bytes) -> None:
    assert framing_of(text) is None
    assert framed_head(text) == text


def test_what_is_no_json_any_more_passes_in_lines() -> None:
    text = b'[{"a":1},\n{"a":2}\n] oops\nJan  7 192.0.2.7\nJan  8 192.0.2.8\n'
    framed, lost = frame(text, [20, 30])
    assert lost
    assert framed.endswith(b"oops\nJan  7 192.0.2.7\nJan  8 192.0.2.8\n")


EVENT = b'<Event xmlns="x">\n <System>\r\n  <EventID>%d</EventID>\n </System>\n</Event>'


@pytest.mark.parametrize("between", [b"", b"\n", b"\r\n\r\n", b'\nRecord 2\n<?xml version="1.0"?>\n'])
def test_xml_events_are_one_a_line(between: bytes) -> None:
    text = b'<?xml version="1.0"?>\n<Events>' + between.join(EVENT % n for n in range(50)) + b"</Events>\n"
    rng = random.Random(between)
    for _ in range(50):
        framed, lost = frame(text, [rng.randrange(len(text)) for _ in range(5)])
        assert not lost
        assert len(framed) == len(text)
        lines = framed.split(b"\n")
        assert len(lines) == 50
        assert all(b"<EventID>%d<" % n in line for n, line in enumerate(lines))


JOURNAL = b"__CURSOR=s=1;i=%d\n__REALTIME_TIMESTAMP=160998948700000%d\n_PID=1\nMESSAGE=from 192.0.2.7\n\n"
AUDIT = (
    b"type=SYSCALL msg=audit(1609989487.123:%d): arch=c000003e\n"
    b"type=SOCKADDR msg=audit(1609989487.123:%d): saddr=0200\n"
)
DNS = (
    b"1/7/2021 4:18:0%d AM 0294 PACKET  000002DAEC3680D0 UDP Rcv 192.0.2.9     7822   Q [0028       NOERROR] "
    b"A      (3)www(7)example(0)\r\nUDP question info at 000002DAEC3680D0\r\n  Remote addr 192.0.2.9, port 57961\r\n\r\n"
)


@pytest.mark.parametrize(
    "one",
    [lambda n: JOURNAL % (n, n), lambda n: AUDIT % (n, n), lambda n: DNS % n],
    ids=["journal", "audit", "dns"],
)
def test_lines_that_belong_together(one) -> None:  # type: ignore[no-untyped-def]
    text = b"".join(one(n) for n in range(9))
    rng = random.Random(1)
    for size in (0, 1, 3, 30, 200):
        framed, lost = frame(text, [rng.randrange(len(text)) for _ in range(size)])
        assert not lost
        assert len(framed) == len(text)
        assert len([line for line in framed.split(b"\n") if line.strip()]) == 9


@pytest.mark.parametrize("cuts", [[], [700], list(range(1, 5000, 37))])
@pytest.mark.parametrize(("indent", "lines"), [(None, False), (4, False), (None, True)])
def test_flow_tuples_are_one_a_line(cuts: list[int], indent: int | None, lines: bool) -> None:
    tuples = [f"16099{n:05},192.0.2.{n},10.0.0.9,51022,22,T,I,D,B,,,," for n in range(30)]
    documents = [
        {"time": "2021-01-07T04:18:07Z", "properties": {"flows": [
            {"rule": "a", "flows": [{"mac": "000D3AF87856", "flowTuples": tuples[at : at + 3]}]},
            {"rule": "b", "flows": [{"mac": "000D3AF87857", "flowTuples": tuples[at + 3 : at + 5]}]},
        ]}} for at in range(0, 30, 5)
    ]  # fmt: skip
    whole = (
        [json.dumps(one) for one in documents]
        if lines
        else [json.dumps({"records": documents}, indent=indent)]
    )
    text = "\n".join(whole).encode()
    framed, lost = frame(text, cuts)
    assert not lost
    assert len(framed) == len(text)
    split = framed.split(b"\n")
    assert len(split) == 30
    assert all(one.encode() in line for one, line in zip(tuples, split, strict=True))


def test_alerts_and_stack_traces_are_one_record() -> None:
    alert = b"[**] [1:2:3] scan [**]\n[Priority: 2] \n01/07-04:18:07.1 192.0.2.7:1 -> 192.0.2.9:22\nTCP TTL:64\n\n"
    framed, _ = frame(alert * 3, [40, 90])
    assert framed.rstrip().count(b"\n") == 2
    java = b"2021-01-07 04:18:07 ERROR x\njava.lang.RuntimeException: no\n\tat a.B.c(D.java:1)\nCaused by: e.F\n\t... 3 more\n"
    python = b"2021-01-07 04:18:07 ERROR x\nTraceback (most recent call last):\n  File 'a'\nValueError: no\n"
    for trace in (java, python):
        framed, _ = frame(trace + b"2021-01-07 04:18:08 INFO y\n", [30, 60])
        assert framed.count(b"\n") == 2, framed


def test_lines_of_the_source_are_told() -> None:
    text = json.dumps([{"a": n} for n in range(40)], indent=1).encode()
    framing = framing_of(text)
    assert framing is not None
    for at in range(0, len(text), 7):
        framing.feed(text[at : at + 7])
    for n in (0, 3, 39):
        place = text.index(b'"a": %d\n' % n)
        assert framing.line_at(place) == text.count(b"\n", 0, place) + 1


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("engine", ["python", "kernel"])
def test_a_hunt_counts_elements(tmp_path: Path, indent: int | None, encoding: str, engine: str) -> None:
    trail = [
        {
            "eventVersion": "1.08",
            "userIdentity": {"type": "IAMUser", "userName": "alice"},
            "eventTime": f"2021-01-07T04:18:{n:02}Z",
            "eventSource": "signin.amazonaws.com",
            "eventName": "ConsoleLogin",
            "sourceIPAddress": "198.51.100.7" if n % 3 == 0 else "192.0.2.1",
            "additionalEventData": {"note": "seen from 198.51.100.7, é" if n == 1 else "x"},
            "responseElements": {"ConsoleLogin": "Success" if n == 3 else "Failure"},
        }
        for n in range(30)
    ]
    data = json.dumps({"Records": trail}, indent=indent, ensure_ascii=False).encode(encoding)
    log = tmp_path / "trail.json"
    log.write_bytes(data)
    result = hunt([from_values(["198.51.100.7"])], [log], options=HuntOptions(engine=engine))  # type: ignore[arg-type]
    (sighting,) = result.sightings
    assert sighting.count == 11
    assert sighting.verdict == Verdict.AUTHENTICATED
    assert {verdict: n for verdict, n in sighting.verdicts.items() if n} == {
        Verdict.AUTHENTICATED: 1,
        Verdict.AUTH_FAILED: 9,
        Verdict.TRACE: 1,
    }
    (source,) = result.coverage.sources
    assert (source.format, source.records, source.undated, source.complete) == ("cloudtrail", 30, 0, True)
    width = len("198.51.100.7".encode(encoding)) - (2 if encoding == "utf-16" else 0)
    text = data.decode(encoding)
    for evidence in sighting.evidence:
        found = data[evidence.offset : evidence.offset + width]
        assert found.decode("utf-16-le" if encoding == "utf-16" else encoding) == "198.51.100.7"
        begin = text.rindex('"eventVersion"', 0, len(data[: evidence.offset].decode(encoding)))
        begin = text.rindex("{", 0, begin)
        assert evidence.line == text.count("\n", 0, begin) + 1


def test_a_document_that_is_cut_is_searched_and_said(tmp_path: Path) -> None:
    log = tmp_path / "eve.json"
    log.write_text(json.dumps([{"src_ip": "198.51.100.7", "n": n} for n in range(9)], indent=1)[:-9])
    result = hunt([from_values(["198.51.100.7"])], [log], options=HuntOptions(engine="python"))
    (sighting,) = result.sightings
    assert sighting.count == 9
    assert "document-irregular" in {d.code for d in result.diagnostics}


def test_hexadecimal_addresses_are_said_not_to_be_searched(tmp_path: Path) -> None:
    """Audit's own file is written out (``test_framing_ends``); what reached another log is not."""
    log = tmp_path / "audit.log"
    header = "Jan  7 04:18:09 srv audispd: "
    raw = f"{header}type=SOCKADDR msg=audit(1609993089.123:443): saddr=020001BBC63364070000000000000000"
    log.write_text(f"{raw}\n" * 3)
    result = hunt([from_values(["198.51.100.7"])], [log], options=HuntOptions(engine="python"))
    (source,) = result.coverage.sources
    assert not source.complete
    assert "saddr=" in source.why
    log.write_text(f"{raw}SADDR={{ saddr_fam=inet laddr=198.51.100.7 lport=443 }}\n")
    result = hunt([from_values(["198.51.100.7"])], [log], options=HuntOptions(engine="python"))
    assert result.coverage.sources[0].complete
