"""docs/log-formats.md names every format and no other, and products that share a format are read by it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from traque.logs import recognise, registry
from traque.model import Outcome
from traque.sources.decoders import registry as decoders

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "log-formats.md"


def rows() -> list[tuple[str, list[str], str]]:
    found = re.findall(r"^\| ([^|*]+) \| ([a-z0-9, ]+) \| ([a-z, ]+) \|$", PAGE.read_text(), re.MULTILINE)
    return [
        (product, formats.split(", "), tried) for product, formats, tried in found if product != "product"
    ]


def test_the_page_and_the_formats_agree() -> None:
    named = {one for _, formats, _ in rows() for one in formats}
    assert named == {spec.name for spec in (*registry(), *decoders())}
    assert {tried for _, _, tried in rows()} <= {"real", "documentation", "documentation, real"}
    assert len(rows()) > 80


PRODUCTS = {
    "Infoblox": (
        (b"<30>Jan  7 04:18:07 192.0.2.53 named[1234]: 07-Jan-2021 04:18:07.123 client @0x7f 10.0.0.7#51022: UDP: "
        b"query: www.evil.example IN A response: NOERROR + www.evil.example. 60 IN A 192.0.2.7;"),
        "bind", {"source.ip": "10.0.0.7", "dns.question.name": "www.evil.example", "dns.resolved_ip": "192.0.2.7"}, None,
    ),
    "nginx JSON": (
        (b'{"time_local":"07/Jan/2021:04:18:07 +0000","remote_addr":"192.0.2.7","request":"GET /mail HTTP/1.1",'
        b'"status":"200","body_bytes_sent":"512","http_user_agent":"curl/7"}'),
        "json", {"source.ip": "192.0.2.7", "url.path": "/mail", "user_agent.original": "curl/7"}, Outcome.DATA,
    ),
    "nginx JSON with msec": (
        b'{"msec":"1609993087.123","remote_addr":"192.0.2.7","request_method":"GET","request_uri":"/","status":403}',
        "json", {"source.ip": "192.0.2.7"}, Outcome.REFUSED,
    ),
    "Azure Firewall": (
        (b'{"time":"2021-01-07T04:18:07.0000000Z","category":"AZFWNetworkRule","properties":{"Protocol":"TCP",'
        b'"SourceIp":"192.0.2.7","SourcePort":51022,"DestinationIp":"198.51.100.9","DestinationPort":22,"Action":"Deny"}}'),
        "json", {"source.ip": "192.0.2.7", "destination.port": 22}, Outcome.DENIED,
    ),
    "Azure Application Gateway": (
        (b'{"timeStamp":"2021-01-07T04:18:07+00:00","category":"ApplicationGatewayAccessLog","properties":{"clientIP":'
        b'"192.0.2.7","clientPort":45057,"httpMethod":"GET","requestUri":"/","httpStatus":200,"sentBytes":466}}'),
        "json", {"source.ip": "192.0.2.7", "source.port": 45057}, Outcome.DATA,
    ),
    "GitHub audit": (
        (b'{"@timestamp":1609993087123,"action":"repo.create","actor":"alice","actor_ip":"192.0.2.7","org":"acme",'
        b'"_document_id":"x"}'),
        "json", {"source.ip": "192.0.2.7", "user.name": "alice"}, None,
    ),
    "UniFi CEF": (
        (b"<134>Jan  7 04:18:07 UDM CEF:0|Ubiquiti|UniFi Network|9.3.33|201|Threat Detected and Blocked|7|src=192.0.2.7 "
        b"spt=51022 dst=10.0.0.7 dpt=443 proto=TCP act=blocked"),
        "cef", {"source.ip": "192.0.2.7"}, Outcome.DENIED,
    ),
    "Palo Alto LEEF": (
        (b"<14>Jan  7 04:18:07 fw LEEF:1.0|Palo Alto Networks|PAN-OS Syslog Integration|8.1|deny|cat=TRAFFIC|src=192.0.2.7|"
        b"dst=203.0.113.9|srcPort=51022|dstPort=22|proto=tcp|action=deny"),
        "leef", {"source.ip": "192.0.2.7", "destination.port": 22}, Outcome.DENIED,
    ),
    "Check Point for Splunk": (
        (b"time=1609993087|hostname=gw|product=Firewall|action=Drop|ifdir=inbound|loguid={0x5ff68b3f,0x0}|"
        b"origin=203.0.113.1|originsicname=cn\\=gw,o\\=mgmt|dst=203.0.113.9|proto=6|s_port=51022|service=22|src=192.0.2.7|"),
        "checkpoint", {"source.ip": "192.0.2.7", "destination.port": 22, "observer.name": "gw"}, Outcome.DENIED,
    ),
    "Check Point structured data": (
        (b'<134>1 2021-01-07T04:18:07+02:00 gw CP-GW - Log [Fields@1.3.6.1.4.1.2620 Action="drop" src="192.0.2.7" '
        b'dst="203.0.113.9" proto="6" s_port="51022" service="22"]'),
        "syslog", {"source.ip": "192.0.2.7", "destination.ip": "203.0.113.9"}, Outcome.DENIED,
    ),
    "PAM": (
        (b"Jan  7 04:18:07 host vsftpd: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp "
        b"ruser=alice rhost=192.0.2.7  user=alice"),
        "syslog", {"source.ip": "192.0.2.7", "user.name": "alice"}, Outcome.LOGIN_REFUSED,
    ),
    "Traefik in common form": (
        b'192.0.2.7 - - [07/Jan/2021:04:18:07 +0000] "GET / HTTP/1.1" 401 17 "-" "-" 1 "web@docker" "http://10.0.0.2:80" 0ms',
        "webaccess", {"source.ip": "192.0.2.7"}, Outcome.REFUSED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_record_of_a_product_that_shares_a_format(product: str) -> None:
    record, name, fields, outcome = PRODUCTS[product]
    recognition = recognise(record + b"\n", "x.log")
    event = recognition.reader.parse(record)
    assert recognition.format == name
    assert event is not None
    assert event.time is not None
    assert {key: event.fields.get(key) for key in fields} == fields
    assert outcome is None or event.outcome is outcome
