"""Prints and writes a result, for the commands that make one of others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traque.model import HuntResult


def present(result: HuntResult, *, out: Path | None, as_json: bool, counts_only: bool) -> int:
    """The result on standard output and, as files, in the folder ``out``; the exit status that it amounts to.

    ``counts_only``: instead of it only its counts, which hold nothing of the inside.
    """
    from traque.cli import _output as output
    from traque.cli.exit import explain
    from traque.hunt import exit_status
    from traque.reports import renderers

    status = exit_status(result)
    folder = output.folder(out) if out else None
    if counts_only:
        present_counts(result, folder, as_json=as_json)
        return status
    setting = output.setting(closing=explain(status), saved=str(folder or ""))
    formats = renderers()
    if folder:
        for renderer in formats:
            if renderer.file_name:
                output.save(folder / renderer.file_name, renderer.written(result, setting))
    output.write(formats["json" if as_json else "terminal"].written(result, setting))
    return status


def present_counts(result: HuntResult, folder: Path | None, *, as_json: bool) -> None:
    """The counts of a result on standard output and, as ``counts.json``, in a folder."""
    from traque.cli import _output as output
    from traque.proof.counting import counts
    from traque.proof.sealing import sealed
    from traque.reports._counts import counts_page

    found = counts(result)
    document = sealed(found)
    if folder:
        output.save(folder / "counts.json", document)
    output.write(document if as_json else counts_page(found, output.setting()))
