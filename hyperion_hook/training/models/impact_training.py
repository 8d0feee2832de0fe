"""Training of the impact analyser: an ensemble of models by context, as ``scoring.impact`` has constants by context.

A row's context: whether the import graph is known (the columns computed from it have values), and whether the touched
files have a rich history. A context has a model of its own where it has rows enough and that model does better out of
fold than the model of all rows; else the latter judges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.errors import TrainingError
from hyperion_hook.features.catalogue import Origin, feature_named
from hyperion_hook.scoring.impact import RICH
from hyperion_hook.training.metrics.metrics import brier
from hyperion_hook.training.metrics.performance import best_threshold, fold_figures, performance
from hyperion_hook.training.models.classifier import RiskClassifier, fit_together
from hyperion_hook.training.models.context_classifier import ContextClassifier
from hyperion_hook.training.models.fit import LEAST_POSITIVES, LEAST_ROWS
from hyperion_hook.training.models.fit_members import Evidence, Outcome, OutOfFold, Progress, no_progress
from hyperion_hook.training.models.numbers import Numbers
from hyperion_hook.training.models.recipes import LOGISTIC, MEMBERS, SHALLOW, Recipe, parameters_of
from hyperion_hook.training.models.training_result import Rowset, SplitOptions, TrainedModel, by_column, rowset
from hyperion_hook.training.validation.preparation import Prepared

ENSEMBLE = "impact_ensemble"
RECIPE = Recipe("by context", (MEMBERS[LOGISTIC], MEMBERS[SHALLOW]), ("log_odds",))
GRAPH_EVIDENCE = frozenset({"reach"})
HISTORY_EVIDENCE = ("history_commits", "nuc")
"""Columns that say how many commits the touched files have; the first that is there counts."""
HIGH_SHARE, MEDIUM_SHARE = 0.05, 0.20


@dataclass(frozen=True)
class TrainedImpact:
    """The ensemble; by context how many rows it had and who judges them; probabilities from which levels begin."""

    model: TrainedModel
    rows: Rowset
    contexts: dict[str, dict[str, Any]]
    levels: dict[str, float]


def train_impact(prepared: Prepared, options: SplitOptions, config: MLConfig, progress: Progress) -> TrainedImpact:
    """Fit a logistic regression and an XGBoost for all rows and for each context, and test the ensemble once.

    Parameters
    ----------
    prepared
        Rows whose target says whether the change reached beyond the components it touched.
    options, config, progress
        As for every training.

    Raises
    ------
    ConfigError, TrainingError
        If a setting is not valid, or there is too little to learn from.
    """
    started = perf_counter()
    rows = rowset(prepared, options, config.random_state)
    router = _router(rows, prepared.target.labels)
    overall, out, probability = _fit(rows.evidence, rows, config, progress)
    seen = out.rows
    told = rows.y[seen]
    where = router.contexts_of(rows.X)
    contexts: dict[str, dict[str, Any]] = {}
    router.models = [("all", overall)]
    for context in router.names:
        inside = np.flatnonzero(where == context)
        contexts[context] = {"rows": len(inside), "judged_by": "all"}
        own = _own(inside, rows, config)
        if own is None:
            continue
        classifier, asked, said = own
        everyone = dict(zip(seen.tolist(), probability, strict=True))
        both = [place for place, row in enumerate(inside[asked].tolist()) if row in everyone]
        if not both:
            continue
        truth = rows.y[inside[asked[both]]]
        alone, shared = brier(truth, said[both]), brier(truth, [everyone[row] for row in inside[asked[both]].tolist()])
        contexts[context] |= {"brier_of_own": alone, "brier_of_all": shared}
        if alone < shared:
            contexts[context]["judged_by"] = context
            router.models.append((context, classifier))
            probability = _replaced(probability, seen, inside[asked], said)
    router.threshold = best_threshold(told, probability)
    tested = router.fitted().predict_proba(rows.X_test)[:, 1]
    flagged = (tested >= router.threshold).astype(np.int64)
    model = TrainedModel(
        ENSEMBLE, Pipeline([("columns", rows.taken), ("model", router)]),
        performance(rows.truth, tested, flagged, draws=options.draws, seed=config.random_state),
        fold_figures(out.by_fold(told), out.by_fold(probability)),
        by_column(rows.taken, router.feature_importances_),
        {f"{name}__{key}": value for name, member in overall.members
         for key, value in parameters_of(member).items()},
        flagged, perf_counter() - started,
    )
    levels = {
        "HIGH": float(np.quantile(probability, 1.0 - HIGH_SHARE)),
        "MEDIUM": float(np.quantile(probability, 1.0 - MEDIUM_SHARE)),
    }
    return TrainedImpact(model, rows, contexts, levels)


def _router(rows: Rowset, labels: Sequence[Any]) -> ContextClassifier:
    names = list(rows.taken.source_names())
    graph = [
        place for place, name in enumerate(names)
        if name in GRAPH_EVIDENCE or ((entry := feature_named(name)) is not None and entry.origin is Origin.GRAPH)
    ]
    history = next((names.index(name) for name in HISTORY_EVIDENCE if name in names), None)
    return ContextClassifier(graph_columns=graph, history_column=history, rich_from=float(RICH), labels=list(labels))


def _fit(evidence: Evidence, rows: Rowset, config: MLConfig, progress: Progress
         ) -> tuple[RiskClassifier, OutOfFold, Numbers]:
    """Return a fitted classifier, what its members said out of fold, and its probabilities of these rows."""
    classifier = rows.classifier(RECIPE, config).set_params(labels=[0, 1])
    together = fit_together({"": classifier}, evidence, progress=progress)
    return classifier, together.seen, together.probabilities[""]


def _own(inside: np.ndarray, rows: Rowset, config: MLConfig) -> tuple[RiskClassifier, np.ndarray, Numbers] | None:
    """Return a context's own model, or nothing where it has too few rows."""
    y = rows.y[inside]
    if len(inside) < LEAST_ROWS or min(int(y.sum()), int(len(y) - y.sum())) < LEAST_POSITIVES:
        return None
    time = None if rows.evidence.time is None else rows.evidence.time[inside]
    try:
        classifier, seen, probability = _fit(
            Evidence(rows.X[inside], Outcome(y.astype(np.float64)), time), rows, config, no_progress)
    except TrainingError:
        return None
    return classifier, seen.rows, probability


def _replaced(probability: Numbers, seen: np.ndarray, asked: np.ndarray, said: Numbers) -> Numbers:
    """Return probabilities with those of some rows replaced."""
    own = dict(zip(asked.tolist(), said.tolist(), strict=True))
    return np.array([own.get(row, value) for row, value in zip(seen.tolist(), probability.tolist(), strict=True)])
