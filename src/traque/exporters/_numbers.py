"""Rule numbers that stay the same from one export to the next (Suricata's ``sid``, Wazuh's ids)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


class Numbers:
    """Gives each key a number in a range.

    A key keeps the number that ``known`` holds for it. A new one gets the number that its hash names, or the
    next free one; so two exports agree without any state unless two keys of one range collide.
    """

    def __init__(self, known: Mapping[str, int]) -> None:
        self._given = dict(known)
        self._taken = set(known.values())

    def give(self, key: str, low: int, high: int) -> int:
        """A number in ``low <= n < high``. Raises OverflowError when the range is full."""
        known = self._given.get(key)
        if known is not None and low <= known < high:
            return known
        first = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % (high - low)
        for step in range(high - low):
            number = low + (first + step) % (high - low)
            if number not in self._taken:
                self._given[key] = number
                self._taken.add(number)
                return number
        raise OverflowError(f"no number is left between {low} and {high}")

    @property
    def given(self) -> dict[str, int]:
        """Every key with its number, in the order of keys."""
        return dict(sorted(self._given.items()))
