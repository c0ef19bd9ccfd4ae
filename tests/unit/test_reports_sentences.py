"""Sentences of a result in French: each one that the code can write has a French form."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import reports_sample as sample

import traque
from traque.logs import registry
from traque.logs._losses import AUDIT, SAMPLED, SYSLOG, WINDOWS
from traque.reports import Setting, renderers
from traque.reports._language import asset, words
from traque.reports._sentences import LONGEST, Sentences

SRC = Path(traque.__file__).parent
WRITERS = [
    *(
        SRC / "triage" / f"{name}.py"
        for name in ["cases", "explain", "judge", "leads", "plan", "residents", "visibility"]
    ),
    SRC / "hunt" / "owning.py",
    SRC / "hunt" / "second_look.py",
    SRC / "proof" / "merged_leads.py",
]
PAIRS = msgspec.json.decode(asset("messages/sentences.fr.json"), type=list[tuple[str, str]])
ENGLISH = "\n".join(english for english, _ in PAIRS)
NOT_SHOWN = {"less confidence", "network.direction"}
"""Looked for in records, never written."""


def pieces(path: Path) -> Iterator[tuple[int, str]]:
    """The words between the holes of each text of a module that is a sentence or a part of one."""
    tree = ast.parse(path.read_text("utf-8"))
    prose = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            text = node.value.strip(" ,;:().")
            if " " in text and re.search("[a-z]{2}", text) and text not in NOT_SHOWN:
                yield node.lineno, text


@pytest.mark.parametrize("path", WRITERS, ids=lambda path: path.stem)
def test_every_text_of_the_code_stands_in_a_sentence(path: Path) -> None:
    missing = [f"{path.name}:{line}: {text}" for line, text in pieces(path) if text not in ENGLISH]
    assert not missing


def test_every_loss_has_a_french_form() -> None:
    texts = {word.text for spec in registry() for word in spec.losses}
    texts |= {spec.limit for spec in registry() if spec.limit}
    texts |= {word.text for word in (*AUDIT, *SAMPLED, *SYSLOG, *WINDOWS)}
    assert {text for text in texts if words("fr").known(text) is None} == set()


def test_holes_of_both_forms_are_the_same() -> None:
    for english, french in PAIRS:
        assert set(re.findall(r"\{(\w+)[?*#]?\}", english)) == set(re.findall(r"\{(\w+)\}", french))
        assert not re.search(r" [:;?!]", french), french


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("a control denied it", "un équipement de filtrage l’a refusée"),
        ("opened by the indicator; HTTP 404", "ouvert par l’indicateur\u00a0; HTTP 404"),
        (
            (
                "probes from 2 addresses, then failed log-ins over 40 accounts from 3 addresses, then jdoe accepted "
                "from 198.51.100.9, which no bulletin lists, at 2021-03-01 04:18:07 UTC"
            ),
            (
                "sondes depuis 2 adresses, puis connexions refusées sur 40 comptes depuis 3 adresses, puis jdoe accepté "
                "depuis 198.51.100.9, qu’aucun bulletin ne liste, le 2021-03-01 04:18:07 UTC"
            ),
        ),
        ("its format never says: outbound, session", "son format ne dit jamais\u00a0: sortant, session"),
        (
            (
                "198.51.100.9 is on no list, and has the same account (a) as 192.0.2.1 and 1 more, the same network "
                "(198.51.100.0/24) as 192.0.2.1, on the same days"
            ),
            (
                "198.51.100.9 n’est sur aucune liste et a le même compte (a) que 192.0.2.1 et 1 autre, le même réseau "
                "(198.51.100.0/24) que 192.0.2.1, les mêmes jours"
            ),
        ),
    ],
)
def test_translations(english: str, french: str) -> None:
    assert words("fr").sentence(english) == french
    assert words("en").sentence(english) == english


def test_what_is_no_sentence_stays_as_it_is() -> None:
    for text in ("", "Accepted password", "one, two", "x" * (LONGEST + 1), "a; b", "first, then second"):
        assert words("fr").known(text) is None
        assert words("fr").sentence(text) == text


def test_hostile_names_cost_no_more_than_their_length() -> None:
    hard = "probes from " + ", then ".join(["1 address"] * 300)
    assert words("fr").known(hard[:LONGEST]) is None
    assert words("fr").known("; ".join(["opened by the indicator"] * 100)) is not None


def test_a_table_of_one_pair() -> None:
    table = Sentences([("{a} saw {b#} of {c*}", "{c} : {a}, {b}"), ("cats", "chats")], {}.get)
    assert table.translated("Anna saw 3 of cats") == "chats : Anna, 3"
    assert table.translated("Anna saw many of cats") is None
    assert table.translated("Anna saw 3 of dogs") is None
    assert table.translated(" saw 3 of cats") is None


def test_the_french_page_has_no_english_sentence() -> None:
    """Of what the sample says beyond log text and free words of people."""
    page = renderers()["html"].render(sample.assessed(sample.result()), Setting(language="fr")).decode()
    assert "failed log-ins over" not in page
    assert "connexions refusées sur 40 comptes" in page
