"""Where the makers of log lines draw from: a clock that only advances, the world's pools, and chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from benchmarks.world import World

START: Final = int(datetime(2021, 3, 1, tzinfo=UTC).timestamp())
_DAY: Final = 86_400
_HOURS: Final = tuple(
    f"{hour:02d}:{minute:02d}:{second:02d}"
    for hour in range(24)
    for minute in range(60)
    for second in range(60)
)

Planted = Mapping[str, str]
"""Values that must stand in a line, by kind; ``agent`` is a user agent."""


class Clock:
    """Advances by 0, 1 or 2 seconds a line: a second on average."""

    def __init__(self, start: int, random: Callable[[], float]) -> None:
        self.second = start
        self.micro = 0
        self._random = random
        self._set_day()

    def tick(self) -> None:
        """The next line's time."""
        step = self._random() * 3
        self.second += int(step)
        micro = int(step * 1e6) % 1_000_000
        self.micro = micro if int(step) else max(self.micro, micro)
        if self.second >= self._midnight:
            self._set_day()
        self.time = _HOURS[self.second % _DAY]

    def _set_day(self) -> None:
        day = datetime.fromtimestamp(self.second, UTC)
        self._midnight = self.second - self.second % _DAY + _DAY
        self.date = f"{day:%Y-%m-%d}"
        self.syslog_date = f"{day:%b} {day.day:2d}"
        self.web_date = f"{day:%d/%b/%Y}"
        self.time = _HOURS[self.second % _DAY]


class Scene:
    """What a maker draws from: the world, the clock, and chance."""

    def __init__(self, world: World, start: int, random: Callable[[], float]) -> None:
        self.world = world
        self.random = random
        self.clock = Clock(start, random)

    def below(self, count: int) -> int:
        """A number from 0 on, less than ``count``."""
        return int(self.random() * count)

    def address(self, planted: Planted, *, six: float = 0.0) -> str:
        """The outside peer: the planted one, else one of the background."""
        for kind in ("ipv4-addr", "ipv6-addr"):
            if kind in planted:
                return planted[kind]
        pool = self.world.addresses6 if six and self.random() < six else self.world.addresses
        return pool[int(self.random() * len(pool))]

    def host(self, planted: Planted) -> str:
        """A server's name: the planted one, bare or below it, else one of the background."""
        name = planted.get("domain-name") or self.world.domains[int(self.random() * len(self.world.domains))]
        return (name, f"www.{name}", f"cdn.{name}", f"api.{name}")[int(self.random() * 4)]

    def inside(self) -> str:
        """An inside client."""
        return self.world.inside[int(self.random() * len(self.world.inside))]

    def own(self) -> str:
        """A public address of ours."""
        return self.world.own[int(self.random() * len(self.world.own))]

    def hexadecimal(self, digits: int) -> str:
        """A random hash, or an identifier."""
        return "".join(f"{int(self.random() * 0x1_0000_0000):08x}" for _ in range((digits + 7) // 8))[:digits]
