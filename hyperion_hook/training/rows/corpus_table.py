"""The table that a bundle carries so that others can learn from it too: a sample of the corpus, packed small.

A young repository has too few labelled changes of its own; pooled with these it has a model at once. The bundle's own
risk model learns from this very table, so it can be rebuilt from the bundle alone. A row holds numbers, dates and the
name of its repository, no text, no author and no path.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hyperion_hook.domain.history import DAY
from hyperion_hook.errors import ArtefactError, GitError, TrainingError
from hyperion_hook.git.repository import Repository
from hyperion_hook.scoring.bundle import MANIFEST, read_limited
from hyperion_hook.training.formulas import Numbers, signed_log
from hyperion_hook.training.labels.label import Outcome
from hyperion_hook.training.rows.dataset import FEATURES, KEYS, OUTCOMES, in_time_order

try:
    from lzma import LZMAError
except ImportError:  # of a Python built without it zipfile says so, as a RuntimeError
    LZMAError = RuntimeError  # type: ignore[assignment,misc]

POOL_FILE = "corpus.npz"
FORMAT_VERSION = 3
_MAX_BYTES = 32_000_000
_MOST_UNPACKED = 300_000_000
_NEVER = 65_535
"""The day that stands for «not known»."""
_SHARE = OUTCOMES[Outcome.SHARED][0]
_WHOLE_SHARE = 255


@dataclass(frozen=True)
class Pool:
    """Rows as in ``dataset`` (without commit ids), and the newest commit read of each repository, by its name."""

    rows: pd.DataFrame
    heads: Mapping[str, str]

    def without(self, repository: str) -> Pool:
        """Return the pool without one repository's rows."""
        rows = self.rows[self.rows["repository"] != repository].reset_index(drop=True)
        return Pool(rows, {name: head for name, head in self.heads.items() if name != repository})

    def apart_from(self, repository: Repository) -> Pool:
        """Return the pool without the rows of a repository that has a history the pool was drawn from."""
        pool = self
        for name, head in self.heads.items():
            try:
                repository.resolve(head)
            except GitError:
                continue
            pool = pool.without(name)
        return pool


