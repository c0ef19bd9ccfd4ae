"""Two versions of a bulletin, compared."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from traque.bulletins import from_values
from traque.compare import compare, only_new
from traque.model import Bulletin, Refused, Window
from traque.model.comparison import Changed, Comparison, Entry

OLD = msgspec.structs.replace(from_values(["192.0.2.1", "192.0.2.2", "evil.example"]), id="EX-1")


def test_the_same_is_the_same() -> None:
    result = compare([OLD], [OLD])
    assert not result.differs
    assert result.same == 3


def test_added_withdrawn_and_why() -> None:
    new = from_values(["192.0.2.1", "evil.example", "2001:db8::9"])
    back = Refused(value="192.0.2.2", kind="ipv4-addr", code="withdrawn", reason="revoked on 2026-01-02")
    result = compare([OLD], [msgspec.structs.replace(new, id="EX-1", refused=(back,))])
    assert result.added == (Entry(kind="ipv6-addr", value="2001:db8::9"),)
    assert result.withdrawn == (Entry(kind="ipv4-addr", value="192.0.2.2", why="revoked on 2026-01-02"),)
    assert result.same == 2


def changed(made: Bulletin, value: str, **fields: object) -> Bulletin:
    return msgspec.structs.replace(
        made,
        indicators=tuple(
            msgspec.structs.replace(each, **fields) if each.observable.value == value else each
            for each in made.indicators
        ),
    )


def test_what_is_said_of_a_value_and_of_the_bulletin() -> None:
    until = datetime(2026, 2, 1, tzinfo=UTC)
    new = changed(OLD, "192.0.2.2", role="relay", valid_until=until)
    new = msgspec.structs.replace(new, tlp="amber", window=Window(since=until))
    result = compare([OLD], [new])
    assert result.changed == (
        Changed(kind="", value="EX-1", field="tlp", before="", after="amber"),
        Changed(kind="", value="EX-1", field="window", before="", after="2026-02-01T00:00:00Z to open"),
        Changed(kind="ipv4-addr", value="192.0.2.2", field="role", before="", after="relay"),
        Changed(
            kind="ipv4-addr", value="192.0.2.2", field="valid_until", before="", after="2026-02-01T00:00:00Z"
        ),
    )
    assert result.same == 2
    assert msgspec.json.decode(msgspec.json.encode(result), type=Comparison) == result


def test_only_what_is_new_is_left_to_ask() -> None:
    new = from_values(["192.0.2.1", "192.0.2.3"])
    (left,) = only_new([new], [OLD])
    assert [each.observable.value for each in left.indicators] == ["192.0.2.3"]
    assert "1 of its indicators stand in EX-1 already" in left.notes[-1]
    (same,) = only_new([new], [from_values(["198.51.100.1"])])
    assert same == new
