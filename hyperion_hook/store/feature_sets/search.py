"""Reading a feature store: one set, those that answer a search, the newest at a moment, and figures of all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hyperion_hook.errors import StoreError
from hyperion_hook.features.catalogue import canonical
from hyperion_hook.store.feature_sets.content import DamagedRowError, absences_of, content_hash, joined, numbers_of
from hyperion_hook.store.feature_sets.feature_set import (
    EPOCH,
    OF_COMMIT,
    FeatureMetadata,
    Row,
    StoredFeatures,
    json_of,
    revision_of,
    source_of,
    tags_of,
)
from hyperion_hook.store.feature_sets.file import FeatureFile, pair_text

_ALL = ", ".join(Row._fields)
_COLUMNS = ", ".join(Row._fields[:-2])
"""All but the values."""
_NEWEST = "event DESC, number DESC"


class Query(NamedTuple):
    """Which sets are wanted; ``None`` for any. Moments are microseconds since 1970.

    ``expired`` is the moment up to which sets that are not pinned are too old to be served; ``since`` and ``until`` are
    part of the time that is looked at.
    """

    expired: int
    repository: str | None = None
    tags: Mapping[str, str] | None = None
    since: int | None = None
    until: int | None = None
    feature_names: Collection[str] | None = None
    version: str | None = None
    source: str | None = None


def read_one(file: FeatureFile, number: int, expired: int) -> StoredFeatures | None:
    """Return a set by its number, ``None`` where there is none that is served.

    Raises ``StoreError`` if its content is not what was stored.
    """
    row = _one(file, expired, "number = ?", number)
    if row is None:
        return None
    try:
        stored = _stored(file, row)
        whole = content_hash(stored.features) == stored.metadata.content_hash
    except DamagedRowError:
        whole = False
    if not whole:
        raise StoreError(f"feature set {file.id_of(number)}: is not what was stored; delete {file.path.name}")
    return stored


def read_commit(
    file: FeatureFile, repository: str, commit: str, version: str, source: str, expired: int
) -> StoredFeatures | None:
    """Return the set of a commit and file by a version of the extractor; ``None`` where none is served, or whole."""
    revision = revision_of(commit)
    known = file.known(json_of("repository", repository)), file.known(json_of("extraction_version", version))
    row = _one(file, expired, OF_COMMIT, revision[-8:], revision, *known, source_of(source))
    return None if row is None else stored_of(file, row)


def _one(file: FeatureFile, expired: int, condition: str, *values: object) -> Row | None:
    """Return the row that fulfils a condition, ``None`` where there is none that is served."""
    columns = file.connection.execute(f"SELECT {_ALL} FROM sets WHERE {condition}", values).fetchone()  # noqa: S608
    row = None if columns is None else Row(*columns)
    return row if row is not None and (row.pinned or row.event > expired) else None


def search(file: FeatureFile, query: Query, limit: int | None) -> list[FeatureMetadata]:
    """Return the metadata of the wanted sets, the newest first."""
    return [metadata_of(file, row) for row in _rows(file, query, _COLUMNS, _NEWEST, limit)]


def rows_of(file: FeatureFile, query: Query) -> list[Row]:
    """Return the rows of the sets that are wanted, the oldest first; ``stored_of`` reads them."""
    return _rows(file, query, _ALL, "event, number")


def stored_of(file: FeatureFile, row: Row) -> StoredFeatures | None:
    """Return the set of a row, ``None`` where its bytes are damaged."""
    with suppress(DamagedRowError):
        return _stored(file, row)
    return None


def latest(file: FeatureFile, query: Query) -> StoredFeatures | None:
    """Return the newest of the sets that are wanted; of those of one moment, the one that was stored last."""
    results = []
    for pinned in (0, 1):
        conditions, values = _conditions(file, query, pinned)
        statement = f"SELECT {_ALL} FROM sets WHERE {conditions} ORDER BY {_NEWEST} LIMIT 1"  # noqa: S608
        for row in map(Row._make, file.connection.execute(statement, values).fetchall() if conditions else ()):
            with suppress(DamagedRowError):
                results.append((row.event, row.number, _stored(file, row)))
    return max(results)[-1] if results else None


def _rows(file: FeatureFile, query: Query, columns: str, order: str, limit: int | None = None) -> list[Row]:
    parts, values = [], []
    for pinned in (0, 1):
        conditions, more = _conditions(file, query, pinned)
        if not conditions:
            return []
        parts.append(f"SELECT number, event FROM sets WHERE {conditions}")  # noqa: S608 - the words are our own
        values += more
    # chosen and put in order in the index, which is narrow; only the rows that are wanted are then read whole
    chosen = f"SELECT number FROM ({' UNION ALL '.join(parts)}) ORDER BY {order} LIMIT ?"  # noqa: S608
    statement = f"SELECT {columns} FROM sets WHERE number IN ({chosen}) ORDER BY {order}"  # noqa: S608
    rows = file.connection.execute(statement, [*values, -1 if limit is None else limit]).fetchall()
    return [Row(*row) for row in rows]


def _conditions(file: FeatureFile, query: Query, pinned: int) -> tuple[str, list[object]]:
    """Return the conditions in SQL and their values; no condition where nothing can fulfil them."""
    conditions = [f"pinned = {pinned}"]
    values: list[object] = []
    for column, what, text in (
        ("repository", "repository", query.repository),
        ("version", "extraction_version", query.version),
    ):
        number = None if text is None else file.known(json_of(what, text))
        if number is not None:
            conditions.append(f"{column} = ?")
            values.append(number)
        elif text is not None:
            return "", []
        elif column == "repository":
            # so that the index by place, in which it comes second, serves here too
            conditions.append("repository IN (SELECT id FROM repositories)")
    source = None if query.source is None else source_of(query.source)
    for condition, value in (
        ("event >= ?", query.since),
        ("event <= ?", query.until),
        ("source = ?", source),
        ("event > ?", query.expired if not pinned else None),
    ):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    for pair in tags_of(query.tags).items():
        number = file.known(pair_text(*pair))
        if number is None:
            return "", []
        conditions.append("tags IN (SELECT tags FROM tag_pairs WHERE pair = ?)")
        values.append(number)
    if query.feature_names:
        shapes = ",".join(map(str, _shapes_with(file, query.feature_names)))
        conditions.append(f"names IN ({shapes})")
    return " AND ".join(conditions), values


def _shapes_with(file: FeatureFile, wanted: Collection[str]) -> list[int]:
    """Return the numbers of the lists of names that hold all wanted features, by either of their names."""
    asked = {canonical(name) for name in wanted}
    numbers = [number for (number,) in file.connection.execute("SELECT id FROM shapes").fetchall()]
    return [number for number in numbers if asked <= {canonical(name) for name in file.value(number)}]


def moment_of(micros: int) -> datetime:
    """Return a moment in UTC."""
    return EPOCH + timedelta(microseconds=micros)


def metadata_of(file: FeatureFile, row: Row) -> FeatureMetadata:
    """Return the metadata in a row."""
    names = list(file.value(row.names))
    is_hash = isinstance(row.source_hash, bytes)
    return FeatureMetadata(
        file.id_of(row.number),
        row.source.decode("utf-8", "surrogatepass") if isinstance(row.source, bytes) else row.source,
        file.value(row.repository),
        moment_of(row.event if row.extracted is None else row.extracted),
        names,
        len(names),
        row.content.hex(),
        row.source_hash.hex() if is_hash else "",
        dict(file.value(row.tags)),
        row.time_ms,
        file.value(row.version),
        row.revision.hex() if isinstance(row.revision, bytes) else row.revision,
        moment_of(row.event),
        bool(row.pinned),
        "" if is_hash else file.value(row.source_hash),
    )


def _stored(file: FeatureFile, row: Row) -> StoredFeatures:
    metadata = metadata_of(file, row)
    count = metadata.n_features
    absent = {} if row.missing is None else absences_of(file.value(row.missing), count)
    return StoredFeatures(metadata, joined(metadata.feature_names, numbers_of(row.numbers, count), absent))


def figures(file: FeatureFile, expired: int) -> dict[str, Any]:
    """Return counts of all that is kept, those too old to be served apart."""
    ask = file.connection.execute
    served = "(pinned = 1 OR event > ?)"
    total, pinned, oldest, newest, time_ms = ask(
        f"SELECT count(*), total(pinned), min(event), max(event), avg(time_ms) FROM sets WHERE {served}",  # noqa: S608
        (expired,),
    ).fetchone()
    counted: dict[str, dict[str, int]] = {}
    for column in ("repository", "version"):
        rows = ask(f"SELECT {column}, count(*) FROM sets WHERE {served} GROUP BY {column}", (expired,))  # noqa: S608
        counted[column] = {str(file.value(number)): count for number, count in rows.fetchall()}
    shapes = [number for (number,) in ask(f"SELECT DISTINCT names FROM sets WHERE {served}", (expired,))]  # noqa: S608
    names = sorted({str(name) for number in shapes for name in list(file.value(number))})
    return {
        "total_feature_sets": total,
        "pinned_feature_sets": int(pinned),
        "expired_feature_sets": ask("SELECT coalesce(sum(1), 0) FROM sets").fetchone()[0] - total,
        "repositories": counted["repository"],
        "extraction_versions": counted["version"],
        "feature_names": names,
        "oldest_event": None if oldest is None else moment_of(oldest),
        "newest_event": None if newest is None else moment_of(newest),
        "average_extraction_time_ms": time_ms,
        "bytes": file.connection.header("page_count") * file.connection.header("page_size"),
    }