def sample(rows: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """Return at most ``count`` rows drawn at random, as many of each repository as it has, in their old order.

    What a small one lacks is shared out among the others, so no repository outweighs the rest by its size.
    """
    if len(rows) <= count:
        return rows
    order = pd.Series(np.random.default_rng(seed).permutation(len(rows)), index=rows.index)
    turn = order.groupby(rows["repository"]).rank(method="first")
    chosen = pd.DataFrame({"turn": turn, "order": order}).sort_values(["turn", "order"]).index[:count]
    return rows.loc[np.sort(chosen)].reset_index(drop=True)


def pack(rows: pd.DataFrame, heads: Mapping[str, str]) -> bytes:
    """Return a table as bytes, the same for the same rows.

    Moments are kept to the day, features as 16-bit floats of ``sign(x) log(1 + |x|)``, which keeps their order to one
    part in two thousand of the logarithm. Commit ids are not kept. ``heads`` are the newest commits read, by the name
    of the repository.
    """
    rows = rows.sort_values(["repository", "time"], kind="stable")
    names = sorted(heads)
    numbers = {name: number for number, name in enumerate(names)}
    present = [name for name in FEATURES if rows[name].notna().any()]
    present.sort(key=lambda name: rows[name].nunique())  # alike beside alike packs smaller

    def days(moments: pd.Series[float]) -> NDArray[np.uint16]:
        return np.asarray((moments // DAY).fillna(_NEVER), dtype=np.uint16)

    about = {"format_version": FORMAT_VERSION, "heads": dict(heads), "features": present}
    columns = {
        "about": np.frombuffer(json.dumps(about, sort_keys=True).encode(), dtype=np.uint8),
        "repository": rows["repository"].map(numbers).to_numpy(dtype=np.uint16),
        "day": days(rows["time"]),
        **{known: days(rows[known].where(rows[column] > 0)) for column, known in OUTCOMES.values()},
        _SHARE: np.round(rows[_SHARE] * _WHOLE_SHARE).to_numpy(dtype=np.uint8),
        **_ranked(_halves(rows[present].to_numpy(dtype=np.float64))),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, values in columns.items():
            part = zipfile.ZipInfo(f"{name}.npy")
            # a fifth smaller than what numpy writes itself, and numpy reads it all the same
            part.compress_type = zipfile.ZIP_LZMA
            with archive.open(part, "w") as stream:
                np.lib.format.write_array(stream, values, allow_pickle=False)
    return buffer.getvalue()


def _outcomes_of_version_1(columns: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """Return the days of outcomes as an older bundle has them: it knows of traced and reverted commits alone."""
    known, never = columns["known"], np.full_like(columns["known"], _NEVER)
    days = {known_at: never for _, known_at in OUTCOMES.values()}
    reverted = np.where(columns["reverted"] == 1, known, _NEVER)
    return days | {"known_at": known, "reverted_known_at": reverted, _SHARE: np.zeros_like(columns["reverted"])}


def _outcomes(columns: Mapping[str, Numbers]) -> dict[str, Numbers]:
    keys: dict[str, Numbers] = {}
    for column, known_at in OUTCOMES.values():
        known = columns[known_at] != _NEVER
        keys[column] = columns[_SHARE].astype(np.float64) / _WHOLE_SHARE if column == _SHARE else known.astype(np.int8)
        keys[known_at] = np.where(known, columns[known_at].astype(np.float64) * DAY, np.nan)
    return keys


def _halves(values: Numbers) -> NDArray[np.float16]:
    """Return logarithms as 16-bit floats, feature by feature, laid out alike however the rows lay in memory."""
    return np.ascontiguousarray(signed_log(values).T.astype(np.float16))


def _ranked(halves: NDArray[np.float16]) -> dict[str, Numbers]:
    """Return each feature's distinct values, and each value as its number among them: a tenth smaller once packed."""
    distinct = [np.unique(row.view(np.uint16), return_inverse=True) for row in halves]
    levels = np.concatenate([values for values, _ in distinct])
    ranks = np.array([numbers for _, numbers in distinct], dtype="<u2")
    return {
        "counts": np.array([len(values) for values, _ in distinct], dtype=np.uint32),
        "levels": np.diff(levels, prepend=np.uint16(0)),
        # the high bytes are nearly all zero, and pack best together
        "ranks": np.ascontiguousarray(ranks.view(np.uint8).reshape(*ranks.shape, 2).transpose(2, 0, 1)),
    }


def _unranked(columns: Mapping[str, Numbers]) -> NDArray[np.float16]:
    low, high = columns["ranks"].astype(np.uint16)
    levels = np.cumsum(columns["levels"], dtype=np.uint16)
    starts = np.cumsum(columns["counts"], dtype=np.int64) - columns["counts"]
    values: NDArray[np.float16] = levels[starts[:, None] + low + high * 256].view(np.float16)
    return values


def as_packed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with their features rounded as ``pack`` rounds them."""
    halves = _halves(rows[list(FEATURES)].to_numpy(dtype=np.float64)).astype(np.float64)
    return rows.assign(**dict(zip(FEATURES, _unlogged(halves), strict=True)))


def _unlogged(values: Numbers) -> Numbers:
    return np.copysign(np.expm1(np.abs(values)), values)


def unpack(data: bytes, where: str) -> Pool:
    """Return the table that ``pack`` made of rows.

    Raises ``TrainingError`` if the bytes are no such table; nothing in them is executed.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > _MOST_UNPACKED:
                raise ValueError(f"unpacks to more than {_MOST_UNPACKED:,} bytes")
        with np.load(io.BytesIO(data), allow_pickle=False) as packed:
            columns = {name: packed[name] for name in packed.files}
        about = json.loads(columns["about"].tobytes())
        if about["format_version"] == 1:
            columns |= _outcomes_of_version_1(columns)
        elif about["format_version"] == FORMAT_VERSION:
            columns["values"] = _unranked(columns)
        elif about["format_version"] != 2:
            raise ValueError(f"format {about['format_version']}; update hyperion-hook")
        return Pool(_rows(columns, about), {str(name): str(head) for name, head in about["heads"].items()})
    except (
        OSError,
        EOFError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        MemoryError,
        RuntimeError,
        zipfile.BadZipFile,
        zlib.error,
        LZMAError,
    ) as error:
        raise TrainingError(f"{where}: no table of the corpus ({error}); reinstall hyperion-hook") from error


def entry_of(data: bytes) -> dict[str, Any]:
    """Return the manifest's entry of a table, by which it is recognised when it is read."""
    return {"file": POOL_FILE, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def read_pool(folder: Path) -> Pool | None:
    """Return the table in a bundle's folder, ``None`` if the bundle carries none.

    Raises ``TrainingError`` if the table is not the one the manifest names, or none at all.
    """
    try:
        entry = json.loads(read_limited(folder / MANIFEST, _MAX_BYTES)).get("pool")
        if entry is None:
            return None
        data = read_limited(folder / POOL_FILE, _MAX_BYTES)
    except (ArtefactError, ValueError, AttributeError) as error:
        raise TrainingError(f"{folder / POOL_FILE}: {error}") from error
    if entry != entry_of(data):
        raise TrainingError(f"{folder / POOL_FILE}: its digest differs from the manifest; reinstall hyperion-hook")
    return unpack(data, str(folder / POOL_FILE))


def _rows(columns: Mapping[str, Numbers], about: Mapping[str, object]) -> pd.DataFrame:
    names, features = sorted(about["heads"]), list(about["features"])  # type: ignore[call-overload]
    values = columns["values"].astype(np.float64)
    if values.shape != (len(features), len(columns["day"])) or not set(features) <= set(FEATURES):
        raise ValueError("columns that do not fit")
    keys = pd.DataFrame(
        {
            "repository": np.array(names, dtype=object)[columns["repository"]],
            "commit": [f"{number:08x}" for number in range(values.shape[1])],
            "time": columns["day"].astype(np.int64) * DAY,
            **_outcomes(columns),
        }
    )
    table = pd.DataFrame(_unlogged(values).T, columns=features)
    return in_time_order(pd.concat([keys, table.reindex(columns=list(FEATURES))], axis=1)[[*KEYS, *FEATURES]])
