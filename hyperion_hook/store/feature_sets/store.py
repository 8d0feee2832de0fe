"""The specification's FeatureStore: measured features with all that is known of them, in one SQLite file.

Two kinds of sets live in it. What anybody stores is a cache: it is served until the TTL has run from the moment its
features stand for, and of those the most recently used are kept, as many as the bound says. What is pinned is history:
rows that training replays and compares years later, kept until they are discarded. Several processes can read and write
at once, and what was acknowledged is there, whoever is killed when.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hyperion_hook.domain.vector import Value
from hyperion_hook.errors import ConfigError
from hyperion_hook.store.feature_sets.feature_set import (
    EXTRACTION_VERSION,
    FeatureMetadata,
    Moment,
    StoredFeatures,
    check_amount,
    json_of,
    micros_of,
    repository_name,
)
from hyperion_hook.store.feature_sets.file import FeatureFile
from hyperion_hook.store.feature_sets.search import (
    Query,
    figures,
    latest,
    read_commit,
    read_one,
    rows_of,
    search,
    stored_of,
)
from hyperion_hook.store.feature_sets.writer import FeatureWriter, before

if TYPE_CHECKING:
    import pandas as pd

_MOST = 2**62


class FeatureStore(FeatureWriter):
    """Stores and serves feature sets; a context manager, and safe with several threads and processes.

    Raises ``ConfigError`` if an argument or setting is out of its range; ``StoreError`` if the file cannot be opened,
    is no feature store, or is damaged, which every method may meet.

    Parameters
    ----------
    path
        The file; by default ``features-v1.sqlite`` in the user's cache folder. A ``git.Repo`` stands for the file in
        its git directory, which ``retrain`` and ``score`` read and write.
    ttl_hours
        Hours from its event on for which a set that is not pinned is served, 0 or more; ``math.inf`` for ever. By
        default the setting ``FEATURE_STORE_TTL_HOURS``, 24.
    cache_size
        How many sets that are not pinned are kept; beyond, the least recently used goes. By default the setting
        ``FEATURE_STORE_CACHE_SIZE``, 1000.
    clock
        Returns the Unix seconds of now.
    wait_seconds
        How long to wait for another process that is writing.
    rebuild
        Whether a file that is damaged or of another version is moved aside and made anew, which ``warnings`` then
        says; by default only at the default path, where nobody else's file can be.
    root
        The folder above the file from which on no link is followed; by default the file's own.

    Examples
    --------
    >>> import tempfile
    >>> store = FeatureStore(tempfile.mkdtemp() + "/features.sqlite")
    >>> feature_set_id = store.store_features(
    ...     features_dict={"la": 3, "age": None}, source_file="requests/models.py", repository="requests",
    ...     tags={"version": "1.0", "type": "risk"},
    ... )
    >>> store.get_features(feature_set_id)
    {'la': 3.0, 'age': Missing(reason='no value was given')}
    >>> [found.n_features for found in store.search_features(repository="requests", tags={"type": "risk"})]
    [2]
    >>> store.close()
    """

    def get_features(self, feature_set_id: str) -> dict[str, Value] | None:
        """Return the values of a set by name, ``None`` if there is none with this id or its time is over."""
        stored = self.get(feature_set_id)
        return None if stored is None else stored.features

    def get_metadata(self, feature_set_id: str) -> FeatureMetadata | None:
        """Return the metadata of a set, ``None`` if there is none with this id or its time is over."""
        stored = self.get(feature_set_id)
        return None if stored is None else stored.metadata

    def get(self, feature_set_id: str) -> StoredFeatures | None:
        """Return a set with its metadata, ``None`` if there is none with this id or its time is over."""
        with self._reading() as file:
            number = file.number_in(feature_set_id)
            result = None if number is None else read_one(file, number, self._expired(self._now()))
            return self._counted(file, result)

    def get_commit(
        self, repository: str, commit: str, *, extraction_version: str = EXTRACTION_VERSION, source_file: str = ""
    ) -> StoredFeatures | None:
        """Return the set of a commit (and file) by a version of the extractor, ``None`` where none is served."""
        with self._reading() as file:
            return self._counted(
                file, read_commit(file, repository, commit, extraction_version, source_file, self._expired(self._now()))
            )

    def get_features_at(
        self,
        repository: str,
        moment: Moment,
        *,
        source_file: str | None = None,
        tags: Mapping[str, str] | None = None,
        extraction_version: str | None = None,
        within_hours: float | None = None,
    ) -> StoredFeatures | None:
        """Return the newest set that was known at a moment, as Feast does: nothing later, nothing older than the TTL.

        Parameters
        ----------
        repository, source_file, tags, extraction_version
            What the set must be of; any but the repository may be left open.
        moment
            The event must lie at or before it. Of several of one moment, the one that was stored last is returned.
        within_hours
            The event must lie less than this before the moment, pinned or not; the TTL by default.
        """
        with self._reading() as file:
            wanted = Query(0, repository, tags, version=extraction_version, source=source_file)
            return self._counted(file, self._latest_at(file, wanted, moment, within_hours))

    def search_features(
        self,
        repository: str | None = None,
        tags: Mapping[str, str] | None = None,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        feature_names: Collection[str] | None = None,
        extraction_version: str | None = None,
        limit: int | None = None,
    ) -> list[FeatureMetadata]:
        """Return the metadata of the sets that fulfil all conditions, the newest event first.

        Parameters
        ----------
        repository, tags, extraction_version
            What the sets must be of; all of these tags with these values.
        since, until
            When their event must lie, both allowed.
        feature_names
            Features that they must all hold, by either name.
        limit
            At most so many.
        """
        query = self._query(repository, tags, since, until, feature_names, extraction_version)
        if limit is not None:
            check_amount("limit", limit, "sets")
        with self._reading() as file:
            return search(file, query, None if limit is None else int(min(limit, _MOST)))

    def read_features(
        self,
        repository: str | None = None,
        tags: Mapping[str, str] | None = None,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        feature_names: Collection[str] | None = None,
        extraction_version: str | None = None,
    ) -> Iterator[StoredFeatures]:
        """Yield the sets that fulfil all conditions, with their values, the oldest event first.

        The conditions are those of ``search_features``. A set whose bytes are damaged is left out.
        """
        return self._stored(self._query(repository, tags, since, until, feature_names, extraction_version))

    def _stored(self, query: Query) -> Iterator[StoredFeatures]:
        with self._reading() as file:
            rows = rows_of(file, query)
        for row in rows:
            with self._reading() as file:
                stored = stored_of(file, row)
            if stored is not None:
                yield stored

    def extraction_versions(self, repository: str) -> list[str]:
        """Return the extraction versions of which there are sets of a repository, in order."""
        with self._reading() as file:
            number = file.known(json_of("repository", repository))
            rows = file.connection.execute("SELECT DISTINCT version FROM sets WHERE repository = ?", (number,))
            return sorted(file.value(version) for (version,) in rows.fetchall())

    def count(self, repository: str, extraction_version: str) -> int:
        """Return how many sets of a repository and an extraction version are kept."""
        with self._reading() as file:
            known = (
                file.known(json_of("repository", repository)),
                file.known(json_of("extraction_version", extraction_version)),
            )
            row = file.connection.execute("SELECT count(*) FROM sets WHERE repository = ? AND version = ?", known)
            return int(row.fetchone()[0])

    def get_feature_statistics(self) -> dict[str, Any]:
        """Return figures of all that is served.

        Returns
        -------
        dict
            ``total_feature_sets``, ``pinned_feature_sets``, ``expired_feature_sets`` (kept still, served no more),
            ``repositories`` and ``extraction_versions`` (sets by name), ``feature_names``, ``oldest_event``,
            ``newest_event``, ``average_extraction_time_ms``, ``bytes`` of the file, the settings ``ttl_hours`` and
            ``cache_size``, and ``hits`` and ``misses`` of the reads through this object.
        """
        with self._reading() as file:
            result = figures(file, self._expired(self._now()))
        return result | {
            "ttl_hours": self.ttl_hours,
            "cache_size": self.cache_size,
            "hits": self._hits,
            "misses": self._misses,
        }

    def training_frame(
        self,
        repository: str | None = None,
        tags: Mapping[str, str] | None = None,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        feature_names: Collection[str] | None = None,
        extraction_version: str | None = None,
        entities: pd.DataFrame | None = None,
        within_hours: float | None = None,
    ) -> pd.DataFrame:
        """Return features as a frame to learn from; NaN where a value is missing.

        Raises ``ConfigError`` if a column of ``entities`` is not there; ``MissingExtraError`` if pandas is not
        installed; ``StoreError`` if the file is damaged.

        Parameters
        ----------
        repository, tags, since, until, extraction_version
            Which sets, as in ``search_features``.
        feature_names
            The columns that are wanted, by either name; all by default.
        entities
            Rows to be completed, with a column ``event_timestamp`` and a column ``repository`` unless the argument
            names one for all, and perhaps ``source_file``. Each gets what was known of it at its moment, as by
            ``get_features_at``, and NaN where nothing was. All its columns are kept.
        within_hours
            With ``entities``: how old that may be; the TTL by default.

        Returns
        -------
        pd.DataFrame
            The columns ``repository``, ``source_file``, ``commit``, ``event_at`` and the features, oldest event first;
            with ``entities`` their columns, ``feature_set_id``, ``event_at`` and the features, in their order.
        """
        from hyperion_hook.store.feature_sets.frames import completed, frame_of

        query = self._query(repository, tags, since, until, feature_names, extraction_version)
        if entities is None:
            return frame_of(self._stored(query), feature_names)
        wanted = Query(0, tags=tags, version=extraction_version)

        def latest_at(name: str, moment: Moment, source: str | None) -> StoredFeatures | None:
            with self._reading() as file:
                return self._latest_at(file, wanted._replace(repository=name, source=source), moment, within_hours)

        return completed(entities, repository, latest_at, feature_names)

    # -- what the methods share --

    def _latest_at(
        self, file: FeatureFile, wanted: Query, moment: Moment, within_hours: float | None
    ) -> StoredFeatures | None:
        until = micros_of(moment)
        if within_hours is not None:
            check_amount("within_hours", within_hours, "hours")
        since = before(until, self.ttl_hours if within_hours is None else within_hours) + 1
        return latest(file, wanted._replace(expired=self._expired(self._now()), since=since, until=until))

    def _query(
        self,
        repository: str | None,
        tags: Mapping[str, str] | None,
        since: Moment | None,
        until: Moment | None,
        feature_names: Collection[str] | None,
        version: str | None,
    ) -> Query:
        if isinstance(feature_names, str) or not all(isinstance(name, str) for name in feature_names or ()):
            raise ConfigError(f"feature_names {feature_names!r}: are no names; give a list of text")
        return Query(
            self._expired(self._now()),
            repository_name(repository),
            tags,
            None if since is None else micros_of(since),
            None if until is None else micros_of(until),
            feature_names,
            version,
        )

    def _counted(self, file: FeatureFile, found: StoredFeatures | None) -> StoredFeatures | None:
        if found is None:
            self._misses += 1
            return None
        self._hits += 1
        number = file.number_in(found.metadata.feature_set_id)
        if number is not None and not found.metadata.pinned:
            file.touch(number)
        return found
