"""What a value is to the attacker, when the bulletin's own words say so.

| role | words |
|---|---|
| ``c2`` | C2, C&C, command and control, command-and-control, callback server |
| ``payload`` | payload (not MISP's "payload delivery"), dropper, download server, malware hosting |
| ``phishing`` | phishing, phish |
| ``scanner`` | scanner, scanning |
| ``relay`` | relay, proxy, anonymisation, anonymization (STIX's indicator type), ORB, VPN exit |

The first row that fits wins: a ``proxy router C2`` is the C2 of proxies. Only ``payload`` is said
of a file's hash: a sample that talks to a C2 is not one. ``not a C2`` states no role.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_TABLE: Final = (
    ("c2", r"c2s?|c&c|cnc|command[ _-](?:and|&|n)[ _-]control|callback[ _-]server"),
    (
        "payload",
        r"payloads?(?! delivery)|droppers?|download[ _-]server|malware[ _-](?:hosting|distribution|download)",
    ),
    ("phishing", r"(?:spear-?)?phish(?:ing)?"),
    ("scanner", r"scanners?|scanning"),
    ("relay", r"relays?|prox(?:y|ies)|anonymi[sz]ation|anonymi[sz]ers?|orbs?|vpn[ _-]exit"),
)
_WORDS: Final = tuple(
    (role, re.compile(rf"(?i)(?<![^\W_])(?<!\bnot )(?<!\bnot a )(?<!\bno )(?:{words})(?![^\W_])"))
    for role, words in _TABLE
)
_HASHES: Final = frozenset({"md5", "sha1", "sha256", "sha512"})
_LOOK: Final = 2000
"""Characters of a text that are looked at."""


def role_of(texts: Iterable[str], kind: str) -> str | None:
    """The role that ``texts`` state for a value of ``kind``, or None when they state none."""
    joined = "\n".join(text[:_LOOK] for text in texts if text)
    for role, words in _WORDS:
        if (role == "payload" or kind not in _HASHES) and words.search(joined):
            return role
    return None
