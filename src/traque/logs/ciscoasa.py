"""Cisco ASA and FTD (and PIX, FWSM): connections, access lists, VPN and administrator log-ins.

Source: "Cisco Secure Firewall ASA Series Syslog Messages" (the message numbers below are its own).
"""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import Final

import msgspec

from traque.logs._envelope import Envelope, observed, text_of
from traque.logs._fields import Fields, fields_of, is_address, is_service, number_of, opener, side, url_fields
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._losses import LossWord
from traque.logs._segments import opener_by_flags
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("syslog"), TimeRule("iso"), TimeRule("auto"))

_BUILT: Final = frozenset({"302013", "302015", "302017", "302020", "302303", "302305"})
_TORN: Final = frozenset({"302014", "302016", "302018", "302021", "302304", "302306"})
_ACCEPTED: Final = frozenset(
    {
        "109005", "109207", "113004", "113008", "113012", "113039", "605005", "611101", "713119", "713228",
        "716001", "716038", "722022", "722033", "722051", "751025",
    }
)  # fmt: skip
_REFUSED: Final = frozenset(
    {
        "109006", "109008", "113005", "113006", "113014", "113015", "113021", "605004", "611102", "716023",
        "716039", "713198", "713167",
    }
)  # fmt: skip
_OTHERS: Final = MappingProxyType(
    dict.fromkeys(
        ("113019", "716002", "722023", "722030", "722031", "722036", "722037", "722055", "725002"),
        Outcome.DATA,
    )
    | {
        "304001": Outcome.ALLOWED,
        "304002": Outcome.DENIED,
        "750002": Outcome.ALLOWED,
        "750003": Outcome.REFUSED,
        "750006": Outcome.DATA,
        "725001": Outcome.ALLOWED,
        "725003": Outcome.ALLOWED,
    }
)
"""Sessions that ended, URLs, IKEv2, TLS handshakes: who is named opened, and this came of it."""
_NOBODY: Final = frozenset({"No Authentication Required", "Unknown", "Not Found"})
_PORTS: Final = MappingProxyType(
    {
        "ssh": 22, "telnet": 23, "smtp": 25, "domain": 53, "www": 80, "http": 80, "pop3": 110, "ntp": 123,
        "netbios-ns": 137, "netbios-dgm": 138, "netbios-ssn": 139, "imap4": 143, "snmp": 161, "ldap": 389,
        "https": 443, "syslog": 514, "ldaps": 636, "isakmp": 500, "bootps": 67, "bootpc": 68, "tftp": 69,
        "ftp": 21, "ftp-data": 20, "sip": 5060, "sqlnet": 1521, "h323": 1720, "pptp": 1723,
    }
)  # fmt: skip


def understand(record: bytes) -> Event | None:
    """What a record says; None without the mark ``%ASA-level-number:``."""
    event = _message(text_of(record))
    return None if event is None else msgspec.structs.replace(event, time=read(record, TIMES))


def message(opened: Envelope) -> Event | None:
    """The same record in a relay's envelope, which may have taken the mark for the program's name."""
    return observed(
        _message(f"{opened.program}: {opened.message}" if "%" in opened.program else opened.message), opened
    )


def _message(text: str) -> Event | None:
    found = _mark().search(text)
    if found is None:
        return None
    number, said = found[1], text[found.end() :][:2048]
    observer = _host().search(text, 0, found.start())
    fields: Fields = {} if observer is None else {"observer.name": observer[1]}
    if number[:3] == "430":
        initiator, outcome, why = _event(said, fields)
    elif number in _BUILT or number in _TORN or number[:3] in ("106", "710", "313", "338", "419", "733"):
        initiator, outcome, why = _connection(number, said, fields)
    else:
        initiator, outcome, why = _session(number, said, fields)
    fields.setdefault("event.action", _what().match(said)[0].strip()[:60] or number)  # type: ignore[index]  # matches anything
    return Event(
        format="ciscoasa", fields=fields, initiator=initiator, outcome=outcome, why=f"ASA {number}: {why}"
    )


