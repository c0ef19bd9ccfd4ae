"""Zeek's logs, as tab-separated tables and as JSON: conn, dns, http, ssl, ssh, smtp, and any other stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from traque.logs._documents import Document, stamp_of
from traque.logs._fields import SEVERAL, Fields, fields_of, http_outcome, mailboxes, number_of
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, specific
from traque.logs._losses import Amount, LossWord
from traque.logs.json import understand
from traque.model import STATED, Event, Initiator, Members, Outcome, TimeRule

JSON_TIMES = (TimeRule("epoch", anchor=b'"ts":'), TimeRule("iso", anchor=b'"ts":'))

# https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html
_STATES = {
    "S0": (Initiator.SOURCE, Outcome.UNANSWERED, "attempt, no reply"),
    "S1": (Initiator.SOURCE, Outcome.DATA, "established, not ended"),
    "SF": (Initiator.SOURCE, Outcome.DATA, "established and ended"),
    "REJ": (Initiator.SOURCE, Outcome.REFUSED, "rejected"),
    "S2": (Initiator.SOURCE, Outcome.DATA, "established, originator closed"),
    "S3": (Initiator.SOURCE, Outcome.DATA, "established, responder closed"),
    "RSTO": (Initiator.SOURCE, Outcome.DATA, "established, originator aborted"),
    "RSTR": (Initiator.SOURCE, Outcome.DATA, "established, responder aborted"),
    "RSTOS0": (Initiator.SOURCE, Outcome.UNANSWERED, "SYN then RST, no SYN ACK seen"),
    "RSTRH": (Initiator.UNKNOWN, Outcome.UNKNOWN, "SYN ACK then RST, no SYN seen"),
    "SH": (Initiator.SOURCE, Outcome.UNANSWERED, "SYN then FIN, no SYN ACK seen"),
    "SHR": (Initiator.UNKNOWN, Outcome.UNKNOWN, "only the responder was seen"),
    "OTH": (Initiator.UNKNOWN, Outcome.UNKNOWN, "midstream, its beginning was not seen"),
}
"""What each ``conn_state`` says."""


def document(entry: Document) -> Event | None:
    """What a Zeek entry says; None if it is none."""
    if "ts" not in entry or not (
        "id.orig_h" in entry or "uid" in entry or "_path" in entry or "fuid" in entry
    ):
        return None
    inner = entry.get("id")
    if isinstance(inner, Mapping):
        entry = {**entry, **{f"id.{key}": value for key, value in inner.items()}}
    elif "id_orig_h" in entry:  # where a dot may not stand in a column's name
        entry = {_column(name): value for name, value in entry.items()}
    return _event(entry)


def _column(name: str) -> str:
    return f"id.{name[3:]}" if name.startswith(("id_orig_", "id_resp_")) else name


def _event(entry: Document) -> Event:
    get = entry.get
    host, uri = get("host"), get("uri")
    full = (
        f"http://{host}{uri}"
        if isinstance(host, str) and isinstance(uri, str) and uri.startswith("/")
        else None
    )
    pairs = [
        ("source.ip", get("id.orig_h")),
        ("source.port", get("id.orig_p")),
        ("destination.ip", get("id.resp_h")),
        ("destination.port", get("id.resp_p")),
        ("source.bytes", get("orig_bytes", get("request_body_len"))),
        ("destination.bytes", get("resp_bytes", get("response_body_len"))),
        ("network.transport", get("proto")),
        ("network.protocol", get("service")),
        ("network.direction", _direction(get("local_orig"), get("local_resp"))),
        ("dns.question.name", get("query")),
        ("dns.answers.data", _joined(get("answers"))),
        ("url.domain", host),
        ("url.original", uri),
        ("url.full", full),
        ("http.request.method", get("method") if "uri" in entry else None),
        ("http.request.referrer", get("referrer")),
        ("http.request.headers.x-forwarded-for", _joined(get("proxied"))),
        ("http.response.status_code", get("status_code")),
        ("user_agent.original", get("user_agent")),
        ("tls.client.server_name", get("server_name")),
        ("tls.client.ja3", get("ja3")),
        ("tls.client.ja4", get("ja4")),
        ("tls.server.ja3s", get("ja3s")),
        ("tls.server.subject", get("subject")),
        ("tls.server.issuer", get("issuer")),
        (
            "user.name",
            get("username", get("user", get("cname" if "request_type" in entry else "client_name"))),
        ),
        ("email.from.address", mailboxes(get("mailfrom"))),
        ("email.to.address", mailboxes(get("rcptto"))),
        ("smtp.helo", get("helo")),
        ("file.name", get("filename")),
        ("file.hash.md5", get("md5")),
        ("file.hash.sha1", get("sha1")),
        ("file.hash.sha256", get("sha256")),
        ("related.ip", _first(get("host")) if "id.orig_h" not in entry else None),
        ("event.action", get("note", get("name", get("conn_state", get("command"))))),
        ("message", get("msg")),
    ]
    fields = fields_of(pairs)
    if "id.orig_h" not in entry:
        _without_connection(entry, fields)
    initiator, outcome, why = _known(entry)
    return Event(
        format="zeek",
        time=stamp_of(entry["ts"]),
        fields=fields,
        initiator=initiator,
        outcome=outcome,
        why=why,
    )


def _without_connection(entry: Document, fields: Fields) -> None:
    """files.log: who sent and who received; software, known_hosts: a host that was seen."""
    pairs = [("source.ip", _first(entry.get("tx_hosts"))), ("destination.ip", _first(entry.get("rx_hosts")))]
    fields_of(pairs, fields)
    if fields.get("url.domain") == fields.get("related.ip"):
        fields.pop("url.domain", None)


_Known = tuple[Initiator, Outcome, str]


def _known(entry: Document) -> _Known:
    """Who opened and what came of it, by the fields that the stream has. Zeek's originator opened."""
    for names, known in _STREAMS:
        if any(name in entry for name in names):
            return known(entry)
    if "id.orig_h" in entry:
        return Initiator.SOURCE, Outcome.UNKNOWN, "the originator; the stream does not say what came of it"
    return Initiator.UNKNOWN, Outcome.UNKNOWN, "no connection"


