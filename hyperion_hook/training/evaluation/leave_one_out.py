"""How models do on repositories they have never seen: each of a corpus is left out in turn.

For every repository the models are fitted on the others, with what was known of them at the moment when half of its
changes were made, and rank its changes after that. A second comparison asks what a repository gains by learning from
itself too: fitted at the moment when seven tenths of its changes were made, with its own past and without it. Three
outcomes are ranked: labels traced from fixes, and two that need no tracing: changes that a fix names as its cause, and
those that a later one takes back by name.

Figures are means over repositories; intervals come from drawing repositories, not rows, with replacement, so they say
what another repository would see.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hyperion_hook.domain.phrases import day
from hyperion_hook.errors import TrainingError
from hyperion_hook.training.evaluation.card_figures import risk_of
from hyperion_hook.training.evaluation.evaluate import NAMED, REVERTED, TRACED, changed_lines, scored
from hyperion_hook.training.evaluation.past_models import fit_rows
from hyperion_hook.training.formulas import Numbers
from hyperion_hook.training.metrics.figures import ranking_figures
from hyperion_hook.training.metrics.metrics import calibration_error, pr_auc, roc_auc
from hyperion_hook.training.metrics.resampling import Interval
from hyperion_hook.training.models.baselines import CHANCE, KAMEI, SIMPLE
from hyperion_hook.training.models.recipes import BLEND, SPECIFICATION
from hyperion_hook.training.rows.corpus_table import sample
from hyperion_hook.training.rows.dataset import pooled
from hyperion_hook.training.rows.distribute import Report, spread
from hyperion_hook.training.rows.options import RetrainOptions
from hyperion_hook.training.rows.time_split import cut_at, time_split

HALF = 0.5
LATE = 0.7
OWN_TOO = f"{BLEND.name}, own history too"
OTHERS_ONLY = f"{BLEND.name}, others only"
LEAST_POSITIVES = 5
"""With fewer of an outcome to find, a repository's figures for it say nothing and are left out."""

LEAST_NAMED = 20
"""Fewer named causes say more of who names them than of a model."""

_DRAWS = 2_000

Figures = Mapping[str, Mapping[str, float]]
"""Metrics by name, for each contender by name."""


@dataclass(frozen=True)
class LeftOut:
    """One repository that was not learned from: its changes after the cut, and each contender's figures.

    ``traced``, ``named`` and ``reverted`` are figures for the three outcomes, ``own`` those on the newest changes with
    and without its own past; empty where there were too few of an outcome.
    """

    name: str
    changes: int
    buggy: int
    named_causes: int
    reverts: int
    traced: Figures
    named: Figures
    reverted: Figures
    own: Figures


@dataclass(frozen=True)
class Comparison:
    """Means over repositories, with intervals; ``gains`` are differences from a reference of the same repositories."""

    outcome: str
    repositories: int
    means: Mapping[str, Mapping[str, Interval]]
    gains: Mapping[str, Mapping[str, Mapping[str, Interval]]]


def leave_each_out(
    rows: pd.DataFrame, options: RetrainOptions, report: Report | None = None
) -> tuple[list[LeftOut], tuple[str, ...]]:
    """Return figures for every repository, each unseen, and one warning for each that could not be ranked.

    Rows of several repositories are in time order, the youngest left out; at most ``pool_rows`` rows of the others are
    drawn and learned from, as many as a bundle carries.
    """
    tasks = [_task(name, rows, options) for name in sorted(rows["repository"].unique())]
    result = spread(
        partial(_left_out, options=options), tasks, jobs=options.jobs, cluster=options.cluster, report=report
    )
    return (
        [item for item in result if isinstance(item, LeftOut)],
        tuple(f"left aside: {item}" for item in result if isinstance(item, str)),
    )


@dataclass(frozen=True)
class _Task:
    """A repository's own rows, and those that may be learned at each of the two moments."""

    name: str
    own: pd.DataFrame
    half: pd.DataFrame
    late: pd.DataFrame


def _task(name: str, rows: pd.DataFrame, options: RetrainOptions) -> _Task:
    own, others = rows[rows["repository"] == name].reset_index(drop=True), rows[rows["repository"] != name]
    half, late = (
        sample(time_split(others, cut_at(own, share)).train, options.pool_rows, options.seed) for share in (HALF, LATE)
    )
    return _Task(name, own, half, late)


