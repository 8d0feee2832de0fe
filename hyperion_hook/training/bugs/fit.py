"""Fitting the bug predictor, in time order.

The specification's XGBoost and gentler ones are compared by time-series cross-validation inside the first 80 % of the
time; the last 20 % is held out, and only reports. Every repository weighs the same, however many files it has. The
probability of a whole change is no product over its files, which are fixed together: it is learned from changes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from xgboost import XGBClassifier

from hyperion_hook.config.hyperparameters import BugPredictorParameters
from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.errors import TrainingError
from hyperion_hook.features.history.file_forecast import FILE_NUMBERS
from hyperion_hook.training.bugs.dataset import HORIZON, BugRows
from hyperion_hook.training.models.estimators import FittedTrees, Numbers, as_matrix

SPECIFIED = "specification"
DEFAULTS = MLConfig()
_SHARED = ("random_state", "eval_metric")
CANDIDATES: dict[str, dict[str, Any]] = {
    SPECIFIED: {name: value for name, value in DEFAULTS.bug_predictor.items() if name not in _SHARED},
    "gentle": {"n_estimators": 200, "max_depth": 4, "learning_rate": 0.06, "min_child_weight": 10},
    "slow": {
        "n_estimators": 300, "max_depth": 5, "learning_rate": 0.04, "min_child_weight": 20, "subsample": 0.7,
        "colsample_bytree": 0.5,
    },
}
"""Parameters of XGBoost by name."""
HELD_OUT = DEFAULTS.bug_predictor.test_share
FOLDS = 3
LEAST_FIXED = 100
TOUCHED_WEIGHT = 0.5
"""Weight of all touched rows against all monthly ones."""


@dataclass(frozen=True, slots=True)
class BugFitConfig:
    """Seed, processor cores, and parameters that take the place of the specification's."""

    seed: int = DEFAULTS.random_state
    jobs: int = DEFAULTS.n_jobs
    specified: BugPredictorParameters | None = None

    def parameters(self, candidate: str) -> dict[str, Any]:
        """Return what XGBoost is fitted with."""
        specified = self.specified or DEFAULTS.bug_predictor
        own = dict(specified) if candidate == SPECIFIED and self.specified else CANDIDATES[candidate]
        return {"eval_metric": specified.eval_metric, "random_state": self.seed, "n_jobs": self.jobs} | own


@dataclass(frozen=True)
class FittedBugs:
    """A fitted bug predictor.

    A file's log-odds are ``slope * trees + shift``; a change's are ``largest * (log-odds of its riskiest file)
    + count * log(number of files) + intercept``.
    """

    candidate: str
    trees: FittedTrees
    slope: float
    shift: float
    largest: float
    count: float
    intercept: float
    cross_validation: dict[str, float]

    def file_log_odds(self, rows: pd.DataFrame) -> Numbers:
        """Return the log-odds of a fix within thirty days, one for each row of file numbers."""
        return np.asarray(self.slope * self.trees.log_odds(as_matrix(rows[list(FILE_NUMBERS)])) + self.shift)

    def change_log_odds(self, touched: pd.DataFrame) -> pd.DataFrame:
        """Return ``fixed`` (whether any of its files was) and ``log_odds`` of each change of touched rows."""
        return with_change_log_odds(touched, self.file_log_odds(touched), self.largest, self.count, self.intercept)


def fit_bug_predictor(histories: Sequence[BugRows], *, candidate: str | None = None, until: int | None = None,
                      config: BugFitConfig | None = None) -> FittedBugs:
    """Fit the bug predictor on the rows of some repositories.

    Parameters
    ----------
    histories
        Rows of at least one repository.
    candidate
        A name of ``CANDIDATES``; by default the one with the smallest log-loss in time-series cross-validation.
    until
        Unix seconds; only what had happened by then is learned. Everything by default.
    config
        Seed, cores.

    Raises
    ------
    TrainingError
        With fewer than a hundred rows of files that were fixed, or of files that were not.
    """
    config = config or BugFitConfig()
    monthly, touched = _learned(histories, until)
    fixed = int(monthly["fixed"].sum())
    if min(fixed, len(monthly) - fixed) < LEAST_FIXED or touched["fixed"].nunique() < 2:
        raise TrainingError(
            f"bug predictor: {len(monthly)} files and months with {fixed} fixes; at least {LEAST_FIXED} with and "
            "without a fix within thirty days are needed"
        )
    names = list(CANDIDATES) if candidate is None else [candidate]
    validated = {name: _cross_validated(monthly, touched, name, config) for name in names}
    losses = {name: found.loss for name, found in validated.items()}
    best = min(names, key=lambda name: losses[name])
    slope, shift = validated[best].calibration
    trees = _fit(monthly, touched, best, config)
    changes = _changes(validated[best].touched, slope * validated[best].log_odds + shift)
    largest, count, intercept = _combined(changes, config)
    return FittedBugs(best, trees, slope, shift, largest, count, intercept, losses)


