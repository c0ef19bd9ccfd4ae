"""The one writer of a ledger: gathers what is new, and makes it the next commit."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from traque import __version__
from traque.errors import LedgerDamaged, LedgerError, UsageError
from traque.ledger import _disk, _lock, _manifest, _rows, _segments
from traque.ledger._facts import Facts
from traque.ledger._known import Key, KnownFile, KnownSource, Member
from traque.ledger._manifest import DataFile, Manifest, Settings
from traque.ledger._secret import Secret
from traque.ledger._tiers import to_merge
from traque.ledger.inside import Inner
from traque.scan.plan import in_order

ROWS: Final = "rows"
STAGE: Final = "new"
"""The folder of files that no commit names yet."""


class Staged(NamedTuple):
    """A file of rows in :attr:`Writer.stage`, of one table."""

    kind: str
    path: Path
    rows: int


class Purge(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that are to go: of days before ``before`` (unless ``kept`` holds their source), and of values."""

    before: int | None = None
    kept: tuple[int, ...] = ()
    values: dict[str, tuple[bytes, ...]] = {}


class Writer:
    """What is put in it is in the ledger from the next :meth:`commit` on. Make one with :func:`writer`.

    ``known``, ``facts`` and ``settings`` are as they will be.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self.known = _segments.read(folder, manifest.sources)
        self.facts = Facts(manifest.facts)
        self.settings = manifest.settings
        self.forgotten = manifest.forgotten
        self.removed = manifest.removed
        with _disk.in_words(folder):
            _disk.sync_folder(folder)  # what is swept is needed by no manifest that may come back
        self.leave()
        self._keys = list(manifest.keys)
        self._dropped = set(manifest.dropped)
        self._number = manifest.number
        self._lines: list[KnownSource | KnownFile] = []
        self._staged: dict[str, list[Path]] = defaultdict(list)

    @property
    def stage(self) -> Path:
        """Where files of rows are written before they are :meth:`add_rows`."""
        folder = self.folder / STAGE
        folder.mkdir(exist_ok=True)
        return folder

    def number(self) -> int:
        """The number of a new source."""
        self._number += 1
        return self._number - 1

    def key(self, key: Key) -> int:
        """The place of a key in the ledger's list, new if need be."""
        if key not in self._keys:
            self._keys.append(key)
        return self._keys.index(key)

    def put(self, line: KnownSource | KnownFile) -> None:
        """A source or a file, new or as it is now."""
        self.known.take(line)
        self._lines.append(line)

    def drop(self, number: int) -> None:
        """A source counts no more, nor does any file that holds it; its rows go with the next rewriting."""
        self.put(KnownSource(number=number, gone=True))
        self._dropped.add(number)
        for file in self.known.holding(number, parts=True):
            self.put(KnownFile(path=file.path, gone=True))

    def empty(self, number: int) -> None:
        """The rows of a source count no more; that it was read stays known."""
        self._dropped.add(number)

    def supersede(self, number: int, new: int) -> None:
        """Source ``new`` begins with all of another, which counts no more; its files hold a part of it."""
        for file in self.known.holding(number, parts=True):
            members = tuple(
                Member(member.path, new, part=True) if member.number == number else member
                for member in file.members
            )
            self.put(msgspec.structs.replace(file, members=members))
        self.drop(number)

    def add_rows(self, files: Iterable[Staged]) -> None:
        """Files of rows in :attr:`stage`."""
        for file in files:
            self._staged[file.kind].append(file.path)

    @property
    def is_empty(self) -> bool:
        """There is nothing to commit."""
        return not (self._lines or self._staged)

    def commit(self, *, purge: Purge = Purge(), rewrite: bool = False, jobs: int = 1) -> None:  # noqa: B008 -- frozen
        """Make it the ledger: whole and on the disk when this returns, or not at all.

        ``rewrite`` merges all files of a table into one; ``jobs`` tables are written at a time. Raises
        LedgerError for what the disk refuses; what was committed before is then as it was.
        """
        sequence = self.manifest.sequence + 1
        with _disk.in_words(self.folder):
            try:
                table = partial(self._table, sequence=sequence, purge=purge, rewrite=rewrite)
                kinds = sorted({f.kind for f in self.manifest.rows} | set(self._staged))
                rows = tuple(chain.from_iterable(in_order(jobs, table, kinds)))
                sources = self._segments(sequence, rewrite=rewrite or purge != Purge())
                is_clean = rewrite or not rows
                manifest = msgspec.structs.replace(
                    self.manifest,
                    sequence=sequence,
                    written=datetime.now(UTC),
                    version=__version__,
                    number=self._number,
                    settings=self.settings,
                    keys=tuple(self._keys),
                    facts=tuple(self.facts.all),
                    rows=rows,
                    sources=sources,
                    dropped=() if is_clean else tuple(sorted(self._dropped)),
                    forgotten=self.forgotten,
                    removed=self.removed,
                )
                _manifest.commit(self.folder, manifest)
            except BaseException:
                self.sweep()
                raise
        self.manifest = manifest
        if is_clean:
            self._dropped.clear()
        self._lines.clear()
        for path in (path for paths in self._staged.values() for path in paths):
            path.unlink(missing_ok=True)
        self._staged.clear()
        self.sweep()

    def sweep(self) -> None:
        """Remove what no commit names: leavings of a writer that was killed, or that the disk refused.

        Of a commit that failed at its end the manifest may be there, or be there again after a power failure:
        the files of both stay.
        """
        named = {file.name for one in (self.manifest, _manifest.read(self.folder)) for file in one.files}
        for path in self._leavings(named):
            with suppress(OSError):
                path.unlink()

    def leave(self) -> None:
        """Nothing more is added: what was not committed is lost."""
        self.sweep()
        shutil.rmtree(self.folder / STAGE, ignore_errors=True)

    def _leavings(self, named: set[str]) -> Iterator[Path]:
        for pattern in (f"{ROWS}/*/*", f"{_segments.FOLDER}/*", f"{_manifest.NAME}.part"):
            for path in self.folder.glob(pattern):
                if path.relative_to(self.folder).as_posix() not in named and not path.is_dir():
                    yield path

    def _table(self, kind: str, sequence: int, purge: Purge, *, rewrite: bool) -> list[DataFile]:
        """The files of a table in the next commit."""
        old = [file for file in self.manifest.rows if file.kind == kind]
        values = purge.values.get(kind, ())
        if rewrite or purge.before is not None:
            inputs = old
        elif values:
            inputs = [file for file in old if _may_hold(file, values)]
        else:
            inputs = to_merge(old) if kind in self._staged else []
        left = [file for file in old if file not in inputs]
        paths = (*(self.folder / file.name for file in inputs), *self._staged.get(kind, ()))
        if not paths:
            return left
        merging = _Merging(folder=self.folder, kind=kind, sequence=sequence, paths=paths, values=values)
        if purge.before is None:
            return [*left, *merging.file(self._dropped)]
        held = set(purge.kept)
        made = merging.file(self._dropped | held, before=purge.before)
        if held:
            made += merging.file(self._dropped | (set(self.known.sources) - held), suffix="-held")
        return [*left, *made]

    def _segments(self, sequence: int, *, rewrite: bool) -> tuple[DataFile, ...]:
        old = list(self.manifest.sources)
        merged = old if rewrite else to_merge(old)
        lines: Sequence[KnownSource | KnownFile] = self._lines
        if merged == old:
            lines = [*self.known.sources.values(), *self.known.files.values()]
        elif merged:  # what these take off may stand in older ones
            before = [line for segment in merged for line in _segments.lines(self.folder, segment)]
            lines = _last_of([*before, *lines])
        left = [segment for segment in old if segment not in merged]
        if not lines:
            return tuple(left)
        return (*left, _segments.write(self.folder, f"{sequence:08}.jsonl.zst", sequence, lines))


