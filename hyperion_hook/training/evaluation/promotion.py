"""Whether new models are better than those in use, on changes that neither has learned from.

The new models are those that could have been fitted before these changes. The ones in use may have been trained on this
very repository: then only changes count that came after all they learned from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hyperion_hook.domain.history import DAY
from hyperion_hook.domain.phrases import day
from hyperion_hook.domain.progress import Progress
from hyperion_hook.errors import GitError, TooLittleHistoryError
from hyperion_hook.git.repository import Repository
from hyperion_hook.scoring.bundle import Bundle
from hyperion_hook.training.evaluation.card_figures import Predictor, risk_of
from hyperion_hook.training.evaluation.evaluate import TRACED, other_outcomes
from hyperion_hook.training.evaluation.past_models import LEAST_TEST_BUGS, PastModels, fit_past
from hyperion_hook.training.export.bundle_classifier import BundleClassifier
from hyperion_hook.training.formulas import Numbers
from hyperion_hook.training.metrics.metrics import calibration_error, roc_auc
from hyperion_hook.training.metrics.resampling import Interval, Ranking, bootstrap, interval_of
from hyperion_hook.training.models.recipes import RECIPES
from hyperion_hook.training.rows.dataset import FEATURES, with_masked_messages
from hyperion_hook.training.rows.options import RetrainOptions
from hyperion_hook.training.rows.time_split import UNSEEN_DAYS

_DRAWS = 1_000
_SORTED_DRAWS = 200
"""Calibration is sorted anew for every draw, and takes longer."""
_NEW, _USED = "new", "in use"


@dataclass(frozen=True)
class InUse:
    """The models in use; ``label`` is what people call them."""

    bundle: Bundle
    label: str

    def predict_proba(self, X: pd.DataFrame) -> Numbers:
        """Return the probabilities that ``score`` would give each row; shape ``(n_rows, 2)``."""
        return BundleClassifier(self.bundle).predict_proba(X)


@dataclass(frozen=True)
class Comparison:
    """New models beside those in use: ROC-AUC on the same changes, the difference paired.

    ``unwritten`` is the difference before the message is written, as a hook sees a change; ``also`` are those on other
    outcomes of which there were enough, by what became of the changes; ``calibration`` is by how much the calibration
    error is smaller.
    """

    since: int
    changes: int
    buggy: int
    new: float
    used: float
    gain: Interval
    unwritten: Interval
    also: Mapping[str, Interval]
    calibration: Interval

    @property
    def is_better(self) -> bool:
        """Whether the new models rank some outcome better, beyond chance."""
        return any(gain.low > 0 for gain in (self.gain, *self.also.values()))

    @property
    def worse(self) -> list[str]:
        """In what the new models are worse beyond chance."""
        gains = {f"on changes that {TRACED}": self.gain}
        gains |= {f"on changes that {what}": gain for what, gain in self.also.items()}
        return [what for what, gain in (gains | {"in calibration": self.calibration}).items() if gain.high < 0]


@dataclass(frozen=True)
class Decision:
    """Whether to promote, and why in words; ``comparison`` is ``None`` where none was possible."""

    promote: bool
    text: str
    comparison: Comparison | None = None


def decide(
    rows: pd.DataFrame,
    past: PastModels,
    recipe: str,
    in_use: InUse,
    repository: Repository,
    options: RetrainOptions,
    others: pd.DataFrame | None = None,
    progress: Progress | None = None,
) -> Decision:
    """Return whether new models are to be promoted: if better on any outcome, beyond chance, and worse on none.

    ``rows`` are all rows of the repository in time order; ``past`` are models fitted on what was known at an earlier
    moment.
    """
    seen = learned_until(in_use.bundle, repository)
    if seen is not None and seen > past.split.cut:
        try:
            past = fit_past(
                rows,
                options,
                not_before=seen,
                others=others,
                others_whole=True,
                recipes=[RECIPES[recipe]],
                progress=progress,
            )
        except TooLittleHistoryError as error:
            learned = f"{in_use.label} learned from this history up to {day(seen)}, so only later changes can tell"
            return Decision(False, f"not promoted: {learned}, and {error.cause}")
    result = compare(past.models[recipe], in_use, past.split.test, since=past.split.cut, seed=options.seed)
    return Decision(result.is_better and not result.worse, _in_words(result, in_use.label), result)


def compare(new: Predictor, in_use: Predictor, test: pd.DataFrame, *, since: int, seed: int) -> Comparison:
    """Return how two models rank the same changes, with paired bootstrap intervals of the difference."""
    truth = test["buggy"].to_numpy(dtype=np.float64)
    unwritten = test.assign(**with_masked_messages(test[list(FEATURES)], 1.0, seed))
    predictions, early = ({_NEW: risk_of(new, rows), _USED: risk_of(in_use, rows)} for rows in (test, unwritten))

    def gain(outcome: Numbers, scores: Mapping[str, Numbers]) -> Interval:
        return bootstrap(Ranking.roc_auc, outcome, scores, against=_USED, draws=_DRAWS, seed=seed)[_NEW]

    return Comparison(
        since,
        len(test),
        int(truth.sum()),
        roc_auc(truth, predictions[_NEW]),
        roc_auc(truth, predictions[_USED]),
        gain(truth, predictions),
        gain(truth, early),
        {what: gain(outcome, predictions) for what, outcome in other_outcomes(test, LEAST_TEST_BUGS).items()},
        _calibration_gain(truth, predictions, seed),
    )


def _calibration_gain(truth: Numbers, predictions: Mapping[str, Numbers], seed: int) -> Interval:
    """Return by how much the calibration error of the new models is smaller."""
    random = np.random.default_rng(seed)
    draws = [np.arange(len(truth)), *(random.integers(0, len(truth), len(truth)) for _ in range(_SORTED_DRAWS))]
    errors = {
        name: np.array([calibration_error(truth[rows], score[rows]) for rows in draws])
        for name, score in predictions.items()
    }
    return interval_of(errors[_USED] - errors[_NEW])


def learned_until(bundle: Bundle, repository: Repository) -> int | None:
    """Return up to when a bundle has learned from a repository, in Unix seconds; ``None`` if not at all.

    The bundle's card names the newest commit it read of each repository: who has that commit is that repository.
    """
    moments = []
    for entry in bundle.card.get("repositories", ()):
        head = entry.get("head") if isinstance(entry, dict) and not entry.get("left out of training") else None
        if not isinstance(head, str):
            continue
        try:
            newest = repository.git.run("rev-list", "--max-count=1", "--timestamp", repository.resolve(head))
        except GitError:
            continue
        moments.append(int(newest.split()[0]) - UNSEEN_DAYS * DAY)
    return max(moments, default=None)


def _in_words(result: Comparison, label: str) -> str:
    figures = (
        f"ROC-AUC {result.new:.3f} against {result.used:.3f} of {label} on {result.changes:,} changes after"
        f" {day(result.since)}, {result.buggy:,} of which introduced a bug, that neither learned from; difference"
        f" {_signed(result.gain)}, before the message is written {_signed(result.unwritten)}"
    )
    figures += "".join(f"; on changes that {what} {_signed(gain)}" for what, gain in result.also.items())
    figures += f"; calibration error {_signed(result.calibration)} smaller"
    if result.worse:
        return f"not promoted, since it is worse {' and '.join(result.worse)}: {figures}"
    if not result.is_better:
        return f"not promoted, since it is not better beyond chance: {figures}"
    return f"promoted: {figures}"


def _signed(interval: Interval) -> str:
    return f"{interval.value:+.3f} (95 % interval {interval.low:+.3f} to {interval.high:+.3f})"
