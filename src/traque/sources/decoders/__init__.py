"""Decoders: binary sources whose values are encoded, as lines of JSON that are searched like any log.

A decoder is one module with a ``SPEC`` (:class:`Decoder`), nothing else edited. :func:`decoder_for` answers
which one reads a source. What a decoder writes is native: the field names of the format, with ``@format``
and ``@timestamp`` first where the format has no JSON form of its own; a log format reads them.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from traque.registry import ImportFailure, Registry, discover
from traque.sources.decoders._decoder import NONE, Carried, Decoded, Decoder, Definitions, Faults, Reading

__all__ = [
    "NONE",
    "Carried",
    "Decoded",
    "Decoder",
    "Definitions",
    "Faults",
    "Reading",
    "decoder_for",
    "failures",
    "registry",
]

_NEAR: Final = 4096


@cache
def registry() -> Registry[Decoder]:
    """Every decoder, by name."""
    return discover("traque.sources.decoders", Decoder)


def failures() -> tuple[ImportFailure, ...]:
    """The decoders that could not be imported; none as long as no source had a use for any."""
    return registry().failures if registry.cache_info().currsize else ()


def decoder_for(head: bytes, name: str) -> Decoder | None:
    """The decoder of a source, by its first bytes (and its base name, where these do not suffice)."""
    if b"\0" not in head[:_NEAR]:
        return None
    return next((decoder for decoder in registry() if decoder.recognise(head, name)), None)
