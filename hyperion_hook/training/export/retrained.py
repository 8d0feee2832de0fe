"""Fitted estimators to a bundle of data, followed by a check that both say the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.errors import TrainingError
from hyperion_hook.scoring.bundle import FORMAT_VERSION, MANIFEST, load_bundle
from hyperion_hook.training.export.folder import replace_bundle
from hyperion_hook.training.export.trees import (
    average_path_length,
    boosted,
    flat,
    from_sklearn,
    path_lengths,
    renumbered,
    share_of_second,
)
from hyperion_hook.training.models.estimators import Fitted, FittedLogistic, FittedTrees
from hyperion_hook.training.models.fit_risk import FittedAnomaly, FittedRisk
from hyperion_hook.training.rows.corpus_table import POOL_FILE, entry_of

TOLERANCE = 1e-6
BUG_TREES = "bugs.trees"


@dataclass(frozen=True)
class BugPart:
    """What a manifest says of the bug predictor, and its trees as the bytes of a file."""

    manifest: Mapping[str, Any]
    trees: bytes


@dataclass(frozen=True)
class BundleParts:
    """All that goes into a bundle; ``typical`` and ``quantiles`` are of the training data, by feature.

    ``pool`` is the packed table that others can learn from too; scoring never reads it.
    """

    name: str
    version: str
    trained_on: str
    risk: FittedRisk
    anomaly: FittedAnomaly | None
    thresholds: Mapping[RiskLevel, float]
    typical: Mapping[str, float]
    quantiles: Mapping[str, tuple[float, float, float]]
    card: Mapping[str, Any] = field(default_factory=dict)
    pool: bytes | None = None
    bugs: BugPart | None = None


def export_bundle(folder: Path, parts: BundleParts, extra: Mapping[str, bytes] | None = None) -> None:
    """Write a bundle; what was in the folder before is replaced in one step.

    Parameters
    ----------
    folder
        Where the bundle is to be.
    parts
        What goes in.
    extra
        Further files by name, for people to read (the model card).

    Raises
    ------
    TrainingError
        If the folder holds anything that is no part of a bundle, or cannot be written; it is as it was then.
    """
    files: dict[str, bytes] = {} if parts.bugs is None else {BUG_TREES: parts.bugs.trees}
    manifest = {
        "format_version": FORMAT_VERSION,
        "name": parts.name,
        "version": parts.version,
        "trained_on": parts.trained_on,
        "risk": _risk(parts.risk, files),
        "anomaly": None if parts.anomaly is None else _anomaly(parts.anomaly, files),
        "bugs": None if parts.bugs is None else parts.bugs.manifest,
        "thresholds": {level.value: parts.thresholds[level] for level in (RiskLevel.HIGH, RiskLevel.MEDIUM)},
        "typical": dict(parts.typical),
        "quantiles": {name: list(values) for name, values in parts.quantiles.items()},
        "card": parts.card,
        "pool": None if parts.pool is None else entry_of(parts.pool),
        "files": {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()
        },
    }
    text = json.dumps(manifest, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=True) + "\n"
    if parts.pool is not None:
        files[POOL_FILE] = parts.pool
    replace_bundle(folder, files | {MANIFEST: text.encode()} | dict(extra or {}))


def check_parity(folder: Path, risk: FittedRisk, anomaly: FittedAnomaly | None, X: pd.DataFrame, *, seed: int = 42,
                 rows: int = 10_000) -> float:
    """Return the largest difference between the bundle and the libraries, over given, random and extreme rows.

    Raises
    ------
    TrainingError
        If a probability or an anomaly score differs by more than 1e-6.
    """
    bundle = load_bundle(folder)
    worst = 0.0
    features = list(risk.features)
    frame = pd.concat([X[features], hard_rows(X[features], rows, seed)], ignore_index=True)
    expected = risk.predict_proba(frame)
    found = np.array([
        1.0 / (1.0 + np.exp(-bundle.risk.log_odds(row))) for row in frame.to_numpy(dtype=np.float64).tolist()
    ])
    worst = float(np.abs(expected - found).max())
    if anomaly is not None and bundle.anomaly is not None:
        features = list(anomaly.features)
        frame = pd.concat([X[features], hard_rows(X[features], rows, seed)], ignore_index=True)
        scores = np.array([
            bundle.anomaly.decision(row) for row in frame.to_numpy(dtype=np.float64).tolist()
        ])
        worst = max(worst, float(np.abs(anomaly.decision(frame) - scores).max()))
    if not worst <= TOLERANCE:
        raise TrainingError(f"{folder}: exported models differ from the fitted ones by {worst:.2e}; nothing is kept")
    return worst


def hard_rows(X: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """Return rows drawn from each column by itself, strewn with missing, extreme and tiny values."""
    random = np.random.default_rng(seed)
    values = X.to_numpy(dtype=np.float64)
    rows = np.column_stack([random.choice(column, count) for column in values.T])
    extremes = np.array([np.nan, 0.0, -0.0, 1e-45, -1e-45, 1.0, -1.0, 1e10, -1e10, 3e38, -3e38, np.inf, -np.inf])
    strewn = random.random(rows.shape) < 0.15
    rows[strewn] = random.choice(extremes, int(strewn.sum()))
    rows[: len(extremes)] = extremes[:, None]
    return pd.DataFrame(rows, columns=X.columns)


def _risk(risk: FittedRisk, files: dict[str, bytes]) -> dict[str, Any]:
    return {
        "recipe": risk.recipe.name,
        "features": list(risk.features),
        "members": [_member(member, files) for member in risk.members],
        "combination": {
            "columns": list(risk.recipe.columns), "weights": list(risk.weights), "intercept": risk.intercept,
            "slope": risk.slope, "shift": risk.shift,
        },
    }


def _member(member: Fitted, files: dict[str, bytes]) -> dict[str, Any]:
    if isinstance(member, FittedLogistic):
        return {
            "name": member.name, "kind": "logistic", "columns": list(member.columns),
            "medians": member.medians.tolist(), "means": member.means.tolist(), "scales": member.scales.tolist(),
            "weights": member.weights.tolist(), "intercept": member.intercept,
        }
    if not isinstance(member, FittedTrees):
        raise TypeError(f"member {member.name}: no export for {type(member).__name__}")
    name = f"{member.name}.trees"
    if hasattr(member.estimator, "get_booster"):
        files[name], base = boosted(member.estimator.get_booster())
        return {"name": member.name, "kind": "boosting", "trees": name, "base": base}
    trees = [from_sklearn(tree.tree_, share_of_second) for tree in member.estimator.estimators_]
    files[name] = flat(trees)
    return {"name": member.name, "kind": "forest", "trees": name, "base": 0.0}


def _anomaly(anomaly: FittedAnomaly, files: dict[str, bytes]) -> dict[str, Any]:
    forest = anomaly.forest
    trees = [
        renumbered(from_sklearn(tree.tree_, path_lengths), columns)
        for tree, columns in zip(forest.estimators_, forest.estimators_features_, strict=True)
    ]
    files["isolation_forest.trees"] = flat(trees)
    return {
        "features": list(anomaly.features), "medians": anomaly.medians.tolist(), "trees": "isolation_forest.trees",
        "normaliser": float(average_path_length(np.array([forest.max_samples_]))[0]), "offset": float(forest.offset_),
        "light_decision": anomaly.light_decision,
    }
