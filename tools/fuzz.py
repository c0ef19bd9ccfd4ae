"""Fuzz what reads other people's bytes, in Python: mutated samples in, no surprise out.

    python tools/fuzz.py [--seconds N] [--seed N] [--keep FOLDER] [TARGET...]

Every target (all by default) gets the same time. An input follows from the seed, the target and its number,
so a run can be repeated. A finding is an exception that is not promised, a broken promise, or an input that
takes longer than 20 seconds; it is kept in FOLDER (default: fuzz-findings), printed, and the status is 1.
docs/fuzzing.md says how to turn one into a test.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from traque import bulletins, timestamps
from traque.diagnostics import Diagnostics
from traque.errors import BulletinError, SourceError, UsageError
from traque.logs import recognise, registry
from traque.model import Observable, TimeRule
from traque.observables import canonical
from traque.scan import kernel, oracle
from traque.scan.matches import Batch, Engine
from traque.scan.plan import Cores, ahead
from traque.sources import Limits, open_entry, walk

DATA = Path(__file__).resolve().parent.parent / "tests" / "data"
SLOW = 20.0
"""Seconds for one input."""
LARGEST = 64 * 1024
TOKENS = (
    b"192.0.2.1", b"198.51.100.0/24", b"2001:db8::1", b"::ffff:192.0.2.1", b"evil.example", b"www.evil.example.",
    b"http://evil.example/gate.php?id=1&b=2", b"user@evil.example", b"f1d2c3b4a5968778695a4b3c2d1e0f00",
    b"Jan  7 04:18:07", b"2021-01-07T04:18:07.123+01:00", b"[07/Jan/2021:04:18:07 +0000]", b"1609993087.123456",
    b"\\n", b"\\u0022", b"\\x41", b"%20", b"%2520", b"%40", b"&amp;", b"#011", b"\x1b[31m", b"(4)evil(7)example(0)",
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3\xbc", b"\r\n", b"\n", b'"', b"'", b"{", b"}", b"[", b"]", b",", b";", b"=",
    b"-1", b"99999999999999999999", b"1e999", b"[.]", b"hxxp://", b"(a+)+$", b"\xf0\x9f\x98\x80", b".in-addr.arpa",
)  # fmt: skip
"""What the rules turn on."""
SET: tuple[Observable, ...] = tuple(
    canonical(kind, value)
    for kind, value in (
        ("ipv4-addr", "192.0.2.1"),
        ("ipv4-addr", "198.51.100.0"),
        ("ipv4-net", "203.0.113.0/25"),
        ("ipv6-addr", "2001:db8::1"),
        ("ipv6-net", "2001:db8:0:1::/64"),
        ("domain-name", "evil.example"),
        ("domain-name", "vil.example"),
        ("domain-name", "bücher.example"),
        ("url", "http://evil.example/gate.php?id=1&b=2"),
        ("url", "http://192.0.2.1/A/b"),
        ("email-addr", "user@evil.example"),
        ("md5", "f1d2c3b4a5968778695a4b3c2d1e0f00"),
        ("sha1", "0123456789abcdef0123456789abcdef01234567"),
    )
)
RULES = tuple(TimeRule(layout) for layout in timestamps.LAYOUTS)


class Target(NamedTuple):
    """Seeds, and what must hold of every mutant of them."""

    seeds: Sequence[Path]
    check: Callable[[bytes, Path, random.Random], None]
    lines: bool = False
    """Mutate a few lines of the seed, rather than all of it."""


def check_bulletin(data: bytes, seed: Path, _rng: random.Random) -> None:
    """A bulletin is read, or refused with a reason; all that is kept is in canonical form."""
    try:
        bulletin = bulletins.read_bytes(data, seed.name)
    except (BulletinError, UsageError):
        return
    for indicator in bulletin.indicators:
        observable = indicator.observable
        assert canonical(observable.kind, observable.value) == observable, observable


def check_log(data: bytes, seed: Path, _rng: random.Random) -> None:
    """A format is chosen, and its reader takes any record."""
    recognition = recognise(data, seed.name)
    assert recognition.format == "unknown" or recognition.format in registry()
    for record in data.split(b"\n")[:50]:
        event = recognition.reader.parse(record)
        assert event is None or event.format == "unknown" or event.format in registry()
        timestamps.read(record, recognition.reader.times)


def check_source(data: bytes, seed: Path, rng: random.Random) -> None:
    """All bytes that can be read come, then at most a SourceError; the same with a thread ahead; within the limits."""
    limits = Limits(stream_floor=8 << 20, entry_floor=16 << 20, members=200)
    with TemporaryDirectory(prefix="traque-fuzz-") as folder:
        path = Path(folder) / seed.name
        path.write_bytes(data)
        (entry,) = walk([path], diagnostics=Diagnostics())
        answers = []
        for overlap in (iter, partial(ahead, cores=Cores(2, 0))):
            answer: list[tuple[str, bytes, str]] = []
            for source in open_entry(entry, limits=limits, diagnostics=Diagnostics(), overlap=overlap):
                got, why = bytearray(), ""
                head = source.head(rng.choice((1, 100, 65536))) if not answers else b""
                try:
                    for chunk in source.chunks():
                        got += chunk
                except SourceError as error:
                    why = error.what
                assert bytes(got).startswith(head)
                answer.append((source.path, bytes(got), why))
            answers.append(answer)
        assert answers[0] == answers[1], "a thread ahead changes it"
        assert sum(len(got) for _, got, _ in answers[0]) <= max(16 << 20, 500 * len(data))


def check_times(data: bytes, _seed: Path, rng: random.Random) -> None:
    """Kernel and specification read the same time from any record, by any rule."""
    for record in data.split(b"\n")[:20]:
        rules = (rng.choice(RULES), TimeRule(rng.choice(RULES).layout, anchor=rng.choice((b"", b"=", b'":'))))
        assert timestamps.read(record, rules) == timestamps.specified(record, rules), (record, rules)


def check_engines(data: bytes, _seed: Path, rng: random.Random) -> None:
    """The kernel finds what the specification finds, and times what it times, however the stream is cut."""
    cuts = sorted(rng.choices(range(len(data) + 1), k=rng.randint(0, 6)))
    chunks = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    rules = (rng.choice(RULES),)
    expected = _scan(_ORACLE, [data], rules)
    assert _scan(_KERNEL, [data], rules) == expected
    assert _scan(_KERNEL, chunks, rules) == expected, cuts


_ORACLE = oracle.compile(SET)
_KERNEL = kernel.compile(SET)


def _scan(engine: Engine, chunks: Sequence[bytes], rules: Sequence[TimeRule]) -> tuple[object, ...]:
    scanner = engine.scanner(rules)
    batches: list[Batch] = [scanner.feed(chunk) for chunk in chunks]
    batches.append(scanner.finish())
    matched = [record for batch in batches for record in batch.matched]
    return matched, [sample for batch in batches for sample in batch.samples], scanner.records


def targets() -> dict[str, Target]:
    """Every target by name."""
    logs = sorted((DATA / "logs").glob("*/*.log"))
    reports = [path for path in sorted((DATA / "bulletins").glob("*/*")) if "golden" not in path.name]
    packed = [path for path in sorted((DATA / "sources").glob("*/*")) if path.is_file()]
    return {
        "bulletins": Target(reports, check_bulletin),
        "logs": Target(logs, check_log),
        "sources": Target(packed, check_source),
        "times": Target(logs, check_times, lines=True),
        "engines": Target(logs, check_engines, lines=True),
    }


def mutant(seed: bytes, other: bytes, rng: random.Random) -> bytes:
    """``seed`` with some bytes changed, moved, repeated, cut, or taken from ``other`` or :data:`TOKENS`."""
    data = bytearray(seed[:LARGEST])
    for _ in range(rng.choice((1, 1, 2, 3, 5, 10, 30))):
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.choice((0, 1, 1, 2, 4, 16, 100)))
        kind = rng.randrange(8)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1 and at < len(data):
            data[at] = rng.choice((0, 1, 9, 10, 13, 32, 34, 92, 127, 128, 255, rng.randrange(256)))
        elif kind == 2:
            del data[at:end]
        elif kind == 3:
            data[at:at] = data[at:end] * rng.choice((1, 2, 50))
        elif kind in (4, 5):
            data[at : rng.choice((at, end))] = rng.choice(TOKENS)
        elif kind == 6 and other:
            start = rng.randrange(len(other))
            data[at:end] = other[start : start + rng.randrange(1, 200)]
        elif rng.random() < 0.2:
            del data[at:]
    return bytes(data[:LARGEST])


def some_lines(data: bytes, rng: random.Random) -> bytes:
    """A few lines of ``data``, in any order."""
    return b"\n".join(rng.choices(data.split(b"\n"), k=rng.randint(1, 4)))


def fuzz(name: str, target: Target, *, seed: int, seconds: float, keep: Path) -> int:
    """Run one target for so long; its number of findings."""
    seeds = [(path, path.read_bytes()) for path in target.seeds]
    number = size = 0
    found: dict[str, Path] = {}
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        rng = random.Random(f"{seed}:{name}:{number}")
        path, data = rng.choice(seeds)
        other = rng.choice(seeds)[1]
        data = mutant(some_lines(data, rng) if target.lines else data, other, rng)
        started = time.monotonic()
        try:
            target.check(data, path, rng)
            if time.monotonic() - started > SLOW:
                raise TimeoutError(f"one input took {time.monotonic() - started:.0f} s")
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is a finding
            where = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}"
            if place not in found:
                keep.mkdir(parents=True, exist_ok=True)
                found[place] = keep / f"{name}-{seed}-{number}-{path.name}"
                found[place].write_bytes(data)
                print(f"{name}: {place}: {str(error)[:300]}\n  kept in {found[place]}", flush=True)
        number += 1
        size += len(data)
    print(
        f"{name}: {number:,} inputs, {size:,} bytes, {time.monotonic() - begun:.0f} s, {len(found)} findings",
        flush=True,
    )
    return len(found)


def main() -> int:
    """Every target that was asked for; the exit status."""
    known = targets()
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(known)}")
    parser.add_argument("--seconds", type=float, default=30, help="for each target  [default: 30]")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"), metavar="FOLDER")
    options = parser.parse_args()
    names: list[str] = options.targets or list(known)
    if unknown := set(names) - set(known):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    print(f"seed {options.seed}")
    findings = sum(
        fuzz(name, known[name], seed=options.seed, seconds=options.seconds, keep=options.keep)
        for name in names
    )
    return int(findings > 0)


if __name__ == "__main__":
    sys.exit(main())
