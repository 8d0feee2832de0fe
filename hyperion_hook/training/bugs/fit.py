"""Fitting the bug predictor, in time order, and the fitted one as data.

The specification's XGBoost and gentler ones are compared by time-series cross-validation inside the first 80 % of the
time; the last 20 % is held out, and only reports. Every repository weighs the same, however many files it has. The
probability of a whole change is no product over its files, which are fixed together: it is learned from changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import Pipeline
from xgboost import XGBClassifier

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.domain.history import DAY
from hyperion_hook.errors import TrainingError
from hyperion_hook.features.history.file_bug_features import FILE_NUMBERS, PAST_VERSION
from hyperion_hook.scoring.bugs import BugModel
from hyperion_hook.scoring.trees import serialise
from hyperion_hook.training.bugs.dataset import HORIZON, BugRows, joined
from hyperion_hook.training.export.bundle import Part
from hyperion_hook.training.export.trees import boosted_trees, flat
from hyperion_hook.training.formulas import Numbers, logit, sigmoid
from hyperion_hook.training.models.classifier import RiskClassifier
from hyperion_hook.training.models.fit_members import Evidence, Outcome, fitted_members, one_thread, out_of_fold
from hyperion_hook.training.models.transformers import FeatureColumns

SPECIFIED = "specification"
DEFAULTS = MLConfig()
_SHARED = ("random_state", "eval_metric")
CANDIDATES: dict[str, dict[str, Any]] = {
    SPECIFIED: {name: value for name, value in DEFAULTS.bug_predictor.items() if name not in _SHARED},
    "gentle": {"n_estimators": 200, "max_depth": 4, "learning_rate": 0.06, "min_child_weight": 10},
    "slow": {
        "n_estimators": 300,
        "max_depth": 5,
        "learning_rate": 0.04,
        "min_child_weight": 20,
        "subsample": 0.7,
        "colsample_bytree": 0.5,
    },
}
"""Parameters of XGBoost by name."""
HELD_OUT = DEFAULTS.bug_predictor.test_share
FOLDS = 3
BUG_TREES = "bugs.trees"
LEAST_FIXED = 100
TOUCHED_WEIGHT = 0.5
"""Weight of all touched rows against all monthly ones."""


@dataclass(frozen=True)
class FittedBugs:
    """A fitted bug predictor; ``model`` takes file numbers, ``cross_validation`` is the log-loss of each candidate.

    A change's log-odds are ``largest * (log-odds of its riskiest file) + count * log(number of files) + intercept``.
    """

    candidate: str
    model: Pipeline
    largest: float
    count: float
    intercept: float
    cross_validation: dict[str, float]
    seconds: float

    def file_log_odds(self, rows: pd.DataFrame) -> Numbers:
        """Return the log-odds of a fix within thirty days, one for each row of file numbers."""
        return np.asarray(self.model.decision_function(rows))


def estimator_of(candidate: str, config: MLConfig) -> XGBClassifier:
    """Return the XGBoost of a candidate, not fitted; what is configured takes the place of the specification's."""
    changed = (
        {name: value for name, value in config.bug_predictor.items() if value != DEFAULTS.bug_predictor[name]}
        if candidate == SPECIFIED
        else {}
    )
    shared = {"eval_metric": config.bug_predictor.eval_metric, "random_state": config.random_state, "n_jobs": 1}
    return XGBClassifier(**{**shared, **CANDIDATES[candidate], **changed})


def fit_bug_predictor(
    histories: Sequence[BugRows],
    *,
    candidate: str | None = None,
    until: int | None = None,
    config: MLConfig | None = None,
    numbers: Sequence[str] = FILE_NUMBERS,
) -> FittedBugs:
    """Fit the bug predictor on the rows of some repositories.

    Raises ``TrainingError`` with fewer than a hundred rows of files that were fixed, or of files that were not.

    ``candidate`` is a name of ``CANDIDATES``, by default the one with the smallest log-loss in time-series
    cross-validation. Only events up to ``until`` (Unix seconds) are learned, everything by default. ``numbers`` are the
    numbers of a file to learn from; of one alone the probability never falls as it grows.
    """
    config = config or DEFAULTS
    monthly, touched = _learned(histories, until)
    fixed = int(monthly["fixed"].sum())
    if min(fixed, len(monthly) - fixed) < LEAST_FIXED or touched["fixed"].nunique() < 2:
        raise TrainingError(
            f"bug predictor: {len(monthly)} files and months with {fixed} fixes; at least {LEAST_FIXED} with and "
            "without a fix within thirty days are needed"
        )
    rows = pd.concat(
        [
            monthly.assign(counts=repository_weights(monthly)),
            touched.assign(counts=repository_weights(touched) * (TOUCHED_WEIGHT * len(monthly) / len(touched))),
        ],
        ignore_index=True,
    )
    is_touched = np.arange(len(rows)) >= len(monthly)
    columns = FeatureColumns(list(numbers)).fit(None)
    truth, counts, time = (rows[name].to_numpy(dtype=np.float64) for name in ("fixed", "counts", "time"))
    evidence = Evidence(columns.transform(rows), Outcome(truth, None, counts), time)
    members = {name: estimator_of(name, config) for name in (CANDIDATES if candidate is None else (candidate,))}
    if len(numbers) == 1:
        members = {name: member.set_params(monotone_constraints=(1,)) for name, member in members.items()}
    folds = RiskClassifier(list(members.items()), cv_folds=FOLDS, gap_days=HORIZON / DAY).folds(evidence)
    seen = out_of_fold(members, evidence, folds, jobs=config.n_jobs)
    losses = {
        name: float(log_loss(truth[seen.rows], sigmoid(scores), sample_weight=counts[seen.rows]))
        for name, scores in seen.scores.items()
    }
    best = min(members, key=lambda name: losses[name])
    classifier = RiskClassifier(
        [(best, members[best])],
        [f"{best}_log_odds"],
        cv_folds=FOLDS,
        gap_days=HORIZON / DAY,
        random_state=config.random_state,
        n_jobs=config.n_jobs,
    )
    with one_thread():
        log_odds = logit(classifier.combine(seen, evidence.outcome))
        later = is_touched[seen.rows]
        largest, count, intercept = _combined(_changes(rows.iloc[seen.rows[later]], log_odds[later]), config)
    fitted, seconds = fitted_members({best: members[best]}, evidence, jobs=config.n_jobs)[best]
    classifier.with_fitted({best: fitted})
    return FittedBugs(
        best,
        Pipeline([("columns", columns), ("model", classifier)]),
        largest,
        count,
        intercept,
        losses,
        seen.seconds[best] + seconds,
    )