def _connection(number: str, said: str, fields: Fields) -> tuple[Initiator, Outcome, str]:
    """A connection or a packet: the endpoints in the message's order, unless it says who opened."""
    ends = [(host, _port(port)) for host, port in _ends(number, said)]
    outbound = number in _BUILT and said.startswith("Built out")
    if outbound:
        # "for outside:... to inside:...": the foreign end is named first, and the inside end opened.
        ends.reverse()
    pairs: list[tuple[str, object]] = []
    for name, (host, port) in zip(("source", "destination"), ends, strict=False):
        pairs += side(name, host, port)
    transport = _transport().search(said)
    user = _user().search(said)
    pairs += [
        ("network.transport", transport[0].lower() if transport else None),
        ("network.direction", "outbound" if outbound else "inbound" if "inbound" in said[:20] else None),
        ("user.name", _name(user)),
    ]
    if bytes_ := _bytes().search(said):
        pairs.append(("network.bytes", bytes_[1]))
    fields_of(pairs, fields)
    source, destination = fields.get("source.port"), fields.get("destination.port")
    if number in _BUILT:
        return Initiator.SOURCE, Outcome.ALLOWED, f"built {fields.get('network.direction', '')}".strip()
    if number in _TORN:
        return _which(source, destination), *_end_of(said, bytes_)
    word = _verdict().search(said)
    if word is None:
        return Initiator.UNKNOWN, Outcome.UNKNOWN, "a message about a packet"
    outcome = Outcome.DENIED if word["denied"] else Outcome.ALLOWED
    flags = _flags().search(said)
    if flags is not None:
        initiator = opener_by_flags(f"{flags[1]} ", source, destination)
    elif _reply().search(said):
        initiator = Initiator.DESTINATION
    else:
        initiator = opener(source, destination)
    return initiator, outcome, word[0].lower()


def _event(said: str, fields: Fields) -> tuple[Initiator, Outcome, str]:
    """FTD's connection, intrusion, file and malware events: ``SrcIP: 192.0.2.7, DstIP: ...``."""
    values = dict(_pair().findall(said))
    get = values.get
    url, action = (
        get("URL") or get("URI", ""),
        get("AccessControlRuleAction") or get("InlineResult") or get("FileAction", ""),
    )
    pairs = [
        ("source.ip", get("SrcIP")),
        ("source.port", get("SrcPort")),
        ("destination.ip", get("DstIP")),
        ("destination.port", get("DstPort")),
        ("source.bytes", get("InitiatorBytes")),
        ("destination.bytes", get("ResponderBytes")),
        ("network.transport", get("Protocol", "").lower()),
        ("network.application", get("ApplicationProtocol")),
        ("user.name", None if get("User") in _NOBODY else get("User")),
        ("event.action", action),
        ("url.original", url),
        *(url_fields(url) if "://" in url else []),
        ("dns.question.name", get("DNSQuery")),
        ("user_agent.original", get("UserAgent")),
        ("http.request.referrer", get("HTTPReferer")),
        ("file.name", get("FileName")),
        ("file.hash.sha256", get("FileSHA256")),
        ("rule.name", get("Message") or get("AccessControlRuleName")),
    ]
    fields_of(pairs, fields)
    back = number_of(fields.get("destination.bytes")) or 0
    if "InlineResult" in values or "SID" in values:
        blocked = action.lower() in ("blocked", "dropped", "block", "drop")
        return Initiator.UNKNOWN, Outcome.DENIED if blocked else Outcome.UNKNOWN, f"alert {action}".strip()
    lowered = action.lower()
    if lowered.startswith(("block", "drop", "malware block")):
        return Initiator.SOURCE, Outcome.DENIED, f"action {action}"
    if back:
        return Initiator.SOURCE, Outcome.DATA, f"{action} with {back} bytes back"
    known = lowered in ("allow", "trust", "monitor", "fastpath")
    return Initiator.SOURCE, Outcome.ALLOWED if known else Outcome.UNKNOWN, f"action {action or 'unstated'}"


def _name(user: re.Match[str] | None) -> str | None:
    return None if user is None else user[1] or user[2] or user[3] or user[4]


def _which(source: object, destination: object) -> Initiator:
    """Who opened a connection that ended, by its ports; the message names the foreign end first."""
    first, second = number_of(source), number_of(destination)
    if first is None or second is None or is_service(first) == is_service(second):
        return Initiator.UNKNOWN
    return Initiator.DESTINATION if is_service(first) else Initiator.SOURCE


def _end_of(said: str, count: re.Match[str] | None) -> tuple[Outcome, str]:
    """What came of a connection that ended: the reason, and the bytes of both ways together."""
    size = int(count[1][:18]) if count else 0
    reason = said[count.end() :].strip()[:60] if count else ""
    if "SYN Timeout" in reason:
        return Outcome.UNANSWERED, reason
    if reason.startswith(("Flow denied", "Deny", "Terminated by inspection", "Flow is a loopback")):
        return Outcome.DENIED, reason
    if "Teardown TCP" in said[:16] and size:
        return Outcome.DATA, f"{size} bytes {reason}".strip()
    if reason.startswith("TCP Reset"):
        return Outcome.REFUSED, f"{reason}, no bytes"
    return Outcome.ALLOWED, f"{size} bytes of both ways together {reason}".strip()


