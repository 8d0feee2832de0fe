"""Models and baselines on the same future rows, in the same run, and what became of the rows besides traced bugs.

Everything is measured on rows that are younger than all that was learned, or from repositories that were left out.
Recipes are measured twice, with the message and without it, because a staged change has none yet.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hyperion_hook.domain.assessment import ALERT_HIGH
from hyperion_hook.training.evaluation.card_figures import Predictor, risk_of
from hyperion_hook.training.formulas import Numbers, sigmoid
from hyperion_hook.training.labels.label import Outcome
from hyperion_hook.training.metrics.figures import effort_figures, probability_figures, ranking_figures
from hyperion_hook.training.metrics.metrics import roc_auc
from hyperion_hook.training.metrics.resampling import Interval, Ranking, bootstrap
from hyperion_hook.training.models.baselines import KAMEI, baseline_scores
from hyperion_hook.training.rows.dataset import FEATURES, OUTCOMES, with_masked_messages

TRACED = "introduced a bug"
NAMED = "a fix names as its cause"
REVERTED = "a later one takes back by name"
_OTHERS = {NAMED: OUTCOMES[Outcome.NAMED][0], REVERTED: OUTCOMES[Outcome.REVERTED][0]}


def other_outcomes(rows: pd.DataFrame, least: int) -> dict[str, Numbers]:
    """Return 0 or 1 a row for each other outcome that occurred at least so often, by what became of the changes."""
    results = {what: rows[column].to_numpy(dtype=np.float64) for what, column in _OTHERS.items() if column in rows}
    return {what: outcome for what, outcome in results.items() if outcome.sum() >= least}


REFERENCE = "la"
"""The baseline that every gain is measured against."""

WITHOUT_MESSAGE = ", before the message"
_DRAWS = 200


@dataclass(frozen=True, slots=True)
class Contender:
    """How one model did; calibration figures are ``None`` where its score is no probability.

    ``figures`` are single numbers by name; ``by_repository`` is the ROC-AUC within each repository.
    """

    name: str
    roc_auc: Interval
    pr_auc: Interval
    gain: Interval | None
    figures: Mapping[str, float]
    by_repository: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One comparison: on which rows, and every contender's figures; ``cut`` is the moment of training, if any."""

    name: str
    cut: int | None
    train_rows: int
    rows: int
    buggy: int
    contenders: tuple[Contender, ...]

    def contender(self, name: str) -> Contender:
        """Return the contender of this name."""
        return next(contender for contender in self.contenders if contender.name == name)


def evaluate(
    name: str,
    train: pd.DataFrame,
    test: pd.DataFrame,
    models: Mapping[str, Predictor],
    *,
    cut: int | None = None,
    alert_rate: float = ALERT_HIGH,
    seed: int = 42,
) -> Evaluation:
    """Compare models with the baselines on rows they have not seen.

    The baselines that learn do so from ``train``, the rows that the models were fitted on, with columns as in
    ``dataset``. Both classes must be among the ``test`` rows for figures other than NaN. ``cut`` is the moment of
    training (Unix seconds), ``None`` where other repositories were left out; ``alert_rate`` is the share of changes
    that may be flagged, 0..1.
    """
    truth = test["buggy"].to_numpy(dtype=np.float64)
    scores, probabilities = scored(train, test, models, seed=seed)
    areas = bootstrap(Ranking.roc_auc, truth, scores, draws=_DRAWS, seed=seed)
    precisions = bootstrap(Ranking.pr_auc, truth, scores, draws=_DRAWS, seed=seed)
    gains = bootstrap(Ranking.roc_auc, truth, scores, against=REFERENCE, draws=_DRAWS, seed=seed)
    contenders = tuple(
        Contender(
            model,
            areas[model],
            precisions[model],
            gains.get(model),
            _figures(test, truth, score, alert_rate) | probability_figures(truth, probabilities.get(model)),
            _within(test, truth, score),
        )
        for model, score in scores.items()
    )
    return Evaluation(name, cut, len(train), len(test), int(truth.sum()), contenders)


def scored(
    train: pd.DataFrame, test: pd.DataFrame, models: Mapping[str, Predictor], *, seed: int
) -> tuple[dict[str, Numbers], dict[str, Numbers]]:
    """Return the scores that models, with and without the message, and baselines give rows; and those that are chances.

    Parameters are those of ``evaluate``.
    """
    unwritten = with_masked_messages(test[list(FEATURES)], 1.0, seed)
    probabilities = {name: risk_of(model, test) for name, model in models.items()}
    probabilities |= {name + WITHOUT_MESSAGE: risk_of(model, unwritten) for name, model in models.items()}
    baselines = baseline_scores(train, train["buggy"].tolist(), test, seed=seed)
    scores = probabilities | baselines
    if KAMEI in baselines:
        probabilities[KAMEI] = sigmoid(baselines[KAMEI])
    return scores, probabilities


def _figures(test: pd.DataFrame, truth: Numbers, score: Numbers, alert_rate: float) -> dict[str, float]:
    areas = [area for area in _within(test, truth, score).values() if not math.isnan(area)]
    # labels are traced through source files only, so knowing that a change has none is half the ranking
    source = test["source_files"].to_numpy(dtype=np.float64) > 0
    return {
        # pooling repositories also rewards knowing which one has more bugs
        "roc_auc_within_repositories": sum(areas) / len(areas) if areas else math.nan,
        "roc_auc_of_source_changes": roc_auc(truth[source], score[source]),
        **ranking_figures(truth, score, changed_lines(test)),
        **effort_figures(truth, score, changed_lines(test), alert_rate),
    }


def changed_lines(test: pd.DataFrame) -> Numbers:
    """Return how many lines each change adds and deletes."""
    return np.asarray(np.nansum(test[["la", "ld"]].to_numpy(dtype=np.float64), axis=1))


def _within(test: pd.DataFrame, truth: Numbers, score: Numbers) -> dict[str, float]:
    repository = test["repository"].to_numpy()
    return {
        name: roc_auc(truth[repository == name], score[repository == name]) for name in sorted(set(repository.tolist()))
    }
