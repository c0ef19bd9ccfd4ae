"""Checks certificates, evidence bags and results: is each what it was when it was written?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from traque.errors import ProofError, TraqueError
from traque.model import HuntResult, Sighting
from traque.model.certificate import CERTIFICATE_SCHEMA, Certificate
from traque.model.evidence import BAG_SCHEMA
from traque.model.result import SCHEMA
from traque.model.verification import Checked, Verification
from traque.proof import bag
from traque.proof.keys import PublicKey
from traque.proof.reading import content
from traque.proof.sealing import check_digest, check_signature, parse
from traque.reports.json_ import load

_KINDS = {SCHEMA: "result", CERTIFICATE_SCHEMA: "certificate", BAG_SCHEMA: "evidence bag"}


def verify(paths: Sequence[str], trusted: PublicKey | None = None) -> Verification:
    """Each file by itself, and those that name a result against the results beside them.

    With ``trusted``, certificates and bags must be signed by that key. UsageError for a file that is none
    of the three; what was changed is in the answer, with the reason.
    """
    checked = [_checked(path, trusted) for path in paths]
    results = {one.digest for one in checked if one.kind == "result" and one.holds}
    if results:
        checked = [_against(one, results) for one in checked]
    return Verification(files=tuple(checked))


def _checked(path: str, trusted: PublicKey | None) -> Checked:
    data = content(path)
    is_bag = bag.is_bag(data)
    try:
        document = bag.manifest_of(data, path) if is_bag else parse(data, path)
    except ProofError as error:
        return Checked(path=path, kind="evidence bag" if is_bag else "document", holds=False, why=error.what)
    kind = _KINDS.get(document["schema"], "document")
    try:
        digest = check_digest(document, path)
        signature = check_signature(document, path, trusted if kind != "result" else None)
        if kind == "result":
            notes = list(_result(load(data)))
        elif kind == "certificate":
            notes = [_convert(document, Certificate).statement[0]]
        elif kind == "evidence bag":
            notes = list(bag.check(data, document, path))
        else:
            notes = []
    except TraqueError as error:
        return Checked(path=path, kind=kind, holds=False, why=error.what)
    return Checked(
        path=path,
        kind=kind,
        holds=True,
        digest=digest,
        result=str(document.get("result", "")),
        signed_by=signature.key_id if signature else "",
        trusted=signature is not None and trusted is not None,
        notes=tuple(notes),
    )


def _convert(document: dict[str, Any], kind: type[Certificate]) -> Certificate:
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        raise ProofError(f"it is not whole: {error}") from error


def _against(one: Checked, results: set[str]) -> Checked:
    if not one.holds or not one.result:
        return one
    if one.result in results:
        return msgspec.structs.replace(one, notes=(*one.notes, "made of the result beside it"))
    why = f"it was made of another result ({one.result[:16]}) than the one beside it"
    return msgspec.structs.replace(one, holds=False, why=why)


def _result(result: HuntResult) -> Iterator[str]:
    """Whether the numbers of a result agree with one another, and its records with their hashes."""
    for sighting in result.sightings:
        _sums(sighting)
    records = [(s, record) for s in result.sightings for record in s.evidence]
    for sighting, record in records:
        if record.sha256 and bag.sha256(record.record) != record.sha256:
            place = f"{record.path}:{record.line}"
            raise ProofError(f"the record {place} of {sighting.indicator.value} is not the one that was read")
    yield f"{len(result.sightings):,} sightings, {len(records):,} records"


def _sums(sighting: Sighting) -> None:
    by_source = sum(seen.count for seen in sighting.sources)
    if sum(sighting.verdicts.values()) != sighting.count or by_source != sighting.count:
        raise ProofError(f"the counts of {sighting.indicator.value} do not add up")
