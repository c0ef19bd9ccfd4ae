"""Values of options that click has no type for."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import click


def moment(_context: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    """An ISO 8601 date (its first moment) or date and time, in UTC; it is UTC unless it states a zone."""
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value.strip())
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(
            f"{value!r} is not a date that can be read; "
            "write 2021-01-31, 2021-01-31T08:00Z or 2021-01-31T09:00+01:00."
        ) from error


def span(_context: click.Context, _option: click.Parameter, value: str | None) -> timedelta | None:
    """Days (``90``, ``90d``), weeks (``12w``), months of 30 days (``3m``) or years of 365 (``1y``)."""
    if value is None:
        return None
    read = re.fullmatch(r"(\d{1,4})\s*([dwmy]?)", value.strip().lower())
    if read is None or not int(read[1]):
        raise click.BadParameter(f"{value!r} is not a span of time; write 90d, 12w, 3m or 1y.")
    return timedelta(days=int(read[1]) * {"": 1, "d": 1, "w": 7, "m": 30, "y": 365}[read[2]])


def today() -> datetime:
    """The first moment of this day, UTC."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
