"""A value as STIX 2.1 says it: the pattern that an indicator has, the object that an observation has.

Format: https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html, sections 6 and 9.
"""

from __future__ import annotations

from typing import Any, Final

from traque.model.stix import PATHS
from traque.reports._escape import printable
from traque.reports._ids import observable

_HASHES: Final = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha512": "SHA-512"}
_FINGERPRINTS: Final = {32: "MD5", 40: "SHA-1", 64: "SHA-256"}
_VALUES: Final = {
    "ipv4-addr": "ipv4-addr", "ipv4-net": "ipv4-addr", "ipv6-addr": "ipv6-addr", "ipv6-net": "ipv6-addr",
    "domain-name": "domain-name", "url": "url", "email-addr": "email-addr",
}  # fmt: skip
"""Kinds whose object has nothing but ``value``."""
_NAMED: Final = {
    "file-name": ("file", "name"),
    "mutex": ("mutex", "name"),
    "registry-key": ("windows-registry-key", "key"),
}
_HIVES: Final = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKCU": "HKEY_CURRENT_USER",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKU": "HKEY_USERS",
    "HKCC": "HKEY_CURRENT_CONFIG",
}


def pattern(kind: str, value: str) -> str:
    r"""The pattern of one value; a kind that STIX has no object for is ``x-traque-value``."""
    shown = printable(value)
    if kind == "asn" and _number(value) is not None:
        return f"[{PATHS[kind]} = {_number(value)}]"
    path = PATHS.get(kind, f"x-traque-value:{kind.replace('-', '_')}")
    if kind == "x509-certificate" and len(value) in _FINGERPRINTS:
        path = f"x509-certificate:hashes.'{_FINGERPRINTS[len(value)]}'"
    sign = "ISSUBSET" if kind.endswith("-net") else "="
    escaped = shown.replace("\\", "\\\\").replace("'", "\\'")
    return f"[{path} {sign} '{escaped}']"


def observed(kind: str, value: str) -> dict[str, Any] | None:
    """The object of one value; None for a kind that STIX has no simple object for."""
    if kind in _VALUES:
        return _object(_VALUES[kind], {"value": printable(value)})
    if kind in _HASHES:
        return _object("file", {"hashes": {_HASHES[kind]: value}})
    if kind == "x509-certificate" and len(value) in _FINGERPRINTS:
        return _object("x509-certificate", {"hashes": {_FINGERPRINTS[len(value)]: value}})
    if kind == "asn" and (number := _number(value)) is not None:
        return _object("autonomous-system", {"number": number})
    if kind in _NAMED:
        name, field = _NAMED[kind]
        return _object(name, {field: _full(printable(value)) if kind == "registry-key" else printable(value)})
    return None


def _full(key: str) -> str:
    """A registry key with its hive in full, as STIX wants it (section 6.17)."""
    hive, _, rest = key.partition("\\")
    return f"{_HIVES.get(hive.upper(), hive)}\\{rest}" if rest else key


def _number(value: str) -> int | None:
    digits = value.upper().removeprefix("AS")
    return int(digits) if digits.isascii() and digits.isdecimal() else None


def _object(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": name, "spec_version": "2.1", "id": f"{name}--{observable(properties)}", **properties}
