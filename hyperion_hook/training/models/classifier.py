"""The risk model: members, a logistic meta-learner on what they say, a calibration and a threshold.

It is fitted by one call, whoever calls: ``retrain``, ``TrainingPipeline`` or a notebook. No row is judged by a model
that saw it or a later one, or a label that was found later: members speak of rows out of fold, in time order with a
gap; from that alone come meta-learner, calibration and threshold. Then the members are fitted on all rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from hyperion_hook.domain.progress import Progress, no_progress
from hyperion_hook.errors import TrainingError
from hyperion_hook.scoring.risk import split_column
from hyperion_hook.training.formulas import Numbers, sigmoid
from hyperion_hook.training.metrics.performance import best_threshold, fold_figures
from hyperion_hook.training.models.calibration import platt_calibration, taught_and_calibrated
from hyperion_hook.training.models.cross_validation import StratifiedFolds, TimeFolds
from hyperion_hook.training.models.fit_members import (
    Evidence,
    Fold,
    Outcome,
    OutOfFold,
    fitted_members,
    member_log_odds,
    one_thread,
    out_of_fold,
)


class RiskClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Members, a linear combination of what they say, a calibration, and a threshold chosen in training.

    Fitted, it has the shape of ``scoring.risk.RiskModel``, over numbers.

    Parameters
    ----------
    members
        Pairs of name and estimator of the classes 0 and 1.
    columns
        What is combined: ``<member>_log_odds``, ``_prediction`` or ``_confidence``.
    meta_learner
        A logistic regression that combines the columns; ``None`` with a single column of log-odds, which then stands.
    cv_folds, gap_days, in_time_order
        The folds: ``TimeFolds``, or stratified ones. In time order the newest fold calibrates, the others teach the
        meta-learner; where it has fewer than ten rows of either class, and without an order, all rows do both.
    labels
        The caller's values for 0 and 1.
    random_state, n_jobs
        Seed, and fits beside each other.

    Attributes
    ----------
    fitted_
        Pairs of name and fitted member.
    meta_learner_
        The fitted logistic regression, or ``None``.
    slope_, shift_
        Of the calibration (Platt), on combined log-odds.
    threshold_
        Probability from which on ``predict`` says the second label: the highest F1 out of fold.
    cross_validation_
        Figures of each fold by name.
    classes_
        As scikit-learn has it.
    """

    def __init__(  # noqa: PLR0913 - the settings of an estimator
        self,
        members: Sequence[tuple[str, Any]] = (),
        columns: Sequence[str] = (),
        meta_learner: LogisticRegression | None = None,
        *,
        cv_folds: int = 5,
        gap_days: float = 0.0,
        in_time_order: bool = True,
        labels: Sequence[Any] = (0, 1),
        random_state: int = 42,
        n_jobs: int = 1,
    ) -> None:
        self.members = members
        self.columns = columns
        self.meta_learner = meta_learner
        self.cv_folds = cv_folds
        self.gap_days = gap_days
        self.in_time_order = in_time_order
        self.labels = labels
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(
        self,
        X: Any,
        y: Any,
        *,
        sample_weight: Any = None,
        time: Any = None,
        known_at: Any = None,
        own: Mapping[str, Outcome] | None = None,
    ) -> RiskClassifier:
        """Fit members, meta-learner, calibration and threshold.

        Raises ``TrainingError`` if the second label stands in too few stretches of time.

        Parameters
        ----------
        X
            Numbers of shape ``(n_rows, n_features)``; oldest first where no ``time`` is given.
        y
            The caller's labels; shape ``(n_rows,)``.
        sample_weight
            How much each row counts.
        time, known_at
            When each row was made, and when its second label became known, Unix seconds.
        own
            Outcomes that single members learn instead of ``y``, by the member's name.
        """
        codes = (np.asarray(y) == self.labels[1]).astype(np.float64)
        known_at, sample_weight, time = (
            None if part is None else np.asarray(part, dtype=np.float64) for part in (known_at, sample_weight, time)
        )
        outcome = Outcome(codes, known_at, sample_weight)
        fit_together({"": self}, Evidence(np.asarray(X, dtype=np.float64), outcome, time, own))
        return self

    def folds(self, evidence: Evidence) -> list[Fold]:
        """Return the folds in which there is something to learn; raise ``TrainingError`` if there is none."""
        codes = evidence.outcome.truth.astype(np.int64)
        splitter: TimeFolds | StratifiedFolds = TimeFolds(self.cv_folds, self.gap_days)
        if not self.in_time_order:
            splitter = StratifiedFolds(self.cv_folds, self.random_state)
        members = [name for name, _ in self.members]
        folds = evidence.usable(members, list(splitter.split(evidence.X, codes, evidence.time)))
        if not folds or len(np.unique(codes[np.concatenate([test for _, test in folds])])) < 2:
            raise TrainingError(
                f"training rows: {int(codes.sum())} of {len(codes)} are of the class to be predicted, in too few"
                f" stretches of time for cross-validation in {self.cv_folds} folds; more rows are needed"
            )
        return folds

    def combine(self, seen: OutOfFold, outcome: Outcome) -> Numbers:
        """Learn meta-learner, calibration and threshold from what members said out of fold; return probabilities."""
        columns = combination_columns(self.columns, seen.scores)
        truth = outcome.truth[seen.rows].astype(np.int64)
        weight = np.ones(len(truth)) if outcome.weight is None else outcome.weight[seen.rows]
        taught, rows = taught_and_calibrated(truth, seen.fold, in_time_order=self.in_time_order)
        self.classes_ = np.array(list(self.labels))
        self.meta_learner_ = None
        if self.meta_learner is not None:
            self.meta_learner_ = clone(self.meta_learner).fit(columns[taught], truth[taught], weight[taught])
        self.slope_, self.shift_ = platt_calibration(
            self._combined(columns)[rows], truth[rows], weight[rows], seed=self.random_state
        )
        probability = sigmoid(self.slope_ * self._combined(columns) + self.shift_)
        self.threshold_ = best_threshold(truth, probability)
        self.cross_validation_ = fold_figures(seen.by_fold(truth), seen.by_fold(probability))
        return probability

    def with_fitted(self, fitted: Mapping[str, Any]) -> RiskClassifier:
        """Take the members that are fitted already, by name."""
        self.fitted_ = [(name, fitted[name]) for name, _ in self.members]
        return self

    def member_columns(self, X: Any) -> Numbers:
        """Return the meta-learner's input, one column for each of ``columns``."""
        check_is_fitted(self, "fitted_")
        with one_thread():
            return combination_columns(
                self.columns, {name: member_log_odds(estimator, X) for name, estimator in self.fitted_}
            )

    def decision_function(self, X: Any) -> Numbers:
        """Return calibrated log-odds; shape ``(n_rows,)``."""
        return np.asarray(self.slope_ * self._combined(self.member_columns(X)) + self.shift_)

    def predict_proba(self, X: Any) -> Numbers:
        """Return the probabilities of both labels; shape ``(n_rows, 2)``."""
        probability = sigmoid(self.decision_function(X))
        return np.column_stack([1.0 - probability, probability])

    def predict(self, X: Any) -> NDArray[Any]:
        """Return labels; shape ``(n_rows,)``."""
        risky = self.predict_proba(X)[:, 1] >= self.threshold_
        return np.asarray(self.classes_[risky.astype(np.int64)])

    @property
    def weights_(self) -> Numbers:
        """Of the columns, in the combination."""
        return np.ones(1) if self.meta_learner_ is None else np.asarray(self.meta_learner_.coef_[0])

    @property
    def intercept_(self) -> float:
        """Of the combination."""
        return 0.0 if self.meta_learner_ is None else float(self.meta_learner_.intercept_[0])

    @property
    def feature_importances_(self) -> Numbers:
        """The members' importances, on average; they sum to 1, or are all 0."""
        check_is_fitted(self, "fitted_")
        # one whose weights are all denied has none to give
        total = np.sum([member_importance(estimator) for _, estimator in self.fitted_], axis=0)
        return np.asarray(total / (total.sum() or 1.0))

    def _combined(self, columns: Numbers) -> Numbers:
        return np.asarray(columns @ self.weights_ + self.intercept_)


