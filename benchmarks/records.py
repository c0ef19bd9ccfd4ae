"""Log lines of eight products, with the fields and lengths that the real ones have.

A maker gives one line at the clock's time, and the verdict that the design's ladder gives to the outside
peer of that line (``""`` where there is none). ``planted`` names values, by kind, that must stand in it;
all else is drawn.
"""
# ruff: noqa: E501 -- lines of a log are long

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from benchmarks.scene import START, Planted, Scene

_USERS: Final = ("root", "admin", "amartin", "jdupont", "cleroy", "svc_backup", "postgres", "deploy")
_AGENTS: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/91.0.4472.124 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:89.0) Gecko/20100101 Firefox/89.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.1.1 Safari/605.1.15",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "curl/7.74.0",
    "python-requests/2.25.1",
)
_PATHS: Final = (
    "/", "/index.html", "/static/css/main.5f2c1a.css", "/static/js/app.93ab01.js", "/api/v2/items?page=3&size=50",
    "/images/2021/03/header.webp", "/favicon.ico", "/wp-login.php", "/robots.txt", "/catalogue/search?q=bench&sort=asc",
)  # fmt: skip
_COUNTRIES: Final = (
    "France",
    "Germany",
    "United States",
    "Netherlands",
    "Russian Federation",
    "Egypt",
    "Brazil",
)
_SERVICES: Final = (("HTTPS", 443), ("HTTP", 80), ("DNS", 53), ("SSH", 22), ("SMTP", 25), ("RDP", 3389))


class Made(NamedTuple):
    """A line without its end, and its peer's verdict."""

    line: str
    verdict: str


def ufw(scene: Scene, planted: Planted) -> Made:
    """Netfilter's packet log."""
    clock, below = scene.clock, scene.below
    block = scene.random() < 0.9
    port = _SERVICES[below(6)][1]
    return Made(
        f"{clock.syslog_date} {clock.time} gate kernel: [{clock.second - START + 7_116_368}.{clock.micro:06d}] "
        f"[UFW {'BLOCK' if block else 'ALLOW'}] IN=eth0 OUT= MAC=00:00:5e:00:53:01:00:00:5e:00:53:02:08:00 "
        f"SRC={scene.address(planted)} DST={scene.own()} LEN={40 + below(1400)} TOS=0x00 PREC=0x00 "
        f"TTL={32 + below(200)} ID={below(65536)} DF PROTO=TCP SPT={1024 + below(64000)} DPT={port} "
        f"WINDOW={1024 * (1 + below(60))} RES=0x00 SYN URGP=0",
        "blocked" if block else "contact",
    )


def sshd(scene: Scene, planted: Planted) -> Made:
    """OpenSSH in a syslog file."""
    clock, below = scene.clock, scene.below
    head = f"{clock.syslog_date} {clock.time} bastion sshd[{1000 + below(30000)}]: "
    user = _USERS[below(8)]
    kind = scene.random()
    if kind > 0.9 and not planted:
        return Made(f"{head}pam_unix(sshd:session): session opened for user {user} by (uid=0)", "")
    peer = f"from {scene.address(planted, six=0.05)} port {1024 + below(64000)} ssh2"
    if kind > 0.85:
        return Made(
            f"{head}Accepted publickey for {user} {peer}: ED25519 SHA256:{scene.hexadecimal(43)}",
            "authenticated",
        )
    return Made(
        f"{head}Failed password for {'invalid user ' if kind < 0.4 else ''}{user} {peer}", "auth-failed"
    )


