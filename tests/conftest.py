"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

# How long an example takes is the machine's affair; a failure prints what repeats it. In CI the examples are the
# same in every run: a change is judged by what it changes.
hypothesis.settings.register_profile(
    "traque",
    deadline=None,
    derandomize="CI" in os.environ,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("traque")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real bulletins and logs; tests that need it are skipped where it is missing."""
    folder = Path(os.environ.get("TRAQUE_SAMPLES", ROOT.parent / "shared" / "data"))
    if not (folder / "README.md").is_file():
        pytest.skip(f"no sample data in {folder} (set TRAQUE_SAMPLES)")
    return folder
