"""How indicators are turned into detections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec

from traque.model import Observable
from traque.model.detection import Action, Direction

Warned = Callable[[Observable], str | None]
"""Why a value is known to be harmless (the warninglist that holds it), or None."""


class DetectOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator asks for.

    - ``expire``: how long a rule lives; None: 30 days for relays and for addresses whose role is unknown
      (dynamic pools: tomorrow's tenant is innocent), 90 for the rest. An indicator's own ``valid_until`` ends
      it earlier.
    - ``include``: values to write although a warninglist holds them.
    - ``accept_tlp``: write TLP:RED too.
    - ``check``: run the targets' own checkers.
    """

    targets: tuple[str, ...] = ("all",)
    action: Action = "alert"
    direction: Direction = "both"
    expire: timedelta | None = None
    include: tuple[str, ...] = ()
    accept_tlp: bool = False
    check: bool = False
