"""Geography, networks, actors, techniques, provenance."""

from __future__ import annotations

import ipaddress
import random
from pathlib import Path

import pytest

from traque.enrich import actors, geography, networks, provenance, techniques


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("8.8.8.8", "US"),
        ("193.0.0.1", "NL"),
        ("2001:4860:4860::8888", "US"),
        ("8.8.8.0/24", "US"),
        ("8.0.0.0/6", ""),
        ("192.0.2.1", ""),
        ("10.1.2.3", ""),
        ("192.168.1.1", ""),
        ("255.255.255.255", ""),
        ("0.0.0.0", ""),
        ("::1", ""),
        ("2001:db8::1", ""),
        ("ffff::", ""),
        ("", ""),
        ("evil.example", ""),
        ("8.8.8.8/x", ""),
        ("8.8.8.8/33", ""),
        ("8.8.8.8/-1", ""),
        ("\udcff", ""),
    ],
)
def test_countries(value: str, code: str) -> None:
    assert geography.country(value) == code


def test_a_network_has_the_country_of_all_its_addresses() -> None:
    pick = random.Random(4)
    for _ in range(300):
        network = ipaddress.ip_network((pick.getrandbits(32), pick.randint(22, 30)), strict=False)
        whole = geography.country(str(network))
        found = {geography.country(str(address)) for address in network}
        assert whole == (found.pop() if len(found) == 1 else "") or (len(found) > 1 and whole == "")


def test_names_of_countries() -> None:
    assert geography.country_name("EG") == "Egypt"
    assert geography.country_name("ru") == "Russia"
    assert geography.country_name("ZZ") == "ZZ"


def test_networks() -> None:
    assert networks.network("8.8.8.8") == networks.Network(15169, "GOOGLE")
    assert networks.network("2001:4860:4860::8888") == networks.Network(15169, "GOOGLE")
    assert networks.network("8.8.8.0/24") == networks.Network(15169, "GOOGLE")
    assert networks.network("192.0.2.1") is None
    assert networks.network_name(15169) == "GOOGLE"
    assert networks.network_name(64496) == ""


@pytest.mark.parametrize(
    "name", ["APT31", "apt 31", "APT-31", "Zirconium", "Violet Typhoon", "JUDGMENT PANDA", "G0128"]
)
def test_an_actor_by_any_of_its_names(name: str) -> None:
    actor = actors.find(name)[0]
    assert actor.name == "APT31"
    assert {"ZIRCONIUM", "Violet Typhoon", "JUDGMENT PANDA"} <= set(actor.aliases)
    assert (actor.attack_id, actor.attack_name, actor.country) == ("G0128", "ZIRCONIUM", "CN")
    assert actor.sources == ("misp-galaxy", "mitre-attack")
    assert "T1584.008" in actor.techniques


def test_names_of_one_actor_are_the_same() -> None:
    assert actors.same("ZIRCONIUM", "APT31")
    assert not actors.same("APT31", "APT28")
    assert actors.same("Nobody Knows", "nobody-knows")
    assert actors.find("Nobody Knows") == actors.find("") == ()


def test_every_attack_group_is_found_by_its_identifier() -> None:
    assert actors.find("G0016")[0].attack_name == "APT29"
    assert actors.find("APT28")[0].attack_id == "G0007"
    assert actors.find("Sandworm Team")[0].attack_id == "G0034"


def test_techniques() -> None:
    found = techniques.find("t1090.003 ")
    assert found == techniques.Technique(
        "T1090.003", "Multi-hop Proxy", ("command-and-control",), withdrawn=False
    )
    assert techniques.find("T9999") is None


def test_every_data_set_states_where_it_comes_from() -> None:
    known = {held.name for held in provenance.data_sets()}
    assert {"countries", "networks", "warninglists", "actors", "techniques"} <= known
    for held in provenance.data_sets():
        assert held.date[:4] in {"2019", "2025", "2026"}
        assert all((held.licence, held.title, held.source, held.packages, held.files))
    assert list(provenance.damaged()) == []
    assert provenance.reference("countries").date == "2026-06-17"


def test_the_notice_credits_every_data_set() -> None:
    notice = " ".join((Path(__file__).resolve().parents[2] / "NOTICE").read_text("utf-8").split())
    for held in provenance.data_sets():
        for package in held.packages:
            assert f"{package.name} {package.version}" in notice, package
        if held.name in {"countries", "networks", "warninglists"}:
            assert held.date in notice


def test_damage_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = provenance.folder()
    for path in whole.iterdir():
        if path.name not in {"__init__.py", "font.zst"}:
            (tmp_path / path.name).write_bytes(path.read_bytes()[: 100 if path.name == "world.zst" else None])
    monkeypatch.setattr(provenance, "folder", lambda: tmp_path)
    assert list(provenance.damaged()) == [
        "font: font.zst is missing",
        "world: world.zst is not the file that was packed",
    ]
