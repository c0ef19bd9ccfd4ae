"""Lines of a bulletin's text that are not what they look like: rules, paths, labels, hosts files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from traque.bulletins._words import alternatives, words
from traque.expressions import expression

_YARA = expression(r"\s*(?:(?:private|global)\s+)*rule\s+(\w+)\s*(?::[\w\s]*)?(?:\{|$)")
_YARA_END = expression(r"\s*\}\s*$")
_YARA_LONGEST: Final = 2000
"""Lines within which a rule must end; what does not is no rule."""

NETWORK_RULE = expression(r"\s*(?:alert|drop|reject|pass)\s+[a-z0-9-]+\s+\S+\s+\S+\s+(?:->|<>)\s.*\bsid\s*:")
"""A Suricata or Snort rule."""

HOSTS_ENTRY = expression(r"\s*(?:0\.0\.0\.0|127\.0\.0\.1|::1?)\s+(?=\S*[.:])")
"""The sink address at the start of a hosts-file line: it is not what the line lists."""

HOSTS_NAMES = expression(
    r"(?:[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){1,126}\.?[ \t\r]*(?:[ \t]|$)){1,16}"
)
"""What stands behind it: nothing but names, which may end like files (``update.sh``)."""

HOSTS_OWN = expression(
    r"(?i)\s*(?P<address>127\.0\.\d+\.\d+|255\.255\.255\.255|0\.0\.0\.0|::1|(?:fe80|ff0\d|fe00)::[\w%]*)\s+"
    r"(?:localhost|local|broadcasthost|ip6-|0\.0\.0\.0\s*(?:#|$))"
)
"""What every hosts file begins with."""

PATH = expression(
    r"(?<![A-Za-z0-9])[A-Za-z]:\\[^\s\"'<>|*?]+(?:\\[^\"'<>|*?:\t]+?\.\w{1,5}\b)?|%[A-Za-z]+%\\[^\s\"'<>|*?]+"
)
"""A Windows path."""

FILE_LABEL = expression(
    r"(?i)\s*(?:[•*-]\s*)?(?:file ?names?|file ?paths?|pdb(?: path)?)\s*[:=]\s*(?P<value>\S.*?)\s*$"
)
"""``File name: evil.exe``."""

HASH_LABEL = expression(r"(?i)[\s•*-]*(?:md-?5|sha-?(?:1|256|512)|hash(?:es)?)\s*[:=]?\s*$")
"""A label on a line of its own, above the value."""

REFERENCE_LABEL = expression(
    r"(?i)[\s•*-]*(?:ref(?:erence)?s?|sources?|reports?|links?|blog|see(?: also)?|more(?: info)?|contact)\s*:"
)
READ_MORE = expression(
    r"(?i)[\s•*>-]*(?:read|see|visit|learn|find|details|follow|more|lire|voir|consulte[rz]|plus)\s+(?!the\s+following)\w*"
)
"""A line that sends the reader on (``Read https://...``)."""
REFERENCE_HEADING = expression(
    r"(?i)[\s#=*\d.]*(?:references?|sources?|further reading|links?|contacts?)[\s:=*]*$"
)
"""What stands behind the label or below the heading is for reading, not for searching."""

VERSION = expression(r"(?i)\b(?:v|ver|version|firmware|build|release|update)\.?\s*$")
"""Text right before four numbers that are a version."""

CODE_NAME = expression(r"[a-z]+(?:[A-Z][a-z]+)+\.[a-z]+")
"""``clientInfo.name``: camel case in a name of two labels."""

ALMOST = expression(
    r"(?<![\w.])(?:\d{1,5}(?:\.\d{1,5}){3}(?:/\d{1,3})?|(?=[a-f]*\d)[0-9a-f]{31,130}|(?=[A-F]*\d)[0-9A-F]{31,130})(?![\w.]*\w)"
)
"""What has the shape of an address or a hash; a finder that passes it over has a reason."""

_FROM_LIST: Final = r"(?:_from_(?:the|this|our)_(?:list|bulletin|advisory))"
TAKEN_BACK = words(
    rf"""
    (?<!not\s)(?<!not\sbeen\s)(?:withdrawn|retracted|delisted)
    (?:has|have|was|were|is|are)_(?:been_|now_)?(?:retired|removed{_FROM_LIST})
    (?:is|are|was|were|as)_(?:an?_)?false(?:-|_)positives?
    (?:no_longer|not)_(?:considered_|regarded_as_)?(?:malicious|an?_indicators?|indicators|to_be_(?:hunted|blocked))
    (?:retir|supprim)[ée]+e?s?_de_(?:la|cette)_liste (?:a|ont)_[ée]t[ée]_retir[ée]+e?s?
    (?:est|sont)_(?:un_|des_)?faux(?:-|_)positifs?
    (?:n['’]est|ne_sont)_plus_(?:consid[ée]r[ée]+e?s?|malveillante?s?|[àa]_rechercher)
    """
)
"""A row or a sentence that takes back the values in it."""

_WITHDRAWN: Final = alternatives(
    rf"withdrawn retracted retired delisted removed{_FROM_LIST} retir[ée]+e?s?(?:_de_(?:la|cette)_liste)?"
)
TAKEN_BACK_HEADING = expression(
    rf"(?i)[\W\d]*(?:[\w'’ -]{{0,60}}\b(?<!not )(?:{_WITHDRAWN})"
    r"|(?:known\s+|confirmed\s+)?false[ -]positives?|faux[ -]positifs?(?:\s+confirm[ée]+s)?)[\W\d]*"
)
"""A heading that takes back the values below it."""

_OTHER_HASHES: Final = (
    (
        "x509-certificate",
        re.compile(r"(?i)\bx\.?509\b|\bcertificates?\b|\b(?:tls|ssl)[ _-](?:cert\w*|fingerprints?)\b"),
    ),
    ("ja3s", re.compile(r"(?i)\bja3s\b")),
    ("ja3", re.compile(r"(?i)\bja[34]\b")),
    ("hassh", re.compile(r"(?i)\bhassh\b")),
    ("imphash", re.compile(r"(?i)\bimp-?hash\b")),
)


def yara_rule(lines: Sequence[str], index: int) -> tuple[str, int] | None:
    """The name of the YARA rule that begins at ``index``, and how many lines it takes."""
    begun = _YARA.match(lines[index])
    if not begun:
        return None
    for after, line in enumerate(lines[index + 1 : index + _YARA_LONGEST], 2):
        if _YARA.match(line):  # rules do not nest: the one before was none
            return None
        if _YARA_END.match(line):
            body = "\n".join(lines[index : index + after])
            return (begun[1], after) if "condition:" in body else None
    return None


def other_hash(texts: Sequence[str]) -> str | None:
    """What a hash is when the words around it say that it is not a file's."""
    around = "\n".join(texts)
    return next((kind for kind, words in _OTHER_HASHES if words.search(around)), None)