def _learned(histories: Sequence[BugRows], until: int | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows whose outcome was known at a moment, in time order."""
    monthly = _stacked([history.monthly[history.monthly["weight"] > 0] for history in histories])
    touched = _stacked([history.touched for history in histories])
    if until is not None:
        monthly = monthly[monthly["time"] + HORIZON <= until].reset_index(drop=True)
        touched = touched[touched["time"] + HORIZON <= until].reset_index(drop=True)
    return monthly, touched


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    held = [frame for frame in frames if len(frame)]
    if not held:
        return frames[0] if frames else pd.DataFrame(columns=["repository", "time", "fixed", "weight"])
    order = ["time", "repository", "moment", "path"]
    return pd.concat(held, ignore_index=True).sort_values(order, kind="stable", ignore_index=True)


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


def _weights(monthly: pd.DataFrame, touched: pd.DataFrame) -> NDArray[np.float64]:
    if not len(touched):
        return repository_weights(monthly)
    part = TOUCHED_WEIGHT * len(monthly) / len(touched)
    return np.concatenate([repository_weights(monthly), repository_weights(touched) * part])


def _fit(monthly: pd.DataFrame, touched: pd.DataFrame, candidate: str, config: BugFitConfig) -> FittedTrees:
    rows = pd.concat([monthly, touched], ignore_index=True) if len(touched) else monthly
    weights = _weights(monthly, touched)
    booster = XGBClassifier(**config.parameters(candidate))
    matrix = as_matrix(rows[list(FILE_NUMBERS)])
    return FittedTrees("bugs", booster.fit(matrix, rows["fixed"].to_numpy(), sample_weight=weights))


@dataclass(frozen=True)
class _Validated:
    """What came of cross-validation: loss, calibration, and the touched rows with log-odds no model had learned."""

    loss: float
    calibration: tuple[float, float]
    touched: pd.DataFrame
    log_odds: Numbers


def _cross_validated(monthly: pd.DataFrame, touched: pd.DataFrame, candidate: str, config: BugFitConfig) -> _Validated:
    later: list[pd.DataFrame] = []
    touched_later: list[pd.DataFrame] = []
    said: list[Numbers] = []
    touched_said: list[Numbers] = []
    for start, end in _folds(monthly):
        past, past_touched = (rows[rows["time"] + HORIZON <= start] for rows in (monthly, touched))
        if past["fixed"].nunique() < 2:
            continue
        trees = _fit(past, past_touched, candidate, config)
        for rows, kept, log_odds in ((monthly, later, said), (touched, touched_later, touched_said)):
            inside = rows[(rows["time"] > start) & (rows["time"] <= end)]
            if len(inside):
                kept.append(inside)
                log_odds.append(trees.log_odds(as_matrix(inside[list(FILE_NUMBERS)])))
    if not later or not touched_later:
        raise TrainingError("bug predictor: fixes in too few stretches of time for time-series cross-validation")
    every = pd.concat([*later, *touched_later], ignore_index=True)
    log_odds_ = np.concatenate([*said, *touched_said])
    part = sum(len(rows) for rows in later)
    weights = _weights(every[:part], every[part:])
    loss = _log_loss(every["fixed"].to_numpy(), log_odds_, weights)
    platt = _logistic(log_odds_[:, None], every["fixed"].to_numpy(), weights, config)
    slope, shift = (float(platt.coef_[0, 0]), float(platt.intercept_[0]))
    # a calibration must not turn the ranking round
    return _Validated(
        loss, (slope, shift) if slope > 0 else (1.0, 0.0), every[part:].reset_index(drop=True), log_odds_[part:]
    )


def _folds(monthly: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """Yield (start, end] of stretches of time with equally many rows each, all but the first."""
    edges = [int(monthly["time"].quantile(part / (FOLDS + 1))) for part in range(1, FOLDS + 2)]
    yield from itertools.pairwise(edges)


def _changes(touched: pd.DataFrame, log_odds: Numbers) -> pd.DataFrame:
    grouped = touched.assign(log_odds=log_odds).groupby(["repository", "moment"], sort=True)
    return pd.DataFrame({
        "time": grouped["time"].first(), "fixed": grouped["fixed"].max(), "largest": grouped["log_odds"].max(),
        "files": grouped["log_odds"].size(),
    }).reset_index()


def with_change_log_odds(
    touched: pd.DataFrame, log_odds: Numbers, largest: float, count: float, intercept: float
) -> pd.DataFrame:
    """Return one row for each change of touched rows, with the log-odds that any of its files is fixed."""
    changes = _changes(touched, log_odds)
    combined = largest * changes["largest"] + count * np.log(changes["files"]) + intercept
    return changes.assign(log_odds=combined)


def _combined(changes: pd.DataFrame, config: BugFitConfig) -> tuple[float, float, float]:
    """Return the weights of the riskiest file and of the number of files, and the intercept."""
    weights = repository_weights(changes.assign(weight=1.0))
    if changes["fixed"].nunique() < 2:
        return 1.0, 0.0, 0.0
    columns = np.column_stack([changes["largest"], np.log(changes["files"])])
    model = _logistic(columns, changes["fixed"].to_numpy(), weights, config)
    largest, count = (float(value) for value in model.coef_[0])
    return (largest, count, float(model.intercept_[0])) if largest > 0 else (1.0, 0.0, 0.0)


def _logistic(columns: Numbers, truth: Any, weights: Numbers, config: BugFitConfig) -> LogisticRegression:
    model = LogisticRegression(C=1e6, max_iter=1_000, random_state=config.seed)
    return model.fit(columns, truth, sample_weight=weights)


def _log_loss(truth: Any, log_odds: Numbers, weights: Numbers) -> float:
    losses = np.logaddexp(0.0, np.where(truth == 1, -log_odds, log_odds))
    return float(np.average(losses, weights=weights))


def probability(log_odds: Numbers) -> Numbers:
    """Return probabilities.

    Examples
    --------
    >>> probability(np.array([0.0])).tolist()
    [0.5]
    """
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(log_odds))))
