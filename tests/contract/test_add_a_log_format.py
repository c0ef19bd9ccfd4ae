"""docs/add-a-log-format.md: its worked example runs as it stands there, as a third party's module."""

from __future__ import annotations

import re
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from traque import registry as registering
from traque.bulletins import from_values
from traque.hunt import HuntOptions, hunt
from traque.logs import registry
from traque.model import Event, Outcome, Verdict
from traque.timestamps import read

PAGE = Path(__file__).resolve().parents[2] / "docs" / "add-a-log-format.md"


def block(language: str) -> str:
    return re.search(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[1]  # type: ignore[index]


@pytest.fixture
def tollgate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """The page's module, installed the way the page says: through an entry point."""
    (tmp_path / "tollgate.py").write_text(block("python"), "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "tollgate", raising=False)
    point = EntryPoint("tollgate", "tollgate:SPEC", "traque.logs")
    monkeypatch.setattr(
        registering, "entry_points", lambda *, group: [point] if group == "traque.logs" else []
    )
    registry.cache_clear()
    yield registry()["tollgate"]
    registry.cache_clear()


def test_the_example_is_understood(tollgate: object) -> None:
    lines = [line.encode() for line in block("text").splitlines()]
    parsed = [tollgate.reader(None).parse(line) for line in lines]  # type: ignore[attr-defined]
    assert all(isinstance(event, Event) for event in parsed)
    assert [event.outcome for event in parsed] == [
        Outcome.LOGIN_ACCEPTED,
        Outcome.LOGIN_REFUSED,
        Outcome.DENIED,
    ]
    assert [event.time for event in parsed] == [read(line, tollgate.times) for line in lines]  # type: ignore[attr-defined]
    assert tollgate.reader(None).parse(b"2021-01-07T04:18:07Z tollgate shrug") is None  # type: ignore[attr-defined]


@pytest.mark.usefixtures("tollgate")
def test_a_hunt_uses_it(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "tollgate.log").write_text(block("text"))
    result = hunt([from_values(["192.0.2.7", "192.0.2.8", "192.0.2.9"])], [logs], options=HuntOptions(jobs=1))
    assert result.coverage.sources[0].format == "tollgate"
    assert {s.indicator.value: s.verdict for s in result.sightings} == {
        "192.0.2.7": Verdict.AUTHENTICATED,
        "192.0.2.8": Verdict.AUTH_FAILED,
        "192.0.2.9": Verdict.BLOCKED,
    }
