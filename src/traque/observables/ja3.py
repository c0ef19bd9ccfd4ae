"""JA3 fingerprints of TLS clients: 32 hex digits, as :mod:`traque.observables._hash` reads them."""

from __future__ import annotations

from traque.observables._hash import fingerprint

SPEC = fingerprint("ja3", "JA3 fingerprint", "e7d705a3286e19ea42f587b344ee6865")
