r"""Windows registry keys (a value's name may be the last part): literals.

A hive has several names: ``HKEY_LOCAL_MACHINE``, ``HKLM``, ``HKLM:`` (PowerShell) and, for the machine's and
the users' hives, the kernel's ``\REGISTRY\MACHINE`` and ``\REGISTRY\USER``; ``CurrentControlSet`` is also
``ControlSet001``. The canonical form has the long name. A key matches what lies below it. A key of the
current user is not found under a user's SID (``HKU\S-1-5-21-...``), where its hive cannot be told.

Keys that every system has (:data:`COMMON`, with or without a hive) are refused as ``too-common``, a key with
a wildcard as ``pattern``.
"""

from __future__ import annotations

from typing import Final

from traque.errors import ObservableError
from traque.expressions import expression
from traque.model import Observable
from traque.observables._literal import checked, folded, settled, spec, unwrapped

NAME = "registry-key"

_HIVES: Final = {
    "hkey_local_machine": ("hklm", "hklm:", "\\registry\\machine"),
    "hkey_current_user": ("hkcu", "hkcu:"),
    "hkey_users": ("hku", "hku:", "\\registry\\user"),
    "hkey_classes_root": ("hkcr", "hkcr:"),
    "hkey_current_config": ("hkcc", "hkcc:"),
}
"""Each hive's long name, and its others."""

_VERSION: Final = "software\\microsoft\\windows\\currentversion"
COMMON: Final = frozenset(
    {"software", "system", "software\\microsoft", "software\\microsoft\\windows", _VERSION}
    | {f"{_VERSION}\\{name}" for name in ("run", "runonce", "policies", "explorer", "uninstall")}
    | {f"system\\currentcontrolset{name}" for name in ("", "\\services", "\\control")}
    | {"software\\microsoft\\windows nt\\currentversion\\winlogon", "software\\classes"}
)
"""Keys that exist everywhere, without their hive (and without ``Wow6432Node``)."""

_WILD = expression(r"[*?]")
_RUN = expression(r"[/\\]+")


def canonical(value: str) -> Observable:
    """A registry key. Raises ObservableError."""
    text = settled(_tidy, value)
    if _WILD.search(text):
        raise ObservableError(f"{text!r} describes many keys", code="pattern")
    hive, rest = _split(text)
    if text and not rest:
        raise ObservableError(f"{text!r} is a whole hive", code="too-common")
    if rest.lower().replace("\\wow6432node", "") in COMMON:
        raise ObservableError(f"{text!r} is a key that every system has", code="too-common")
    if text and not hive and "\\" not in rest:
        raise ObservableError(f"{text!r} is no key: it has a single part", code="malformed")
    return checked(NAME, f"{hive}\\{rest}" if hive else rest)


def _tidy(value: str) -> str:
    return _RUN.sub(lambda _: "\\", unwrapped(value)).rstrip("\\")


def spellings(key: str) -> tuple[str, ...]:
    """With each name of the hive."""
    hive, rest = _split(key)
    rests = (rest, rest.replace("currentcontrolset", "controlset001", 1))
    names = (hive, *_HIVES[hive]) if hive else ()
    forms = [f"{name}\\{part}" for name in names for part in rests] or list(rests)
    return tuple(dict.fromkeys(map(folded, forms)))


def _split(key: str) -> tuple[str, str]:
    """The hive's long name (or nothing) and the rest, without the separator between."""
    low = key.lower()
    for hive, others in _HIVES.items():
        for name in (hive, *others):
            for written in (name, name.removeprefix("\\")):
                if low == written or low.startswith(f"{written}\\"):
                    return hive, key[len(written) + 1 :]
    return "", key.lstrip("\\")


SPEC = spec(
    NAME,
    "Windows registry key",
    canonical,
    ("hkey_local_machine\\software\\evil corp\\loader", "software\\evil corp\\loader"),
    spellings=spellings,
)
