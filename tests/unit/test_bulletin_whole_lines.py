"""Values that prose is full of for other reasons, as whole lines of a list; rows with odd line ends in a cell."""

from __future__ import annotations

import pytest

from traque.bulletins import read_bytes
from traque.model import Bulletin


def listed(line: str) -> Bulletin:
    return read_bytes(f"192.0.2.1\n{line}\n".encode(), "list.txt")


def values(bulletin: Bulletin) -> list[str]:
    return [indicator.observable.value for indicator in bulletin.indicators]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("0_0.example", "0_0.example"),
        ("_dmarc.example", "_dmarc.example"),
        ("file_server.local", "file_server.local"),
        ("www.a_b.example", "www.a_b.example"),
        ("  _dmarc.example  # records", "_dmarc.example"),
        ("0_0[.]com", "0_0.com"),
        ("::1", "::1"),
        ("2002::", "2002::"),
        ("1::", "1::"),
        ("0.0.0.0 a_b.example", "a_b.example"),
    ],
)
def test_a_whole_line_is_taken(line: str, value: str) -> None:
    found = listed(line)
    assert values(found) == ["192.0.2.1", value]
    assert not found.refused


@pytest.mark.parametrize(
    ("line", "reason"),
    [("0_0.com", "no registry"), ("www.a_b.com", "no registry"), ("fe80::/10", "too wide")],
)
def test_or_refused_with_the_reason(line: str, reason: str) -> None:
    found = listed(line)
    assert values(found) == ["192.0.2.1"]
    (refused,) = found.refused
    assert refused.value == line
    assert reason in refused.reason


@pytest.mark.parametrize(
    "line", ["::", "a::b", "std::vector", "my_module.py", "os_info.txt", "a_b", "12:34:56"]
)
def test_code_and_marks_are_neither(line: str) -> None:
    found = listed(line)
    assert values(found) == ["192.0.2.1"]
    assert not found.refused


@pytest.mark.parametrize("line", ["see ::1 there", "the 0_0.example field of 2002::"])
def test_in_a_sentence_they_are_words(line: str) -> None:
    assert values(listed(line)) == ["192.0.2.1"]


@pytest.mark.parametrize("odd", ["\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_an_odd_line_end_in_a_cell_ends_no_row(odd: str, quote: str) -> None:
    table = f"type,value\nmutex,{quote}Global\\Evil{odd}Mutex{quote}\n"
    (indicator,) = read_bytes(table.encode(), "table.csv").indicators
    assert indicator.observable.kind == "mutex"
    assert indicator.original == f"Global\\Evil{odd}Mutex"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_rows_end_as_any_system_writes_it(end: str) -> None:
    table = end.join(("type,value", "ip-dst,192.0.2.1", "ip-dst,192.0.2.2", ""))
    assert values(read_bytes(table.encode(), "table.csv")) == ["192.0.2.1", "192.0.2.2"]


def test_what_a_hosts_file_sinks_is_a_name_whatever_it_ends_in() -> None:
    found = read_bytes(
        b"127.0.0.1 localhost\n0.0.0.0 update.sh\n:: evil.example a_b.example\n0.0.0.0 co.uk\n", "hosts"
    )
    assert values(found) == ["update.sh", "evil.example", "a_b.example"]
    assert [refused.value for refused in found.refused] == ["127.0.0.1", "co.uk"]


def test_a_sentence_on_an_address_is_no_hosts_entry() -> None:
    assert values(listed("127.0.0.1 is e.g. the loopback")) == ["192.0.2.1", "127.0.0.1"]