def _conn(entry: Document) -> _Known:
    state = str(entry.get("conn_state"))
    initiator, outcome, why = _STATES.get(state, (Initiator.UNKNOWN, Outcome.UNKNOWN, "no state"))
    return initiator, outcome, f"conn_state {state}: {why}"


def _ssh(entry: Document) -> _Known:
    if "auth_success" not in entry:
        return Initiator.SOURCE, Outcome.DATA, "SSH spoken, log-in not known"
    if _true(entry, "auth_success"):
        return Initiator.SOURCE, Outcome.LOGIN_ACCEPTED, "auth_success"
    return Initiator.SOURCE, Outcome.LOGIN_REFUSED, "auth_success false"


def _kerberos(entry: Document) -> _Known:
    if _true(entry, "success"):
        return Initiator.SOURCE, Outcome.LOGIN_ACCEPTED, "Kerberos success"
    return Initiator.SOURCE, Outcome.LOGIN_REFUSED, f"Kerberos {entry.get('error_msg', 'failure')}"


def _dns(entry: Document) -> _Known:
    asked = f"dns {entry.get('qtype_name', '')} {entry.get('rcode_name', '')}"
    return Initiator.SOURCE, Outcome.RESOLVED, asked.strip()


def _http(entry: Document) -> _Known:
    status = entry.get("status_code")
    return Initiator.SOURCE, http_outcome(status), f"HTTP {status}" if status else "HTTP, no answer"


def _tls(entry: Document) -> _Known:
    done = _true(entry, "established")
    outcome = Outcome.DATA if done else Outcome.REFUSED
    return Initiator.SOURCE, outcome, f"TLS {'' if done else 'not '}established"


def _smtp(entry: Document) -> _Known:
    reply = str(entry.get("last_reply", ""))
    refused = reply.startswith(("4", "5"))
    return Initiator.SOURCE, Outcome.REFUSED if refused else Outcome.DATA, f"SMTP {reply[:40]}".strip()


def _ftp(entry: Document) -> _Known:
    code = number_of(entry.get("reply_code")) or 0
    return Initiator.SOURCE, Outcome.REFUSED if code >= 400 else Outcome.DATA, f"FTP reply {code}"


def _true(entry: Document, name: str) -> bool:
    """A boolean, which a table writes as T or F."""
    return entry.get(name) in (True, "T")


