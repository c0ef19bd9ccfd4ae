"""What a value is to the attacker, when the bulletin's own words say so.

| role | words |
|---|---|
| ``c2`` | C2, C&C, command and control, callback server; *commande et contrôle* |
| ``payload`` | payload (not MISP's "payload delivery"), dropper, download server; *charge utile* |
| ``exfiltration`` | exfiltration server, exfiltration |
| ``phishing`` | phishing, phish; *hameçonnage* |
| ``scanner`` | scanner, scanning; *scanneur* |
| ``relay`` | relay, proxy, anonymisation (also STIX's indicator type), ORB, VPN or Tor exit; *relais* |
| ``victim`` | victim; *victime*: of one value only when nothing else is said of it |

The first row that fits wins: a ``proxy router C2`` is the C2 of proxies. Only ``payload`` is said
of a file's hash: a sample that talks to a C2 is not one. ``not a C2`` states no role.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from traque.expressions import expression

_TABLE: Final = (
    (
        "c2",
        (
            r"c2s?|c&c|cnc|command[ _-](?:and|&|n)[ _-]control|callback[ _-]server"
            r"|commande[ _-]et[ _-](?:de[ _-])?contr[ôo]le"
        ),
    ),
    (
        "payload",
        (
            r"payloads?(?! delivery)|droppers?|download[ _-]server"
            r"|malware[ _-](?:hosting|distribution|download)|charges?[ _-](?:utiles?|malveillantes?)"
        ),
    ),
    ("exfiltration", r"(?:data[ _-])?exfiltration"),
    ("phishing", r"(?:spear-?)?phish(?:ing)?|hame[çc]onnage"),
    ("scanner", r"scanners?|scanning|scanneurs?"),
    (
        "relay",
        (
            r"relays?|relais|prox(?:y|ies)|anonymi[sz]ation|anonymi[sz]ers?|orbs?|(?:vpn|tor)[ _-]exit"
            r"|operational relay box(?:es)?"
        ),
    ),
)
_WORDS: Final = tuple(
    (role, re.compile(rf"(?i)(?<![^\W_])(?<!\bnot )(?<!\bnot a )(?<!\bno )(?:{words})(?![^\W_])"))
    for role, words in _TABLE
)
_VICTIM = expression(r"(?im)^\W*(?:victims?|victimes?)\W*$")
_VICTIMS = expression(
    r"(?i)\b(?:addresses|adresses|ips?|hosts?|domains?|list|liste)\s+(?:of|des?|belong(?:s|ing)?\s+to|appartenant\s+[àa]|appartiennent"
    r"\s+[àa])\s+(?:the\s+|our\s+|des\s+)?(?:victims?|victimes?)\b"
)
_NETWORK: Final = frozenset({"ipv4-addr", "ipv6-addr", "ipv4-net", "ipv6-net", "domain-name", "url"})
ADDRESSING: Final = {
    role: _NETWORK | {"email-addr"} if role == "phishing" else _NETWORK
    for role in ("c2", "payload", "exfiltration", "phishing", "scanner", "relay", "victim")
}
"""The kinds of value that a role of the whole bulletin is said of."""
_HASHES: Final = frozenset({"md5", "sha1", "sha256", "sha512"})
_LOOK: Final = 2000
"""Characters of a text that are looked at."""


def role_of(texts: Iterable[str], kind: str) -> str | None:
    """The role that ``texts`` state for a value of ``kind``, or None when they state none."""
    joined = "\n".join(text[:_LOOK] for text in texts if text)
    return _role_in(joined, kind in _HASHES) if joined else None


@lru_cache(maxsize=1024)
def _role_in(text: str, of_hash: bool) -> str | None:
    """Lists say the same of many values."""
    for role, words in _WORDS:
        if (role == "payload" or not of_hash) and words.search(text):
            return role
    return "victim" if not of_hash and _VICTIM.search(text) else None


def prose_roles(text: str) -> Iterator[tuple[str, int, int]]:
    """The roles that prose names, and where."""
    for role, words in _WORDS:
        yield from ((role, found.start(), found.end()) for found in words.finditer(text))
    yield from (("victim", found.start(), found.end()) for found in _VICTIMS.finditer(text))
