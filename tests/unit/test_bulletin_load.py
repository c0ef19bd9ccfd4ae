"""What a command line names: files, values, several files of one bulletin, and what is no bulletin."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traque import bulletins
from traque.errors import (
    BulletinError,
    EmptyBulletin,
    MalformedBulletin,
    UnrecognisedBulletin,
    UsageError,
)
from traque.model import Bulletin


def values(bulletin: Bulletin) -> list[tuple[str, str]]:
    return [(i.observable.kind, i.observable.value) for i in bulletin.indicators]


def misp(path: Path, uuid: str, *attributes: dict[str, object]) -> Path:
    event = {"uuid": uuid, "info": path.stem, "date": "2024-01-01", "Attribute": list(attributes)}
    path.write_text(json.dumps({"Event": event}))
    return path


def attribute(kind: str, value: str, **more: object) -> dict[str, object]:
    return {"type": kind, "value": value, "to_ids": True, "uuid": "u", **more}


def test_bare_values_make_one_bulletin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (found,) = bulletins.load(["192.0.2.1", "evil[.]example", "hxxp://evil.example/A"])
    assert found.id == "command-line"
    assert values(found) == [
        ("ipv4-addr", "192.0.2.1"),
        ("domain-name", "evil.example"),
        ("url", "http://evil.example/A"),
    ]
    assert {i.bulletin for i in found.indicators} == {"command-line"}


@pytest.mark.parametrize("value", ["no-such-file", "0.0.0.0/0", "", "com", "192.0.2.256", "x" * 5000, "a\0b"])
def test_what_is_neither_file_nor_value(value: str) -> None:
    with pytest.raises(UsageError) as refusal:
        bulletins.load([value])
    assert "neither a file nor a value" in refusal.value.what
    assert refusal.value.remedy


def test_nothing_named() -> None:
    with pytest.raises(UsageError):
        bulletins.load([])


def test_files_that_state_the_same_id_are_one(tmp_path: Path) -> None:
    one = misp(
        tmp_path / "one.json", "event-1", attribute("ip-dst", "192.0.2.1"), attribute("ip-dst", "192.0.2.2")
    )
    two = misp(
        tmp_path / "two.json", "event-1", attribute("ip-dst", "192.0.2.2"), attribute("ip-dst", "192.0.2.3")
    )
    (found,) = bulletins.load([str(one), str(two)])
    assert found.id == "event-1"
    assert [value for _, value in values(found)] == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    assert any("two.json" in note for note in found.notes)


def test_files_of_one_name_stay_apart(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "list.txt").write_text("192.0.2.1\n")
    found = bulletins.load([str(tmp_path / "a" / "list.txt"), str(tmp_path / "b" / "list.txt")])
    assert [bulletin.id for bulletin in found] == ["list", "list-2"]
    assert found[1].indicators[0].bulletin == "list-2"


def test_a_file_of_several_bulletins(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    events = [
        {"Event": {"uuid": f"e{n}", "info": "x", "Attribute": [attribute("domain", f"d{n}.example")]}}
        for n in (1, 2)
    ]
    path.write_text(json.dumps({"response": events}))
    assert [b.id for b in bulletins.load([str(path)])] == ["e1", "e2"]
    with pytest.raises(UsageError, match="2 bulletins"):
        bulletins.read(path)


def test_prose_without_indicators_is_context(tmp_path: Path) -> None:
    prose = tmp_path / "article.txt"
    prose.write_text(
        "The agency warns of a group that attacks routers.\nRead https://blog.example/post for much more about all this.\n"
    )
    listed = tmp_path / "list.txt"
    listed.write_text("192.0.2.1\n")
    (found,) = bulletins.load([str(prose), str(listed)])
    assert found.id == "list"
    assert any("article.txt" in note for note in found.notes)
    with pytest.raises(EmptyBulletin, match="reference"):
        bulletins.load([str(prose)])


def test_a_bulletin_without_indicators_keeps_its_refusals_beside_others(tmp_path: Path) -> None:
    empty = misp(tmp_path / "e.json", "event-1", attribute("ip-dst", "192.0.2.1", to_ids=False))
    with pytest.raises(EmptyBulletin, match="to_ids"):
        bulletins.read(empty)
    first, second = bulletins.load([str(empty), "192.0.2.9"])
    assert not first.indicators
    assert first.refused[0].code == "not-for-detection"
    assert second.id == "command-line"


def test_an_existing_file_is_a_file_whatever_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("evil.example").write_text("192.0.2.1\n")
    assert values(bulletins.load(["evil.example"])[0]) == [("ipv4-addr", "192.0.2.1")]


def test_a_value_that_ends_like_a_file_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (found,) = bulletins.load(["readme.md"])
    assert any("no file here" in note for note in found.notes)


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\0\0\0\0"])
def test_empty_file(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(data)
    with pytest.raises(EmptyBulletin, match="empty"):
        bulletins.read(path)


def test_missing_directory_and_forbidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no such file"):
        bulletins.read(tmp_path / "absent.csv")
    with pytest.raises(UsageError, match="directory"):
        bulletins.read(tmp_path)
    closed = tmp_path / "closed.csv"
    closed.write_text("192.0.2.1\n")

    def refuse(*_: object) -> None:  # root may read what chmod forbids
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UsageError, match="Permission denied"):
        bulletins.read(closed)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b'{"blockList": ["a.example"]}', "JSON"),
        (b"<stix><a/></stix>", "XML"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (os.urandom(4096), "binary"),
    ],
)
def test_what_is_no_bulletin_says_what_is_read(data: bytes, word: str) -> None:
    with pytest.raises(UnrecognisedBulletin, match=word) as refusal:
        bulletins.read_bytes(data, "x.bin")
    assert "MISP" in refusal.value.remedy


def test_deep_nesting_is_malformed_not_a_crash() -> None:
    deep = b'{"Event": {"info": "x", "Attribute": ' + b"[" * 100_000
    with pytest.raises(MalformedBulletin):
        bulletins.read_bytes(deep, "x.json")
    rows = b'{"response": ' * 50 + b'{"Event": {"info": "x"}}' + b"}" * 50
    with pytest.raises(BulletinError):
        bulletins.read_bytes(rows, "x.json")


@pytest.mark.parametrize("kind", ["ip-dst|port", "ip-src|port"])
@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_a_port_is_never_an_indicator(kind: str, address: str, tmp_path: Path) -> None:
    """MISP#2336: ``ip|80`` correlated on port 80."""
    found = bulletins.read(misp(tmp_path / "x.json", "e", attribute(kind, f"{address}|80")))
    assert [value for _, value in values(found)] == [address]
    assert found.indicators[0].together == ("port 80",)


