"""Velociraptor: a client artefact that carries the indicators and looks for them.

The values are a CSV parameter, so that no value stands in a query. It looks at connections, the DNS cache,
running images by hash, mutants, named pipes, services. Source: Velociraptor documentation, "Artifacts" and
the VQL reference.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from traque.exporters._capacity import within
from traque.exporters._job import File, Job
from traque.exporters._target import Limit, Target
from traque.exporters._text import plain
from traque.model.detection import Check

_MOST: Final = 20_000
_FULL: Final = f"an artefact carries {_MOST:,} values to each host"
_KINDS: Final = (
    "ipv4-addr",
    "ipv6-addr",
    "ipv4-net",
    "ipv6-net",
    "domain-name",
    "md5",
    "sha1",
    "sha256",
    "mutex",
    "named-pipe",
    "windows-service",
)
_SOURCES: Final = """\
sources:
  - name: Connections
    query: |
      LET Listed <= SELECT Value
        FROM parse_csv(accessor="data", filename=Indicators) WHERE Kind =~ "^ipv"
      LET Ranges <= Listed.Value
      SELECT * FROM foreach(
        row={ SELECT * FROM netstat() WHERE Raddr.IP },
        query={ SELECT Pid, Name, Laddr, Raddr, Status FROM scope()
                WHERE cidr_contains(ip=Raddr.IP, ranges=Ranges) })
  - name: Names
    precondition: SELECT OS FROM info() WHERE OS = 'windows'
    query: |
      LET Names <= to_dict(item={
        SELECT lowcase(string=Value) AS _key, Value AS _value
        FROM parse_csv(accessor="data", filename=Indicators) WHERE Kind = "domain-name" })
      SELECT Name, Record, get(item=Names, field=lowcase(string=Name)) AS Listed
      FROM Artifact.Windows.System.DNSCache() WHERE Listed
  - name: Images
    query: |
      LET Hashes <= to_dict(item={
        SELECT lowcase(string=Value) AS _key, Value AS _value
        FROM parse_csv(accessor="data", filename=Indicators) WHERE Kind =~ "^(md5|sha1|sha256)$" })
      SELECT Pid, Name, Exe, hash(path=Exe) AS Hash FROM pslist() WHERE Exe
        AND (get(item=Hashes, field=Hash.MD5) OR get(item=Hashes, field=Hash.SHA1)
             OR get(item=Hashes, field=Hash.SHA256))
  - name: Objects
    precondition: SELECT OS FROM info() WHERE OS = 'windows'
    query: |
      LET Objects <= to_dict(item={
        SELECT lowcase(string=Value) AS _key, Value AS _value
        FROM parse_csv(accessor="data", filename=Indicators)
        WHERE Kind =~ "^(mutex|named-pipe|windows-service)$" })
      SELECT * FROM chain(
        mutants={ SELECT "mutex" AS Kind, Name FROM winobj() WHERE Type = "Mutant"
                  AND get(item=Objects, field=lowcase(string=Name)) },
        pipes={ SELECT "named-pipe" AS Kind, Name FROM glob(globs="//./pipe/*", accessor="file")
                WHERE get(item=Objects, field=lowcase(string=Name)) },
        services={ SELECT "windows-service" AS Kind, Name FROM wmi(query="SELECT Name FROM Win32_Service")
                   WHERE get(item=Objects, field=lowcase(string=Name)) })
"""


def write(job: Job) -> Iterator[File]:
    """``Custom.Traque.Indicators.yaml``."""
    yield File("Custom.Traque.Indicators.yaml", _artefact(job))


def _artefact(job: Job) -> Iterator[str]:
    yield "name: Custom.Traque.Indicators\nauthor: traque\ntype: CLIENT\ndescription: |\n"
    yield from (f"  {line}\n" for line in job.header())
    yield "parameters:\n  - name: Indicators\n    type: csv\n    default: |\n"
    yield "      Kind,Value,Bulletin,Expires\n"
    for item in within(job, job.items, _MOST, _FULL):
        text = io.StringIO()
        row = (item.kind, item.value, plain(item.bulletins[0]), f"{item.expires:%Y-%m-%d}")
        csv.writer(text, lineterminator="\n").writerow(row)
        yield f"      {text.getvalue()}"
    yield _SOURCES


def check(folder: Path) -> Iterator[Check]:
    """The artefact is YAML, with the parts that the server asks for."""
    import yaml

    try:
        document = yaml.safe_load((folder / "Custom.Traque.Indicators.yaml").read_text("utf-8"))
        parts = {"name", "parameters", "sources"} <= set(document)
    except yaml.YAMLError as error:
        yield Check(status="failed", by="PyYAML", detail=plain(str(error), most=600))
        return
    detail = "as YAML; queries are compiled by a server only"
    yield Check(status="passed" if parts else "failed", by="PyYAML", detail=detail)


SPEC = Target(
    name="velociraptor",
    title="Velociraptor client artefact",
    family="hosts",
    kinds=_KINDS,
    actions=("alert",),
    limits=(Limit(f"{_MOST:,} values", "the worst are kept; the others are listed as left out"),),
    escaping="values are rows of a CSV in a YAML block; none stands in a query",
    load="upload the artefact (Artifacts > Add), then collect Custom.Traque.Indicators in a hunt",
    verify="velociraptor artifacts show Custom.Traque.Indicators --definitions .",
    remove="delete the artefact",
    sources=("https://docs.velociraptor.app/docs/artifacts/",),
    write=write,
    check=check,
)