def _session(number: str, said: str, fields: Fields) -> tuple[Initiator, Outcome, str]:
    """VPN sessions, log-ins, and every other message: who is named as the peer, and as whom."""
    peer, user = _peer().search(said), _user().search(said)
    ends = [(host, _port(port)) for host, port in _ends(number, said)]
    pairs: list[tuple[str, object]] = []
    negotiated = _negotiated().search(said)
    if negotiated is not None:
        pairs += [
            *side("source", negotiated[3], negotiated[4]),
            *side("destination", negotiated[1], negotiated[2]),
        ]
    elif peer is not None:
        pairs += side("source", peer[1].strip("<>").removeprefix("::ffff:"))
    elif not said.startswith("AAA"):  # The address there is the authentication server's.
        for name, (host, port) in zip(("source", "destination"), ends, strict=False):
            pairs += side(name, host, port)
    if given := _assigned().search(said):
        pairs.append(("client.nat.ip", given[1]))
    pairs.append(("user.name", _name(user)))
    if number in ("304001", "304002") and (url := _url().search(said)):
        pairs += [("url.original", url[2]), *side("destination", url[1])]
    if sent := _session_bytes().search(said):
        pairs += [("destination.bytes", sent[1]), ("source.bytes", sent[2])]
    fields_of(pairs, fields)
    # One who is named is the remote end, and it came to us.
    initiator = Initiator.SOURCE if "source.ip" in fields or "source.domain" in fields else Initiator.UNKNOWN
    if negotiated and number != "750002":
        # Of two gateways either may have begun; a person's client did.
        initiator = initiator if _is_person(fields.get("user.name")) else Initiator.UNKNOWN
    return (
        initiator,
        _session_outcome(number, said, "user.name" in fields, initiator),
        " ".join(said.split())[:90],
    )


def _session_outcome(number: str, said: str, user: bool, initiator: Initiator) -> Outcome:
    if number in _ACCEPTED or (number == "750006" and initiator is Initiator.SOURCE):
        return Outcome.LOGIN_ACCEPTED
    if number in _REFUSED or (number == "750003" and "authenticate" in said):
        return Outcome.LOGIN_REFUSED if user else Outcome.REFUSED
    return _OTHERS.get(number, Outcome.UNKNOWN)


def _is_person(name: object) -> bool:
    """Whether an account of IKE is one: of gateways it is the peer's address, a group or nothing."""
    return isinstance(name, str) and not is_address(name) and not name.startswith(("Unknown", "DefaultL2L"))


def _ends(number: str, said: str) -> list[tuple[str, str]]:
    """The first two endpoints that a message names, without the translated ones in brackets."""
    if number in ("106100", "106102", "106103"):
        return [(found[1], found[2]) for found in _listed().finditer(said)][:2]
    if number in ("302020", "302021"):
        found = _icmp().search(said)
        return [(found[1], ""), (found[2], "")] if found else []
    return [(found[1], found[2] or "") for found in _end().finditer(said) if _is_host(found[1])][:2]


def _is_host(text: str) -> bool:
    return is_address(text) or "." in text


def _port(text: str) -> object:
    return _PORTS.get(text.lower(), text) if text else None


@cache
def _mark() -> re.Pattern[str]:
    return re.compile(r"%(?:ASA|FTD|NGIPS|PIX|FWSM)-(?:[A-Za-z]{1,10}-)?\d-(\d{6})(?:: ?| )")


@cache
def _host() -> re.Pattern[str]:
    """The device's name between the time and the mark."""
    return re.compile(r"(?<=:\d\d)(?: [A-Z]{3,4}| ?Z|[.+][\d:+.Z]{1,12})? ([A-Za-z0-9][\w.-]{0,127}) ?:? ?$")


@cache
def _end() -> re.Pattern[str]:
    """``interface:address/port``, ``from address/port``, ``src outside:address``."""
    return re.compile(
        r"(?<![\w.:/(-])(?:[\w.-]{1,64}:(?=[\w.]))?"
        r"((?:\d{1,3}\.){3}\d{1,3}|(?=[^\s/]{0,6}:)[0-9A-Fa-f:]{2,39}(?:\.[\d.]{1,12})?"
        r"|(?<=:)[A-Za-z0-9][\w-]{0,62}(?:\.[\w-]{1,62}){1,8})"
        r"(?:/([\w-]{1,16}))?(?![\w.:])"
    )


@cache
def _listed() -> re.Pattern[str]:
    """``interface/address(port)`` of an access list's own message."""
    return re.compile(r"(?<![\w./-])[\w.-]{1,64}/([0-9A-Fa-f:.]{2,45}|[\w.-]{1,128})\(([\w-]{1,16})\)")


