"""Who is behind a proxy: what ``X-Forwarded-For`` says counts only from proxies that the reader trusts.

Each proxy appends the address of its own peer, so the list is read from its end, past the trusted ones: the
first other address is the client. What stands before it anybody may have written; it stays a name in the
record, as does the whole list from a peer that is not trusted.
"""

from __future__ import annotations

from typing import Final

import msgspec

from traque.model import Event, Initiator
from traque.triage.perimeter import Perimeter, parse_address

HEADER: Final = "http.request.headers.x-forwarded-for"
PEER: Final = "network.proxy_ip"
"""The field that keeps the proxy, which was the peer; a listed proxy is named there, it is not the client."""


def behind(event: Event, trusted: Perimeter) -> Event:
    """The event with the client as its source, when its peer is a trusted proxy that names one."""
    said = event.fields.get(HEADER)
    name = "source.ip" if "source.ip" in event.fields else "client.ip"
    peer = event.fields.get(name)
    if not isinstance(said, str) or not isinstance(peer, str) or not _trusts(trusted, peer):
        return event
    if event.initiator is Initiator.DESTINATION:  # the proxy answered: the header is not of this side
        return event
    client = _client(said, trusted)
    if not client:
        return event
    fields = {**event.fields, name: client, PEER: peer}
    fields.pop("source.port", None)  # the proxy's own
    why = f"{event.why}; " if event.why else ""
    return msgspec.structs.replace(
        event, fields=fields, why=f"{why}the trusted proxy {peer} names it in X-Forwarded-For"
    )


def _client(said: str, trusted: Perimeter) -> str:
    for part in reversed(said.split(",")):
        address = parse_address(_bare(part))
        if address is None:
            return ""  # unknown, or a name: what stands further left is not to be trusted
        if not _trusts(trusted, str(address)):
            return str(address)
    return ""


def _bare(part: str) -> str:
    """Without quotes and a port: ``192.0.2.1:4711``, ``[2001:db8::1]:4711``."""
    text = part.strip().strip('"')
    return text.partition(":")[0] if text.count(":") == 1 else text


def _trusts(trusted: Perimeter, text: str) -> bool:
    address = parse_address(text)
    return address is not None and any(
        address.version == network.version and address in network for network in trusted.own
    )
