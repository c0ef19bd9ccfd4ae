"""A network of two hosts made of namespaces: packets really pass, and nothing outside sees them.

``listed`` and ``neighbour`` are addresses of the far host; ``here`` is the near one, where rules are loaded.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = "192.0.2.1"
LISTED = "192.0.2.10"
NEIGHBOUR = "192.0.2.11"


def need(*programs: str) -> None:
    """Skip where the right to make namespaces is missing, or a program; fail where checkers are required."""
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    missing = [name for name in (*programs, "ip", "unshare") if shutil.which(name, path=path) is None]
    if missing and os.environ.get("TRAQUE_CHECKERS") == "required":
        pytest.fail(f"required here: {', '.join(missing)}")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not make network namespaces")


class Hosts:
    """The near and the far host, by the names of their namespaces."""

    def __init__(self, near: str, far: str) -> None:
        self.near, self.far = near, far

    def run(self, where: str, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        env = os.environ | {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
        return subprocess.run(
            ["ip", "netns", "exec", where, *command],
            cwd=cwd,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )

    def load(self, *command: str, cwd: Path) -> None:
        """Run a command on the near host; it must succeed."""
        done = self.run(self.near, *command, cwd=cwd)
        assert done.returncode == 0, done.stderr

    def reaches(self, source: str) -> bool:
        """Whether the near host answers a ping from an address of the far one."""
        return self.run(self.far, "ping", "-c", "1", "-W", "1", "-I", source, HERE).returncode == 0


@contextmanager
def hosts() -> Iterator[Hosts]:
    """Two namespaces joined by a pair of interfaces, gone at the end."""
    pair = Hosts(f"trq-near-{os.getpid()}", f"trq-far-{os.getpid()}")
    link = f"tq{os.getpid() % 100_000}"
    try:
        for name in (pair.near, pair.far):
            subprocess.run(["ip", "netns", "add", name], check=True)
        subprocess.run(
            [
                "ip",
                "link",
                "add",
                f"{link}a",
                "netns",
                pair.near,
                "type",
                "veth",
                "peer",
                f"{link}b",
                "netns",
                pair.far,
            ],
            check=True,
        )
        for where, end, addresses in ((pair.near, "a", [HERE]), (pair.far, "b", [LISTED, NEIGHBOUR])):
            for address in addresses:
                assert (
                    pair.run(where, "ip", "addr", "add", f"{address}/24", "dev", f"{link}{end}").returncode
                    == 0
                )
            assert pair.run(where, "ip", "link", "set", f"{link}{end}", "up").returncode == 0
        yield pair
    finally:
        for name in (pair.near, pair.far):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
