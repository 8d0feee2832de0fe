"""A bundle around one fitted classifier: its risk model, with what the program came with for all the rest.

Scoring, anomalies and bugs need more than a classifier: those parts, and what is usual, are taken from the bundle that
came with the program, unless rows of the model's own training are given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import find_feature
from hyperion_hook.scoring.bundle import MANIFEST, Bundle, bundled_models, load_bundle
from hyperion_hook.training.export.bundle import BundleParts, Part, risk_part
from hyperion_hook.training.export.bundle_classifier import BundleClassifier
from hyperion_hook.training.export.estimator import NotExportableError
from hyperion_hook.training.export.parity import TOLERANCE, risk_difference
from hyperion_hook.training.rows.corpus_table import read_pool
from hyperion_hook.training.rows.dataset import FEATURES, quantiles_of
from hyperion_hook.training.rows.options import RetrainOptions

COMPARED = 300
"""Rows as they come, and as many hard ones, on which estimator and data must say the same."""
_SAMPLE = 1_000
_NO_LIMITS = {RiskLevel.HIGH: 1.0, RiskLevel.MEDIUM: 1.0}


@dataclass(frozen=True)
class EstimatorBundle:
    """A classifier as a bundle; ``parity`` is the largest difference of a probability from the estimator's."""

    parts: BundleParts
    parity: float

    def files(self, version: str) -> dict[str, bytes]:
        """Return the bundle's files when it has this version."""
        return self.parts.files(version)


def columns_of(model: Any, names: Sequence[str]) -> list[str]:
    """Return the columns that a model was fitted on: its own names where it knows them, else those given.

    Raises ``NotExportableError`` if they are not known, or others are given than it was fitted on.
    """
    own = getattr(model, "feature_names_in_", None)
    columns = list(names) if own is None else [str(name) for name in own]
    count = getattr(model, "n_features_in_", None)
    if not columns:
        raise NotExportableError("its features have no names; name them in metadata['training_features']")
    if count != len(columns):
        raise NotExportableError(f"training_features name other columns than the {count} it was fitted on")
    return columns


def estimator_bundle(
    model: Any,
    columns: Sequence[str] | None = None,
    *,
    name: str,
    trained_on: str,
    card: Mapping[str, Any],
    reference: pd.DataFrame | None = None,
    seed: int = 42,
) -> EstimatorBundle:
    """Return a fitted classifier as a bundle that says the same.

    Raises ``NotExportableError`` if it cannot be said as data; the text says why.

    Parameters
    ----------
    model
        A binary classifier, fitted on features of the catalogue.
    columns
        The features by either name, in the model's order; by default those it knows.
    reference
        Rows like those it was fitted on, features by either name. The thresholds of a repository too young to have
        some of its own, and what is usual, are taken from them; else from the rows that came with the program.
    """
    columns = columns_of(model, []) if columns is None else columns
    features = _features(columns)
    risk = risk_part(model, features, type(model).__name__)
    base = json.loads((bundled_models() / MANIFEST).read_bytes())
    rows = _rows(features, reference, seed)
    quantiles = base["quantiles"]
    if reference is not None:
        quantiles |= quantiles_of(rows.reindex(columns=list(FEATURES)))
    draft = BundleParts(
        name,
        "draft",
        trained_on,
        risk,
        _shipped(base, "anomaly"),
        _NO_LIMITS,
        quantiles,
        dict(card),
        bugs=_shipped(base, "bugs"),
    )
    bundle = draft.loaded()
    scores = BundleClassifier(bundle).predict_proba(rows)[:, 1]
    options = RetrainOptions()
    thresholds = {
        level: float(np.quantile(scores, 1 - rate))
        for level, rate in ((RiskLevel.HIGH, options.alert_high), (RiskLevel.MEDIUM, options.alert_medium))
    }
    return EstimatorBundle(replace(draft, thresholds=thresholds), difference(model, columns, bundle, rows, seed=seed))


def difference(model: Any, columns: Sequence[str], bundle: Bundle, rows: pd.DataFrame, *, seed: int = 42) -> float:
    """Return the largest difference between a classifier's probabilities and its bundle's, on rows and hard ones.

    Raises ``NotExportableError`` if it is more than 1e-6, or the classifier does not take rows as ``score`` meets
    them.
    """
    some = rows.head(COMPARED).set_axis(list(columns), axis=1)
    try:
        worst = risk_difference(model, bundle, some, count=COMPARED, seed=seed)
    except ValueError as error:
        raise NotExportableError(f"it does not take rows as score meets them: {str(error).splitlines()[0]}") from None
    if not worst <= TOLERANCE:
        raise NotExportableError(f"as data it differs from the estimator by {worst:.2e}")
    return worst


def usual_rows(features: Sequence[str], seed: int = 42) -> pd.DataFrame:
    """Return rows of the corpus that came with the program; what it has no values of is drawn from what is usual."""
    random = np.random.default_rng(seed)
    pool = _pool_rows()
    quantiles = load_bundle().quantiles
    columns = {}
    for feature in features:
        values = None if pool is None else pool[feature].to_numpy(dtype=np.float64)
        if values is None or not np.isfinite(values).any():
            values = random.choice(quantiles.get(feature, (np.nan,)), _SAMPLE if values is None else len(values))
        columns[feature] = values
    return pd.DataFrame(columns)


@cache
def _pool_rows() -> pd.DataFrame | None:
    pool = read_pool(bundled_models())
    return pool and pool.rows.sample(min(_SAMPLE, len(pool.rows)), random_state=42)


def _rows(features: Sequence[str], reference: pd.DataFrame | None, seed: int) -> pd.DataFrame:
    if reference is None:
        return usual_rows(features, seed)
    known = {}
    for column in reference.columns:
        try:
            known[find_feature(str(column)).name] = column
        except ConfigError:
            continue  # the target, a date: the caller's frame may hold more than features
    if missing := [feature for feature in features if feature not in known]:
        raise ConfigError(f"reference: no column '{missing[0]}', which the model was fitted on; add it")
    rows = reference[[known[feature] for feature in features]].astype(np.float64)
    rows.columns = pd.Index(list(features))
    return rows.sample(min(_SAMPLE, len(rows)), random_state=seed).reset_index(drop=True)


def _features(columns: Sequence[str]) -> list[str]:
    features, unknown = [], []
    for column in columns:
        try:
            features.append(find_feature(column).name)
        except ConfigError:
            unknown.append(column)
    if unknown:
        raise NotExportableError(
            f"{len(unknown)} of its {len(columns)} features are not in the catalogue (the first is '{unknown[0][:60]}')"
        )
    if len(set(features)) != len(features):
        raise NotExportableError("one of its features is there under both of its names")
    return features


def _shipped(base: Mapping[str, Any], name: str) -> Part | None:
    """Return the anomaly detector or the bug predictor that came with the program."""
    entry = base.get(name)
    return entry and Part(entry, {entry["trees"]: (bundled_models() / entry["trees"]).read_bytes()})
