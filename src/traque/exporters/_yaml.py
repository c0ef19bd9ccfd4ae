"""YAML strings that mean what they hold, whatever they hold."""

from __future__ import annotations

import re

_ESCAPED = re.compile(r'["\\]|[^\x20-\x7e\xa1-\u1fff\u2c00-\ud7ff\uf900-\ufdff]')


def quoted(text: str) -> str:
    r"""``text`` as a double-quoted scalar (YAML 1.2, section 7.3.1).

    ``"`` and ``\`` get a backslash before them. What YAML does not print, what hides in a terminal and what
    is beyond the basic plane becomes its code point (``\x85``, ``\u202e``, ``\U0001f600``).
    """
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    if char in '"\\':
        return f"\\{char}"
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
