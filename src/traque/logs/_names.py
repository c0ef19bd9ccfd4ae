"""Well-known field names of logs that state no schema, and what their values say.

A name is looked up as it is, then in lower case without punctuation: ``src_ip``, ``srcip``, ``SrcIP`` and
``src-ip`` are one. What cannot be known is left out; an event made here says that it was guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from traque.logs._fields import (
    Fields,
    fields_of,
    host_and_port,
    http_outcome,
    is_address,
    number_of,
    opener,
    url_fields,
)
from traque.model import Event, Initiator, Outcome

_WELL_KNOWN: Final = {
    "source.ip": "src srcip sourceip source srcaddr srcaddress sourceaddr sourceaddress clientip cip "
    "client clientaddr clientaddress remoteaddr remoteaddress remoteip remip remotehost rhost rip peer "
    "peerip peeraddr ip ipaddress ipaddr idorigh origh calleripaddress callerip sourceipaddress "
    "sourcenetworkaddress actorip fromip attackerip clienthost callingstationid requestip userip "
    "jsonpayloadremoteip httprequestremoteip cliip panospublicipv4 "
    "httprequestclientip httprequestclientipaddress",
    "source.port": "spt sport srcport sourceport clientport cport idorigp origp remoteport remport "
    "clientsrcport",
    "source.domain": "shost srchost sourcehost sourcehostname clienthostname",
    "source.nat.ip": "natsrcip natsourceip sourcetranslatedaddress snatip",
    "destination.ip": "dst dstip destip destinationip destination dest dstaddr dstaddress destaddr "
    "destinationaddr destinationaddress serverip sip idresph resph targetip lip upstreamaddr toip",
    "destination.port": "dpt dport dstport destport destinationport serverport idrespp respp targetport",
    "destination.domain": "dhost dsthost desthost destinationhost destinationhostname dstname",
    "source.bytes": "clientbytes sentbyte sentbytes srcbytes sourcebytes origbytes bytesoutofclient "
    "requestbytes csbytes clientrequestbytes",
    "destination.bytes": "serverbytes rcvdbyte rcvdbytes receivedbytes dstbytes destbytes destinationbytes "
    "respbytes scbytes responsebytes bodybytessent edgeresponsebytes",
    "network.bytes": "bytes totalbytes",
    "network.transport": "proto protocol transport networktransport ipprotocol",
    "network.application": "app application appname service applicationprotocol",
    "network.direction": "direction devicedirection flowdirection networkdirection",
    "user.name": "user username suser srcuser sourceuser sourceusername account accountname login usr "
    "useremail userprincipalname principalemail targetusername remoteuser csusername loginname upn "
    "actor actorname panossourceusername susr caller",
    "event.action": "act action disposition decision eventaction deviceaction policyaction verdict fwaction "
    "panoseventidvalue eventname operation securityaction",
    "event.outcome": "outcome result eventoutcome authresult loginstatus panoseventstatus",
    "http.response.status_code": "status scstatus responsecode statuscode httpstatus httpstatuscode "
    "responsestatus elbstatuscode httpresponsestatuscode httprequeststatus downstreamstatus "
    "edgeresponsestatus",
    "http.request.method": "method requestmethod httpmethod csmethod verb httprequestmethod "
    "httprequestrequestmethod clientrequestmethod httprequesthttpmethod",
    "url.original": "url uri request requesturi requesturl requestpath urlfull urloriginal httpurl "
    "httprequesturi httprequestrequesturl clientrequesturi",
    "url.path": "csuristem uripath urlpath",
    "url.query": "csuriquery uriquery querystring urlquery",
    "url.domain": "cshost httphost vhost urldomain requesthost authority clientrequesthost",
    "user_agent.original": "useragent csuseragent ua requestclientapplication httpuseragent "
    "useragentoriginal agentstring httprequestuseragent clientrequestuseragent",
    "http.request.referrer": "referer referrer csreferer httpreferer httprefer requestcontext "
    "httprequestreferer clientrequestreferer",
    "http.request.headers.x-forwarded-for": "xforwardedfor xff httpxforwardedfor forwardedfor",
    "dns.question.name": "query qname questionname queryname rrname dnsquery dnsquestionname queryrrname",
    "tls.client.server_name": "sni servername tlssni tlsclientservername",
    "email.from.address": "from sender mailfrom senderaddress fromaddress returnpath",
    "email.to.address": "to recipient recipients rcptto recipientaddress toaddress",
    "file.hash.md5": "md5 filemd5",
    "file.hash.sha1": "sha1 filesha1",
    "file.hash.sha256": "sha256 filesha256",
    "file.name": "filename fname",
    "host.name": "host hostname computer computername machinename hostid",
    "observer.name": "devname dvc dvchost devicename observer observername sensor sensorname sid "
    "scomputername",
    "process.name": "program processname appname ident syslogidentifier",
}

_EXACT: Final = {"s-ip": "destination.ip", "s-port": "destination.port", "s-computername": "observer.name"}
"""W3C names, where ``s-`` is the server; without punctuation they would be read as the source's."""

