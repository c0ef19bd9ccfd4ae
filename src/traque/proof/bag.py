"""Evidence bags: a zip with the records of a result, word for word, and a hash-chained manifest. No more."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from traque.errors import ProofError
from traque.model import Evidence, HuntResult, IndicatorRef
from traque.model.evidence import BAG_SCHEMA, BagManifest, BagRecord, BagSource, Shown
from traque.model.seal import canonical
from traque.proof.keys import SigningKey
from traque.proof.sealing import parse, sealed

MANIFEST: Final = "manifest.json"
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_LARGEST_MANIFEST: Final = 1 << 30


def evidence_bag(result: HuntResult, digest: str, key: SigningKey | None = None) -> bytes:
    """The bag of ``result``, whose document has this digest. The same result, the same bytes."""
    held = _records(result)
    entries: list[BagRecord] = []
    chain = digest
    for number, ((path, line, sha), found) in enumerate(held.items(), 1):
        entry = _entry(f"records/{number:06}.txt", path, line, sha, found)
        chain = link(chain, entry)
        entries.append(msgspec.structs.replace(entry, chain=chain))
    manifest = BagManifest(
        result=digest,
        hunted=result.hunt.started,
        version=result.hunt.version,
        bulletins=tuple(bulletin.id for bulletin in result.bulletins),
        files=tuple(file for bulletin in result.bulletins for file in bulletin.files),
        sources=tuple(_sources(result, {path for path, _, _ in held})),
        records=tuple(entries),
        chain=chain,
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        _put(archive, MANIFEST, sealed(manifest, key))
        for entry, found in zip(entries, held.values(), strict=True):
            _put(archive, entry.file, found[0][2].record)
    return packed.getvalue()


def sha256(data: bytes) -> str:
    """In hex."""
    return hashlib.sha256(data).hexdigest()


def link(chain: str, entry: BagRecord) -> str:
    """The chain after ``entry``."""
    bare = msgspec.structs.replace(entry, chain="")
    content = {name: getattr(bare, name) for name in bare.__struct_fields__ if name != "chain"}
    return sha256(chain.encode() + b"\n" + canonical(content))


_Key = tuple[str, int, str]
_Found = tuple[IndicatorRef, str, Evidence]
"""An indicator, what a record is evidence of beyond its sighting, and the record."""


def _records(result: HuntResult) -> dict[_Key, list[_Found]]:
    """Each record once, in the order of sources, lines and content, with all that it shows."""
    held: dict[_Key, list[_Found]] = {}
    shown = [(sighting.indicator, "", sighting.evidence) for sighting in result.sightings]
    shown += [
        (finding.indicator, f"{finding.code} {finding.asset}: ", finding.evidence)
        for finding in result.findings
    ]
    for ref, about, records in shown:
        for record in records:
            key = (record.path, record.line, sha256(record.record))
            held.setdefault(key, []).append((ref, about, record))
    return dict(sorted(held.items()))


def _entry(file: str, path: str, line: int, sha: str, found: list[_Found]) -> BagRecord:
    first = found[0][2]
    return BagRecord(
        file=file,
        sha256=sha,
        source=path,
        line=line,
        length=first.length,
        cut=first.cut,
        time=first.time,
        shows=tuple(
            Shown(
                kind=ref.kind,
                value=ref.value,
                verdict=str(record.verdict),
                why=f"{about}{record.why}",
                match=record.match,
                offset=record.offset,
            )
            for ref, about, record in found
        ),
    )


def _sources(result: HuntResult, named: set[str]) -> Iterator[BagSource]:
    for source in result.coverage.sources:
        if source.path in named:
            yield BagSource(
                path=source.path,
                stream=source.stream,
                format=source.format,
                bytes=source.bytes,
                records=source.records,
                complete=source.complete,
                fingerprint=source.fingerprint,
                sha256=source.sha256,
            )


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Uncompressed and undated: the bytes of a bag depend on its records alone."""
    info = zipfile.ZipInfo(name, _DATE)
    info.external_attr = 0o644 << 16
    info.create_system = 3
    archive.writestr(info, data)


def is_bag(data: bytes) -> bool:
    """Whether these bytes are a zip file at all."""
    return data.startswith(b"PK\x03\x04")


def manifest_of(data: bytes, where: str) -> dict[str, Any]:
    """The manifest in a bag. ProofError when there is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if archive.getinfo(MANIFEST).file_size > _LARGEST_MANIFEST:
                raise ProofError("its manifest is too large to be one", where=where)
            content = parse(archive.read(MANIFEST), where)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError) as error:
        raise ProofError(f"it is no evidence bag: {error}", where=where) from error
    if content["schema"] != BAG_SCHEMA:
        raise ProofError(f"its manifest is {content['schema']}", where=where)
    return content


def check(data: bytes, content: Mapping[str, Any], where: str) -> Iterator[str]:
    """What the bag holds; ProofError when the records are not those of the manifest, one for one."""
    try:
        manifest = msgspec.convert(content, BagManifest)
    except msgspec.ValidationError as error:
        raise ProofError(f"its manifest is not whole: {error}", where=where) from error
    chain = manifest.result
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _same_names(archive.namelist(), manifest, where)
            for entry in manifest.records:
                chain = link(chain, entry)
                if chain != entry.chain:
                    raise ProofError(f"the chain of its manifest breaks at {entry.file}", where=where)
                if archive.getinfo(entry.file).file_size > entry.length and not entry.cut:
                    raise ProofError(f"{entry.file} was changed: it is longer than its record", where=where)
                if sha256(archive.read(entry.file)) != entry.sha256:
                    raise ProofError(
                        f"{entry.file} was changed: it is not the record that was read", where=where
                    )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise ProofError(f"it is damaged: {error}", where=where) from error
    if chain != manifest.chain:
        raise ProofError("records were taken from the end of its manifest", where=where)
    yield f"{len(manifest.records):,} records of {len(manifest.sources):,} sources, as they were read"


def _same_names(names: list[str], manifest: BagManifest, where: str) -> None:
    listed = [MANIFEST, *(entry.file for entry in manifest.records)]
    if len(set(names)) != len(names):
        raise ProofError("it holds two files of one name", where=where)
    for name in names:
        if name not in set(listed):
            raise ProofError(f"{name} was added to it", where=where)
    for name in listed:
        if name not in set(names):
            raise ProofError(f"{name} is missing from it", where=where)
