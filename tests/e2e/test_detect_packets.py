"""Packet filters, behaving: a listed address is dropped or counted, and its neighbour passes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from netns import LISTED, Hosts, hosts, need

from traque.bulletins import from_values
from traque.detect import DetectOptions, detect
from traque.model.detection import Action

MADE = datetime(2026, 1, 15, tzinfo=UTC)
LOAD = {"nftables": ("nft", "-f", "traque.nft"), "ipset": ("./load.sh",)}
REMOVE = {"nftables": ("nft", "delete", "table", "inet", "traque"), "ipset": ("./remove.sh",)}
COUNT = {
    "nftables": ("nft", "list", "chain", "inet", "traque", "arriving"),
    "ipset": ("iptables", "-vnxL", "TRAQUE"),
}
NEIGHBOUR = "192.0.2.11"


@pytest.fixture(scope="module")
def pair() -> Iterator[Hosts]:
    need("nft", "ipset", "iptables", "ping")
    with hosts() as made:
        yield made


def written(folder: Path, target: str, action: Action, *values: str) -> Path:
    bulletin = from_values(values)
    detect([bulletin], folder, options=DetectOptions(targets=(target,), action=action), made=MADE)
    return folder / target


@pytest.mark.parametrize("target", LOAD)
def test_a_listed_address_is_dropped_and_its_neighbour_passes(
    pair: Hosts, target: str, tmp_path: Path
) -> None:
    place = written(tmp_path, target, "block", LISTED, "198.51.100.0/24", "2001:db8::1")
    assert pair.reaches(LISTED)
    pair.load(*LOAD[target], cwd=place)
    try:
        assert not pair.reaches(LISTED)
        assert pair.reaches(NEIGHBOUR)
        pair.load(*LOAD[target], cwd=place)  # again: nothing is doubled, nothing fails
        assert not pair.reaches(LISTED)
    finally:
        pair.load(*REMOVE[target], cwd=place)
    assert pair.reaches(LISTED)


@pytest.mark.parametrize("target", LOAD)
def test_an_alert_counts_and_lets_pass(pair: Hosts, target: str, tmp_path: Path) -> None:
    place = written(tmp_path, target, "alert", LISTED)
    pair.load(*LOAD[target], cwd=place)
    try:
        before = pair.run(pair.near, *COUNT[target]).stdout
        assert pair.reaches(LISTED)
        after = pair.run(pair.near, *COUNT[target]).stdout
        assert before != after  # the counters moved
        assert pair.reaches(NEIGHBOUR)
        assert pair.run(pair.near, *COUNT[target]).stdout == after
    finally:
        pair.load(*REMOVE[target], cwd=place)


@pytest.mark.parametrize("target", LOAD)
def test_a_withdrawn_address_passes_after_the_next_export(pair: Hosts, target: str, tmp_path: Path) -> None:
    place = written(tmp_path, target, "block", LISTED, "198.51.100.7")
    pair.load(*LOAD[target], cwd=place)
    try:
        assert not pair.reaches(LISTED)
        place = written(tmp_path, target, "block", "198.51.100.7")
        pair.load(*LOAD[target], cwd=place)
        assert pair.reaches(LISTED)
    finally:
        pair.load(*REMOVE[target], cwd=place)


@pytest.mark.parametrize("target", LOAD)
def test_a_listed_network_holds_its_addresses(pair: Hosts, target: str, tmp_path: Path) -> None:
    place = written(tmp_path, target, "block", "192.0.2.10/32", "192.0.2.8/30")
    pair.load(*LOAD[target], cwd=place)
    try:
        assert not pair.reaches(LISTED)
        assert not pair.reaches(NEIGHBOUR)  # .11 is inside .8/30
    finally:
        pair.load(*REMOVE[target], cwd=place)
