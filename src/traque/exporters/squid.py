"""Squid: lists of names, addresses and URLs, and the access rules that ask them.

What matches is annotated (``annotate_transaction``), and what is annotated is logged to a file of its own. To
alert, the rules end in ``!all``, so that they never deny. Names in ``dstdomain`` begin with a dot where the
names below are meant; one below another is an error there, as is a network inside another in ``dst``. URLs
are whole expressions (POSIX extended), because squid has no list of URLs. Source: squid configuration
reference, "acl", "http_access", "access_log", "logformat".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes

from traque.exporters._addresses import outermost
from traque.exporters._capacity import within
from traque.exporters._check import run
from traque.exporters._job import File, Item, Job
from traque.exporters._lines import noted
from traque.exporters._names import leaving, topmost
from traque.exporters._packets import commented
from traque.exporters._removal import removal
from traque.exporters._target import ADDRESSES, NAMES, Limit, Target
from traque.exporters._text import tag
from traque.exporters._trial import trial
from traque.model.detection import Check

FILE: Final = "traque.conf"
SNI: Final = "traque-sni.conf"
HOME: Final = "/etc/squid/traque"
LOG: Final = "/var/log/squid/traque.log"
DEFAULT_LOG: Final = "/var/log/squid/access.log"
URLS_MOST: Final = 10_000

_LISTS: Final = (
    ("names", "dstdomain -n", NAMES),
    ("addresses", "dst", ADDRESSES),
    ("urls", "url_regex", ("url",)),
)
"""Name of a list, the type of its acl, the kinds that stand in it."""
_SPECIAL: Final = str.maketrans({char: f"\\{char}" for char in ".[]{}()*+?^$|\\"})
_UNPRINTABLE: Final = re.compile(r"[^!-~]+")
_LINE: Final = 2_000
"""Squid reads its files in lines of 2,048 bytes."""
_URLS: Final = f"{URLS_MOST:,} URLs: squid tries every expression on every request"


def write(job: Job) -> Iterator[File]:
    """A list for each sort that there is, ``traque.conf``, ``traque-sni.conf``, the removal script."""
    items = leaving(job)
    urls = within(job, _expressible(job, items), URLS_MOST, _URLS)
    names = [item for item in items if item.kind in NAMES]
    addresses = [item for item in items if item.kind in ADDRESSES]
    if names:
        yield File("names.acl", _names(job, names))
    if addresses:
        yield File("addresses.acl", _addresses(job, addresses))
    if urls:
        yield File("urls.acl", _urls(job, urls))
    present = {"names": names, "addresses": addresses, "urls": urls}
    yield File(FILE, _conf(job, [name for name, held in present.items() if held]))
    if names:
        yield File(SNI, _sni(job))
    yield removal(job, (f"rm -rf {HOME} /etc/squid/conf.d/{FILE}", "squid -k reconfigure"))


def _names(job: Job, items: list[Item]) -> Iterator[str]:
    yield from commented(job)
    yield from noted(job, topmost(items), lambda item, below: f"{'.' if below else ''}{item.value}\n")


def _addresses(job: Job, items: list[Item]) -> Iterator[str]:
    yield from commented(job)
    yield from noted(job, outermost(items), lambda item, _span: f"{item.value}\n")


def _urls(job: Job, items: list[Item]) -> Iterator[str]:
    yield from commented(job)
    yield from noted(job, ((item, None) for item in items), lambda item, _: f"{expression(item.value)}\n")


def _expressible(job: Job, items: list[Item]) -> list[Item]:
    kept = []
    for item in items:
        if item.kind == "url":
            if len(expression(item.value)) <= _LINE:
                kept.append(item)
            else:
                job.leave_out(item, "grammar", f"as an expression it is longer than {_LINE:,} characters")
    return kept


def expression(url: str) -> str:
    """What matches this canonical URL as squid shows it, with percent-escapes decoded once.

    Without a scheme it matches with any; a slash at the end of the path is no difference; a run of bytes that
    are blank or not printable ASCII matches any such run.
    """
    path, mark, query = url.partition("?")
    scheme = "" if "://" in path else "[a-z][a-z0-9+.-]*://"
    return f"^{scheme}{_escaped(path)}/?{_escaped(mark + query)}$"


def _escaped(text: str) -> str:
    seen = unquote_to_bytes(text).decode("latin-1").translate(_SPECIAL)
    return _UNPRINTABLE.sub("[^!-~]+", seen)


def _conf(job: Job, present: list[str]) -> Iterator[str]:
    yield from commented(job)
    yield "# Before the http_access lines that allow.\n"
    for name, kind, _kinds in _LISTS:
        if name in present:
            yield f'acl traque_{name} {kind} "{HOME}/{name}.acl"\n'
            yield f"acl traque_in_{name} annotate_transaction traque={name}{_of(job)}\n"
            yield f"http_access deny traque_{name} traque_in_{name}{_never(job)}\n"
    yield "acl traque_noted note traque\n"
    yield "logformat traque %ts.%03tu %>a %Ss/%03>Hs %rm %ru %<a %{traque}note\n"
    yield f"access_log stdio:{LOG} logformat=traque traque_noted\n"
    yield "# Any access_log switches squid's default off: take this out where squid.conf has its own.\n"
    yield f"access_log daemon:{DEFAULT_LOG} squid\n"


def _sni(job: Job) -> Iterator[str]:
    yield from commented(job)
    yield "# For a squid with OpenSSL: the name in the TLS hello. After the line that peeks at step 1.\n"
    yield f'acl traque_sni ssl::server_name "{HOME}/names.acl"\n'
    yield f"acl traque_in_sni annotate_transaction traque=sni{_of(job)}\n"
    yield f"ssl_bump terminate traque_sni traque_in_sni{_never(job)}\n"


def _of(job: Job) -> str:
    """The bulletin's id, where there is only one: a list has one annotation for all its entries."""
    return f":{tag(job.bulletins[0].id)}" if len(job.bulletins) == 1 else ""


