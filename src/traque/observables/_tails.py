"""What may follow an address after a dot.

tcpdump and pf write ``address.port`` or ``address.service``. Any other dotted continuation makes the
address part of something else: a version, an OID, a longer name (often reversed: DNSBL, PTR).
"""

from __future__ import annotations

from traque.expressions import expression

_LABEL_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
_LABEL_MOST = 63
_DOT_LABEL = expression(rb"\.[A-Za-z0-9_-]")
_PORT = expression(rb"[1-9][0-9]{0,4}")
_PORT_MOST = 65535


def stands_alone(record: bytes, end: int) -> bool:
    """Whether an address that ends at ``end`` is not continued by a dot into something else.

    ``L`` is the run of ASCII letters, digits, ``-`` and ``_`` after ``.``:

    - no dot, or an empty ``L`` (the end of a sentence): it stands alone;
    - ``L`` begins with a digit: only as a port 1-65535 without leading zero that is all of ``L`` and is not
      followed by another ``.L``;
    - else ``L`` is one service name: only if no dot follows it. Beyond 63 bytes it is no label at all, and
      bounds nothing.
    """
    if record[end : end + 1] != b".":
        return True
    window = record[end + 1 : end + 2 + _LABEL_MOST]
    label = window[: len(window) - len(window.lstrip(_LABEL_BYTES))]
    after = end + 1 + len(label)
    if label[:1].isdigit():
        return is_port(label) and not _DOT_LABEL.match(record, after)
    return not 0 < len(label) <= _LABEL_MOST or record[after : after + 1] != b"."


def is_port(digits: bytes) -> bool:
    """Whether ``digits`` is a decimal port from 1 to 65535 without leading zero."""
    return _PORT.fullmatch(digits) is not None and int(digits) <= _PORT_MOST
