"""A bundle from start to finish: fitted on everything, told of in a card, exported, compared with what was fitted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from hyperion_hook.config.hyperparameters import SECTIONS
from hyperion_hook.domain.progress import Progress, no_progress
from hyperion_hook.store.models.metadata import FIGURES, ModelMetadata
from hyperion_hook.store.models.version_store import RISK_PREDICTOR
from hyperion_hook.store.models.versions import Lineage
from hyperion_hook.training.bugs.fit import FittedBugs, bug_part
from hyperion_hook.training.bugs.learn_or_keep import LearnedBugs
from hyperion_hook.training.evaluation.card_figures import calibration_data, risk_of
from hyperion_hook.training.evaluation.evaluate import Contender
from hyperion_hook.training.evaluation.past_models import fit_rows
from hyperion_hook.training.export.bundle import BundleParts, anomaly_part, risk_part
from hyperion_hook.training.export.folder import replace_bundle
from hyperion_hook.training.export.parity import anomaly_difference, bug_difference, checked, risk_difference
from hyperion_hook.training.metrics.figures import class_figures, flagged_at
from hyperion_hook.training.models.anomaly import columns_with_values, fit_anomaly, light_decision
from hyperion_hook.training.models.fit import anomaly_features
from hyperion_hook.training.models.recipes import RECIPES, parameters_of
from hyperion_hook.training.retrain.card import model_card, render_card
from hyperion_hook.training.retrain.material import Material
from hyperion_hook.training.rows.dataset import FEATURES, KEYS, merged, pooled, quantiles_of
from hyperion_hook.training.rows.distribute import versions
from hyperion_hook.training.rows.options import RetrainOptions

CARD_FILE = "MODEL_CARD.md"
_PARITY_ROWS = 2_000


@dataclass(frozen=True)
class Built:
    """A bundle that was checked and is nowhere yet; ``parity`` is its largest difference from what was fitted."""

    parts: BundleParts
    anomaly: Pipeline
    anomaly_seconds: float
    lineage: Lineage
    settings: Mapping[str, Any]
    measured: Contender
    classes: Mapping[str, float]
    markdown: str
    parity: float

    @property
    def card(self) -> Mapping[str, Any]:
        """The model card as data."""
        return self.parts.card

    def export(self, folder: Path) -> None:
        """Write the bundle and its card, in the place of an older one."""
        replace_bundle(folder, self.files())

    def files(self, version: str | None = None) -> dict[str, bytes]:
        """Return the files of the bundle and its card, when it has this version."""
        return dict(sorted((self.parts.files(version) | {CARD_FILE: self.markdown.encode()}).items()))

    def metadata(self, validation: Mapping[str, Any]) -> ModelMetadata:
        """Return the registry's record of it, with the ``validation`` of the caller."""
        figures: dict[str, Any] = {name: _known(self.classes[name]) for name in FIGURES}
        return ModelMetadata(
            name=RISK_PREDICTOR,
            model_type=self.lineage.recipe,
            lineage=self.lineage,
            **figures,
            training_features=self.parts.features,
            training_samples=self.card["data"]["changes"],
            hyperparameters=self.settings,
            validation_results={"parity": self.parity, "roc_auc": asdict(self.measured.roc_auc), **validation},
            description=self.parts.trained_on,
            extra={"roc_auc": self.measured.roc_auc.value},
        )


def build(material: Material, options: RetrainOptions, progress: Progress | None = None) -> Built:
    """Fit on all rows, and return the bundle once it scores like what was fitted.

    Raises ``TrainingError`` if it does not, or a recipe cannot be fitted.
    """
    rows, code, past, recipe = material.rows, material.code, material.past, material.recipe
    truth = past.split.test["buggy"].to_numpy(dtype=np.float64)
    learned = pooled(rows, material.others)
    risk = fit_rows(learned, [RECIPES[recipe]], options, progress=progress).models[recipe]
    tell = progress or no_progress
    tell("fitting the anomaly detector", 0, 0)
    features = list(risk["columns"].names)
    started = perf_counter()
    anomaly = fit_anomaly(code, columns_with_values(code, anomaly_features(code)), options.config)
    anomaly_seconds = perf_counter() - started
    thresholds = past.thresholds(recipe)
    chance = risk_of(past.models[recipe], past.split.test)
    tell("measuring importance", 0, 0)
    card = model_card(material, options, features, thresholds, calibration_data(truth, chance))
    # what only the code says is known of the rows whose code was measured
    quantiles = quantiles_of(code) | quantiles_of(rows)
    parts = BundleParts(
        name=options.name,
        version=options.version,
        trained_on=card["trained_on"],
        risk=risk_part(risk, features, recipe),
        anomaly=anomaly_part(anomaly, light_decision(anomaly, code)),
        thresholds=thresholds,
        quantiles=quantiles,
        card=card,
        pool=material.pool,
        bugs=bug_part(material.bugs.bugs),
    )
    settings = {
        "seed": options.seed,
        "folds": options.folds,
        "share learned without message": options.masked,
        "alert rates": [options.alert_high, options.alert_medium],
        "labels": card["labels"]["rules"],
        "members": {name: parameters_of(member) for name, member in risk["model"].members},
    }
    if options.models is not None:
        settings["hyperparameters"] = {name: dict(getattr(options.models, name)) for name in SECTIONS}
    lineage = Lineage(
        features=_digest("\n".join((*features, "", *anomaly["columns"].names)).encode()),
        data=_digest(_content(learned), _content(code)),
        recipe=recipe,
        parameters=_digest(json.dumps([settings, versions()]).encode()),
    )
    tell("checking the export", 0, 0)
    compared = merged([rows.tail(_PARITY_ROWS), code.tail(_PARITY_ROWS)])
    return Built(
        parts,
        anomaly,
        anomaly_seconds,
        lineage,
        settings,
        material.evaluations[0].contender(recipe),
        class_figures(truth, flagged_at(chance, options.alert_high)),
        render_card(card),
        _parity(parts, risk, anomaly, compared, material.bugs, options),
    )


def _parity(
    parts: BundleParts,
    risk: Pipeline,
    anomaly: Pipeline,
    rows: pd.DataFrame,
    bugs: LearnedBugs,
    options: RetrainOptions,
) -> float:
    """Return the largest difference between the bundle and what was fitted, over real, random and extreme rows."""
    bundle, hard = parts.loaded(), {"count": options.parity_rows, "seed": options.seed}
    worst = max(
        risk_difference(risk, bundle, rows[parts.features], **hard), anomaly_difference(anomaly, bundle, rows, **hard)
    )
    if isinstance(bugs.bugs, FittedBugs):
        worst = max(worst, bug_difference(bugs.bugs.model, bundle, bugs.rows.tail(_PARITY_ROWS), **hard))
    return checked(worst)


def _content(rows: pd.DataFrame) -> bytes:
    """Return the learned rows as bytes."""
    keys = "\n".join(
        f"{repository}\0{commit}" for repository, commit in zip(rows["repository"], rows["commit"], strict=True)
    )
    return keys.encode() + bytes(rows[[*KEYS[2:], *FEATURES]].to_numpy(dtype=np.float64).tobytes())


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
