"""Small fitted estimators, and a registry filled with them in a hurry by processes that may be killed."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from hyperion_hook.api.registry.model_registry import ModelRegistry
from hyperion_hook.errors import StoreError
from hyperion_hook.store.models.metadata import Status
from tests.support.models import drawn

FRENCH = ("lignes_ajoutees", "lignes_supprimees", "nb_fichiers", "entropie_changement")
NAME = "risk_predictor"


def table(names: Sequence[str] = FRENCH, rows: int = 300) -> tuple[pd.DataFrame, np.ndarray]:
    """Return features under any names, one value in ten missing, and labels that depend on the first."""
    X, y = drawn(rows)
    return X.iloc[:, : len(names)].set_axis(list(names), axis=1), y.astype(int)


def regression(names: Sequence[str] = FRENCH, *, turn: float = 0.0) -> Pipeline:
    """Return a fitted pipeline; ``turn`` makes it another fit without fitting."""
    X, y = table(names)
    steps = [("fill", SimpleImputer()), ("scale", StandardScaler()), ("fit", LogisticRegression())]
    model = Pipeline(steps).fit(X, y)
    model[-1].coef_ += turn
    return model


def killed_writers(root: Path, rounds: int, seed: int, *, writers: int = 2, most_seconds: float = 1.0) -> list[str]:
    """Have forks save and promote models and kill each at a random moment; return what was wrong after a round.

    Forks, because an interpreter that has imported the libraries starts in a millisecond.
    """
    rng = random.Random(seed)  # noqa: S311
    models = [regression(turn=place / 100) for place in range(4)]
    # what is the same for all of them is made once
    ModelRegistry(root / "warm").save_model(models[0], NAME, "LogisticRegression")
    wrong: list[str] = []
    for number in range(rounds):
        place = root / f"registry-{number // 20}"
        children = [_forked(place, models, 1_000 * number + writer) for writer in range(writers)]
        for child in children:
            time.sleep(rng.random() * most_seconds)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        wrong += [f"round {number}: {fault}" for fault in faults(ModelRegistry(place))]
    return wrong


def faults(registry: ModelRegistry) -> list[str]:
    """Return what is wrong with a registry: a version that does not load, or two in production."""
    found = []
    for name in registry.names():
        versions = registry.versions(name)
        for version in versions:
            try:
                registry.load_model(name, version)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault
                found.append(f"{name} {version}: {error!r}")
        if list(versions.values()).count(Status.PRODUCTION) > 1:
            found.append(f"{name}: two in production: {versions}")
    return found


def _forked(root: Path, models: Sequence[Any], seed: int) -> int:
    child = os.fork()
    if child:
        return child
    try:
        _churn(ModelRegistry(root), models, seed)
    finally:
        os._exit(1)


def _churn(registry: ModelRegistry, models: Sequence[Any], seed: int) -> None:
    for number in range(1_000):
        model = models[(seed + number) % len(models)]
        version = registry.save_model(model, NAME, "LogisticRegression", {"training_samples": seed * 1_000 + number})
        try:
            registry.promote_model(NAME, version, "production")
        except StoreError:
            continue  # the other writer was faster
