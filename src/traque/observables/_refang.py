r"""Bulletin text with its indicators written out again.

Publishers *defang* what they list, so that nobody follows it by accident, in many ways: ``evil[.]example``,
``hxxp[:]//``, ``user[at]``. :func:`refang` undoes these. It is for text that people wrote; bytes of logs
are never refanged.

======================================================  ==============================================
written                                                 read as
======================================================  ==============================================
``.`` or ``dot`` in ``[] () {}``, blanks inside, nested  ``.``
``[.`` or ``.]`` between letters or digits               ``.``
``\.`` between letters or digits                         ``.``
``:``, ``/``, ``//``, ``://``, ``:/``, ``-`` in ``[] () {}``  what is inside
``@`` or ``at`` in ``[] () {}``                          ``@``
``hxxp hxtp htxp h**p h__p`` (with ``s``) before ``:``   ``http``
``fxp f*p`` (with ``s``) before ``:``                    ``ftp``
zero-width characters, soft hyphen                       nothing
no-break and figure spaces                               a space
fullwidth ``. : / @``, ideographic full stop             ``. : / @``
======================================================  ==============================================

Blanks around the bracketed ``.`` and ``@`` go too when a letter or digit stands on both sides.
"""

from __future__ import annotations

import re

from traque.expressions import expression

_CHARACTERS = {
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), None),
    **dict.fromkeys(map(ord, "\u00a0\u2007\u202f"), " "),
    **dict.fromkeys(map(ord, "。．｡"), "."),
    ord("："): ":",
    ord("／"): "/",
    ord("＠"): "@",
}
# Runs are taken whole and never given back (possessive), so that no input is read twice.
_OPEN = r"[\[({][\[({ \t]*+"
_CLOSE = r"(?:[ \t]*+[\])}])++"
_BRACKETED = expression(rf"(?<![\[({{ \t]){_OPEN}(\.|dot|@|at|:?//?|:|-){_CLOSE}", re.IGNORECASE)
_SPACED = expression(rf"(?<=\w)[ \t]++{_OPEN}(\.|dot|@|at){_CLOSE}[ \t]*+(?=\w)", re.IGNORECASE)
_TIGHT_THEN_SPACED = expression(rf"(?<=\w){_OPEN}(\.|dot|@|at){_CLOSE}[ \t]++(?=\w)", re.IGNORECASE)
_HALF_BRACKETED = expression(r"(?<=\w)(?:\[\.|\.\]|\\+\.)(?=\w)")
_HTTP = expression(r"(?<![a-z0-9])h(?:xx|xt|tx|\*\*|__)p(s?)(?=[ \t]?[\[({]?:)", re.IGNORECASE)
_FTP = expression(r"(?<![a-z0-9])f(?:x|\*)p(s?)(?=[ \t]?[\[({]?:)", re.IGNORECASE)
_MAYBE = expression(r"[^\x00-\x7f]|[\[({\]\\]|h(?:xx|xt|tx|\*\*|__)p|f[x*]p", re.IGNORECASE)
"""What any of the above needs; most values hold none of it."""
_MEANS = {"dot": ".", "at": "@"}


def refang(text: str) -> str:
    """``text`` with every defanged writing undone. Idempotent."""
    if not _MAYBE.search(text):
        return text
    while (plainer := _once(text)) != text:
        text = plainer
    return text


def _once(text: str) -> str:
    text = text.translate(_CHARACTERS)
    text = _HTTP.sub(r"http\1", text)
    text = _FTP.sub(r"ftp\1", text)
    for pattern in (_SPACED, _TIGHT_THEN_SPACED, _BRACKETED):
        text = pattern.sub(_meaning, text)
    return _HALF_BRACKETED.sub(".", text)


def _meaning(found: re.Match[str]) -> str:
    return _MEANS.get(found[1].lower(), found[1])
