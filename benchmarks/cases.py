"""What is measured: each case is one corpus, one list of indicators, and the programs that are asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

GB: Final = 1_000_000_000
MB: Final = 1_000_000

_EVERYONE: Final = ("traque", "hyperscan", "ripgrep", "ugrep", "grep", "grepcidr", "reading")


@dataclass(frozen=True)
class Entrant:
    """A program in a case; cores and list are the case's unless stated."""

    peer: str
    cores: int | None = None
    listed: str | None = None

    @property
    def label(self) -> str:
        """Its name in tables and goals."""
        cores = f"@{self.cores}" if self.cores else ""
        return f"{self.peer}{cores}{f':{self.listed}' if self.listed else ''}"


@dataclass(frozen=True)
class Case:
    """The first entrant is the one that the others are compared with.

    ``goals`` are the least ratios of another's seconds to the first's that the design asks for.
    """

    name: str
    what: str
    layout: str
    listed: str
    entrants: tuple[Entrant, ...]
    size: int = GB
    quick: int = 2 * MB
    cores: int = 1
    goals: Mapping[str, float] = field(default_factory=dict)


def _of(*peers: str) -> tuple[Entrant, ...]:
    return tuple(Entrant(peer) for peer in peers)


_TWO_CORES: Final = (
    Entrant("traque", 2), Entrant("traque", 1), Entrant("ripgrep", 2), Entrant("ripgrep", 1),
)  # fmt: skip
_COMPRESSED: Final = _of("traque", "ripgrep", "ugrep", "decompression")

CASES: Final = {
    case.name: case
    for case in (
        Case(
            "plain-ipv4-161", "mixed logs, one file a product; 161 IPv4 addresses", "mixed", "ipv4-161",
            _of(*_EVERYONE), goals={"ripgrep": 4, "hyperscan": 1.3, "grepcidr": 10},
        ),
        Case(
            "plain-all-10k", "the same logs; 10,000 indicators of all kinds", "mixed", "all-10k",
            _of(*_EVERYONE), goals={"ripgrep": 15, "hyperscan": 1},
        ),
        Case(
            "plain-all-100k", "the same logs; 100,000 indicators of all kinds", "mixed", "all-100k",
            _of(*_EVERYONE), goals={"ripgrep": 40, "hyperscan": 2},
        ),
        Case(
            "plain-all-1m", "the same logs; a million indicators of all kinds", "mixed", "all-1m",
            (*_of(*_EVERYONE), Entrant("traque", listed="all-10k")),
            goals={"ripgrep": 100, "traque:all-10k": 0.8},
        ),
        Case(
            "gz", "one gzip file, two cores; 161 IPv4 addresses", "one-gz", "ipv4-161",
            _COMPRESSED, cores=2, goals={"ripgrep": 2.5, "decompression": 1 / 1.15},
        ),
        Case(
            "zst", "one zstd file, two cores; 161 IPv4 addresses", "one-zst", "ipv4-161",
            _COMPRESSED, cores=2, goals={"ripgrep": 2.5, "decompression": 1 / 1.15},
        ),
        Case(
            "gz-mixed", "mixed logs as gzip files, one core; 161 IPv4 addresses", "mixed-gz", "ipv4-161",
            _COMPRESSED, goals={"ripgrep": 2.5},
        ),
        Case(
            "eve", "Suricata's EVE JSON, one file; 161 IPv4 addresses", "eve", "ipv4-161",
            _of("traque", "hyperscan", "ripgrep", "tenzir", "reading"), goals={"tenzir": 50},
        ),
        Case(
            "scan-json", "a hunt against the kernel's scan of the same bytes, EVE JSON", "eve", "ipv4-161",
            _of("traque", "scan", "reading"), goals={"scan": 1 / 1.05},
        ),
        Case(
            "scan-syslog", "the same, syslog (ufw, sshd, postfix)", "syslog", "ipv4-161",
            _of("traque", "scan", "reading"), goals={"scan": 1 / 1.05},
        ),
        Case(
            "hot", "one indicator in a tenth of all lines", "hot", "ipv4-161",
            (Entrant("traque"), Entrant("traque", listed="ipv4-161-cold"), *_of("ripgrep", "grepcidr")),
            goals={"traque:ipv4-161-cold": 0.4},
        ),
        Case(
            "two-cores-many", "mixed logs in 64 files, two cores against one", "many", "ipv4-161",
            _TWO_CORES, cores=2, goals={"traque@1": 1.8},
        ),
        Case(
            "two-cores-one", "one plain file, two cores against one", "one", "ipv4-161",
            _TWO_CORES, cores=2, goals={"traque@1": 1.8},
        ),
        Case(
            "small-files", "20,000 files of 8 kB in folders by host", "small", "ipv4-161",
            _of("traque", "ripgrep", "grep", "reading"), size=20_000 * 8192, quick=200 * 8192,
            goals={"ripgrep": 1 / 4},
        ),
    )
}  # fmt: skip

MEMORY: Final = "memory"
EXPORT: Final = "export"
LEDGER_ADD: Final = "ledger-add"
LEDGER_FIND: Final = "ledger-find"
LEDGER_SIZE: Final = "ledger-size"
"""The cases of their own kind: each is a module of that name."""

DEFAULT: Final = ("plain-ipv4-161",)
