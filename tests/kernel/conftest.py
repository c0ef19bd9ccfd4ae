"""Every matching rule is tested under both engines."""

from __future__ import annotations

import importlib

import pytest
from kernel_tools import Search

ENGINES = {"python": "traque.scan.oracle", "kernel": "traque.scan.kernel"}


@pytest.fixture(params=sorted(ENGINES))
def search(request: pytest.FixtureRequest) -> Search:
    """The rules under one engine; the kernel is skipped where the extension is not built."""
    try:
        module = importlib.import_module(ENGINES[request.param])
        module.compile([])
    except ImportError as error:
        pytest.skip(f"engine {request.param}: {error}")
    return Search(module.compile)
