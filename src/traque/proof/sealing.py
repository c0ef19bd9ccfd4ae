"""Writes sealed documents and checks their seals (:mod:`traque.model.seal` says what a seal is)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from traque.errors import ProofError, UsageError
from traque.model.seal import Signature, digest, signed_text
from traque.proof.keys import PublicKey, SigningKey
from traque.reports.json_ import document, valid


def sealed(content: msgspec.Struct, key: SigningKey | None = None) -> bytes:
    """A document with its digest and, with ``key``, its signature; the same content, the same bytes."""
    fields: dict[str, Any] = valid(msgspec.to_builtins(content))
    schema = str(fields["schema"])
    whole: dict[str, Any] = {"schema": schema, "digest": digest(fields)}
    if key is not None:
        whole["signature"] = key.sign(signed_text(schema, whole["digest"]))
    return document(whole | fields)


def parse(data: bytes, where: str) -> dict[str, Any]:
    """A JSON object of ours. UsageError for anything else, ProofError for one that can be read two ways."""
    try:
        content = json.loads(data.decode(), object_pairs_hook=_once)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise UsageError(
            f"this is no document of traque: {error}", where=where, remedy="expected what traque wrote"
        ) from error
    except ProofError as error:
        raise ProofError(error.what, where=where) from error
    if not isinstance(content, dict) or not str(content.get("schema", "")).startswith("traque/"):
        raise UsageError("this is no document of traque", where=where, remedy="expected what traque wrote")
    return content


def check_digest(content: Mapping[str, Any], where: str) -> str:
    """The digest of a document; ProofError when it is not the one that the document states."""
    stated = content.get("digest")
    if not isinstance(stated, str) or not stated:
        raise ProofError("it has no digest: nothing tells whether it was changed", where=where)
    try:
        found = digest(content)
    except UnicodeEncodeError as error:
        raise ProofError("it holds text that is no Unicode", where=where) from error
    if stated != found:
        raise ProofError(
            f"its content was changed: it states the digest {stated[:16]}, its content has {found[:16]}",
            where=where,
        )
    return found


def check_signature(content: Mapping[str, Any], where: str, trusted: PublicKey | None) -> Signature | None:
    """Who signed; None when nobody did. ProofError for a signature that does not hold, or of another key.

    With ``trusted`` a document that nobody signed is refused too.
    """
    stated = content.get("signature")
    if stated is None:
        if trusted is not None:
            raise ProofError(f"it is not signed, and a signature of {trusted.id} was asked for", where=where)
        return None
    try:
        signature = msgspec.convert(stated, Signature)
        key = PublicKey.decode(signature.public_key)
    except (msgspec.ValidationError, UsageError) as error:
        raise ProofError(f"its signature is malformed: {error}", where=where) from error
    if not key.holds(signed_text(str(content["schema"]), str(content["digest"])), signature):
        raise ProofError("its signature does not hold for its content", where=where)
    if trusted is not None and trusted.raw != key.raw:
        raise ProofError(f"it is signed by {key.id}, not by {trusted.id}", where=where)
    return signature


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand once: of two, one reader would show the first, another the last."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ProofError("a key stands in it twice, so it can be read in two ways")
    return found