def fortigate(scene: Scene, planted: Planted) -> Made:
    """FortiGate forward traffic, key=value."""
    clock, below = scene.clock, scene.below
    outward = scene.random() < 0.75
    service, port = _SERVICES[below(6)]
    remote = scene.address(planted)
    country = _COUNTRIES[below(7)]
    deny = scene.random() < (0.05 if outward else 0.8)
    sent, received = 200 + below(90_000), 0 if deny else 300 + below(900_000)
    source, destination = (scene.inside(), remote) if outward else (remote, scene.own())
    interfaces = (
        'srcintf="lan" srcintfrole="lan" dstintf="wan1" dstintfrole="wan" '
        if outward
        else 'srcintf="wan1" srcintfrole="wan" dstintf="dmz" dstintfrole="dmz" '
    )
    countries = (
        f'srccountry="Reserved" dstcountry="{country}" '
        if outward
        else f'srccountry="{country}" dstcountry="France" '
    )
    verdicts = ("outbound-attempt", "outbound") if outward else ("blocked", "session")
    return Made(
        f'date={clock.date} time={clock.time} devname="FGT-EDGE-01" devid="FG100E0000000001" '
        f'eventtime={clock.second}{clock.micro:06d}000 tz="+0000" logid="0000000013" type="traffic" subtype="forward" '
        f'level="notice" vd="root" srcip={source} srcport={1024 + below(64000)} {interfaces}'
        f"dstip={destination} dstport={port} {countries}sessionid={10_000_000 + below(900_000_000)} proto=6 "
        f'action="{"deny" if deny else ("close", "accept")[below(2)]}" policyid={below(60)} policytype="policy" '
        f'poluuid="6f1d53a2-5c3b-51eb-9a1c-{below(1 << 40):012x}" service="{service}" trandisp="snat" '
        f"duration={below(300)} sentbyte={0 if deny else sent} rcvdbyte={received} sentpkt={0 if deny else 1 + below(90)} "
        f'rcvdpkt={0 if deny else 1 + below(900)} appcat="unscanned"',
        verdicts[not deny],
    )


def apache(scene: Scene, planted: Planted) -> Made:
    """Apache's combined log."""
    clock, below = scene.clock, scene.below
    status = (200, 200, 200, 200, 304, 301, 404, 403, 500)[below(9)]
    referer = planted.get("url") or ("-" if below(2) else f"https://{scene.host({})}/{scene.hexadecimal(6)}")
    agent = planted.get("agent") or _AGENTS[below(6)]
    return Made(
        f"{scene.address(planted, six=0.08)} - - [{clock.web_date}:{clock.time} +0000] "
        f'"{("GET", "GET", "GET", "HEAD")[below(4)]} {_PATHS[below(10)]} HTTP/1.1" {status} {200 + below(60_000)} '
        f'"{referer}" "{agent}"',
        "session" if status < 400 else "answered",
    )


def squid(scene: Scene, planted: Planted) -> Made:
    """Squid's native access log."""
    clock, below = scene.clock, scene.below
    head = f"{clock.second}.{clock.micro // 1000:03d} {below(60_000):6d} {scene.inside()}"
    kind = scene.random()
    if kind > 0.95 and "ipv4-addr" not in planted and "url" not in planted:
        return Made(
            f"{head} TCP_DENIED/403 {3900 + below(200)} CONNECT {scene.host(planted)}:443 - HIER_NONE/- text/html",
            "",
        )
    peer = scene.address(planted)
    if kind > 0.3 and "url" not in planted:
        return Made(
            f"{head} TCP_TUNNEL/200 {1000 + below(900_000)} CONNECT {scene.host(planted)}:443 - HIER_DIRECT/{peer} -",
            "outbound",
        )
    url = (
        planted.get("url")
        or f"http://{scene.host(planted)}/{scene.hexadecimal(8)}/{scene.hexadecimal(4)}.html"
    )
    return Made(
        f"{head} TCP_MISS/200 {1000 + below(90_000)} GET {url} - HIER_DIRECT/{peer} text/html", "outbound"
    )


def zeek(scene: Scene, planted: Planted) -> Made:
    """Zeek's conn.log as JSON."""
    clock, below = scene.clock, scene.below
    outward = scene.random() < 0.8
    answered = scene.random() < 0.85
    remote = scene.address(planted, six=0.05)
    origin, responder = (scene.inside(), remote) if outward else (remote, scene.own())
    service, port = (("ssl", 443), ("http", 80), ("dns", 53), ("ssh", 22))[below(4)]
    head = (
        f'{{"ts":{clock.second}.{clock.micro:06d},"uid":"C{scene.hexadecimal(16)}","id.orig_h":"{origin}",'
        f'"id.orig_p":{1024 + below(64000)},"id.resp_h":"{responder}","id.resp_p":{port},"proto":"tcp",'
    )
    side = f'"local_orig":{str(outward).lower()},"local_resp":{str(not outward).lower()},"missed_bytes":0,'
    if answered:
        return Made(
            f'{head}"service":"{service}","duration":{below(9000) / 1000},"orig_bytes":{200 + below(9000)},'
            f'"resp_bytes":{200 + below(90_000)},"conn_state":"SF",{side}"history":"ShADadFf","orig_pkts":{4 + below(40)},'
            f'"orig_ip_bytes":{400 + below(9000)},"resp_pkts":{4 + below(80)},"resp_ip_bytes":{400 + below(90_000)}}}',
            "outbound" if outward else "session",
        )
    return Made(
        f'{head}"conn_state":"S0",{side}"history":"S","orig_pkts":1,"orig_ip_bytes":60,"resp_pkts":0,"resp_ip_bytes":0}}',
        "outbound-attempt" if outward else "contact",
    )


