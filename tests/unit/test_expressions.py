"""Expressions are compiled when they are first used, and are then like any other."""

from __future__ import annotations

import re

import pytest

from traque.expressions import expression


def test_answers_as_a_compiled_one() -> None:
    late, now = expression(r"(?P<a>\d+)b", re.IGNORECASE), re.compile(r"(?P<a>\d+)b", re.IGNORECASE)
    text = "x12B 3b"
    assert [found["a"] for found in late.finditer(text)] == [found["a"] for found in now.finditer(text)]
    assert late.sub("-", text) == now.sub("-", text)
    assert (late.pattern, late.flags, late.groups) == (now.pattern, now.flags, now.groups)
    assert late.match(text) is None


def test_is_compiled_once_and_late(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[object] = []
    real = re.compile
    monkeypatch.setattr(re, "compile", lambda *given: compiled.append(given) or real(*given))
    late = expression(b"a+")
    assert compiled == []
    assert late.fullmatch(b"aa")
    assert late.search(b"ba")
    assert compiled == [(b"a+", 0)]


def test_a_bad_one_is_told_when_it_is_used() -> None:
    with pytest.raises(re.error):
        expression("(").match("")
    with pytest.raises(AttributeError):
        _ = expression("a").nothing  # type: ignore[attr-defined]
