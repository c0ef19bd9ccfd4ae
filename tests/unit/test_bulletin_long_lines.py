"""Lines of any length are read in time that grows with their length: a quadratic rule would not end here."""

from __future__ import annotations

import pytest

from traque.bulletins import read_bytes

LENGTH = 200_000
UNITS = [
    " ",
    "\t",
    "\u00a0",
    "- ",
    "# ",
    "| ",
    "[.",
    "a.",
    "a1",
    "md5 ",
    "v ",
    "see: ",
    "file name ",
    "c:\\a b",
]


@pytest.mark.parametrize("name", ["list.txt", "page.md"])
@pytest.mark.parametrize("unit", UNITS, ids=[unit.strip() or f"blank-{ord(unit):x}" for unit in UNITS])
def test_a_long_line_is_read_in_linear_time(unit: str, name: str) -> None:
    text = f"192.0.2.1\n\n{unit * (LENGTH // len(unit))}x\n\n192.0.2.2\n"
    values = {indicator.observable.value for indicator in read_bytes(text.encode(), name).indicators}
    assert {"192.0.2.1", "192.0.2.2"} <= values
