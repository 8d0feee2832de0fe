"""Writing into a feature store: what is handed in is checked and made into rows first, then put in within one step."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from hyperion_hook.domain.vector import Value
from hyperion_hook.errors import ConfigError
from hyperion_hook.git.objects import is_repo
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.feature_sets.content import checked, content_hash, packed, source_hash
from hyperion_hook.store.feature_sets.file import FeatureFile

MICRO = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = -62_135_596_800, 253_402_300_799
"""The Unix seconds that a datetime can hold: the years 1 to 9999."""

Moment = datetime | float
"""A moment: a datetime with a time zone, or Unix seconds."""


def tags_of(tags: Any) -> dict[str, str]:
    """Return tags, none for ``None``; raise ``ConfigError`` if they are no mapping from text to text."""
    if not isinstance(tags, Mapping | None):
        raise ConfigError(f"tags: a {type(tags).__name__} is no mapping from name to text")
    if not all(isinstance(word, str) for pair in (tags or {}).items() for word in pair):
        raise ConfigError(f"tags {dict(tags or {})!r}: are not all text; write numbers as text too")
    return dict(tags or {})


def json_of(what: str, text: Any) -> str:
    """Return a text as JSON; raise ``ConfigError`` if it is none."""
    if not isinstance(text, str):
        raise ConfigError(f"{what} {text!r}: is no text; give a str")
    return json.dumps(text)


def path_of(source_file: Any) -> str:
    """Return the path of a source file as text; raise ``ConfigError`` if it is none."""
    if not isinstance(source_file, str | os.PathLike):
        raise ConfigError(f"source_file {source_file!r}: is no path; '' stands for none")
    return os.fsdecode(source_file)


def check_amount(what: str, number: Any, unit: str) -> None:
    """Raise ``ConfigError`` for what is no number from 0 on."""
    try:
        fits = not isinstance(number, str | bytes) and float(number) >= 0
    except (TypeError, ValueError, OverflowError):
        fits = False
    if not fits:
        raise ConfigError(f"{what} {number!r}: is no number of {unit} from 0 on")


OF_COMMIT = "substr(revision, -8) = ? AND revision = ? AND repository = ? AND version = ? AND source = ?"
"""The one set of a commit, by the index of revisions, which holds their ends."""
EXTRACTION_VERSION = "3.0.0"
"""The version of the specification's own feature engineering, for whoever names none."""


class FeatureSet(NamedTuple):
    """Features to be stored, for ``FeatureStore.store_many``; the fields are the arguments of ``store_features``."""

    features: Mapping[str, object]
    source_file: str
    repository: str
    tags: Mapping[str, str] = MappingProxyType({})
    commit: str | None = None
    event_at: Moment | None = None
    extraction_version: str = EXTRACTION_VERSION
    extraction_time_ms: float = 0.0
    pinned: bool = False


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


class Row(NamedTuple):
    """A set as its table has it, moments in microseconds; where numbers of texts stand, the texts until it is put in.

    ``extracted`` is ``None`` where it is the same as ``event``, ``used`` for a pinned set, ``missing`` for nothing.
    """

    number: int
    pinned: bool
    repository: Any
    event: int
    tags: Any
    names: Any
    used: int | None
    extracted: int | None
    version: Any
    revision: bytes | str | None
    source: str | bytes
    source_hash: Any
    time_ms: float
    content: bytes
    missing: Any = None
    numbers: bytes = b""


_VALUES = Row._fields[1:]


def micros_of(moment: Moment) -> int:
    """Return a moment as microseconds since 1970; raise ``ConfigError`` if it has no time zone, or is no moment.

    Examples
    --------
    >>> micros_of(1.5), micros_of(datetime(1970, 1, 2, tzinfo=UTC))
    (1500000, 86400000000)
    """
    try:
        if isinstance(moment, datetime):
            if moment.tzinfo is None:
                raise ConfigError(f"moment {moment}: has no time zone; give one, such as datetime(..., tzinfo=UTC)")
            micros = (moment - EPOCH) // timedelta(microseconds=1)
        else:
            micros = round(float(moment) * MICRO)
    except (TypeError, ValueError, OverflowError):
        raise ConfigError(f"moment {moment!r}: give a datetime with a time zone, or Unix seconds") from None
    if not EARLIEST * MICRO <= micros <= LATEST * MICRO:
        raise ConfigError(f"moment {moment!r}: is too far away; give Unix seconds, not milliseconds")
    return micros


