"""What is known of a stored feature set beside its values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from hyperion_hook.domain.vector import Value
from hyperion_hook.store.feature_sets.feature_set import EXTRACTION_VERSION


@dataclass(frozen=True, slots=True)
class FeatureMetadata:
    """What is known of one stored feature set; the first eleven fields are the specification's.

    Attributes
    ----------
    feature_set_id
        UUID of the set, in text.
    source_file, repository
        As the caller named them; '' for a source file stands for a whole change.
    extracted_at
        When the set was stored, UTC.
    feature_names, n_features
        The names in the caller's order, and how many.
    content_hash
        SHA-256 (hex) of the canonical content, see ``feature_rows.content_hash``: the same features with the same
        values have the same hash, whenever and for whatever they were stored. It is the version of the content.
    source_hash
        MD5 (hex) of the source file as it was when the set was stored; '' where there was none to read.
    tags
        What the caller tagged the set with.
    extraction_time_ms
        Milliseconds that the extraction took, as told by the caller.
    extraction_version
        Version of what extracted the features.
    commit
        The commit that the features describe, ``None`` where none was named.
    event_at
        When what they describe came about (UTC); from here on they count as known, and the TTL runs.
    pinned
        Whether the set is kept whatever its age and however little it is used.
    source_hash_missing
        Why there is no ``source_hash``, '' where there is one.
    """

    feature_set_id: str
    source_file: str
    repository: str
    extracted_at: datetime
    feature_names: list[str]
    n_features: int
    content_hash: str
    source_hash: str
    tags: dict[str, str]
    extraction_time_ms: float
    extraction_version: str = EXTRACTION_VERSION
    commit: str | None = None
    event_at: datetime | None = None
    pinned: bool = False
    source_hash_missing: str = ""


class StoredFeatures(NamedTuple):
    """A feature set as it was read: its metadata, and the values by name (``Missing`` where there is none)."""

    metadata: FeatureMetadata
    features: dict[str, Value]
