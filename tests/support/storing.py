"""A writer of feature sets that says what it was told is stored; for tests and benchmarks that kill it."""

from __future__ import annotations

import sys
from pathlib import Path

from hyperion_hook.store.feature_sets.feature_set import FeatureSet
from hyperion_hook.store.feature_sets.store import FeatureStore

BATCH = 20
WRITE = """
import sys
from pathlib import Path
from tests.support.storing import store_on
store_on(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
"""


def store_on(path: Path, writer: int, batches: int) -> None:
    """Store batches one after another, each in one step, and print the ids of each once it is acknowledged."""
    store = FeatureStore(path, cache_size=10**6)
    for batch in range(batches):
        ids = store.store_many(
            [
                FeatureSet(features_of(writer, batch, place), "", f"writer-{writer}", {"batch": str(batch)})
                for place in range(BATCH)
            ]
        )
        sys.stdout.write(" ".join([str(batch), *ids]) + "\n")
        sys.stdout.flush()


def features_of(writer: int, batch: int, place: int) -> dict[str, float]:
    """Return the features that a writer stores at a place of a batch."""
    return {f"f{number}": writer + batch / 7 + place * number for number in range(20)}