def _left_out(task: _Task, options: RetrainOptions) -> LeftOut | str:
    """Return figures of a repository, or why there are none."""
    own, train = task.own, task.half
    test = own[own["time"] > cut_at(own, HALF)].reset_index(drop=True)
    bugs = int(test["buggy"].sum())
    if bugs < LEAST_POSITIVES:
        return f"{task.name}: {bugs} of its {len(test):,} later changes introduced a bug; {LEAST_POSITIVES} are needed"
    try:
        models = fit_rows(train, (SPECIFICATION, BLEND), options).models
    except TrainingError as error:
        return f"{task.name}: nothing to learn from the others' changes before {day(cut_at(own, HALF))} ({error})"
    scores, probabilities = scored(train, test, models, seed=options.seed)
    traced, named, reverted = (test[what].to_numpy(dtype=np.float64) for what in ("buggy", "named", "reverted"))
    return LeftOut(
        task.name,
        len(test),
        int(traced.sum()),
        int(named.sum()),
        int(reverted.sum()),
        _figures(test, traced, scores, probabilities),
        _figures(test, named, scores, {}) if named.sum() >= LEAST_NAMED else {},
        _figures(test, reverted, scores, {}),
        _with_its_own(own, task.late, options),
    )


def _with_its_own(own: pd.DataFrame, others: pd.DataFrame, options: RetrainOptions) -> Figures:
    """Return figures on the newest changes of a model that knows the repository's past, and of one that does not."""
    split = time_split(own, cut_at(own, LATE))
    if int(split.test["buggy"].sum()) < LEAST_POSITIVES:
        return {}
    predictions = {}
    for model, train in ((OWN_TOO, pooled(split.train, others)), (OTHERS_ONLY, others)):
        predictions[model] = risk_of(fit_rows(train, (BLEND,), options).models[BLEND.name], split.test)
    return _figures(split.test, split.test["buggy"].to_numpy(dtype=np.float64), predictions, predictions)


def _figures(
    test: pd.DataFrame, truth: Numbers, scores: Mapping[str, Numbers], probabilities: Mapping[str, Numbers]
) -> Figures:
    if truth.sum() < LEAST_POSITIVES:
        return {}
    lines = changed_lines(test)
    return {
        name: {
            "roc_auc": roc_auc(truth, score),
            "pr_auc": pr_auc(truth, score),
            **ranking_figures(truth, score, lines),
            **({"calibration_error": calibration_error(truth, probabilities[name])} if name in probabilities else {}),
        }
        for name, score in scores.items()
    }


def compared(outcome: str, figures: Sequence[Figures], references: Sequence[str], *, seed: int = 42) -> Comparison:
    """Return means over repositories, and differences from each reference.

    References are contenders that the others are compared with, repository by repository.
    """
    evaluated = [entry for entry in figures if entry]
    if not evaluated:
        return Comparison(outcome, 0, {}, {})
    draws = np.random.default_rng(seed).integers(0, len(evaluated), (_DRAWS, len(evaluated)))
    names = [name for name in evaluated[0] if name != CHANCE]
    values = {
        name: {metric: np.array([entry[name][metric] for entry in evaluated]) for metric in evaluated[0][name]}
        for name in names
    }
    means = {name: {metric: _mean(column, draws) for metric, column in values[name].items()} for name in names}
    gains = {
        reference: {
            name: {
                metric: _mean(column - values[reference][metric], draws)
                for metric, column in values[name].items()
                if metric in values[reference]
            }
            for name in names
            if name != reference
        }
        for reference in references
        if reference in values
    }
    return Comparison(outcome, len(evaluated), means, gains)


def _mean(column: Numbers, draws: NDArray[np.int64]) -> Interval:
    """Return a mean over repositories, those without a figure left out, with its interval over draws of them."""
    if not np.isfinite(column).any():
        return Interval(math.nan, math.nan, math.nan)
    drawn = column[draws]
    counts = np.isfinite(drawn).sum(axis=1)
    sums = np.nansum(drawn, axis=1)[counts > 0] / counts[counts > 0]
    low, high = np.quantile(sums, [0.025, 0.975])
    return Interval(float(np.nanmean(column)), float(low), float(high))


def summary(results: Sequence[LeftOut], *, seed: int = 42) -> list[Comparison]:
    """Return the comparisons: the three outcomes beside the baselines, and what a repository's own past adds."""
    baselines = (*SIMPLE, KAMEI)
    return [
        compared(TRACED, [item.traced for item in results], baselines, seed=seed),
        compared(NAMED, [item.named for item in results], baselines, seed=seed),
        compared(REVERTED, [item.reverted for item in results], baselines, seed=seed),
        compared(f"{TRACED}, newest 30 % of each repository", [item.own for item in results], [OTHERS_ONLY], seed=seed),
    ]
