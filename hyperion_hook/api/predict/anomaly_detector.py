"""AnomalyDetector: how unusual changes are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperion_hook.api.predict.explanation import GROUPS, RowExplanation, explained, in_words, typical_of
from hyperion_hook.api.predict.named_estimator import NamedEstimator
from hyperion_hook.api.predict.predictor import Predictor
from hyperion_hook.api.predict.risk_predictor import two_columns
from hyperion_hook.api.predict.rows import numbers_of, values_of, vectors_of
from hyperion_hook.errors import ConfigError
from hyperion_hook.scoring.anomaly import BINARY, AnomalyModel, is_rare_binary
from hyperion_hook.scoring.bundle import Bundle
from hyperion_hook.scoring.coalitions import Row, tree_values
from hyperion_hook.scoring.shapley import divide
from hyperion_hook.scoring.smells import SMELLS, Smell, smells_in
from hyperion_hook.scoring.trees import as_row


class AnomalyDetector(Predictor):
    """The isolation forest over rows of features.

    Examples
    --------
    >>> detector = AnomalyDetector()
    >>> ordinary, strange = {"la": 5, "nf": 1}, {"la": 90_000, "nf": 700, "nd": 90, "ns": 30, "hunk_count": 9_000}
    >>> detector.predict([ordinary, strange]).tolist()
    [1, -1]
    """

    name = "anomaly_detector"
    part = "anomaly"
    classes_ = (-1, 1)

    def score(self, rows: object) -> NDArray[np.float64]:
        """Return a score in [-1, 1] for each row, the more negative the more unusual; below 0 it is an anomaly.

        What ``score`` says of a change also knows how unusual the repository's recent changes are; a row alone is
        compared with the training.
        """
        return np.array([score for score, _ in self._scored(rows)], dtype=np.float64)

    def predict(self, rows: object) -> NDArray[np.int64]:
        """Return 1 (normal) or -1 (anomaly) for each row."""
        return np.array([-1 if unusual else 1 for _, unusual in self._scored(rows)], dtype=np.int64)

    def predict_proba(self, rows: object) -> NDArray[np.float64]:
        """Return ``(1 - score) / 2`` and its complement, for -1 (anomaly) and 1 (normal); shape ``(n_rows, 2)``.

        The score on a scale from 0 to 1, larger where the class is predicted. It is no calibrated probability:
        nobody says in training which changes were anomalies.
        """
        return two_columns([(1.0 + score) / 2.0 for score in self.score(rows).tolist()])

    def explain(self, rows: object, typical: object = None) -> list[RowExplanation]:
        """Explain rows by each feature's contribution, with a bundle's model only; see ``Predictor.explain``."""
        if isinstance(self.model, NamedEstimator):
            raise ConfigError("explain: only the anomaly detector of a bundle explains; use AnomalyDetector()")
        return super().explain(rows, typical)

    def _explain(self, bundle: Bundle, rows: object, typical: object) -> list[RowExplanation]:
        model: AnomalyModel = self._model_of(bundle)
        usual = dict(bundle.typical) if typical is None else typical_of(typical, model.features)
        other = as_row(model.filled([usual.get(name, float("nan")) for name in model.features]))
        results = []
        for vector in vectors_of(rows, model.features):
            numbers = vector.numbers(model.features)
            zero = model.zero(numbers)

            def game(one: Row, other: Row, players: Any, *, alone: bool = False, zero: float = zero) -> list[float]:
                totals = tree_values(model.trees, one, other, players, alone=alone)
                return [2.0 * (model.decision_at(total) - zero) for total in totals]

            used = model.trees.columns
            explanation = divide(game, model.features, as_row(model.filled(numbers)), other, used, GROUPS)
            rest = BINARY if is_rare_binary(vector, None) else ""
            results.append(explained(explanation, vector, usual, model.score(vector)[0], in_words, rest))
        return results

    def smells(self, rows: object) -> list[tuple[Smell, ...]]:
        """Return the known smells of each row, none where nothing fits; thresholds and sources stand with them.

        Examples
        --------
        >>> [found] = AnomalyDetector().smells({"la": 90_000, "ld": 3, "profondeur_imbrication": 4})
        >>> [(smell.name, smell.source) for smell in found]
        [('large dump', 'after Hindle et al. 2008')]
        """
        names = tuple(dict.fromkeys(name for smell in SMELLS for name in smell.features))
        return [
            smells_in(dict(zip(names, numbers_of(values, names), strict=True))) for values in values_of(rows, names)
        ]

    def _scored(self, rows: object) -> list[tuple[float, bool]]:
        if isinstance(self.model, NamedEstimator):
            decisions = self.model.decision_function(rows).tolist()
            return [(min(max(2.0 * decision, -1.0), 1.0), decision < 0.0) for decision in decisions]
        model: AnomalyModel = self._model_of(self.model)
        return [model.score(vector) for vector in vectors_of(rows, model.features)]
