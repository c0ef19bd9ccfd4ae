r"""The result document as JSON, and back: ``load(render(result)) == result``.

Two-space indents, keys in a fixed order with ``schema`` first, UTF-8. Characters that could act on
a terminal are written as ``\uXXXX`` escapes, which JSON reads back as the same text.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from traque.errors import TraqueError
from traque.expressions import expression
from traque.model import HuntResult, Sighting
from traque.model.inspection import Inspection
from traque.model.result import SCHEMA
from traque.model.seal import canonical
from traque.reports._renderer import Renderer, Setting

_UNSAFE: Final = expression(
    "[\x7f-\x9f\xad\u061c\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""DEL, C1 and format characters: JSON may hold them raw, a terminal had better not see them."""
_TOGETHER: Final = 100
"""Members of a list that are written at a time."""
_AT_ONCE: Final = 1_000
"""Sightings that are read of a file before its pages are let go."""


def dump(result: HuntResult | Inspection) -> bytes:
    """The document, ending with a line end; a result with its digest (:mod:`traque.model.seal`)."""
    if isinstance(result, HuntResult):
        return b"".join(pieces(result))
    fields = {name: getattr(result, name) for name in result.__struct_fields__}
    return document({"schema": result.schema} | fields)


def pieces(result: HuntResult) -> Iterator[bytes]:
    """The document of a result, a part of each list at a time: it may be larger than what else there is."""
    yield laid_out({"schema": result.schema, "digest": digest_of(result)})[: -len(b"\n}")]
    for name in result.__struct_fields__:
        if name == "schema":
            continue
        content = getattr(result, name)
        yield f',\n  "{name}": '.encode()
        if not isinstance(content, tuple) or not content:
            yield laid_out(content, 1)
            continue
        for number, part in enumerate(_parts(content)):
            yield b"," if number else b"["
            yield laid_out(part, 1)[len(b"[") : -len(b"\n  ]")]
        yield b"\n  ]"
    yield b"\n}\n"


def digest_of(result: HuntResult) -> str:
    """The digest of the document that :func:`dump` writes of a result."""
    hashed = hashlib.sha256()
    for place, name in enumerate(sorted(result.__struct_fields__)):
        hashed.update(f'{"," if place else "{"}"{name}":'.encode())
        content = getattr(result, name)
        if not isinstance(content, tuple):
            hashed.update(_canonical(content))
            continue
        hashed.update(b"[")
        for number, part in enumerate(_parts(content)):
            hashed.update(b"," if number else b"")
            hashed.update(_canonical(part)[len(b"[") : -len(b"]")])
        hashed.update(b"]")
    hashed.update(b"}")
    return hashed.hexdigest()


def _parts(content: tuple[object, ...]) -> Iterator[tuple[object, ...]]:
    return (content[begin : begin + _TOGETHER] for begin in range(0, len(content), _TOGETHER))


def _canonical(content: object) -> bytes:
    try:
        return canonical(content)
    except UnicodeEncodeError:
        return canonical(valid(msgspec.to_builtins(content)))


def laid_out(content: object, depth: int = 0) -> bytes:
    """A part of such a document, whose lines behind the first are ``depth`` levels deeper."""
    text = _safe(msgspec.json.format(_encode(content), indent=2))
    return text.replace(b"\n", b"\n" + b"  " * depth) if depth else text


def document(content: object) -> bytes:
    """Any content as JSON, laid out and made safe as :func:`dump` does."""
    return _safe(msgspec.json.format(_encode(content), indent=2) + b"\n")


def line(content: object) -> bytes:
    """Any content as JSON on one line, made safe as :func:`dump` does, with its line end."""
    return _safe(_encode(content) + b"\n")


def _encode(content: object) -> bytes:
    try:
        return msgspec.json.encode(content)
    except UnicodeEncodeError:
        return msgspec.json.encode(valid(msgspec.to_builtins(content)))


def _safe(text: bytes) -> bytes:
    if text.isascii() and b"\x7f" not in text:
        return text
    return _UNSAFE.sub(_escape, text.decode()).encode()


def load(data: bytes | str) -> HuntResult:
    """The result that :func:`dump` wrote. TraqueError when ``data`` is not one."""
    with _as_result():
        _check_schema(data)
        return msgspec.json.decode(data, type=HuntResult)


def load_file(path: Path, largest: int) -> HuntResult:
    """The result in a file, of which no more is held at once than what is made of it.

    OSError when it cannot be read, TraqueError when it is no result.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if not 0 < size <= largest or not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return load(file.read(largest))
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    with _as_result():
        _check_schema(data)
        begun = msgspec.json.decode(data, type=_Begun)
        decoder = msgspec.json.Decoder(Sighting)
        sightings = []
        for number, raw in enumerate(begun.sightings):
            if number % _AT_ONCE == 0 and hasattr(data, "madvise"):
                data.madvise(mmap.MADV_DONTNEED)  # its pages count as ours while they are there
            sightings.append(decoder.decode(raw))
        fields = {name: getattr(begun, name) for name in HuntResult.__struct_fields__}
        return HuntResult(**fields | {"sightings": tuple(sightings)})


@contextmanager
def _as_result() -> Iterator[None]:
    try:
        yield
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TraqueError(
            f"not a hunt result: {error}", remedy="expected the output of traque hunt --json"
        ) from error


def _check_schema(data: bytes | str | mmap.mmap) -> None:
    schema = msgspec.json.decode(data, type=_Named).schema
    if schema != SCHEMA:
        raise TraqueError(
            f"this document is {schema!r}, not {SCHEMA!r}",
            remedy="read it with the version of traque that wrote it",
        )


class _Named(msgspec.Struct, frozen=True):
    schema: str


class _Begun(HuntResult, frozen=True, kw_only=True):
    """A result whose sightings are still text."""

    sightings: tuple[msgspec.Raw, ...]  # type: ignore[assignment]


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code <= 0xFFFF:  # one UTF-16 unit (RFC 8259, section 7)
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def valid(part: Any) -> Any:
    """``part`` with lone surrogates (a file name's undecodable bytes) spelt out: UTF-8 cannot hold them."""
    if isinstance(part, str):
        return part if part.isascii() else part.encode("utf-8", "backslashreplace").decode()
    if isinstance(part, dict):
        return {valid(key): valid(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [valid(item) for item in part]
    return part


def _render(result: HuntResult, _setting: Setting) -> bytes:
    return dump(result)


def _pieces(result: HuntResult, _setting: Setting) -> Iterator[bytes]:
    return pieces(result)


SPEC = Renderer(
    name="json",
    title="the whole result document, for programs; reloads into the same result",
    render=_render,
    pieces=_pieces,
    file_name="result.json",
    with_hunt=True,
    media_type="application/json",
)
