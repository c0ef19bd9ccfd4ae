"""JA3S fingerprints of TLS servers: 32 hex digits, as :mod:`traque.observables._hash` reads them."""

from __future__ import annotations

from traque.observables._hash import fingerprint

SPEC = fingerprint("ja3s", "JA3S fingerprint", "ae4edc6faf64d08308082ad26be60767")
