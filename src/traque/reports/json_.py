r"""The result document as JSON, and back: ``load(render(result)) == result``.

Two-space indents, keys in a fixed order with ``schema`` first, UTF-8. Characters that could act on
a terminal are written as ``\uXXXX`` escapes, which JSON reads back as the same text.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from traque.errors import TraqueError
from traque.expressions import expression
from traque.model import HuntResult
from traque.model.inspection import Inspection
from traque.model.result import SCHEMA
from traque.model.seal import digest
from traque.reports._renderer import Renderer, Setting

_UNSAFE: Final = expression(
    "[\x7f-\x9f\xad\u061c\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""DEL, C1 and format characters: JSON may hold them raw, a terminal had better not see them."""


def dump(result: HuntResult | Inspection) -> bytes:
    """The document, ending with a line end; a result with its digest (:mod:`traque.model.seal`)."""
    fields = {name: getattr(result, name) for name in result.__struct_fields__}
    if isinstance(result, HuntResult):
        return document({"schema": result.schema, "digest": digest_of(result)} | fields)
    return document({"schema": result.schema} | fields)


def digest_of(result: HuntResult) -> str:
    """The digest of the document that :func:`dump` writes of a result."""
    fields = {name: getattr(result, name) for name in result.__struct_fields__}
    try:
        return digest(fields)
    except UnicodeEncodeError:
        return digest(valid(msgspec.to_builtins(fields)))


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
    try:
        schema = msgspec.json.decode(data, type=_Named).schema
        if schema != SCHEMA:
            raise TraqueError(
                f"this document is {schema!r}, not {SCHEMA!r}",
                remedy="read it with the version of traque that wrote it",
            )
        return msgspec.json.decode(data, type=HuntResult)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TraqueError(
            f"not a hunt result: {error}", remedy="expected the output of traque hunt --json"
        ) from error


class _Named(msgspec.Struct, frozen=True):
    schema: str


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


SPEC = Renderer(
    name="json",
    title="the whole result document, for programs; reloads into the same result",
    render=_render,
    file_name="result.json",
    with_hunt=True,
    media_type="application/json",
)
