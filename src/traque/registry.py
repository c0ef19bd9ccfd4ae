"""Finds the modules that add a format, a kind, a reader or a renderer.

A registered package holds one module a name; each module defines one frozen ``SPEC``. Modules
that begin with ``_`` or are named in no way a format are helpers and are not looked at. Third
parties add modules through entry points. A module that fails to import is remembered and
listed by ``traque formats``; the rest keep working. A name claimed twice is an error.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import os
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import msgspec

from traque.errors import RegistryError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_GROUPS: Final = b"[traque."
"""How the groups of our entry points begin in the files that declare them."""
_PATH_FINDER: Final = importlib.machinery.PathFinder


class FormatSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What every registered module states of itself."""

    name: str
    title: str


class ImportFailure(msgspec.Struct, frozen=True, kw_only=True):
    """A module that could not be imported, and why."""

    module: str
    reason: str


S = TypeVar("S", bound=FormatSpec)


class Registry(Generic[S]):
    """The specs of one package, by name, in name order."""

    def __init__(
        self,
        specs: Mapping[str, S],
        failures: tuple[ImportFailure, ...] = (),
        modules: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._modules = modules
        self._specs = MappingProxyType(dict(sorted(specs.items())))
        self.failures = failures

    def __iter__(self) -> Iterator[S]:
        return iter(self._specs.values())

    def __len__(self) -> int:
        return len(self._specs)

    def __contains__(self, name: object) -> bool:
        return name in self._specs

    def __getitem__(self, name: str) -> S:
        return self._specs[name]

    def get(self, name: str) -> S | None:
        """The spec of that name, or None."""
        return self._specs.get(name)

    def module(self, name: str) -> str:
        """The module that the spec of that name was found in."""
        return self._modules[name]


def discover(package: str, base: type[S]) -> Registry[S]:
    """The ``SPEC`` of every public module of ``package`` and of its entry points.

    The entry-point group is the package's dotted name. Raises RegistryError for a module
    whose SPEC is missing or not a ``base``, and for a name claimed twice.
    """
    specs: dict[str, S] = {}
    modules: dict[str, str] = {}
    failures: list[ImportFailure] = []
    for module_name, load in _candidates(package):
        try:
            spec = load()
        except RegistryError:
            raise
        except Exception as error:  # noqa: BLE001 -- a third party's import may raise anything
            failures.append(ImportFailure(module=module_name, reason=f"{type(error).__name__}: {error}"))
            continue
        if not isinstance(spec, base):
            raise RegistryError(f"{module_name} has no SPEC of type {base.__name__}")
        if spec.name in specs:
            raise RegistryError(f"two modules are named {spec.name!r}", where=module_name)
        specs[spec.name] = spec
        modules[spec.name] = load.module
    return Registry(specs, tuple(failures), modules)


def _candidates(package: str) -> Iterator[tuple[str, _Loader]]:
    for info in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if not info.name.startswith("_"):
            name = f"{package}.{info.name}"
            yield name, _Loader(name)
    for point in entry_points(group=package):
        yield point.value, _Loader(point.module, point.attr or "SPEC")


def entry_points(*, group: str) -> Iterable[EntryPoint]:
    """The installed entry points of ``group``.

    :mod:`importlib.metadata` takes as long to import, and to read what every package declares, as all of a
    small hunt; so it is asked only where some package may declare one of ours.
    """
    if not _some_declared():
        return ()
    from importlib import metadata

    return metadata.entry_points(group=group)


@cache
def _some_declared() -> bool:
    """Whether a package may declare entry points of ours; surely so where that cannot be told quickly."""
    if any(hasattr(finder, "find_distributions") for finder in sys.meta_path if finder is not _PATH_FINDER):
        return True
    return any(map(_declared_in, sys.path))


def _declared_in(folder: str) -> bool:
    try:
        with os.scandir(folder or ".") as listing:
            packages = [item.path for item in listing if item.name.endswith((".dist-info", ".egg-info"))]
    except NotADirectoryError:  # a zip archive
        return True
    except OSError:
        return False
    return folder.endswith(".egg") or any(map(_declares, packages))


def _declares(package: str) -> bool:
    try:
        return _GROUPS in Path(package, "entry_points.txt").read_bytes()
    except OSError:  # most packages declare none
        return False


class _Loader:
    def __init__(self, module: str, attribute: str = "SPEC") -> None:
        self.module = module
        self.attribute = attribute

    def __call__(self) -> object:
        return getattr(importlib.import_module(self.module), self.attribute, None)
