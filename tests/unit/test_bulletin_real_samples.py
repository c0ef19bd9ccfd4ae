"""Every real sample is read, or refused with a reason; the counts were checked by hand.

``tests/data/bulletins/README.md`` says how each count in ``real-counts.json`` was checked. Write it anew with
``TRAQUE_UPDATE_GOLDENS=1``, and check what changed in the same way.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from traque import bulletins
from traque.errors import BulletinError, EmptyBulletin, UnrecognisedBulletin
from traque.model import Bulletin

GOLDEN = Path(__file__).resolve().parent.parent / "data" / "bulletins" / "real-counts.json"
FOLDERS = ("certfr", "misp", "stix2", "csv", "text", "stix1", "openioc", "documents", "taxii")


def counts(path: Path) -> dict[str, object]:
    try:
        found = bulletins.read_all(path)
    except BulletinError as error:
        return {"error": type(error).__name__, "what": error.what}
    return {
        "format": found[0].format,
        "bulletins": len(found),
        "indicators": dict(sorted(Counter(i.observable.kind for b in found for i in b.indicators).items())),
        "refused": dict(
            sorted(Counter(f"{r.code} {r.kind or '-'}" for b in found for r in b.refused).items())
        ),
    }


def test_counts_by_kind(samples: Path) -> None:
    found = {
        f"{folder}/{path.name}": counts(path)
        for folder in FOLDERS
        for path in sorted((samples / "bulletins" / folder).iterdir())
    }
    if os.environ.get("TRAQUE_UPDATE_GOLDENS"):
        GOLDEN.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert found == json.loads(GOLDEN.read_text(encoding="utf-8"))


def pairs(bulletin: Bulletin) -> dict[tuple[str, str], str | None]:
    return {(i.observable.kind, i.observable.value): i.role for i in bulletin.indicators}


def test_the_two_forms_of_one_publication_agree(samples: Path) -> None:
    stix = bulletins.read(samples / "bulletins" / "stix2" / "sekoia-2021-11-10-apt31.jsonl")
    table = bulletins.read(samples / "bulletins" / "csv" / "sekoia-2021-11-10-apt31.csv")
    assert pairs(stix) == pairs(table)
    assert {(i.observable, i.tlp, i.confidence, i.valid_from, i.valid_until) for i in stix.indicators} == {
        (i.observable, i.tlp, i.confidence, i.valid_from, i.valid_until) for i in table.indicators
    }
    assert stix.actors == ("APT31",)


def test_the_story(samples: Path) -> None:
    found = bulletins.read(samples / "bulletins" / "certfr" / "CERTFR-2021-IOC-003-IOC.csv")
    assert found.id == "CERTFR-2021-IOC-003"
    assert (found.tlp, found.actors, found.producer, found.window) == ("clear", ("APT31",), "CERT-FR", None)
    assert str(found.published) == "2021-07-20 00:00:00+00:00"
    held = {i.observable.value for i in found.indicators}
    assert {"105.157.234.0", "197.53.21.0"} <= held
    assert {i.role for i in found.indicators} == {None}


def test_the_article_is_context_beside_the_list(samples: Path) -> None:
    folder = samples / "bulletins" / "certfr"
    article, listed = folder / "press-article-2021-07.txt", folder / "CERTFR-2021-IOC-003-IOC.csv"
    with pytest.raises(EmptyBulletin):
        bulletins.read(article)
    (found,) = bulletins.load([str(listed), str(article)])
    assert len(found.indicators) == 161
    assert any("press-article" in note for note in found.notes)


def test_victims_are_never_indicators(samples: Path) -> None:
    found = bulletins.read(samples / "bulletins" / "csv" / "Accellion FTA target list.csv")
    assert {i.observable.value for i in found.indicators} == {
        "209.58.189.165",
        "138.124.180.16",
        "79.141.160.170",
        "155.94.160.40",
        "194.88.104.24",
        "79.141.162.82",
        "192.154.253.120",
    }
    assert {i.role for i in found.indicators} == {"c2"}


def test_paths_and_rules_give_no_names(samples: Path) -> None:
    for name in ("ZuoRAT_IoCs.txt", "KVbotnet_IOCs.txt", "Raptor_Train_IOCs.txt", "Hiatus_IoCs.txt"):
        found = bulletins.read(samples / "bulletins" / "text" / name)
        names = {i.observable.value for i in found.indicators if i.observable.kind == "domain-name"}
        assert not any(value.endswith((".sh", ".a", ".pdb", ".php", ".txt")) for value in names)


def test_json_of_another_kind_is_refused_with_its_reason(samples: Path) -> None:
    with pytest.raises(UnrecognisedBulletin, match="what its values mean is not known"):
        bulletins.read(samples / "bulletins" / "misp" / "rqz-dnsduvel_blocklist.json")