_STREAMS: tuple[tuple[tuple[str, ...], Callable[[Document], _Known]], ...] = (
    (("conn_state",), _conn),
    (("auth_success", "auth_attempts"), _ssh),
    (("request_type",), _kerberos),
    (("query", "qtype_name"), _dns),
    (("status_code", "uri"), _http),
    (("established",), _tls),
    (("mailfrom", "last_reply"), _smtp),
    (("reply_code",), _ftp),
)
"""The fields that mark a stream, and who knows what it says."""


def _direction(local_source: object, local_destination: object) -> str | None:
    inside = (True, "T")
    if local_source in inside:
        return "internal" if local_destination in inside else "outbound"
    if local_source in (False, "F"):
        return "external" if local_destination in (False, "F") else "inbound"
    return None


def _joined(value: object) -> object:
    """The items of a set with commas between, as a table has them."""
    return ",".join(str(item) for item in value[:SEVERAL]) if isinstance(value, list) else value


def _first(value: object) -> object:
    """The first item of a set, which a table writes with commas."""
    if isinstance(value, list):
        return value[0] if value else None
    return value.partition(",")[0] if isinstance(value, str) else value


def _table(header: Mapping[str, str]) -> Callable[[bytes], Event | None]:
    """A reader of rows for the table that ``header`` describes."""
    separator, unset, empty = header["separator"], header["unset_field"], header["empty_field"]
    names = header["fields"].split(separator)

    def understand_row(record: bytes) -> Event | None:
        if record.startswith(b"#"):
            return None
        values = record.decode("utf-8", "replace").rstrip("\r\n").split(separator)
        if len(values) != len(names):
            return None
        entry = {
            name: value for name, value in zip(names, values, strict=True) if value not in (unset, empty)
        }
        return _event(entry) if "ts" in entry else None

    return understand_row


def _header(lines: Sequence[bytes]) -> Mapping[str, str] | None:
    """The ``#`` lines of a table; None without ``#fields`` that name ``ts``."""
    found = {"separator": "\t", "unset_field": "-", "empty_field": "(empty)"}
    for line in lines:
        if not line.startswith(b"#"):
            break
        # Only the separator's own line is not separated by it.
        mark = " " if line.startswith(b"#separator") else found["separator"] or " "
        key, _, value = line[1:].decode("utf-8", "replace").partition(mark)
        if key == "separator" and value.startswith("\\x") and len(value) == 4:
            code = value[2:]
            value = chr(int(code, 16)) if all(digit in "0123456789abcdefABCDEF" for digit in code) else "\t"
        found[key] = value.rstrip("\r")
    if not found["separator"] or "ts" not in found.get("fields", "").split(found["separator"]):
        return None
    return MappingProxyType(found)


def sniff(head: Head) -> float:
    """A table's header leaves no doubt; JSON entries must be the majority."""
    if _header(head.lines) is not None:
        return 1.0
    return specific(head.share_of_documents(document))


def reader(head: Head) -> RecordReader:
    """By the table's own header, or JSON."""
    header = _header(head.lines)
    if header is not None:
        separator = header["separator"]
        column = header["fields"].split(separator).index("ts")
        rules = tuple(
            TimeRule(layout, column=column, separator=separator.encode()) for layout in ("epoch", "iso")
        )
        return LineReader(rules, _table(header), _row_shapes(header))
    return LineReader(JSON_TIMES, understand, SHAPES)


def _entry_shape() -> Members:
    """Entries of any stream with a connection: the originator opened, so that its port is free."""
    measured = (
        "_write_ts uid duration missed_bytes history tunnel_parents orig_pkts orig_ip_bytes resp_pkts "
        "resp_ip_bytes"
    )
    said = (
        "trans_id rtt query answers TTLs trans_depth host referrer user_agent proxied orig_fuids "
        "resp_fuids server_name subject issuer cert_chain_fuids client_cert_chain_fuids ja3 ja3s ja4 helo "
        "mailfrom rcptto"
    )
    return Members(
        syntax="json",
        given=tuple((name, (STATED,)) for name in ("ts", "uid", "id.orig_h", "id.resp_h")),
        roles=(
            ("ts", "time"),
            ("id.orig_h", "source_ip"),
            ("id.orig_p", "free"),
            ("id.resp_h", "destination_ip"),
            ("id.resp_p", "destination_port"),
            *((name, "source_bytes") for name in ("orig_bytes", "request_body_len")),
            *((name, "destination_bytes") for name in ("resp_bytes", "response_body_len")),
            *((name, "account") for name in ("username", "user")),
            ("uri", "path"),
            *((name, "free") for name in (*measured.split(), *said.split())),
        ),
    )