@cache
def _icmp() -> re.Pattern[str]:
    return re.compile(r"faddr ([0-9A-Fa-f:.]{2,45})/\S{1,80} .{0,160}?laddr ([0-9A-Fa-f:.]{2,45})/")


@cache
def _what() -> re.Pattern[str]:
    """The words before the first value."""
    return re.compile(r"(?:[A-Za-z()/-]+(?: |$)){0,6}")


@cache
def _pair() -> re.Pattern[str]:
    return re.compile(
        r"(?:^|(?<=, ))([A-Z][A-Za-z_ ]{1,40}): (.*?)(?=, [A-Z][A-Za-z_ ]{1,40}: |$)", re.DOTALL
    )


@cache
def _url() -> re.Pattern[str]:
    return re.compile(r"URL ([0-9A-Fa-f:.]{2,45}):(\S+)")


@cache
def _reply() -> re.Pattern[str]:
    """An answer of ICMP: echo reply, unreachable, time exceeded."""
    return re.compile(r"type (?:0|3|11|129), code ")


@cache
def _transport() -> re.Pattern[str]:
    return re.compile(r"\b(?:TCP|UDP|ICMP|ICMPv6|SCTP|GRE|ESP|tcp|udp|icmp|icmp6|sctp|gre|esp)\b")


@cache
def _user() -> re.Pattern[str]:
    return re.compile(
        r"(?:\b(?:[Uu]sername(?: = |:)|[Uu]name: |[Uu]ser ?= ?|for (?:client )?user |User (?=[<'\"]))"
        r"(?=[\"'<]?[^\s=:])"
        r"(?:[\"']([^\"']{1,128})[\"']|<([^<>]{0,128})>|([^\s,:<>]{1,128})))|\([\w.-]{1,64}\\([^()\s]{1,128})\)"
    )


@cache
def _peer() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:user IP = |IP = |IP address: |IP )(<[0-9A-Fa-f:.]{2,45}>|[0-9A-Fa-f:.]{3,45})(?=$|\W)"
    )


@cache
def _negotiated() -> re.Pattern[str]:
    """IKEv2's ends, this one first."""
    end = r"([0-9A-Fa-f:.]{2,45}):(\d{1,5})"
    return re.compile(rf"\bLocal: ?{end} Remote: ?{end} ")


@cache
def _assigned() -> re.Pattern[str]:
    return re.compile(r"(?:Address <|private IP address )([0-9A-Fa-f:.]{2,45})>?")


@cache
def _bytes() -> re.Pattern[str]:
    return re.compile(r" bytes (\d{1,18})\b")


@cache
def _session_bytes() -> re.Pattern[str]:
    return re.compile(r"Bytes xmt: (\d{1,18}), Bytes rcv: (\d{1,18})")


@cache
def _flags() -> re.Pattern[str]:
    return re.compile(r"\bflags ((?:SYN|ACK|FIN|RST|PSH|URG|ECE|CWR| ){2,40})")


@cache
def _verdict() -> re.Pattern[str]:
    return re.compile(
        r"(?P<denied>\b(?:[Dd]eny|[Dd]enied|[Dd]iscarded|dropped|blocked)\b)|\b(?:permitted|est-allowed|monitored)\b"
    )


def sniff(head: Head) -> float:
    """The mark with its number leaves little doubt."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """The mark is found wherever it stands, with an envelope before it or not."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="ciscoasa",
    title="Cisco ASA, FTD",
    example=b"<166>Jan 07 2021 04:18:07 fw.example : %ASA-6-302013: Built inbound TCP connection 7 for "
    b"outside:192.0.2.7/51022 (192.0.2.7/51022) to dmz:10.0.0.9/443 (203.0.113.9/443)",
    knows="Built says inbound or outbound, so who opened: it was let through. A teardown does not: the "
    "service's port tells, else it is unknown; bytes of a TCP connection are data, a SYN time-out is "
    "unanswered. Denied packets are denied; their TCP flags or ports say who opened. VPN and "
    "administrator messages by their numbers: log-ins accepted (113039, 716038, 722051, 605005...) "
    "and refused (113005, 113015, 716039, 605004...), opened by the peer that they name.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    marks=("%ASA-", "%FTD-", "%NGIPS-", "%PIX-", "%FWSM-"),
    message=message,
    outcomes=frozenset(Outcome) - {Outcome.RESOLVED},
    losses=(LossWord("rate-limited", b"-106101:", "the firewall logs no more denied flows one by one"),),
)
