"""A bulletin of several files: prose beside a list, and updates that change or withdraw."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from traque import bulletins
from traque.model import Bulletin, Statement

CSV = "value,tlp\n192.0.2.1,green\n192.0.2.2,green\n198.51.100.7,green\n"
ARTICLE = (
    "A wave of attacks\n\nThe agency says that UNC4242 compromises routers to use them as anonymisation relays.\n"
    "Search for compromises since the beginning of 2021. TLP:AMBER\nRead https://blog.example/post for more.\n"
)


def load(folder: Path, **files: str) -> list[Bulletin]:
    """The bulletins of files whose names are written with ``_`` for the dot, in that order."""
    paths = []
    for name, text in files.items():
        path = folder / name.replace("_", ".", 1)
        path.write_text(text, "utf-8")
        paths.append(str(path))
    return bulletins.load(paths)


def held(bulletin: Bulletin) -> set[str]:
    return {indicator.observable.value for indicator in bulletin.indicators}


def taken(bulletin: Bulletin, topic: str) -> list[Statement]:
    return [said for said in bulletin.statements if said.taken and said.topic == topic]


@pytest.mark.parametrize("first", ["list", "article"])
def test_context_from_the_prose_values_from_the_list(first: str, tmp_path: Path) -> None:
    files = {"list_csv": CSV, "article_txt": ARTICLE}
    (found,) = load(tmp_path, **dict(sorted(files.items(), reverse=first == "list")))
    assert found.id == "list"
    assert held(found) == {"192.0.2.1", "192.0.2.2", "198.51.100.7"}
    assert found.window is not None
    assert str(found.window.since)[:10] == "2021-01-01"
    (said,) = taken(found, "window")
    assert said.sentence == "Search for compromises since the beginning of 2021."
    assert said.path.endswith("article.txt")
    assert {i.role for i in found.indicators} == {"relay"}
    assert found.actors == ("UNC4242",)
    assert {i.actors for i in found.indicators} == {("UNC4242",)}
    assert found.tlp == "amber"
    assert [Path(path).name for path in found.paths] == ["list.csv", "article.txt"]
    assert not any(refused.value.startswith("https://") for refused in found.refused)


def test_the_list_alone_states_no_window(tmp_path: Path) -> None:
    (found,) = load(tmp_path, list_csv=CSV)
    assert (found.window, found.role, found.statements) == (None, None, ())


def test_context_for_all_beside_it(tmp_path: Path) -> None:
    one, two = load(tmp_path, one_csv=CSV, two_csv="value\n203.0.113.9\n", article_txt=ARTICLE)
    assert one.window == two.window is not None
    assert one.role == two.role == "relay"


def test_context_for_bare_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("article.txt").write_text(ARTICLE)
    (found,) = bulletins.load(["203.0.113.9", "article.txt"])
    assert found.window is not None
    assert found.indicators[0].role == "relay"


def test_prose_that_names_a_bulletin_belongs_to_it_alone(tmp_path: Path) -> None:
    article = ARTICLE + "It is about CERTFR-2099-IOC-003.\n"
    files = {"CERTFR-2099-IOC-003_csv": CSV, "other_csv": "value\n203.0.113.9\n", "article_txt": article}
    named, other = load(tmp_path, **files)
    assert named.window is not None
    assert (other.window, other.role) == (None, None)


def test_prose_that_names_the_bulletin_may_add_values(tmp_path: Path) -> None:
    update = "Update of CERTFR-2099-IOC-003\n203.0.113.9 C2\n"
    (found,) = load(tmp_path, **{"CERTFR-2099-IOC-003_csv": CSV, "update_txt": update})
    assert held(found) == {"192.0.2.1", "192.0.2.2", "198.51.100.7", "203.0.113.9"}


def test_a_page_that_repeats_some_of_the_list(tmp_path: Path) -> None:
    (found,) = load(tmp_path, list_csv=CSV, page_txt=f"{ARTICLE}\n192.0.2.1\n192.0.2.2\n")
    assert found.window is not None
    assert len(found.indicators) == 3


def test_lists_stay_apart(tmp_path: Path) -> None:
    assert len(load(tmp_path, one_csv=CSV, two_txt="192.0.2.1\n192.0.2.2\n")) == 2


def test_an_update_in_prose_withdraws(tmp_path: Path) -> None:
    update = "Update\n\nThe address 192.0.2.2 has been withdrawn: it belongs to a university.\n"
    (found,) = load(tmp_path, list_csv=CSV, update_txt=update)
    assert held(found) == {"192.0.2.1", "198.51.100.7"}
    (refused,) = found.refused
    assert (refused.value, refused.code, refused.kind) == ("192.0.2.2", "withdrawn", "ipv4-addr")
    assert "university" in refused.reason
    assert "update.txt" in refused.reason


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("192.0.2.1 has been withdrawn", {"192.0.2.1"}),
        ("Withdrawn:\n192.0.2.1\n192.0.2.2", {"192.0.2.1", "192.0.2.2"}),
        ("The following addresses have been withdrawn:\n192.0.2.1", {"192.0.2.1"}),
        ("L'adresse 192.0.2.1 a été retirée de la liste.", {"192.0.2.1"}),
        ("Marqueurs retirés :\n192.0.2.1", {"192.0.2.1"}),
        ("192.0.2.1 is a false positive", {"192.0.2.1"}),
        ("192.0.2.1 n'est plus considérée comme malveillante", {"192.0.2.1"}),
        ("192.0.2.1 has not been withdrawn", set()),
        ("These rules may yield false positives:\n192.0.2.1", set()),
        ("192.0.2.1 (few false positives expected)", set()),
        ("192.0.2.1 C2, its certificate was revoked", set()),
    ],
)
def test_words_that_take_back(text: str, gone: set[str]) -> None:
    found = bulletins.read_bytes(f"203.0.113.9\n\n{text}\n".encode(), "x.txt")
    assert {r.value for r in found.refused if r.code == "withdrawn"} == gone
    assert not held(found) & gone


def test_an_update_in_prose_changes_a_role(tmp_path: Path) -> None:
    (found,) = load(
        tmp_path,
        **{
            "CERTFR-2099-IOC-003_csv": "value,description\n192.0.2.1,proxy\n192.0.2.2,proxy\n",
            "update_txt": "CERTFR-2099-IOC-003, update\n\n192.0.2.1  C2\n",
        },
    )
    assert {i.observable.value: i.role for i in found.indicators} == {"192.0.2.1": "c2", "192.0.2.2": "relay"}
    assert any("changes the role of 1 value" in note for note in found.notes)


def bundle(modified: str, *, revoked: bool = False, pattern: str = "192.0.2.2") -> str:
    shared = {"spec_version": "2.1", "created": "2021-01-01T00:00:00Z"}
    report = {
        "type": "report",
        "id": "report--6c000000-0000-4000-8000-00000000aaaa",
        "name": "relays",
        "published": "2021-01-01T00:00:00Z",
        "modified": modified,
        "object_refs": [],
        **shared,
    }
    indicator = {
        "type": "indicator",
        "id": "indicator--6c000000-0000-4000-8000-00000000bbbb",
        "pattern": f"[ipv4-addr:value = '{pattern}']",
        "pattern_type": "stix",
        "valid_from": "2021-01-01T00:00:00Z",
        "modified": modified,
        "revoked": revoked,
        **shared,
    }
    other = {**indicator, "id": "indicator--6c000000-0000-4000-8000-00000000cccc", "revoked": False}
    other["pattern"] = "[ipv4-addr:value = '192.0.2.9']"
    return json.dumps({"type": "bundle", "id": "bundle--1", "objects": [report, indicator, other]})


@pytest.mark.parametrize("order", [("old", "new"), ("new", "old")])
def test_a_later_version_revokes_whatever_the_order(order: tuple[str, str], tmp_path: Path) -> None:
    texts = {"old": bundle("2021-02-01T00:00:00Z"), "new": bundle("2021-03-01T00:00:00Z", revoked=True)}
    (found,) = load(tmp_path, **{f"{name}_json": texts[name] for name in order})
    assert held(found) == {"192.0.2.9"}
    assert [r.value for r in found.refused if r.code == "withdrawn"] == ["192.0.2.2"]


def test_a_later_version_takes_up_again(tmp_path: Path) -> None:
    (found,) = load(
        tmp_path,
        one_json=bundle("2021-02-01T00:00:00Z", revoked=True),
        two_json=bundle("2021-03-01T00:00:00Z"),
    )
    assert held(found) == {"192.0.2.2", "192.0.2.9"}
    assert not [r for r in found.refused if r.code == "withdrawn"]


def misp(timestamp: int, **more: object) -> str:
    attribute = {"type": "ip-dst", "value": "192.0.2.1", "to_ids": True, "timestamp": str(timestamp), **more}
    kept = {"type": "ip-dst", "value": "192.0.2.9", "to_ids": True, "timestamp": "1600000000"}
    event = {"uuid": "event-1", "info": "x", "date": "2021-06-01", "Attribute": [attribute, kept]}
    return json.dumps({"Event": event})


def test_a_deleted_misp_attribute_withdraws(tmp_path: Path) -> None:
    (found,) = load(tmp_path, old_json=misp(1600000000), new_json=misp(1700000000, deleted=True))
    assert held(found) == {"192.0.2.9"}
    assert found.refused[0].reason.startswith("the publisher deleted it")


def test_a_misp_report_is_prose(tmp_path: Path) -> None:
    event = json.loads(misp(1600000000))
    event["Event"]["EventReport"] = [
        {"name": "r", "content": "# Title\n\nSearch for intrusions since May 2021."}
    ]
    (found,) = load(tmp_path, event_json=json.dumps(event))
    assert found.window is not None
    assert taken(found, "window")[0].where == "report r"


def test_a_stix_report_is_prose(tmp_path: Path) -> None:
    document = json.loads(bundle("2021-08-01T00:00:00Z"))
    document["objects"][0]["published"] = "2021-08-01T00:00:00Z"
    document["objects"][0]["description"] = "The campaign was active between March and May 2021."
    (found,) = load(tmp_path, bundle_json=json.dumps(document))
    assert taken(found, "window")[0].value == "2021-03-01/2021-06-01"
