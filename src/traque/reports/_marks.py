"""What a result says of its bulletins, gathered for documents that carry one mark for all."""

from __future__ import annotations

from typing import Final

from traque.model import HuntResult, IndicatorRef
from traque.model.result import BulletinInfo

TLPS: Final = ("clear", "green", "amber", "amber+strict", "red")
"""Traffic Light Protocol 2.0, open first."""


def strictest_tlp(result: HuntResult) -> str:
    """The strictest TLP of the bulletins, in lower case, an unknown one above all; empty without any."""
    stated = [bulletin.tlp.lower() for bulletin in result.bulletins if bulletin.tlp]
    return max(stated, key=lambda tlp: TLPS.index(tlp) if tlp in TLPS else len(TLPS), default="")


def bulletins_of(result: HuntResult, indicator: IndicatorRef) -> list[BulletinInfo]:
    """The bulletins that list ``indicator``, in the result's order."""
    ids = set(indicator.bulletins or (indicator.bulletin,))
    return [bulletin for bulletin in result.bulletins if bulletin.id in ids]