def _learned(histories: Sequence[BugRows], until: int | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows whose outcome was known at a moment, in time order."""
    monthly, touched = (
        joined(frames).sort_values(["time", "repository", "moment", "path"], kind="stable", ignore_index=True)
        for frames in (
            [history.monthly[history.monthly["weight"] > 0] for history in histories],
            [history.touched for history in histories],
        )
    )
    if until is not None:
        monthly, touched = (rows[rows["time"] + HORIZON <= until].reset_index(drop=True) for rows in (monthly, touched))
    return monthly, touched


def held_out_since(histories: Sequence[BugRows]) -> int:
    """Return the moment (Unix seconds) after which a fifth of the monthly rows lie."""
    monthly, _ = _learned(histories, None)
    if monthly.empty:
        raise TrainingError("bug predictor: no files and months to learn from; a longer history is needed")
    return int(monthly["time"].quantile(1 - HELD_OUT))


def repository_weights(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Return the rows' weights, the same total for every repository, 1 on average."""
    weights = rows["weight"].to_numpy(dtype=np.float64)
    totals = rows.groupby("repository")["weight"].transform("sum").to_numpy(dtype=np.float64)
    shares = weights / totals
    return np.asarray(shares * (len(rows) / shares.sum()))


def _changes(touched: pd.DataFrame, log_odds: Numbers) -> pd.DataFrame:
    grouped = touched.assign(log_odds=log_odds).groupby(["repository", "moment"], sort=True)
    return pd.DataFrame(
        {
            "time": grouped["time"].first(),
            "fixed": grouped["fixed"].max(),
            "largest": grouped["log_odds"].max(),
            "files": grouped["log_odds"].size(),
        }
    ).reset_index()


def change_log_odds(predictor: FittedBugs | BugModel, touched: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each change of touched rows: ``fixed`` if any of its files was, and the ``log_odds`` of that."""
    changes = _changes(touched, file_log_odds(predictor, touched))
    combined = predictor.largest * changes["largest"] + predictor.count * np.log(changes["files"]) + predictor.intercept
    return changes.assign(log_odds=combined)


def file_log_odds(predictor: FittedBugs | BugModel, rows: pd.DataFrame) -> Numbers:
    """Return the log-odds of a fix within thirty days, one for each row of file numbers."""
    if isinstance(predictor, FittedBugs):
        return predictor.file_log_odds(rows)
    numbers = rows[list(FILE_NUMBERS)].to_numpy(dtype=np.float64).tolist()
    return np.array([predictor.file_log_odds(row) for row in numbers], dtype=np.float64)


def _combined(changes: pd.DataFrame, config: MLConfig) -> tuple[float, float, float]:
    """Return the weights of the riskiest file and of the number of files, and the intercept."""
    weights = repository_weights(changes.assign(weight=1.0))
    if changes["fixed"].nunique() < 2:
        return 1.0, 0.0, 0.0
    columns = np.column_stack([changes["largest"], np.log(changes["files"])])
    model = LogisticRegression(C=1e6, max_iter=1_000, random_state=config.random_state)
    model.fit(columns, changes["fixed"].to_numpy(), sample_weight=weights)
    largest, count = (float(value) for value in model.coef_[0])
    # a combination must not turn the ranking round
    return (largest, count, float(model.intercept_[0])) if largest > 0 else (1.0, 0.0, 0.0)


def bug_part(bugs: FittedBugs | BugModel | None) -> Part | None:
    """Return the part of a bundle for a bug predictor: a fitted one, or one that is kept from another bundle."""
    if bugs is None:
        return None
    if isinstance(bugs, BugModel):
        own, base = bugs.member.trees, bugs.member.base
        trees = serialise(own.roots, own.features, own.thresholds, own.left)
        names = [FILE_NUMBERS[column] for column in bugs.columns]
        slope, shift = bugs.slope, bugs.shift
    else:
        classifier = bugs.model["model"]
        [(_, estimator)] = classifier.fitted_
        grown, base = boosted_trees(estimator.get_booster())
        trees, names = flat(grown), list(bugs.model["columns"].names)
        slope, shift = classifier.slope_, classifier.shift_
    change = {"largest": bugs.largest, "count": bugs.count, "intercept": bugs.intercept}
    return Part(
        {
            "past_version": PAST_VERSION,
            "numbers": names,
            "trees": BUG_TREES,
            "base": base,
            "slope": slope,
            "shift": shift,
            "change": change,
        },
        {BUG_TREES: trees},
    )
