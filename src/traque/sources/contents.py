"""What a source is told by, whatever it is called and however it is wrapped: its text, or its bytes."""

from __future__ import annotations

from collections.abc import Iterable

from traque.errors import SourceError
from traque.sources.decoders import decoder_for
from traque.sources.duplicates import Beginning, ContentDigest, Reopenable, beginning
from traque.sources.encoding import detect
from traque.sources.opening import Source
from traque.sources.recognise import encoded_container


def head_of(source: Source) -> Beginning:
    """By what sources that may hold the same are told at a glance."""
    return beginning(source.head())


def digest_for(source: Source, at: Iterable[int] = ()) -> ContentDigest:
    """The digest of a source, about to be fed; ``at`` are lengths of its text that are of interest too."""
    head = source.head()
    is_binary = decoder_for(head, source.name) is not None or bool(encoded_container(head, source.name))
    return ContentDigest(detect(head), is_text=not is_binary, at=at)


def beginnings(whole: Reopenable, sizes: Iterable[int]) -> dict[int, str]:
    """The digests of the first bytes of the text of a source: as many as ``sizes`` name and there are."""
    wanted = set(sizes)
    try:
        source = whole.reopen()
        digest = digest_for(source, wanted)
        for chunk in source.chunks():
            digest.feed(chunk)
            if len(digest.beginnings) == len(wanted):
                return digest.beginnings
        digest.finish()
    except SourceError:
        return {}
    return digest.beginnings
