"""Rows in the feature store as they are measured: a killed run goes on where it was, a later one measures what is new.

A row depends on its commit and its ancestors, the versions of the code and the limits in the options, but not on the
newest commit: so one extraction version, which names all of these, serves all runs over a repository. Rows are pinned,
because they are history and not a cache, until the code that made them has changed. Each batch is written in one step,
and several processes can write at once.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.vector import FeatureVector
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


class RowJournal:
    """The rows of one repository, measured in one way; raise ``TrainingError`` if the file cannot be opened."""

    def __init__(self, rows: RowsAt) -> None:
        self._rows = rows
        self._stored_id = ""
        self._fresh: list[FeatureSet] = []
        self._written = time.monotonic()
        self.reused = 0
        with _explained():
            self._store = FeatureStore(rows.store, rebuild=True)

    def known(self, commit: Commit) -> ReplayedCommit | None:
        """Return the stored row of a commit, ``None`` if there is none or it cannot be read."""
        stored = self._store.get_commit(self._rows.repository, commit.id, extraction_version=self._rows.version)
        if stored is None or tuple(stored.features) != _NAMES:
            return None
        self._stored_id = commit.id
        self.reused += 1
        tags = stored.metadata.tags
        return ReplayedCommit(
            commit, FeatureVector(stored.features), bulk=tags.get("bulk") == "yes", foreign=tags.get("foreign") == "yes"
        )

    def keeping(self, replayed: Iterable[ReplayedCommit]) -> Iterator[ReplayedCommit]:
        """Hand on what is replayed, and keep what is new of it; at the end the file is closed.

        Raises ``TrainingError`` if the file cannot be written.
        """
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
        self._fresh.append(
            FeatureSet(
                item.vector,
                "",
                self._rows.repository,
                {"kind": "training", "bulk": "yes" if item.bulk else "no", "foreign": "yes" if item.foreign else "no"},
                commit=item.commit.id,
                event_at=min(max(item.commit.committed_at, EARLIEST), LATEST),
                extraction_version=self._rows.version,
                pinned=True,
            )
        )
        if len(self._fresh) >= _BATCH_ROWS or time.monotonic() - self._written > _BATCH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Store what is new."""
        fresh, self._fresh = self._fresh, []
        self._written = time.monotonic()
        if fresh:
            with _explained():
                self._store.store_many(fresh)

    def _forget_other_code(self) -> None:
        """Remove the rows that other versions of the code have made."""
        for version in self._store.extraction_versions(self._rows.repository):
            if version.startswith(PREFIX) and not version.startswith(f"{PREFIX}{self._rows.code}-"):
                with _explained():
                    self._store.discard(self._rows.repository, version)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise TrainingError(f"{error}; or name another --vectors") from error
