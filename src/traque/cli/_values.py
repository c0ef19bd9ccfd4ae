"""Values of options that click has no type for."""

from __future__ import annotations

from datetime import UTC, datetime

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
