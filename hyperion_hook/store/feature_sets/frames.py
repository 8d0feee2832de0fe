"""Feature sets as pandas frames, to learn from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from math import nan
from typing import Any

from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.errors import ConfigError, MissingExtraError
from hyperion_hook.features.catalogue import canonical
from hyperion_hook.store.feature_sets.feature_set import StoredFeatures

try:
    import pandas as pd
except ImportError:
    raise MissingExtraError("FeatureStore.training_frame", "train", "pandas") from None

KEYS = ("repository", "source_file", "commit", "event_at")
LatestAt = Callable[[str, datetime, str | None], StoredFeatures | None]
"""Returns what was known at a moment of a repository and perhaps one of its files."""


def frame_of(sets: Iterable[StoredFeatures], wanted: Collection[str] | None) -> pd.DataFrame:
    """Return one row for each set, in their order; the features that are wanted under the names that were asked for."""
    keys: list[tuple[Any, ...]] = []
    rows: list[dict[str, float]] = []
    for metadata, features in sets:
        keys.append((metadata.repository, metadata.source_file, metadata.commit, metadata.event_at))
        rows.append(_numbers(features, wanted))
    result = pd.DataFrame(keys, columns=list(KEYS))
    result["event_at"] = pd.to_datetime(result["event_at"], utc=True)
    return pd.concat([result, _features(rows, wanted)], axis="columns")


def completed(
    entities: pd.DataFrame, repository: str | None, latest_at: LatestAt, wanted: Collection[str] | None
) -> pd.DataFrame:
    """Return the entities with what was known of each at its moment; the caller's frame is not changed.

    Raises ``ConfigError`` if a column that is needed is not there, or a moment has no time zone.
    """
    for column, needed in (("event_timestamp", True), ("repository", repository is None)):
        if needed and column not in entities.columns:
            raise ConfigError(f"entities: column '{column}' is not there; add it")
    ids: list[str | None] = []
    moments: list[datetime | None] = []
    rows: list[dict[str, float]] = []
    names = entities["repository"] if "repository" in entities.columns else [repository] * len(entities)
    files = entities["source_file"] if "source_file" in entities.columns else [None] * len(entities)
    for name, moment, source in zip(names, entities["event_timestamp"], files, strict=True):
        known = latest_at(name, moment.to_pydatetime() if isinstance(moment, pd.Timestamp) else moment, source)
        ids.append(known.metadata.feature_set_id if known else None)
        moments.append(known.metadata.event_at if known else None)
        rows.append(_numbers(known.features, wanted) if known else {})
    result = pd.DataFrame({"feature_set_id": pd.Series(ids, dtype="object")})
    result["event_at"] = pd.to_datetime(pd.Series(moments, dtype="object"), utc=True)
    added = pd.concat([result, _features(rows, wanted)], axis="columns").set_index(entities.index)
    return pd.concat([entities, added], axis="columns")


def _features(rows: list[dict[str, float]], wanted: Collection[str] | None) -> pd.DataFrame:
    columns = list(wanted) if wanted else list(dict.fromkeys(name for row in rows for name in row))
    return pd.DataFrame(rows, columns=columns, index=range(len(rows)), dtype="float64")


def _numbers(features: dict[str, Value], wanted: Collection[str] | None) -> dict[str, float]:
    numbers = {name: nan if isinstance(value, Missing) else value for name, value in features.items()}
    if not wanted:
        return numbers
    by_english = {canonical(name): number for name, number in numbers.items()}
    return {name: by_english.get(canonical(name), nan) for name in wanted}
