"""nginx: the clients that are listed, as a variable that logs and rules can ask.

IPv4 stands in ranges (a sorted array), IPv6 in a radix tree, because ranges know no IPv6. Of a client behind
a proxy, nginx sees the address that ``real_ip_header`` gives it. Source: nginx documentation,
ngx_http_geo_module, ngx_http_map_module, ngx_http_log_module.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from traque.exporters._addresses import Span, outermost
from traque.exporters._capacity import within
from traque.exporters._check import run
from traque.exporters._job import File, Item, Job
from traque.exporters._lines import noted
from traque.exporters._packets import commented
from traque.exporters._removal import removal
from traque.exporters._target import ADDRESSES, Limit, Target
from traque.exporters._text import tag
from traque.exporters._trial import trial
from traque.model.detection import Check

FILE: Final = "traque.conf"
BLOCK: Final = "traque-block.conf"
LOG: Final = "/var/log/nginx/traque.log"
IPV6_MOST: Final = 100_000
_LIMIT: Final = f"{IPV6_MOST:,} IPv6 addresses and networks: nginx keeps a node of its tree for each bit"


def write(job: Job) -> Iterator[File]:
    """``traque.conf`` for the http context, ``traque-block.conf`` for servers, the removal script."""
    items = list(job.items)
    if job.direction == "out":
        for item in items:
            job.leave_out(item, "kind", "a web server sees only what arrives: --direction in or both")
        items = []
    yield File(FILE, _http(job, items))
    if job.blocks:
        yield File(BLOCK, _server(job))
    yield removal(job, _removing(job))


def _http(job: Job, items: list[Item]) -> Iterator[str]:
    six = within(job, [item for item in items if item.kind in ("ipv6-addr", "ipv6-net")], IPV6_MOST, _LIMIT)
    four = (item for item in items if item.kind in ("ipv4-addr", "ipv4-net"))
    tags = {bulletin.id: tag(bulletin.id) for bulletin in job.bulletins}

    def ranged(item: Item, span: Span) -> str:
        ends = f"{ipaddress.IPv4Address(span.first)}-{ipaddress.IPv4Address(span.last)}"
        return f'    {ends} "{tags[item.bulletins[0]]}";\n'

    def entry(item: Item, _span: Span) -> str:
        return f'    {item.value} "{tags[item.bulletins[0]]}";\n'

    yield from commented(job)
    yield 'geo $traque_ipv4 {\n    ranges;\n    default "";\n'
    yield from noted(job, outermost(four), ranged, "    #")
    yield '}\ngeo $traque_ipv6 {\n    default "";\n'
    yield from noted(job, outermost(six), entry, "    #")
    yield '}\nmap "$traque_ipv4$traque_ipv6" $traque {\n    "" "";\n'
    yield '    default "traque:$traque_ipv4$traque_ipv6";\n}\n'
    yield 'log_format traque \'$time_iso8601 $remote_addr "$request" $status host="$host" \'\n'
    yield "                  'user_agent=\"$http_user_agent\" $traque';\n"
    yield "# A server or location with an access_log of its own needs this line too.\n"
    yield f"access_log {LOG} traque if=$traque;\n"


def _server(job: Job) -> Iterator[str]:
    yield from commented(job)
    yield "# In each server that is to block.\nif ($traque) {\n    return 403;\n}\n"


def _removing(job: Job) -> Iterator[str]:
    if job.blocks:
        yield f": > /etc/nginx/{BLOCK}"
    yield "cat > /etc/nginx/conf.d/traque.conf <<'END'"
    yield '# emptied; a rule of yours may still name the variable\ngeo $traque { default ""; }'
    yield "log_format traque '$time_iso8601 $remote_addr';"
    yield "END"
    yield "nginx -t && systemctl reload nginx"


def check(folder: Path) -> Iterator[Check]:
    """``nginx -t`` on a server that includes the files."""
    here = folder.resolve()
    block = f'include "{here / BLOCK}"; ' if (folder / BLOCK).exists() else ""
    with trial(folder, {FILE: (folder / FILE).read_text("utf-8")}) as place:
        conf = place / FILE
        conf.write_text(conf.read_text("utf-8").replace(LOG, str(place / "traque.log")), encoding="utf-8")
        (place / "nginx.conf").write_text(
            f"pid {place}/pid; events {{}}\nhttp {{ access_log off; include {conf};\n"
            f"server {{ listen unix:{place}/socket; {block}}} }}\n",
            encoding="utf-8",
        )
        yield run(
            "nginx", "-t", "-e", "stderr", "-p", str(place), "-c", str(place / "nginx.conf"),
            folder=folder, version=("-v",), install="package nginx", privileged=("Permission denied",),
        )  # fmt: skip


SPEC = Target(
    name="nginx",
    title="listed clients of nginx, logged or denied",
    family="network",
    kinds=ADDRESSES,
    limits=(
        Limit("as many IPv4 entries as memory holds", "those inside another are covered by it"),
        Limit(_LIMIT, "the worst roles, the surest and the newest stay"),
    ),
    escaping="values are canonical addresses; a bulletin's id is one word of safe ASCII, in quotes",
    load=(
        f"install -m 644 {FILE} /etc/nginx/conf.d/\n"
        f"install -m 644 {BLOCK} /etc/nginx/      # to block; once, in each server: include {BLOCK};\n"
        "nginx -t && systemctl reload nginx"
    ),
    verify=f"tail -f {LOG}",
    remove=f"./remove.sh      # then take out the includes, conf.d/{FILE} and {BLOCK}",
    sources=(
        "https://nginx.org/en/docs/http/ngx_http_geo_module.html",
        "https://nginx.org/en/docs/http/ngx_http_log_module.html",
    ),
    write=write,
    check=check,
)