_AROUND: Final = frozenset(
    {"properties", "data", "detail", "details", "payload", "jsonpayload", "fields", "attributes", "record"}
)
"""Members that hold all others of a document."""

NEAR: Final = 120
"""Characters of a long name that are looked at."""
_ENDS: Final = ("src", "source", "dst", "dest", "client", "server", "remote")
_OTHER_ENDS: Final = frozenset({"nat", "xlate", "translated", "original", "related", "geoip", "previous"})
"""Members in which such names are not the exchange's own ends."""

DENIED: Final = frozenset(
    {
        "deny", "denied", "block", "blocked", "drop", "dropped", "reject", "rejected", "discard",
        "discarded", "prevent", "prevented", "quarantine", "quarantined", "violation", "disallow",
        "disallowed", "sinkhole", "sinkholed", "reset-both", "reset-client", "reset-server", "resetboth",
        "tcp-reset", "block-url", "drop-icmp",
    }
)  # fmt: skip
ALLOWED: Final = frozenset(
    {
        "allow", "allowed", "accept", "accepted", "permit", "permitted", "pass", "passed", "passthrough",
        "detect", "detected", "alert", "alerted", "monitor", "monitored", "forward", "forwarded", "built",
        "logged", "bypass", "https bypass", "inspect", "https inspect", "decrypt", "encrypt",
    }
)  # fmt: skip
_SILENT: Final = frozenset({"timeout", "ip-conn", "aged-out"})
_YES: Final = frozenset(
    {
        "success", "succeeded", "successful", "ok", "true", "accepted", "pass", "passed", "0",
    }
)  # fmt: skip
_NO: Final = frozenset(
    {
        "failure", "fail", "failed", "error", "false", "denied", "invalid", "refused", "unauthorized",
    }
)  # fmt: skip
_MESSAGES: Final = frozenset({"msg", "message", "error", "reason", "log_message", "event_message"})
_LOGIN: Final = (
    "login",
    "logon",
    "log-in",
    "log in",
    "signin",
    "sign-in",
    "sign in",
    "authenticat",
    "userloggedin",
    "gateway-auth",
    "portal-auth",
)
_DIRECTIONS: Final = {
    "0": "inbound", "in": "inbound", "incoming": "inbound", "ingress": "inbound", "inbound": "inbound",
    "1": "outbound", "out": "outbound", "outgoing": "outbound", "egress": "outbound", "outbound": "outbound",
}  # fmt: skip


def ecs_name(name: str) -> str | None:
    """The ECS field that a name of a log stands for, or None."""
    if name in _EXACT:
        return _EXACT[name]
    found = _table().get(_plain(name))
    if found is None and "." in name:
        outer, _, inner = name.partition(".")
        found = _table().get(_plain(inner)) if outer.lower() in _AROUND else _end(name[-NEAR:])
    return found


def _end(name: str) -> str | None:
    """The end that a member names, wherever in a document it stands: ``a.src_ip``, but not ``a.ip``."""
    *around, outer, last = name.split(".")
    for tail, above in ((f"{outer}.{last}", around), (last, [*around, outer])):
        known = _table().get(_plain(tail))
        if (
            known is not None
            and above
            and known.startswith(("source.", "destination."))
            and _plain(tail).startswith(_ENDS)
            and not _OTHER_ENDS.intersection(part.lower() for part in above)
        ):
            return known
    return None


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def guess(name: str, pairs: Iterable[tuple[str, object]], *, detail: str = "") -> Event | None:
    """An event from fields that state no schema; None when no name is known.

    Initiator: the source, unless its port is a service's and the destination's is not; unknown when only a
    destination is named. Outcome: by the action's word, the HTTP status, a log-in's result, bytes back, a
    DNS question that stands alone, or the words of the message, in this order.
    """
    pairs = list(pairs)
    fields = fields_of(placed(pairs))
    if not fields:
        return None
    _ask(pairs, fields)
    initiator = Initiator.UNKNOWN
    if "source.ip" in fields or "source.domain" in fields:
        initiator = opener(fields.get("source.port"), fields.get("destination.port"))
    elif "url.full" in fields or "dns.question.name" in fields:
        initiator = Initiator.SOURCE
    outcome, reason = outcome_of(fields)
    if outcome is Outcome.UNKNOWN and initiator is Initiator.SOURCE:
        outcome, reason = _by_message(pairs, "user.name" in fields) or (outcome, reason)
    why = f"guessed from field names: {detail}{reason}"
    return Event(format=name, fields=fields, initiator=initiator, outcome=outcome, why=why)


