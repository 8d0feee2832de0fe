"""RiskPredictor: how likely changes are to introduce a bug."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperion_hook.api.predict.explanation import RowExplanation, typical_of
from hyperion_hook.api.predict.named_estimator import NamedEstimator
from hyperion_hook.api.predict.predictor import Predictor
from hyperion_hook.api.predict.rows import vectors_of
from hyperion_hook.assess.cut_off import rests_on_a_cut
from hyperion_hook.assess.explanation import explanation_of
from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.errors import ConfigError
from hyperion_hook.scoring.bundle import Bundle
from hyperion_hook.scoring.levels import risk_level


class RiskPredictor(Predictor):
    """The risk predictor over rows of features.

    Parameters
    ----------
    model
        As for every predictor.
    thresholds
        Probabilities from which on a change is ``HIGH`` and ``MEDIUM``; by default the bundle's. An estimator has none.

    Examples
    --------
    >>> predictor = RiskPredictor.from_bundle()
    >>> added = ("code_lines_added", "source_lines_added", "jetons_ajoutes", "distinct_tokens_added", "net_new_tokens")
    >>> small, large = (dict.fromkeys(added, amount) for amount in (2, 2_000))
    >>> predictor.predict([small, large]).tolist()
    ['LOW', 'MEDIUM']
    >>> predictor.predict_proba([small, large]).shape
    (2, 2)
    """

    name = "risk_predictor"
    part = "risk"

    def __init__(self, model: Any = None, *, thresholds: Mapping[str, float] | None = None) -> None:
        super().__init__(model)
        own = self.model.thresholds if isinstance(self.model, Bundle) else None
        self.thresholds = own if thresholds is None else _checked(thresholds)

    def predict(self, rows: object) -> NDArray[Any]:
        """Return ``LOW``, ``MEDIUM`` or ``HIGH`` for each row; an estimator without thresholds says its own classes.

        A row that a shallow or partial clone left without some of its values is ``UNKNOWN``.

        A level of ``score`` also knows how the repository's recent changes scored; a row alone does not, so that the
        bundle's thresholds decide, as in a young repository.
        """
        if self.thresholds is None:
            assert isinstance(self.model, NamedEstimator)  # noqa: S101 - a bundle has thresholds
            return self.model.predict(rows)
        shares = self.predict_proba(rows)[:, 1]
        levels = [risk_level(float(share), None, thresholds=self.thresholds) for share in shares]
        if isinstance(self.model, Bundle):
            vectors = vectors_of(rows, self.model.risk.features)
            levels = [
                RiskLevel.UNKNOWN if rests_on_a_cut(vector) else level
                for vector, level in zip(vectors, levels, strict=True)
            ]
        return np.array([level.value for level in levels], dtype="<U7")

    def predict_proba(self, rows: object) -> NDArray[np.float64]:
        """Return the probabilities of no bug and of a bug; shape ``(n_rows, 2)``.

        The class of the bug is told by its label, since an estimator has its classes by the alphabet.

        Raises
        ------
        ConfigError
            If an estimator has other than two classes, or labels that do not say which is the bug.
        """
        if isinstance(self.model, NamedEstimator):
            return self.model.risk_proba(rows)
        risk = self.model.risk
        return two_columns([risk.score(vector)[0] for vector in vectors_of(rows, risk.features)])

    def _explain(self, bundle: Bundle, rows: object, typical: object) -> list[RowExplanation]:
        names = bundle.risk.features
        usual = dict(bundle.typical) if typical is None else typical_of(typical, names)
        results = []
        for vector in vectors_of(rows, names):
            base, contributions = explanation_of(bundle, vector, usual)
            results.append(RowExplanation(base, bundle.risk.score(vector)[1], contributions, vector.missing))
        return results


def two_columns(probabilities: list[float]) -> NDArray[np.float64]:
    """Return ``1 - p`` and ``p``; shape ``(n_rows, 2)``."""
    second = np.array(probabilities, dtype=np.float64)
    return np.column_stack([1.0 - second, second])


def _checked(thresholds: Mapping[str, float]) -> dict[RiskLevel, float]:
    try:
        high, medium = (float(thresholds[level]) for level in (RiskLevel.HIGH, RiskLevel.MEDIUM))
    except (KeyError, TypeError, ValueError):
        high, medium = 0.0, 1.0
    if not 0.0 <= medium <= high <= 1.0:
        raise ConfigError(
            "thresholds: not two probabilities, MEDIUM at most HIGH; for example {'HIGH': 0.4, 'MEDIUM': 0.2}"
        )
    return {RiskLevel.HIGH: high, RiskLevel.MEDIUM: medium}
