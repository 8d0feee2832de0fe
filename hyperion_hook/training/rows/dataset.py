"""Rows of features and labels in time order, and the tables in which they are kept."""

from __future__ import annotations

import gzip
import io
import itertools
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hyperion_hook.domain.files.regular import read_regular
from hyperion_hook.errors import TrainingError
from hyperion_hook.features.catalogue import CATALOGUE, names_of
from hyperion_hook.store.files.whole_files import write_whole
from hyperion_hook.training.labels.label import Label, Outcome

if TYPE_CHECKING:
    from hyperion_hook.training.rows.replay import ReplayedCommit


OWN_WEIGHT = 3.0
"""How much a change of the repository itself counts beside one of another repository, by measurement (docs)."""

FEATURES = names_of(CATALOGUE)
OUTCOMES = {
    Outcome.TRACED: ("buggy", "known_at"),
    Outcome.SHARED: ("traced_shared", "traced_shared_known_at"),
    Outcome.NAMED: ("named", "named_known_at"),
    Outcome.REVERTED: ("reverted", "reverted_known_at"),
}
"""The columns that hold how much an outcome weighs (1 or 0, for ``SHARED`` a share) and since when it is known."""
KEYS = ("repository", "commit", "time", *itertools.chain.from_iterable(OUTCOMES.values()))
_MOST_BYTES = 1_000_000_000
_MOST_RATIO = 100
"""Rows of numbers are packed to a tenth."""
_CHUNK = 1 << 20
AT_COMMIT = tuple(feature.name for feature in CATALOGUE if feature.at_commit)
"""Features that a staged change cannot know yet."""


def dataset_of(repository: str, replayed: Iterable[ReplayedCommit], labels: Mapping[str, Label]) -> pd.DataFrame:
    """Return one row for each replayed commit, oldest first.

    Of a commit without a label nothing is known. Moments are in Unix seconds, NaN
    where nothing is known; features as floats, NaN where missing.
    """
    rows = [
        (
            repository,
            item.commit.id,
            item.commit.committed_at,
            *_UNKNOWN,
            *item.vector.numbers(FEATURES),
        )
        for item in replayed
    ]
    return relabelled(in_time_order(pd.DataFrame(rows, columns=[*KEYS, *FEATURES]).astype(_types())), labels)


_UNKNOWN = (0, float("nan")) * len(OUTCOMES)
_WHOLE = tuple(column for outcome, (column, _) in OUTCOMES.items() if outcome is not Outcome.SHARED)


def _types() -> dict[str, str]:
    whole = {"repository": "object", "commit": "object", "time": "int64"} | dict.fromkeys(_WHOLE, "int8")
    return {name: whole.get(name, "float64") for name in (*KEYS, *FEATURES)}


def in_time_order(dataset: pd.DataFrame) -> pd.DataFrame:
    """Return the rows oldest first; commits of one second by repository and id, so there is only one order."""
    return dataset.sort_values(["time", "repository", "commit"], kind="stable", ignore_index=True)


def merged(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of several repositories in one time order."""
    return in_time_order(pd.concat(parts, ignore_index=True))


def relabelled(dataset: pd.DataFrame, labels: Mapping[str, Label]) -> pd.DataFrame:
    """Return the rows of one repository with other labels."""
    columns: dict[str, NDArray[np.float64]] = {}
    for outcome, (column, known_column) in OUTCOMES.items():
        findings = [labels[commit].findings.get(outcome) if commit in labels else None for commit in dataset["commit"]]
        columns[column] = np.array([0.0 if one is None else one.weight for one in findings])
        columns[known_column] = np.array(
            [np.nan if one is None else one.known_at for one in findings], dtype=np.float64
        )
    return dataset.assign(**columns).astype(dict.fromkeys(_WHOLE, "int8"))


def pooled(own: pd.DataFrame, others: pd.DataFrame | None) -> pd.DataFrame:
    """Return own rows and others' in one time order, with the ``weight`` of each; own ones count ``OWN_WEIGHT`` times.

    Without others the own rows are returned as they are.
    """
    if others is None:
        return own
    # a table whose types were set column by column lies in as many pieces; a copy is whole
    return merged([own.copy().assign(weight=OWN_WEIGHT), others.copy().assign(weight=1.0)])


def with_masked_messages(features: pd.DataFrame, share: float, seed: int) -> pd.DataFrame:
    """Return the features with all that only a commit knows missing in a share of the rows.

    A staged change has no message yet. A model that never saw a row without one would take its absence for a sign.
    ``share`` is 0..1.
    """
    chosen = np.random.default_rng(seed).random(len(features)) < share
    columns = [name for name in AT_COMMIT if name in features.columns]
    return features.assign(**{name: features[name].mask(chosen) for name in columns})


def quantiles_of(rows: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Return the 5 %, 50 % and 95 % points of every feature that has values in the rows."""
    table = rows[list(FEATURES)].quantile([0.05, 0.5, 0.95])
    return {
        name: (float(table[name].iloc[0]), float(table[name].iloc[1]), float(table[name].iloc[2]))
        for name in FEATURES
        if table[name].notna().all()
    }


def write_table(dataset: pd.DataFrame, path: Path) -> None:
    """Write rows as compressed CSV, the same bytes for the same rows; a file is either whole or not there."""
    text = dataset.to_csv(index=False, lineterminator="\n")
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, compresslevel=6) as packed:
        packed.write(text.encode())
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, buffer.getvalue())


def _check_size(path: Path) -> None:
    """Refuse what unpacks to far more than rows of numbers do."""
    data = read_regular(path, _MOST_BYTES)
    size, most = 0, _MOST_RATIO * len(data) + _CHUNK
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
        while chunk := packed.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise ValueError(f"unpacks to more than {_MOST_RATIO} times its size")


def read_table(path: Path) -> pd.DataFrame:
    """Read rows that ``write_table`` wrote; the French names of features are read too.

    Raises ``TrainingError`` if the file is damaged, or does not say which commit of which repository made a row,
    and when.
    """
    try:
        _check_size(path)
        # as text first: Python's own reading of numbers is exact whatever the version of pandas
        dataset = pd.read_csv(path, dtype="object", na_values=[""], keep_default_na=False)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise TrainingError(f"{path.name}: cannot be read ({error}); delete it and mine again") from error
    dataset = dataset.rename(columns={feature.french: feature.name for feature in CATALOGUE})
    absent = [name for name in KEYS[:3] if name not in dataset.columns]
    if absent:
        raise TrainingError(f"{path.name}: column '{absent[0]}' is not there; delete it and mine again")
    try:
        whole = dataset.reindex(columns=[*KEYS, *FEATURES])
        # an integer column may have been written as a float by another tool; the copy puts the columns together again
        weights = [column for column, _ in OUTCOMES.values()]
        whole[weights] = whole[weights].fillna(0)
        return whole.astype(dict.fromkeys(("time", *_WHOLE), "float64")).astype(_types()).copy()
    except (ValueError, TypeError) as error:
        raise TrainingError(f"{path.name}: {error}; delete it and mine again") from error