class _Merging(msgspec.Struct, frozen=True, kw_only=True):
    """Makes the files of one table in one commit."""

    folder: Path
    kind: str
    sequence: int
    paths: tuple[Path, ...]
    values: tuple[bytes, ...]

    def file(self, without: set[int], *, before: int | None = None, suffix: str = "") -> list[DataFile]:
        """One file, or none when no row is left."""
        name = f"{ROWS}/kind={self.kind}/{self.sequence:08}{suffix}.parquet"
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            written = _rows.merge(
                self.kind,
                [str(one) for one in self.paths],
                str(path),
                drop_sources=sorted(without),
                drop_before=before,
                drop_values=self.values,
            )
        except ValueError as error:
            raise LedgerDamaged(
                f"its rows are damaged: {error}", where=str(self.folder), remedy=_segments.REPAIR
            ) from error
        if not written.rows:
            path.unlink(missing_ok=True)
            return []
        _disk.sync(path)
        _disk.sync_folder(path.parent)
        _disk.sync_folder(path.parent.parent)
        return [
            DataFile(
                name=name,
                kind=self.kind,
                bytes=written.size,
                rows=written.rows,
                sha256=written.sha256,
                made=self.sequence,
                first=written.first.hex(),
                last=written.last.hex(),
            )
        ]


