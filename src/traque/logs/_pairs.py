"""``key=value`` text: FortiGate, logfmt, and the extension of CEF's relatives."""

from __future__ import annotations

import re
from functools import cache


def pairs_of(text: str) -> dict[str, str]:
    r"""The pairs in ``text``, the first of each key. A value is bare or quoted, where ``\"`` is a quote."""
    found: dict[str, str] = {}
    for key, quoted, bare in _pair().findall(text):
        if key not in found:
            found[key] = quoted.replace('\\"', '"').replace("\\\\", "\\") if quoted else bare
    return found


@cache
def _pair() -> re.Pattern[str]:
    # The look-behind keeps a long word without "=" from being tried at each of its letters.
    return re.compile(r'(?<![\w.\-@])([A-Za-z_@][\w.\-@]*+)=(?:"((?:[^"\\]|\\.)*+)"|([^\s,;"]*+))', re.DOTALL)
