r"""File names and paths: literals whose blanks may be written ``%20``.

A name matches at the end of any path, a path matches whole (and below another: ``Temp\x.exe`` in
``C:\Temp\x.exe``); a folder matches what lies in it. Environment variables (``%TEMP%``) are taken as they
stand. ``file://`` is dropped. A path with a drive, a variable or a backslash is kept with backslashes.

Refused as ``too-common`` are the bare names of :data:`COMMON`, which every system has (a path that ends in
one is not), and an extension alone (``.exe``); as ``pattern`` a name with ``*`` or ``?``.
"""

from __future__ import annotations

from typing import Final

from traque.errors import ObservableError
from traque.expressions import expression
from traque.model import Observable
from traque.observables._literal import blanks_encoded, checked, settled, spec, unwrapped

NAME = "file-name"

COMMON: Final = frozenset(
    {
        "bash",
        "bin/bash",
        "bin/sh",
        "cmd.exe",
        "conhost.exe",
        "cscript.exe",
        "csrss.exe",
        "curl.exe",
        "dllhost.exe",
        "explorer.exe",
        "iexplore.exe",
        "index.asp",
        "index.aspx",
        "index.htm",
        "index.html",
        "index.jsp",
        "index.php",
        "kernel32.dll",
        "lsass.exe",
        "msedge.exe",
        "mshta.exe",
        "msiexec.exe",
        "net.exe",
        "notepad.exe",
        "ntdll.dll",
        "ntoskrnl.exe",
        "ping.exe",
        "powershell.exe",
        "pwsh.exe",
        "python",
        "reg.exe",
        "regsvr32.exe",
        "robots.txt",
        "rundll32.exe",
        "sc.exe",
        "schtasks.exe",
        "services.exe",
        "smss.exe",
        "spoolsv.exe",
        "svchost.exe",
        "taskhostw.exe",
        "tasklist.exe",
        "wininit.exe",
        "winlogon.exe",
        "wmic.exe",
        "wmiprvse.exe",
        "wscript.exe",
    }
)
"""Names that a system or a web server has anyway: found everywhere, they would say nothing."""

_SCHEME = expression(r"(?i)\Afile://")
_EXTENSION = expression(r"\.[A-Za-z0-9]{1,5}")
_WILD = expression(r"[*?]")
_WINDOWS = expression(r"[A-Za-z]:[/\\]|.*\\|%[A-Za-z_()0-9]+%")
_RUN = expression(r"(?<=[^/\\])[/\\]+")
_START = expression(r"[/\\]+")


def canonical(value: str) -> Observable:
    """A file name or a path. Raises ObservableError."""
    text = settled(_tidy, value)
    if _WILD.search(text):
        raise ObservableError(f"{text!r} describes many names", code="pattern")
    if text.lower().lstrip("/") in COMMON:
        raise ObservableError(f"{text!r} is a name that every system has", code="too-common")
    if _EXTENSION.fullmatch(text):
        raise ObservableError(f"{text!r} is an extension, not a name", code="too-common")
    return checked(NAME, text)


def _tidy(value: str) -> str:
    text = _SCHEME.sub("", unwrapped(value))
    separator = "\\" if _WINDOWS.match(text) else "/"
    start = _START.match(text)
    lead = separator * min(len(start[0]), 2 if separator == "\\" else 1) if start else ""
    rest = text[start.end() :] if start else text
    return lead + _RUN.sub(lambda _: separator, rest.rstrip("/\\"))


SPEC = spec(
    NAME,
    "File name or path",
    canonical,
    ("evil-loader.exe", "c:\\programdata\\evil\\loader.dll", "/opt/evil/loader.sh"),
    spellings=blanks_encoded,
)
