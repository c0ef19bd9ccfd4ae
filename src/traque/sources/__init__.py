"""Where log bytes come from: files, folders, standard input, and what is compressed or archived in them.

:func:`walk` finds entries, :func:`open_entry` gives the streams in one. Beside them:
:mod:`~traque.sources.encoding` (UTF-16 to UTF-8, offsets kept), :mod:`~traque.sources.recognise` (binary
formats whose values are encoded) and :mod:`~traque.sources.duplicates` (the same text twice).
"""

from __future__ import annotations

from traque.sources.files import Entry
from traque.sources.limits import Limits
from traque.sources.opening import Source, open_entry
from traque.sources.own import is_own_output
from traque.sources.walking import Named, is_excluded, walk

__all__ = ["Entry", "Limits", "Named", "Source", "is_excluded", "is_own_output", "open_entry", "walk"]
