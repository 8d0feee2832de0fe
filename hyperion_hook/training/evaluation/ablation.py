"""What members and features add: the recipe with all that can be measured, then without each of them in turn.

Fitted on the older rows of commits spread over their histories, code measured too, and compared on the newer rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hyperion_hook.domain.progress import Progress, no_progress
from hyperion_hook.features.catalogue import CATALOGUE, SPECIFIED
from hyperion_hook.training.evaluation.card_figures import risk_of
from hyperion_hook.training.evaluation.evaluate import TRACED, other_outcomes
from hyperion_hook.training.evaluation.leave_one_out import LEAST_NAMED
from hyperion_hook.training.metrics.resampling import Interval, Ranking, bootstrap
from hyperion_hook.training.models.fit import fit, measured_features, model_features
from hyperion_hook.training.models.recipes import BLEND, Recipe
from hyperion_hook.training.rows.corpus import CorpusEntry, mine_all
from hyperion_hook.training.rows.dataset import merged
from hyperion_hook.training.rows.options import RetrainOptions
from hyperion_hook.training.rows.time_split import cut_at, time_split, without_youngest

ALL, DEFAULT = "all that can be measured", "what the recipe learns by default"
SAMPLED = 1_000
"""Commits of each repository whose code is measured: under a minute of CPU time."""
_SHARE = 0.7
_DRAWS = 200


@dataclass(frozen=True, slots=True)
class Ablated:
    """A recipe without something: how it ranks the newer rows by outcome, and by how much better than with everything.

    Other outcomes than traced labels are there if they occurred at least 20 times among the newer rows.
    """

    name: str
    features: int
    roc_auc: Mapping[str, Interval]
    gain: Mapping[str, Interval]


def ablation_rows(
    entries: Sequence[CorpusEntry], options: RetrainOptions, progress: Progress | None = None
) -> pd.DataFrame:
    """Return rows with every feature, of commits spread evenly over each history, whose bugs are known."""
    everything = replace(options.replay, source_metrics=True, graph=True, sampled=SAMPLED)
    mined, _ = mine_all(entries, options, everything, progress)
    return without_youngest(merged([item.rows for item in mined]))


def ablation(
    rows: pd.DataFrame,
    options: RetrainOptions,
    *,
    recipe: Recipe = BLEND,
    each_feature: bool = False,
    progress: Progress = no_progress,
) -> list[Ablated]:
    """Return the recipe with everything first, then with its default features, then without each member and category.

    Raises ``TrainingError`` if the older rows are too few to learn from. Rows are in time order, as ``ablation_rows``
    gives them: the oldest 70 % are learned from. With ``each_feature``, for the model card, each feature of the
    specification is left out too, one at a time.
    """
    split = time_split(rows, cut_at(rows, _SHARE))
    variants = list(_variants(split.train, recipe, each_feature=each_feature))
    scores: dict[str, np.ndarray] = {}
    for done, (name, kept, features) in enumerate(variants):
        progress("leaving out", done, len(variants))
        model = fit(split.train, kept, options.config, features=features, masked=options.masked)
        scores[name] = risk_of(model, split.test)
    truths = {TRACED: split.test["buggy"].to_numpy(dtype=np.float64), **other_outcomes(split.test, LEAST_NAMED)}
    areas, gains = (
        {
            outcome: bootstrap(Ranking.roc_auc, truth, scores, against=against, draws=_DRAWS, seed=options.seed)
            for outcome, truth in truths.items()
        }
        for against in (None, ALL)
    )
    return [
        Ablated(
            name,
            len(features),
            {outcome: areas[outcome][name] for outcome in truths},
            {outcome: gains[outcome][name] for outcome in truths if name in gains[outcome]},
        )
        for name, _, features in variants
    ]


def _variants(rows: pd.DataFrame, recipe: Recipe, *, each_feature: bool) -> Iterator[tuple[str, Recipe, list[str]]]:
    every = measured_features(rows)
    yield ALL, recipe, every
    yield DEFAULT, recipe, model_features(rows)
    for member in recipe.members:
        yield f"without member {member.name}", recipe.without(member.name), every
    categories = {feature.name: feature.category.value for feature in CATALOGUE}
    for category in dict.fromkeys(categories[name] for name in every):
        yield f"without {category}", recipe, [name for name in every if categories[name] != category]
    for feature in SPECIFIED if each_feature else ():
        if feature.name in every:
            yield f"without {feature.name}", recipe, [name for name in every if name != feature.name]


def ablation_lines(parts: Sequence[Ablated]) -> list[str]:
    """Return an ablation as a table of Markdown; a gain above 0 says that leaving it out ranks better."""
    outcomes = list(parts[0].roc_auc) if parts else []
    heads = [f" {outcome}: ROC-AUC [95 %] | gain over all [95 %] |" for outcome in outcomes]
    lines = ["| | features |" + "".join(heads), "|---|---|" + "---|---|" * len(outcomes)]
    return lines + [
        f"| {part.name} | {part.features} |"
        + "".join(f" {_shown(part.roc_auc[outcome])} | {_shown(part.gain.get(outcome))} |" for outcome in outcomes)
        for part in parts
    ]


def _shown(interval: Interval | None) -> str:
    return "" if interval is None else f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"
