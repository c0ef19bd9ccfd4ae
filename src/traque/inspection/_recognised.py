"""What a source is taken for, and by what."""

from __future__ import annotations

from typing import Final

from traque import logs
from traque.hunt.search import SourceSearch
from traque.model.inspection import Guess, Recognised
from traque.sources import Source
from traque.sources.decoders import Decoder
from traque.sources.encoding import Transcoder, detect
from traque.sources.framing import framing_of
from traque.sources.recognise import encoded_container

OTHERS: Final = 3
"""Runners-up that are named."""


def recognised(
    search: SourceSearch, source: Source, decoder: Decoder | None, map_path: str, *, head: bytes, text: bytes
) -> Recognised:
    """What ``search`` took ``source`` for; ``head`` are its first bytes, ``text`` the first scanned.

    ``decoder`` is the one that reads such a source, here or not.
    """
    encoded = (decoder is None or not decoder.is_here()) and encoded_container(head, source.name)
    spec = None if encoded else logs.registry().get(search.format)
    ranking = [] if encoded else logs.rank(text, source.path)
    others = tuple(Guess(format=name, confidence=sure) for name, sure in ranking if name != search.format)[
        :OTHERS
    ]
    sure = 0.0 if encoded else search.recognition.confidence
    return Recognised(
        containers=source.container,
        encoding=search.encoding,
        decoder=decoder.title if decoder is not None else "",
        layout=_layout(head, decoder=decoder is not None, encoded=bool(encoded)),
        format=search.format,
        title=spec.title if spec is not None else "",
        confidence=sure,
        by=_by(search, sure, others, map_path, encoded=bool(encoded)),
        others=others,
        remedy=decoder.remedy if encoded and decoder is not None else "",
        knows=spec.knows if spec is not None else "",
    )


def _by(search: SourceSearch, sure: float, others: tuple[Guess, ...], map_path: str, *, encoded: bool) -> str:
    if encoded:
        return "its first bytes"
    if search.mapped is not None and search.mapped.format:
        better = (
            f"; its content looks more like {others[0].format}"
            if others and others[0].confidence > sure
            else ""
        )
        return f"given by {map_path}:{search.mapped.line}{better}"
    if search.format == "unknown":
        nearest = f"; the nearest is {others[0].format}" if others else ""
        return f"no format is sure enough of it{nearest}"
    if others and others[0].confidence == sure:
        tie = "its name" if search.format in search.path.lower() else "the order of names"
        return f"its content, and {tie} ({others[0].format} is as sure)"
    return "its content"


def _layout(head: bytes, *, decoder: bool, encoded: bool) -> str:
    if encoded:
        return "encoded values, which nothing here decodes"
    if decoder:
        return "decoded records"
    encoding = detect(head)
    text = head if encoding == "utf-8" else Transcoder(encoding).feed(head)
    if framing_of(text) is None:
        return "a line is a record"
    opening = text.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return {
        b"{": "a JSON object is a record",
        b"[": "an element of the JSON array is a record",
        b"<": "an XML element is a record",
    }.get(opening, "a group of lines is a record")
