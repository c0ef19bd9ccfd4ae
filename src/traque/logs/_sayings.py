"""Daemons that write sentences: what each sentence says, as data.

A :class:`Saying` is a pattern with the outcome that the sentence states. Its groups name what they hold:
``host`` and ``port`` are the source's, ``server`` and ``server_port`` the destination's; ``user``,
``action`` and the others stand in :data:`_GROUPS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final

import msgspec

from traque.logs._envelope import Envelope, text_of
from traque.logs._fields import UNSPECIFIED, fields_of, is_address, side
from traque.logs._format import Head, LineReader, RecordReader, half, share, specific
from traque.logs.syslog import reader as enveloped
from traque.logs.syslog import understand as opened_record
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

_GROUPS: Final = MappingProxyType(
    {
        "user": "user.name",
        "question": "dns.question.name",
        "type": "dns.question.type",
        "answer": "dns.resolved_ip",
        "alias": "dns.answers.name",
        "sender": "email.from.address",
        "recipient": "email.to.address",
        "path": "file.path",
        "command": "process.command_line",
        "url": "url.original",
        "related": "related.ip",
    }
)


_NOWHERE: Final = (UNSPECIFIED, "::")


class Saying(msgspec.Struct, frozen=True):
    """What a sentence says. Without ``action`` its group of that name tells it, else its first words."""

    pattern: str
    outcome: Outcome
    action: str = ""
    initiator: Initiator = Initiator.SOURCE


Message = Callable[[Envelope], Event | None]


def messages(name: str, sayings: Sequence[Saying]) -> Message:
    """A reader of enveloped messages; the first pattern that is found in one counts."""

    @cache
    def compiled() -> tuple[tuple[re.Pattern[str], Saying], ...]:
        return tuple((re.compile(saying.pattern), saying) for saying in sayings)

    def message(opened: Envelope) -> Event | None:
        for pattern, saying in compiled():
            found = pattern.search(opened.message)
            if found is not None:
                return _event(name, opened, found, saying)
        return None

    return message


def _event(name: str, opened: Envelope, found: re.Match[str], saying: Saying) -> Event:
    group = found.groupdict()
    action = saying.action or group.get("action") or " ".join(found[0].split()[:3])
    pairs: list[tuple[str, object]] = [("event.action", action)]
    for role, address, port in (("source", "host", "port"), ("destination", "server", "server_port")):
        if end := (group.get(address) or "").strip("[]"):
            # A server that listens at every address names none.
            pairs += side(role, "" if end in _NOWHERE else end, group.get(port))
    for key, ecs in _GROUPS.items():
        value = group.get(key)
        if value and (not ecs.endswith("ip") or is_address(value)):
            pairs.append((ecs, value))
    outcome = saying.outcome
    fields = fields_of(pairs, opened.fields())
    if outcome is Outcome.LOGIN_REFUSED and "user.name" not in fields:
        outcome = Outcome.REFUSED
    return Event(
        format=name,
        time=opened.time,
        fields=fields,
        initiator=saying.initiator,
        outcome=outcome,
        why=f"{name}: {action}",
    )


class OwnLines(msgspec.Struct, frozen=True):
    """The lines that a daemon writes to its own file: a time, then what ``message`` reads.

    ``prefix`` matches what stands before the message; ``times`` read the time of a line.
    """

    name: str
    prefix: str
    message: Message
    times: tuple[TimeRule, ...]

    def understand(self, record: bytes) -> Event | None:
        """What a line says; None for one that begins otherwise or says nothing known."""
        text = text_of(record)
        found = _compiled(self.prefix).match(text)
        if found is None:
            return None
        return self.message(Envelope(read(record, self.times), "", "", text[found.end() :]))

    def _sentence(self, record: bytes) -> Event | None:
        """A line of its own in words that are not known here."""
        from traque.logs import prose

        if _compiled(self.prefix).match(text_of(record)) is None:
            return None
        guessed = prose.peer_of(record) or Event(format=self.name, why="a line of no known meaning")
        return msgspec.structs.replace(guessed, time=read(record, self.times))

    def sniff(self, head: Head) -> float:
        """By the lines of its own, or by its messages in a syslog envelope."""
        own = half(head, self.understand)
        return specific(max(own, head.share_of_messages(self.name)))

    def reader(self, head: Head) -> RecordReader:
        """For its own lines and those in syslog; times are looked for where the head has more of them."""
        times = self.times
        if head.share_of_messages(self.name) > share(head, self.understand):
            syslog = enveloped(head)
            if not share(head, self.understand):
                return syslog
            times = (*syslog.times, *times)

        def understand(record: bytes) -> Event | None:
            event = self.understand(record)
            if event is None:
                event = opened_record(record)
            return event or self._sentence(record)

        return LineReader(times, understand)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
