"""What every target promises, whoever wrote it; the goldens of tests/data/exporters.

``TRAQUE_GOLDENS=write`` writes the goldens anew. With ``TRAQUE_CHECKERS=required`` a checker that is not installed
fails instead of being skipped (the continuous integration installs them).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from exporters_made import BULLETIN, HOSTILE, VALUES, items, job, random_items
from hypothesis import HealthCheck, given, settings

from traque.bulletins import read_all
from traque.detect._files import write_folder
from traque.errors import EmptyBulletin
from traque.exporters import Item, Job, Target, targets
from traque.exporters._capacity import aggregated
from traque.exporters._target import ADDRESSES
from traque.model import Observable
from traque.observables import matches_below, registry

DATA = Path(__file__).resolve().parent.parent / "data" / "exporters"
TARGETS = list(targets())
ACTIONS = [(target, action) for target in TARGETS for action in target.actions]
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]")


def by_name(thing: Target | str) -> str:
    return thing if isinstance(thing, str) else thing.name


def written(target: Target, made: Job, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / target.name
    write_folder(place, target.write(made))
    return place


def contents(place: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(place)): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()
    }


def said(target: Target, made: Job) -> set[str]:
    """What reading back must find: the items that were not listed as left out."""
    dropped = {(left.kind, left.value) for left in made.left_out}
    kinds = target.read_kinds or target.kinds
    written = (item.observable for item in made.items if (item.kind, item.value) not in dropped)
    return comparable(observable for observable in written if observable.kind in kinds)


def comparable(observables: Iterable[Observable]) -> set[str]:
    """Values; addresses and names as the fewest that stand for the same ones, because targets aggregate."""
    found = list(observables)
    covering = {each.value for each in found if matches_below(each)}
    return {
        *aggregated(each.value for each in found if each.kind in ADDRESSES),
        *(
            each.value
            for each in found
            if each.kind not in ADDRESSES
            and not (each.kind == "domain-name" and covering & above(each.value))
        ),
    }


def above(name: str) -> set[str]:
    labels = name.split(".")
    return {".".join(labels[at:]) for at in range(1, len(labels))}


def read_back(target: Target, place: Path) -> set[str]:
    """What our readers find in the files; a file without a value for a hunt (a rule over a dataset) gives none."""
    found: list[Observable] = []
    for file in (path for pattern in target.read_back for path in sorted(place.glob(pattern))):
        try:
            found += [i.observable for bulletin in read_all(file) for i in bulletin.indicators]
        except EmptyBulletin:
            continue
    kinds = target.read_kinds or target.kinds
    return comparable(observable for observable in found if observable.kind in kinds)


def passes(target: Target, place: Path) -> None:
    if target.check is None:
        return
    required = os.environ.get("TRAQUE_CHECKERS") == "required"
    for check in target.check(place):
        assert check.status != "failed", f"{check.by}: {check.detail}"
        if (
            required
            and check.status == "not-checked"
            and re.search(r"\((packages? |pip install)", check.detail)
        ):
            pytest.fail(f"the checker is required here: {check.detail}")


def test_all_targets_load() -> None:
    assert targets().failures == ()
    assert len(TARGETS) > 1


@pytest.mark.parametrize("target", TARGETS, ids=by_name)
def test_it_describes_itself(target: Target) -> None:
    known = {kind.name for kind in registry()}
    assert set(target.kinds) <= known
    assert target.kinds
    for text in (target.title, target.escaping, target.load, target.verify, target.remove):
        assert text.strip()
    assert target.limits
    assert target.sources
    assert re.fullmatch(r"[a-z0-9-]+", target.name)


@pytest.mark.parametrize(("target", "action"), ACTIONS, ids=by_name)
def test_golden(target: Target, action: str, tmp_path: Path) -> None:
    """Where an action changes nothing (a plain list) only the golden of the first is kept."""
    found = contents(written(target, job(target, action=action), tmp_path))
    golden = DATA / target.name / action
    if action != target.actions[0] and found == contents(DATA / target.name / target.actions[0]):
        assert not golden.exists()
        return
    if os.environ.get("TRAQUE_GOLDENS") == "write":
        for name, data in found.items():
            (golden / name).parent.mkdir(parents=True, exist_ok=True)
            (golden / name).write_bytes(data)
    assert found == contents(golden)
    assert found


@pytest.mark.parametrize(("target", "action"), ACTIONS, ids=by_name)
def test_the_checker_accepts_the_sample(target: Target, action: str, tmp_path: Path) -> None:
    passes(target, written(target, job(target, action=action), tmp_path))


@pytest.mark.parametrize(("target", "action"), ACTIONS, ids=by_name)
def test_hostile_words_of_a_bulletin_stay_words(target: Target, action: str, tmp_path: Path) -> None:
    made = job(target, items(VALUES, HOSTILE), bulletin=HOSTILE, action=action)
    place = written(target, made, tmp_path)
    passes(target, place)
    for data in contents(place).values():
        assert not CONTROL.search(data.decode("utf-8", "replace"))
    if target.read_back:
        assert read_back(target, place) == said(target, made)


@pytest.mark.parametrize("target", TARGETS, ids=by_name)
def test_the_same_job_gives_the_same_bytes(target: Target, tmp_path: Path) -> None:
    one = contents(written(target, job(target), tmp_path / "1"))
    assert one == contents(written(target, job(target), tmp_path / "2"))


@pytest.mark.parametrize("target", [t for t in TARGETS if t.read_back], ids=by_name)
def test_what_was_written_reads_back(target: Target, tmp_path: Path) -> None:
    made = job(target)
    assert read_back(target, written(target, made, tmp_path)) == said(target, made)


@pytest.mark.parametrize("target", TARGETS, ids=by_name)
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    print_blob=True,
)
@given(chosen=random_items())
def test_random_indicators_read_back(
    target: Target, chosen: list[Item], tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = job(target, chosen)
    if not made.items:
        return
    place = written(target, made, tmp_path_factory.mktemp("random"))
    if target.read_back and said(target, made):
        assert read_back(target, place) == said(target, made)


@pytest.mark.parametrize("target", TARGETS, ids=by_name)
def test_withdrawn_values_leave(target: Target, tmp_path: Path) -> None:
    """A value of the last export is in no file any more, but in those that remove it."""
    chosen = items(VALUES)
    first, *rest = [item for item in chosen if item.kind in target.kinds]
    made = job(target, rest, withdrawn=[first.observable], bulletin=BULLETIN)
    place = written(target, made, tmp_path)
    if target.read_back and rest:
        assert read_back(target, place) == said(target, made)
    passes(target, place)


def test_the_pages_say_what_the_modules_say() -> None:
    """`python tools/target_pages.py` writes them."""
    from target_pages import FOLDER, pages

    assert {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.md")} == dict(pages())


@pytest.mark.parametrize("target", TARGETS, ids=by_name)
def test_an_export_that_only_withdraws_still_loads(target: Target, tmp_path: Path) -> None:
    gone = [item.observable for item in items(VALUES) if item.kind in target.kinds]
    made = job(target, [], withdrawn=gone)
    passes(target, written(target, made, tmp_path))


@pytest.mark.parametrize(("target", "action"), ACTIONS, ids=by_name)
def test_scripts_and_documents_are_well_formed(target: Target, action: str, tmp_path: Path) -> None:
    """Whatever the bulletin's words are: ``sh -n``, JSON, XML; also of an export that only withdraws."""
    chosen = items(VALUES, HOSTILE)
    gone = [item.observable for item in chosen if item.kind in target.kinds]
    for number, made in enumerate(
        (
            job(target, chosen, action=action, bulletin=HOSTILE),
            job(target, [], action=action, bulletin=HOSTILE, withdrawn=gone),
        )
    ):
        for file in target.write(made):
            path = tmp_path / str(number) / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"".join(p.encode() if isinstance(p, str) else p for p in file.parts))
            well_formed(path, script=file.script)


def well_formed(path: Path, *, script: bool) -> None:
    data = path.read_bytes()
    if path.suffix == ".json":
        json.loads(data)
    elif path.suffix in (".jsonl", ".ndjson"):
        for line in data.splitlines():
            json.loads(line)
    elif path.suffix in (".xml", ".ioc"):
        ElementTree.fromstring(data)
    elif script:
        first = data.split(b"\n", 1)[0]
        assert first.startswith(b"#!")
        if first == b"#!/bin/sh":
            done = subprocess.run(["sh", "-n", path], capture_output=True, check=False)
            assert done.returncode == 0, done.stderr
        else:
            assert path.suffix != ".sh"
