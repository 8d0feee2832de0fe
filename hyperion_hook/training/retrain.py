"""The composition root of training: mine, label, put into rows, fit, evaluate in time order, export, check, tell.

A bundle that is there is replaced only by a whole one that scores like the models it was made from; when history is too
short nothing is touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import joblib
import numpy as np
import pandas as pd

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.errors import ConfigError, HyperionError, TrainingError
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.features.extract import LIGHT_MODULES
from hyperion_hook.training.card import Learning, model_card, render_card
from hyperion_hook.training.corpus import CorpusEntry, entries_of, read_corpus
from hyperion_hook.training.dataset import (
    FEATURES,
    TimeSplit,
    cut_at,
    merged,
    time_split,
    with_masked_messages,
    without_youngest,
)
from hyperion_hook.training.evaluation import WITHOUT_MESSAGE, Evaluation, evaluate
from hyperion_hook.training.export import BundleParts, check_parity, export_bundle
from hyperion_hook.training.fit import (
    ANOMALY_MODULES,
    BLEND,
    SPECIFIED,
    FitConfig,
    FittedAnomaly,
    FittedRisk,
    Recipe,
    fit_anomaly,
    fit_risk,
)
from hyperion_hook.training.mining import Mined, mine
from hyperion_hook.training.options import RetrainOptions
from hyperion_hook.training.replay import Progress, ReplayOptions

RECIPES = {recipe.name: recipe for recipe in (SPECIFIED, BLEND)}
MODULE_OF = {feature.name: feature.module for feature in CATALOGUE}
NOT_LEARNED = frozenset({"hour_of_day", "day_of_week"})
"""They did not help where they were measured, and nobody should be judged by when they work."""

_TRAINED_SHARE = 0.8
_LEAST_TEST_BUGS = 10
_LEAST_PRESENT = 0.02
_PARITY_ROWS = 2_000
_CARD_FILE = "MODEL_CARD.md"


@dataclass(frozen=True)
class RetrainReport:
    """What came out; ``parity`` is the largest difference between the exported and the fitted models."""

    folder: Path
    recipe: str
    card: dict[str, Any]
    markdown: str
    evaluations: tuple[Evaluation, ...]
    parity: float
    warnings: tuple[str, ...]


def retrain(
    repositories: Sequence[Path],
    *,
    models_out: Path,
    corpus: Path | None = None,
    options: RetrainOptions | None = None,
    progress: Progress | None = None,
) -> RetrainReport:
    """Train on histories and write a bundle of models.

    Parameters
    ----------
    repositories
        Folders of repositories; only read.
    models_out
        The folder of the bundle; replaced in one step when all has gone well.
    corpus
        A TOML file that names more repositories, and those to be left out and evaluated on (see ``corpus``).
    options
        What is read and how it is learned.
    progress
        Told how far it is.

    Raises
    ------
    ConfigError
        If the corpus file is wrong.
    TrainingError
        If there is too little history, or the export does not score like the fitted models; the folder is untouched.
    """
    options = options or RetrainOptions()
    entries = entries_of(repositories, options.until) + ([] if corpus is None else read_corpus(corpus))
    mined, warnings = mine_all(entries, options, options.replay, progress)
    unseen = frozenset(entry.name for entry in entries if entry.left_out)
    rows = without_youngest(merged([item.rows for item in mined]))
    learned = rows[~rows["repository"].isin(unseen)].reset_index(drop=True)
    _tell(progress, "evaluating on the future")
    past = fit_past(learned, options)
    future = past.evaluate("the future of the same repositories", past.split.test)
    recipe = RECIPES[options.recipe or max(RECIPES, key=lambda name: _quality(future, name))]
    evaluations = [future]
    for name in sorted(unseen & set(rows["repository"])):
        _tell(progress, f"evaluating on {name}")
        theirs = rows[(rows["repository"] == name) & (rows["time"] >= past.split.cut)].reset_index(drop=True)
        if len(theirs):
            evaluations.append(past.evaluate(f"the future of {name}, left out of training", theirs))
    _tell(progress, "fitting")
    features = model_features(learned)
    risk = fit_rows(learned, recipe, features, options)
    seen = [entry for entry in entries if not entry.left_out]
    if options.code_commits:
        measured, _ = mine_all(seen, options, options.code_replay, progress)
    else:
        measured = [item for item in mined if item.name not in unseen]
    code = merged([item.rows for item in measured])
    anomaly = fit_anomaly(code[anomaly_features(code)], config=_fit_config(options))
    thresholds = past.thresholds(recipe.name)
    learning = Learning(tuple(mined), unseen, learned, recipe.name, features, tuple(evaluations), thresholds, options)
    return _export(models_out, risk, anomaly, learning, code, warnings)


def mine_all(
    entries: Sequence[CorpusEntry], options: RetrainOptions, replay: ReplayOptions, progress: Progress | None = None
) -> tuple[list[Mined], tuple[str, ...]]:
    """Return what could be mined, in the order given, and one warning for each repository that could not.

    Raises
    ------
    HyperionError
        If nothing could be mined: what went wrong with the first.
    """
    if len(entries) == 1 or options.jobs == 1:
        results = [_mine_one(entry, options, replay, options.jobs, progress) for entry in entries]
    else:
        results = joblib.Parallel(n_jobs=options.jobs)(
            joblib.delayed(_mine_one)(entry, options, replay, 1, None) for entry in entries
        )
    mined = [result for result in results if isinstance(result, Mined)]
    failed = [result for result in results if isinstance(result, HyperionError)]
    if not mined:
        raise failed[0] if failed else ConfigError("retrain: no repository was named; name a folder or a --corpus")
    return mined, tuple(f"left aside: {error}" for error in failed)


def _mine_one(
    entry: CorpusEntry, options: RetrainOptions, replay: ReplayOptions, jobs: int, progress: Progress | None
) -> Mined | HyperionError:
    try:
        return mine(
            entry.path, name=entry.name, until=entry.until, options=replay, rules=options.rules,
            vectors=options.vectors, jobs=jobs, progress=progress,
        )
    except HyperionError as error:
        return error


@dataclass(frozen=True)
class PastModels:
    """Both recipes as they could have been fitted at a moment of the past, and the rows on either side of it."""

    split: TimeSplit
    models: dict[str, FittedRisk]
    options: RetrainOptions

    def evaluate(self, name: str, rows: pd.DataFrame) -> Evaluation:
        """Return how the models rank rows that are younger than all they learned, beside the baselines."""
        return evaluate(
            name, self.split.train, rows, self.models, cut=self.split.cut, alert_rate=self.options.alert_high,
            seed=self.options.seed,
        )

    def thresholds(self, recipe: str) -> dict[RiskLevel, float]:
        """Return the probabilities at which a team would have been alerted: quantiles over the future rows."""
        said = self.models[recipe].predict_proba(self.split.test)
        return {
            RiskLevel.HIGH: float(np.quantile(said, 1 - self.options.alert_high)),
            RiskLevel.MEDIUM: float(np.quantile(said, 1 - self.options.alert_medium)),
        }


def fit_past(rows: pd.DataFrame, options: RetrainOptions) -> PastModels:
    """Return both recipes fitted on the first four fifths of the rows, with the labels that were known by then.

    Raises
    ------
    TrainingError
        If past or future is too short.
    """
    try:
        split = time_split(rows, cut_at(rows, _TRAINED_SHARE))
        bugs = int(split.test["buggy"].sum())
        if bugs < _LEAST_TEST_BUGS:
            raise TrainingError(
                f"the last {1 - _TRAINED_SHARE:.0%} of the changes hold {bugs} known to have introduced a bug; at least"
                f" {_LEAST_TEST_BUGS} are needed to evaluate"
            )
        features = model_features(split.train)
        models = {name: fit_rows(split.train, recipe, features, options) for name, recipe in RECIPES.items()}
    except TrainingError as error:
        raise TrainingError(f"too little history to train on ({error}); the models in use are kept") from None
    return PastModels(split, models, options)


def _quality(evaluation: Evaluation, recipe: str) -> float:
    """Return the mean ROC-AUC with and without the message."""
    return sum(evaluation.contender(recipe + suffix).roc_auc.value for suffix in ("", WITHOUT_MESSAGE)) / 2


def model_features(rows: pd.DataFrame) -> list[str]:
    """Return the features the risk model can learn from: of patch and history, and telling something.

    Code metrics, import graph and manifests are left out: they did not improve the ranking where it was measured, and
    without them a change can be compared with the repository's last 500 in seconds.
    """
    return [name for name in _telling(rows) if MODULE_OF[name] in LIGHT_MODULES and name not in NOT_LEARNED]


def anomaly_features(rows: pd.DataFrame) -> list[str]:
    """Return the features that the anomaly detector looks at: code quality, size, spread and content."""
    return [name for name in _telling(rows) if MODULE_OF[name] in ANOMALY_MODULES]


def _telling(rows: pd.DataFrame) -> list[str]:
    """Return the features that are present in at least one row of fifty, and not always the same."""
    present = rows[list(FEATURES)].notna().mean()
    distinct = rows[list(FEATURES)].nunique()
    return [name for name in FEATURES if present[name] >= _LEAST_PRESENT and distinct[name] > 1]


def fit_rows(rows: pd.DataFrame, recipe: Recipe, features: Sequence[str], options: RetrainOptions) -> FittedRisk:
    """Return a recipe fitted on rows in time order, a share of them without their message."""
    masked = with_masked_messages(rows[list(features)], options.masked, options.seed)
    return fit_risk(masked, rows["buggy"].tolist(), recipe=recipe, config=_fit_config(options))


def _fit_config(options: RetrainOptions) -> FitConfig:
    return FitConfig(seed=options.seed, folds=options.folds, jobs=options.threads)


def _export(
    folder: Path, risk: FittedRisk, anomaly: FittedAnomaly, learning: Learning, code: pd.DataFrame,
    warnings: tuple[str, ...],
) -> RetrainReport:
    options, rows = learning.options, learning.rows
    card = model_card(learning)
    markdown = render_card(card)
    # what only the code says is known of the rows whose code was measured
    quantiles = quantiles_of(code) | quantiles_of(rows)
    typical = {name: values[1] for name, values in quantiles.items()}
    parts = BundleParts(
        name=options.name, version=options.version, trained_on=card["trained_on"], risk=risk, anomaly=anomaly,
        thresholds=learning.thresholds, typical=typical, quantiles=quantiles, card=card,
    )
    extra = {_CARD_FILE: markdown.encode()}
    folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.absolute().parent) as place:
        trial = Path(place) / "models"
        export_bundle(trial, parts, extra)
        with np.errstate(over="ignore"):  # extreme rows have log-odds whose exponential is infinite, as it should be
            parity = check_parity(
                trial, risk, anomaly, merged([rows.tail(_PARITY_ROWS), code.tail(_PARITY_ROWS)]), seed=options.seed,
                rows=options.parity_rows,
            )
    export_bundle(folder, parts, extra)
    return RetrainReport(folder, learning.recipe, card, markdown, learning.evaluations, parity, warnings)


def quantiles_of(rows: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Return the 5 %, 50 % and 95 % points of every feature that has values in the rows."""
    table = rows[list(FEATURES)].quantile([0.05, 0.5, 0.95])
    return {
        name: (float(table[name].iloc[0]), float(table[name].iloc[1]), float(table[name].iloc[2]))
        for name in FEATURES
        if table[name].notna().all()
    }


def _tell(progress: Progress | None, stage: str) -> None:
    if progress is not None:
        progress(stage, 0, 0)
