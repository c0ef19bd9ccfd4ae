"""What a log format is, and how one is chosen for a source.

A format is one module with a ``SPEC``. There are three ways to take part, and a format may use several:

* its **records** are its own (a web server's lines, Zeek's tables): ``sniff`` and ``reader``;
* its **messages** ride in a syslog envelope: ``programs`` (or ``begins``) and ``message``;
* its records are **documents**, JSON objects that may be mixed with others: ``document``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

import msgspec

from traque.logs._documents import decode
from traque.logs._envelope import Envelope
from traque.logs._losses import LossWord
from traque.model import Event, Outcome, Shape, TimeRule
from traque.registry import FormatSpec
from traque.timestamps import read

AUTO: Final = (TimeRule("auto"),)
"""Where nothing is known of a format, its times are looked for."""

WHOLE: Final = 4096
"""A shorter head is a whole source, and its last line is whole."""

LINES: Final = 400
SAMPLED: Final = 40
"""Recognition looks at this many lines, spread over the first :data:`LINES`."""


class Head(msgspec.Struct, frozen=True):
    """The beginning of a source: its first lines without their ends, its name, and the bytes.

    ``sample`` are lines to judge a format by, evenly spread and without comments. What several formats
    ask of them is answered once: ``messages`` are the formats that know the messages in their syslog
    envelopes (None for no envelope), ``documents`` the JSON objects that they are (None for none).
    """

    lines: tuple[bytes, ...]
    name: str
    data: bytes
    sample: tuple[bytes, ...] = ()
    messages: tuple[str | None, ...] = ()
    documents: tuple[Mapping[str, object] | None, ...] = ()

    def share_of_messages(self, name: str) -> float:
        """The share of sampled lines whose enveloped message the format of that name knows."""
        return self.messages.count(name) / len(self.messages) if self.messages else 0.0

    def share_of_documents(self, accepts: Callable[[Mapping[str, object]], object]) -> float:
        """The share of sampled lines that are documents which ``accepts`` holds to be its own."""
        found = sum(1 for document in self.documents if document is not None and accepts(document))
        return found / len(self.documents) if self.documents else 0.0


class RecordReader(Protocol):
    """Reads the records of one source; keeps no state between records."""

    @property
    def times(self) -> tuple[TimeRule, ...]:
        """Where the time of a record stands, for :func:`traque.timestamps.read` and the kernel."""

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes of its records (:attr:`LogFormat.shapes`); none where each record is judged."""

    def parse(self, record: bytes) -> Event | None:
        """What the record says, or None if it is not understood. Never raises, whatever the bytes."""


class LineReader(msgspec.Struct, frozen=True):
    """A reader made of a function."""

    times: tuple[TimeRule, ...]
    understand: Callable[[bytes], Event | None]
    shapes: tuple[Shape, ...] = ()

    def parse(self, record: bytes) -> Event | None:
        """What the record says, or None if it is not understood."""
        return self.understand(record)


class LogFormat(FormatSpec, frozen=True, kw_only=True):
    """A log format's SPEC.

    ``example`` is one record; ``knows`` tells people how the format knows initiator and outcome. ``sniff``
    answers how sure it is that a source is its own, from 0 to ``ceiling`` (vague formats are asked last);
    ``reader`` is asked only after that. ``programs`` are syslog program names whose messages ``message``
    reads (a final ``*`` stands for any ending), ``begins`` are beginnings of messages that it reads
    whatever the program, ``marks`` are texts that stand anywhere in them. ``linewise`` formats have no
    header: the reader of one source reads every other whose lines look alike. ``utc``: times without a zone
    are UTC by the format's own definition, whatever the zone of the machine.

    ``shapes`` say, as data for the kernel, which records are judged alike: by their *parts*, which
    an expression's named groups are, or the values of :class:`traque.model.Members`. An expression is over
    bytes and matches a whole record, in the syntax that Python and Rust share, without Unicode and without
    named groups inside others. A part's name, but for digits at its end, is its role:

    * ``time``: the record's time;
    * ``free``: changes nothing that a judgement reads;
    * ``path``: likewise, but where only the host of a URL was found: path and query;
    * ``count``: a number of which only counts whether it is 0, 1 or more;
    * ``source_bytes``, ``destination_bytes``: such numbers, and these fields, which are summed;
    * ``source``, ``destination``, ``domain``: an end of the exchange, ``url.domain``: an address or a name;
      ``source_ip``, ``destination_ip``: an address;
    * ``source_port``, ``destination_port``; ``account`` (``user.name``).

    The last three lines are *values*: that text, as it stands, is what the event has in those fields
    (:data:`traque.hunt.kinds.VALUE_FIELDS`); each value is counted. Of addresses it decides whether they are
    inside.

    **The contract**: of two records of one kind, ``reader`` understands both, and the events are the same in
    all that a judgement reads (:mod:`traque.triage.locate` and ``judge``: initiator, outcome, endpoints, the
    responder's port, account, device, bytes, direction, names), but for the fields of values and sums, the
    time, and text that stands in ``free`` parts as it stands in the field. A part in which an indicator
    stands is taken as it is. All bytes outside parts make records of different kinds, so they may be matched
    loosely. Where an optional part is present, it stays present. ``message_shapes`` are the same for messages
    in a syslog envelope, from the program's name on.

    ``outcomes`` are all that its records can have; empty where that depends on what they carry. ``losses``
    are words of records that tell of missing ones. In ``flows`` each direction of a connection may be a
    record.
    """

    example: bytes
    knows: str
    sniff: Callable[[Head], float]
    reader: Callable[[Head], RecordReader]
    ceiling: float = 1.0
    times: tuple[TimeRule, ...] = AUTO
    linewise: bool = False
    programs: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    utc: bool = False
    message: Callable[[Envelope], Event | None] | None = None
    document: Callable[[Mapping[str, object]], Event | None] | None = None
    shapes: tuple[Shape, ...] = ()
    message_shapes: tuple[str, ...] = ()
    outcomes: frozenset[Outcome] = frozenset()
    losses: tuple[LossWord, ...] = ()
    limit: str = ""
    """What its devices leave out without a word, unless set up otherwise: a sentence for people."""
    flows: bool = False