def postfix(scene: Scene, planted: Planted) -> Made:
    """Postfix in a syslog file."""
    clock, below = scene.clock, scene.below
    head = f"{clock.syslog_date} {clock.time} mx1 postfix/"
    kind = scene.random()
    if "email-addr" in planted or "domain-name" in planted:
        kind = 0.8
    if kind < 0.35:
        return Made(
            f"{head}smtpd[{1000 + below(30000)}]: connect from unknown[{scene.address(planted, six=0.1)}]",
            "contact",
        )
    if kind < 0.6:
        return Made(
            f"{head}smtpd[{1000 + below(30000)}]: disconnect from unknown[{scene.address(planted, six=0.1)}] "
            "ehlo=1 auth=0/1 quit=1 commands=2/3",
            "contact",
        )
    if kind < 0.75:
        return Made(
            f"{head}smtpd[{1000 + below(30000)}]: warning: unknown[{scene.address(planted)}]: SASL LOGIN authentication "
            f"failed: UGFzc3dvcmQ6, sasl_username={_USERS[below(8)]}",
            "auth-failed",
        )
    sender = planted.get("email-addr") or f"{_USERS[below(8)]}@{scene.host({})}"
    name = scene.host(planted)
    peer = scene.address(planted)
    if kind < 0.9:
        return Made(
            f"{head}smtpd[{1000 + below(30000)}]: NOQUEUE: reject: RCPT from unknown[{peer}]: 554 5.7.1 Service "
            f"unavailable; from=<{sender}> to=<info@organisation.example> proto=ESMTP helo=<{name}>",
            "answered",
        )
    return Made(
        f"{head}smtp[{1000 + below(30000)}]: {scene.hexadecimal(10).upper()}: to=<{sender}>, relay=mx.{name}[{peer}]:25, "
        f"delay={below(900) / 100}, delays=0.1/0/0.4/0.6, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as "
        f"{scene.hexadecimal(10).upper()})",
        "outbound",
    )