def test_a_wrong_type_is_noted(tmp_path: Path) -> None:
    found = bulletins.read(
        misp(tmp_path / "x.json", "e", attribute("domain", "192.0.2.1"), attribute("ip-dst", "192.0.2.0/24"))
    )
    assert [kind for kind, _ in values(found)] == ["ipv4-addr", "ipv4-net"]
    assert any("given as domain-name" in note for note in found.notes)


def test_repeated_values_are_merged(tmp_path: Path) -> None:
    found = bulletins.read_bytes(b"value,comment\n192.0.2.1,first\n192.0.2.1,C2\n192.0.2.1,first\n", "x.csv")
    (only,) = found.indicators
    assert only.description == "first; C2"
    assert only.role == "c2"
    assert any("2 repeated values" in note for note in found.notes)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["x.json", "x.csv", "x.txt", "x"]))
def test_any_bytes_are_a_bulletin_or_an_error_of_ours(data: bytes, name: str) -> None:
    try:
        bulletins.read_bytes(data, name)
    except (BulletinError, UsageError) as error:
        assert error.where == name  # noqa: PT017 (either outcome is right)


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=12),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "Event",
                        "Attribute",
                        "Object",
                        "type",
                        "value",
                        "to_ids",
                        "Tag",
                        "Galaxy",
                        "objects",
                        "pattern",
                        "id",
                        "hashes",
                        "info",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=25,
    )
)
def test_any_json_of_known_names_is_read_or_refused(value: object) -> None:
    for wrapped in ({"Event": value}, {"type": "bundle", "id": "bundle--1", "objects": value}, [value]):
        with contextlib.suppress(BulletinError, UsageError):
            bulletins.read_bytes(json.dumps(wrapped).encode(), "x.json")


@pytest.mark.parametrize(
    "line",
    [
        "192.0.2.1 " * 4000,
        "evil[.]example, " * 4000,
        "v 192.0.2.1 " * 4000,
        "1.2.3.4.5 " * 4000,
        "a1" * 50_000,
        "[" * 50_000,
        "rule a {\n" * 4000,
    ],
)
def test_hostile_lines_take_no_more_than_linear_time(line: str) -> None:
    with contextlib.suppress(BulletinError):
        bulletins.read_bytes(f"198.51.100.1\n{line}\n".encode(), "x.txt")
