"""Vectors of assessed changes in the repository's feature store: recorded ones are written, a commit's is read again.

A staged change has no name by which it could be found again, and a hook has no time to waste: nothing of it is kept.
A commit's vector depends on the commit, the code that measures and the settings. So it is read where all of them are
the same and everything it was measured with is at hand again; and what was missing only because something failed or was
not there yet is measured again.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from hyperion_hook.config.load import Config
from hyperion_hook.domain.change import Change, ChangeKind
from hyperion_hook.domain.files.digests import hex_digest
from hyperion_hook.domain.history import History
from hyperion_hook.domain.snapshot import ImportGraph
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.errors import StoreError
from hyperion_hook.features.extract import code_versions
from hyperion_hook.git.repository import Repository

if TYPE_CHECKING:
    from hyperion_hook.store.feature_sets.feature_set import FeatureSet
    from hyperion_hook.store.feature_sets.writer import FeatureWriter

NOT_NEEDED = Missing("the import graph is not needed")
Store = TypeVar("Store", bound="FeatureWriter")
WAIT_SECONDS = 0.3
"""A score is not kept waiting for the sake of what only saves time."""
PREFIX = "score-"
_BATCH = 200


class KeptVectors:
    """What was assessed in one repository; a store that cannot be used costs nothing but the time to measure again."""

    def __init__(self, repository: Repository, config: Config) -> None:
        self._repository = repository
        self._config = config
        self._store: FeatureWriter | None = None
        self._fresh: list[FeatureSet] = []

    def read(
        self, change: Change, only: Collection[str] | None, history: History, graph: ImportGraph | Missing
    ) -> FeatureVector | None:
        """Return the vector of a commit that was assessed before in the same way, ``None`` where there is none."""
        if change.revision is None or not self._lasts(change, history, graph):
            return None
        from hyperion_hook.store.feature_sets.store import FeatureStore

        with suppress(StoreError):
            if not isinstance(self._store, FeatureStore):
                self._store = self._opened(FeatureStore)
            name, version = self._repository.name, self._version(change, only)
            known = self._store.get_commit(name, change.revision, extraction_version=version)
            return None if known is None else FeatureVector(known.features)
        return None

    def keep(
        self,
        change: Change,
        only: Collection[str] | None,
        history: History,
        graph: ImportGraph | Missing,
        vector: FeatureVector,
        milliseconds: float,
    ) -> None:
        """Note the vector of a recorded change; written when enough have come together, or at the end."""
        if change.revision is None:
            return
        from hyperion_hook.store.feature_sets.feature_set import FeatureSet

        lasts = self._lasts(change, history, graph) and not any(
            isinstance(value, Missing) and value.is_passing for value in vector.values()
        )
        fresh = FeatureSet(
            vector,
            "",
            self._repository.name,
            {"kind": change.kind.value, "revision": change.revision},
            commit=change.revision if lasts else None,
            extraction_version=self._version(change, only),
            extraction_time_ms=milliseconds,
        )
        self._fresh.append(fresh)
        if len(self._fresh) >= _BATCH:
            self._flush()

    def close(self) -> None:
        """Write what is new, and close the store."""
        self._flush()
        if self._store is not None:
            self._store.close()
            self._store = None

    def _lasts(self, change: Change, history: History, graph: ImportGraph | Missing) -> bool:
        """Return whether a change has one vector for all time, as far as what it is measured with tells."""
        whole = history.missing_reason is None and (not isinstance(graph, Missing) or graph == NOT_NEEDED)
        # coverage reports are files that change
        covered = self._config.coverage_before or self._config.coverage_after
        return change.kind is ChangeKind.COMMIT and whole and not covered and not change.warnings

    def _version(self, change: Change, only: Collection[str] | None) -> str:
        config = self._config
        settings = [
            config.max_file_bytes,
            config.bulk_files,
            dict(config.traffic),
            dict(config.revenue),
            dict(config.criticality),
            None if only is None else sorted(only),
            *change.excluded,
        ]
        digest = hex_digest(json.dumps(settings, sort_keys=True).encode())[:8]
        return f"{PREFIX}{code_versions()}-{digest}"

    def _opened(self, kind: type[Store]) -> Store:
        if self._store is not None:
            self._store.close()
        return kind.of(
            self._repository.common_dir,
            ttl_hours=self._config.feature_store_ttl_hours,
            cache_size=self._config.feature_store_cache_size,
            wait_seconds=WAIT_SECONDS,
        )

    def _flush(self) -> None:
        fresh, self._fresh = self._fresh, []
        if fresh:
            from hyperion_hook.store.feature_sets.writer import FeatureWriter

            with suppress(StoreError):
                self._store = self._store or self._opened(FeatureWriter)
                self._store.store_many(fresh)