def _never(job: Job) -> str:
    return "" if job.blocks else " !all"


def check(folder: Path) -> Iterator[Check]:
    """``squid -k parse`` on ``traque.conf`` with its lists."""
    with trial(folder, {FILE: (folder / FILE).read_text("utf-8")}, home=HOME) as place:
        main = place / "squid.conf"
        main.write_text(
            f"visible_hostname localhost\npid_filename none\ncache_log {place}/cache.log\n"
            f"include {place / FILE}\nhttp_access deny all\n",
            encoding="utf-8",
        )
        yield run("squid", "-k", "parse", "-f", str(main), folder=folder, install="package squid")


SPEC = Target(
    name="squid",
    title="Squid access lists",
    family="network",
    kinds=(*NAMES, *ADDRESSES, "url"),
    limits=(
        Limit(_URLS, "the worst roles, the surest and the newest stay"),
        Limit("https URLs show their path only where squid decrypts", "the host's name is seen in CONNECT"),
        Limit(
            "squid resolves each host to compare its addresses",
            "take the acl out behind a parent without DNS",
        ),
    ),
    escaping="in expressions a backslash before what has a meaning; a bulletin's id is a word of safe ASCII",
    load=(
        f"install -d {HOME} && install -m 644 *.acl {HOME}/\n"
        f"install -m 644 {FILE} /etc/squid/conf.d/\n"
        f"# where ssl_bump is in use: include {SNI} after the line that peeks at step 1\n"
        "squid -k parse && squid -k reconfigure"
    ),
    verify=f"curl -x http://YOUR_PROXY:3128 http://A_LISTED_NAME/      # 403 when it blocks\ntail -f {LOG}",
    remove="./remove.sh",
    sources=(
        "https://www.squid-cache.org/Doc/config/acl/",
        "https://www.squid-cache.org/Doc/config/access_log/",
    ),
    write=write,
    check=check,
)
