"""What a renderer is, and where they are found."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from traque.model import HuntResult
from traque.registry import FormatSpec, Registry, discover


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """How the reader's side looks. A renderer takes from it what it needs.

    ``width`` is in character cells. ``closing`` is a last line from the door (what its exit status
    means). ``saved`` says that the whole result is in a folder too, so that "and 12 more" can name it.
    ``language`` is that of documents for people, one of :data:`traque.reports.LANGUAGES`.
    """

    width: int = 100
    colour: bool = False
    unicode: bool = True
    closing: str = ""
    saved: str = ""
    language: str = "en"


class Renderer(FormatSpec, frozen=True, kw_only=True):
    """Turns a result into a document. ``file_name`` is its name in a folder; empty: not for files.

    ``with_hunt``: ``traque hunt --out`` writes it without being asked.
    ``render`` reads the result and the setting, nothing else, and gives the whole document; ``pieces``,
    where there is one, gives the same in pieces, so that a large one is never held as a whole.
    """

    render: Callable[[HuntResult, Setting], bytes]
    pieces: Callable[[HuntResult, Setting], Iterable[bytes]] | None = None
    file_name: str = ""
    with_hunt: bool = False
    media_type: str = "text/plain; charset=utf-8"

    def written(self, result: HuntResult, setting: Setting) -> Iterable[bytes]:
        """The document, in pieces or in one."""
        return (self.render(result, setting),) if self.pieces is None else self.pieces(result, setting)


def renderers() -> Registry[Renderer]:
    """Every renderer of this package and of the entry-point group ``traque.reports``."""
    return discover("traque.reports", Renderer)
