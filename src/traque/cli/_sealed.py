"""What the commands share that write and read sealed documents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from traque.model.certificate import Certificate
    from traque.proof.keys import SigningKey

_Command = TypeVar("_Command", bound=Callable[..., Any])


def sign_option(command: _Command) -> _Command:
    """Add ``--sign KEY`` to a command, as its argument ``sign``."""
    return click.option(
        "--sign",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="KEY",
        help="Sign it with this key, which traque keygen made.",
    )(command)


def signing_key(path: Path | None) -> SigningKey | None:
    """The key at ``path``, if one is named. UsageError for what is none."""
    if path is None:
        return None
    from traque.proof.keys import SigningKey

    return SigningKey.read(path)


def certificate_files(certificate: Certificate, key: SigningKey | None) -> tuple[bytes, bytes]:
    """The document of a certificate, and its page as plain text."""
    import msgspec

    from traque.model.seal import Signature
    from traque.proof.sealing import parse, sealed
    from traque.reports import Setting
    from traque.reports._certificate import certificate_page

    document = sealed(certificate, key)
    seal = parse(document, "")
    signature = msgspec.convert(seal["signature"], Signature) if "signature" in seal else None
    return document, certificate_page(certificate, str(seal["digest"]), signature, Setting(width=100))
