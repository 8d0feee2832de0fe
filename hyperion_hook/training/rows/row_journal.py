"""Rows in the feature store as they are measured: a killed run goes on where it was, a later one measures what is new.

A row depends on its commit and its ancestors, the versions of the code and the limits in the options, but not on the
newest commit: so one extraction version, which names all of these, serves all runs over a repository. Rows are pinned,
because they are history and not a cache, until the code that made them has changed. Each batch is written in one step,
and several processes can write at once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.files.regular import read_regular
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.errors import StoreError, TrainingError
from hyperion_hook.features.catalogue import CATALOGUE, names_of
from hyperion_hook.store.feature_sets.feature_set import EARLIEST, LATEST, FeatureSet
from hyperion_hook.store.feature_sets.store import FeatureStore
from hyperion_hook.training.rows.replay import ReplayedCommit

PREFIX = "training-"
"""What the extraction versions of such rows begin with; the versions of the code follow."""
_NAMES = names_of(CATALOGUE)
_BATCH_ROWS = 500
_BATCH_SECONDS = 2.0
_MOST_LINE_BYTES = 500_000_000
_LINE_MISSING = Missing("missing when it was measured; the reason was not kept")

_Line = tuple[bool, bool, list[float | None]]
"""Whether the commit took the bulk path, whether it touched foreign files alone, and the numbers."""


@dataclass(frozen=True, slots=True)
class RowsAt:
    """Where the rows of one repository, measured in one way, are kept."""

    store: Path
    """The file of the feature store."""
    repository: str
    """What the rows call the repository."""
    code: str
    """The versions of the code that measures; with others, what is kept is of no use any more."""
    version: str
    """The extraction version: ``code``, and all else that a row depends on."""
    lines: Path
    """The file in which an earlier release kept rows as lines of JSON; they are taken over."""


class RowJournal:
    """The rows of one repository, measured in one way; raise ``TrainingError`` if the file cannot be opened.

    ``None`` as the place keeps nothing.
    """

    def __init__(self, place: RowsAt | None) -> None:
        self._place = place
        self._store: FeatureStore | None = None
        self._lines: dict[str, _Line] = {}
        self._stored_id = ""
        self._fresh: list[FeatureSet] = []
        self._written = time.monotonic()
        self.reused = 0
        if place is not None:
            with _explained():
                self._store = FeatureStore(place.store, rebuild=True)
                self._lines = _read_lines(place.lines, self._store.count(place.repository, place.version))

    def known(self, commit: Commit) -> ReplayedCommit | None:
        """Return what was measured of a commit, ``None`` if it was not or cannot be read."""
        item = self._stored(commit) or self._in_lines(commit)
        self.reused += item is not None
        return item

    def _stored(self, commit: Commit) -> ReplayedCommit | None:
        if self._store is None or self._place is None:
            return None
        kept = self._store.get_commit(self._place.repository, commit.id, extraction_version=self._place.version)
        if kept is None or tuple(kept.features) != _NAMES:
            return None
        self._stored_id = commit.id
        tags = kept.metadata.tags
        return ReplayedCommit(
            commit, FeatureVector(kept.features), bulk=tags.get("bulk") == "yes", foreign=tags.get("foreign") == "yes"
        )

    def _in_lines(self, commit: Commit) -> ReplayedCommit | None:
        line = self._lines.get(commit.id)
        if line is None:
            return None
        bulk, foreign, numbers = line
        values = (_LINE_MISSING if number is None else number for number in numbers)
        return ReplayedCommit(commit, FeatureVector(dict(zip(_NAMES, values, strict=True))), bulk=bulk, foreign=foreign)

    def keeping(self, replayed: Iterable[ReplayedCommit]) -> Iterator[ReplayedCommit]:
        """Hand on what is replayed, and keep what is new of it; at the end the file is closed.

        Raises ``TrainingError`` if the file cannot be written.
        """
        if self._store is None:
            yield from replayed
            return
        with closing(self._store):
            try:
                for item in replayed:
                    if item.commit.id != self._stored_id:
                        self._add(item)
                    yield item
                self._forget_other_code()
            finally:
                self.flush()

    def _add(self, item: ReplayedCommit) -> None:
        assert self._place is not None  # noqa: S101 - there is a store
        self._fresh.append(
            FeatureSet(
                item.vector,
                "",
                self._place.repository,
                {"kind": "training", "bulk": "yes" if item.bulk else "no", "foreign": "yes" if item.foreign else "no"},
                commit=item.commit.id,
                event_at=min(max(item.commit.committed_at, EARLIEST), LATEST),
                extraction_version=self._place.version,
                pinned=True,
            )
        )
        if len(self._fresh) >= _BATCH_ROWS or time.monotonic() - self._written > _BATCH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Store what is new."""
        fresh, self._fresh = self._fresh, []
        self._written = time.monotonic()
        if self._store is not None and fresh:
            with _explained():
                self._store.store_many(fresh)

    def _forget_other_code(self) -> None:
        """Remove the rows that other versions of the code have made."""
        if self._store is not None and self._place is not None:
            for version in self._store.extraction_versions(self._place.repository):
                if version.startswith(PREFIX) and not version.startswith(f"{PREFIX}{self._place.code}-"):
                    with _explained():
                        self._store.discard(self._place.repository, version)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise TrainingError(f"{error}; or name another --vectors") from error


def _read_lines(path: Path, stored: int) -> dict[str, _Line]:
    """Return the rows by commit, unless as many are stored; a line that is not whole is no row."""
    try:
        lines = read_regular(path, _MOST_LINE_BYTES).split(b"\n")
    except OSError:
        return {}
    rows: dict[str, _Line] = {}
    for line in lines if len(lines) > stored else ():
        with suppress(ValueError, TypeError, RecursionError):
            commit, bulk, foreign, numbers = json.loads(line)
            if len(numbers) == len(_NAMES) and all(number is None or type(number) is float for number in numbers):
                rows[str(commit)] = bool(bulk), bool(foreign), numbers
    return rows
