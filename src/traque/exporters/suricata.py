"""Suricata 7: rules over datasets, so that a list of any length is a handful of rules.

Addresses, names (exactly), JA3 and user agents are looked up in datasets; file hashes in lists of
``filemd5`` and its kin. What a dataset cannot say has rules of its own, up to a stated number: networks
(lists of addresses), names below a listed name (``dotprefix``), URLs (host and path). With ``--direction in``
or ``out`` only the packets of whoever opened the flow count. Source: Suricata user guide, "Datasets", "HTTP
Keywords", "File Keywords".
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from traque.exporters._capacity import aggregated, shards, within
from traque.exporters._check import run
from traque.exporters._job import File, Item, Job
from traque.exporters._suricata import QUIET, Carried, content, message, requested
from traque.exporters._suricata_check import grammar
from traque.exporters._target import ADDRESSES, Limit, Target
from traque.model.detection import Check, LeftOut
from traque.observables import matches_below

RULES: Final = "traque.rules"
URL_RULES: Final = "traque-urls.rules"
_BELOW: Final = 2_000
"""Names that get rules for what is below them; more are matched exactly."""
_URLS: Final = 5_000
_NETS: Final = 1_000
_NAME_BUFFERS: Final = (("dns", "dns.query"), ("tls", "tls.sni"), ("http", "http.host"))
_FILES: Final = {"md5": "filemd5", "sha1": "filesha1", "sha256": "filesha256"}
_STRINGS: Final = {"ja3": ("tls", "ja3.hash"), "ja3s": ("tls", "ja3s.hash")}


def write(job: Job) -> Iterator[File]:
    """``traque.rules`` and ``traque-urls.rules``, and beside them the lists that they load."""
    addresses = job.values("ipv4-addr", "ipv6-addr")
    if addresses:
        yield File("traque-ip.lst", _lines(addresses))
    names = job.values("domain-name")
    if len(names) > _BELOW:
        yield File("traque-domain.lst", _lines(map(_encoded, names)))
    for kind in _STRINGS:
        if job.of(kind):
            yield File(f"traque-{kind}.lst", _lines(map(_encoded, job.values(kind))))
    for kind in _FILES:
        if job.of(kind):
            yield File(f"traque-{kind}.lst", _lines(job.values(kind)))
    rule = _Rule(job)
    yield File(RULES, _rules(job, rule))
    if job.of("url"):
        yield File(URL_RULES, _url_rules(job, rule))


def _lines(values: Iterable[str]) -> Iterator[str]:
    return (f"{value}\n" for value in values)


def _encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def _rules(job: Job, rule: _Rule) -> Iterator[str]:
    yield from (f"# {line}\n" for line in job.header())
    yield from _address_rules(job, rule)
    yield from _name_rules(job, rule)
    for kind, (protocol, buffer) in _STRINGS.items():
        if count := len(job.of(kind)):
            yield rule(
                protocol, f"{buffer}; {_dataset(kind, 'string', count)}", f"{kind} in a TLS handshake", kind
            )
    for kind, keyword in _FILES.items():
        if job.of(kind):
            for protocol in ("http", "smtp", "ftp-data", "smb", "nfs"):
                what = f"file by {kind} over {protocol}"
                yield rule(protocol, f"{keyword}:traque-{kind}.lst; ", what, f"{kind}:{protocol}")
    for item in job.of("user-agent"):
        match = f'http.user_agent; content:"{content(item.spelling)}"; nocase; '
        yield rule("http", match, "user agent", f"user-agent:{item.value}")
    for item in job.of("ja4"):
        yield rule(
            "tls",
            f'ja4.hash; content:"{content(item.value)}"; ',
            "ja4 in a TLS handshake",
            f"ja4:{item.value}",
        )
    for item in job.of("x509-certificate"):
        if len(item.value) != 40:
            job.leave_out(item, "grammar", "tls.cert_fingerprint is a SHA-1 only")
            continue
        pairs = ":".join(item.value[at : at + 2] for at in range(0, 40, 2))
        match = f'tls.cert_fingerprint; content:"{content(pairs)}"; nocase; '
        yield rule("tls", match, "certificate", f"x509:{item.value}")


class _Rule:
    """Writes rules of one job: action, message, metadata and number are the same for all."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._verb = "drop" if job.blocks else "alert"
        self._carried = Carried(job)

    def __call__(
        self, protocol: str, match: str, what: str, key: str, sides: str = "any any -> any any"
    ) -> str:
        rule = f'{self._verb} {protocol} {sides} (msg:"{message(self._job, what)}"; {match}'
        return f"{rule}{self._carried(key, rule)})\n"


