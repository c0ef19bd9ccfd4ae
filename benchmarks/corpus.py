"""Makes the corpora: folders of logs with a truth file, and the lists of indicators. Kept, and made once.

    python -m benchmarks.corpus FOLDER LAYOUT SIZE SEED      (the harness calls it in a process of its own)

Every line is drawn anew (no block is repeated), lines follow each other by a second on average, and the same
seed and size give the same bytes. About one line in 4,000 holds an indicator and as many a look-alike (more
in a small corpus, so that there are about a thousand; a tenth of all lines where the layout has a hot one).
``truth.json`` says what was written.
"""

from __future__ import annotations

import gzip
import itertools
import json
import math
import os
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

from benchmarks.records import PRODUCTS, Product
from benchmarks.scene import START, Planted, Scene
from benchmarks.world import World, longer

VERSION: Final = 1
"""Part of the cache's key: raise it when the same seed gives other bytes."""

_EVERY: Final = (40, 4000)
"""Lines from one with an indicator to the next, on average, at least and at most; so for look-alikes."""
_LINE: Final = 250
"""Bytes of a line, roughly."""
_BLOCK: Final = 2000
"""Lines that are written at once."""
_LITTLE: Final = 10_000_000
"""Bytes from which on a corpus is made by several processes."""
_NOTHING: Final[Planted] = {}


@dataclass(frozen=True)
class Layout:
    """How a corpus is cut: ``files`` a product, or small ones of ``each`` bytes where that is 0."""

    products: tuple[str, ...]
    files: int = 1
    each: int = 0
    hot: float = 0.0
    suffix: str = ""


_ALL: Final = tuple(PRODUCTS)
LAYOUTS: Final = {
    "mixed": Layout(_ALL),
    "mixed-gz": Layout(_ALL, suffix=".gz"),
    "one": Layout(("fortigate",)),
    "one-gz": Layout(("fortigate",), suffix=".gz"),
    "one-zst": Layout(("fortigate",), suffix=".zst"),
    "eve": Layout(("eve",)),
    "syslog": Layout(("ufw", "sshd", "postfix")),
    "hot": Layout(_ALL, hot=0.1),
    "many": Layout(_ALL, files=8),
    "small": Layout(_ALL, files=0, each=8192),
    "tiny": Layout(("ufw",)),
    "tiny-gz": Layout(("ufw",), suffix=".gz"),
    "tiny-zst": Layout(("ufw",), suffix=".zst"),
}


@dataclass
class Tally:
    """What was written of one indicator in one file; times in whole seconds since 1970."""

    kind: str
    count: int = 0
    first: int = 0
    last: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    glued: int = 0
    """Lines with a look-alike that a word boundary tells apart."""
    dotted: int = 0
    """Lines with a look-alike that stands between word boundaries."""

    def add(self, second: int, verdict: str) -> None:
        """One more line."""
        self.first = self.first if self.count else second
        self.last = second
        self.count += 1
        self.verdicts[verdict] = self.verdicts.get(verdict, 0) + 1


@dataclass(frozen=True)
class Part:
    """One file to write."""

    path: str
    product: str
    size: int
    start: int
    hot: float
    every: int


def make(folder: Path, layout: str, size: int, seed: int) -> None:
    """Write the corpus of about ``size`` decompressed bytes into ``folder``; ``truth.json`` comes last."""
    plan = LAYOUTS[layout]
    parts = list(_parts(plan, size))
    for parent in {(folder / "logs" / part.path).parent for part in parts}:
        parent.mkdir(parents=True, exist_ok=True)
    with _mapper(size) as each:
        written = list(each(_write, itertools.repeat(folder), parts, itertools.repeat(seed)))
    files = {
        part.path: {"bytes": count, "lines": lines, "tallies": tallies}
        for part, (count, lines, tallies) in zip(parts, written, strict=True)
    }
    truth = {"version": VERSION, "seed": seed, "layout": layout, "files": files}
    (folder / "truth.json").write_text(json.dumps(truth), "utf-8")


