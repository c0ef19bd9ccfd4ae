"""What every registered bulletin reader owes: words, samples, goldens, and no claim on others' files.

Samples stand in ``tests/data/bulletins/<name>/``: ``good*`` must be read by this reader and equal the
golden beside it, ``malformed*`` must be refused in words, ``lookalike*`` must not be taken by this reader.
Goldens are written anew with ``TRAQUE_UPDATE_GOLDENS=1``; read the difference before you commit it.
"""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path

import msgspec
import pytest

from traque import bulletins
from traque.bulletins._reader import HEAD
from traque.errors import BulletinError, EmptyBulletin, UnrecognisedBulletin, UsageError
from traque.model import Bulletin

FOLDER = Path(__file__).resolve().parent.parent / "data" / "bulletins"
ROLES = {"good", "malformed", "lookalike"}
WRAPPERS = {"zip"}
"""Readers whose bulletins keep the formats of the files inside."""
NAMES = [reader.name for reader in bulletins.registry()]


def samples(name: str, role: str) -> list[Path]:
    found = sorted(p for p in (FOLDER / name).glob(f"{role}*") if not p.name.endswith(".golden.json"))
    assert found, f"tests/data/bulletins/{name} has no {role} sample"
    return found


def every(role: str) -> list[object]:
    return [
        pytest.param(name, path, id=f"{name}/{path.name}") for name in NAMES for path in samples(name, role)
    ]


def chosen(path: Path) -> str | None:
    """The reader that takes the file, None for a refusal of all."""
    try:
        return bulletins.read_all(path)[0].format
    except EmptyBulletin:
        return "empty"
    except UnrecognisedBulletin:
        return None


@pytest.mark.parametrize("name", NAMES)
def test_reader_describes_itself(name: str) -> None:
    reader = bulletins.registry()[name]
    module = importlib.import_module(reader.read.__module__)
    assert module.__doc__
    assert name.replace("-", "_") == module.__name__.rpartition(".")[2]
    assert reader.title
    assert all(ending.startswith(".") and ending == ending.lower() for ending in reader.extensions)


def test_no_reader_failed_to_load() -> None:
    assert not bulletins.registry().failures


@pytest.mark.parametrize("name", NAMES)
def test_no_orphan_among_the_samples(name: str) -> None:
    for path in (FOLDER / name).iterdir():
        assert path.name.split(".")[0].split("-")[0] in ROLES, path
        if path.name.endswith(".golden.json"):
            assert path.with_name(path.name.removesuffix(".golden.json")).is_file(), path


def _without_paths(bulletin: Bulletin) -> Bulletin:
    said = tuple(msgspec.structs.replace(each, path="") for each in bulletin.statements)
    return msgspec.structs.replace(bulletin, path="", statements=said)


@pytest.mark.parametrize(("name", "path"), every("good"))
def test_good_sample_equals_its_golden(name: str, path: Path) -> None:
    found = bulletins.read_all(path)
    assert name in WRAPPERS or {bulletin.format for bulletin in found} == {name}
    stated = [_without_paths(bulletin) for bulletin in found]
    text = json.dumps(msgspec.to_builtins(stated), indent=1, ensure_ascii=False) + "\n"
    golden = path.with_name(path.name + ".golden.json")
    if os.environ.get("TRAQUE_UPDATE_GOLDENS"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
    assert msgspec.json.decode(text, type=list[Bulletin]) == stated


@pytest.mark.parametrize(("name", "path"), every("good"))
def test_good_sample_is_claimed_most_by_its_own_reader(name: str, path: Path) -> None:
    head = path.read_bytes().removeprefix(b"\xef\xbb\xbf")[:HEAD]
    scores = {reader.name: reader.sniff(head, "no-name") for reader in bulletins.registry()}
    assert all(0 <= score <= 1 for score in scores.values())
    assert max(scores, key=lambda other: scores[other]) == name, scores


@pytest.mark.parametrize(("name", "path"), every("good"))
def test_indicators_are_canonical_and_name_their_bulletin(name: str, path: Path) -> None:
    from traque import observables

    for bulletin in bulletins.read_all(path):
        seen = [indicator.observable for indicator in bulletin.indicators]
        assert len(seen) == len(set(seen))
        for indicator in bulletin.indicators:
            assert indicator.bulletin == bulletin.id
            assert indicator.observable.kind in observables.registry()
            again = observables.canonical(indicator.observable.kind, indicator.observable.value)
            assert again == indicator.observable
        for refusal in bulletin.refused:
            assert refusal.code
            assert refusal.reason
            assert refusal.where


@pytest.mark.parametrize(("name", "path"), every("malformed"))
def test_malformed_sample_is_refused_in_words(name: str, path: Path) -> None:
    with pytest.raises(BulletinError) as refusal:
        bulletins.read_all(path)
    assert str(path) in refusal.value.where
    assert refusal.value.what
    assert refusal.value.remedy


@pytest.mark.parametrize(("name", "path"), every("lookalike"))
def test_lookalike_is_not_taken(name: str, path: Path) -> None:
    assert chosen(path) != name


@pytest.mark.parametrize(("name", "path"), every("good"))
def test_a_good_sample_cut_anywhere_never_crashes(name: str, path: Path) -> None:
    data = path.read_bytes()
    for end in range(1, len(data), max(1, len(data) // 40)):
        try:
            bulletins.read_bytes(data[:end], path.name)
        except (BulletinError, UsageError) as error:
            assert error.where  # noqa: PT017 (either outcome is right)
