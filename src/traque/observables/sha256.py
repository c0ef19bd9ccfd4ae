"""SHA-256 hashes; how they stand in a record: :mod:`traque.observables._hash`."""

from __future__ import annotations

from traque.observables._hash import spec

SPEC = spec("sha256", "SHA-256 hash", "f1d2c3b4a5968778695a4b3c2d1e0f00" * 2)
