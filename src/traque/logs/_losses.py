"""The words by which a log says what it does not hold; each format's own stand in its module.

Sources: rsyslog ``runtime/ratelimit.c``, systemd ``journald-server.c`` and ``journald-kmsg.c``, syslog-ng
``logqueue``, Linux ``lib/ratelimit.c``, ``kernel/printk`` and ``kernel/audit.c``, audit ``auditd-event.c``.
``message repeated 3 times`` is none: nothing is lost there.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import Final

import msgspec

from traque.logs._envelope import open_envelope


class Amount(StrEnum):
    """What the number is that a record states beside a loss."""

    NONE = "none"
    LOST = "lost"
    """So many were lost since the record before; none with 0."""
    TOTAL = "total"
    """So many were lost since the device began: only what is more than before counts."""
    RATE = "rate"
    """Of so many one is kept; nothing is said with 0 or 1. Stands in every record: not all are looked at."""
    SHARE = "share"
    """A share that was lost; none with 0."""


class LossWord(msgspec.Struct, frozen=True):
    """A word in a record that says what the log does not hold: ``code``, the word, and what it means.

    ``dropped`` tells that records are missing, not only that there was nothing to record. ``says`` is an
    expression (bytes) that the record must hold too; its first group, if it has one, is the number that
    ``amount`` tells about. ``beside``: it holds for the sources of the same format in the same folder too.
    ``head``: the word counts only in sources that begin with a line that holds this. Words that begin like
    what every record holds cost time.
    """

    code: str
    word: bytes
    text: str
    dropped: bool = True
    says: bytes = b""
    amount: Amount = Amount.NONE
    beside: bool = False
    head: bytes = b""


AUDIT: Final = (
    LossWord("audit-lost", b"audit_lost=", "the kernel lost audit records", says=rb"audit_lost=[1-9]"),
    LossWord("audit-lost", b"kauditd hold queue overflow", "the kernel lost audit records"),
    LossWord("audit-lost", b" full - dropping event", "the kernel lost audit records"),
    LossWord("audit-lost", b"dispatch err (pipe full) event lost", "the kernel lost audit records"),
)
SYSLOG: Final = (
    LossWord(
        "rate-limited",
        b"due to rate-limiting",
        "rsyslog dropped messages: its rate limit",
        says=rb"begin[^\n]* due to rate-|: ([0-9]{1,12}) messages lost|lost ([0-9]{1,12}) messages",
        amount=Amount.LOST,
    ),
    LossWord(
        "rate-limited",
        b"Suppressed ",
        "journald dropped messages: its rate limit",
        says=rb"Suppressed ([0-9]{1,12}) messages from ",
        amount=Amount.LOST,
    ),
    LossWord(
        "journal-missed",
        b"Forwarding to syslog missed ",
        "journald did not hand over messages to syslog",
        says=rb"missed ([0-9]{1,12}) messages",
        amount=Amount.LOST,
    ),
    LossWord(
        "journal-missed",
        b"Missed ",
        "journald missed messages of the kernel",
        says=rb"Missed ([0-9]{1,12}) kernel messages",
        amount=Amount.LOST,
    ),
    LossWord(
        "kernel-limited",
        b"callbacks suppressed",
        "the kernel dropped messages: its rate limit",
        says=rb"([0-9]{1,12}) callbacks suppressed",
        amount=Amount.LOST,
    ),
    LossWord(
        "kernel-limited",
        b"messages suppressed",
        "the kernel dropped messages: its rate limit",
        says=rb"([0-9]{1,12}) messages suppressed",
        amount=Amount.LOST,
    ),
    LossWord(
        "queue-full", b"Destination queue full, dropping message", "syslog-ng dropped messages: a full queue"
    ),
    *AUDIT,
)
"""In any file in a syslog envelope, and in journals."""

WINDOWS: Final = (
    LossWord(
        "log-cleared",
        b"Microsoft-Windows-Eventlog",
        "the log was cleared",
        says=rb'"EventI[Dd]":[^,0-9]{0,60}(?:104|1102)\b',
    ),
    LossWord(
        "events-dropped",
        b"Microsoft-Windows-Eventlog",
        "Windows dropped events, or its log was full",
        says=rb'"EventI[Dd]":[^,0-9]{0,60}(?:1101|1104)\b',
    ),
)
"""Of Windows, where its events are in JSON."""

SAMPLED: Final = (
    LossWord(
        "sampled",
        b"ampling",
        "only a sample of the packets was looked at",
        says=rb'ampling_?(?:[Rr]ate|[Ii]nterval)"\s{0,4}:\s{0,4}"?([0-9]{1,10})',
        amount=Amount.RATE,
    ),
    LossWord(
        "sampled",
        b"samplerRandomInterval",
        "only a sample of the packets was looked at",
        says=rb'samplerRandomInterval"\s{0,4}:\s{0,4}([0-9]{1,10})',
        amount=Amount.RATE,
    ),
)
"""In flow records as documents: of the netflow decoder, goflow, pmacct, Filebeat, ElastiFlow."""


def loss_words(name: str, head: bytes) -> tuple[LossWord, ...]:
    """The words for a source of the format of that name, that begins with ``head``."""
    lines = [line for line in head[:4096].split(b"\n", 8)[:8] if line.strip()]
    words, by_head = _words(name, enveloped=any(open_envelope(line) is not None for line in lines[:3]))
    return tuple(_fitting(words, lines)) if by_head else words


def _fitting(words: tuple[LossWord, ...], lines: list[bytes]) -> Iterator[LossWord]:
    return (word for word in words if not word.head or any(word.head in line for line in lines))


@cache
def _words(name: str, *, enveloped: bool) -> tuple[tuple[LossWord, ...], bool]:
    """All words that a source of a format may hold, and whether some of them ask for a head."""
    from traque.logs import registry

    spec = registry().get(name)
    words = spec.losses if spec is not None else ()
    if enveloped:
        words = tuple(dict.fromkeys((*words, *_enveloped())))
    return words, any(word.head for word in words)


@cache
def _enveloped() -> tuple[LossWord, ...]:
    """What any message in a syslog envelope may say: a relay's file holds those of many devices."""
    from traque.logs import registry

    messages = [word for spec in registry() if spec.message is not None for word in spec.losses]
    rare = [word for word in messages if word.amount is not Amount.RATE]
    return tuple(dict.fromkeys((*SYSLOG, *rare)))
