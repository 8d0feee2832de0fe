"""Rows of several made-up repositories whose bugs follow the size of a change and chance, one change every two days."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hyperion_hook.domain.history import DAY
from hyperion_hook.training.rows.dataset import FEATURES, KEYS, OUTCOMES, in_time_order

SPACING = 2 * DAY
FOUND_AFTER = 40 * DAY


def corpus_rows(names: str = "abc", *, changes: int = 800, seed: int = 3) -> pd.DataFrame:
    """Return rows in time order; every bug is found forty days after it was made, and some changes are reverted."""
    rng = np.random.default_rng(seed)
    parts = []
    for name in names:
        size = rng.lognormal(3.0, 1.5, changes)
        buggy = rng.random(changes) < 1.0 / (1.0 + np.exp(5.0 - np.log1p(size)))
        time = np.arange(changes) * SPACING
        features = {feature: rng.random(changes) for feature in FEATURES}
        features |= {"la": size, "source_lines_added": size * rng.uniform(0.5, 1.0, changes)}
        keys = {
            "repository": name,
            "commit": [f"{name}{number:039d}" for number in range(changes)],
            "time": time,
            "buggy": buggy.astype("int8"),
            "known_at": np.where(buggy, time + FOUND_AFTER, np.nan),
            "reverted": (rng.random(changes) < 0.05).astype("int8"),
        }
        own = pd.DataFrame(keys | features).astype({"repository": "object", "commit": "object"})
        parts.append(with_outcomes(own, named=buggy & (np.arange(changes) % 3 == 0), shared=buggy * 0.5))
    return in_time_order(pd.concat(parts, ignore_index=True))


def with_outcomes(rows: pd.DataFrame, *, named: object = 0, shared: object = 0.0) -> pd.DataFrame:
    """Return rows that have the columns of every outcome, each found when the bug was, or forty days after a change."""
    weights = rows[["buggy", "reverted"]].assign(named=named, traced_shared=shared)
    weights = weights.astype({"named": "int8", "traced_shared": "float64"})
    found_at = rows["known_at"].fillna(rows["time"] + FOUND_AFTER)
    columns = {column: weights[column] for column, _ in OUTCOMES.values()}
    columns |= {known_at: found_at.where(weights[column] > 0) for column, known_at in OUTCOMES.values()}
    rest = rows[[name for name in rows.columns if name not in columns]]
    more = pd.concat([rest, pd.DataFrame(columns)], axis=1)
    return more[[*KEYS, *(name for name in FEATURES if name in more)]].copy()


def with_labels_moved_in_blocks(rows: pd.DataFrame, *, blocks: int = 20, seed: int = 5) -> pd.DataFrame:
    """Return the rows with each repository's labels moved about in blocks of time.

    Within a block labels keep their order, and every bug is found as long after its change as before. What is left is
    how often bugs come and how they cluster, but nothing that a feature could know.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for _, own in rows.groupby("repository", sort=False):
        pieces = np.array_split(np.arange(len(own)), blocks)
        order = np.concatenate([pieces[place] for place in rng.permutation(blocks)])
        moved = {column: own[column].to_numpy()[order] for column, _ in OUTCOMES.values()}
        moved |= {
            known_at: own["time"].to_numpy() + (own[known_at] - own["time"]).to_numpy()[order]
            for _, known_at in OUTCOMES.values()
        }
        parts.append(own.assign(**moved))
    return in_time_order(pd.concat(parts, ignore_index=True))
