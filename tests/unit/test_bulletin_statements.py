"""What prose says of a whole bulletin: window, role, actor; and what it does not say."""

from __future__ import annotations

import pytest

from traque import bulletins
from traque.bulletins._sentences import SHOWN
from traque.model import Bulletin


def read(prose: str) -> Bulletin:
    return bulletins.read_bytes(f"192.0.2.1\n198.51.100.7\n\n{prose}\n".encode(), "x.txt")


def window(prose: str) -> str:
    found = read(prose)
    taken = [said for said in found.statements if said.topic == "window" and said.taken]
    assert bool(taken) is (found.window is not None)
    return taken[0].value if taken else ""


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("Search for compromises (since the beginning of 2021) and put them in detection.", "2021-01-01/"),
        ("Rechercher des compromissions depuis début 2021 dans les journaux.", "2021-01-01/"),
        ("The campaign has been active since at least January 2021.", "2021-01-01/"),
        ("Victims were compromised between March and July 2021.", "2021-03-01/2021-08-01"),
        ("La campagne d'attaques se poursuit depuis le 1er janvier 2021.", "2021-01-01/"),
        ("APT31 compromises routers of small offices since early 2021.", "2021-01-01/"),
        ("The exploitation\nof these devices began\nin February 2021.", "2021-02-01/"),
    ],
)
def test_a_window(prose: str, expected: str) -> None:
    assert window(prose) == expected


@pytest.mark.parametrize(
    "prose",
    [
        "This bulletin was published on 21 July 2021.",
        "Bulletin on malicious addresses, updated since 3 March 2021.",
        "A patch for the exploited flaw has been available since March 2021.",
        "The group has been active since at least 2010.",
        "No activity of the attacker has been observed since March 2021.",
        "Our company has served customers since 2005.",
        "We report on attacks in this blog, founded from 2019 onwards.",
        "The attack of 3 March 2021 was loud.",
        "Copyright 2019-2021, all rights reserved.",
    ],
)
def test_no_window(prose: str) -> None:
    assert window(prose) == ""


def test_searching_counts_more_than_the_campaign() -> None:
    prose = (
        "The campaign was active between May and June 2021.\n\nSearch your logs for traces since March 2021."
    )
    assert window(prose) == "2021-03-01/"


def test_of_several_the_earliest_beginning_and_the_latest_end() -> None:
    prose = "Attacks were seen between May and June 2021. Intrusions took place between March and April 2021."
    found = read(prose).window
    assert found is not None
    assert (str(found.since)[:10], str(found.until)[:10]) == ("2021-03-01", "2021-07-01")


def test_long_before_the_others_is_history() -> None:
    prose = "The malware was used in attacks since 2008. The campaign has targeted banks since May 2021."
    assert window(prose) == "2021-05-01/"


def test_the_sentence_and_its_place() -> None:
    prose = "Title without end\n\nFirst sentence. Review the logs for\nconnections since 3 March 2021, please. Last one."
    (said,) = (s for s in read(prose).statements if s.topic == "window")
    assert said.sentence == "Review the logs for connections since 3 March 2021, please."
    assert said.where == "line 7"


def test_a_sentence_is_bounded() -> None:
    (said,) = (s for s in read("attack " * 5000 + "since March 2021").statements if s.topic == "window")
    assert len(said.sentence) <= SHOWN + 2


@pytest.mark.parametrize(
    ("prose", "role"),
    [
        ("Routers are compromised to use them as anonymization relays.", "relay"),
        ("Les adresses suivantes sont des relais d'anonymisation.", "relay"),
        ("The following C2 servers were found.", "c2"),
        ("These addresses were used as command and control servers.", "c2"),
        ("Ces domaines sont utilisés comme serveurs de commande et de contrôle.", "c2"),
        ("The listed hosts were used as exfiltration servers.", "exfiltration"),
        ("The addresses belong to victims of the attack.", "victim"),
        ("These domains were used as phishing pages.", "phishing"),
    ],
)
def test_a_role(prose: str, role: str) -> None:
    found = read(prose)
    assert found.role == role
    assert {i.role for i in found.indicators} == {role}


@pytest.mark.parametrize(
    "prose",
    [
        "The malware downloads a payload from a server and contacts its C2.",
        "Phishing remains the first vector of attacks in our country.",
        "These addresses were used as relays. These addresses were used as C2 servers.",
        "The addresses are not a C2.",
    ],
)
def test_no_role(prose: str) -> None:
    assert read(prose).role is None


def test_a_role_of_its_own_stands() -> None:
    text = b"192.0.2.1 C2\n192.0.2.2\n\nThe addresses were used as anonymisation relays.\n"
    assert [i.role for i in bulletins.read_bytes(text, "x.txt").indicators] == ["c2", "relay"]


def test_an_actor_when_only_one_is_named() -> None:
    assert read("The campaign is attributed to APT-31 by us; APT31 attacks.").actors == ("APT31",)
    assert read("APT31 and UNC1234 differ.").actors == ()
    assert read("Tactic TA0001 and FIN.").actors == ()


def test_a_bulletin_that_was_taken_back_says_so_and_is_hunted() -> None:
    found = read("This advisory has been withdrawn by its authors.")
    assert [said.topic for said in found.statements if said.taken] == ["withdrawn"]
    assert len(found.indicators) == 2
