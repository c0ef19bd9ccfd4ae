"""Writers of a ledger that are killed at random moments; ``tools/kill_ledger.py`` does it at length."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from kill_ledger import Rounds


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_and_nothing_doubled(tmp_path: Path, seed: int) -> None:
    rounds = Rounds(tmp_path, seed)
    done = Counter(rounds.run(6))
    assert done.total() == 6
    assert rounds.kills >= 3