def eve(scene: Scene, planted: Planted) -> Made:
    """Suricata's EVE JSON: flow, dns, tls, http, alert and fileinfo events."""
    clock, below = scene.clock, scene.below
    remote = scene.address(planted, six=0.05)
    stamp = f"{clock.date}T{clock.time}.{clock.micro:06d}+0000"
    kind = _eve_kind(scene, planted)
    port = {"dns": 53, "tls": 443}.get(kind, 80)
    protocol = "UDP" if kind == "dns" else "TCP"
    head = (
        f'{{"timestamp":"{stamp}","flow_id":{10**14 + below(10**15)},"in_iface":"eth1","event_type":"{kind}",'
        f'"src_ip":"{scene.inside()}","src_port":{1024 + below(64000)},"dest_ip":"{remote}","dest_port":{port},'
        f'"proto":"{protocol}",'
    )
    name = scene.host(planted)
    if kind == "flow":
        return Made(
            f'{head}"app_proto":"tls","flow":{{"pkts_toserver":{4 + below(90)},"pkts_toclient":{4 + below(90)},'
            f'"bytes_toserver":{400 + below(9000)},"bytes_toclient":{400 + below(90_000)},"start":"{stamp}",'
            f'"end":"{stamp}","age":{below(300)},"state":"closed","reason":"timeout","alerted":false}},"tcp":{{'
            f'"tcp_flags":"1b","tcp_flags_ts":"1b","tcp_flags_tc":"1b","syn":true,"fin":true,"psh":true,"ack":true,'
            f'"state":"closed"}}}}',
            "outbound",
        )
    if kind == "dns":
        return Made(
            f'{head}"dns":{{"type":"query","id":{below(65536)},"rrname":"{name}","rrtype":"A","tx_id":0}}}}',
            "outbound-attempt",
        )
    if kind == "tls":
        digest = ":".join(f"{below(256):02x}" for _ in range(20))
        return Made(
            f'{head}"tls":{{"subject":"CN={name}","issuerdn":"C=US, O=Example Trust, CN=Example CA 3","serial":'
            f'"{scene.hexadecimal(32).upper()}","fingerprint":"{digest}","sni":"{name}","version":"TLS 1.2","notbefore":'
            f'"2021-01-04T00:00:00","notafter":"2022-01-04T23:59:59","ja3":{{"hash":"{scene.hexadecimal(32)}","string":'
            f'"771,49195-49199-52393-52392-49196-49200-49162-49161-49171-49172-51-57-47-53,0-23-65281-10-11-35,29-23-24,0"'
            f'}},"ja3s":{{"hash":"{scene.hexadecimal(32)}","string":"771,49199,65281-0-11"}}}}}}',
            "outbound",
        )
    http = (
        f'"http":{{"hostname":"{name}","url":"{_PATHS[below(10)]}","http_user_agent":"{_AGENTS[below(6)]}",'
        f'"http_content_type":"text/html","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":{below(90_000)}}}'
    )
    if kind == "http":
        return Made(f'{head}"tx_id":0,{http}}}', "outbound")
    if kind == "alert":
        return Made(
            f'{head}"tx_id":0,"alert":{{"action":"allowed","gid":1,"signature_id":{2_000_000 + below(40_000)},"rev":3,'
            f'"signature":"ET POLICY Outdated client software","category":"Potential Corporate Privacy Violation",'
            f'"severity":2}},{http},"app_proto":"http","flow":{{"pkts_toserver":{4 + below(90)},"pkts_toclient":'
            f'{4 + below(90)},"bytes_toserver":{400 + below(9000)},"bytes_toclient":{400 + below(9000)},"start":"{stamp}"}}}}',
            "unclear",
        )
    md5, sha1, sha256 = (
        planted.get(name) or scene.hexadecimal(digits)
        for name, digits in (("md5", 32), ("sha1", 40), ("sha256", 64))
    )
    return Made(
        f'{head}{http},"app_proto":"http","fileinfo":{{"filename":"/{scene.hexadecimal(6)}.exe","gaps":false,"state":'
        f'"CLOSED","md5":"{md5}","sha1":"{sha1}","sha256":"{sha256}","stored":false,"size":{below(900_000)},"tx_id":0}}}}',
        "unclear",
    )


def _eve_kind(scene: Scene, planted: Planted) -> str:
    if not planted.keys().isdisjoint(("md5", "sha1", "sha256")):
        return "fileinfo"
    if "domain-name" in planted:
        return ("dns", "tls")[scene.below(2)]
    chance = scene.random()
    for kind, until in (("flow", 0.4), ("dns", 0.6), ("tls", 0.75), ("http", 0.87), ("alert", 0.93)):
        if chance < until:
            return kind
    return "fileinfo"


class Product(NamedTuple):
    """A kind of log: its file, its share of a mixed corpus in percent, its maker, what may be planted in it."""

    file: str
    share: int
    make: Callable[[Scene, Planted], Made]
    kinds: tuple[str, ...]


_V4: Final = ("ipv4-addr", "ipv4-net")
_V46: Final = (*_V4, "ipv6-addr", "ipv6-net")

PRODUCTS: Final = {
    "ufw": Product("firewall/ufw.log", 13, ufw, _V4),
    "sshd": Product("hosts/auth.log", 7, sshd, _V46),
    "fortigate": Product("firewall/fortigate.log", 25, fortigate, _V4),
    "apache": Product("web/access.log", 20, apache, (*_V46, "url")),
    "squid": Product("proxy/access.log", 10, squid, (*_V4, "domain-name", "url")),
    "zeek": Product("zeek/conn.log", 10, zeek, _V46),
    "eve": Product("ids/eve.json", 10, eve, (*_V46, "domain-name", "md5", "sha1", "sha256")),
    "postfix": Product("mail/mail.log", 5, postfix, (*_V46, "domain-name", "email-addr")),
}
