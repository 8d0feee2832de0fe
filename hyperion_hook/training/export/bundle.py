"""The one way to a bundle: fitted estimators to data, and the check that both say the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.errors import TrainingError
from hyperion_hook.features.history.file_forecast import FILE_NUMBERS
from hyperion_hook.scoring.bundle import FORMAT_VERSION, MANIFEST, Bundle, load_bundle
from hyperion_hook.scoring.members import sigmoid
from hyperion_hook.store.models.metadata import digests
from hyperion_hook.training.export.estimator import exported
from hyperion_hook.training.export.trees import average_path_length, flat, from_sklearn, path_lengths, renumbered
from hyperion_hook.training.numbers import Numbers, as_matrix
from hyperion_hook.training.rows.corpus_table import POOL_FILE, entry_of

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Part:
    """One model of a bundle: its entry of the manifest, and its files."""

    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class BundleParts:
    """All that goes into a bundle; ``typical`` and ``quantiles`` are of the training data, by feature.

    ``pool`` is the packed table that others can learn from too; scoring never reads it.
    """

    name: str
    version: str
    trained_on: str
    risk: Part
    anomaly: Part | None
    thresholds: Mapping[RiskLevel, float]
    quantiles: Mapping[str, Sequence[float]]
    card: Mapping[str, Any] = field(default_factory=dict)
    pool: bytes | None = None
    bugs: Part | None = None

    @property
    def features(self) -> list[str]:
        """What the risk model looks at."""
        return list(self.risk.manifest["features"])

    def files(self, version: str | None = None) -> dict[str, bytes]:
        """Return the bundle's files by name; with a version, as that version."""
        models = {"risk": self.risk, "anomaly": self.anomaly, "bugs": self.bugs}
        files = {name: data for part in models.values() if part is not None for name, data in part.files.items()}
        manifest = {
            "format_version": FORMAT_VERSION,
            "name": self.name,
            "version": self.version if version is None else version,
            "trained_on": self.trained_on,
            **{name: None if part is None else part.manifest for name, part in models.items()},
            "thresholds": {level.value: self.thresholds[level] for level in (RiskLevel.HIGH, RiskLevel.MEDIUM)},
            "typical": {name: values[1] for name, values in self.quantiles.items()},
            "quantiles": {name: list(values) for name, values in self.quantiles.items()},
            "card": self.card,
            "pool": None if self.pool is None else entry_of(self.pool),
            "files": {name: digest._asdict() for name, digest in digests(files).items()},
        }
        text = json.dumps(manifest, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=True) + "\n"
        return files | ({} if self.pool is None else {POOL_FILE: self.pool}) | {MANIFEST: text.encode("ascii")}

    def loaded(self) -> Bundle:
        """Return the bundle as ``scoring`` reads it."""
        with TemporaryDirectory() as folder:
            for name, data in self.files().items():
                (Path(folder) / name).write_bytes(data)
            return load_bundle(Path(folder))


def risk_part(model: Any, features: Sequence[str], name: str) -> Part:
    """Return a fitted binary classifier as data; ``name`` is that of its recipe or kind.

    Raises
    ------
    NotExportableError
        If it cannot be said as data; the text says why.
    """
    part = exported(model)
    return Part(part.manifest(name, features), part.files)


def anomaly_part(model: Any, light_decision: float) -> Part:
    """Return a fitted anomaly detector (columns, medians, isolation forest) as data.

    ``light_decision`` is the point below which a tenth of the decisions lie when code metrics are missing.
    """
    forest = model[-1]
    trees = [
        renumbered(from_sklearn(tree.tree_, path_lengths), columns)
        for tree, columns in zip(forest.estimators_, forest.estimators_features_, strict=True)
    ]
    file = "isolation_forest.trees"
    return Part(
        {
            "features": list(model["columns"].names),
            # as the forest sees them
            "medians": model["impute"].statistics_.astype(np.float32).astype(np.float64).tolist(),
            "trees": file,
            "normaliser": float(average_path_length(np.array([forest.max_samples_]))[0]),
            "offset": float(forest.offset_),
            "light_decision": light_decision,
        },
        {file: flat(trees)},
    )


def risk_difference(model: Any, bundle: Bundle, rows: pd.DataFrame, *, count: int, seed: int = 42) -> float:
    """Return the largest difference between a classifier's probability and its bundle's.

    Parameters
    ----------
    model
        Fitted on the bundle's features, under the names that ``rows`` has for them, or on a matrix.
    bundle
        What it was exported to.
    rows
        Rows with the model's columns in its order, to which ``count`` hard ones are added.
    count, seed
        How many hard rows, and the seed they are drawn with.
    """
    named = getattr(model, "feature_names_in_", None) is not None

    def expected(every: pd.DataFrame) -> Numbers:
        matrix = as_matrix(every)
        return np.asarray(model.predict_proba(pd.DataFrame(matrix, columns=every.columns) if named else matrix)[:, 1])

    return _difference(expected, lambda row: sigmoid(bundle.risk.log_odds(row)), rows, count, seed)


def anomaly_difference(model: Any, bundle: Bundle, rows: pd.DataFrame, *, count: int, seed: int = 42) -> float:
    """Return the largest difference between an anomaly detector's decision and its bundle's, as above."""
    detector = bundle.anomaly
    if detector is None:
        raise TrainingError("the bundle holds no anomaly detector; nothing is kept")
    return _difference(model.decision_function, detector.decision, rows[list(model["columns"].names)], count, seed)


def bug_difference(model: Any, bundle: Bundle, rows: pd.DataFrame, *, count: int, seed: int = 42) -> float:
    """Return the largest difference between a bug predictor's probability and its bundle's, as above."""
    predictor = bundle.bugs
    if predictor is None:
        raise TrainingError("the bundle holds no bug predictor; nothing is kept")
    numbers = rows[list(FILE_NUMBERS)]  # the model takes those it knows, the bundle finds its own by position
    return _difference(lambda every: model.predict_proba(every)[:, 1], predictor.file_probability, numbers, count, seed)


def checked(worst: float) -> float:
    """Return a difference, or refuse it.

    Raises
    ------
    TrainingError
        If it is more than 1e-6.
    """
    if not worst <= TOLERANCE:
        raise TrainingError(f"exported models differ from the fitted ones by {worst:.2e}; nothing is kept")
    return worst


def _difference(
    expected: Callable[[pd.DataFrame], Numbers],
    exported_says: Callable[[list[float]], float],
    rows: pd.DataFrame,
    count: int,
    seed: int,
) -> float:
    every = pd.concat([rows, hard_rows(rows, count, seed)], ignore_index=True)
    result = np.array([exported_says(row) for row in every.to_numpy(dtype=np.float64).tolist()])
    # extreme rows have log-odds whose exponential is infinite, as it should be
    with np.errstate(all="ignore"):
        return float(np.abs(np.asarray(expected(every)) - result).max())


def hard_rows(X: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """Return rows drawn from each column by itself, strewn with missing, extreme and tiny values."""
    random = np.random.default_rng(seed)
    values = X.to_numpy(dtype=np.float64)
    rows = np.column_stack([random.choice(column, count) for column in values.T])
    extremes = np.array([np.nan, 0.0, -0.0, 1e-45, -1e-45, 1.0, -1.0, 1e10, -1e10, 3e38, -3e38, np.inf, -np.inf])
    strewn = random.random(rows.shape) < 0.15
    rows[strewn] = random.choice(extremes, int(strewn.sum()))
    rows[: len(extremes)] = extremes[:count, None]
    return pd.DataFrame(rows, columns=X.columns)
