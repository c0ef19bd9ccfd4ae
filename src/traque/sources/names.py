"""Names of files and archive members, made safe to show and to join."""

from __future__ import annotations

from typing import Final

from traque.expressions import expression

_DRIVE: Final = expression(r"^[A-Za-z]:")


def shown(name: str) -> str:
    """A file name for people and JSON: bytes that are not UTF-8 are spelt out in hexadecimal."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def neutralise(name: str) -> tuple[str, bool]:
    """A member's name as a path below its archive, and whether it tried to leave it.

    Drive letters, leading slashes and ``..`` are dropped, backslashes are slashes, NUL ends the name, as it
    would for the system call. Nothing is ever written under this name: it only tells where bytes came from.
    """
    path = shown(name.split("\0", 1)[0].replace("\\", "/"))
    rooted = path.startswith("/") or _DRIVE.match(path) is not None
    parts = _DRIVE.sub("", path).split("/")
    kept = [part for part in parts if part not in ("", ".", "..")]
    unsafe = rooted or ".." in parts or "\0" in name
    return "/".join(kept) or "unnamed", unsafe


def without_suffix(name: str, suffixes: tuple[str, ...]) -> str:
    """``name`` without the suffix that its compression adds (``.tgz`` becomes ``.tar``)."""
    lowered = name.lower()
    for suffix in suffixes:
        if lowered.endswith(suffix) and len(name) > len(suffix):
            stem = name[: -len(suffix)]
            return f"{stem}.tar" if suffix.startswith(".t") else stem
    return name
