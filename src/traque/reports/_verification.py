"""What ``traque verify`` found, for a terminal."""

from __future__ import annotations

from traque.model.verification import Checked, Verification
from traque.reports._page import Page
from traque.reports._renderer import Setting


def verification_page(found: Verification, setting: Setting) -> bytes:
    """A line or two for each file."""
    page = Page(setting)
    for one in found.files:
        word = ("holds", "bold green") if one.holds else ("REFUSED", "bold red")
        page.entry(word, f"{one.path} ({one.kind}){'' if one.holds else f': {one.why}'}", indent=0, hang=9)
        for note in _notes(one):
            page.say(note, indent=9)
    return page.close()


def _notes(one: Checked) -> list[str]:
    if not one.holds:
        return []
    if not one.signed_by:
        signed = "not signed" if one.kind != "result" else ""
    elif one.trusted:
        signed = f"signed by {one.signed_by}, the key that was asked for"
    else:
        signed = (
            f"signed by {one.signed_by}: the file itself names this key, compare it with the one you know"
        )
    return [note for note in (*one.notes, signed, f"digest {one.digest}") if note]