@dataclass(frozen=True)
class Together:
    """What came of fitting classifiers together: out of fold what the members said and each classifier's probabilities.

    ``seconds`` is how long the members of each classifier took, out of fold and on all rows.
    """

    seen: OutOfFold
    probabilities: Mapping[str, Numbers]
    seconds: Mapping[str, float]


def fit_together(
    classifiers: Mapping[str, RiskClassifier], evidence: Evidence, *, progress: Progress = no_progress
) -> Together:
    """Fit classifiers that share members, each member once.

    Raises ``TrainingError`` if the class to be predicted stands in too few stretches of time. They have the same folds,
    and a member of one name is the same in all of them.
    """
    members = {name: member for classifier in classifiers.values() for name, member in classifier.members}
    first = next(iter(classifiers.values()))
    every = clone(first).set_params(members=list(members.items()))
    seen = out_of_fold(members, evidence, every.folds(evidence), jobs=first.n_jobs, progress=progress)
    with one_thread():
        probabilities = {name: classifier.combine(seen, evidence.outcome) for name, classifier in classifiers.items()}
    fitted = fitted_members(members, evidence, jobs=first.n_jobs, progress=progress)
    for classifier in classifiers.values():
        classifier.with_fitted({name: member for name, (member, _) in fitted.items()})
    seconds = {
        name: sum(seen.seconds[member] + fitted[member][1] for member, _ in classifier.members)
        for name, classifier in classifiers.items()
    }
    return Together(seen, probabilities, seconds)


def combination_columns(columns: Sequence[str], scores: Mapping[str, Numbers]) -> Numbers:
    """Return the columns to combine, from each member's log-odds by its name; shape ``(n_rows, n_columns)``."""

    def column_of(member: str, kind: str) -> Numbers:
        if kind == "log_odds":
            return scores[member]
        probability = sigmoid(scores[member])
        return probability if kind == "prediction" else np.maximum(probability, 1.0 - probability)

    return np.column_stack([column_of(*split_column(column)) for column in columns])


def member_importance(estimator: Any) -> Numbers:
    """Return importances that sum to 1: a tree ensemble's own, a logistic regression's absolute weights."""
    first: Any = estimator[0] if hasattr(estimator, "steps") else None
    last = estimator if first is None else estimator[-1]
    values = last.feature_importances_ if hasattr(last, "feature_importances_") else np.abs(last.coef_[0])
    importance = np.nan_to_num(np.asarray(values, dtype=np.float64))
    if hasattr(first, "columns"):
        taken, importance = importance, np.zeros(first.n_features_in_)
        importance[list(first.columns)] = taken
    return np.asarray(importance / (importance.sum() or 1.0))
