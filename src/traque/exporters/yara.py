"""YARA: files by hash, and files or memory that hold a listed value as a whole word.

Hashes are compared by the ``hash`` module (no SHA-512 in it). Strings are ``ascii wide nocase fullword``: the
characters before and after are no letters or digits, so a listed name is also found in what is below it, and
in ``evil.example.org``. Source: YARA documentation, "Writing YARA rules"; a rule holds at most 10,000
strings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from traque.exporters._capacity import shards, within
from traque.exporters._job import File, Item, Job, origin
from traque.exporters._target import Limit, Target
from traque.exporters._text import plain, slug
from traque.model.detection import Check

_FILE: Final = "traque.yar"
_HASHES: Final = ("md5", "sha1", "sha256")
_WORDS: Final = {
    "names": ("domain-name", "url", "email-addr", "ipv4-addr", "ipv6-addr"),
    "traces": ("user-agent", "file-name", "registry-key", "mutex", "named-pipe", "windows-service"),
}
_SHARD: Final = 1_000
_MOST: Final = 50_000
_AS_IS: Final = frozenset(range(0x20, 0x7F)) - {0x22, 0x5C}


def write(job: Job) -> Iterator[File]:
    """``traque.yar``."""
    yield File(_FILE, _rules(job))


def _rules(job: Job) -> Iterator[str]:
    yield from (f"// {line}\n" for line in job.header())
    yield 'import "hash"\n'
    full = f"a rule set of {_MOST:,} values is as much as YARA compiles in reasonable time"
    kept = {id(item) for item in within(job, job.items, _MOST, full)}
    for kind in _HASHES:
        found = [item for item in job.of(kind) if id(item) in kept]
        for number, part in enumerate(shards(found, _SHARD) if found else (), start=1):
            yield from _hash_rule(job, kind, number, part)
    for name, kinds in _WORDS.items():
        found = [item for item in job.of(*kinds) if id(item) in kept]
        for number, part in enumerate(shards(found, _SHARD) if found else (), start=1):
            yield from _word_rule(job, name, number, part)


def _hash_rule(job: Job, kind: str, number: int, items: Sequence[Item]) -> Iterator[str]:
    yield from _head(job, f"{kind}_{number}")
    yield f'  condition:\n    hash.{kind}(0, filesize) == "{items[0].value}"\n'
    yield from (f'    or hash.{kind}(0, filesize) == "{item.value}"\n' for item in items[1:])
    yield "}\n"


def _word_rule(job: Job, name: str, number: int, items: Sequence[Item]) -> Iterator[str]:
    yield from _head(job, f"{name}_{number}")
    yield "  strings:\n"
    for index, item in enumerate(items, start=1):
        yield f'    $v{index} = "{_quoted(item.spelling)}" ascii wide nocase fullword\n'
    yield "  condition:\n    any of them\n}\n"


def _head(job: Job, name: str) -> Iterator[str]:
    first = slug(job.bulletins[0].id).replace("-", "_")
    yield f"rule traque_{first}_{name} {{\n  meta:\n"
    origins = plain(" + ".join(origin(bulletin) for bulletin in job.bulletins[:3]), most=400)
    yield f'    bulletin = "{origins}"\n    traque = "{job.version}"\n'
    yield f'    made = "{job.made:%Y-%m-%d}"\n    expires = "{job.expires:%Y-%m-%d}"\n'


def _quoted(text: str) -> str:
    return "".join(chr(byte) if byte in _AS_IS else f"\\x{byte:02x}" for byte in text.encode())


def check(folder: Path) -> Iterator[Check]:
    """What YARA-X says of the rules."""
    try:
        import yara_x
    except ImportError:
        yield Check(status="not-checked", by="yara-x", detail="it is not installed (pip install yara-x)")
        return
    try:
        yara_x.compile((folder / _FILE).read_text("utf-8"))
    except yara_x.CompileError as error:
        yield Check(status="failed", by="yara-x", detail=plain(str(error), most=600))
    else:
        yield Check(status="passed", by="yara-x")


SPEC = Target(
    name="yara",
    title="YARA rules",
    family="hosts",
    kinds=(*_HASHES, *_WORDS["names"], *_WORDS["traces"]),
    actions=("alert",),
    limits=(
        Limit(f"{_SHARD:,} values a rule", "more rules are written"),
        Limit(f"{_MOST:,} values in all", "the worst are kept; the others are listed as left out"),
    ),
    escaping="quotes and backslashes stand as `\\xNN`, and so does what is not ASCII (found as UTF-8 only)",
    load="yr scan traque.yar FOLDER   # or yara -r traque.yar FOLDER",
    verify="yr check traque.yar",
    remove="delete the file; the rules' metadata say when (expires)",
    sources=("https://yara.readthedocs.io/en/stable/writingrules.html",),
    read_back=(_FILE,),
    read_kinds=_HASHES,
    write=write,
    check=check,
)
