"""The simple rankings every model has to beat, in the same run on the same rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.features.catalogue import KAMEI_FOURTEEN, names_of
from hyperion_hook.training.formulas import Numbers, as_matrix
from hyperion_hook.training.models.fit_members import one_thread
from hyperion_hook.training.models.recipes import UNDIRECTED

SIMPLE = {"la": ("la",), "code lines added": ("code_lines_added",), "lines changed": ("la", "ld")}
KAMEI = "Kamei's fourteen, logistic"
CHANCE = "chance"


def baseline_scores(
    train: pd.DataFrame, train_y: Sequence[float], test: pd.DataFrame, *, seed: int = 42
) -> dict[str, Numbers]:
    """Return a score for each test row by each baseline whose columns are there.

    Only logistic regression on Kamei's fourteen metrics (log1p, no class weights) learns.

    References
    ----------
    .. [1] Z. Zeng et al., "Deep just-in-time defect prediction: how far are we?", ISSTA 2021 (``la`` alone).
    .. [2] Y. Kamei et al., "A large-scale empirical study of just-in-time quality assurance", IEEE TSE 39(6), 2013.
    """
    scores = {
        name: np.nansum(test[list(columns)].to_numpy(dtype=np.float64), axis=1)
        for name, columns in SIMPLE.items()
        if set(columns) <= set(test.columns)
    }
    fourteen = list(names_of(KAMEI_FOURTEEN))
    if set(fourteen) <= set(test.columns):
        with one_thread():
            model = UNDIRECTED.make(MLConfig(random_state=seed), fourteen)
            model.fit(as_matrix(train[fourteen]), np.asarray(train_y, dtype=np.int64))
            scores[KAMEI] = model.decision_function(as_matrix(test[fourteen]))
    scores[CHANCE] = np.random.default_rng(seed).random(len(test))
    return scores
