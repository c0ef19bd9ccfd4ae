"""JSON as publishers write it: decoded whole, with one repair and a place for each error."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from traque.errors import MalformedBulletin
from traque.expressions import expression

_STRING_OR_COMMA = expression(rb'"[^"\\]*(?:\\.[^"\\]*)*"|,(?=[ \t\r\n]*[\]}])', re.DOTALL)
_BYTE = expression(r"\(byte (\d+)\)")


def load(data: bytes, name: str) -> tuple[Any, tuple[str, ...]]:
    """The JSON value in ``data``, and notes on what was repaired (a comma before a closing bracket).

    Raises MalformedBulletin with line and column for anything else that is not JSON, and for
    nesting that is too deep to be a bulletin.
    """
    try:
        return msgspec.json.decode(data), ()
    except RecursionError:
        raise _too_deep(name) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        first = error
    repaired = _STRING_OR_COMMA.sub(_without_comma, data)
    if repaired == data:
        raise _malformed(data, first, name) from None
    try:
        value = msgspec.json.decode(repaired)
    except RecursionError:
        raise _too_deep(name) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _malformed(repaired, error, name) from None
    return value, ("a comma before a closing bracket was ignored",)


def load_lines(data: bytes, name: str) -> list[Any]:
    """The values of JSON lines; MalformedBulletin names the first line that is none."""
    values = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            try:
                values.append(msgspec.json.decode(line))
            except RecursionError:
                raise _too_deep(f"{name}, line {number}") from None
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise _malformed(line, error, name, number) from None
    return values


def text(value: object) -> str:
    """A field as text: empty for null, objects and lists."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return ""


def objects(value: object) -> list[dict[str, Any]]:
    """The objects in a list; a single object counts as a list of one, anything else as none."""
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: object) -> tuple[str, ...]:
    """The texts in a list of texts."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _without_comma(found: re.Match[bytes]) -> bytes:
    # A space keeps every later byte in its place, so that positions in errors stay true.
    return b" " if found[0] == b"," else found[0]


def _malformed(data: bytes, error: Exception, name: str, line: int | None = None) -> MalformedBulletin:
    at = int(place[1]) if (place := _BYTE.search(str(error))) else len(data)
    before = data[:at]
    column = at - (before.rfind(b"\n") + 1) + 1
    line = line or before.count(b"\n") + 1
    ended = "ends before its last bracket" if "truncated" in str(error) else "is not valid JSON here"
    return MalformedBulletin(
        f"the JSON {ended}",
        where=f"{name}, line {line}, column {column}",
        remedy="fetch the file again from its publisher",
    )


def _too_deep(name: str) -> MalformedBulletin:
    return MalformedBulletin(
        "the JSON is nested too deeply to be a bulletin", where=name, remedy="check where the file comes from"
    )
