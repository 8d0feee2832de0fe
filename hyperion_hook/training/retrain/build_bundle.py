"""A bundle from start to finish: fitted on everything, told of in a card, exported, compared with what was fitted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from hyperion_hook.config.hyperparameters import SECTIONS
from hyperion_hook.store.models.metadata import Lineage, ModelMetadata
from hyperion_hook.store.models.registry import RISK_PREDICTOR
from hyperion_hook.training.bugs.export import bug_part, check_bug_parity
from hyperion_hook.training.bugs.fit import FittedBugs
from hyperion_hook.training.bugs.learn import LearnedBugs
from hyperion_hook.training.evaluation.backtest_models import (
    RECIPES,
    PastModels,
    anomaly_features,
    fit_config,
    fit_rows,
    model_features,
    quantiles_of,
)
from hyperion_hook.training.evaluation.card_figures import calibration_table, importance
from hyperion_hook.training.evaluation.evaluate import Contender, Evaluation
from hyperion_hook.training.export.folder import CARD_DATA
from hyperion_hook.training.export.retrained import BundleParts, check_parity, export_bundle
from hyperion_hook.training.models.fit_risk import fit_anomaly
from hyperion_hook.training.retrain.card import Learning, model_card, render_card
from hyperion_hook.training.rows.dataset import FEATURES, KEYS, merged, pooled
from hyperion_hook.training.rows.mapping import versions
from hyperion_hook.training.rows.mine import Mined
from hyperion_hook.training.rows.options import RetrainOptions

CARD_FILE = "MODEL_CARD.md"
_PARITY_ROWS = 2_000


@dataclass(frozen=True)
class Material:
    """What a bundle is made of.

    ``rows`` are learned from, ``code`` those whose code was measured too. ``past`` are models of an earlier moment,
    which were measured in ``evaluations``, first of all on the changes that came after it. ``others`` are rows of other
    repositories that are learned from too; ``pool`` is the packed table that the bundle carries. ``checks`` are what
    validating the rows found odd.
    """

    mined: Sequence[Mined]
    unseen: frozenset[str]
    rows: pd.DataFrame
    code: pd.DataFrame
    past: PastModels
    recipe: str
    evaluations: Sequence[Evaluation]
    chosen_here: bool
    others: pd.DataFrame | None = None
    pool: bytes | None = None
    bugs: LearnedBugs = field(default_factory=LearnedBugs)
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Built:
    """A bundle that was checked and is nowhere yet; ``parity`` is its largest difference from what was fitted."""

    parts: BundleParts
    lineage: Lineage
    settings: Mapping[str, Any]
    measured: Contender
    markdown: str
    parity: float

    @property
    def card(self) -> Mapping[str, Any]:
        """The model card as data."""
        return self.parts.card

    def export(self, folder: Path) -> None:
        """Write the bundle and its card, in the place of an older one."""
        data = json.dumps(self.card, indent=1, sort_keys=True, allow_nan=False) + "\n"
        export_bundle(folder, self.parts, {CARD_FILE: self.markdown.encode(), CARD_DATA: data.encode()})

    def files(self, version: str) -> dict[str, bytes]:
        """Return the files of the bundle when it has this version."""
        with TemporaryDirectory() as place:
            folder = Path(place) / "models"
            replace(self, parts=replace(self.parts, version=version)).export(folder)
            return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    def metadata(self, validation: Mapping[str, Any]) -> ModelMetadata:
        """Return what the registry keeps of it, ``validation`` beside what is known here."""
        figures = self.measured.figures
        return ModelMetadata(
            name=RISK_PREDICTOR,
            model_type=self.lineage.recipe,
            lineage=self.lineage,
            precision=_known(figures["precision_at_alert_rate"]),
            f1_score=_known(figures["f1_at_alert_rate"]),
            training_features=list(self.parts.risk.features),
            training_samples=self.card["data"]["changes"],
            hyperparameters=self.settings,
            validation_results={"parity": self.parity, "roc_auc": asdict(self.measured.roc_auc), **validation},
            description=self.parts.trained_on,
        )


def build(material: Material, options: RetrainOptions) -> Built:
    """Fit on all rows, and return the bundle once it scores like what was fitted.

    Raises
    ------
    TrainingError
        If it does not, or a recipe cannot be fitted.
    """
    rows, code, past, recipe = material.rows, material.code, material.past, material.recipe
    learned = pooled(rows, material.others)
    risk = fit_rows(learned, RECIPES[recipe], model_features(learned, RECIPES[recipe]), options)
    anomaly = fit_anomaly(code[anomaly_features(code)], config=fit_config(options))
    thresholds = past.thresholds(recipe)
    model, test = past.models[recipe], past.split.test
    card = model_card(Learning(
        tuple(material.mined), material.unseen, rows, recipe, list(risk.features), tuple(material.evaluations),
        thresholds, calibration_table(test["buggy"].tolist(), model.predict_proba(test)),
        importance(model, test, model.features, seed=options.seed), options, material.chosen_here,
        material.others, material.checks,
    ))
    card["bugs"] = material.bugs.card
    # what only the code says is known of the rows whose code was measured
    quantiles = quantiles_of(code) | quantiles_of(rows)
    parts = BundleParts(
        name=options.name, version=options.version, trained_on=card["trained_on"], risk=risk, anomaly=anomaly,
        thresholds=thresholds, typical={name: values[1] for name, values in quantiles.items()}, quantiles=quantiles,
        card=card, pool=material.pool, bugs=bug_part(material.bugs.bugs),
    )
    settings = {
        "seed": options.seed, "folds": options.folds, "share learned without message": options.masked,
        "alert rates": [options.alert_high, options.alert_medium], "labels": card["labels"]["rules"],
    }
    if options.models is not None:
        settings["hyperparameters"] = {name: dict(getattr(options.models, name)) for name in SECTIONS}
    lineage = Lineage(
        features=_digest("\n".join((*risk.features, "", *anomaly.features)).encode()),
        data=_digest(_content(learned), _content(code)), recipe=recipe,
        parameters=_digest(json.dumps([settings, versions()]).encode()),
    )
    return Built(
        parts, lineage, settings, material.evaluations[0].contender(recipe), render_card(card),
        _parity(
            parts, merged([rows.tail(_PARITY_ROWS), code.tail(_PARITY_ROWS)]),
            material.bugs, options,
        ),
    )


def _parity(parts: BundleParts, rows: pd.DataFrame, bugs: LearnedBugs, options: RetrainOptions) -> float:
    with TemporaryDirectory() as place:
        trial = Path(place) / "models"
        export_bundle(trial, parts)
        with np.errstate(over="ignore"):  # extreme rows have log-odds whose exponential is infinite, as it should be
            worst = check_parity(
                trial, parts.risk, parts.anomaly, rows, seed=options.seed, rows=options.parity_rows
            )
            if isinstance(bugs.bugs, FittedBugs):
                files = bugs.rows.tail(_PARITY_ROWS)
                found = check_bug_parity(trial, bugs.bugs, files, seed=options.seed, count=options.parity_rows)
                worst = max(worst, found)
            return worst


def _content(rows: pd.DataFrame) -> bytes:
    """Return all that was learned from, as bytes."""
    keys = "\n".join(f"{repository}\0{commit}" for repository, commit in zip(
        rows["repository"], rows["commit"], strict=True))
    return keys.encode() + bytes(rows[[*KEYS[2:], *FEATURES]].to_numpy(dtype=np.float64).tobytes())


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