def _dataset(name: str, kind: str, count: int) -> str:
    """Room for the set: Suricata takes at most 65,536 buckets, and counts about 200 bytes an entry."""
    room = max(10, -(-count * 200 // (1 << 20)))
    loads = f"load traque-{name}.lst,memcap {room}mb,hashsize {_buckets(count)}"
    return f"dataset:isset,traque-{name},type {kind},{loads}; "


def _buckets(count: int) -> int:
    return min(65_536, 1 << max(10, count.bit_length()))


def _address_rules(job: Job, rule: _Rule) -> Iterator[str]:
    opened = "" if job.direction == "both" else "flow:to_server; "
    ways = [way for way in ("in", "out") if job.direction in (way, "both")]
    if count := len(job.of("ipv4-addr", "ipv6-addr")):
        for way in ways:
            buffer = "ip.src" if way == "in" else "ip.dst"
            match = f"{opened}{buffer}; {_dataset('ip', 'ip', count)}{QUIET}"
            yield rule("ip", match, f"{way} listed address", f"address:{way}")
    nets = aggregated(job.values("ipv4-net", "ipv6-net"))
    for number, part in enumerate(shards(nets, _NETS) if nets else (), start=1):
        listed = f"[{','.join(part)}]"
        for way in ways:
            sides = f"{listed} any -> any any" if way == "in" else f"any any -> {listed} any"
            yield rule("ip", f"{opened}{QUIET}", f"{way} listed network", f"network:{way}:{number}", sides)


def _name_rules(job: Job, rule: _Rule) -> Iterator[str]:
    items = job.of("domain-name")
    if len(items) > _BELOW:
        reason = f"more than {_BELOW:,} names: matched exactly, what is below them is not"
        job.left_out.append(
            LeftOut(target=job.target, code="subdomains", kind="domain-name", count=len(items), reason=reason)
        )
        for protocol, buffer in _NAME_BUFFERS:
            match = f"{buffer}; to_lowercase; {_dataset('domain', 'string', len(items))}"
            yield rule(protocol, match, f"listed name over {protocol}", f"name:{protocol}")
        return
    for item in items:
        below = matches_below(item.observable)
        for protocol, buffer in _NAME_BUFFERS:
            match = (
                f'{buffer}; dotprefix; content:".{content(item.value)}"; nocase; endswith; '
                if below
                else f'{buffer}; content:"{content(item.value)}"; nocase; bsize:{len(item.value)}; '
            )
            yield rule(protocol, match, f"listed name over {protocol}", f"name:{protocol}:{item.value}")


def _url_rules(job: Job, rule: _Rule) -> Iterator[str]:
    yield from (f"# {line}\n" for line in job.header())
    kept = within(job, job.of("url"), _URLS, f"each URL is a rule, and {_URLS:,} are written")
    for item in kept:
        yield rule("http", _url(item), "listed URL", f"url:{item.value}")


def _url(item: Item) -> str:
    """Host and path of a request. HTTPS shows them to a sensor that decrypts only."""
    host, path = requested(item)
    return (
        f'http.host; content:"{content(host)}"; bsize:{len(host.encode())}; '
        f'http.uri.raw; content:"{content(path)}"; bsize:{len(path.encode())}; '
    )


def check(folder: Path) -> Iterator[Check]:
    """The grammar of the rules, and ``suricata -T`` where it is installed."""
    for name in (RULES, URL_RULES):
        if (folder / name).exists():
            yield grammar(folder / name)
    yield run(
        "suricata",
        *("-T", "-S", RULES, "-l", ".", "--set", "default-rule-path=."),
        folder=folder,
        version=("-V",),
        install="Suricata 7, from suricata.io",
    )


SPEC = Target(
    name="suricata",
    title="Suricata 7 rules with datasets",
    family="network",
    kinds=(
        *ADDRESSES,
        "domain-name",
        "url",
        "md5",
        "sha1",
        "sha256",
        "user-agent",
        "ja3",
        "ja3s",
        "ja4",
        "x509-certificate",
    ),
    limits=(
        Limit("65,536 buckets a dataset", "longer chains: a million entries are looked up all the same"),
        Limit(f"{_BELOW:,} names with what is below them", "more are matched exactly, by a dataset"),
        Limit(f"{_URLS:,} URLs", "the worst are kept; the others are listed as left out"),
        Limit(f"{_NETS:,} networks a rule", "more rules are written"),
    ),
    escaping="all but letters, digits and plain punctuation stands in hex in `content`; datasets are base64",
    load="cp *.rules *.lst /var/lib/suricata/rules/\nsuricatasc -c ruleset-reload-nonblocking",
    verify="suricata -T -S traque.rules",
    remove="delete the files and reload; the metadata of each rule says when (expires)",
    sources=("https://docs.suricata.io/en/latest/rules/datasets.html",),
    read_back=(RULES, "traque-ip.lst", "traque-md5.lst", "traque-sha1.lst", "traque-sha256.lst"),
    read_kinds=(*ADDRESSES, "domain-name", "md5", "sha1", "sha256", "user-agent", "ja4", "x509-certificate"),
    write=write,
    check=check,
)
