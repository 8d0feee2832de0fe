"""ImpactAnalyzer: how far changes reach."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperion_hook.api.engineer.repository_features import ChangeInRepository, change_in
from hyperion_hook.api.predict.explanation import RowExplanation, explained
from hyperion_hook.api.predict.named_estimator import NamedEstimator
from hyperion_hook.api.predict.predictor import Predictor
from hyperion_hook.api.predict.risk_predictor import two_columns
from hyperion_hook.api.predict.rows import numbers_of, values_of
from hyperion_hook.assess.impact import evidence_of, impact_of, looked_at, ranked_co_changes
from hyperion_hook.domain.assessment import Impact
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.errors import ConfigError
from hyperion_hook.scoring.bundle import Bundle
from hyperion_hook.scoring.impact import RICH, affected_components, impact_level, parts_of
from hyperion_hook.scoring.members import sigmoid
from hyperion_hook.scoring.shapley import Explanation

EVIDENCE = ("affected_strength", "reach", "fixes", "commits", "history_commits")
"""Sum of the affected components' strengths; share of modules that import a touched one, directly or not (missing: the
import graph is not known); bug fixes and commits of 180 days on the touched files; all commits on them."""

_WORDS = {
    "affected_strength": "components that change with the touched files or import them, strengths summed",
    "reach": "share of modules that import a touched one",
    "fixes": "bug fixes in the touched files in 180 days",
    "commits": "commits on the touched files in 180 days",
}


class ImpactAnalyzer(Predictor):
    """The impact analyser over rows of evidence, and over changes of a repository.

    What a bundle would hold comes with the program: the constants are those of ``score``.

    Examples
    --------
    >>> analyzer = ImpactAnalyzer()
    >>> rows = [{"affected_strength": 0.2, "fixes": 0, "commits": 2, "history_commits": 5},
    ...         {"affected_strength": 9.0, "reach": 0.4, "fixes": 20, "commits": 60, "history_commits": 500}]
    >>> analyzer.predict(rows).tolist(), analyzer.score(rows).round(2).tolist()
    (['LOW', 'HIGH'], [0.03, 0.81])
    """

    name = "impact_analyzer"

    def score(self, rows: object) -> NDArray[np.float64]:
        """Return the impact in [0, 1] of each row."""
        if isinstance(self.model, NamedEstimator):
            return np.asarray(self.model.risk_proba(rows)[:, 1], dtype=np.float64)
        return np.array([sigmoid(math.fsum(_parts(values))) for values in _evidence(rows)], dtype=np.float64)

    def predict(self, rows: object) -> NDArray[Any]:
        """Return ``LOW``, ``MEDIUM`` or ``HIGH`` for each row; an estimator says its own classes."""
        if isinstance(self.model, NamedEstimator):
            return self.model.predict(rows)
        return np.array([impact_level(score).value for score in self.score(rows).tolist()], dtype="<U6")

    def predict_proba(self, rows: object) -> NDArray[np.float64]:
        """Return the probabilities that a coming bug fix stays within the components touched, and that it does not.

        Shape ``(n_rows, 2)``; the second column is the score, whatever the order of an estimator's classes.
        """
        if isinstance(self.model, NamedEstimator):
            return self.model.risk_proba(rows)
        return two_columns(self.score(rows).tolist())

    def _explain(self, bundle: Bundle, rows: object, typical: object) -> list[RowExplanation]:
        del bundle
        if typical is not None:
            raise ConfigError("explain: the impact's base is a change without evidence; leave out typical")
        results = []
        for values in _evidence(rows):
            base, *parts = _parts(values)
            explanation = Explanation(base, dict(zip(_WORDS, parts, strict=True)))
            results.append(explained(explanation, values, {}, math.fsum((base, *parts)), _words))
        return results

    def analyze(self, folder: Any = None, revision: Any = None) -> Impact:
        """Return score, level and affected components of a change, as ``score`` tells them.

        Parameters
        ----------
        folder
            A folder of the repository, or a ``git.Repo``; by default the current one.
        revision
            A commit, also as a ``git.Commit``, or ``A..B``; by default what is staged.

        Raises
        ------
        ConfigError
            If the change has no files, or the model is an estimator, which knows rows only.
        """
        with self._change(folder, revision) as here:
            impact = impact_of(here.change, here.history, here.graph, here.has_file)
        assert impact is not None  # noqa: S101 - a change with files has an impact
        return impact

    def evidence(self, folder: Any = None, revision: Any = None) -> dict[str, Any]:
        """Return the row of evidence of a change; parameters and errors as for ``analyze``."""
        with self._change(folder, revision) as here:
            pasts, graph = here.history.changed_together(looked_at(here.change)), here.graph
            ranked = ranked_co_changes(here.change, here.history, pasts)
            evidence = evidence_of(here.change, here.history, graph, pasts, ranked)
        return {
            "affected_strength": math.fsum(entry.strength for entry in affected_components(evidence)),
            "reach": graph if isinstance(graph, Missing) else evidence.reach,
            "fixes": evidence.fixes,
            "commits": evidence.commits,
            "history_commits": sum(len(past.changes) for past in pasts),
        }

    @contextmanager
    def _change(self, folder: Any, revision: Any) -> Iterator[ChangeInRepository]:
        if isinstance(self.model, NamedEstimator):
            raise ConfigError("analyze: an estimator knows rows only; use ImpactAnalyzer()")
        with change_in(folder, revision) as here:
            if not here.change.files:
                raise ConfigError(f"change '{revision or 'staged'}': has no files; name another revision")
            yield here

    def _bundle_features(self, bundle: Bundle) -> tuple[str, ...]:
        del bundle
        return EVIDENCE


def _evidence(rows: object) -> list[dict[str, Value]]:
    """Return the evidence of each row; only the reach may be missing, which says that there is no import graph."""
    table = values_of(rows, EVIDENCE, called=str)
    for number, values in enumerate(table, 1):
        for name, value in values.items():
            if isinstance(value, Missing) and name != "reach":
                raise ConfigError(f"row {number}, column '{name}': {value.reason}; the impact cannot do without")
            if not isinstance(value, Missing) and value < 0:
                raise ConfigError(f"row {number}, column '{name}': {value:g} is negative; give 0 or more")
    return table


def _parts(values: Mapping[str, Value]) -> tuple[float, ...]:
    strength, reach, fixes, commits, history = numbers_of(values, EVIDENCE)
    graph_known = not math.isnan(reach)
    terms = (math.log1p(strength), reach if graph_known else 0.0, math.log1p(fixes), math.log1p(commits))
    return parts_of(terms, graph_known=graph_known, is_rich=history >= RICH)


def _words(name: str, value: float | None, typical: float | None) -> tuple[str, str]:
    del typical
    return _WORDS[name], f"{_WORDS[name]}: {'not known' if value is None else f'{value:.4g}'}"
