"""What is packed: each data set's title, date, licence, source and hashes (``traque/data/manifest.json``)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache

import msgspec

from traque.enrich._packed import folder
from traque.model import Reference


class Package(msgspec.Struct, frozen=True):
    """A pinned package that a data set was made from."""

    registry: str
    name: str
    version: str
    sha256: str


class DataSet(Reference, frozen=True, kw_only=True):
    """A packed data set: ``files`` are its packed files with their SHA-256."""

    files: dict[str, str]
    packages: tuple[Package, ...]


@cache
def data_sets() -> tuple[DataSet, ...]:
    """Every packed data set, by name."""
    return msgspec.json.decode((folder() / "manifest.json").read_bytes(), type=tuple[DataSet, ...])


def reference(name: str) -> Reference:
    """What to say of the data set ``name`` (``countries``, ``networks``...) in an answer that used it."""
    found = next(held for held in data_sets() if held.name == name)
    return Reference(**{field: getattr(found, field) for field in Reference.__struct_fields__})


def damaged() -> Iterator[str]:
    """What is wrong with the packed files, in words: a missing one, one that is not what was packed."""
    for data_set in data_sets():
        for name, expected in data_set.files.items():
            path = folder() / name
            if not path.is_file():
                yield f"{data_set.name}: {name} is missing"
            elif hashlib.sha256(path.read_bytes()).hexdigest() != expected:
                yield f"{data_set.name}: {name} is not the file that was packed"