class Recognition(msgspec.Struct, frozen=True):
    """The format chosen for a source; ``unknown`` has a reader that reads only times.

    ``utc``: times without a zone are UTC (:class:`LogFormat`).
    """

    format: str
    confidence: float
    reader: RecordReader
    utc: bool = False


def head_of(data: bytes, name: str, classify: Callable[[bytes], str | None]) -> Head:
    """The head that formats judge. UTF-16 is made UTF-8 first; a last line that may be cut is left out.

    ``classify`` names the format of a line's enveloped message (:func:`traque.logs.syslog.classify`).
    """
    data = _as_utf8(data)
    lines = data.splitlines()
    if len(data) >= WHOLE and len(lines) > 1 and not data.endswith((b"\n", b"\r")):
        lines.pop()
    first = tuple(line for line in lines if line.strip())[:LINES]
    content = [line for line in first if not line.startswith(b"#")]
    sample = tuple(content[:: max(1, len(content) // SAMPLED)][:SAMPLED])
    messages, documents = tuple(map(classify, sample)), tuple(map(decode, sample))
    return Head(first, name, data, sample, messages, documents)


def _as_utf8(data: bytes) -> bytes:
    start = data[:512]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").encode()
    if len(start) >= 4 and start[1::2].count(0) * 10 > len(start) * 4 and not start[::2].count(0):
        return data.decode("utf-16-le", "replace").encode()
    return data.removeprefix(b"\xef\xbb\xbf")


def share(head: Head, accepts: Callable[[bytes], object]) -> float:
    """The share of sampled lines that ``accepts`` holds to be its own."""
    lines = head.sample
    return sum(1 for line in lines if accepts(line)) / len(lines) if lines else 0.0


def half(head: Head, accepts: Callable[[bytes], object]) -> float:
    """As :func:`share`, but 0 where it is less than half, for which not every line needs to be asked."""
    lines = head.sample
    most = len(lines) // 2
    misses = 0
    for line in lines:
        if not accepts(line):
            misses += 1
            if misses > most:
                return 0.0
    return (len(lines) - misses) / len(lines) if lines else 0.0


def specific(part: float) -> float:
    """How sure a format with an unmistakable grammar is that reads ``part`` of the lines: 0, or to 0.9."""
    return 0.5 + 0.4 * part if part >= 0.5 else 0.0


def envelope(part: float) -> float:
    """How sure an envelope is, that says less than what is inside: 0, or 0.4 to 0.6."""
    return 0.3 + 0.3 * part if part >= 0.4 else 0.0


def generic(part: float) -> float:
    """How sure a format is that fits many things: 0, or 0.2 to 0.35."""
    return 0.05 + 0.3 * part if part >= 0.5 else 0.0


def slash_order(lines: Sequence[bytes], column: int = -1, separator: bytes = b"") -> tuple[TimeRule, ...]:
    """The rule for ``01/07/2021`` in these lines, where one of them, as ``01/27/2021``, reads one way only.

    Empty where no line tells, and where they contradict each other.
    """
    rules = [TimeRule(layout, column=column, separator=separator) for layout in ("us-slash", "eu-slash")]
    readable = [tuple(read(line, (rule,)) is not None for rule in rules) for line in lines]
    by_month, by_day = (True, False) in readable, (False, True) in readable
    return () if by_month == by_day else (rules[0] if by_month else rules[1],)


def unknown_reader(head: Head) -> RecordReader:
    """The reader for text of no known format: it finds times and nothing else."""
    rules = (*slash_order(head.sample), *AUTO)

    def understand(record: bytes) -> Event | None:
        time = read(record, rules)
        return None if time is None else Event(format="unknown", time=time, why="unknown format")

    return LineReader(rules, understand)
