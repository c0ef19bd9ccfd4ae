"""The source map: what an estate knows of its logs and their bytes do not say (``traque.toml``).

Each ``[[source]]`` table names files by globs and says how they are to be read: format, zone, year, stream,
owner, own networks. Each ``[[stream]]`` table names a stream that a hunt is expected to find.
:func:`read_source_map` reads a file, :func:`find_source_map` looks where the command
looks, :meth:`SourceMap.find` answers for one source. docs/source-map.md tells users all of it.
"""

from traque.source_map._model import FILE_NAME, ExpectedStream, MappedSource, SourceMap, spellings
from traque.source_map._reading import find_source_map, read_source_map

__all__ = [
    "FILE_NAME", "ExpectedStream", "MappedSource", "SourceMap", "find_source_map", "read_source_map",
    "spellings",
]  # fmt: skip