def _ask(pairs: Iterable[tuple[str, object]], fields: Fields) -> None:
    """Host and path of an HTTP request, in fields whose names mean something else in other logs."""
    if "url.full" in fields or "http.request.method" not in fields:
        return
    if not ("url.path" in fields or "url.original" in fields):
        path = next((value for name, value in pairs if name.rpartition(".")[2].lower() == "path"), None)
        if not isinstance(path, str) or not path.startswith("/"):
            return
        fields["url.path"] = path
    host, _ = host_and_port(str(fields.get("url.domain", fields.get("host.name", ""))))
    if "." in host:
        fields["url.domain"] = host


def placed(pairs: Iterable[tuple[str, object]]) -> Iterable[tuple[str, object]]:
    """The pairs under their ECS names, each value where its shape says it belongs."""
    for name, value in pairs:
        ecs = ecs_name(name)
        if ecs is None or value is None or value in ("", "--"):
            continue
        text = value if isinstance(value, str) else ""
        if ecs in ("source.ip", "destination.ip") and text:
            yield from _endpoint(ecs.partition(".")[0], text)
        elif ecs == "url.original" and text:
            yield from _url(text)
        elif ecs == "http.response.status_code" and number_of(value) is None:
            yield "event.outcome", value
        elif ecs == "network.direction":
            yield ecs, _DIRECTIONS.get(str(value).lower())
        elif (ecs == "dns.question.name" and (" " in text or "." not in text)) or (
            ecs.startswith("email.") and "@" not in text
        ):
            continue
        elif ecs == "network.transport":
            yield ecs, {"6": "tcp", "17": "udp", "1": "icmp"}.get(str(value), str(value).lower())
        else:
            yield ecs, value


def _endpoint(name: str, text: str) -> Iterable[tuple[str, object]]:
    text = text.strip()
    if is_address(text):
        yield f"{name}.ip", text
        return
    host, port = host_and_port(text)
    if is_address(host):
        yield f"{name}.ip", host
        yield f"{name}.port", port
    elif "." in host and " " not in host and "/" not in host:
        yield f"{name}.domain", host
        yield f"{name}.port", port


def _url(text: str) -> Iterable[tuple[str, object]]:
    # A whole request line stands in some: GET /x HTTP/1.1
    words = text.split(" ")
    if len(words) == 3 and words[2].startswith("HTTP/"):
        yield "http.request.method", words[0]
        text = words[1]
    yield "url.original", text
    if "://" in text[:12]:
        yield from url_fields(text)
    elif text.startswith("/"):
        path, question, query = text.partition("?")
        yield "url.path", path
        yield "url.query", query if question else None


def outcome_of(fields: Mapping[str, str | int]) -> tuple[Outcome, str]:
    """What the fields say came of the exchange, and by which of them."""
    action = str(fields.get("event.action", "")).lower()
    result = str(fields.get("event.outcome", "")).lower()
    if action in DENIED:
        return Outcome.DENIED, f"action {action}"
    if any(word in action for word in _LOGIN):
        if result in _NO or "fail" in action:
            refused = Outcome.LOGIN_REFUSED if "user.name" in fields else Outcome.REFUSED
            return refused, f"{action} {result}".strip()
        if result in _YES:
            return Outcome.LOGIN_ACCEPTED, f"{action} {result}"
    status = fields.get("http.response.status_code")
    if status is not None:
        return http_outcome(status), f"HTTP {status}"
    return _by_traffic(fields, action, result)


def _by_traffic(fields: Mapping[str, str | int], action: str, result: str) -> tuple[Outcome, str]:
    received = fields.get("destination.bytes")
    if isinstance(received, int) and received > 0:
        return Outcome.DATA, f"{received} bytes back"
    if action in _SILENT and received == 0:
        return Outcome.UNANSWERED, f"action {action}, nothing back"
    if action in ALLOWED:
        return Outcome.ALLOWED, f"action {action}"
    if result in DENIED:
        return Outcome.DENIED, f"result {result}"
    if "dns.question.name" in fields:
        return Outcome.RESOLVED, "a DNS question"
    return Outcome.UNKNOWN, "nothing says what came of it"


def _by_message(pairs: Iterable[tuple[str, object]], named: bool) -> tuple[Outcome, str] | None:
    """What the first message among the fields says came of it; None for words that say nothing."""
    from traque.logs import prose

    said = next((value for name, value in pairs if name.lower() in _MESSAGES and isinstance(value, str)), "")
    outcome, reason = prose.outcome_of(said)
    if outcome is Outcome.LOGIN_REFUSED and not named:
        outcome = Outcome.REFUSED
    if outcome is Outcome.UNKNOWN or (outcome is Outcome.LOGIN_ACCEPTED and not named):
        return None
    return outcome, f"message: {reason}"


@cache
def _table() -> MappingProxyType[str, str]:
    table: dict[str, str] = {}
    for ecs, names in _WELL_KNOWN.items():
        table.setdefault(ecs.replace(".", "").replace("_", "").replace("-", ""), ecs)
        for name in names.split():
            table.setdefault(name, ecs)
    return MappingProxyType(table)
