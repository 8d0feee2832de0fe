"""The feature store under kill -9: eight writers at once, one killed at a random moment, round after round.

usage: python benchmarks/feature_store_kill.py [--rounds 50] [--seed 1]

After every round each set that a writer was told is stored is read and compared, and the file's integrity is checked.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from hyperion_hook.store.feature_sets.store import FeatureStore
from tests.support.storing import BATCH, WRITE, features_of

ROOT = Path(__file__).parents[1]
WRITERS = 8


def main() -> None:
    """Kill, look, and print one line of what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)  # noqa: S311
    read = 0
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            read += _round(Path(folder) / "features.sqlite", number, rng)
    print(f"{options.rounds} rounds of {WRITERS} writers, one killed in each: {read:,} sets acknowledged, all there")


def _round(path: Path, number: int, rng: random.Random) -> int:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, str(path), str(writer), "1000" if writer == 0 else "5"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for writer in range(WRITERS)
    ]
    assert writers[0].stdout is not None
    first = writers[0].stdout.readline()
    time.sleep(rng.random())
    writers[0].kill()
    outputs = [writer.communicate()[0] for writer in writers]
    outputs[0] = first + outputs[0]
    read = 0
    with FeatureStore(path, cache_size=10**6) as store:
        for writer, output in enumerate(outputs):
            for line in output.splitlines(keepends=True):
                batch, *ids = line.split()
                for place, feature_set_id in enumerate(ids if line.endswith("\n") else ()):
                    if store.get_features(feature_set_id) != features_of(writer, int(batch), place):
                        raise SystemExit(f"round {number}: {feature_set_id} of writer {writer} is lost or changed")
                    read += 1
            if len(store.search_features(f"writer-{writer}")) % BATCH:
                raise SystemExit(f"round {number}: half a batch of writer {writer} is there")
    return read


if __name__ == "__main__":
    main()
