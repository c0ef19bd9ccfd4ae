"""The systemd journal, through the program ``journalctl``, which reads its files wherever they come from.

Each entry is the JSON that ``journalctl -o json`` writes, and is understood as the journal's export is.
Offsets are of the decoded text.
"""

from __future__ import annotations

from collections.abc import Iterator

from traque.sources.decoders._decoder import Decoded, Decoder, Faults, Reading
from traque.sources.decoders._programs import lines


def decode(reading: Reading) -> Iterator[Decoded]:
    """The entries, oldest first."""
    faults = Faults()
    with reading.file(suffix=".journal") as path:
        arguments = ("--file", str(path), "--output", "json", "--all", "--no-pager", "--quiet")
        for line in lines("journalctl", arguments, faults):
            if line.startswith(b"{"):
                yield Decoded(line)
    faults.check()


SPEC = Decoder(
    name="journal",
    title="systemd journal",
    recognise=lambda head, _name: head.startswith(b"LPKSHHRH"),
    decode=decode,
    program="journalctl",
    remedy="install systemd's journalctl, or export with: journalctl --file FILE -o json",
)
