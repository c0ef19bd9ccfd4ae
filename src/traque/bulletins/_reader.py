"""BulletinReader: what a module of this package states of itself."""

from __future__ import annotations

from collections.abc import Callable

from traque.model import Bulletin
from traque.registry import FormatSpec


class BulletinReader(FormatSpec, frozen=True, kw_only=True):
    """One bulletin format.

    Both functions get UTF-8 without a byte order mark, whatever the file's own encoding was; those of a
    ``binary`` format get the bytes as they are.
    ``sniff(head, name)`` looks at the first :data:`HEAD` bytes and says how sure it is, from 0
    (not mine) to 1; content decides, the file's extension only breaks a tie. ``read(data, name)``
    returns one bulletin for each that the file holds (a MISP export may hold many events), with an
    empty ``id`` where the content states none, and raises MalformedBulletin when the content does
    not hold to the format. A bulletin without indicators is returned, not raised: its refusals are
    part of the answer.
    """

    extensions: tuple[str, ...]
    sniff: Callable[[bytes, str], float]
    read: Callable[[bytes, str], tuple[Bulletin, ...]]
    binary: bool = False


HEAD = 64 * 1024
"""Bytes of a file that readers are shown for recognition."""
