"""Suricata's EVE JSON."""

from __future__ import annotations

from collections.abc import Mapping

from traque.logs._documents import Document, stamp_of
from traque.logs._fields import SEVERAL, Fields, fields_of, http_outcome, mailboxes, number_of
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, specific
from traque.logs._losses import Amount, LossWord
from traque.logs.json import understand
from traque.model import ABSENT, STATED, Event, Initiator, Members, Outcome, TimeRule

TIMES = (TimeRule("iso", anchor=b'"timestamp":'), TimeRule("auto"))

_SPOKEN = frozenset({"tls", "ssh", "smtp", "ftp", "ftp_data", "smb", "rdp", "krb5", "quic", "mqtt"})

_Known = tuple[Initiator, Outcome, str]


def document(eve: Document) -> Event | None:
    """What an EVE document says; None if it is no EVE document."""
    kind = eve.get("event_type")
    if not isinstance(kind, str) or "timestamp" not in eve or not ("flow_id" in eve or "src_ip" in eve):
        return None
    part = _part(eve, kind)
    flow = _part(eve, "flow")
    sent, received = flow.get("bytes_toserver"), flow.get("bytes_toclient")
    swapped = "src_ip" in flow and flow.get("src_ip") != eve.get("src_ip")
    if swapped or (kind == "alert" and "src_ip" not in flow and eve.get("direction") == "to_client"):
        sent, received = received, sent
    pairs = [
        ("source.ip", eve.get("src_ip")),
        ("source.port", eve.get("src_port")),
        ("destination.ip", eve.get("dest_ip")),
        ("destination.port", eve.get("dest_port")),
        ("network.transport", str(eve.get("proto", "")).lower()),
        ("network.protocol", eve.get("app_proto")),
        ("source.bytes", sent),
        ("destination.bytes", received),
        ("observer.name", eve.get("host")),
        ("event.action", part.get("action") if kind in ("alert", "drop") else kind),
    ]
    fields = fields_of(pairs)
    _applications(eve, fields)
    initiator, outcome, why = _known(eve, kind, part, flow)
    return Event(
        format="suricata",
        time=stamp_of(eve["timestamp"]),
        fields=fields,
        initiator=initiator,
        outcome=outcome,
        why=why,
    )


def _part(eve: Document, name: str) -> Mapping[str, object]:
    part = eve.get(name)
    return part if isinstance(part, Mapping) else {}


def _applications(eve: Document, fields: Fields) -> None:
    """Fields of the application layers; an alert carries those of its flow."""
    http, dns, tls, file, email = (_part(eve, name) for name in ("http", "dns", "tls", "fileinfo", "email"))
    smtp, ssh, alert = _part(eve, "smtp"), _part(eve, "ssh"), _part(eve, "alert")
    host, url = http.get("hostname"), http.get("url")
    full = (
        f"http://{host}{url}"
        if isinstance(host, str) and isinstance(url, str) and url.startswith("/")
        else None
    )
    queries = dns.get("queries") or dns.get("query")
    question = queries[0] if isinstance(queries, list) and queries else dns
    pairs = [
        ("url.domain", host),
        ("url.original", url),
        ("url.full", full),
        ("http.request.method", http.get("http_method")),
        ("http.response.status_code", http.get("status")),
        ("user_agent.original", http.get("http_user_agent")),
        ("http.request.referrer", http.get("http_refer")),
        ("http.request.headers.x-forwarded-for", http.get("xff")),
        ("dns.question.name", question.get("rrname") if isinstance(question, Mapping) else None),
        ("dns.answers.data", _answers(dns)),
        ("tls.client.server_name", tls.get("sni")),
        ("tls.client.ja3", _part(tls, "ja3").get("hash")),
        ("tls.client.ja4", tls.get("ja4")),
        ("tls.server.ja3s", _part(tls, "ja3s").get("hash")),
        ("tls.server.hash.sha1", tls.get("fingerprint")),
        ("tls.server.subject", tls.get("subject")),
        ("tls.server.issuer", tls.get("issuerdn")),
        ("file.name", file.get("filename")),
        ("file.hash.md5", file.get("md5")),
        ("file.hash.sha1", file.get("sha1")),
        ("file.hash.sha256", file.get("sha256")),
        ("email.from.address", mailboxes(email.get("from") or smtp.get("mail_from"))),
        (
            "email.to.address",
            mailboxes(email.get("to") or smtp.get("rcpt_to")),
        ),
        ("smtp.helo", smtp.get("helo")),
        ("ssh.client", _part(ssh, "client").get("software_version")),
        ("rule.name", alert.get("signature")),
        ("rule.id", alert.get("signature_id")),
    ]
    fields_of(pairs, fields)


