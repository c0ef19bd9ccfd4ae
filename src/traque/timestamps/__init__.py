"""The time of a record: how it is read (:func:`read`), and what moment it names (:func:`resolve`).

:func:`specified` is the specification of :func:`read`, in plain Python; the kernel equals it.
"""

from traque.timestamps._choice import packed, read
from traque.timestamps._moments import YearRule, resolve, rotation_date
from traque.timestamps._pieces import ZONES
from traque.timestamps._reading import LAYOUTS, SEARCHED, SKIPPED
from traque.timestamps._reading import read as specified

__all__ = [
    "LAYOUTS",
    "SEARCHED",
    "SKIPPED",
    "ZONES",
    "YearRule",
    "packed",
    "read",
    "resolve",
    "rotation_date",
    "specified",
]
