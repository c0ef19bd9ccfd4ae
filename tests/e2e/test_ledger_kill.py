"""Writers of a ledger that are killed at random moments; ``tools/kill_ledger.py`` does it at length."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from kill_ledger import Rounds


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_and_nothing_doubled(tmp_path: Path, seed: int) -> None:
    rounds = Rounds(tmp_path, seed)
    done = Counter[str]()
    for what in rounds.run(60):
        done[what] += 1
        if done.total() >= 6 and rounds.kills >= 3:  # some are killed when their work is done
            break
    assert rounds.kills >= 3
