"""How well the bug predictor ranks files it has not seen the future of, beside "bugs so far" and "recent churn".

Whole months of repositories are ranked, every source file of each. A figure is the mean over months, then over
repositories; its interval comes from drawing months anew within each repository.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.scoring.bugs import BugModel
from hyperion_hook.training.bugs.dataset import BugRows, joined
from hyperion_hook.training.bugs.fit import (
    CANDIDATES,
    DEFAULTS,
    FittedBugs,
    change_log_odds,
    file_log_odds,
    fit_bug_predictor,
    held_out_since,
)
from hyperion_hook.training.formulas import Numbers, sigmoid
from hyperion_hook.training.metrics.figures import class_figures
from hyperion_hook.training.metrics.metrics import calibration_error, roc_auc
from hyperion_hook.training.metrics.resampling import Interval

BUGS_SO_FAR, RECENT_CHURN = "bugs so far", "recent churn"
BASELINES: Mapping[str, Callable[[pd.DataFrame], Numbers]] = {
    BUGS_SO_FAR: lambda rows: rows["fixes"].to_numpy(dtype=np.float64),
    RECENT_CHURN: lambda rows: rows["lines_90"].fillna(0.0).to_numpy(dtype=np.float64),
}
TOP = 20
_DRAWS = 500


@dataclass(frozen=True, slots=True)
class RankedFiles:
    """Figures of one contender: ROC-AUC, and the share of the first twenty files that were fixed in thirty days."""

    name: str
    roc_auc: Interval
    precision_in_top: Interval


@dataclass(frozen=True, slots=True)
class BugEvaluation:
    """What came of one test; ``leads`` are differences of the shipped candidate from each baseline.

    ``cross_validation`` holds the log-loss of each candidate. ``changes`` are the changes whose forecast was compared
    with what happened, ``calibration_error`` is theirs, and ``expected`` and ``happened`` are the mean forecast and the
    share that came true. ``classes`` are accuracy, precision, recall and F1 where a probability of 0.5 counts as fixed.
    """

    name: str
    candidate: str
    repositories: tuple[str, ...]
    months: int
    contenders: tuple[RankedFiles, ...]
    leads: tuple[RankedFiles, ...]
    changes: int
    change_roc_auc: float
    calibration_error: float
    expected: float
    happened: float
    cross_validation: Mapping[str, float] = field(default_factory=dict)
    classes: Mapping[str, float] = field(default_factory=dict)


def evaluate_bugs(
    name: str,
    histories: Sequence[BugRows],
    models: Mapping[str, FittedBugs | BugModel],
    shipped: str,
    *,
    since: int,
    against: Sequence[str] = (),
    seed: int = 42,
) -> BugEvaluation | None:
    """Compare models with the baselines on months and changes after ``since`` (Unix seconds), which they did not learn.

    ``None`` where no whole month with a fixed file lies after it; whole months of the histories are ranked. The lead
    and the forecast of changes are those of the candidate ``shipped``; ``against`` are other models over which it may
    lead.
    """
    monthly = joined(history.monthly[history.monthly["whole"].astype(bool)] for history in histories)
    monthly, touched = (
        rows[rows["time"] > since].reset_index(drop=True)
        for rows in (monthly, joined(history.touched for history in histories))
    )
    if monthly.empty or not monthly["fixed"].any():
        return None
    scores = {label: file_log_odds(model, monthly) for label, model in models.items()}
    scores |= {label: score(monthly) for label, score in BASELINES.items()}
    figures = {label: _by_month(monthly, values) for label, values in scores.items()}
    random = np.random.default_rng(seed)
    draws = [_draw(figures[shipped], random) for _ in range(_DRAWS)]
    forecast = change_log_odds(models[shipped], touched) if len(touched) else None
    chance = sigmoid(forecast["log_odds"].to_numpy()) if forecast is not None else np.zeros(0)
    truth = forecast["fixed"].to_numpy(dtype=np.float64) if forecast is not None else np.zeros(0)
    return BugEvaluation(
        name,
        shipped,
        tuple(sorted(monthly["repository"].unique())),
        len(figures[shipped]),
        tuple(_ranked(label, table, None, draws) for label, table in figures.items()),
        tuple(_ranked(label, figures[shipped], figures[label], draws) for label in (*against, *BASELINES)),
        len(chance),
        roc_auc(truth, chance),
        calibration_error(truth, chance),
        float(chance.mean()) if len(chance) else math.nan,
        float(truth.mean()) if len(truth) else math.nan,
        classes=class_figures(monthly["fixed"].to_numpy(dtype=np.float64), (scores[shipped] >= 0.0).astype(np.float64)),
    )


def evaluate_by_time(
    histories: Sequence[BugRows], *, config: MLConfig | None = None
) -> tuple[str, BugEvaluation | None]:
    """Return the candidate chosen in the first 80 % of the time, and how all of them do in the rest."""
    config = config or DEFAULTS
    since = held_out_since(histories)
    chosen = fit_bug_predictor(histories, until=since, config=config)
    models = {
        name: chosen
        if name == chosen.candidate
        else fit_bug_predictor(histories, candidate=name, until=since, config=config)
        for name in CANDIDATES
    }
    name = "the last fifth of the time, of the same repositories"
    result = evaluate_bugs(name, histories, models, chosen.candidate, since=since, seed=config.random_state)
    return chosen.candidate, None if result is None else replace(result, cross_validation=chosen.cross_validation)


def _by_month(rows: pd.DataFrame, scores: Numbers) -> pd.DataFrame:
    """Return ``auc`` (NaN where all or no files were fixed) and ``top`` for each repository and month."""
    table = []
    for (repository, month), indices in sorted(rows.groupby(["repository", "moment"]).indices.items()):
        truth, score = rows["fixed"].to_numpy()[indices], scores[indices]
        top = np.argsort(-score, kind="stable")[:TOP]
        table.append((repository, month, roc_auc(truth, score), float(truth[top].mean())))
    return pd.DataFrame(table, columns=["repository", "moment", "auc", "top"])


def _draw(table: pd.DataFrame, random: np.random.Generator) -> Numbers:
    """Return how often each month counts when the months of every repository are drawn anew."""
    weights = np.zeros(len(table))
    for months in table.groupby("repository").indices.values():
        weights += np.bincount(random.choice(months, len(months)), minlength=len(table))
    return weights


def _ranked(name: str, table: pd.DataFrame, base: pd.DataFrame | None, draws: Sequence[Numbers]) -> RankedFiles:
    figures = []
    for column in ("auc", "top"):
        values = table[column].to_numpy() - (0.0 if base is None else base[column].to_numpy())
        whole = _mean_of_means(table, values, np.ones(len(table)))
        low, high = np.nanquantile([_mean_of_means(table, values, weights) for weights in draws], [0.025, 0.975])
        figures.append(Interval(whole, float(low), float(high)))
    return RankedFiles(name, *figures)


def _mean_of_means(table: pd.DataFrame, values: Numbers, weights: Numbers) -> float:
    means = []
    for months in table.groupby("repository").indices.values():
        known = months[np.isfinite(values[months])]
        if weights[known].sum():
            means.append(float(np.average(values[known], weights=weights[known])))
    return float(np.mean(means)) if means else math.nan
