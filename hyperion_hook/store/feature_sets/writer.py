"""The writing half of the feature store: settings, opening, storing within the bounds. A hook imports only this."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from hyperion_hook.config.load import load_config
from hyperion_hook.errors import ConfigError, StoreError
from hyperion_hook.git.objects import folder_of, is_repo, revision_of
from hyperion_hook.store.feature_sets.feature_set import (
    EXTRACTION_VERSION,
    MICRO,
    FeatureSet,
    Moment,
    check_amount,
    json_of,
    path_of,
    prepared,
    put,
    repository_name,
)
from hyperion_hook.store.feature_sets.file import FeatureFile

FILE_NAME = "features-v1.sqlite"
WAIT_SECONDS = 30.0
_HOUR = 3_600
_FAR = 1 << 60  # microseconds beyond every moment


class FeatureWriter:
    """Stores feature sets; what the arguments are stands at ``FeatureStore``, which adds the reading."""

    def __init__(
        self,
        path: Any = None,
        *,
        ttl_hours: float | None = None,
        cache_size: int | None = None,
        clock: Callable[[], float] = time.time,
        wait_seconds: float = WAIT_SECONDS,
        rebuild: bool | None = None,
        root: Path | None = None,
    ) -> None:
        if ttl_hours is None or cache_size is None:
            config = load_config(None, os.environ).config
            ttl_hours = config.feature_store_ttl_hours if ttl_hours is None else ttl_hours
            cache_size = config.feature_store_cache_size if cache_size is None else cache_size
        check_amount("ttl_hours", ttl_hours, "hours")
        check_amount("cache_size", cache_size, "sets")
        if cache_size < 1 or cache_size % 1:
            raise ConfigError(f"cache_size {cache_size}: is not a whole number from 1 on")
        if is_repo(path):
            root = Path(path.common_dir).resolve()
            path, rebuild = root / "hyperion-hook" / FILE_NAME, True if rebuild is None else rebuild
        self._path = _default_path() if path is None else Path(folder_of(path))
        self._rebuild = path is None if rebuild is None else rebuild
        self.ttl_hours = ttl_hours
        self.cache_size = int(cache_size)
        self._clock = clock
        self._wait = wait_seconds
        self._root = root
        self._lock = threading.RLock()
        self._hits = self._misses = 0
        self._says_evicts = False
        self._open()

    @classmethod
    def of(cls, common_dir: Path, **settings: Any) -> Self:
        """Return the store of a repository, in its git directory, which ``retrain`` and ``score`` read and write.

        Parameters
        ----------
        common_dir
            The git directory that all worktrees share.
        settings
            As of ``FeatureStore``.
        """
        path = common_dir / "hyperion-hook" / FILE_NAME
        return cls(path, **{"rebuild": True, "root": common_dir, **settings})

    def _open(self) -> None:
        self._file = FeatureFile(self._path, self._wait, rebuild=self._rebuild, root=self._root)
        self._closing = weakref.finalize(self, self._file.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write down which sets were used, and close the file."""
        self._closing()

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def warnings(self) -> tuple[str, ...]:
        """What had to be done about a file that did not fit."""
        return tuple(self._file.warnings)

    # -- writing --

    def store_features(  # noqa: PLR0913 - the specification's, and what a set may say beside
        self,
        features_dict: Mapping[str, object],
        source_file: str | os.PathLike[str],
        repository: Any,
        tags: Mapping[str, str] | None = None,
        *,
        commit: Any = None,
        event_at: Moment | None = None,
        extraction_version: str = EXTRACTION_VERSION,
        extraction_time_ms: float | None = None,
        pinned: bool = False,
    ) -> str:
        """Store features and return the id of the set; once it is returned, the set is kept even if we are killed.

        Raises ``ConfigError`` if a name, value, tag or moment is not valid; ``StoreError`` if the file cannot be
        written; nothing was stored.

        Parameters
        ----------
        features_dict
            Numbers by name; ``None``, NaN and ``Missing`` (with its reason) for what is not known.
        source_file
            What the features were extracted from; its MD5 is kept if it is there. '' for a whole change.
        repository
            What the repository is called; a ``git.Repo`` is called what it was cloned by.
        commit
            The commit that the features describe. There is one set for each repository, commit, source file and
            extraction version: the same content again gives the same id, other content takes the place of the former.
        event_at
            When what the features describe came about: from then on they are known, and the TTL runs. Now by default. A
            moment that lies the TTL or more back is refused unless the set is pinned.
        extraction_time_ms
            How long that took, in milliseconds; by default what ``FeatureEngineer`` measured of these features.
        pinned
            Keep it whatever its age and however little it is used.
        """
        if extraction_time_ms is None:
            extraction_time_ms = float(getattr(features_dict, "extraction_time_ms", 0.0))
        given = FeatureSet(
            features_dict,
            path_of(source_file),
            repository_name(repository),
            tags or {},
            revision_of(commit),
            event_at,
            extraction_version,
            extraction_time_ms,
            pinned,
        )
        return self.store_many([given])[0]

    def store_many(self, sets: Iterable[FeatureSet]) -> list[str]:
        """Store many sets in one step, all or none, and return their ids in order.

        Raises ``ConfigError`` if a name, value, tag or moment of any of them is not valid; ``StoreError`` if the file
        cannot be written; nothing was stored.
        """
        now = self._now()
        hashes: dict[str, tuple[str, str]] = {}
        rows = [prepared(given, now, hashes) for given in sets]
        for row in rows:
            if row.extracted is not None and not row.pinned and row.event <= self._expired(now):
                raise ConfigError(
                    f"event_at of a set of '{row.repository}': is {self.ttl_hours:g} hours (the TTL) or more ago, so"
                    " the set would not be kept; give pinned=True, or a longer ttl_hours"
                )
        with self._writing() as file:
            numbers = put(file, rows)
            self._trim(file, now)
        return [file.id_of(number) for number in numbers]

    def cleanup(self) -> int:
        """Remove what is too old to be served or beyond the bound, and give the room back; return how many sets went.

        Raises ``StoreError`` if the file cannot be written.
        """
        with self._writing() as file:
            removed = self._trim(file, self._now())
            file.sweep(now=True)
        self._shrink()
        return removed

    def discard(self, repository: str, extraction_version: str | None = None) -> int:
        """Remove the sets of a repository, pinned ones too, of one extraction version or of all; return how many.

        Raises ``StoreError`` if the file cannot be written.
        """
        with self._writing() as file:
            named = {"repository": repository, "extraction_version": extraction_version}
            known = [file.known(json_of(*pair)) for pair in named.items() if pair[1] is not None]
            if None in known:
                return 0
            condition = "repository = ?" if extraction_version is None else "repository = ? AND version = ?"
            removed = file.connection.execute(f"DELETE FROM sets WHERE {condition}", known).rowcount  # noqa: S608
            file.sweep(now=True)
        self._shrink()
        return removed

    def _trim(self, file: FeatureFile, now: int) -> int:
        """Remove, inside a transaction, what is too old and what is used least; return how many sets went."""
        execute = file.connection.execute
        # by place, for which there is an index
        removed = execute(
            "DELETE FROM sets WHERE pinned = 0 AND repository IN (SELECT id FROM repositories) AND event <= ?",
            (self._expired(now),),
        ).rowcount
        ((kept,),) = execute("SELECT unpinned FROM store")
        if kept > self.cache_size:
            if not self._says_evicts:
                self._says_evicts = True
                line = (
                    f"{self._path}: holds {self.cache_size:,} sets at most, so the least recently used go; pin what"
                    " must stay (pinned=True), or raise FEATURE_STORE_CACHE_SIZE"
                )
                file.warnings.append(line)
                import logging

                logging.getLogger("hyperion_hook").warning("%s", line)
            removed += execute(
                "DELETE FROM sets WHERE number IN"
                " (SELECT number FROM sets WHERE used IS NOT NULL ORDER BY used LIMIT ?)",
                (kept - self.cache_size,),
            ).rowcount
        file.sweep(now=False)
        return removed

    def _shrink(self) -> None:
        with self._reading() as file, suppress(StoreError), file.reading() as connection:
            if 2 * connection.header("freelist_count") > connection.header("page_count"):
                connection.shrink()

    # -- what the methods share --

    def _now(self) -> int:
        return round(self._clock() * MICRO)

    def _expired(self, now: int) -> int:
        """Return the moment up to which an event is too old."""
        return before(now, self.ttl_hours)

    @contextmanager
    def _reading(self) -> Iterator[FeatureFile]:
        with self._lock:
            if self._file.owner != os.getpid():
                self._open()  # in a fork the connection is the parent's
            with self._file.reading():
                yield self._file

    @contextmanager
    def _writing(self) -> Iterator[FeatureFile]:
        with self._reading() as file, file.writing():
            yield file


def before(moment: int, hours: float) -> int:
    """Return the moment so many hours before another, both in microseconds; ``math.inf`` lies before all."""
    return moment - round(min(hours * _HOUR * MICRO, _FAR))


def _default_path() -> Path:
    from hyperion_hook.git.environment.neutral import cache_folder

    try:
        return cache_folder() / FILE_NAME
    except OSError:
        raise StoreError("feature store: there is no home folder to keep it in; give a path") from None
