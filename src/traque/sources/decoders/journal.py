"""The systemd journal, through the program ``journalctl``, which reads its files wherever they come from.

Each entry is the JSON that ``journalctl -o json`` writes, and is understood as the journal's export is.
Offsets are of the decoded text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from traque.expressions import expression
from traque.sources.decoders._decoder import Decoded, Decoder, Faults, Reading, encode
from traque.sources.decoders._programs import lines

_COLOUR: Final = expression(r"\x1b\[[0-9;]*[A-Za-z]")


def decode(reading: Reading) -> Iterator[Decoded]:
    """The entries, oldest first."""
    faults = Faults()
    with reading.file(suffix=".journal") as path:
        arguments = ("--file", str(path), "--output", "json", "--all", "--no-pager", "--quiet")
        for line in lines("journalctl", arguments, faults):
            if line.startswith(b"{"):
                yield Decoded(_spelt_out(line) if b":[" in line else line)
    faults.check()


def _spelt_out(line: bytes) -> bytes:
    """The entry with text where the program wrote a list of bytes, as it does for colours and Latin-1."""
    try:
        entry = msgspec.json.decode(line, type=dict[str, object])
    except (msgspec.DecodeError, RecursionError):
        return line
    return encode({name: _text(value) for name, value in entry.items()})


def _text(value: object) -> object:
    """A list of bytes as a string, without colours, a blank for each control character."""
    if not isinstance(value, list):
        return value
    octets = [octet for octet in value if isinstance(octet, int) and 0 <= octet <= 255]
    if len(octets) < len(value):
        return [_text(inner) for inner in value]
    text = _COLOUR.sub("", bytes(octets).decode("utf-8", "replace"))
    return "".join(letter if letter.isprintable() else " " for letter in text)


SPEC = Decoder(
    name="journal",
    title="systemd journal",
    recognise=lambda head, _name: head.startswith(b"LPKSHHRH"),
    decode=decode,
    program="journalctl",
    remedy="install systemd's journalctl, or export with: journalctl --file FILE -o json",
)
