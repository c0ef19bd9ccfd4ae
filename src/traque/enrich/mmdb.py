"""The user's own country, city or AS data in MaxMind's DB format (``--mmdb``).

Read are the field names of GeoLite2 and GeoIP2, of DB-IP and of the flat files of ip-location-db and IPinfo.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from traque.errors import UsageError
from traque.expressions import expression
from traque.model import Reference

_ASN: Final = expression(r"(?i)(?:AS)?([0-9]{1,10})")
_LONGEST: Final = 200
"""Characters of a name that are kept."""


class Database:
    """One opened file. ``reference`` says what it is and how old."""

    def __init__(self, path: Path) -> None:
        """Raises UsageError for what cannot be read or is no MMDB."""
        import maxminddb

        try:
            self._reader = maxminddb.open_database(path, maxminddb.MODE_AUTO)
            facts = self._reader.metadata()
        except OSError as error:
            raise UsageError(
                f"the file cannot be read: {error.strerror or error}",
                where=str(path),
                remedy="check the path",
            ) from None
        except (maxminddb.InvalidDatabaseError, ValueError) as error:
            raise UsageError(
                f"this is no MMDB file: {error}", where=str(path), remedy="name a country, city or ASN MMDB"
            ) from None
        self.reference = Reference(
            name=f"mmdb:{path.name}",
            title=_text(facts.database_type) or path.name,
            date=_date(facts.build_epoch),
            licence="as its provider states",
            source=str(path),
            note="given by the user",
        )

    def facts(self, address: str) -> dict[str, str]:
        """What it knows of ``country`` (two letters), ``city``, ``asn`` (digits), ``network`` (its name)."""
        import maxminddb

        try:
            record = self._reader.get(address)
        except (ValueError, maxminddb.InvalidDatabaseError):  # an IPv6 address in an IPv4 file; a damaged one
            return {}
        if not isinstance(record, dict):
            return {}
        found = {
            "country": _country(record),
            "city": _name(record.get("city")),
            "asn": _asn(record),
            "network": _first(record, "autonomous_system_organization", "as_name", "as_organization", "name"),
        }
        return {key: value for key, value in found.items() if value}

    def close(self) -> None:
        """Give the file back."""
        self._reader.close()


def _date(epoch: object) -> str:
    try:
        return f"{datetime.fromtimestamp(float(str(epoch)), UTC):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):
        return "no date stated"


def _country(record: dict[str, object]) -> str:
    for key in ("country", "registered_country", "country_code"):
        held = record.get(key)
        code = held.get("iso_code") if isinstance(held, dict) else held
        if isinstance(code, str) and len(code) == 2 and code.isascii() and code.isalpha():
            return code.upper()
    return ""


def _asn(record: dict[str, object]) -> str:
    for key in ("autonomous_system_number", "asn", "as_number"):
        found = _ASN.fullmatch(str(record.get(key, "")))
        if found:
            return found[1]
    return ""


def _name(held: object) -> str:
    if isinstance(held, dict):
        names = held.get("names")
        held = names.get("en") if isinstance(names, dict) else held.get("name")
    return _text(held)


def _first(record: dict[str, object], *keys: str) -> str:
    return next(filter(None, (_text(record.get(key)) for key in keys)), "")


def _text(held: object) -> str:
    return held[:_LONGEST] if isinstance(held, str) else ""
