"""OpenIOC 1.0: one document a bulletin, an OR over its values (Redline, IOC Finder, MISP).

Format: http://openioc.org/schemas/ioc.xsd, https://github.com/fireeye/OpenIOC_1.1
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from traque.exporters._by_bulletin import by_bulletin, file_stem
from traque.exporters._check import run
from traque.exporters._job import File, Item, Job, origin
from traque.exporters._target import Limit, Target
from traque.exporters._text import visible
from traque.model.detection import Check, DetectionBulletin
from traque.model.stix import stable

_TERMS: Final = {
    "ipv4-addr": ("PortItem", "PortItem/remoteIP", "IP"),
    "ipv6-addr": ("PortItem", "PortItem/remoteIP", "IP"),
    "domain-name": ("DnsEntryItem", "DnsEntryItem/Host", "string"),
    "url": ("UrlHistoryItem", "UrlHistoryItem/URL", "string"),
    "email-addr": ("Email", "Email/From", "string"),
    "md5": ("FileItem", "FileItem/Md5sum", "md5"),
    "sha1": ("FileItem", "FileItem/Sha1sum", "sha1"),
    "sha256": ("FileItem", "FileItem/Sha256sum", "sha256"),
    "file-name": ("FileItem", "FileItem/FileName", "string"),
    "user-agent": ("Network", "Network/UserAgent", "string"),
    "registry-key": ("RegistryItem", "RegistryItem/KeyPath", "string"),
    "mutex": ("ProcessItem", "ProcessItem/HandleList/Handle/Name", "string"),
}
"""Document, search term and content type of each kind; networks, SHA-512 and TLS fingerprints have no term."""
_FULL_PATH: Final = "FileItem/FullPath"


def write(job: Job) -> Iterator[File]:
    """A document for each bulletin."""
    for bulletin, items in by_bulletin(job):
        yield File(f"{file_stem(bulletin)}.ioc", _document(job, bulletin, items))


def _document(job: Job, bulletin: DetectionBulletin, items: Sequence[Item]) -> Iterator[str]:
    identifier = stable("openioc", bulletin.id)
    stated = bulletin.published or job.made
    described = f"{visible(origin(bulletin))}; renew or remove by {job.expires:%Y-%m-%d}"
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield '<ioc xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.mandiant.com/2010/ioc"'
    yield f' id="{identifier}" last-modified="{job.made:%Y-%m-%dT%H:%M:%S}">\n'
    yield f"  <short_description>{_text(visible(bulletin.title or bulletin.id))}</short_description>\n"
    yield f"  <description>{_text(described)}</description>\n"
    yield f"  <authored_by>{_text(visible(bulletin.producer))}</authored_by>\n"
    yield f"  <authored_date>{stated:%Y-%m-%dT%H:%M:%S}</authored_date>\n  <links>\n"
    for actor in bulletin.actors:
        yield f'    <link rel="threatgroup">{_text(visible(actor))}</link>\n'
    yield f'  </links>\n  <definition>\n    <Indicator operator="OR" id="{stable("openioc", bulletin.id, "or")}">\n'
    for start in range(0, len(items), 2_000):
        yield "".join(_item(bulletin, item) for item in items[start : start + 2_000])
    yield "    </Indicator>\n  </definition>\n</ioc>\n"


def _item(bulletin: DetectionBulletin, item: Item) -> str:
    document, term, content = _TERMS[item.kind]
    if item.kind == "file-name" and "\\" in item.spelling:
        term = _FULL_PATH
    return (
        f'      <IndicatorItem id="{stable("openioc", bulletin.id, item.kind, item.value)}" condition="is">'
        f'<Context document={quoteattr(document)} search={quoteattr(term)} type="mir"/>'
        f'<Content type="{content}">{_text(item.spelling)}</Content></IndicatorItem>\n'
    )


def _text(value: str) -> str:
    return escape(value, {"\r": "&#13;"})


def check(folder: Path) -> Iterator[Check]:
    """``xmllint``: the documents are well-formed."""
    names = sorted(path.name for path in folder.glob("*.ioc"))
    yield run("xmllint", "--noout", "--huge", *names, folder=folder, install="package libxml2-utils")


SPEC = Target(
    name="openioc",
    title="OpenIOC 1.0 document",
    family="exchange",
    kinds=tuple(_TERMS),
    limits=(Limit("some thousand items in Redline", "one document a bulletin"),),
    expiry="none in the format: the description says by when",
    escaping="XML text: `&`, `<` and `>` as entities",
    load="put the .ioc files in the folder that the scanner reads",
    verify="xmllint --noout *.ioc; traque show *.ioc",
    remove="delete the .ioc files",
    sources=("https://github.com/fireeye/OpenIOC_1.1",),
    read_back=("*.ioc",),
    write=write,
    check=check,
)