def make_list(path: Path, name: str, seed: int) -> None:
    """Write the indicator set of that name, one value a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{value}\n" for value in _world(seed).indicators(name)), "ascii")


@contextmanager
def _mapper(size: int) -> Iterator[Callable[..., Iterable[tuple[int, int, dict[str, Any]]]]]:
    """``map``, on all cores where that pays: each process makes the world anew."""
    if size < _LITTLE:
        yield map
        return
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        yield pool.map


def _parts(plan: Layout, size: int) -> Iterator[Part]:
    every = min(max(_EVERY[0], size // _LINE // 1000), _EVERY[1])
    if plan.files:
        total = sum(PRODUCTS[name].share for name in plan.products)
        for name in plan.products:
            product = PRODUCTS[name]
            share = size * product.share // total
            for number in range(plan.files):
                # rotations follow each other in time: as many seconds as lines
                start = START + number * (share // plan.files // _LINE)
                path = product.file if plan.files == 1 else f"{product.file}.{plan.files - number}"
                yield Part(path + plan.suffix, name, share // plan.files, start, plan.hot, every)
        return
    for number in range(max(1, size // plan.each)):
        name = plan.products[number % len(plan.products)]
        machine, day = divmod(number // len(plan.products), 20)
        path = f"host-{machine:03d}/{PRODUCTS[name].file}-202103{day + 1:02d}"
        yield Part(path, name, plan.each, START + day * 86_400, plan.hot, every)


@cache
def _world(seed: int) -> World:
    return World(seed)


def _write(folder: Path, part: Part, seed: int) -> tuple[int, int, dict[str, Any]]:
    """Write one file; its decompressed bytes, its lines, and what was planted, by value."""
    world = _world(seed)
    chance = random.Random(f"{seed}/{part.path}").random
    scene = Scene(world, part.start, chance)
    product = PRODUCTS[part.product]
    make_line, tick, hot = product.make, scene.clock.tick, part.hot
    always: Planted = {"ipv4-addr": world.hot}
    tallies: dict[str, Tally] = {}
    written = number = 0
    special = _gap(chance, part.every)
    path = folder / "logs" / part.path
    with _open(path) as out:
        while written < part.size:
            block = []
            for _ in range(_BLOCK if part.size > _BLOCK * 100 else 8):
                tick()
                if number == special:
                    special += _gap(chance, part.every)
                    block.append(_special(scene, product, tallies))
                elif hot and chance() < hot:
                    line, verdict = make_line(scene, always)
                    tallies.setdefault(world.hot, Tally("ipv4-addr")).add(scene.clock.second, verdict)
                    block.append(line)
                else:
                    block.append(make_line(scene, _NOTHING)[0])
                number += 1
            data = ("\n".join(block) + "\n").encode("ascii")
            out.write(data)
            written += len(data)
    os.utime(path, (scene.clock.second + 60, scene.clock.second + 60))
    return written, number, {value: asdict(tally) for value, tally in tallies.items()}


def _gap(chance: Callable[[], float], every: int) -> int:
    return int(1 - math.log(1 - chance()) * every / 2)


def _special(scene: Scene, product: Product, tallies: dict[str, Tally]) -> str:
    """A line with an indicator or, as often, with a look-alike; written down in ``tallies``."""
    kind = product.kinds[0] if scene.random() < 0.5 else product.kinds[scene.below(len(product.kinds))]
    values = scene.world.planted[kind]
    value = values[int(scene.random() ** 3 * len(values))]  # a few often, most seldom
    if scene.random() < 0.5:
        planted = {kind: value} if not kind.endswith("-net") else _member(kind, value, scene)
        line, verdict = product.make(scene, planted)
        # the makers speak of the peer's address; what another value's verdict is, they do not say
        known = verdict if kind.startswith("ip") else ""
        tallies.setdefault(value, Tally(kind)).add(scene.clock.second, known)
        return line
    planted, dotted = _look_alike(kind, value, product, scene)
    tally = tallies.setdefault(value, Tally(kind))
    if dotted:
        tally.dotted += 1
    elif planted:
        tally.glued += 1
    return product.make(scene, planted)[0]


def _member(kind: str, network: str, scene: Scene) -> Planted:
    prefix = network.partition("/")[0]
    if kind == "ipv4-net":
        return {"ipv4-addr": f"{prefix.removesuffix('0')}{1 + scene.below(254)}"}
    groups = ":".join(f"{0x1000 + scene.below(0xF000):x}" for _ in range(5))
    return {"ipv6-addr": f"{prefix.removesuffix('::')}:{groups}"}


def _look_alike(kind: str, value: str, product: Product, scene: Scene) -> tuple[Planted, bool]:
    """What holds ``value`` as a part and is none; and whether word boundaries stand around that part."""
    if kind == "ipv4-addr":
        quads = longer(value)
        if product.file.startswith("web/") and scene.random() < 0.5:
            return {"agent": f"Updater/9.{value}"}, True
        return ({"ipv4-addr": quads[scene.below(len(quads))]}, False) if quads else ({}, False)
    if kind == "domain-name":
        return ({kind: f"not{value}"}, False) if scene.random() < 0.5 else ({kind: f"{value}.example"}, True)
    if kind == "email-addr":
        return {kind: f"x{value}"}, False
    if kind == "url":
        return {kind: f"{value}7"}, False
    if kind in ("md5", "sha1", "sha256"):
        return {kind: f"{value}0"}, False
    return {}, False


class _Out(Protocol):
    def write(self, data: bytes, /) -> object: ...


def _open(path: Path) -> AbstractContextManager[_Out]:
    """The levels are those of the tools' own defaults."""
    if path.suffix == ".gz":
        return gzip.GzipFile(path, "wb", compresslevel=6, mtime=0)
    if path.suffix == ".zst":
        import zstandard

        return zstandard.ZstdCompressor(level=3).stream_writer(path.open("wb"))
    return path.open("wb")


def main() -> None:
    """Make what the arguments name: FOLDER LAYOUT SIZE SEED, or FILE SET SEED for a list."""
    target, name, *numbers = sys.argv[1:]
    if len(numbers) == 1:
        make_list(Path(target), name, int(numbers[0]))
    else:
        make(Path(target), name, int(numbers[0]), int(numbers[1]))


if __name__ == "__main__":
    main()