def _row_shapes(header: Mapping[str, str]) -> tuple[str, ...]:
    """The shape of a table's rows: the originator's port, what is measured and what was asked are free."""
    names = header["fields"].split("\t")
    marks = (header["separator"], header["unset_field"], header["empty_field"])
    if marks != ("\t", "-", "(empty)") or len(set(names)) != len(names):
        return ()
    number, address, port = "[0-9]{1,15}", "[0-9A-Fa-f:.]+", "[1-9][0-9]{0,4}"
    columns = {
        "ts": r"(?P<time>1[0-9]{9}\.[0-9]{1,6})",
        "uid": _or_unset("free1", "C[0-9A-Za-z]{1,24}"),
        "id.orig_h": _or_unset("source_ip", address),
        "id.orig_p": _or_unset("free2", port),
        "id.resp_h": _or_unset("destination_ip", address),
        "id.resp_p": _or_unset("destination_port", port),
        "duration": _or_unset("free3", r"[0-9]{1,9}\.[0-9]{1,9}"),
        "orig_pkts": _or_unset("free4", number),
        "orig_ip_bytes": _or_unset("free5", number),
        "resp_pkts": _or_unset("free6", number),
        "resp_ip_bytes": _or_unset("free7", number),
    }
    if "conn_state" in names:
        columns["orig_bytes"] = _or_unset("source_bytes", number)
        columns["resp_bytes"] = _or_unset("destination_bytes", number)
    asked = ("trans_id", "rtt", "query", "answers", "TTLs", "trans_depth", "referrer", "user_agent")
    roles = {"uri": "path", **{name: f"free{place}" for place, name in enumerate(asked, 8)}}
    for name, role in roles.items():
        columns[name] = rf"(?:(?P<{role}>[^\t\n(-][^\t\n]*)|[(-][^\t\n]*)"
    return ("\t".join(columns.get(name, r"[^\t\n]*") for name in names),)


def _or_unset(role: str, value: str) -> str:
    """A value of that form, or none."""
    return f"(?:(?P<{role}>{value})|-)"


SHAPES = (_entry_shape(),)

_LOST = "the sensor lost packets before it could look at them"
LOSSES = (
    LossWord("capture-dropped", b"CaptureLoss::Too_Much_Loss", _LOST, beside=True),
    LossWord("capture-dropped", b"PacketFilter::Dropped_Packets", _LOST, beside=True),
    LossWord(
        "capture-dropped",
        b'"percent_lost":',
        _LOST,
        says=rb'"percent_lost":\s{0,4}([0-9]{1,3}(?:\.[0-9]{1,18})?)',
        amount=Amount.SHARE,
        beside=True,
    ),
    LossWord(
        "capture-dropped",
        b"\t",
        _LOST,
        says=rb"\t([0-9]{1,3}\.[0-9]{1,18})$",
        amount=Amount.SHARE,
        beside=True,
        head=b"#path\tcapture_loss",
    ),
    LossWord(
        "capture-dropped",
        b'"pkts_dropped":',
        _LOST,
        says=rb'"pkts_dropped":\s{0,4}([0-9]{1,15})',
        amount=Amount.LOST,
        beside=True,
    ),
)
"""What ``capture_loss``, ``notice`` and ``stats`` say of the sensor, and so of all it writes."""

SPEC = LogFormat(
    name="zeek",
    title="Zeek, TSV and JSON (conn, dns, http, ssl, ssh, smtp and other streams)",
    example=b'{"ts":1609993087.123456,"uid":"C1","id.orig_h":"10.0.0.7","id.orig_p":51022,"id.resp_h":"192.0.2.7",'
    b'"id.resp_p":443,"proto":"tcp","conn_state":"SF","orig_bytes":1200,"resp_bytes":5300,"local_orig":true}',
    knows="The originator initiated. conn_state: S0, SH, RSTOS0 are unanswered, REJ refused, S1, S2, "
    "S3, SF, RSTO, RSTR established (data), OTH, RSTRH, SHR unknown. http by status, ssh by "
    "auth_success, dns only resolved, ssl by 'established', smtp by the last reply.",
    times=JSON_TIMES,
    sniff=sniff,
    reader=reader,
    document=document,
    shapes=SHAPES,
    outcomes=frozenset(Outcome) - {Outcome.ALLOWED, Outcome.DENIED},
    losses=LOSSES,
)
