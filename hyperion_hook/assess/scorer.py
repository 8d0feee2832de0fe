"""Scores any change of one repository and places it among the recent ones."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from hyperion_hook.assess.cut_off import is_cut_off
from hyperion_hook.assess.reference import Reference, ReferenceBuilder
from hyperion_hook.assess.store_measurer import Measured, StoreMeasurer
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import RiskLevel, Score
from hyperion_hook.domain.change import Change, is_no_code
from hyperion_hook.domain.history import RECENT_CHANGES
from hyperion_hook.domain.remedies import INDEX, Note
from hyperion_hook.domain.vector import Missing
from hyperion_hook.scoring.bundle import Bundle
from hyperion_hook.scoring.levels import risk_level
from hyperion_hook.scoring.members import sigmoid
from hyperion_hook.store.reference_store import ReferenceStore

if TYPE_CHECKING:
    pass


class Scorer:
    """Gives probabilities, levels and percentiles with one set of models, the ``bundle``."""

    def __init__(self, measurer: StoreMeasurer, references: ReferenceStore, bundle: Bundle, config: Config) -> None:
        self._measurer = measurer
        self._references = references
        self.bundle = bundle
        self._config = config

    @cached_property
    def features(self) -> frozenset[str]:
        """The features that the models read."""
        anomaly = self.bundle.anomaly.features if self.bundle.anomaly else ()
        return frozenset((*self.bundle.risk.features, *anomaly))

    def probability(self, change: Change) -> float:
        """Return the probability that ``score`` gives any change."""
        return sigmoid(self._log_odds(change, self._measurer.measure(change, only=self.features)))

    def score(self, change: Change, measured: Measured, code: Reference | Missing) -> Score:
        """Return the score of a change with its place among recent changes to code, and among those of its size."""
        log_odds = self._log_odds(change, measured)
        peers = code if isinstance(code, Missing) else code.peers(measured.vector)
        has_message = change.message is not None
        percentile, of_size = (_percentile(group, log_odds, has_message=has_message) for group in (code, peers))
        probability = sigmoid(log_odds)
        level = RiskLevel.LOW if is_no_code(change) else self._level(probability, percentile)
        return Score(probability, log_odds, level, percentile, of_size)

    def score_of(self, log_odds: float, code: Reference | Missing) -> tuple[float, RiskLevel]:
        """Return probability and level of a recorded change from the model's log-odds."""
        probability = sigmoid(log_odds)
        return probability, self._level(probability, _percentile(code, log_odds, has_message=True))

    def later_fixed(self, base: str | None, *, at_most: int) -> dict[str, tuple[str, ...]] | None:
        """Return the later fixes of recent changes before ``base``, after tracing at most so many fixes.

        ``None`` where too many are not traced yet.
        """
        from hyperion_hook.assess.track_record import later_fixed

        past = self._measurer.past(base)
        if past is None:
            return None
        return later_fixed(past, self._references, RECENT_CHANGES, self._measurer.patches, at_most=at_most)

    def levels(self, code: Reference | Missing) -> dict[str, RiskLevel]:
        """Return the level of each recent change to code."""
        if isinstance(code, Missing):
            return {}
        return {commit: self._level(sigmoid(score), percentile) for commit, score, percentile in code.places()}

    def reference(self, base: str | None, *, at_most: int) -> Reference | Missing:
        """Return the recent changes before ``base``, after scoring at most so many that have no score yet."""
        if self._measurer.history(base)[0].missing_reason:
            return Missing(Note("it needs the whole history", run=INDEX))
        if cut := is_cut_off(self._measurer.repository, base):
            return Missing(cut.sentence)
        return self.references_at(base).build(self._measurer.recent_changes(base, RECENT_CHANGES), at_most=at_most)

    def references_at(self, base: str | None) -> ReferenceBuilder:
        """Return the builder that scores the recent changes before ``base`` and keeps their scores."""
        return ReferenceBuilder(
            self._references,
            self.bundle,
            lambda commits, names: self._measurer.vectors_of(commits, names, base),
            self._measurer.is_counted,
            self._measurer.deadline,
            self._measurer.changes.exclusions.digest(base),
        )

    def _log_odds(self, change: Change, measured: Measured) -> float:
        """Return the model's log-odds; every score comes from here."""
        bare = self._measurer.without_tests(
            change, measured.history, measured.graph, frozenset(self.bundle.risk.features)
        )
        return self.bundle.risk.lower_log_odds(measured.vector, bare)

    def _level(self, probability: float, percentile: float | None) -> RiskLevel:
        return risk_level(
            probability,
            percentile,
            high_rate=self._config.alert_high,
            medium_rate=self._config.alert_medium,
            thresholds=self.bundle.thresholds,
        )


def share_of_level(level: RiskLevel, levels: Iterable[RiskLevel], reference: Reference) -> float:
    """Return the share of recent changes that have a level; ``levels`` are of those to code, the others are LOW."""
    counted = list(levels)
    without_code = len(reference.rows) - len(counted) if level is RiskLevel.LOW else 0
    return (without_code + sum(other is level for other in counted)) / len(reference.rows)


def _percentile(reference: Reference | Missing, log_odds: float, *, has_message: bool) -> float | None:
    if isinstance(reference, Missing):
        return None
    return reference.percentile(log_odds, has_message=has_message)
