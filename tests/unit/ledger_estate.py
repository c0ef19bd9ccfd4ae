"""Random folders of logs, and random questions about them, for what must hold of any ledger."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import random
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from traque.bulletins import from_values
from traque.model import Bulletin

BEGIN = datetime(2021, 1, 1, tzinfo=UTC)
OUTER = [f"198.51.100.{n}" for n in (1, 7, 9, 130, 200)] + [
    "203.0.113.5",
    "192.0.2.66",
    "2001:db8::7",
    "2001:db8:1::9",
]
INNER = ["10.0.0.5", "192.168.1.20", "fd00::5"]
NAMES = ["evil.example", "www.evil.example", "a.b.evil.example", "c2.test", "cdn.c2.test", "notevil.example"]
PATHS = ["/", "/gate.php?id=1", "/a,b;c", "/x(1).html", ""]
MAILS = ["spy@evil.example", "victim@home.example"]
HASHES = ["d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "ab" * 32]
AGENTS = ["curl/7.64", "EvilAgent/1.0"]

QUESTIONS = [
    *OUTER, *INNER, *NAMES, *MAILS, *HASHES,
    "198.51.100.0/24", "198.51.100.128/25", "203.0.113.5/32", "2001:db8::/32", "10.0.0.0/8",
    "http://evil.example/gate.php?id=1", "evil.example/gate.php?id=1", "https://c2.test/a,b;c",
    "example.org", "203.0.113.77",
]  # fmt: skip


class Estate:
    """A folder of logs that changes at random."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self._number = 0

    def grow(self, files: int = 3) -> None:
        """More files."""
        for _ in range(files):
            self._number += 1
            line, name = self.random.choice(_KINDS)
            text = self._text(line, self.random.choice((1, 5, 40, 200)))
            self._write(f"{name}-{self._number}.log", text)

    def change(self) -> None:
        """Something happens to a file, and nothing is lost: it grows, moves, is compressed or copied."""
        path = self._any()
        self.random.choice((self._append, self._move, self._compress, self._copy))(path)

    def lose(self) -> None:
        """A file is gone, or another log has its place."""
        path = self._any()
        self.random.choice((Path.unlink, self._replace))(path)

    def _any(self) -> Path:
        return self.random.choice(sorted(path for path in self.folder.rglob("*") if path.is_file()))

    def _replace(self, path: Path) -> None:
        path.write_text("2021-02-03T04:05:06Z host cron[1]: nothing happened at all this time\n")

    def question(self) -> Bulletin:
        """Some indicators of any kind."""
        return from_values(self.random.sample(QUESTIONS, self.random.choice((1, 2, 4, 8))))

    def _text(self, line: Callable[[random.Random, datetime], str], count: int) -> bytes:
        moment = BEGIN + timedelta(days=self.random.randrange(40), seconds=self.random.randrange(86400))
        lines = []
        for _ in range(count):
            moment += timedelta(seconds=self.random.choice((1, 60, 4000, 40000)))
            lines.append(line(self.random, moment))
        end = self.random.choice(("\n", "\n", "\r\n"))
        return (end.join(lines) + self.random.choice((end, ""))).encode()

    def _write(self, name: str, text: bytes) -> None:
        wrap = self.random.choice(("", "", "", ".gz", ".bz2", ".tar", "utf-16"))
        path = self.folder / self.random.choice((".", "old", "a/b")) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if wrap == ".gz":
            path.with_name(name + wrap).write_bytes(gzip.compress(text))
        elif wrap == ".bz2":
            path.with_name(name + wrap).write_bytes(bz2.compress(text))
        elif wrap == ".tar":
            with tarfile.open(path.with_name(name + wrap), "w") as tar:
                for part, half in enumerate((text[: len(text) // 2], text[len(text) // 2 :])):
                    info = tarfile.TarInfo(f"part{part}.log")
                    info.size = len(half)
                    tar.addfile(info, io.BytesIO(half))
        elif wrap == "utf-16":
            path.write_bytes(text.decode().encode("utf-16"))
        else:
            path.write_bytes(text)

    def _append(self, path: Path) -> None:
        if path.suffix == ".log":
            with path.open("ab") as file:
                file.write(b"\n" + self._text(self.random.choice(_KINDS)[0], 3))

    def _move(self, path: Path) -> None:
        path.rename(path.with_name("moved-" + path.name))

    def _compress(self, path: Path) -> None:
        if path.suffix == ".log":
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()

    def _copy(self, path: Path) -> None:
        path.with_name("copy-" + path.name).write_bytes(path.read_bytes())


def _value(random: random.Random) -> str:
    return random.choice(random.choice((OUTER, INNER, ["192.0.2.1", "192.0.2.2"])))


def _sshd(random: random.Random, at: datetime) -> str:
    said = random.choice(("Failed password for", "Accepted password for", "Invalid user"))
    return (
        f"{at:%b} {at.day:2} {at:%H:%M:%S} bastion sshd[{random.randrange(9999)}]: "
        f"{said} root from {_value(random)} port {random.randrange(1024, 60000)} ssh2"
    )


def _web(random: random.Random, at: datetime) -> str:
    return (
        f"{_value(random)} - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "
        f'"GET {random.choice(PATHS) or "/"} HTTP/1.1" {random.choice((200, 404))} {random.randrange(5000)} '
        f'"http://{random.choice(NAMES)}{random.choice(PATHS)}" "{random.choice(AGENTS)}"'
    )


def _eve(random: random.Random, at: datetime) -> str:
    return json.dumps(
        {
            "timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.{random.randrange(10**6):06}+0000",
            "event_type": "flow",
            "src_ip": _value(random),
            "src_port": random.randrange(1024, 60000),
            "dest_ip": _value(random),
            "dest_port": 443,
            "proto": "TCP",
            "flow": {
                "pkts_toserver": 3, "pkts_toclient": random.randrange(3), "bytes_toserver": random.randrange(9000),
                "bytes_toclient": random.randrange(9000), "state": "closed", "reason": "timeout",
            },
        }
    )  # fmt: skip


def _dns(random: random.Random, at: datetime) -> str:
    return f"{at:%b} {at.day:2} {at:%H:%M:%S} ns dnsmasq[77]: query[A] {random.choice(NAMES)} from {_value(random)}"


def _words(random: random.Random, at: datetime) -> str:
    said = (
        _value(random),
        random.choice(NAMES),
        random.choice(MAILS),
        random.choice(HASHES),
        "1.2.3",
        "x.y.z.",
    )
    stamp = random.choice((f"{at:%Y-%m-%d %H:%M:%S}", "--"))
    return f"{stamp} something about {random.choice(said)} and {random.choice(said)}"


_KINDS = [(_sshd, "auth"), (_web, "access"), (_eve, "eve"), (_dns, "dns"), (_words, "notes")]