def create(folder: Path, settings: Settings = Settings(), *, key: Path | None = None) -> None:  # noqa: B008 -- frozen
    """Make an empty ledger in ``folder``, which must be empty or not be there. UsageError, LedgerError.

    ``key`` is the file of its key, if it is to have pseudonyms: one that is there, or that is made.
    """
    if (folder / _manifest.NAME).exists():
        raise UsageError("there is a ledger here already", where=str(folder))
    if settings.inner is Inner.PSEUDONYMS:
        if key is None:
            raise UsageError("pseudonyms need a key", remedy="name a file for it with --key")
        check = Secret.read_or_make(key, folder).check
        settings = msgspec.structs.replace(settings, check=check)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = [path for path in folder.iterdir() if path.name != _lock.NAME]
    except OSError as error:
        raise LedgerError(
            f"no ledger can be made here: {error.strerror or error}", where=str(folder)
        ) from error
    if others:
        raise UsageError("the folder is not empty", where=str(folder), remedy="name a new one")
    with _lock.writing(folder), _disk.in_words(folder):
        _manifest.commit(
            folder,
            Manifest(
                schema=f"{_manifest.FORMAT}{_manifest.VERSION}",
                sequence=1,
                written=datetime.now(UTC),
                version=__version__,
                settings=settings,
                facts=tuple(Facts().all),
            ),
        )
        _disk.sync_folder(folder.absolute().parent)


@contextmanager
def writer(folder: Path, *, wait: float = 0.0) -> Iterator[Writer]:
    """Be the writer of the ledger in ``folder``.

    UsageError where there is none, LedgerBusy when there is another writer after ``wait`` seconds,
    LedgerError, LedgerDamaged. What is not committed at the end is lost.
    """
    _manifest.read(folder)  # no lock is made where there is no ledger
    with _lock.writing(folder, wait=wait):
        try:
            made = Writer(folder, _manifest.read(folder))
        except FileNotFoundError as error:
            raise LedgerDamaged(
                "a file that the manifest names is gone", where=str(error.filename), remedy=_segments.REPAIR
            ) from error
        try:
            yield made
        finally:
            made.leave()


def _may_hold(file: DataFile, values: Sequence[bytes]) -> bool:
    first, last = bytes.fromhex(file.first), bytes.fromhex(file.last)
    return any(first <= value <= last for value in values)


def _last_of(lines: Sequence[KnownSource | KnownFile]) -> list[KnownSource | KnownFile]:
    """The last line of each source and file, in order."""
    kept = {(line.number if isinstance(line, KnownSource) else line.path): line for line in lines}
    return list(kept.values())