def revision_of(commit: str) -> bytes | str:
    """Return a commit as it is stored: a full id as its bytes.

    Examples
    --------
    >>> len(revision_of("0123456789" * 4)), revision_of("v1.0")
    (20, 'v1.0')
    """
    if not isinstance(commit, str) or commit.encode(errors="ignore").decode() != commit:
        raise ConfigError(f"commit {commit!r}: is no revision; give its id as text")
    if len(commit) in (40, 64) and not set(commit) - set("0123456789abcdef"):
        return bytes.fromhex(commit)
    return commit


def source_of(source_file: Any) -> str | bytes:
    """Return a path as it is stored: as bytes where it is no Unicode."""
    path = path_of(source_file)
    try:
        path.encode()
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogatepass")
    return path


def prepared(given: FeatureSet, now: int, hashes: dict[str, tuple[str, str]]) -> Row:
    """Return a feature set as a row; ``hashes`` remembers the source files that were read.

    Raises ``ConfigError`` if a name, value, tag or moment is not valid.
    """
    source = path_of(given.source_file)
    for what, text in (("repository", given.repository), ("extraction_version", given.extraction_version)):
        if not isinstance(text, str) or not text:
            raise ConfigError(f"{what} {text!r}: is no name; give text")
    check_amount("extraction_time_ms", given.extraction_time_ms, "milliseconds")
    features = checked(given.features)
    numbers, missing = packed(features)
    if source not in hashes:
        hashes[source] = source_hash(source)
    digest, reason = hashes[source]
    event = now if given.event_at is None else micros_of(given.event_at)
    return Row(
        0,
        bool(given.pinned),
        given.repository,
        event,
        tags_of(given.tags),
        json.dumps(list(features)),
        None,
        None if event == now else now,
        given.extraction_version,
        None if given.commit is None else revision_of(given.commit),
        source_of(source),
        bytes.fromhex(digest) if digest else reason,
        float(given.extraction_time_ms),
        bytes.fromhex(content_hash(features)),
        missing,
        numbers,
    )


def put(file: FeatureFile, rows: Sequence[Row]) -> list[int]:
    """Put rows into the store, inside a transaction, and return the number of each set."""
    use = file.next_use()
    return [_put(file, row, use + step) for step, row in enumerate(rows)]


def _put(file: FeatureFile, row: Row, use: int) -> int:
    execute, number_of = file.connection.execute, file.number_of
    row = row._replace(
        repository=number_of(json.dumps(row.repository), "repositories"),
        version=number_of(json.dumps(row.version)),
        tags=file.tags_number(row.tags),
        names=number_of(row.names, "shapes"),
        used=None if row.pinned else use,
        source_hash=number_of(json.dumps(row.source_hash)) if isinstance(row.source_hash, str) else row.source_hash,
        missing=number_of(row.missing) if row.missing else None,
    )
    if row.revision is not None:
        known = execute(
            f"SELECT number, content, pinned FROM sets WHERE {OF_COMMIT}",  # noqa: S608
            (row.revision[-8:], row.revision, row.repository, row.version, row.source),
        ).fetchone()
        if known is not None and known[1] == row.content:
            if known[2]:
                row = row._replace(pinned=True, used=None)
            # the values too: they are the same, but their bytes may have been damaged
            columns = ", ".join(f"{name} = ?" for name in _VALUES)
            execute(f"UPDATE sets SET {columns} WHERE number = ?", (*row[1:], known[0]))  # noqa: S608
            return int(known[0])
        if known is not None:
            execute("DELETE FROM sets WHERE number = ?", (known[0],))
    marks = ", ".join("?" * len(_VALUES))
    number = execute(f"INSERT INTO sets ({', '.join(_VALUES)}) VALUES ({marks})", row[1:]).lastrowid  # noqa: S608
    assert number is not None  # noqa: S101 - an INSERT has a row
    return number


def repository_name(repository: Any) -> Any:
    """Return the name of a repository: a ``git.Repo`` what it was cloned by, a path as text, a name as it is."""
    if isinstance(repository, os.PathLike):
        return os.fspath(repository)
    return Repository.discover(repository).name if is_repo(repository) else repository