def _answers(dns: Mapping[str, object]) -> str | None:
    """What the name resolved to: a list of answers, answers grouped by type, or the one of old versions."""
    found: list[object] = [dns.get("rdata")]
    answers, grouped = dns.get("answers"), dns.get("grouped")
    if isinstance(answers, list):
        found += [answer.get("rdata") for answer in answers[:SEVERAL] if isinstance(answer, dict)]
    if isinstance(grouped, dict):
        found += [item for items in grouped.values() if isinstance(items, list) for item in items[:SEVERAL]]
    return ",".join(dict.fromkeys(item for item in found if isinstance(item, str))) or None


def _known(eve: Document, kind: str, part: Mapping[str, object], flow: Mapping[str, object]) -> _Known:
    """Who opened the flow and what came of it, by the kind of event."""
    if kind in ("alert", "drop"):
        return _alert(eve, kind, part, flow)
    if kind == "flow":
        state, back = flow.get("state"), number_of(flow.get("pkts_toclient"))
        outcome = Outcome.UNANSWERED if back == 0 else Outcome.DATA
        return Initiator.SOURCE, outcome, f"flow {state}, {back} packets back"
    if kind == "http":
        status = part.get("status")
        return Initiator.SOURCE, http_outcome(status), f"HTTP {status}" if status else "HTTP, no answer"
    if kind == "dns":
        answers = number_of(eve.get("src_port")) == 53 and number_of(eve.get("dest_port")) != 53
        initiator = Initiator.DESTINATION if answers else Initiator.SOURCE
        return initiator, Outcome.RESOLVED, f"dns {part.get('type', '')}".strip()
    if kind in _SPOKEN:
        return Initiator.SOURCE, Outcome.DATA, f"{kind} spoken both ways"
    if kind == "fileinfo":
        return Initiator.UNKNOWN, Outcome.DATA, "a file was carried"
    return Initiator.UNKNOWN, Outcome.UNKNOWN, f"{kind} event"


def _alert(eve: Document, kind: str, part: Mapping[str, object], flow: Mapping[str, object]) -> _Known:
    initiator, how = Initiator.UNKNOWN, "no direction of the flow"
    opened_by, direction = flow.get("src_ip"), eve.get("direction")
    if opened_by is not None and opened_by in (eve.get("src_ip"), eve.get("dest_ip")):
        initiator = Initiator.SOURCE if opened_by == eve.get("src_ip") else Initiator.DESTINATION
        how = "flow.src_ip"
    elif direction in ("to_server", "to_client"):
        initiator = Initiator.SOURCE if direction == "to_server" else Initiator.DESTINATION
        how = f"direction {direction}"
    if kind == "drop" or part.get("action") == "blocked":
        return initiator, Outcome.DENIED, f"blocked, {how}"
    back, sent = number_of(flow.get("pkts_toclient")), number_of(flow.get("pkts_toserver"))
    if back and sent:
        return initiator, Outcome.DATA, f"packets both ways, {how}"
    if back == 0 and sent:
        return initiator, Outcome.UNANSWERED, f"no packet back so far, {how}"
    return initiator, Outcome.UNKNOWN, f"alert, {how}"


