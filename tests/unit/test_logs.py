"""What log formats must tell apart: initiator, outcome, mentions, and one format from another."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections import Counter
from pathlib import Path

import pytest
import zstandard

from traque.logs import Recognition, recognise
from traque.model import Event, Initiator, Outcome
from traque.timestamps import read


def event_of(record: str, *, name: str = "x.log") -> Event:
    recognition = recognise(record.encode() + b"\n", name)
    event = recognition.reader.parse(record.encode())
    assert event is not None
    return event


def packet(rest: str, prefix: str = "[UFW BLOCK]") -> Event:
    return event_of(
        f"Jan  7 04:18:07 gate kernel: [1.5] {prefix} IN=eth0 OUT= SRC=192.0.2.7 DST=203.0.113.9 LEN=40 {rest}"
    )


@pytest.mark.parametrize(
    ("rest", "initiator"),
    [
        ("PROTO=TCP SPT=51022 DPT=22 WINDOW=1 RES=0x00 SYN URGP=0", Initiator.SOURCE),
        ("PROTO=TCP SPT=443 DPT=51022 WINDOW=1 RES=0x00 SYN URGP=0", Initiator.SOURCE),
        ("PROTO=TCP SPT=443 DPT=51022 WINDOW=1 RES=0x00 ACK SYN URGP=0", Initiator.DESTINATION),
        ("PROTO=TCP SPT=443 DPT=51022 WINDOW=1 RES=0x00 ACK URGP=0", Initiator.DESTINATION),
        ("PROTO=TCP SPT=443 DPT=51022 WINDOW=1 RES=0x00 RST URGP=0", Initiator.DESTINATION),
        ("PROTO=TCP SPT=40000 DPT=51022 WINDOW=1 RES=0x00 ACK PSH URGP=0", Initiator.DESTINATION),
        ("PROTO=TCP SPT=51022 DPT=443 WINDOW=1 RES=0x00 ACK FIN URGP=0", Initiator.SOURCE),
        ("PROTO=UDP SPT=53 DPT=51022 LEN=20", Initiator.DESTINATION),
        ("PROTO=UDP SPT=123 DPT=123 LEN=20", Initiator.SOURCE),
        ("PROTO=UDP SPT=51022 DPT=53 LEN=20", Initiator.SOURCE),
        ("PROTO=ICMP TYPE=8 CODE=0", Initiator.SOURCE),
        ("PROTO=ICMP TYPE=0 CODE=0", Initiator.DESTINATION),
        ("PROTO=ICMP TYPE=5 CODE=0", Initiator.UNKNOWN),
        ("PROTO=2", Initiator.SOURCE),
    ],
)
def test_netfilter_initiator(rest: str, initiator: Initiator) -> None:
    assert packet(rest).initiator is initiator


@pytest.mark.parametrize(
    ("prefix", "outcome"),
    [
        ("[UFW BLOCK]", Outcome.DENIED),
        ("[UFW ALLOW]", Outcome.ALLOWED),
        ("FORWARD-DROP:", Outcome.DENIED),
        ("nft_rejected ", Outcome.DENIED),
        ("input-denied: ", Outcome.DENIED),
        ("ACCEPT", Outcome.ALLOWED),
        ("[UFW AUDIT]", Outcome.UNKNOWN),
        ("blocklist-hit", Outcome.UNKNOWN),
        ("", Outcome.UNKNOWN),
    ],
)
def test_netfilter_outcome(prefix: str, outcome: Outcome) -> None:
    assert packet("PROTO=UDP SPT=1 DPT=2", prefix).outcome is outcome


@pytest.mark.parametrize(
    ("action", "received", "outcome"),
    [
        ("accept", 5300, Outcome.DATA),
        ("close", 5300, Outcome.DATA),
        ("client-rst", 5300, Outcome.DATA),
        ("timeout", 5300, Outcome.DATA),
        ("accept", 0, Outcome.ALLOWED),
        ("close", 0, Outcome.ALLOWED),
        ("client-rst", 0, Outcome.ALLOWED),
        ("start", 0, Outcome.ALLOWED),
        ("timeout", 0, Outcome.UNANSWERED),
        ("ip-conn", 0, Outcome.UNANSWERED),
        ("deny", 0, Outcome.DENIED),
        ("blocked", 5300, Outcome.DENIED),
    ],
)
def test_fortigate_outcome(action: str, received: int, outcome: Outcome) -> None:
    event = event_of(
        f'date=2021-01-07 time=04:18:07 devname="F" logid="1" type="traffic" srcip=192.0.2.7 dstip=203.0.113.9 '
        f'action="{action}" rcvdbyte={received}'
    )
    assert (event.format, event.outcome, event.initiator) == ("fortigate", outcome, Initiator.SOURCE)


@pytest.mark.parametrize(
    ("state", "initiator", "outcome"),
    [
        ("S0", Initiator.SOURCE, Outcome.UNANSWERED),
        ("SF", Initiator.SOURCE, Outcome.DATA),
        ("S1", Initiator.SOURCE, Outcome.DATA),
        ("RSTO", Initiator.SOURCE, Outcome.DATA),
        ("REJ", Initiator.SOURCE, Outcome.REFUSED),
        ("SH", Initiator.SOURCE, Outcome.UNANSWERED),
        ("OTH", Initiator.UNKNOWN, Outcome.UNKNOWN),
        ("SHR", Initiator.UNKNOWN, Outcome.UNKNOWN),
        ("???", Initiator.UNKNOWN, Outcome.UNKNOWN),
    ],
)
def test_zeek_connection_states(state: str, initiator: Initiator, outcome: Outcome) -> None:
    event = event_of(f'{{"ts":1609993087.5,"uid":"C","id.orig_h":"192.0.2.7","conn_state":"{state}"}}')
    assert (event.initiator, event.outcome) == (initiator, outcome)


@pytest.mark.parametrize(
    ("result", "method", "outcome"),
    [
        ("TCP_TUNNEL/200", "CONNECT", Outcome.DATA),
        ("TCP_MISS/200", "GET", Outcome.DATA),
        ("TCP_REFRESH_UNMODIFIED/304", "GET", Outcome.DATA),
        ("TCP_DENIED/403", "CONNECT", Outcome.DENIED),
        ("TCP_DENIED/407", "GET", Outcome.DENIED),
        ("TCP_MISS/404", "GET", Outcome.REFUSED),
        ("TCP_MISS/503", "GET", Outcome.UNKNOWN),
        ("TCP_TUNNEL/503", "CONNECT", Outcome.UNANSWERED),
        ("TCP_MISS/503", "CONNECT", Outcome.UNANSWERED),
        ("TCP_MISS/000", "GET", Outcome.UNANSWERED),
        ("NONE/400", "GET", Outcome.UNANSWERED),
        ("NONE_NONE/000", "-", Outcome.UNANSWERED),
    ],
)
def test_squid_outcome(result: str, method: str, outcome: Outcome) -> None:
    event = event_of(
        f"1609993087.123     45 10.0.0.7 {result} 512 {method} 192.0.2.7:443 - HIER_DIRECT/192.0.2.7 -"
    )
    assert (event.format, event.outcome) == ("squid", outcome)
    assert event.fields["destination.ip"] == "192.0.2.7"


def test_a_parent_proxy_is_not_the_destination() -> None:
    event = event_of(
        "1609993087.123 45 10.0.0.7 TCP_MISS/200 512 GET http://evil.example/ - FIRSTUP_PARENT/192.0.2.7 -"
    )
    assert "destination.ip" not in event.fields
    assert event.fields["destination.domain"] == "evil.example"
    assert event.fields["server.address"] == "192.0.2.7"


@pytest.mark.parametrize(
    ("user", "status", "outcome"),
    [
        ("-", 200, Outcome.DATA),
        ("-", 302, Outcome.DATA),
        ("-", 401, Outcome.REFUSED),
        ("alice", 401, Outcome.LOGIN_REFUSED),
        ("alice", 407, Outcome.LOGIN_REFUSED),
        ("alice", 404, Outcome.REFUSED),
        ("alice", 200, Outcome.LOGIN_ACCEPTED),
        ("-", 503, Outcome.REFUSED),
    ],
)
def test_web_outcome(user: str, status: int, outcome: Outcome) -> None:
    event = event_of(f'192.0.2.7 - {user} [07/Jan/2021:04:18:07 +0000] "GET / HTTP/1.1" {status} 12 "-" "x"')
    assert (event.format, event.outcome) == ("webaccess", outcome)


@pytest.mark.parametrize(
    ("alert", "initiator"),
    [
        ('"direction":"to_server"', Initiator.SOURCE),
        ('"direction":"to_client"', Initiator.DESTINATION),
        ('"flow":{"src_ip":"203.0.113.9"}', Initiator.DESTINATION),
        ('"direction":"to_server","flow":{"src_ip":"203.0.113.9"}', Initiator.DESTINATION),
        ('"flow":{"src_ip":"192.0.2.7"}', Initiator.SOURCE),
        ('"flow":{"src_ip":"198.51.100.1"}', Initiator.UNKNOWN),
        ('"x":1', Initiator.UNKNOWN),
    ],
)
def test_suricata_alert_initiator(alert: str, initiator: Initiator) -> None:
    event = event_of(
        '{"timestamp":"2021-01-07T04:18:07+0000","flow_id":1,"event_type":"alert","src_ip":"192.0.2.7",'
        f'"dest_ip":"203.0.113.9","alert":{{"action":"allowed"}},{alert}}}'
    )
    assert (event.format, event.initiator) == ("suricata", initiator)


def test_mentions_are_in_fields_that_are_no_peer() -> None:
    event = event_of(
        '192.0.2.7 - - [07/Jan/2021:04:18:07 +0000] "GET /?to=203.0.113.1 HTTP/1.1" 200 12 '
        '"http://203.0.113.2/" "agent 203.0.113.3" "203.0.113.4, 10.0.0.1"'
    )
    holders = {name for name, value in event.fields.items() if "203.0.113" in str(value)}
    assert holders == {
        "url.original",
        "url.query",
        "http.request.referrer",
        "user_agent.original",
        "http.request.headers.x-forwarded-for",
    }
    for text in (
        "reverse mapping checking getaddrinfo for a.example [192.0.2.7] failed - POSSIBLE BREAK-IN ATTEMPT!",
        "Address 192.0.2.7 maps to a.example, but this does not map back to the address.",
    ):
        event = event_of(f"Jan  7 04:18:07 bastion sshd[1]: {text}")
        assert event.fields["related.ip"] == "192.0.2.7"
        assert "source.ip" not in event.fields
        assert event.initiator is Initiator.UNKNOWN


def test_a_user_name_cannot_forge_the_peer() -> None:
    event = event_of(
        "Jan  7 04:18:07 bastion sshd[1]: Failed password for invalid user x from 203.0.113.1 port 22 ssh2 "
        "from 192.0.2.7 port 51022 ssh2"
    )
    assert event.fields["source.ip"] == "192.0.2.7"
    event = event_of(
        "[Thu Jan 07 04:18:08 2021] [error] [client 192.0.2.7] File does not exist: /[client 203.0.113.1]"
    )
    assert event.fields["source.ip"] == "192.0.2.7"
    event = event_of(
        '192.0.2.7 - - [07/Jan/2021:04:18:07 +0000] "GET /\\" 200 9 \\"-\\" \\"x HTTP/1.1" 404 12 "-" "real"'
    )
    assert (event.outcome, event.fields["user_agent.original"]) == (Outcome.REFUSED, "real")


SSHD = b"Jan  7 04:18:07 gate sshd[1]: Failed password for bob from 192.0.2.7 port 51022 ssh2\n"
CRON = b"Jan  7 04:18:07 gate CRON[2]: (root) CMD (true)\n"
WEB = b'192.0.2.7 - - [07/Jan/2021:04:18:07 +0000] "GET / HTTP/1.1" 200 1 "-" "x"\n'


def test_a_mixed_syslog_file_is_what_most_of_it_is() -> None:
    assert recognise(SSHD * 6 + CRON * 4, "x").format == "sshd"
    assert recognise(SSHD * 4 + CRON * 6, "x").format == "syslog"


def test_records_of_a_mixed_file_go_to_their_own_format() -> None:
    reader = recognise(SSHD * 2 + CRON * 8, "messages").reader
    assert [event.format for event in map(reader.parse, (SSHD, CRON)) if event] == ["sshd", "syslog"]
    stray = recognise(WEB * 9, "access.log").reader.parse(SSHD)
    assert stray is not None
    assert stray.format == "sshd"


def test_content_is_judged_before_the_name() -> None:
    assert recognise(WEB * 3, "squid-zeek-fortigate.log").format == "webaccess"
    assert recognise(WEB * 3, "").format == "webaccess"


def test_a_cut_last_line_is_not_judged() -> None:
    assert recognise(WEB * 100 + WEB[:30], "x").confidence == recognise(WEB * 100, "x").confidence


def test_utf_16_is_recognised() -> None:
    for encoding in ("utf-16", "utf-16-le"):
        assert recognise((WEB * 3).decode().encode(encoding), "x").format == "webaccess"


def test_a_byte_order_mark_is_no_part_of_the_first_record() -> None:
    event = recognise(b"\xef\xbb\xbf" + WEB, "x").reader.parse(b"\xef\xbb\xbf" + WEB)
    assert event is not None
    assert event.fields["source.ip"] == "192.0.2.7"


def test_a_log_level_is_no_host() -> None:
    assert recognise(b"2021-01-07T04:18:07Z INFO main: started at 192.0.2.7\n" * 3, "x").format == "unknown"


def _bytes(path: Path) -> bytes:
    data = path.read_bytes()
    match path.suffix:
        case ".gz":
            return gzip.decompress(data)
        case ".bz2":
            return bz2.decompress(data)
        case ".xz":
            return lzma.decompress(data)
        case _:
            return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()


ESTATE = {
    "firewall/fortigate-2021-03.log.xz": ("fortigate", {("source", "data")}),
    "firewall/ufw.log-20210104.gz": ("netfilter", {("source", "denied"), ("source", "allowed")}),
    "hosts/auth.log-202101.bz2": ("sshd", {("source", "login-accepted"), ("source", "login-refused")}),
    "ids/eve-2021-01.json.zst": ("suricata", {("unknown", "unknown")}),
    "mail/mail.log-202101.gz": ("postfix", {("source", "allowed")}),
    "proxy/squid-access-2021-01.log.gz": ("squid", {("source", "data"), ("source", "denied")}),
    "web/webmail-access.log-202101.gz": ("webaccess", {("source", "data"), ("source", "refused")}),
    "zeek/2021-01/conn.json.gz": ("zeek", {("source", "data"), ("source", "unanswered")}),
}


@pytest.mark.parametrize("name", ESTATE)
def test_every_record_of_the_estate_is_understood(samples: Path, name: str) -> None:
    data = _bytes(samples / "estate" / "logs" / name)
    recognition: Recognition = recognise(data[:65536], name)
    found: Counter[tuple[str, str]] = Counter()
    for record in data.splitlines():
        event = recognition.reader.parse(record)
        assert event is not None, record
        assert event.time == read(record, recognition.reader.times), record
        assert "source.ip" in event.fields, record
        found[event.initiator.value, event.outcome.value] += 1
    assert (recognition.format, set(found)) == ESTATE[name]


@pytest.mark.parametrize(
    ("request_line", "status", "outcome"),
    [
        ("POST /owa/auth.owa HTTP/1.1", "302", Outcome.LOGIN_ACCEPTED),
        ("POST /wp-login.php HTTP/1.1", "302", Outcome.LOGIN_ACCEPTED),
        ("POST /Account/SignIn?ReturnUrl=%2F HTTP/1.1", "303", Outcome.LOGIN_ACCEPTED),
        ("POST /owa/auth/logon.aspx HTTP/1.1", "200", Outcome.DATA),
        ("GET /login HTTP/1.1", "302", Outcome.DATA),
        ("POST /blogin/entry HTTP/1.1", "302", Outcome.DATA),
        ("POST /search?next=/login HTTP/1.1", "302", Outcome.DATA),
        ("POST /login HTTP/1.1", "401", Outcome.REFUSED),
    ],
)
def test_a_redirect_after_a_log_in_form_is_probably_a_log_in(
    request_line: str, status: str, outcome: Outcome
) -> None:
    record = f'192.0.2.7 - - [07/Jan/2021:04:18:07 +0000] "{request_line}" {status} 512 "-" "-"'
    assert event_of(record, name="access.log").outcome is outcome
