"""The time of a record: how it is read (:func:`read`), and what moment it names (:func:`resolve`)."""

from traque.timestamps._moments import Resolver, YearRule, resolve, rotation_date
from traque.timestamps._reading import LAYOUTS, SEARCHED, SKIPPED, ZONES, read

__all__ = [
    "LAYOUTS",
    "SEARCHED",
    "SKIPPED",
    "ZONES",
    "Resolver",
    "YearRule",
    "read",
    "resolve",
    "rotation_date",
]