def sniff(head: Head) -> float:
    """Its documents must be the majority."""
    return specific(head.share_of_documents(document))


def reader(_head: Head) -> RecordReader:
    """Other documents in the same file go to the formats that know them."""
    return LineReader(TIMES, understand, SHAPES)


def _shapes() -> tuple[Members, ...]:
    """By who opened the flow, for the port that asks is free; and by whose bytes go to the server."""
    layers = ("tcp", "tls", "http", "dns", "fileinfo", "alert", "drop", "smtp", "ssh", "email", "quic", "ftp")
    roles = (
        ("timestamp", "time"),
        *((name, "free") for name in ("flow_id", "community_id", "tx_id", "pcap_cnt", "flow.", "metadata.")),
        *((f"{name}.", "free") for name in layers),
        ("http.status", ""),
        ("http.url", "path"),
        ("alert.action", ""),
        ("flow.pkts_toserver", "count"),
        ("flow.pkts_toclient", "count"),
        ("src_ip", "source_ip"),
        ("dest_ip", "destination_ip"),
    )
    forth = (("flow.bytes_toserver", "source_bytes"), ("flow.bytes_toclient", "destination_bytes"))
    back = (("flow.bytes_toserver", "destination_bytes"), ("flow.bytes_toclient", "source_bytes"))
    asks = (("src_port", "free"), ("dest_port", "destination_port"))
    answers = (("src_port", "source_port"), ("dest_port", "free"))

    def shape(
        kinds: tuple[str, ...], of_flow: tuple[str, ...], *more: object, **given: tuple[str, ...]
    ) -> Members:
        conditions = {"event_type": tuple(f"={kind}" for kind in kinds), "flow.src_ip": of_flow, **given}
        ends = {"timestamp": (STATED,), "src_ip": (STATED,), "dest_ip": (STATED,)}
        return Members(syntax="json", given=tuple({**ends, **conditions}.items()), roles=(*roles, *more))  # type: ignore[arg-type]

    alerts, same, opposite = ("alert", "drop"), (ABSENT, "@src_ip"), ("@dest_ip",)
    return (
        shape(("flow", "http", "fileinfo", *sorted(_SPOKEN)), same, *forth, *asks),
        shape(("dns",), same, *forth, ("src_port", "free"), dest_port=("=53",)),
        shape(("dns",), same, *forth, ("dest_port", "free"), src_port=("=53",)),
        shape(alerts, ("@src_ip",), *forth, *asks),
        shape(alerts, opposite, *back, *answers),
        shape(alerts, (ABSENT,), *forth, *asks, direction=(ABSENT, "=to_server")),
        shape(("alert",), (ABSENT,), *back, *answers, direction=("=to_client",)),
    )


SHAPES = _shapes()
SPEC = LogFormat(
    name="suricata",
    title="Suricata EVE JSON",
    example=b'{"timestamp":"2021-01-07T04:18:07.123456+0000","flow_id":1,"event_type":"alert","src_ip":"192.0.2.7",'
    b'"src_port":51022,"dest_ip":"203.0.113.9","dest_port":80,"proto":"TCP","direction":"to_server",'
    b'"alert":{"action":"allowed","signature":"EXAMPLE"}}',
    knows="An alert's initiator is flow.src_ip, else the side that 'direction' makes the client, else "
    "unknown. 'blocked' and drop events are denied; packets both ways are data, none back is "
    "unanswered. Flow and application events name the client as source; HTTP by its status; DNS "
    "only resolved.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    document=document,
    shapes=SHAPES,
    outcomes=frozenset(Outcome) - {Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED, Outcome.ALLOWED},
    losses=(
        LossWord(
            "capture-dropped",
            b'"kernel_drops":',
            "the sensor lost packets before it could look at them",
            says=rb'"kernel_drops":\s{0,4}([0-9]{1,18})',
            amount=Amount.TOTAL,
        ),
    ),
)
