"""Who opened the exchange that a packet is part of: by its TCP flags, else by its ports."""

from __future__ import annotations

from traque.logs._fields import is_service, number_of, opener
from traque.model import Initiator


def opener_by_flags(flags: str, source_port: object, destination_port: object) -> Initiator:
    """The opener by flags as words or letters (``SYN ACK``, ``SA``, ``S``); without flags, by the ports.

    ACK or RST without SYN is a reply, unless it goes from a high port to a service port: that is a client's
    late segment.
    """
    letters = {word[0] for word in flags.upper().split()} if " " in flags.strip() else set(flags.upper())
    if flags.strip().upper() in ("SYN", "ACK", "RST", "FIN", "PSH"):
        letters = {flags.strip().upper()[0]}
    if "S" in letters:
        return Initiator.DESTINATION if "A" in letters else Initiator.SOURCE
    if letters & {"A", "R", "F"}:
        asking, asked = number_of(source_port), number_of(destination_port)
        if asked is not None and asking is not None and is_service(asked) and not is_service(asking):
            return Initiator.SOURCE
        return Initiator.DESTINATION
    return opener(source_port, destination_port)
