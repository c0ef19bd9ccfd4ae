"""Documents: values broken over lines, links, MISP feed folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from traque import bulletins
from traque.bulletins._wrapped import rejoined
from traque.errors import EmptyBulletin, UsageError

HASH = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([f"SHA256: {HASH[:50]}", f"{HASH[50:]} dropper", "x"], [f"SHA256: {HASH} dropper", "x"]),
        ([f"a {HASH[:20]}", HASH[20:40], HASH[40:], "next"], [f"a {HASH}", "next"]),
        ([HASH[:40], HASH[40:]], [HASH]),
        ([HASH[:32], HASH[32:]], [HASH[:32], HASH[32:]]),
        (["see 192.0.2.", "15 and"], ["see 192.0.2.15 and"]),
        (["192[.]0[.]2", "[.]7"], ["192[.]0[.]2[.]7"]),
        (["evil[.]", "example rest"], ["evil[.]example rest"]),
        (["version 2.0.", "3 items"], ["version 2.0.", "3 items"]),
        (["192.0.2.1", "192.0.2.2"], ["192.0.2.1", "192.0.2.2"]),
    ],
)
def test_broken_values_are_rejoined(lines: list[str], expected: list[str]) -> None:
    assert [line for _, line in rejoined(("page 1", line) for line in lines)] == expected


UUIDS = [f"0c000000-0000-4000-8000-00000000000{i}" for i in range(3)]


def feed(folder: Path) -> Path:
    manifest = {uuid: {"info": uuid, "timestamp": str(i)} for i, uuid in enumerate(UUIDS)}
    (folder / "manifest.json").write_text(json.dumps({**manifest, "../outside": {}}))
    (folder / "hashes.csv").write_text("0123456789abcdef0123456789abcdef,x\n")
    for number, uuid in enumerate(UUIDS[:2]):
        attribute = {"type": "ip-dst", "value": f"192.0.2.{number}", "to_ids": True}
        event = {"Event": {"uuid": uuid, "info": "example", "Attribute": [attribute]}}
        (folder / f"{uuid}.json").write_text(json.dumps(event))
    return folder


def test_a_feed_folder_is_its_events(tmp_path: Path) -> None:
    found = bulletins.read_all(feed(tmp_path))
    assert [b.id for b in found] == [UUIDS[1], UUIDS[0]]
    assert [i.observable.value for b in found for i in b.indicators] == ["192.0.2.1", "192.0.2.0"]
    assert any(UUIDS[2] in note and "no such file" in note for note in found[0].notes)
    assert len(bulletins.load([str(tmp_path)])) == 2


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"manifest\.json"):
        bulletins.read_all(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(EmptyBulletin, match="names no event"):
        bulletins.read_all(tmp_path)
